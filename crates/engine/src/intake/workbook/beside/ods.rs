//! What a sheet of ODS says beside its values: how each cell was shown to who saved it, what is hidden, merged or without a result.

use std::io::{BufReader, Read};
use std::path::Path;

use calamine::Dimensions;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::Beside;
use super::package::{self, Archive, attribute};

/// Rows of a sheet at most; a file may say that one row is repeated for ever.
const ROWS: u32 = 1 << 20;

pub(super) fn beside(path: &Path, sheet: &str) -> Option<Beside> {
    let mut archive = package::open(path)?;
    let mut rows = Rows::new(content(&mut archive)?, sheet);
    let mut beside = Beside::default();
    while let Some(row) = rows.next() {
        if row.is_hidden && row.cells.iter().any(|cell| cell.has_value) {
            beside.hidden_rows.extend(row.first..=row.last);
        }
        for cell in &row.cells {
            if cell.is_unsolved {
                beside.unsolved(row.first, cell.first);
            }
            if cell.spans != (1, 1) {
                let end = (row.first.saturating_add(cell.spans.0 - 1), cell.first.saturating_add(cell.spans.1 - 1));
                beside.merge(Dimensions::new((row.first, cell.first), end));
            }
        }
    }
    beside.hidden_columns = rows.hidden_columns;
    Some(beside)
}

pub(in crate::intake::workbook) fn open(path: &Path) -> Option<Archive> {
    package::open(path)
}

pub(in crate::intake::workbook) fn content(archive: &mut Archive) -> Option<impl Read + use<'_>> {
    package::part(archive, "content.xml")
}

/// How the cells of a sheet are shown, asked for in the order of the sheet.
pub(in crate::intake::workbook) struct Texts<R: Read> {
    rows: Rows<R>,
    row: Option<Row>,
}

impl<R: Read> Texts<R> {
    pub(in crate::intake::workbook) fn new(content: R, sheet: &str) -> Self {
        Self { rows: Rows::new(content, sheet), row: None }
    }

    pub(in crate::intake::workbook) fn at(&mut self, (row, column): (u32, u32)) -> Option<Box<str>> {
        while self.row.as_ref().is_none_or(|known| known.last < row) {
            self.row = Some(self.rows.next()?);
        }
        let known = self.row.as_ref().filter(|known| known.first <= row)?;
        let place = known.cells.partition_point(|cell| cell.last < column);
        let cell = known.cells.get(place).filter(|cell| cell.first <= column)?;
        (!cell.text.is_empty()).then(|| cell.text.as_str().into())
    }
}

/// Equal rows, one below the other.
#[derive(Default)]
struct Row {
    first: u32,
    last: u32,
    is_hidden: bool,
    /// Those with anything in them.
    cells: Vec<Cells>,
}

/// Equal cells, one beside the other.
#[derive(Default)]
struct Cells {
    first: u32,
    last: u32,
    text: String,
    has_value: bool,
    is_unsolved: bool,
    /// Rows and columns that it covers.
    spans: (u32, u32),
}

struct Rows<R: Read> {
    xml: Reader<BufReader<R>>,
    buffer: Vec<u8>,
    sheet: String,
    in_sheet: bool,
    is_over: bool,
    row: u32,
    column: u32,
    hidden_columns: Vec<(u32, u32)>,
}

impl<R: Read> Rows<R> {
    fn new(content: R, sheet: &str) -> Self {
        let mut xml = Reader::from_reader(BufReader::new(content));
        xml.config_mut().expand_empty_elements = true;
        Self {
            xml,
            buffer: Vec::new(),
            sheet: sheet.to_owned(),
            in_sheet: false,
            is_over: false,
            row: 0,
            column: 0,
            hidden_columns: Vec::new(),
        }
    }

