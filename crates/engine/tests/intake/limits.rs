//! Sizes: what is large but fine, and what is refused before it fills the memory.

use std::io::{Read, Write};

use engine::intake::{self, Hints, IntakeError};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{cells, file, inspect};

fn refused(file: &crate::support::Written) -> IntakeError {
    intake::inspect(&file.path, &Hints::default()).expect_err("it is refused")
}

#[test]
fn a_cell_of_ten_megabytes_is_fine() {
    let long = "one line\n".repeat(10 * 1024 * 1024 / 9);
    let file = file("long.csv", format!("id,text\n1,\"{long}\"\n2,short\n"));
    assert_eq!(cells(&file.path), [vec!["1", &long], vec!["2", "short"]]);
    let profile = inspect(&file.path);
    assert_eq!(profile.tables[0].last_row, long.matches('\n').count() as u64 + 3, "lines inside the cell count");
    assert_eq!(profile.tables[0].columns[1].longest as usize, long.len());
}

#[test]
fn twenty_thousand_columns_are_fine() {
    let line = |cell: &dyn Fn(usize) -> String| (0..20_000).map(cell).collect::<Vec<_>>().join(",");
    let file =
        file("wide.csv", format!("{}\n{}\n", line(&|column| format!("c{column}")), line(&|column| column.to_string())));
    let profile = inspect(&file.path);
    assert_eq!((profile.tables[0].columns.len(), profile.tables[0].rows), (20_000, 1));
    assert_eq!(profile.tables[0].layout.columns[19_999], "c19999");
}

#[test]
fn more_than_fifty_thousand_columns_are_not() {
    let file = file("wider.csv", ",".repeat(50_000));
    assert!(matches!(refused(&file), IntakeError::TooWide { line: 1, columns: 50_001, .. }));
}

#[test]
fn a_line_without_end_is_not_held_in_memory() {
    let mut content = b"id,name\n1,".to_vec();
    content.resize(intake::MAX_RECORD + 1024 * 1024, b'x');
    let file = file("endless.csv", content);
    assert!(matches!(refused(&file), IntakeError::LineTooLong { line: 2, .. }));
}

#[test]
fn a_quote_that_never_closes_costs_one_line() {
    // More than may be held while looking for the other quote.
    let note = "x".repeat(1_000);
    let count = intake::MAX_RECORD / note.len() + 1_000;
    let rows = (0..count).map(|id| format!("{id},some name,{note}")).collect::<Vec<_>>().join("\n");
    let file = file("open.csv", format!("id,name,note\n6,\"closed, here\",x\n7,\"open,x\n{rows}\n"));
    let profile = inspect(&file.path);
    assert_eq!((profile.tables[0].rows, profile.tables[0].ragged_rows), (count as u64 + 2, 0));
    assert_eq!(profile.remarks.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
}

fn gz(content: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for part in content {
        packed.write_all(&part).expect("memory can be written to");
    }
    packed.finish().expect("memory can be written to")
}

#[test]
fn archives_that_explode_are_refused() {
    let megabyte = b"1,2,3,4\n".repeat(128 * 1024);
    let packed = file("bomb.csv.gz", gz(std::iter::repeat_n(megabyte.clone(), 300)));
    assert!(matches!(refused(&packed), IntakeError::Bomb { limit: 256, .. }));

    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, size) in [("[Content_Types].xml", 0), ("xl/workbook.xml", 0), ("xl/worksheets/sheet1.xml", 300)] {
        zip.start_file(name, SimpleFileOptions::default().compression_level(Some(9))).expect("a member can be started");
        for _ in 0..size {
            zip.write_all(&megabyte).expect("memory can be written to");
        }
    }
    let book = file("bomb.xlsx", zip.finish().expect("the zip can be closed").into_inner());
    let error = refused(&book);
    assert!(matches!(error, IntakeError::Bomb { .. }), "{error:?}");
}

/// A compound file of three sectors: its header, the table of what follows what, and a list of streams that follows itself.
fn compound_file_in_a_circle() -> Vec<u8> {
    let mut header = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    header.resize(24, 0);
    let shorts = [0x3E, 3, 0xFFFE, 9, 6].into_iter().flat_map(u16::to_le_bytes);
    header.extend(shorts.chain([0; 6]));
    let longs = [0, 1, 1, 0, 4096, 0xFFFF_FFFE, 0, 0xFFFF_FFFE, 0, 0].into_iter().flat_map(u32::to_le_bytes);
    header.extend(longs);
    header.resize(512, 0xFF);
    let mut follows: Vec<u8> = [0xFFFF_FFFD_u32, 1].into_iter().flat_map(u32::to_le_bytes).collect();
    follows.resize(512, 0xFF);
    let list = vec![0; 512];
    [header, follows, list].concat()
}

#[test]
fn sectors_in_a_circle_are_refused() {
    let file = file("circle.xls", compound_file_in_a_circle());
    assert!(matches!(refused(&file), IntakeError::Damaged { .. }), "{}", refused(&file));
}

