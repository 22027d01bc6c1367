//! The tables of a sheet: mostly one, sometimes several below or beside each other.

use std::ops::Range;

use crate::intake::header::{self, Beginning, Row};
use crate::intake::{Hints, MAX_COLUMNS, TableLayout, blocks, groups, turned};

/// A table of a sheet.
pub(super) struct Found {
    pub(super) layout: TableLayout,
    /// Whether it is one: with columns of values, not a few scattered words as covers and notes have.
    pub(super) likely: bool,
}

/// A part of a sheet in which one table lies.
struct Area {
    rows: Vec<Row>,
    /// From 0; all of them where nothing lies beside.
    columns: Option<Range<usize>>,
    /// Where the next one below begins.
    end: Option<u64>,
}

/// The tables of a sheet, given its first rows. `all` says that these are all there are. `None` when a table that is said to
/// lie on its side is too large to be turned.
pub(super) fn of_sheet(sheet: &str, rows: &[Row], all: bool, hints: &Hints) -> Option<Vec<Found>> {
    if rows.is_empty() {
        return Some(Vec::new());
    }
    let said = hints.header_row.is_some() && hints.sheet.as_deref().is_none_or(|said| said == sheet);
    let areas = if said { vec![Area { rows: rows.to_vec(), columns: None, end: None }] } else { areas(rows) };
    let several = areas.len() > 1;
    let found = areas.into_iter().enumerate().map(|(number, area)| {
        let name = if several { format!("{sheet}, table {}", number + 1) } else { sheet.to_owned() };
        let mut found = lying(&area, all || area.end.is_some(), hints)?;
        let span = |columns: Range<usize>| (number_of(columns.start) + 1, number_of(columns.end));
        found.layout.sheet = Some(name);
        found.layout.within = several.then(|| sheet.to_owned());
        found.layout.end = area.end;
        found.layout.span = area.columns.map(span);
        Some(found)
    });
    let found: Vec<Found> = found.collect::<Option<_>>()?;
    // What only looks like a second table is part of the first.
    if several && !found.iter().all(|found| found.likely && found.layout.header_row.is_some()) {
        let whole = Area { rows: rows.to_vec(), columns: None, end: None };
        let mut found = lying(&whole, all, hints)?;
        found.layout.sheet = Some(sheet.to_owned());
        return Some(vec![found]);
    }
    Some(found)
}

/// The sheet's columns, from 0, that are a table's.
pub(super) fn columns(table: &TableLayout) -> Range<usize> {
    table.span.map_or(0..MAX_COLUMNS, |(first, last)| first.saturating_sub(1) as usize..last as usize)
}

fn areas(rows: &[Row]) -> Vec<Area> {
    let sides = blocks::side_by_side(rows);
    if sides.len() > 1 {
        return sides.into_iter().flat_map(|side| below_each_other(&blocks::part(rows, &side), Some(&side))).collect();
    }
    let below = below_each_other(rows, None);
    let beside = |area: Area| {
        let sides = blocks::side_by_side(&area.rows);
        if sides.len() < 2 {
            return vec![area];
        }
        let side =
            |side: Range<usize>| Area { rows: blocks::part(&area.rows, &side), columns: Some(side), end: area.end };
        sides.into_iter().map(side).collect()
    };
    below.into_iter().flat_map(beside).collect()
}

fn below_each_other(rows: &[Row], columns: Option<&Range<usize>>) -> Vec<Area> {
    let starts = blocks::stacked(rows);
    let area = |(number, start): (usize, &usize)| {
        let end = starts.get(number + 1).copied();
        Area {
            rows: rows[*start..end.unwrap_or(rows.len())].to_vec(),
            columns: columns.cloned(),
            end: end.map(|end| rows[end].line),
        }
    };
    starts.iter().enumerate().map(area).collect()
}

/// The table as it stands, or turned where it lies on its side. Only what is known to its end is turned unasked.
fn lying(area: &Area, all: bool, hints: &Hints) -> Option<Found> {
    let left = area.columns.as_ref().map_or(0, |columns| columns.start);
    let unasked = || {
        let skipped = area.rows.iter().map(leading_blanks).min().unwrap_or(0);
        all && hints.header_row.is_none() && turned::is_certain(&without(&area.rows, skipped))
    };
    if !hints.transpose.unwrap_or_else(unasked) {
        return Some(upright(&area.rows, left, hints.header_row));
    }
    let (place, rows) = turned::turn(&area.rows, left as u64 + 1).filter(|_| all)?;
    let above = area.rows[..turned::body(&area.rows).start].iter().map(|row| row.cells.clone()).collect();
    let found = upright(&rows, 0, rows.first().map(|row| row.line));
    Some(Found { layout: found.layout.turned(place, above), likely: true })
}

/// Where the table of an area lies that begins `left` columns into the sheet.
fn upright(rows: &[Row], left: usize, hint: Option<u64>) -> Found {
    let rows = &rows[..rows.len().min(super::SAMPLE)];
    let first = header::find(rows, hint);
    let skipped = rows[first.header.start..].iter().map(leading_blanks).min().unwrap_or(0);
    let rows = &without(rows, skipped);
    let Beginning { header, columns } = header::find(rows, hint);
    let below = rows.last().map_or(1, |row| row.line + 1);
    let likely = is_table(&rows[header.clone()], &rows[header.end..], columns.len());
    let layout = TableLayout {
        header_row: (!header.is_empty()).then(|| rows[header.start].line),
        header_rows: number_of(header.len()),
        first_row: rows.get(header.end).map_or(below, |row| row.line),
        preamble_rows: number_of(header.start),
        preamble: rows[..header.start].iter().map(|row| row.cells.clone()).collect(),
        first_column: number_of(left + skipped + 1),
        grouped: groups::are_in(&rows[header.end..], columns.len()),
        columns,
        ..TableLayout::default()
    };
    Found { layout, likely }
}

fn without(rows: &[Row], skipped: usize) -> Vec<Row> {
    let cut = |row: &Row| Row { line: row.line, cells: row.cells.iter().skip(skipped).cloned().collect() };
    rows.iter().map(cut).collect()
}

fn number_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn leading_blanks(row: &Row) -> usize {
    row.cells.iter().take_while(|cell| cell.trim().is_empty()).count()
}

fn is_table(names: &[Row], body: &[Row], columns: usize) -> bool {
    let full = body.iter().filter(|row| header::filled(row) >= 2).count();
    let cells: usize = body.iter().map(header::filled).sum();
    let dense = cells * 5 >= body.len() * columns * 2;
    match columns {
        0 | 1 => false,
        2 => full >= 3 && dense && full * 2 > body.len(),
        _ if body.is_empty() => names.iter().any(|row| header::filled(row) >= 3),
        _ => full >= 1 && dense,
    }
}
