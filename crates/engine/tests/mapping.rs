//! Matching, mapping, recognition and templates through their public doors.

#[path = "mapping/values.rs"]
mod values;

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::intake::{ColumnProfile, ColumnType};
use engine::mapping::template::{self, Template, TemplateError};
use engine::mapping::{Confidence, FieldMapping, Mapper, Mapping, Meter, Record, Settled, suggest};
use engine::recognise;
use engine::schema::finding::{Rule, Severity};
use engine::schema::sync::Sync;
use engine::schema::{Dataset, Kind, zenskar};
use engine::transform::{Step, Value};
use proptest::prelude::*;

const CORPUS: &str = include_str!("mapping/corpus.txt");

/// One labelled table of the corpus.
struct Table {
    dataset: &'static str,
    name: &'static str,
    /// Column, sort of its values, field or `-`.
    columns: Vec<(&'static str, &'static str, &'static str)>,
}

impl Table {
    fn profiles(&self) -> Vec<ColumnProfile> {
        self.columns.iter().map(|(name, sort, _)| values::column(name, sort)).collect()
    }
}

fn corpus() -> Vec<Table> {
    let lines = CORPUS.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let table = |line: &'static str| {
        let mut parts = line.splitn(3, " | ");
        let mut next = || parts.next().expect("a line has three parts");
        let (dataset, name, columns) = (next(), next(), next());
        Table { dataset, name, columns: columns.split("; ").map(labelled).collect() }
    };
    lines.map(table).collect()
}

fn labelled(column: &'static str) -> (&'static str, &'static str, &'static str) {
    let (head, field) = column.rsplit_once('=').expect("a column has a label");
    match head.rsplit_once(':').filter(|(_, sort)| !sort.contains(' ')) {
        Some((name, sort)) => (name, sort, field),
        None => (head, values::usual(field), field),
    }
}

fn dataset(id: &str) -> &'static Dataset {
    zenskar::schema().dataset(id).expect("the schema has the dataset")
}

fn suggested(id: &str, profiles: &[ColumnProfile]) -> Mapping {
    suggest("zenskar", dataset(id), profiles, &Settled::default())
}

#[derive(Debug, Default)]
struct Tally {
    expected: usize,
    given: usize,
    right: usize,
    certain: usize,
    certain_right: usize,
}

/// Of a thousand.
fn share(part: usize, whole: usize) -> usize {
    (part * 1000 + whole / 2).checked_div(whole).unwrap_or(1000)
}

#[test]
fn columns_of_the_corpus_find_their_fields() {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = String::new();
    for table in corpus() {
        let schema = dataset(table.dataset);
        let mapping = suggested(table.dataset, &table.profiles());
        let tally = tallies.entry(table.dataset).or_default();
        for (column, _, expected) in &table.columns {
            let found = mapping.fields.iter().find(|field| field.columns.first().is_some_and(|first| first == column));
            let given = found.filter(|field| schema.field(&field.field).is_some());
            let expected = Some(*expected).filter(|id| schema.field(id).is_some());
            let right = given.is_some_and(|field| Some(field.field.as_str()) == expected);
            let certain = given.is_some_and(|field| field.confidence == Confidence::Certain);
            tally.expected += usize::from(expected.is_some());
            tally.given += usize::from(given.is_some());
            tally.right += usize::from(right);
            tally.certain += usize::from(certain);
            tally.certain_right += usize::from(certain && right);
            if !right && (given.is_some() || expected.is_some()) {
                let given = given.map(|field| (field.field.as_str(), field.confidence, field.why.as_str()));
                let (dataset, name) = (table.dataset, table.name);
                writeln!(wrong, "{dataset} {name}: {column:?} is {expected:?}, got {given:?}").expect("text grows");
            }
        }
    }
    for (dataset, tally) in &tallies {
        let precision = share(tally.right, tally.given);
        let recall = share(tally.right, tally.expected);
        let certain = share(tally.certain_right, tally.certain);
        println!(
            "{dataset}: precision {precision} ‰, recall {recall} ‰, {certain} ‰ of the {} certain ones",
            tally.certain
        );
        assert!(precision >= 980 && recall >= 980 && certain >= 990, "{dataset}: {tally:?}\n{wrong}");
        assert!(share(tally.certain, tally.expected) >= 850, "too many are left to the user in {dataset}: {tally:?}");
    }
    println!("{wrong}");
}

