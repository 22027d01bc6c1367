//! Workbooks written here and read back. Formats that cannot be written from Rust are among the fixtures.

use std::fs;

use engine::intake::{self, ColumnType, Format, Hints, IntakeError};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook, XlsxError};

use crate::support::{Written, cells, file, inspect, layout, read};

fn book(write: impl FnOnce(&mut Workbook) -> Result<(), XlsxError>) -> Written {
    let mut book = Workbook::new();
    write(&mut book).expect("the workbook can be written");
    file("book.xlsx", book.save_to_buffer().expect("the workbook can be saved"))
}

#[test]
fn every_kind_of_cell_becomes_text() {
    use ColumnType::{Boolean, Date, DateTime, Decimal, Integer, Text};
    let file = book(|book| {
        let day = CellFormat::new().set_num_format("dd.mm.yyyy");
        let moment = CellFormat::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let clock = CellFormat::new().set_num_format("hh:mm");
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Id", "Amount", "Tiny", "Day", "Moment", "Clock", "Flag", "Sum", "Wrong", "Code"])?;
        for row in 1..=2 {
            sheet.write(row, 0, 1_000 * row)?.write(row, 1, 1234.5)?.write(row, 2, 0.1 + 0.2)?;
            sheet.write_datetime_with_format(row, 3, ExcelDateTime::from_ymd(2026, 4, 1)?, &day)?;
            sheet.write_datetime_with_format(
                row,
                4,
                ExcelDateTime::from_ymd(2026, 4, 1)?.and_hms(12, 30, 0)?,
                &moment,
            )?;
            sheet.write_datetime_with_format(row, 5, ExcelDateTime::from_hms(8, 15, 0)?, &clock)?;
            sheet.write(row, 6, true)?;
            sheet.write_formula(row, 7, Formula::new("=1+1").set_result("2"))?;
            sheet.write_formula(row, 8, Formula::new("=#REF!").set_result("#REF!"))?;
            sheet.write(row, 9, "007")?;
        }
        Ok(())
    });
    let row = |id| [id, "1234.5", "0.3", "2026-04-01", "2026-04-01T12:30:00", "08:15", "TRUE", "2", "#REF!", "007"];
    assert_eq!(cells(&file.path), [row("1000"), row("2000")]);
    let profile = inspect(&file.path);
    assert_eq!(profile.layout.format, Format::Xlsx);
    let kinds: Vec<ColumnType> = profile.tables[0].columns.iter().map(|column| column.kind).collect();

    assert_eq!(kinds, [Integer, Decimal, Decimal, Date, DateTime, Text, Boolean, Integer, Text, Text]);
}

#[test]
fn numbers_of_a_sheet_are_not_ambiguous_but_its_texts_are() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Number", "Text"])?;
        for row in 1..=3 {
            sheet.write(row, 0, 1.234 * f64::from(row))?.write(row, 1, "1.234")?;
        }
        Ok(())
    });
    let columns = inspect(&file.path).tables.remove(0).columns;
    assert_eq!((columns[0].format.as_deref(), columns[0].also.len()), (Some("1234.56"), 0));
    assert_eq!(columns[1].also, ["1234.56", "1.234,56"]);
}

#[test]
fn covers_are_left_out_and_hidden_sheets_told() {
    let file = book(|book| {
        let cover = book.add_worksheet().set_name("Cover")?;
        cover.write(1, 1, "Billing export")?.write(3, 1, "Prepared by")?.write(3, 2, "M. Okafor")?;
        for (name, hidden) in [("Customers", false), ("Old", true)] {
            let sheet = book.add_worksheet().set_name(name)?;
            sheet.set_hidden(hidden).write_row(0, 0, ["Id", "Name", "Since"])?;
            sheet.write_row(1, 0, ["C-1", "Acorn Ltd", "2026-01-01"])?.write_row(
                2,
                0,
                ["C-2", "Birch Ltd", "2026-02-01"],
            )?;
        }
        book.add_worksheet().set_name("Nothing")?;
        Ok(())
    });
    let tables = inspect(&file.path).tables;
    let names: Vec<_> =
        tables.iter().map(|table| (table.layout.sheet.as_deref(), table.layout.hidden, table.rows)).collect();
    assert_eq!(names, [(Some("Customers"), false, 2), (Some("Old"), true, 2)]);

    let hints = Hints { sheet: Some("Prices".to_owned()), ..Hints::default() };
    match layout(&file.path, &hints) {
        Err(IntakeError::UnknownSheet { sheets, .. }) => assert_eq!(sheets, ["Cover", "Customers", "Old", "Nothing"]),
        other => panic!("the sheets are listed, not {other:?}"),
    }
    let hints = Hints { sheet: Some("Old".to_owned()), ..Hints::default() };
    let (profile, _) = read(&file.path, &hints, 0).expect("a sheet can be chosen");
    assert_eq!(profile.layout.sheet.as_deref(), Some("Old"));
}

