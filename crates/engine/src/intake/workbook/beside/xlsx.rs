//! What is hidden, merged or without a result in a sheet of XLSX.
//!
//! Most sheets have nothing of it, and reading XML costs as much as reading the cells. So their bytes are searched for the few
//! words first.

use std::io::{BufReader, Read};
use std::path::Path;

use calamine::Dimensions;
use memchr::memmem::Finder;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::Beside;
use super::package::{self, Archive, attribute, each_start, is_set};

pub(super) fn beside(path: &Path, sheet: &str) -> Option<Beside> {
    let mut archive = package::open(path)?;
    let name = part_of(&mut archive, sheet)?;
    if !says_any(package::part(&mut archive, &name)?) {
        return None;
    }
    Some(read(package::part(&mut archive, &name)?))
}

/// The part of the package that holds a sheet.
fn part_of(archive: &mut Archive, sheet: &str) -> Option<String> {
    let workbook = package::workbook(archive)?;
    let mut id = None;
    each_start(package::part(archive, &workbook)?, |element| {
        if element.local_name().as_ref() == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
        id.is_none()
    });
    let id = id?;
    package::relations(archive, &workbook).into_iter().find(|relation| relation.id == id).map(|found| found.target)
}

/// Whether there is anything that [`read`] would find. What only looks like it costs time, nothing else.
fn says_any(mut part: impl Read) -> bool {
    const OVERLAP: usize = 16;
    let words: Vec<Finder<'_>> = ["hidden=", "mergeCell", "f>", "<f ", ":f "].iter().map(Finder::new).collect();
    let mut window = vec![0; 256 * 1024];
    let mut kept = 0;
    while let Ok(read @ 1..) = part.read(&mut window[kept..]) {
        let seen = &window[..kept + read];
        if words.iter().any(|word| word.find(seen).is_some()) {
            return true;
        }
        let end = seen.len();
        kept = end.min(OVERLAP);
        window.copy_within(end - kept..end, 0);
    }
    false
}

/// Where the reader stands in a sheet.
#[derive(Default)]
struct Place {
    row: u32,
    column: u32,
    is_hidden: bool,
    /// The row is hidden and has a value.
    counts: bool,
    cell: Cell,
}

#[derive(Default)]
struct Cell {
    has_formula: bool,
    has_value: bool,
    in_value: bool,
}

fn read(part: impl Read) -> Beside {
    let mut beside = Beside::default();
    let mut place = Place::default();
    let mut xml = Reader::from_reader(BufReader::new(part));
    xml.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => begin(&element, &mut place, &mut beside),
            Ok(Event::Text(text)) => place.cell.has_value |= place.cell.in_value && !text.is_empty(),
            Ok(Event::GeneralRef(_) | Event::CData(_)) => place.cell.has_value |= place.cell.in_value,
            Ok(Event::End(element)) => end(element.local_name().as_ref(), &mut place, &mut beside),
            Ok(Event::Eof) | Err(_) => return beside,
            Ok(_) => {}
        }
    }
}

fn begin(element: &BytesStart<'_>, place: &mut Place, beside: &mut Beside) {
    match element.local_name().as_ref() {
        "row" => {
            let row = attribute(element, "r").and_then(|row| row.parse::<u32>().ok()?.checked_sub(1));
            *place = Place { row: row.unwrap_or(place.row), is_hidden: is_set(element, "hidden"), ..Place::default() };
        }
        "c" => {
            let found = attribute(element, "r").and_then(|cell| position(&cell));
            place.column = found.map_or(place.column, |(_, column)| column);
            place.cell = Cell::default();
        }
        "f" => place.cell.has_formula = true,
        "v" | "is" => place.cell.in_value = true,
        "col" if is_set(element, "hidden") => {
            let edge = |name| attribute(element, name).and_then(|edge| edge.parse::<u32>().ok()?.checked_sub(1));
            beside.hidden_columns.extend(edge("min").zip(edge("max")));
        }
        "mergeCell" => {
            if let Some(area) = attribute(element, "ref").and_then(|area| self::area(&area)) {
                beside.merge(area);
            }
        }
        _ => {}
    }
}

fn end(name: &str, place: &mut Place, beside: &mut Beside) {
    match name {
        "v" | "is" => place.cell.in_value = false,
        "c" => {
            if place.cell.has_formula && !place.cell.has_value {
                beside.unsolved(place.row, place.column);
            }
            place.counts |= place.is_hidden && place.cell.has_value;
            place.column += 1;
        }
        "row" => {
            if place.counts {
                beside.hidden_rows.push(place.row);
            }
            *place = Place { row: place.row + 1, ..Place::default() };
        }
        _ => {}
    }
}

/// `B3:D7`
fn area(text: &str) -> Option<Dimensions> {
    let (start, end) = text.split_once(':').unwrap_or((text, text));
    Some(Dimensions::new(position(start)?, position(end)?))
}

/// Row and column of `B3`, from 0.
fn position(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let place = letter.to_ascii_uppercase().checked_sub(b'A').filter(|place| *place < 26)?;
        column.checked_mul(26)?.checked_add(u32::from(place) + 1)
    })?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}