    /// The next row of the sheet, or `None` at its end.
    fn next(&mut self) -> Option<Row> {
        while !self.is_over {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).ok()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table" if !self.in_sheet => {
                        self.in_sheet = attribute(&element, "name").as_deref() == Some(self.sheet.as_str());
                    }
                    "table-column" if self.in_sheet => {
                        let (first, last) = run(self.column, &element, "number-columns-repeated");
                        if is_hidden(&element) {
                            self.hidden_columns.push((first, last));
                        }
                        self.column = last.saturating_add(1);
                    }
                    "table-row" if self.in_sheet => {
                        let (first, last) = run(self.row, &element, "number-rows-repeated");
                        let is_hidden = is_hidden(&element);
                        self.row = last.saturating_add(1);
                        return (first < ROWS)
                            .then_some(())
                            .and_then(|()| Some(Row { first, last: last.min(ROWS), is_hidden, cells: self.cells()? }));
                    }
                    _ => {}
                },
                Event::End(element) if self.in_sheet => self.is_over = element.local_name().as_ref() == "table",
                Event::Eof => self.is_over = true,
                _ => {}
            }
        }
        None
    }

    /// The cells up to the end of the row.
    fn cells(&mut self) -> Option<Vec<Cells>> {
        let (mut cells, mut column) = (Vec::new(), 0);
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).ok()? {
                Event::Start(element)
                    if matches!(element.local_name().as_ref(), "table-cell" | "covered-table-cell") =>
                {
                    let mut cell = Cells::begin(column, &element);
                    column = cell.last.saturating_add(1);
                    self.text(&mut cell.text)?;
                    cell.has_value |= !cell.text.is_empty();
                    if cell.has_value || cell.is_unsolved || cell.spans != (1, 1) {
                        cells.push(cell);
                    }
                }
                Event::End(element) if element.local_name().as_ref() == "table-row" => return Some(cells),
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The paragraphs up to the end of the cell, without those of notes and drawings in it.
    fn text(&mut self, text: &mut String) -> Option<()> {
        let (mut depth, mut in_paragraph) = (1_u32, 0_u32);
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).ok()? {
                Event::Start(element) => {
                    depth += 1;
                    match element.local_name().as_ref() {
                        "p" if depth == 2 => {
                            in_paragraph = depth;
                            text.push_str(if text.is_empty() { "" } else { "\n" });
                        }
                        "s" if in_paragraph > 0 => {
                            let count = attribute(&element, "c").and_then(|count| count.parse().ok()).unwrap_or(1);
                            text.extend(std::iter::repeat_n(' ', count).take(256));
                        }
                        "tab" if in_paragraph > 0 => text.push('\t'),
                        "line-break" if in_paragraph > 0 => text.push('\n'),
                        _ => {}
                    }
                }
                Event::End(_) => {
                    depth -= 1;
                    in_paragraph = if depth < in_paragraph { 0 } else { in_paragraph };
                    if depth == 0 {
                        return Some(());
                    }
                }
                Event::Text(words) if in_paragraph > 0 => text.push_str(&words.xml10_content()),
                Event::GeneralRef(reference) if in_paragraph > 0 => text.push_str(&resolved(&reference)),
                Event::Eof => return None,
                _ => {}
            }
        }
    }
}

impl Cells {
    fn begin(column: u32, element: &BytesStart<'_>) -> Self {
        let mut cell = Self { first: column, last: column, spans: (1, 1), ..Self::default() };
        let mut has_formula = false;
        // Once over all of them: a sheet has more cells than anything else.
        for attribute in element.attributes().with_checks(false).flatten() {
            let count = || attribute.value.parse().ok().filter(|count| *count > 0).unwrap_or(1);
            match attribute.key.local_name().as_ref() {
                "number-columns-repeated" => cell.last = column.saturating_add(count() - 1),
                "number-rows-spanned" => cell.spans.0 = count(),
                "number-columns-spanned" => cell.spans.1 = count(),
                "value-type" => cell.has_value = true,
                "formula" => has_formula = true,
                _ => {}
            }
        }
        cell.is_unsolved = has_formula && !cell.has_value;
        cell
    }
}

/// First and last of what an element stands for, counted on from `next`.
fn run(next: u32, element: &BytesStart<'_>, repeated: &str) -> (u32, u32) {
    let count = attribute(element, repeated).and_then(|count| count.parse::<u32>().ok()).unwrap_or(1);
    (next, next.saturating_add(count.saturating_sub(1)))
}

fn is_hidden(element: &BytesStart<'_>) -> bool {
    attribute(element, "visibility").is_some_and(|shown| shown == "collapse" || shown == "filter")
}

/// The character that `&amp;` or `&#228;` stands for.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).unwrap_or_default().to_owned(),
    }
}
