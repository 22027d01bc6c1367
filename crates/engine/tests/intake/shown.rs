//! Cells of workbooks as Excel shows them, and what is told where that is not taken.

use std::fs;
use std::path::Path;

use engine::intake::{self, Hints};
use rust_xlsxwriter::{Format, Formula, Workbook, XlsxError};

use crate::support::{Written, file, inspect, read};

fn book(write: impl FnOnce(&mut Workbook) -> Result<(), XlsxError>) -> Written {
    let mut book = Workbook::new();
    write(&mut book).expect("the workbook can be written");
    file("book.xlsx", book.save_to_buffer().expect("the workbook can be saved"))
}

/// What is read of a cell, and the remarks on its column.
fn shown(value: f64, format: &str) -> (String, Vec<String>) {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Id", "Name", "Value"])?.write_row(1, 0, ["a", "b"])?;
        sheet.write_number_with_format(1, 2, value, &Format::new().set_num_format(format))?;
        Ok(())
    });
    let (profile, rows) = read(&file.path, &Hints::default(), 0).expect("it can be read");
    (rows[0].1[2].clone(), profile.remarks.into_iter().map(|(_, remark)| remark).collect())
}

#[test]
fn numbers_are_taken_as_shown_where_that_is_the_whole_number() {
    let cases = [
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 123_456_789_012_345.0, "123456789012345"),
        ("0.00", 12.5, "12.50"),
        ("#,##0.00", 1_234_567.5, "1,234,567.50"),
        ("00000", 42.0, "00042"),
        ("000-000", 123_456.0, "123-456"),
        ("000\\.000\\.000\\-00", 12_345_678_909.0, "123.456.789-09"),
        ("\"INV-2026-\"0000", 42.0, "INV-2026-0042"),
        ("0\" seats\"", 12.0, "12 seats"),
        ("0%", 0.05, "5%"),
        ("0.00%", 0.0825, "8.25%"),
        ("\"$\"#,##0.00", 1234.5, "$1,234.50"),
        ("$#,##0.00_);($#,##0.00)", -5.0, "($5.00)"),
        ("_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)", -1234.5, "$(1,234.50)"),
        ("#,##0.00 [$€-407]", 1234.5, "1,234.50 €"),
        ("# ?/?", 1.5, "1 1/2"),
        ("0.00E+00", 123_000.0, "1.23E+05"),
        ("+0;-0;0", 7.0, "+7"),
        ("[>=1000]#,##0;0.0", 1500.0, "1,500"),
        ("#,##0.00\"DR\";#,##0.00\"CR\"", -12.5, "12.50CR"),
        ("0.###", 3.0, "3"),
        ("[h]:mm", 1.25, "30:00"),
        ("h:mm AM/PM", 0.75, "6:00 PM"),
        ("#,##0.00", 29.95 * 3.0, "89.85"),
    ];
    for (format, value, text) in cases {
        let (read, remarks) = shown(value, format);
        assert_eq!((read.as_str(), remarks.as_slice()), (text, [].as_slice()), "{format}");
    }
}

#[test]
fn the_whole_number_is_taken_where_a_format_hides_some_of_it() {
    let cases = [
        ("0.00", 0.0085, "0.0085", "0.01"),
        ("0", 12.5, "12.5", "13"),
        ("0%", 0.0825, "8.25%", "8%"),
        ("0.0,,\"M\"", 1_500_000.0, "1500000", "1.5M"),
        ("0\".\"00", 12_345.0, "12345", "123.45"),
        ("0.00;0.00", -5.0, "-5", "5.00"),
        ("#,##0.00\"CR\";#,##0.00\"DR\"", 12.5, "12.5", "12.50CR"),
        (";;;", 12.5, "12.5", ""),
        ("# ?/?", 0.3, "0.3", "2/7"),
        ("hh:mm", 0.343_773_148, "08:15:02", "08:15"),
        ("mm:ss", 0.25, "06:00:00", "00:00"),
    ];
    for (format, value, text, hidden) in cases {
        let (read, remarks) = shown(value, format);
        let told = format!(
            "In “Value”, cells that hold more than they show: 1, such as {text} shown as “{hidden}”. The whole values were taken."
        );
        assert_eq!((read.as_str(), remarks.as_slice()), (text, [told].as_slice()), "{format}");
    }
}

#[test]
fn nothing_is_nothing_however_it_is_shown() {
    for (format, text) in [("#,##0;-#,##0;\"-\"", "0"), ("0;-0;;@", "0"), ("0.00", "0.00"), ("0.0,", "0.0")] {
        assert_eq!(shown(0.0, format), (text.to_owned(), Vec::new()), "{format}");
    }
}

#[test]
fn long_numbers_are_told() {
    let (read, remarks) = shown(1_234_567_890_123_456_768.0, "0");
    assert_eq!(read, "1234567890123456800");
    let told =
        "In “Value”, numbers of more than 15 digits: 1. A spreadsheet keeps 15 of them. Look whether they are right.";
    assert_eq!(remarks, [told]);
}

#[test]
fn columns_of_shown_numbers_are_numbers() {
    let cases = [
        ("$#,##0.00_);($#,##0.00)", "1,234.56"),
        ("_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)", "1,234.56"),
        ("#,##0", "1,234.56"),
        ("#,##0.000", "1,234.56"),
        ("0.00%", "1234.56 %"),
    ];
    for (format, notation) in cases {
        let file = book(|book| {
            let sheet = book.add_worksheet();
            sheet.write_row(0, 0, ["Id", "Name", "Value"])?;
            for (row, value) in (1..).zip([1234.0, -5000.0, 12.0]) {
                sheet.write_row(row, 0, ["a", "b"])?;
                sheet.write_number_with_format(row, 2, value, &Format::new().set_num_format(format))?;
            }
            Ok(())
        });
        let column = inspect(&file.path).tables.remove(0).columns.remove(2);
        assert_eq!((column.format.as_deref(), column.also.len(), column.misfits), (Some(notation), 0, 0), "{format}");
    }
}

