//! How Ledgerline 4 writes its customers: semicolons, Windows-1252, CRLF, title lines above and a total below.

use std::path::Path;

use encoding_rs::WINDOWS_1252;

use super::Customer;
use crate::SampleError;
use crate::finding::{ExpectedFinding, Place};

pub(crate) const FILE: &str = "customers_export_2026-09-30.csv";

const COLUMNS: [&str; 16] = [
    "Account No",
    "Company",
    "E-mail",
    "Tel",
    "Street",
    "Postcode",
    "City",
    "Country",
    "VAT no",
    "Invoice rhythm",
    "Customer since",
    "Credit limit",
    "Sales rep",
    "Old ref",
    "Fax",
    "Region",
];
/// First data row: three title lines and the header stand above it.
const FIRST_LINE: u64 = 5;

/// Writes the file and tells what is to be found in it.
pub(crate) fn write(dir: &Path, customers: &[Customer]) -> Result<Vec<ExpectedFinding>, SampleError> {
    let mut text = title(&["Brackwater Analytics Ltd"]) + &title(&["Customer export, Ledgerline 4"]) + "\r\n";
    text += &record(&COLUMNS);
    let mut findings = Vec::new();
    let mut line = FIRST_LINE;
    for (row, customer) in (1..).zip(customers) {
        let cells = cells(customer);
        let place = Place { dataset: "customers", source: FILE, row, line };
        findings.extend(customer.mark.as_ref().map(|mark| place.finding(mark, &cells[column(mark.field)])));
        let record = record(&cells);
        line += record.matches("\r\n").count() as u64;
        text += &record;
    }
    text += &total(customers);
    // Every character used has a place in Windows-1252; a test decodes the file again.
    let (bytes, _, _) = WINDOWS_1252.encode(&text);
    let path = dir.join(FILE);
    std::fs::write(&path, bytes).map_err(|source| SampleError::WriteFile { path, source })?;
    Ok(findings)
}

/// The column that holds a field of the destination.
fn column(field: &str) -> usize {
    match field {
        "customer_name" => 1,
        "email" => 2,
        "phone_number" => 3,
        "address.country_code" => 7,
        "tax_info.tax_id" => 8,
        _ => 0,
    }
}

fn cells(customer: &Customer) -> [String; COLUMNS.len()] {
    let customer = customer.clone();
    [
        customer.number,
        customer.company,
        customer.email,
        customer.phone,
        customer.street,
        customer.town.postcode.to_owned(),
        customer.town.name.to_owned(),
        customer.country_name.to_owned(),
        customer.tax_number,
        customer.rhythm.unwrap_or_default().to_owned(),
        customer.since.strftime("%d.%m.%Y").to_string(),
        money(customer.credit_limit),
        customer.sales_rep.to_owned(),
        customer.old_reference,
        customer.fax,
        customer.country.region.to_owned(),
    ]
}

fn total(customers: &[Customer]) -> String {
    let mut cells = [""; COLUMNS.len()].map(str::to_owned);
    cells[0] = "Total".into();
    cells[1] = format!("{} customers", customers.len());
    cells[11] = money(customers.iter().map(|customer| customer.credit_limit).sum());
    record(&cells)
}

/// `1250` as `1.250,00`.
fn money(units: u64) -> String {
    let digits = units.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(".") + ",00"
}

/// A line above the header, filled up with empty cells as the old system does.
fn title(cells: &[&str]) -> String {
    let mut filled = [""; COLUMNS.len()];
    filled[..cells.len()].copy_from_slice(cells);
    record(&filled)
}

fn record(cells: &[impl AsRef<str>]) -> String {
    let quoted = |cell: &str| {
        let plain = !cell.contains([';', '"', '\r', '\n']);
        if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    };
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    cells.join(";") + "\r\n"
}
