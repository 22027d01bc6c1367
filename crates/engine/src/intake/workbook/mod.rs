//! Workbooks: every sheet with a table in it, its rows as text.
//!
//! `calamine` reads. XLSX and XLSB stream cell by cell; XLS and ODS are held whole by their readers. Values become text
//! once, here, as Excel shows them: numbers by their formats, results of formulas, errors (`#REF!`). Two things are not as
//! shown, because a number or a day would be lost: where a format hides digits the whole number is taken, and told; dates
//! are ISO 8601. Colours and comments are not read. docs/WORKBOOKS.md has the rules and how well they hold.

mod ahead;
mod beside;
mod book;
mod cells;
mod figure;
mod format;
mod formats;
mod frame;
mod notes;
mod row;
mod tables;
mod value;

use std::ops::ControlFlow;

pub(crate) use book::Book;
use notes::Notes;
use row::SheetRow;

use super::header::{self, Row};
use super::table::{self, Rows};
use super::{Blanks, Hints, IntakeError, Layout, RowSink, TableLayout, TableProfile, Turned, blocks, turned};
use tables::Found;

/// Rows from which a sheet's header is decided.
const SAMPLE: usize = 400;
/// The same where blank rows may stand between several tables.
const SAMPLE_WITH_GAPS: usize = 10_000;

pub(crate) fn layout(book: &mut Book, hints: &Hints) -> Result<Layout, IntakeError> {
    let (sheets, path) = (book.sheets(), book.source.path.clone());
    let said = hints.sheet.as_deref();
    let all: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
    let unknown = |sheets: &[String]| match said.filter(|said| !sheets.iter().any(|name| name == said)) {
        Some(sheet) => {
            Err(IntakeError::UnknownSheet { path: path.clone(), sheet: sheet.to_owned(), sheets: sheets.to_vec() })
        }
        None => Ok(()),
    };
    // One of several tables in a sheet is named after it.
    let holds = |sheet: &str| {
        said.is_none_or(|said| said == sheet || all.iter().all(|name| name != said) && said.starts_with(sheet))
    };
    if !all.iter().any(|sheet| holds(sheet)) {
        unknown(&all)?;
    }
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for (sheet, hidden) in sheets {
        if !holds(&sheet) {
            names.push(sheet);
            continue;
        }
        let (rows, whole) = sample_rows(book, &sheet)?;
        let tables = tables::of_sheet(&sheet, &rows, whole, hints)
            .ok_or_else(|| IntakeError::TooLargeToTurn { path: path.clone() })?;
        if tables.len() < 2 {
            names.push(sheet);
        } else {
            names.extend(tables.iter().filter_map(|found| found.layout.sheet.clone()));
        }
        found.extend(tables.into_iter().map(|table| Found { layout: TableLayout { hidden, ..table.layout }, ..table }));
    }
    if said.is_some_and(|said| !all.iter().any(|name| name == said)) {
        unknown(&names)?;
        found.retain(|table| table.layout.sheet.as_deref() == said);
    }
    // Cover sheets are left out, unless there is nothing else.
    let any = found.iter().any(|table| table.likely);
    let tables: Vec<_> = found.into_iter().filter(|table| table.likely || !any).map(|table| table.layout).collect();
    if tables.is_empty() {
        return Err(IntakeError::NoTable { path });
    }
    Ok(Layout {
        format: book.format,
        member: book.source.member().map(str::to_owned),
        encoding: None,
        delimiter: None,
        quote: None,
        escape: None,
        blanks: Blanks::Kept,
        lenient: false,
        single: false,
        tables,
        said: hints.clone(),
        sheets: names,
    })
}

pub(crate) fn read(book: &mut Book, table: &TableLayout, sink: &mut dyn RowSink) -> Result<TableProfile, IntakeError> {
    let sheet = table.within.as_deref().or(table.sheet.as_deref()).unwrap_or_default();
    table::collect(table, sink, |rows| match table.turned {
        Some(place) => read_turned(book, sheet, place, table, rows),
        None => read_upright(book, sheet, table, rows),
    })
}

fn read_upright(book: &mut Book, sheet: &str, table: &TableLayout, rows: &mut Rows<'_>) -> Result<(), IntakeError> {
    let (mut last, mut notes) = (0, Notes::default());
    let beside = book.each_row_and_beside(sheet, &mut |row| {
        if table.end.is_some_and(|end| row.line >= end) {
            return ControlFlow::Break(());
        }
        last = row.line;
        if row.line < table.first_row { ControlFlow::Continue(()) } else { push(row, table, rows, &mut notes) }
    })?;
    notes.tell(&beside, table, last, rows);
    Ok(())
}

/// Numbers are told by the columns of an upright table only: those of a turned one are asked about like those of a text.
fn read_turned(
    book: &mut Book,
    sheet: &str,
    place: Turned,
    table: &TableLayout,
    rows: &mut Rows<'_>,
) -> Result<(), IntakeError> {
    let mut lying = Vec::new();
    book.first_rows(sheet, &mut |row| {
        if place.covers(row.line) {
            lying.push(self::row(row));
        }
        if row.line < place.last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let columns = tables::columns(table);
    let upright = turned::upright(&blocks::part(&lying, &columns), columns.start as u64 + 1);
    table::push_turned(&upright, table, rows);
    Ok(())
}

fn push(row: &SheetRow, table: &TableLayout, rows: &mut Rows<'_>, notes: &mut Notes) -> ControlFlow<()> {
    let skipped = table.first_column.saturating_sub(1) as usize;
    let own = tables::columns(table);
    let end = |columns: usize| match columns {
        0 => 0,
        columns => row.ends.get(columns - 1).or(row.ends.last()).copied().unwrap_or(0),
    };
    let (start, stop) = (end(skipped), end(own.end));
    let left = row.text[end(own.start)..start].trim();
    if !left.is_empty() {
        rows.remark(row.line, format!("“{left}” stands left of the table and was not read."));
    }
    if row.text[start..stop].trim().is_empty() {
        return ControlFlow::Continue(());
    }
    for column in
        row.numbers.iter().filter(|column| **column < own.end).filter_map(|column| column.checked_sub(skipped))
    {
        rows.number(column);
    }
    notes.add(row, skipped, own.end);
    let ends = row.ends.iter().take(own.end).skip(skipped).map(|end| end - start);
    let mut ends: Vec<usize> = ends.collect();
    // What is blank before the next table is no cell of this one.
    while table.span.is_some() && ends.len() > table.columns.len() && ends.ends_with(&[stop - start; 2]) {
        ends.pop();
    }
    ends.resize(ends.len().max(table.columns.len()), stop - start);
    rows.push(row.line, &row.text[start..stop], ends.into_iter())
}

/// The first rows of a sheet, and whether they are all: more of them where blank rows below a table may part it from another.
fn sample_rows(book: &mut Book, sheet: &str) -> Result<(Vec<Row>, bool), IntakeError> {
    let (mut rows, mut last, mut gaps) = (Vec::new(), 0, false);
    let mut more = false;
    book.first_rows(sheet, &mut |row| {
        gaps |= row.line > last + 1 && rows.last().is_some_and(|above| header::filled(above) > 1);
        last = row.line;
        more = rows.len() >= if gaps { SAMPLE_WITH_GAPS } else { SAMPLE };
        if more {
            return ControlFlow::Break(());
        }
        rows.push(self::row(row));
        ControlFlow::Continue(())
    })?;
    Ok((rows, !more))
}

fn row(row: &SheetRow) -> Row {
    Row { line: row.line, cells: row.cells().map(str::to_owned).collect() }
}