#[test]
fn a_table_in_the_middle_of_a_sheet() {
    let file = book(|book| {
        let bold = CellFormat::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Contracts of Brackwater Analytics")?;
        sheet.merge_range(2, 4, 2, 5, "Term", &bold)?;
        sheet.write_row(3, 2, ["Number", "Customer", "Start", "End"])?;
        for row in 4..504 {
            sheet.write_row(row, 2, ["K-1", "Acorn Ltd", "2026-01-01", "2026-12-31"])?;
        }
        // Beyond the rows from which the left edge of the table was decided.
        sheet.write(450, 0, "check!")?;
        sheet.write(505, 2, "Total")?.write(505, 3, 500)?;
        Ok(())
    });
    let (profile, rows) = read(&file.path, &Hints::default(), 0).expect("it can be read");
    let layout = &profile.layout;
    assert_eq!(
        (layout.header_row, layout.header_rows, layout.first_row, layout.preamble_rows, layout.first_column),
        (Some(3), 2, 5, 1, 3)
    );
    assert_eq!(layout.columns, ["Number", "Customer", "Term Start", "Term End"]);
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), (5..=504).collect::<Vec<_>>());
    assert_eq!(rows[446].1, ["K-1", "Acorn Ltd", "2026-01-01", "2026-12-31"]);
    assert_eq!(profile.footer, [["Total", "500", "", ""]]);
    assert_eq!(profile.remarks, [(451, "“check!” stands left of the table and was not read.".to_owned())]);
}

#[test]
fn merged_cells_are_told() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Customer", "Item", "Price"])?;
        sheet.merge_range(1, 0, 2, 0, "Acorn Ltd", &CellFormat::new())?;
        sheet.write_row(1, 1, ["Seats", "12.50"])?.write_row(2, 1, ["Support", "7.00"])?;
        Ok(())
    });
    let (profile, rows) = read(&file.path, &Hints::default(), 0).expect("it can be read");
    assert_eq!(rows[1].1, ["", "Support", "7.00"], "the value stands in the first row only");
    let remark = "The cells A2:A3 are merged. Their value stands in the first of them only.";
    assert_eq!(profile.remarks, [(2, remark.to_owned())]);
}

#[test]
fn the_calendar_that_starts_in_1904() {
    let file = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Id", "Day"])?;
        let day = CellFormat::new().set_num_format("yyyy-mm-dd");
        sheet.write_row(1, 0, ["a"])?.write_with_format(1, 1, 44_652, &day)?;
        sheet.write_row(2, 0, ["b"])?.write_with_format(2, 1, 1, &day)?;
        Ok(())
    });
    assert_eq!(cells(&file.path), [["a", "2022-04-01"], ["b", "1900-01-01"]]);
    let later = with_1904(&file);
    assert_eq!(cells(&later.path), [["a", "2026-04-02"], ["b", "1904-01-02"]]);
}

/// The same workbook with the other calendar switched on.
fn with_1904(book: &Written) -> Written {
    use std::io::{Cursor, Read, Write};
    let bytes = fs::read(&book.path).expect("the workbook is there");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is a zip");
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("the member is there");
        let name = member.name().expect("its name is text").into_owned();
        let mut content = String::new();
        member.read_to_string(&mut content).expect("all members are text");
        changed.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member can be started");
        changed
            .write_all(content.replace("<workbookPr", "<workbookPr date1904=\"1\"").as_bytes())
            .expect("memory can be written to");
    }
    file("book1904.xlsx", changed.finish().expect("the zip can be closed").into_inner())
}

