//! The figures the screens show.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;

use crate::table::{FULL, Files, SHORT};

#[test]
fn the_fixtures_are_what_is_written() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sample");
    let written = std::fs::read_dir(SHORT.dir.path()).expect("the written folder can be listed");
    let mut names: Vec<_> = written.map(|file| file.expect("a file can be listed").file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 5);
    for name in names {
        let [kept, made] = [&fixtures, SHORT.dir.path()].map(|dir| std::fs::read(dir.join(&name)).unwrap_or_default());
        assert!(kept == made, "fixtures/sample/{} differs: run the example `write` on it", name.display());
    }
}

#[test]
fn sizes_differ_in_usage_only() {
    for (files, usage) in [(&SHORT, 20_000), (&FULL, 418_362)] {
        let rows = [&files.customers, &files.usage, &files.contracts].map(|table| table.rows.len());
        assert_eq!(rows, [1_204, usage, 986]);
    }
    assert_eq!(SHORT.customers.rows, FULL.customers.rows);
    assert_eq!(SHORT.contracts.rows, FULL.contracts.rows);
}

#[test]
fn customers_are_counted_as_told() {
    let customers = &SHORT.customers;
    assert_eq!(customers.by("Account No").len(), 1_201);
    let rhythms: Vec<_> = customers.by("Invoice rhythm").into_iter().map(|(word, rows)| (word, rows.len())).collect();
    assert_eq!(rhythms, [("half-yr", 44), ("monthly", 731), ("qtrly", 298), ("quarterly", 57), ("yearly", 74)]);
    assert_eq!(customers.rows.iter().map(|row| row[1].trim_end().chars().count()).max(), Some(61));
    let names = customers.by("Country").len();
    assert_eq!(names, 19 + 2, "19 known names and two invented countries");
}

#[test]
fn usage_adds_up_by_currency_and_month() {
    for files in [&SHORT, &FULL] {
        let mut sums = BTreeMap::<(&str, &str), Decimal>::new();
        for row in files.usage.numbers() {
            let [currency, time, amount] = ["Currency", "Time", "Amount"].map(|name| files.usage.cell(row, name));
            *sums.entry((currency, time.get(..7).unwrap_or_default())).or_default() += decimal(amount);
        }
        sums.retain(|_, sum| !sum.is_zero());
        let told = totals(files, "amount").map(|total| {
            (total.currency.expect("amounts have a currency"), total.month.expect("amounts have a month"), total.read)
        });
        let told: BTreeMap<_, _> = told.map(|(currency, month, read)| ((currency, month), read)).collect();
        assert_eq!(sums, told);
    }
}

#[test]
fn totals_are_those_of_the_screens() {
    let all = |measure, currency| -> (String, String) {
        let mine: Vec<_> = totals(&SHORT, measure).filter(|total| total.currency == currency).collect();
        let sum = |of: fn(&sample::ControlTotal) -> Decimal| mine.iter().map(|total| of(total)).sum::<Decimal>();
        (sum(|total| total.expected).to_string(), sum(|total| total.read).to_string())
    };
    let same = |value: &str| (value.to_owned(), value.to_owned());
    assert_eq!(all("amount", Some("EUR")), ("3586496.90".to_owned(), "3590815.50".to_owned()));
    assert_eq!(all("amount", Some("GBP")), same("1731043.69"));
    assert_eq!(all("amount", Some("USD")), same("896893.95"));
    assert_eq!(all("annual_value", Some("EUR")), same("6412880.00"));
    assert_eq!(all("annual_value", Some("GBP")), same("2987455.50"));
    assert_eq!(all("annual_value", Some("USD")), same("1645210.00"));
    assert_eq!(all("rows", None), same("22190"));
}

#[test]
fn a_year_of_contracts_adds_up_by_currency() {
    let contracts = &SHORT.contracts;
    for total in totals(&SHORT, "annual_value") {
        let mine = |row: &u64| Some(contracts.cell(*row, "Cur")) == total.currency;
        let sum: Decimal =
            contracts.numbers().filter(mine).map(|row| decimal(contracts.cell(row, "Annual value"))).sum();
        assert_eq!(sum, total.read, "{:?}", total.currency);
    }
}

