//! Steps as tables of cases, reading, and the promises that hold for every text.

#[path = "transform/promises.rs"]
mod promises;
#[path = "transform/reading.rs"]
mod reading;

use std::borrow::Cow;

use engine::schema::finding::Rule;
use engine::transform::{Case, Otherwise, Pipeline, Step};

/// What is expected of a text: another text, nothing, or a fault of a rule with or without a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    Text(&'static str),
    Empty,
    Bad(Rule),
    BadBut(Rule, &'static str),
}
use Is::{Bad, BadBut, Empty, Text};

fn apply(steps: &[Step], cells: &[&str]) -> Result<Option<String>, (Rule, Option<String>)> {
    let pipeline = Pipeline::compile(steps).expect("the steps of a case make sense");
    let applied = pipeline.apply(cells);
    applied.map(|text| text.map(Cow::into_owned)).map_err(|fault| (fault.rule, fault.suggestion))
}

fn check_cells(steps: &[Step], cells: &[&str], is: Is) {
    let expected = match is {
        Text(text) => Ok(Some(text.to_owned())),
        Empty => Ok(None),
        Bad(rule) => Err((rule, None)),
        BadBut(rule, suggestion) => Err((rule, Some(suggestion.to_owned()))),
    };
    assert_eq!(apply(steps, cells), expected, "{cells:?} through {steps:?}");
}

fn check(step: &Step, cases: &[(&str, Is)]) {
    for (text, is) in cases {
        check_cells(std::slice::from_ref(step), &[text], *is);
    }
}

fn date(format: &str) -> Step {
    Step::Date { format: format.to_owned() }
}

fn number(format: &str) -> Step {
    Step::Number { format: format.to_owned() }
}

#[test]
fn characters_are_moved() {
    check(
        &Step::Trim,
        &[("\u{a0} Tamar Ltd \u{200b}\t", Text("Tamar Ltd")), (" \u{feff}", Empty), ("a b", Text("a b"))],
    );
    check(
        &Step::SalesforceId,
        &[
            ("0015g00000Kq1ZA", Text("0015g00000Kq1ZAAAZ")),
            ("001A0000006Vm9r", Text("001A0000006Vm9rIAC")),
            ("0015g00000Kq1ZAAAZ", Text("0015g00000Kq1ZAAAZ")),
            ("n/a", Text("n/a")),
        ],
    );
    check(&Step::CollapseBlanks, &[("a  b\r\nc", Text("a b c")), ("a b", Text("a b")), ("a\u{a0}b", Text("a b"))]);
    check(&Step::RemoveBlanks, &[("DE 811 907\u{202f}980", Text("DE811907980"))]);
    check(&Step::Case { to: Case::Upper }, &[("straße", Text("STRASSE"))]);
    check(&Step::Case { to: Case::Lower }, &[("AP@Tamar.Example", Text("ap@tamar.example"))]);
    check(&Step::Case { to: Case::Title }, &[("KERNOW o'neill-water LTD", Text("Kernow O'neill-Water Ltd"))]);
    check(&Step::PadZeros { width: 5 }, &[("817", Text("00817")), ("123456", Text("123456")), ("", Empty)]);
    check(&Step::Default { value: "EUR".into() }, &[("", Text("EUR")), (" ", Text("EUR")), ("GBP", Text("GBP"))]);
}

#[test]
fn parts_are_taken() {
    let split = |part| Step::Split { separator: " - ".into(), part };
    check(&split(1), &[("C-1 - Water - North", Text("C-1")), ("C-1", Text("C-1"))]);
    check(&split(-1), &[("C-1 - Water - North", Text("North"))]);
    check(&split(4), &[("C-1 - Water - North", Empty)]);
    let extract = |pattern: &str| Step::Extract { pattern: pattern.into() };
    check(&extract(r"\d{4,}"), &[("Order 00817/2", Text("00817")), ("none", Empty)]);
    check(&extract(r"\((\w+)\)"), &[("Euro (EUR)", Text("EUR"))]);
}