#[test]
fn a_workbook_inside_an_archive() {
    use std::io::{Cursor, Write};
    let inner = book(|book| {
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Id", "Name"])?.write_row(1, 0, ["1", "Acorn"])?.write_row(2, 0, ["2", "Birch"])?;
        Ok(())
    });
    let bytes = fs::read(&inner.path).expect("the workbook is there");
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("june/book.xlsx", zip::write::SimpleFileOptions::default()).expect("a member can be started");
    archive.write_all(&bytes).expect("memory can be written to");
    let packed = file("june.zip", archive.finish().expect("the zip can be closed").into_inner());
    let profile = inspect(&packed.path);
    assert_eq!((profile.layout.format, profile.layout.member.as_deref()), (Format::Xlsx, Some("june/book.xlsx")));
    assert_eq!(cells(&packed.path), [["1", "Acorn"], ["2", "Birch"]]);
}

#[test]
fn a_workbook_cut_short_or_without_anything() {
    let whole = book(|book| {
        let sheet = book.add_worksheet();
        for row in 0..200 {
            sheet.write(row, 0, format!("text {row}"))?.write(row, 1, row)?;
        }
        Ok(())
    });
    let bytes = fs::read(&whole.path).expect("the workbook is there");
    for length in [100, bytes.len() / 2, bytes.len() - 30] {
        let cut = file("cut.xlsx", &bytes[..length]);
        let error = intake::inspect(&cut.path, &Hints::default()).expect_err("it is damaged");
        assert!(matches!(error, IntakeError::Damaged { .. }), "{length}: {error:?}");
    }
    let empty = book(|book| {
        book.add_worksheet();
        Ok(())
    });
    assert!(matches!(intake::inspect(&empty.path, &Hints::default()), Err(IntakeError::NoTable { .. })));
}

/// Two sheets and their texts, all of them so large that they are unpacked while they are read.
fn large() -> Written {
    book(|book| {
        for name in ["June", "July"] {
            let sheet = book.add_worksheet().set_name(name)?;
            sheet.write_row(0, 0, ["Reference", "Number", "Text"])?;
            for row in 1..=12_000 {
                sheet.write(row, 0, format!("{name}-{row:06}"))?.write(row, 1, row)?.write(row, 2, "the same")?;
            }
        }
        Ok(())
    })
}

#[test]
fn large_sheets_are_read_to_the_last_row() {
    let file = large();
    for (table, name) in ["June", "July"].into_iter().enumerate() {
        let (profile, rows) = read(&file.path, &Hints::default(), table).expect("the sheet can be read");
        assert_eq!(profile.layout.sheet.as_deref(), Some(name));
        assert_eq!(rows.len(), 12_000);
        for ((_, row), number) in rows.iter().zip(1..) {
            assert_eq!(*row, [format!("{name}-{number:06}"), number.to_string(), "the same".to_owned()]);
        }
    }
}

#[test]
fn a_large_sheet_that_is_damaged_or_says_a_wrong_size_is_named() {
    let file = large();
    let whole = fs::read(&file.path).expect("the workbook is there");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("it is a zip");
    let part = archive.by_name("xl/worksheets/sheet2.xml").expect("the sheet is there");
    let (start, size) = (part.data_start().expect("it is known") as usize, part.compressed_size() as usize);
    let entry = part.central_header_start() as usize;
    drop(part);
    let mut spoiled = whole.clone();
    spoiled[start + size / 2..][..64].fill(0xff);
    let mut short = whole.clone();
    // What the directory says of the unpacked size (APPNOTE 4.3.12).
    short[entry + 24..entry + 28].copy_from_slice(&400_000_u32.to_le_bytes());
    for (name, bytes) in [("spoiled.xlsx", spoiled), ("short.xlsx", short)] {
        let file = crate::support::file(name, bytes);
        let Err(IntakeError::Damaged { sheet, .. }) = intake::inspect(&file.path, &Hints::default()) else {
            panic!("{name} was read");
        };
        assert_eq!(sheet.as_deref(), Some("July"), "{name}");
    }
}
