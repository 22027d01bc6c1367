//! Workbooks: every sheet with a table in it, its rows as text.
//!
//! `calamine` reads. XLSX and XLSB stream cell by cell; XLS and ODS are held whole by their readers. Values become text
//! once, here, as Excel shows them: numbers by their formats, results of formulas, errors (`#REF!`). Two things are not as
//! shown, because a number or a day would be lost: where a format hides digits the whole number is taken, and told; dates
//! are ISO 8601. Colours and comments are not read. docs/WORKBOOKS.md has the rules and how well they hold.

mod beside;
mod book;
mod cells;
mod figure;
mod format;
mod formats;
mod frame;
mod notes;
mod row;
mod value;

use std::ops::ControlFlow;

pub(crate) use book::Book;
use notes::Notes;
use row::SheetRow;

use super::groups;
use super::header::{self, Beginning, Row};
use super::table::{self, Rows};
use super::{Blanks, Hints, IntakeError, Layout, RowSink, TableLayout, TableProfile};

/// Rows from which a sheet's header is decided.
const SAMPLE: usize = 400;

pub(crate) fn layout(book: &mut Book, hints: &Hints) -> Result<Layout, IntakeError> {
    let sheets = book.sheets();
    if let Some(sheet) = hints.sheet.as_ref().filter(|sheet| !sheets.iter().any(|(name, _)| name == *sheet)) {
        let sheets = sheets.into_iter().map(|(name, _)| name).collect();
        return Err(IntakeError::UnknownSheet { path: book.source.path.clone(), sheet: sheet.clone(), sheets });
    }
    let (mut tables, names) = (Vec::new(), sheets.iter().map(|(name, _)| name.clone()).collect());
    for (sheet, hidden) in sheets.into_iter().filter(|(name, _)| hints.sheet.as_ref().is_none_or(|sheet| sheet == name))
    {
        let rows = sample_rows(book, &sheet)?;
        if !rows.is_empty() {
            tables.push(table_layout(sheet, hidden, &rows, hints.header_row));
        }
    }
    // Cover sheets are left out, unless there is nothing else.
    let any = tables.iter().any(|(likely, _)| *likely);
    let tables: Vec<_> = tables.into_iter().filter(|(likely, _)| *likely || !any).map(|(_, table)| table).collect();
    if tables.is_empty() {
        return Err(IntakeError::NoTable { path: book.source.path.clone() });
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
    let sheet = table.sheet.as_deref().unwrap_or_default();
    table::collect(table, sink, |rows| {
        let (mut last, mut notes) = (0, Notes::default());
        let beside = book.each_row_and_beside(sheet, &mut |row| {
            last = row.line;
            if row.line < table.first_row { ControlFlow::Continue(()) } else { push(row, table, rows, &mut notes) }
        })?;
        notes.tell(&beside, table, last, rows);
        Ok(())
    })
}

fn push(row: &SheetRow, table: &TableLayout, rows: &mut Rows<'_>, notes: &mut Notes) -> ControlFlow<()> {
    let skipped = table.first_column.saturating_sub(1) as usize;
    let start = if skipped == 0 { 0 } else { row.ends.get(skipped - 1).or(row.ends.last()).copied().unwrap_or(0) };
    let left = row.text[..start].trim();
    if !left.is_empty() {
        rows.remark(row.line, format!("“{left}” stands left of the table and was not read."));
    }
    if row.text[start..].trim().is_empty() {
        return ControlFlow::Continue(());
    }
    for column in row.numbers.iter().filter_map(|column| column.checked_sub(skipped)) {
        rows.number(column);
    }
    notes.add(row, skipped);
    let mut ends: Vec<usize> = row.ends.iter().skip(skipped).map(|end| end - start).collect();
    ends.resize(ends.len().max(table.columns.len()), row.text.len() - start);
    rows.push(row.line, &row.text[start..], ends.into_iter())
}

fn sample_rows(book: &mut Book, sheet: &str) -> Result<Vec<Row>, IntakeError> {
    let mut rows = Vec::new();
    book.each_row(sheet, &mut |row| {
        rows.push(Row { line: row.line, cells: row.cells().map(str::to_owned).collect() });
        if rows.len() < SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(rows)
}

/// Where the table of a sheet lies, and whether it is one: with columns of values, not a few scattered words as covers
/// and notes have.
fn table_layout(sheet: String, hidden: bool, rows: &[Row], hint: Option<u64>) -> (bool, TableLayout) {
    let first = header::find(rows, hint);
    let skipped = rows[first.header.start..].iter().map(leading_blanks).min().unwrap_or(0);
    let shifted = |row: &Row| Row { line: row.line, cells: row.cells.iter().skip(skipped).cloned().collect() };
    let rows: Vec<Row> = rows.iter().map(shifted).collect();
    let Beginning { header, columns } = header::find(&rows, hint);
    let below = rows.last().map_or(1, |row| row.line + 1);
    let layout = TableLayout {
        sheet: Some(sheet),
        header_row: (!header.is_empty()).then(|| rows[header.start].line),
        header_rows: u32::try_from(header.len()).unwrap_or(u32::MAX),
        first_row: rows.get(header.end).map_or(below, |row| row.line),
        end: None,
        preamble_rows: u32::try_from(header.start).unwrap_or(u32::MAX),
        preamble: rows[..header.start].iter().map(|row| row.cells.clone()).collect(),
        first_column: u32::try_from(skipped + 1).unwrap_or(u32::MAX),
        grouped: groups::are_in(&rows[header.end..], columns.len()),
        columns,
        hidden,
    };
    (is_table(&rows[header.clone()], &rows[header.end..], layout.columns.len()), layout)
}

fn leading_blanks(row: &Row) -> usize {
    row.cells.iter().take_while(|cell| cell.trim().is_empty()).count()
}

fn is_table(header: &[Row], body: &[Row], columns: usize) -> bool {
    let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let full = body.iter().filter(|row| filled(row) >= 2).count();
    let cells: usize = body.iter().map(filled).sum();
    let dense = cells * 5 >= body.len() * columns * 2;
    match columns {
        0 | 1 => false,
        2 => full >= 3 && dense && full * 2 > body.len(),
        _ if body.is_empty() => header.iter().any(|row| filled(row) >= 3),
        _ => full >= 1 && dense,
    }
}