#[test]
fn columns_are_joined_or_the_first_filled_one_counts() {
    let join = [Step::Join { separator: " ".into() }];
    check_cells(&join, &["Ada", "", "Kernow"], Text("Ada Kernow"));
    check_cells(&join, &["", " "], Empty);
    check_cells(&[], &["", "second", "third"], Text("second"));
    check_cells(&[], &[], Empty);
}

#[test]
fn values_are_replaced() {
    let map = |otherwise| Step::ValueMap {
        values: [("Half-Yr".to_owned(), "P6M".to_owned()), ("#N/A".to_owned(), String::new())].into(),
        otherwise,
    };
    check(&map(Otherwise::Keep), &[(" half-yr ", Text("P6M")), ("other", Text("other")), ("#N/A", Empty)]);
    check(&map(Otherwise::Empty), &[("other", Empty)]);
    check(&map(Otherwise::Refuse), &[("other", Bad(Rule::Allowed)), ("HALF-YR", Text("P6M"))]);
}

#[test]
fn dates_are_read_in_their_format() {
    check(
        &date("dd.MM.yyyy"),
        &[
            ("31.12.2026", Text("2026-12-31")),
            ("1.4.2026", Text("2026-04-01")),
            ("29.02.2024", Text("2024-02-29")),
            ("29.02.2023", Bad(Rule::Type)),
            ("2026-04-01", Text("2026-04-01")),
            ("2026-04-01T00:00:00", Text("2026-04-01T00:00:00Z")),
            ("04/01/2026", Bad(Rule::Format)),
            ("01.04.26", BadBut(Rule::Ambiguous, "2026-04-01")),
            ("31.12.99", BadBut(Rule::Ambiguous, "1999-12-31")),
            ("tbd", Bad(Rule::Type)),
            ("31.12.2026 (corrected)", Bad(Rule::Format)),
            ("31.12.202", Bad(Rule::Type)),
            ("########", Bad(Rule::Spreadsheet)),
        ],
    );
    check(
        &date("MM/dd/yyyy"),
        &[("04/01/2026", Text("2026-04-01")), ("31/12/2026", BadBut(Rule::Format, "2026-12-31"))],
    );
    check(
        &date("d/M/yy"),
        &[
            ("1/4/26", Text("2026-04-01")),
            ("1/4/68", Text("2068-04-01")),
            ("1/4/69", Text("1969-04-01")),
            ("01/04/2026", Text("2026-04-01")),
        ],
    );
    check(&date("yyyyMMdd"), &[("20260401", Text("2026-04-01")), ("202641", Bad(Rule::Type))]);
    check(&date("EEEE, d MMMM yyyy"), &[("Wednesday,  1 April 2026", Text("2026-04-01"))]);
    check(&date("yyyy/MM/dd"), &[("2026/04/01", Text("2026-04-01"))]);
    check(&date("dd/MM/yy"), &[("31-12-26", Bad(Rule::Format))]);
}

#[test]
fn months_are_named_in_four_languages() {
    check(
        &date("d. MMM yyyy"),
        &[
            ("1. März 2026", Text("2026-03-01")),
            ("1. Mrz. 2026", Text("2026-03-01")),
            ("1. févr. 2026", Text("2026-02-01")),
            ("31. AOÛT 2026", Text("2026-08-31")),
            ("3. dic 2026", Text("2026-12-03")),
            ("1. Foo 2026", Bad(Rule::Type)),
        ],
    );
    check(&date("MMM d, yyyy"), &[("Apr 1, 2026", Text("2026-04-01")), ("September 30, 2026", Text("2026-09-30"))]);
    check(&date("dd-MMM-yyyy HH:mm"), &[("01-MAR-2026 09:05", Text("2026-03-01T09:05:00Z"))]);
    check(&date("d 'de' MMMM 'de' yyyy"), &[("5 de enero de 2026", Text("2026-01-05"))]);
}

