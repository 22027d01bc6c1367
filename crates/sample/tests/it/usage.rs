//! Nothing is wrong with the usage but what is told: every rule is checked here on every row of both sizes.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::table::{FULL, Files, SHORT, Told};

#[test]
fn exactly_the_told_faults_are_there() {
    for files in [&SHORT, &FULL] {
        let terms = terms(files);
        let customers: BTreeSet<&str> = files.customers.by("Account No").into_keys().collect();
        let mut found: Vec<Told> =
            files.usage.numbers().flat_map(|row| alone(files, row, &customers, &terms)).collect();
        found.extend(repeated(files));
        found.sort_unstable();
        assert_eq!(found, files.expected("usage"));
    }
}

#[test]
fn faulty_events_are_worth_nothing() {
    for files in [&SHORT, &FULL] {
        for (row, field, rule) in files.expected("usage") {
            let copy = (field, rule) == ("data.event_id", "unique") && files.usage.cell(row, "Amount") != "0.00";
            assert!(copy || files.usage.cell(row, "Amount") == "0.00", "row {row}");
        }
    }
}

#[test]
fn time_never_runs_back_but_where_the_export_was_cut() {
    let usage = &FULL.usage;
    let times = usage.rows.iter().map(|row| &row[2]).filter(|time| time.starts_with("2026"));
    let times: Vec<&String> = times.collect();
    let back: Vec<_> = times.windows(2).filter(|pair| pair[1] < pair[0]).collect();
    assert_eq!(back, [["2026-05-31T23:56:43Z", "2026-05-31T22:04:11Z"]]);
}

/// Account number to the terms of its contracts, where both can be read as they stand.
fn terms(files: &Files) -> BTreeMap<&str, Vec<(String, String)>> {
    let contracts = &files.contracts;
    let mut terms = BTreeMap::<&str, Vec<(String, String)>>::new();
    for row in contracts.numbers() {
        let [start, end] = ["Start date", "End date"].map(|column| iso(contracts.cell(row, column)));
        terms.entry(contracts.cell(row, "Account No")).or_default().push((start, end));
    }
    terms
}

/// `31/03/2027` as `2027-03-31`; anything else as it is.
pub(crate) fn iso(date: &str) -> String {
    match *date.split('/').collect::<Vec<_>>() {
        [day, month, year] => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

fn alone(
    files: &Files,
    row: u64,
    customers: &BTreeSet<&str>,
    terms: &BTreeMap<&str, Vec<(String, String)>>,
) -> Vec<Told> {
    let [account, time, quantity, currency] =
        ["Account No", "Time", "Quantity", "Currency"].map(|column| files.usage.cell(row, column));
    let known = customers.contains(account);
    let in_story = time.starts_with("2026-0");
    let day = time.get(..10).unwrap_or_default();
    let covered =
        || terms.get(account).is_some_and(|terms| terms.iter().any(|(start, end)| &**start <= day && day <= &**end));
    let is_number = |text: &str| text.parse::<Decimal>().is_ok();
    let is_broken = quantity.starts_with('#');
    let has_unit = quantity.strip_suffix(" pcs").is_some_and(is_number);
    let checks = [
        (!known, "customer_id", "reference"),
        (time.is_empty(), "timestamp", "required"),
        (!time.is_empty() && !in_story, "timestamp", "range"),
        (known && in_story && !covered(), "timestamp", "outside_term"),
        (is_broken, "data.quantity", "spreadsheet"),
        (has_unit, "data.quantity", "format"),
        (!is_broken && !has_unit && !is_number(quantity), "data.quantity", "type"),
        (!["EUR", "GBP", "USD"].contains(&currency), "data.currency", "allowed"),
    ];
    checks.into_iter().filter(|check| check.0).map(|(_, field, rule)| (row, field, rule)).collect()
}

/// Equal lines: the later ones. Different lines with one number: all of them.
fn repeated(files: &Files) -> Vec<Told> {
    let same = |a: u64, b: u64| files.usage.rows[a as usize - 1] == files.usage.rows[b as usize - 1];
    let numbers = files.usage.by("Event ID");
    let repeated = numbers.values().filter(|rows| rows.len() > 1);
    let told = repeated.flat_map(|rows| if same(rows[0], rows[1]) { &rows[1..] } else { &rows[..] });
    told.map(|&row| (row, "data.event_id", "unique")).collect()
}