/// Lines 226,904 to 227,115 in full: customer, rows and value of what stands in the file twice.
#[test]
fn the_last_hours_of_may_stand_there_twice() {
    for (files, first_line) in [(&SHORT, None), (&FULL, Some(226_904))] {
        let usage = &files.usage;
        let copies: Vec<_> =
            files.sample.expected.iter().filter(|f| (f.rule, f.field) == ("unique", "data.event_id")).collect();
        let copies: Vec<_> = copies.into_iter().filter(|f| f.severity == sample::Severity::Warning).collect();
        let first = copies[0].row;
        assert!(first_line.is_none_or(|line| line == copies[0].line));
        assert!(copies.iter().map(|copy| copy.row).eq(first..first + 212), "the copies stand together");

        let mut by_customer = BTreeMap::<&str, (u64, Decimal)>::new();
        for row in first..first + 212 {
            assert_eq!(usage.rows[row as usize - 1], usage.rows[row as usize - 213], "copy and original are equal");
            assert!(usage.cell(row, "Time") >= "2026-05-31T22", "{}", usage.cell(row, "Time"));
            let (rows, value) = by_customer.entry(usage.cell(row, "Account No")).or_default();
            (*rows, *value) = (*rows + 1, *value + decimal(usage.cell(row, "Amount")));
        }
        let told = [("00217", 96, "1958.40"), ("00641", 71, "1505.20"), ("01032", 45, "855.00")];
        assert_eq!(by_customer, told.map(|(account, rows, value)| (account, (rows, decimal(value)))).into());
    }
    let in_may = |row: &&Vec<String>| row[2].starts_with("2026-05");
    assert_eq!(FULL.usage.rows.iter().filter(in_may).count(), 48_310);
}

#[test]
fn contracts_stand_where_the_screens_show_them() {
    let cases = [
        (1, "C-2025-0001", "00003", "EUR", "4800"),
        (2, "C-2025-0002", "01032", "EUR", "2150"),
        (118, "C-2025-0118", "817", "EUR", "4800"),
        (119, "C-2025-0121", "822", "GBP", "2150"),
        (131, "C-2025-0140", "90", "EUR", "18600"),
        (140, "C-2025-0152", "641", "GBP", "4800"),
        (152, "C-2025-0166", "217", "EUR", "9600"),
        (167, "C-2025-0183", "44", "EUR", "2150"),
        (171, "C-2025-0188", "903", "USD", "4800"),
        (180, "C-2025-0197", "77", "GBP", "17250"),
        (204, "C-2025-0226", "8", "EUR", "7200"),
        (213, "C-2025-0240", "512", "EUR", "2150"),
        (214, "C-2025-0241", "512", "EUR", "4800"),
        (230, "C-2025-0259", "338", "USD", "4800"),
        (246, "C-2025-0277", "61", "GBP", "2150"),
        (251, "C-2025-0283", "705", "EUR", "14900"),
        (266, "C-2025-0301", "19", "EUR", "4800"),
        (289, "C-2025-0328", "650", "EUR", "9600"),
    ];
    for (row, contract, account, currency, annual) in cases {
        let cells = ["Contract", "Account No", "Cur", "Annual value"].map(|name| SHORT.contracts.cell(row, name));
        assert_eq!(cells, [contract, account, currency, annual]);
    }
}

#[test]
fn customers_carry_the_names_of_the_screens() {
    let cases = [
        ("00001", "Ärzte-Labor Wismar GmbH"),
        ("00002", "Tamar Valley Testing"),
        ("00217", "Aalborg Vandlab ApS"),
        ("00391", "Harz Analytik"),
        ("00641", "Kernow Water Science Ltd"),
        ("00702", "Fenwick Labs"),
        ("00703", "Fenwick Laboratories"),
        ("00822", "Severn Water Quality"),
        ("01032", "Stadtwerke Lindau Labor"),
        ("01107", "Calder Valley Labs"),
    ];
    let rows = SHORT.customers.by("Account No");
    for (account, company) in cases {
        assert_eq!(SHORT.customers.cell(rows[account][0], "Company"), company);
    }
}

fn totals<'a>(files: &'a Files, measure: &'a str) -> impl Iterator<Item = &'a sample::ControlTotal> {
    files.sample.totals.iter().filter(move |total| total.measure == measure)
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect("the cell is a number")
}