#[test]
fn times_keep_their_instant() {
    check(
        &date("dd.MM.yyyy HH:mm"),
        &[
            ("01.04.2026 12:30", Text("2026-04-01T12:30:00Z")),
            ("01.04.2026", Text("2026-04-01")),
            ("01.04.2026 24:00", Bad(Rule::Format)),
        ],
    );
    check(
        &date("M/d/yyyy h:mm:ss a"),
        &[
            ("4/1/2026 12:00:05 AM", Text("2026-04-01T00:00:05Z")),
            ("4/1/2026 12:30:00 p.m.", Text("2026-04-01T12:30:00Z")),
            ("4/1/2026 1:30:00 p. m.", Text("2026-04-01T13:30:00Z")),
            ("4/1/2026 13:30:00 PM", Bad(Rule::Format)),
        ],
    );
    check(&date("yyyy-MM-dd HH:mm:ss.SSSXXX"), &[("2026-04-01 01:30:00.250+02:00", Text("2026-03-31T23:30:00.25Z"))]);
    check(
        &date("iso"),
        &[
            ("2026-04-01T12:30:00Z", Text("2026-04-01T12:30:00Z")),
            ("2026-04-01 12:30:00", Text("2026-04-01T12:30:00Z")),
            ("2026-04-01T12:30", Text("2026-04-01T12:30:00Z")),
            ("2026-04-01 12:30:00.738", Text("2026-04-01T12:30:00.738Z")),
            ("2026-04-01T12:30:00+0200", Text("2026-04-01T10:30:00Z")),
            ("2026-04-01T12:30:00.1234567890Z", Bad(Rule::Type)),
            ("2026-13-01", Bad(Rule::Type)),
            ("01.04.2026", BadBut(Rule::Format, "2026-04-01")),
        ],
    );
    check(
        &date("unix"),
        &[("1775046600", Text("2026-04-01T12:30:00Z")), ("1775046600250", Text("2026-04-01T12:30:00.25Z"))],
    );
    check(
        &date("excel"),
        &[
            ("1", Text("1900-01-01")),
            ("59", Text("1900-02-28")),
            ("60", Bad(Rule::Type)),
            ("61", Text("1900-03-01")),
            ("46113", Text("2026-04-01")),
            ("46113.5208333333", Text("2026-04-01T12:30:00Z")),
            ("-1", Bad(Rule::Type)),
        ],
    );
}

#[test]
fn an_unanswered_question_leaves_only_the_doubtful_open() {
    check(
        &date("dd/MM/yyyy|MM/dd/yyyy"),
        &[
            ("03/04/2026", Bad(Rule::Ambiguous)),
            ("04/04/2026", Text("2026-04-04")),
            ("31/12/2026", Text("2026-12-31")),
            ("12/31/2026", Text("2026-12-31")),
            ("2026-04-03", Text("2026-04-03")),
            ("31/12/27", BadBut(Rule::Ambiguous, "2027-12-31")),
        ],
    );
    check(
        &number("1234.56|1.234,56"),
        &[("1.234", Bad(Rule::Ambiguous)), ("12.5", Text("12.5")), ("1.234,5", Text("1234.5")), ("500", Text("500"))],
    );
    let pipeline = Pipeline::compile(&[date("dd/MM/yyyy|MM/dd/yyyy")]).expect("both are formats");
    let fault = pipeline.apply(&["03/04/2026"]).expect_err("it is ambiguous");
    assert_eq!(
        fault.message,
        "“03/04/2026” can be 3 April 2026 or 4 March 2026. Say on Match which order the dates of the column have."
    );
}

