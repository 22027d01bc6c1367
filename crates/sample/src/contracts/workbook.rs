//! How the contracts desk keeps its workbook: a cover, the table with lines above and a total below, and notes.

use std::path::Path;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};

use super::row::{COLUMNS, Cell, cells};
use super::{Contract, Line};
use crate::SampleError;
use crate::finding::{ExpectedFinding, Place};

pub(crate) const FILE: &str = "contracts 2026.xlsx";

/// Sheet row of the header, counted from 1.
const HEADER: u32 = 4;

const COVER: &[(u32, u16, &str)] = &[
    (1, 1, "Brackwater Analytics Ltd"),
    (2, 1, "Contracts 2026"),
    (5, 1, "Kept by the contracts desk"),
    (5, 3, "As at 30 September 2026"),
    (8, 2, "See sheet Active. Ended contracts are in last year’s file."),
];
const ABOVE: &[&str] =
    &["Brackwater Analytics Ltd", "Active contracts 2026, all entities", "As at 30 September 2026, contracts desk"];
const NOTES: &[&str] = &[
    "Notes of the contracts desk",
    "Prices are per billing period and without tax.",
    "Annual value is the unit price times the quantity times the billing periods of a year.",
    "New lines are typed in by hand, older ones were copied from the former workbook.",
];

/// Formats of the cells that are not plain text.
struct Formats {
    bold: Format,
    date: Format,
    money: Format,
}

/// Writes the workbook and tells what is to be found in it.
pub(crate) fn write(dir: &Path, contracts: &[Contract]) -> Result<Vec<ExpectedFinding>, SampleError> {
    let path = dir.join(FILE);
    let (mut workbook, findings) =
        build(contracts).map_err(|source| SampleError::BuildWorkbook { path: path.clone(), source })?;
    workbook.save(&path).map_err(|source| SampleError::BuildWorkbook { path, source })?;
    Ok(findings)
}

fn build(contracts: &[Contract]) -> Result<(Workbook, Vec<ExpectedFinding>), XlsxError> {
    let formats = Formats {
        bold: Format::new().set_bold(),
        date: Format::new().set_num_format("dd/mm/yyyy"),
        money: Format::new().set_num_format("#,##0.00"),
    };
    let mut workbook = Workbook::new();
    // Without a fixed time the file would differ from one second to the next.
    let made = ExcelDateTime::from_ymd(2026, 9, 30)?;
    workbook.set_properties(&DocProperties::new().set_title("Contracts 2026").set_creation_datetime(&made));

    let cover = workbook.add_worksheet().set_name("Cover")?;
    for &(row, column, text) in COVER {
        cover.write_string(row, column, text)?;
    }
    let active = workbook.add_worksheet().set_name("Active")?;
    let findings = write_active(active, contracts, &formats)?;
    let notes = workbook.add_worksheet().set_name("Notes")?;
    for (row, text) in (0..).zip(NOTES) {
        notes.write_string(row, 0, *text)?;
    }
    Ok((workbook, findings))
}

fn write_active(
    sheet: &mut Worksheet,
    contracts: &[Contract],
    formats: &Formats,
) -> Result<Vec<ExpectedFinding>, XlsxError> {
    for (row, text) in (0..).zip(ABOVE) {
        sheet.write_string_with_format(row, 0, *text, &formats.bold)?;
    }
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(HEADER - 1, column, name, &formats.bold)?;
    }
    let mut findings = Vec::new();
    // A row counted from 0, as the writer does, is the number of the rows above it.
    let mut above = HEADER;
    for contract in contracts {
        for nth in 0..contract.lines.len() {
            let (cells, mark) = cells(contract, nth);
            let (row, line) = (u64::from(above - HEADER + 1), u64::from(above + 1));
            let place = Place { dataset: "contracts", source: FILE, row, line };
            findings.extend(mark.map(|(column, mark)| place.finding(&mark, shown(&cells[column], column))));
            for (column, cell) in (0..).zip(&cells) {
                put(sheet, above, column, cell, formats)?;
            }
            above += 1;
        }
    }
    let total: Decimal = contracts.iter().flat_map(|contract| &contract.lines).map(Line::annual).sum();
    sheet.write_string_with_format(above, 0, "Total", &formats.bold)?;
    put(sheet, above, COLUMNS.len() as u16 - 1, &Cell::Number(total), formats)?;
    Ok(findings)
}

/// A cell as the sheet shows it: money as `#,##0.00`.
fn shown(cell: &Cell, column: usize) -> String {
    let Cell::Number(number) = cell else { return cell.text() };
    if !is_money(column) {
        return cell.text();
    }
    let plain = format!("{:.2}", number.abs());
    let whole = plain.len() - ".00".len();
    let grouped = plain.char_indices().flat_map(|(at, digit)| {
        let comma = (at > 0 && at < whole && (whole - at).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    });
    number.is_sign_negative().then_some('-').into_iter().chain(grouped).collect()
}

fn is_money(column: usize) -> bool {
    matches!(COLUMNS[column], "Unit price" | "Annual value")
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet,
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Date(date) => {
            let day = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)?;
            sheet.write_datetime_with_format(row, column, day, &formats.date)?
        }
        Cell::Number(number) => {
            // A workbook knows no other numbers than floats; up to 15 digits are kept exactly, and these have 10.
            let float = number.to_f64().unwrap_or_default();
            if is_money(usize::from(column)) {
                sheet.write_number_with_format(row, column, float, &formats.money)?
            } else {
                sheet.write_number(row, column, float)?
            }
        }
        Cell::Error(error) => {
            let formula = if *error == "#DIV/0!" { "=1200/0" } else { "=#REF!*12" };
            sheet.write_formula(row, column, Formula::new(formula).set_result(*error))?
        }
    };
    Ok(())
}