/// Each entity is ten of the one before it: expanded, the last would fill 3 GB.
fn entities() -> String {
    let deeper = (1..10).map(|level| {
        let inner = format!("&lol{};", level - 1).repeat(10);
        format!("<!ENTITY lol{level} \"{inner}\">")
    });
    std::iter::once("<!ENTITY lol0 \"lol\">".to_owned()).chain(deeper).collect()
}

#[test]
fn entities_of_xml_are_not_expanded() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, name) in ["Name", "swallowed", "sound"].into_iter().enumerate() {
        let row = u32::try_from(row).expect("three rows");
        sheet.write(row, 0, name).expect("a cell");
        sheet.write(row, 1, f64::from(row)).expect("a cell");
        sheet.write(row, 2, f64::from(row)).expect("a cell");
    }
    let sound = book.save_to_buffer().expect("a workbook can be made");
    let mut from = ZipArchive::new(std::io::Cursor::new(sound)).expect("a workbook is a zip");
    let mut to = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut member = from.by_index(index).expect("a member");
        let mut text = Vec::new();
        member.read_to_end(&mut text).expect("a member can be read");
        if member.name().expect("a name").ends_with("sharedStrings.xml") {
            let bomb = String::from_utf8(text).expect("XML").replace("swallowed", "&lol9;");
            let (declaration, rest) = bomb.split_once("?>").expect("a declaration");
            text = format!("{declaration}?><!DOCTYPE sst [{}]>{rest}", entities()).into_bytes();
        }
        to.start_file(member.name().expect("a name"), SimpleFileOptions::default()).expect("a member can be started");
        to.write_all(&text).expect("memory can be written to");
    }
    let bomb = file("bomb.xlsx", to.finish().expect("the zip can be closed").into_inner());
    let error = refused(&bomb);
    assert!(matches!(&error, IntakeError::Damaged { detail, .. } if detail.contains("&lol9;")), "{error:?}");
}

#[test]
fn a_large_archive_of_an_ordinary_table_is_fine() {
    let rows = (0..100_000).map(|row| format!("{row},{},x\n", row % 977).into_bytes());
    let file = file("rows.csv.gz", gz(std::iter::once(b"a,b,c\n".to_vec()).chain(rows)));
    assert_eq!(inspect(&file.path).tables[0].rows, 100_000);
}

#[test]
fn a_table_on_its_side_is_told() {
    let remarks = |text: &str| {
        let file = file("side.csv", text);
        inspect(&file.path).remarks.into_iter().filter(|(_, text)| text.contains("on its side")).count()
    };
    assert_eq!(remarks("id,1,2,3\nname,Anna,Ben,Cara\nbalance,10.50,7.00,3.25\n"), 1);
    assert_eq!(remarks("Name,Anna,Ben,Cara\nBalance,10.50,7.00,3.25\nCity,Bonn,Cork,Truro\n"), 1);
    assert_eq!(remarks("Name,January,February\nAnna,1,2\nBen,3,4\nCara,5,6\n"), 0, "figures below a header");
    assert_eq!(remarks("Name,City,Land\nAnna,Bonn,DE\nBen,Cork,IE\n"), 0, "words below a header");
}

#[test]
fn a_large_file_is_glanced_at_and_small_ones_are_not() {
    let row = |number: u64| {
        format!(
            "C-{:06},2026-04-{:02},\"{}, it says\",{}.50\n",
            number % 999_983,
            number % 28 + 1,
            number % 7,
            number % 1000
        )
    };
    let header = "account,day,note,amount\n";
    let mut text = header.to_owned();
    let mut rows = 0;
    while (text.len() as u64) <= intake::LARGE {
        text += &row(rows);
        rows += 1;
    }
    text += "Total,,,12345.00\n";
    let file = file("large.csv", &text);
    let glance = intake::glance(&file.path, &Hints::default()).expect("it can be read").expect("it is large");
    let near = |estimate: u64| estimate.abs_diff(rows) * 100 < rows;
    assert!(near(glance.table.rows), "about {rows} rows, not {}", glance.table.rows);
    assert_eq!(glance.table.footer_rows, 1, "the end is looked at");
    assert_eq!(glance.parts.len(), 3);
    assert_eq!((glance.parts[0].start, glance.parts[2].end), (0, text.len() as u64));
    let full = inspect(&file.path).tables.remove(0);
    let kinds = |table: &engine::intake::TableProfile| {
        table.columns.iter().map(|column| (column.kind, column.format.clone())).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&glance.table), kinds(&full));
    assert_eq!((glance.table.ragged_rows, glance.table.remarks.len()), (0, 0), "no part begins inside a record");

    let small = crate::support::file("small.csv", header.to_owned() + &row(1));
    assert_eq!(intake::glance(&small.path, &Hints::default()).expect("it can be read"), None);
}