#[test]
fn numbers_are_read_in_their_format() {
    check(
        &number("1,234.56"),
        &[
            ("1,234.56", Text("1234.56")),
            ("1234.56", Text("1234.56")),
            ("-1,234,567.5", Text("-1234567.5")),
            ("12,34.56", Bad(Rule::Type)),
            ("0 0.00", Bad(Rule::Type)),
            ("1.234,56", BadBut(Rule::Format, "1234.56")),
            (".5", Text("0.5")),
            ("5.", Bad(Rule::Type)),
            ("007.50", Text("7.50")),
            ("-0.00", Text("0.00")),
            ("12 pcs", BadBut(Rule::Format, "12")),
            ("1,200 Sitze", BadBut(Rule::Format, "1200")),
            ("12 TB", Bad(Rule::Format)),
            ("12 months left", Bad(Rule::Type)),
            ("1.5e3", BadBut(Rule::Format, "1500")),
            ("12E5", Bad(Rule::Format)),
            ("n/a", Bad(Rule::Type)),
            ("", Empty),
            ("4.27167E+18", Bad(Rule::Spreadsheet)),
            ("1.23E+05", Bad(Rule::Spreadsheet)),
            ("1.23456E+05", BadBut(Rule::Spreadsheet, "123456")),
            ("1e+05", BadBut(Rule::Spreadsheet, "100000")),
            ("#DIV/0!", Bad(Rule::Spreadsheet)),
            ("12345678901234567890123456789", Bad(Rule::Range)),
        ],
    );
    check(
        &number("1.234,56"),
        &[
            ("1.234,56", Text("1234.56")),
            ("1.234", Text("1234")),
            ("1234,5", Text("1234.5")),
            // What is proposed is written as the column is.
            ("1,234.56", BadBut(Rule::Format, "1234,56")),
            ("2,5 Stk.", BadBut(Rule::Format, "2,5")),
            ("1.5e-3", BadBut(Rule::Format, "0,0015")),
        ],
    );
    check(&number("1234,56"), &[("1234,56", Text("1234.56")), ("1.234", Bad(Rule::Format)), ("12", Text("12"))]);
    check(&number("1234.56"), &[("1234.56", Text("1234.56")), ("1,234.56", BadBut(Rule::Format, "1234.56"))]);
    check(&number("1 234,56"), &[("1\u{202f}234,56", Text("1234.56")), ("1\u{a0}234 567,00", Text("1234567.00"))]);
    check(&number("1'234.56"), &[("1’234.50", Text("1234.50")), ("1'23.50", Bad(Rule::Type))]);
    check(
        &number("12,34,567.89"),
        &[("12,34,567.89", Text("1234567.89")), ("1,234", Text("1234")), ("123,456", Bad(Rule::Format))],
    );
    check(&number("1234"), &[("1234", Text("1234")), ("0012", Text("12")), ("12.5", BadBut(Rule::Format, "12.5"))]);
}

#[test]
fn what_is_written_in_another_way_is_proposed_where_it_can_only_mean_one_thing() {
    check(
        &date("dd.MM.yyyy"),
        &[
            ("2026/04/01", BadBut(Rule::Format, "2026-04-01")),
            ("20260401", BadBut(Rule::Format, "2026-04-01")),
            ("13/04/2026", BadBut(Rule::Format, "2026-04-13")),
            ("04/13/2026", BadBut(Rule::Format, "2026-04-13")),
            ("03/04/2026", Bad(Rule::Format)),
            ("3/4/26", Bad(Rule::Format)),
            ("13/4/26", Bad(Rule::Format)),
            ("1 April 2026", BadBut(Rule::Format, "2026-04-01")),
            ("1. März 2026", BadBut(Rule::Format, "2026-03-01")),
            ("5 févr. 2026", BadBut(Rule::Format, "2026-02-05")),
            ("7-dic-2026", BadBut(Rule::Format, "2026-12-07")),
            ("Mar 5, 2026", BadBut(Rule::Format, "2026-03-05")),
            // A day as a spreadsheet counts it; 12345 would be in 1933 and is no date here.
            ("46113", BadBut(Rule::Format, "2026-04-01")),
            ("12345", Bad(Rule::Type)),
        ],
    );
    check(
        &number("1,234.56"),
        &[
            ("1.234,50", BadBut(Rule::Format, "1234.50")),
            ("1 234,50", BadBut(Rule::Format, "1234.50")),
            ("(1.234,50)", BadBut(Rule::Format, "-1234.50")),
            ("1.234,50-", BadBut(Rule::Format, "-1234.50")),
            ("1.234,50 CR", BadBut(Rule::Format, "-1234.50")),
            ("€ 1.234,50", BadBut(Rule::Format, "1234.50")),
            ("12,34,567.50", BadBut(Rule::Format, "1234567.50")),
            ("1'234.50", BadBut(Rule::Format, "1234.50")),
        ],
    );
    // Twelve and a half, or 1234 with a mark between its thousands: nothing is proposed.
    check(&number("1234"), &[("1.234", Bad(Rule::Format)), ("1,234", Bad(Rule::Format))]);
}

