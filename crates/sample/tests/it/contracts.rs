//! Nothing is wrong with the contracts but what is told: every rule is checked here on every row.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::story::decimal;
use crate::table::{FULL, SHORT, Table, Told};
use crate::usage::iso;

#[test]
fn exactly_the_told_faults_are_there() {
    let table = &SHORT.contracts;
    let customers: BTreeSet<&str> = SHORT.customers.by("Account No").into_keys().collect();
    let mut found: Vec<Told> = table.numbers().flat_map(|row| alone(table, row, &customers)).collect();
    found.extend(inconsistent(table));
    found.extend(overlapping(table));
    found.sort_unstable();
    assert_eq!(found, SHORT.expected("contracts"));
    assert_eq!(found, FULL.expected("contracts"));
}

#[test]
fn annual_value_is_price_times_quantity_times_periods() {
    let table = &SHORT.contracts;
    for row in table.numbers() {
        let price = table.cell(row, "Unit price").parse().unwrap_or(Decimal::ZERO);
        let product = price * decimal(table.cell(row, "Qty")) * periods(table.cell(row, "Billing")).unwrap_or_default();
        assert_eq!(product, decimal(table.cell(row, "Annual value")), "row {row}");
        assert!(price.scale() <= 2, "row {row} has a price of {price}");
        let flat = table.cell(row, "Price model") == "flat fee";
        assert!(!flat || table.cell(row, "Qty") == "1", "row {row}");
    }
}

#[test]
fn excluding_the_overlaps_takes_out_what_the_report_says() {
    let overlaps = SHORT.expected("contracts").into_iter().filter(|told| told.2 == "overlap");
    let mut sums = [("EUR", Decimal::ZERO), ("GBP", Decimal::ZERO), ("USD", Decimal::ZERO)];
    for (row, ..) in overlaps {
        let value = decimal(SHORT.contracts.cell(row, "Annual value"));
        let mine = sums.iter_mut().filter(|sum| sum.0 == SHORT.contracts.cell(row, "Cur"));
        mine.for_each(|sum| sum.1 += value);
    }
    assert_eq!(sums, [("EUR", decimal("14400")), ("GBP", decimal("9850")), ("USD", Decimal::ZERO)]);
}

#[test]
fn dates_are_text_in_about_half_of_the_rows() {
    let table = &SHORT.contracts;
    let typed = table.numbers().filter(|&row| table.cell(row, "Start date").contains('/')).count();
    assert!((400..590).contains(&typed), "{typed} rows");
    for row in table.numbers() {
        assert!(iso(table.cell(row, "Start date")).ends_with("-01"), "row {row} begins on a 1st");
        let end = iso(table.cell(row, "End date"));
        assert!(end.ends_with("-30") || end.ends_with("-31"), "row {row} ends on {end}");
    }
}

#[test]
fn contracts_have_some_lines_each() {
    let contracts = SHORT.contracts.by("Contract");
    let most = contracts.values().map(Vec::len).max();
    assert!((590..650).contains(&contracts.len()), "{} contracts", contracts.len());
    assert_eq!(most, Some(4));
    for (contract, rows) in contracts {
        let products: BTreeSet<&str> = rows.iter().map(|&row| SHORT.contracts.cell(row, "Product")).collect();
        assert_eq!(products.len(), rows.len(), "{contract} has each product once");
        assert!(rows.windows(2).all(|pair| pair[1] == pair[0] + 1), "{contract} stands together");
        let lines: Vec<&str> = rows.iter().map(|&row| SHORT.contracts.cell(row, "Line")).collect();
        assert_eq!(lines, ["1", "2", "3", "4"][..rows.len()]);
    }
}

fn periods(word: &str) -> Option<Decimal> {
    let words = [("monthly", 12), ("quarterly", 4), ("half-yearly", 2), ("yearly", 1)];
    words.iter().find(|known| known.0 == word).map(|known| Decimal::from(known.1))
}

fn alone(table: &Table, row: u64, customers: &BTreeSet<&str>) -> Vec<Told> {
    let cell = |column| table.cell(row, column);
    let [start, end, phase_start, phase_end] =
        ["Start date", "End date", "Phase start", "Phase end"].map(|column| iso(cell(column)));
    let price = cell("Unit price");
    let short_year = end.len() == 8;
    let inside = phase_end.is_empty() || (start <= phase_start && phase_start < phase_end && phase_end <= end);
    let checks = [
        (!customers.contains(cell("Account No")), "customer_external_id", "reference"),
        (short_year, "end_date", "ambiguous"),
        (!short_year && end < start, "end_date", "order"),
        (!short_year && *end < *"2026-10-12", "end_date", "hazard"),
        (!inside, "phase_end", "inside"),
        (cell("Cur").is_empty(), "currency", "required"),
        (periods(cell("Billing")).is_none(), "cadence", "allowed"),
        (price.starts_with('#'), "unit_amount", "spreadsheet"),
        (price.starts_with('-'), "unit_amount", "range"),
        (!price.starts_with('#') && price.parse::<Decimal>().is_err(), "unit_amount", "type"),
    ];
    checks.into_iter().filter(|check| check.0).map(|(_, field, rule)| (row, field, rule)).collect()
}

/// Lines that differ from the first of their contract in what all must share.
fn inconsistent(table: &Table) -> Vec<Told> {
    let shared = |row, column| table.cell(row, column);
    let mut found = Vec::new();
    for rows in table.by("Contract").into_values() {
        for &row in &rows[1..] {
            for column in ["Account No", "Customer", "Start date", "End date", "Terms (days)", "Auto-renew"] {
                assert_eq!(shared(row, column), shared(rows[0], column), "{column} in row {row}");
            }
            if shared(row, "Cur") != shared(rows[0], "Cur") {
                found.push((row, "currency", "consistent"));
            }
        }
    }
    found
}

/// Rows of one customer and product whose terms share a day: the later of each pair.
fn overlapping(table: &Table) -> Vec<Told> {
    let term = |row: u64| ["Start date", "End date"].map(|column| iso(table.cell(row, column)));
    let mut found = Vec::new();
    for rows in table.by("Account No").into_values() {
        for (nth, &first) in rows.iter().enumerate() {
            for &second in &rows[nth + 1..] {
                let ([first_start, first_end], [second_start, second_end]) = (term(first), term(second));
                let apart = first_end < second_start || second_end < first_start;
                if table.cell(first, "Product") == table.cell(second, "Product") && !apart {
                    found.push((if first_start > second_start { first } else { second }, "start_date", "overlap"));
                }
            }
        }
    }
    found
}