#[test]
fn texts_that_look_like_numbers_stay_as_they_are() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        let money = Format::new().set_num_format("#,##0.00");
        let named = Format::new().set_num_format("0;-0;0;\"No. \"@");
        sheet.write_row(0, 0, ["Id", "Long", "Named"])?;
        sheet.write_string_with_format(1, 0, "00042", &money)?.write_string(1, 1, "1234567890123456789")?;
        sheet.write_string_with_format(1, 2, "7", &named)?;
        Ok(())
    });
    let (_, rows) = read(&file.path, &Hints::default(), 0).expect("it can be read");
    assert_eq!(rows[0].1, ["00042", "1234567890123456789", "No. 7"]);
}

#[test]
fn what_is_hidden_is_read_and_told() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 1, ["Id", "Name", "Cost", "Note"])?;
        for row in 1..=6 {
            sheet.write_row(row, 1, ["a", "b", "1", "x"])?;
        }
        // A hidden row without a value, and a column that is not of the table, are no news.
        for row in [2, 3, 9] {
            sheet.set_row_hidden(row)?;
        }
        sheet.set_column_hidden(0)?.set_column_hidden(3)?.set_column_hidden(4)?;
        Ok(())
    });
    let (profile, rows) = read(&file.path, &Hints::default(), 0).expect("it can be read");
    assert_eq!(rows.len(), 6);
    let told = [
        "Rows hidden in the sheet, by a filter or by hand, that were read like the others: 2.",
        "Columns hidden in the sheet that were read like the others: “Cost”, “Note”.",
    ];
    assert_eq!(profile.remarks, told.map(|remark| (1, remark.to_owned())));
}

#[test]
fn many_merged_cells_are_told_at_once() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Customer", "Item", "Price"])?;
        for pair in 0..8 {
            let row = 1 + pair * 2;
            sheet.merge_range(row, 0, row + 1, 0, "Acorn Ltd", &Format::new())?;
            sheet.write_row(row, 1, ["Seats", "1"])?.write_row(row + 1, 1, ["Support", "2"])?;
        }
        Ok(())
    });
    let told = "Groups of merged cells: 8, the first of them A2:A3. Their value stands in the first cell of each only.";
    assert_eq!(inspect(&file.path).remarks, [(1, told.to_owned())]);
}

#[test]
fn formulas_without_a_result_are_told() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Id", "Seats", "Total"])?;
        for row in 1..=3 {
            sheet.write_row(row, 0, ["a", "2"])?;
            sheet.write_formula(row, 2, Formula::new("=B2*2").set_result("77"))?;
        }
        Ok(())
    });
    assert!(inspect(&file.path).remarks.is_empty());
    let without =
        changed(
            &file.path,
            |name, text| {
                if name.ends_with("sheet1.xml") { text.replacen("<v>77</v>", "", 2) } else { text }
            },
        );
    let told = "In “Total”, formulas without a result in the file: 2. Their cells are empty. \
                Open the file in Excel, save it and add it again.";
    assert_eq!(inspect(&without.path).remarks, [(1, told.to_owned())]);
}

#[test]
fn formats_that_make_no_sense_cost_nothing() {
    let bad = [
        "[",
        "\"",
        "0\\",
        "[$",
        "#,,,,,,,##0.%%E+",
        "[>]0",
        "é[",
        "0;0;0;0;0;0",
        "_",
        "*",
        "@@@",
        "[h",
        "yyyy[",
        "]]]]",
    ];
    for format in bad {
        let sound = book(|book| {
            let sheet = book.add_worksheet();
            sheet.write_row(0, 0, ["Id", "Name", "Value"])?.write_row(1, 0, ["a", "b"])?;
            sheet.write_number_with_format(1, 2, 12.5, &Format::new().set_num_format("MARK"))?;
            Ok(())
        });
        let code = format.replace('"', "&quot;").replace('>', "&gt;");
        let odd = changed(&sound.path, |_, text| text.replace("MARK", &code));
        let (_, rows) = read(&odd.path, &Hints::default(), 0).expect("it can be read");
        assert!(!rows[0].1[2].is_empty(), "{format}");
    }
}

/// The same workbook with its parts changed.
fn changed(book: &Path, change: impl Fn(&str, String) -> String) -> Written {
    use std::io::{Cursor, Read, Write};
    let bytes = fs::read(book).expect("the workbook is there");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is a zip");
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("the member is there");
        let name = member.name().expect("its name is text").into_owned();
        let mut content = String::new();
        member.read_to_string(&mut content).expect("all members are text");
        changed.start_file(&*name, zip::write::SimpleFileOptions::default()).expect("a member can be started");
        changed.write_all(change(&name, content).as_bytes()).expect("memory can be written to");
    }
    file("changed.xlsx", changed.finish().expect("the zip can be closed").into_inner())
}

#[test]
fn a_damaged_neighbour_of_the_values_costs_notices_only() {
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/intake/workbook_formats.xls");
    let bytes = fs::read(sound).expect("the fixture is there");
    // Whatever is read of a file cut anywhere, nothing breaks.
    for length in (512..bytes.len()).step_by(509) {
        let cut = file("cut.xls", &bytes[..length]);
        if let Err(error) = intake::inspect(&cut.path, &Hints::default()) {
            assert!(error.to_string().contains("cut.xls"), "{error}");
        }
    }
}