#[test]
fn signs_and_currencies_may_stand_around_a_number() {
    check(
        &number("1,234.56"),
        &[
            ("€1,234.56", Text("1234.56")),
            ("EUR 1,234.56", Text("1234.56")),
            ("1,234.56 USD", Text("1234.56")),
            ("US$ 5", Text("5")),
            ("-£5.00", Text("-5.00")),
            ("£-5.00", Text("-5.00")),
            ("(£5.00)", Text("-5.00")),
            ("5.00-", Text("-5.00")),
            ("\u{2212}5.00", Text("-5.00")),
            ("5.00 CR", Text("-5.00")),
            ("5.00 DR", Text("5.00")),
            ("+5", Text("5")),
            ("--5", Bad(Rule::Type)),
            ("(-5)", Bad(Rule::Type)),
            ("5 EURO", Bad(Rule::Format)),
            ("12.5%", Bad(Rule::Type)),
        ],
    );
    check(&number("1234,56 %"), &[("12,5 %", Text("12.5")), ("12,5", Text("12.5")), ("12,5%", Text("12.5"))]);
}

#[test]
fn countries_are_known_by_code_and_name() {
    check(
        &Step::Country,
        &[
            ("GB", Text("GB")),
            ("gb", Text("GB")),
            ("GBR", Text("GB")),
            ("UK", Text("GB")),
            ("England", Text("GB")),
            ("Deutschland", Text("DE")),
            ("Allemagne", Text("DE")),
            ("Alemania", Text("DE")),
            ("Österreich", Text("AT")),
            ("OESTERREICH", Text("AT")),
            ("USA", Text("US")),
            ("United States of America", Text("US")),
            ("Holland", Text("NL")),
            ("Côte d'Ivoire", Text("CI")),
            ("Česko", Text("CZ")),
            ("日本", Text("JP")),
            ("Suisse", Text("CH")),
            ("España", Text("ES")),
            ("Ruritania", Bad(Rule::Allowed)),
            ("Wessex", Bad(Rule::Allowed)),
            ("XX", Bad(Rule::Allowed)),
            ("#N/A", Bad(Rule::Spreadsheet)),
        ],
    );
}

#[test]
fn currencies_are_known_by_code_sign_and_name() {
    check(
        &Step::Currency { dollar: None },
        &[
            ("EUR", Text("EUR")),
            ("eur ", Text("EUR")),
            ("€", Text("EUR")),
            ("£", Text("GBP")),
            ("US$", Text("USD")),
            ("Euro", Text("EUR")),
            ("Swiss franc", Text("CHF")),
            ("$", Bad(Rule::Ambiguous)),
            ("kr", Bad(Rule::Allowed)),
            ("XXQ", Bad(Rule::Allowed)),
            ("XXX", Bad(Rule::Allowed)),
        ],
    );
    check(&Step::Currency { dollar: Some("CAD".into()) }, &[("$", Text("CAD")), ("USD", Text("USD"))]);
}

#[test]
fn phones_are_brought_to_e164() {
    check(
        &Step::Phone { region: Some("GB".into()), by_country: false },
        &[
            ("01566 55 0192", Text("+441566550192")),
            ("+44 (0)1566 550192", Text("+441566550192")),
            ("0044 1566 550192", Text("+441566550192")),
            ("+49 30 901820", Text("+4930901820")),
            ("01566 55", Bad(Rule::Format)),
            ("call reception", Bad(Rule::Format)),
            ("01566 550192 ext. 12", BadBut(Rule::Format, "+441566550192")),
        ],
    );
    check(
        &Step::Phone { region: None, by_country: false },
        &[
            ("+441566550192", Text("+441566550192")),
            ("01566 550192", Bad(Rule::Format)),
            ("00 49 30 901820", Text("+4930901820")),
        ],
    );
}

