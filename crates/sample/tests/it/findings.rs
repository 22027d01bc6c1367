//! The expected findings: how many of which, and that each names the cell it means.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use sample::{ExpectedFinding, Severity};
use serde_json::Value;

use crate::table::{FULL, Files, SHORT, Table, customers_text};

/// Dataset, field, rule, severity, and how many there are.
const COUNTS: &[(&str, &str, &str, Severity, usize)] = &[
    ("contracts", "cadence", "allowed", Severity::Error, 2),
    ("contracts", "currency", "consistent", Severity::Error, 1),
    ("contracts", "currency", "required", Severity::Error, 2),
    ("contracts", "customer_external_id", "reference", Severity::Error, 48),
    ("contracts", "end_date", "ambiguous", Severity::Error, 2),
    ("contracts", "end_date", "hazard", Severity::Warning, 6),
    ("contracts", "end_date", "order", Severity::Error, 9),
    ("contracts", "phase_end", "inside", Severity::Error, 1),
    ("contracts", "start_date", "overlap", Severity::Warning, 5),
    ("contracts", "unit_amount", "range", Severity::Error, 1),
    ("contracts", "unit_amount", "spreadsheet", Severity::Error, 2),
    ("contracts", "unit_amount", "type", Severity::Error, 1),
    ("customers", "address.country_code", "allowed", Severity::Error, 2),
    ("customers", "customer_name", "blanks", Severity::Note, 17),
    ("customers", "customer_name", "near_duplicate", Severity::Warning, 10),
    ("customers", "customer_name", "required", Severity::Error, 2),
    ("customers", "email", "format", Severity::Error, 11),
    ("customers", "email", "unique", Severity::Error, 2),
    ("customers", "external_id", "length", Severity::Error, 1),
    ("customers", "external_id", "spreadsheet", Severity::Error, 1),
    ("customers", "external_id", "unique", Severity::Error, 6),
    ("customers", "phone_number", "format", Severity::Error, 3),
    ("customers", "tax_info.tax_id", "near_duplicate", Severity::Warning, 4),
    ("usage", "customer_id", "reference", Severity::Error, 37),
    ("usage", "data.currency", "allowed", Severity::Error, 2),
    ("usage", "data.event_id", "unique", Severity::Error, 2),
    ("usage", "data.event_id", "unique", Severity::Warning, 212),
    ("usage", "data.quantity", "format", Severity::Error, 1),
    ("usage", "data.quantity", "spreadsheet", Severity::Error, 2),
    ("usage", "data.quantity", "type", Severity::Error, 2),
    ("usage", "timestamp", "outside_term", Severity::Warning, 5),
    ("usage", "timestamp", "range", Severity::Error, 1),
    ("usage", "timestamp", "required", Severity::Error, 2),
];

/// The column a field is read from.
const COLUMNS: &[(&str, &str)] = &[
    ("external_id", "Account No"),
    ("customer_id", "Account No"),
    ("customer_external_id", "Account No"),
    ("customer_name", "Company"),
    ("email", "E-mail"),
    ("phone_number", "Tel"),
    ("address.country_code", "Country"),
    ("tax_info.tax_id", "VAT no"),
    ("data.event_id", "Event ID"),
    ("timestamp", "Time"),
    ("data.quantity", "Quantity"),
    ("data.currency", "Currency"),
    ("unit_amount", "Unit price"),
    ("cadence", "Billing"),
    ("start_date", "Start date"),
    ("end_date", "End date"),
    ("phase_end", "Phase end"),
    ("currency", "Cur"),
];

#[test]
fn there_are_as_many_as_told() {
    for files in [&SHORT, &FULL] {
        let mut counts = BTreeMap::new();
        for ExpectedFinding { dataset, field, rule, severity, .. } in &files.sample.expected {
            *counts.entry((*dataset, *field, *rule, *severity)).or_insert(0_usize) += 1;
        }
        let counts: Vec<_> =
            counts.into_iter().map(|((dataset, field, rule, how), count)| (dataset, field, rule, how, count)).collect();
        assert_eq!(counts, COUNTS);
    }
}

#[test]
fn a_row_has_one_at_most() {
    for files in [&SHORT, &FULL] {
        let rows: BTreeSet<_> = files.sample.expected.iter().map(|finding| (finding.dataset, finding.row)).collect();
        assert_eq!(rows.len(), files.sample.expected.len());
    }
}

#[test]
fn each_names_the_cell_it_means() {
    for files in [&SHORT, &FULL] {
        for finding in &files.sample.expected {
            let (table, column) = cell_of(files, finding);
            assert!(is_same(table.cell(finding.row, column), &finding.value), "{finding:?}");
        }
    }
}

#[test]
fn each_names_its_line() {
    for files in [&SHORT, &FULL] {
        let customers = customers_text(&files.sample.customers);
        let usage = std::fs::read_to_string(&files.sample.usage).expect("the usage can be read");
        let [customers, usage] = [&customers, &usage].map(|text| text.lines().collect::<Vec<_>>());
        for finding in &files.sample.expected {
            let line = finding.line as usize - 1;
            match finding.dataset {
                "customers" => assert!(starts(customers[line], &files.customers, finding.row, ';'), "{finding:?}"),
                "usage" => assert!(starts(usage[line], &files.usage, finding.row, ','), "{finding:?}"),
                _ => assert_eq!(finding.line, finding.row + 4, "the header stands in sheet row 4"),
            }
        }
    }
}

#[test]
fn the_file_says_the_same() {
    let text = std::fs::read_to_string(SHORT.dir.path().join("expected_findings.jsonl")).expect("it can be read");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let told: Vec<Value> =
        SHORT.sample.expected.iter().map(|f| serde_json::to_value(f).expect("it serialises")).collect();
    assert_eq!(lines, told);
    let names: Vec<&str> = lines[0].as_object().expect("a line is an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["dataset", "source", "row", "line", "field", "rule", "severity", "value", "suggestion"]);
}

#[test]
fn suggestions_are_what_is_right() {
    for finding in &SHORT.sample.expected {
        let told = match (finding.field, finding.rule) {
            ("customer_name", "blanks") => Some(finding.value.trim().to_owned()),
            ("customer_external_id", "reference") => Some(format!("{:0>5}", finding.value)),
            ("end_date", "ambiguous") => Some("2027-12-31".to_owned()),
            ("data.quantity", "format") => finding.value.strip_suffix(" pcs").map(str::to_owned),
            ("data.currency", "allowed") if finding.value == "EURO" => Some("EUR".to_owned()),
            _ => None,
        };
        assert_eq!(finding.suggestion, told, "{finding:?}");
    }
}

fn starts(line: &str, table: &Table, row: u64, delimiter: char) -> bool {
    line.starts_with(&format!("{}{delimiter}", table.rows[row as usize - 1][0]))
}

/// Money stands in the workbook as a number; the finding has it as the sheet shows it.
fn is_same(cell: &str, value: &str) -> bool {
    let number = |text: &str| text.replace(',', "").parse::<Decimal>();
    cell == value || matches!((number(cell), number(value)), (Ok(one), Ok(other)) if one == other)
}

fn cell_of<'a>(files: &'a Files, finding: &ExpectedFinding) -> (&'a Table, &'static str) {
    let table = match finding.dataset {
        "customers" => &files.customers,
        "usage" => &files.usage,
        _ => &files.contracts,
    };
    let column = COLUMNS.iter().find(|column| column.0 == finding.field).expect("every field has a column");
    (table, column.1)
}