#[test]
fn tables_of_the_corpus_are_recognised() {
    for table in corpus() {
        let guess = recognise::dataset(zenskar::schema(), &table.profiles());
        let guess = guess.unwrap_or_else(|| panic!("{} {} is not recognised", table.dataset, table.name));
        assert_eq!(guess.dataset, table.dataset, "{}: {guess:?}", table.name);
    }
}

#[test]
fn what_is_nothing_of_the_kind_is_not_recognised() {
    let stock = [("Warehouse", "cities"), ("Shelf", "skus"), ("Bin colour", "statuses"), ("Stocktaker", "people")];
    let columns: Vec<_> = stock.iter().map(|(name, sort)| values::column(name, sort)).collect();
    assert!(recognise::dataset(zenskar::schema(), &columns).is_none());
    assert!(recognise::dataset(zenskar::schema(), &[]).is_none());
}

/// Checks one field of a suggestion: its columns, sureness and reason.
fn check_field(mapping: &Mapping, id: &str, columns: &[&str], confidence: Confidence, why: &str) -> FieldMapping {
    let field = mapping.field(id).unwrap_or_else(|| panic!("{id} is in the mapping"));
    assert_eq!(
        (field.columns.as_slice(), field.confidence, field.why.as_str()),
        (strings(columns).as_slice(), confidence, why),
        "{id}"
    );
    field.clone()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn steps(format: Step) -> Vec<Step> {
    vec![Step::Trim, format]
}

#[test]
fn sureness_is_explained() {
    let columns = [
        values::column("Account No", "ids"),
        values::column("Company", "companies"),
        values::column("Tel", "phones"),
        values::column("Country", "countries"),
        values::column("VAT no", "taxids"),
        values::column("E-mail", "emails"),
        values::column("City", "cities"),
        values::column("Town", "cities"),
    ];
    let mapping = suggested("customers", &columns);
    check_field(&mapping, "external_id", &["Account No"], Confidence::Certain, "40 different, none empty");
    check_field(&mapping, "email", &["E-mail"], Confidence::Certain, "40 filled, look like e-mail");
    check_field(&mapping, "address.city", &["City"], Confidence::Likely, "40 filled, longest 7; “Town” fits too");
    check_field(&mapping, "communications_enabled", &[], Confidence::Fixed, "Always “No”");
    check_field(&mapping, "address.state", &[], Confidence::None, "");
    let country =
        check_field(&mapping, "address.country_code", &["Country"], Confidence::Certain, "5 names, all known");
    assert_eq!(country.steps, steps(Step::Country));
    let tax = mapping.field("tax_info.tax_id").expect("it is suggested");
    assert_eq!(tax.steps, steps(Step::RemoveBlanks));
    let phone = mapping.field("phone_number").expect("it is suggested");
    assert_eq!(phone.steps, steps(Step::Phone { region: None, by_country: false }), "all have a country code");
}

#[test]
fn doubtful_columns_are_never_certain() {
    let cases = [
        ("customers", "State", "statuses"),
        ("customers", "Company", "skus"),
        ("customers", "Account Number", "repeated"),
        ("customers", "Parent Account Number", "ids"),
        ("customers", "Email Opt Out", "booleans"),
        ("customers", "Number", "ids"),
        ("customers", "Phone", "amounts"),
        ("usage", "Time", "small"),
        ("usage", "Date", "dates"),
        ("usage", "Customer name", "companies"),
        ("usage", "Users", "quantities"),
        ("contracts", "Contract value", "small"),
        ("contracts", "Name", "products"),
        ("contracts", "Item number", "ids"),
        ("contracts", "Customer", "companies"),
        ("contracts", "Terms", "terms"),
        ("contracts", "Rate", "amounts"),
        ("contracts", "Country code", "iso"),
        ("contracts", "Total price", "amounts"),
    ];
    for (dataset, name, sort) in cases {
        let mapping = suggested(dataset, &[values::column(name, sort)]);
        let certain = mapping.fields.iter().find(|field| field.confidence == Confidence::Certain);
        assert_eq!(certain, None, "{name} in {dataset}");
    }
}

#[test]
fn national_phone_numbers_take_the_country_of_their_row_or_ask() {
    let mut phones = values::column("Tel", "phones");
    phones.samples = phones.samples.iter().map(|phone| phone.replace("+44 ", "0")).collect();
    let with_country = [phones.clone(), values::column("Country", "countries")];
    let phone = suggested("customers", &with_country).field("phone_number").expect("it is suggested").clone();
    assert_eq!(phone.columns, strings(&["Tel", "Country"]));
    assert_eq!(phone.steps, steps(Step::Phone { region: None, by_country: true }));
    let alone = suggested("customers", &[phones]);
    check_field(&alone, "phone_number", &["Tel"], Confidence::Question, "Numbers without a country code");
}

#[test]
fn what_can_be_read_in_two_ways_is_asked() {
    let mut start = values::column("Start date", "dates");
    start.format = Some("dd/MM/yyyy".to_owned());
    start.also = strings(&["dd/MM/yyyy", "MM/dd/yyyy"]);
    start.samples = strings(&["03/04/2026", "01/12/2026"]);
    let mut price = values::column("Unit price", "amounts");
    price.format = Some("1234.56".to_owned());
    price.also = strings(&["1234.56", "1.234,56"]);
    price.samples = strings(&["1.234", "2.500"]);
    let mapping = suggested("contracts", &[start.clone(), price]);
    let asked = check_field(&mapping, "start_date", &["Start date"], Confidence::Question, "Date order fits both ways");
    assert_eq!(asked.steps, steps(Step::Date { format: "dd/MM/yyyy|MM/dd/yyyy".to_owned() }));
    let asked =
        check_field(&mapping, "unit_amount", &["Unit price"], Confidence::Question, "Decimal mark fits both ways");
    assert_eq!(asked.steps, steps(Step::Number { format: "1234.56|1.234,56".to_owned() }));
    start.samples = (1..13).map(|day| format!("{day:02}/{day:02}/2026")).collect();
    start.samples.push("05/05/26".to_owned());
    let mapping = suggested("contracts", &[start]);
    let same = mapping.field("start_date").expect("it is suggested");
    assert_eq!(same.confidence, Confidence::Certain, "both orders read every date alike");
}

#[test]
fn indian_groups_are_noticed() {
    let mut price = values::column("Unit price", "amounts");
    price.samples = strings(&["12,34,567.00", "4,50,000.00", "75,000.00"]);
    let mapping = suggested("contracts", &[price]);
    let steps = &mapping.field("unit_amount").expect("it is suggested").steps;
    assert_eq!(steps.last(), Some(&Step::Number { format: "12,34,567.89".to_owned() }));
}

#[test]
fn unknown_words_are_asked_and_known_ones_translated() {
    let mut billing = values::column("Invoice rhythm", "cadence");
    billing.samples.clear();
    billing.common = [("monthly", 731), ("qtrly", 298), ("yearly", 71), ("on call", 3)]
        .map(|(word, count)| (word.to_owned(), count))
        .into();
    let timing = values::column("Billed in", "timings");
    let mapping = suggested("contracts", &[billing, timing]);
    let cadence = check_field(&mapping, "cadence", &["Invoice rhythm"], Confidence::Question, "4 words, 1 not known");
    assert_eq!(cadence.steps, steps(Step::Cadence));
    let timing = check_field(&mapping, "billing_timing", &["Billed in"], Confidence::Certain, "2 words, all known");
    let Some(Step::ValueMap { values, .. }) = timing.steps.last() else { panic!("the words are mapped: {timing:?}") };
    assert_eq!(values.get("in arrears").map(String::as_str), Some("postpaid"));
}

#[test]
fn codes_are_sent_as_they_stand_and_a_few_wrong_ones_stay_findings() {
    let mut currency = values::column("Currency", "currencies");
    currency.samples.clear();
    currency.common = [("EUR", 900), ("GBP", 98), ("EURO", 2)].map(|(code, count)| (code.to_owned(), count)).into();
    let mapping = suggested("usage", &[currency]);
    assert_eq!(mapping.field("data.currency").expect("it is suggested").steps, [Step::Trim]);
}

#[test]
fn a_day_is_taken_from_a_time_only_by_a_visible_step() {
    let mapping = suggested("contracts", &[values::column("Start date", "datetimes")]);
    let split = Step::Split { separator: "T".to_owned(), part: 1 };
    let expected = [Step::Trim, Step::Date { format: "iso".to_owned() }, split];
    assert_eq!(mapping.field("start_date").expect("it is suggested").steps, expected);
}

#[test]
fn left_over_columns_of_usage_are_kept() {
    let columns = [
        values::column("Account No", "repeated"),
        values::column("Time", "instants"),
        values::column("API calls", "quantities"),
        values::column("Region", "regions"),
        values::column("API-Calls", "small"),
        values::column("Plant", "ids"),
        values::column("api_calls", "small"),
        ColumnProfile { name: "Nothing".to_owned(), kind: ColumnType::Empty, empty: 40, ..ColumnProfile::default() },
    ];
    let mapping = suggested("usage", &columns);
    let free: Vec<_> = mapping.fields.iter().filter_map(|field| Some((field.field.as_str(), field.kind?))).collect();
    let expected = [
        ("data.region", Kind::Text),
        ("data.api_calls", Kind::Integer),
        ("data.plant", Kind::Id),
        ("data.api_calls_2", Kind::Integer),
    ];
    assert_eq!(free, expected);
    let quantity = mapping.field("data.quantity").expect("every event needs one");
    assert_eq!((quantity.columns[0].as_str(), quantity.confidence), ("API calls", Confidence::Likely));
    assert!(
        suggested("customers", &columns).fields.iter().all(|field| field.kind.is_none()),
        "the user decides about them"
    );
}

#[test]
fn first_and_last_name_make_a_name_where_there_is_no_other() {
    let columns = [values::column("Vorname", "people"), values::column("Nachname", "people")];
    let mapping = suggested("customers", &columns);
    let name = check_field(
        &mapping,
        "customer_name",
        &["Vorname", "Nachname"],
        Confidence::Likely,
        "First and last name together",
    );
    assert_eq!(name.steps, [Step::Join { separator: " ".to_owned() }, Step::Trim]);
}

/// A field of a hand-made mapping.
fn field(id: &str, columns: &[&str], steps: &[Step]) -> FieldMapping {
    FieldMapping {
        columns: strings(columns),
        steps: steps.to_vec(),
        confidence: Confidence::User,
        ..FieldMapping::unmapped(id)
    }
}

fn constant(id: &str, value: &str) -> FieldMapping {
    FieldMapping { constant: Some(value.to_owned()), confidence: Confidence::Fixed, ..field(id, &[], &[]) }
}

fn mapping(dataset: &str, fields: Vec<FieldMapping>) -> Mapping {
    Mapping { version: 1, destination: "zenskar".to_owned(), dataset: dataset.to_owned(), fields, meters: Vec::new() }
}

const CONTRACT: [&str; 9] = ["Contract", "Account", "Start", "Product", "Price", "Days", "Billing", "Cur", "Timing"];

fn contracts() -> Mapping {
    let trimmed = |id, column| field(id, &[column], &[Step::Trim]);
    mapping(
        "contracts",
        vec![
            trimmed("contract_reference", "Contract"),
            field("customer_external_id", &["Account"], &[]),
            trimmed("currency", "Cur"),
            field("start_date", &["Start"], &steps(Step::Date { format: "dd/MM/yyyy".to_owned() })),
            trimmed("product_name", "Product"),
            field("unit_amount", &["Price"], &steps(Step::Number { format: "1,234.56".to_owned() })),
            trimmed("payment_days", "Days"),
            field("cadence", &["Billing"], &steps(Step::Cadence)),
            trimmed("billing_timing", "Timing"),
            constant("auto_renew", "false"),
        ],
    )
}

const GOOD: [&str; 9] = ["C-1", "00817", "01/04/2026", "Sampling", "1,200.50", "30", "monthly", "EUR", "prepaid"];

/// What is wrong with the good row once `cell` stands in `column`.
fn faults_of(column: &str, cell: &str) -> Vec<(String, Rule, Severity, Option<String>)> {
    let columns = strings(&CONTRACT);
    let mapper = Mapper::compile(dataset("contracts"), &contracts(), &columns).expect("the mapping fits");
    let place = CONTRACT.iter().position(|name| *name == column).expect("the column exists");
    let mut cells = GOOD;
    cells[place] = cell;
    let mut record = Record::default();
    mapper.map(&cells, &mut record);
    let fault = |fault: &engine::mapping::FieldFault| {
        let field = &mapper.fields()[fault.field];
        assert!(fault.raw == cell || fault.fault.rule == Rule::Required, "the cell is shown as it stands: {fault:?}");
        (field.id.clone(), fault.fault.rule, fault.fault.severity, fault.fault.suggestion.clone())
    };
    record.faults.iter().map(fault).collect()
}

#[test]
fn rows_become_typed_records() {
    let columns = strings(&CONTRACT);
    let contracts = contracts();
    let mapper = Mapper::compile(dataset("contracts"), &contracts, &columns).expect("the mapping fits");
    let mut record = Record::default();
    mapper.map(&GOOD, &mut record);
    assert_eq!(record.faults, []);
    let value = |id: &str| record.values[mapper.position(id).expect("the field takes part")].clone();
    assert_eq!(value("customer_external_id"), Some(Value::Text("00817".into())));
    assert_eq!(value("start_date"), Some(Value::Date(jiff::civil::date(2026, 4, 1))));
    assert_eq!(value("unit_amount"), Some(Value::Number(rust_decimal::Decimal::new(120_050, 2))));
    assert_eq!(value("cadence"), Some(Value::Text("P1M".into())));
    assert_eq!(value("auto_renew"), Some(Value::Boolean(false)));
    assert_eq!(mapper.missing().count(), 0);
    assert_eq!(mapper.position("end_date"), None, "an optional field without a column takes no part");
    mapper.map(&["C-2"], &mut record);
    assert_eq!(record.values.len(), mapper.fields().len(), "missing cells are empty");
    assert_eq!(record.faults.iter().filter(|fault| fault.fault.rule == Rule::Required).count(), 6);
}

#[test]
fn each_thing_wrong_with_a_row_is_told_once() {
    let long = "C".repeat(256);
    let error = Severity::Error;
    let cases = [
        ("Contract", "", "contract_reference", Rule::Required, error, None),
        ("Contract", "  ", "contract_reference", Rule::Required, error, None),
        ("Contract", " C-1 ", "contract_reference", Rule::Blanks, Severity::Note, Some("C-1")),
        ("Contract", "4.27167E+18", "contract_reference", Rule::Spreadsheet, error, None),
        ("Contract", long.as_str(), "contract_reference", Rule::Length, error, None),
        ("Account", "00817 ", "customer_external_id", Rule::Blanks, Severity::Warning, Some("00817")),
        ("Start", "31/02/2026", "start_date", Rule::Type, error, None),
        ("Start", "01/04/26", "start_date", Rule::Ambiguous, error, Some("2026-04-01")),
        ("Price", "-1.00", "unit_amount", Rule::Range, error, None),
        ("Price", "tbd", "unit_amount", Rule::Type, error, None),
        ("Price", "#DIV/0!", "unit_amount", Rule::Spreadsheet, error, None),
        ("Days", "0", "payment_days", Rule::Range, error, None),
        ("Days", "7.5", "payment_days", Rule::Type, error, None),
        ("Billing", "on call", "cadence", Rule::Allowed, error, None),
        ("Cur", "", "currency", Rule::Required, error, None),
        ("Cur", "EURO", "currency", Rule::Allowed, error, Some("EUR")),
        ("Timing", "Prepaid", "billing_timing", Rule::Allowed, error, Some("prepaid")),
    ];
    for (column, cell, field, rule, severity, suggestion) in cases {
        let expected = vec![(field.to_owned(), rule, severity, suggestion.map(str::to_owned))];
        assert_eq!(faults_of(column, cell), expected, "{cell:?} in {column}");
    }
}

#[test]
fn mappings_that_do_not_fit_are_refused() {
    type Change = dyn Fn(&mut Mapping);
    let with = |change: &Change| {
        let mut mapping = contracts();
        change(&mut mapping);
        let error = Mapper::compile(dataset("contracts"), &mapping, &strings(&CONTRACT));
        error.expect_err("the mapping does not fit").to_string()
    };
    let cases: [(&Change, &str); 7] = [
        (&|mapping| mapping.version = 2, "newer Carryover (version 2)"),
        (&|mapping| mapping.dataset = "usage".into(), "is for “usage”, not for “contracts”"),
        (&|mapping| mapping.fields[0].field = "colour".into(), "“colour” is no field of contracts"),
        (&|mapping| mapping.fields[1].field = "contract_reference".into(), "“contract_reference” is mapped twice"),
        (
            &|mapping| mapping.fields[0].columns = strings(&["Deal"]),
            "comes from the column “Deal”, which the file does not have",
        ),
        (
            &|mapping| mapping.fields[9].constant = Some("perhaps".into()),
            "the fixed value of “auto_renew” cannot be sent: “perhaps”",
        ),
        (
            &|mapping| mapping.fields[0].steps = vec![Step::Date { format: "ddd".into() }],
            "the steps of “contract_reference” cannot be run",
        ),
    ];
    for (change, message) in cases {
        let error = with(change);
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn required_fields_without_a_column_are_named() {
    let mut mapping = contracts();
    mapping.fields[2].columns.clear();
    let mapper = Mapper::compile(dataset("contracts"), &mapping, &strings(&CONTRACT)).expect("the rest fits");
    let missing: Vec<_> = mapper.missing().map(|field| field.label.as_str()).collect();
    assert_eq!(missing, ["Currency"]);
}

#[test]
fn meters_side_by_side_are_events_of_their_own() {
    let columns = strings(&["Account", "Time", "Samples", "Hours"]);
    let mut mapping = mapping(
        "usage",
        vec![
            field("customer_id", &["Account"], &[Step::Trim]),
            field("timestamp", &["Time"], &[Step::Trim]),
            field("data.quantity", &[], &steps(Step::Number { format: "1.234,56".to_owned() })),
        ],
    );
    let meter = |column: &str, stream: &str| Meter {
        column: column.to_owned(),
        stream: stream.to_owned(),
        field: "data.quantity".to_owned(),
    };
    mapping.meters = vec![meter("Samples", "samples"), meter("Hours", "sensor_hours")];
    let mapper = Mapper::compile(dataset("usage"), &mapping, &columns).expect("the mapping fits");
    assert_eq!((mapper.meters(), mapper.missing().count()), (2, 0));
    let cells = ["00817", "2026-04-01", "1.200,5", " "];
    let mut record = Record::default();
    assert!(mapper.map_meter(0, &cells, &mut record));
    let shown = |id: &str| record.values[mapper.position(id).expect("the field takes part")].clone();
    assert_eq!(shown("stream"), Some(Value::Text("samples".into())));
    assert_eq!(shown("data.quantity"), Some(Value::Number(rust_decimal::Decimal::new(12_005, 1))));
    assert_eq!(record.faults, []);
    assert!(!mapper.map_meter(1, &cells, &mut record), "an empty cell is no event");
    assert!(!mapper.map_meter(2, &cells, &mut record), "there is no such meter");
    mapping.meters[0].stream = "no slug".to_owned();
    let error = Mapper::compile(dataset("usage"), &mapping, &columns).expect_err("streams are slugs").to_string();
    assert!(error.contains("“no slug” cannot name a usage stream"), "{error}");
}

#[test]
fn templates_come_back_and_follow_small_changes_of_a_header() {
    let before = Template { mapping: contracts(), sync: None };
    assert!(template::save(&before).contains("\"version\": 1"), "older ones can read it");
    let sync = Sync { key: Some("email".to_owned()), replace: ["tags".to_owned()].into(), ..Sync::default() };
    let now = Template { mapping: contracts(), sync: Some(sync) };
    for saved in [before, now] {
        assert_eq!(template::load(&template::save(&saved)).expect("it was saved by us"), saved);
    }
    let header = strings(&["CONTRACT", "Account", "start", "Product", "Unit cost", "Days", "Billing", "Ccy", "Timing"]);
    let applied = template::apply(&contracts(), &header);
    let renamed = [("Contract", "CONTRACT"), ("Cur", "Ccy"), ("Start", "start")];
    assert_eq!(applied.renamed, renamed.map(|(from, to)| (from.to_owned(), to.to_owned())));
    assert_eq!(applied.missing, [("unit_amount".to_owned(), "Price".to_owned())]);
    let price = applied.mapping.field("unit_amount").expect("it stays, unmapped");
    assert_eq!(
        (price.columns.len(), price.confidence, price.why.as_str()),
        (0, Confidence::None, "“Price” is not in this file")
    );
    let same = template::apply(&contracts(), &strings(&CONTRACT));
    assert_eq!((same.mapping, same.renamed.len(), same.missing.len()), (contracts(), 0, 0));
}

#[test]
fn what_is_no_template_says_why() {
    let saved = template::save(&Template { mapping: contracts(), sync: None });
    let cases = [
        ("not JSON".to_owned(), "is no mapping of Carryover"),
        ("{}".to_owned(), "is no mapping of Carryover"),
        (saved.replace("\"version\": 1", "\"version\": 3"), "newer Carryover (version 3)"),
        (saved.replace("\"fields\"", "\"felds\""), "unknown field `felds`"),
        (saved.replace("\"trim\"", "\"trimm\""), "unknown variant `trimm`"),
        (saved.replace("dd/MM/yyyy", "dd/??"), "the steps of “start_date”"),
    ];
    for (text, message) in cases {
        let error: TemplateError = template::load(&text).expect_err("it is no template");
        assert!(error.to_string().contains(message), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_header_gives_a_mapping_that_compiles(
        names in prop::collection::btree_set("(\\PC{0,12}|[A-Za-z]{0,6} ?(Name|ID|Date|Price|No|Qty|#))", 0..12),
        sorts in prop::collection::vec(0_usize..values::SORTS.len(), 12),
    ) {
        let columns: Vec<_> = names.iter().zip(&sorts).map(|(name, sort)| values::column(name, values::SORTS[*sort])).collect();
        let header: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        for dataset in &zenskar::schema().datasets {
            let mapping = suggest("zenskar", dataset, &columns, &Settled::default());
            let mapper = Mapper::compile(dataset, &mapping, &header);
            prop_assert!(mapper.is_ok(), "{:?}", mapper.err());
            let mut used: Vec<_> = mapping.fields.iter().filter_map(|field| field.columns.first()).collect();
            used.sort();
            prop_assert!(used.windows(2).all(|pair| pair[0] != pair[1]), "a column feeds two fields: {:?}", used);
            let saved = Template { mapping, sync: None };
            prop_assert_eq!(template::load(&template::save(&saved)).ok(), Some(saved));
        }
    }

    #[test]
    fn any_row_is_mapped(cells in prop::collection::vec("\\PC{0,16}", 0..12)) {
        let contracts = contracts();
        let mapper = Mapper::compile(dataset("contracts"), &contracts, &strings(&CONTRACT)).expect("the mapping fits");
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut record = Record::default();
        mapper.map(&cells, &mut record);
        prop_assert_eq!(record.values.len(), mapper.fields().len());
        for (index, field) in mapper.fields().iter().enumerate() {
            let errors = record.faults.iter().filter(|fault| fault.field == index && fault.fault.severity == Severity::Error);
            // What is out of bounds was read all the same.
            let unread = errors.filter(|fault| !matches!(fault.fault.rule, Rule::Range | Rule::Length)).count() > 0;
            prop_assert!(!(unread && record.values[index].is_some()), "{} has a value and could not be read", field.id);
            prop_assert!(!field.required || unread || record.values[index].is_some(), "{} is silently empty", field.id);
        }
    }
}