#[test]
fn a_phone_is_read_in_the_country_of_its_row() {
    let steps = [Step::Trim, Step::Phone { region: Some("GB".into()), by_country: true }];
    check_cells(&steps, &["030 901820", "Deutschland"], Text("+4930901820"));
    check_cells(&steps, &["01566 550192", ""], Text("+441566550192"));
    check_cells(&steps, &["+49 30 901820", "FR"], Text("+4930901820"));
    check_cells(&steps, &["", "Deutschland"], Empty);
    check_cells(&steps, &["01566 550192"], Text("+441566550192"));
    check_cells(&steps, &["01566 550192", "Deutschland"], Bad(Rule::Format));
}

#[test]
fn words_for_yes_and_no_are_known() {
    check(
        &Step::Boolean,
        &[
            ("true", Text("true")),
            ("Ja", Text("true")),
            ("OUI", Text("true")),
            ("Sí", Text("true")),
            ("x", Text("true")),
            ("0", Text("false")),
            ("Nein", Text("false")),
            ("perhaps", Bad(Rule::Type)),
            ("", Empty),
        ],
    );
}

#[test]
fn words_for_billing_periods_are_known() {
    let known = [
        (
            "P1M",
            ["monthly", "mthly", "mtl.", "Monatlich", "mensuel", "mensual", "per month", "je Monat", "/mo", "1 Monat"],
        ),
        (
            "P3M",
            [
                "quarterly",
                "qtrly",
                "vierteljährlich",
                "quartalsweise",
                "trimestriel",
                "trimestral",
                "every 3 months",
                "alle drei Monate",
                "3m",
                "Quartal",
            ],
        ),
        (
            "P6M",
            [
                "half-yr",
                "half-yearly",
                "halbjährlich",
                "semestriel",
                "semestral",
                "semi-annual",
                "6 mois",
                "cada 6 meses",
                "halbjaehrlich",
                "2 quarters",
            ],
        ),
        ("P1Y", ["yearly", "annual", "jährlich", "annuel", "anual", "p.a.", "12 months", "par an", "pro Jahr", "P1Y"]),
        (
            "P1W",
            ["weekly", "wöchentlich", "hebdomadaire", "semanal", "every week", "7 x", "W", "je Woche", "P1W", "1 week"],
        ),
    ];
    for (period, words) in known {
        for word in words.into_iter().filter(|word| *word != "7 x") {
            check(&Step::Cadence, &[(word, Text(period))]);
        }
    }
    check(
        &Step::Cadence,
        &[
            ("daily", Text("P1D")),
            ("fortnightly", Text("P2W")),
            ("24 months", Text("P2Y")),
            ("14 Tage", Text("P14D")),
            ("one-off", Text("P0D")),
            ("einmalig", Text("P0D")),
            ("on call", Bad(Rule::Allowed)),
            ("bi-monthly", Bad(Rule::Allowed)),
            ("0 months", Bad(Rule::Allowed)),
            ("7 x", Bad(Rule::Allowed)),
        ],
    );
}

#[test]
fn steps_that_make_no_sense_are_refused() {
    let refused = [
        (vec![Step::Extract { pattern: "(".into() }], "the pattern “(” cannot be used"),
        (vec![date("dd.MM")], "“dd.MM” is no date format"),
        (vec![date("yyyy-dd-MM")], "“yyyy-dd-MM” is no date format"),
        (vec![date("mm:ss dd.MM.yyyy")], "is no date format"),
        (vec![number("1_234")], "“1_234” is no number format"),
        (vec![Step::Trim, Step::Join { separator: " ".into() }], "columns can only be joined in the first step"),
        (vec![Step::Split { separator: String::new(), part: 1 }], "needs a separator"),
        (vec![Step::Split { separator: ",".into(), part: 0 }], "needs a separator"),
        (vec![Step::Currency { dollar: Some("DOLLAR".into()) }], "“DOLLAR” is no currency"),
        (vec![Step::Phone { region: Some("Narnia".into()), by_country: false }], "“Narnia” is no country"),
    ];
    for (steps, message) in refused {
        let error = Pipeline::compile(&steps).expect_err("the steps make no sense").to_string();
        assert!(error.contains(message), "{steps:?} says {error:?}");
    }
}
