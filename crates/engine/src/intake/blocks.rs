//! Where the tables of a text or a sheet lie: mostly one, sometimes several below each other with blank rows between, or
//! beside each other with blank columns between.

use std::ops::Range;

use super::MAX_COLUMNS;
use super::header::{self, Row};

/// Rows from the beginning of a block among which a second table's header must stand; titles may be above it.
const TITLES: usize = 4;
/// Characters of a heading. What is longer explains something.
const HEADING: usize = 80;

/// The first row of every table below each other.
pub(super) fn stacked(rows: &[Row]) -> Vec<usize> {
    let mut starts = vec![0];
    let gaps = (1..rows.len()).filter(|&index| follows_gap(rows, index));
    for index in gaps {
        let above = starts.last().map_or(rows, |&start| &rows[start..index]);
        if begins_table(&rows[index..], above) {
            starts.push(index);
        }
    }
    starts
}

/// Whether a blank line, or a row of nothing but delimiters, stands above a row.
fn follows_gap(rows: &[Row], index: usize) -> bool {
    let above = &rows[index - 1];
    let blank = |row: &Row| row.cells.iter().all(|cell| cell.trim().is_empty());
    !blank(&rows[index]) && (rows[index].line > above.line + 1 + above.breaks() || blank(above))
}

/// Whether a block below a gap is another table: it has a header of its own, which neither looks like the data above nor
/// repeats the header there.
fn begins_table(block: &[Row], above: &[Row]) -> bool {
    let end = (1..block.len()).find(|&index| follows_gap(block, index)).unwrap_or(block.len());
    let titles = block.iter().take(TITLES).take_while(|row| header::filled(row) < 2).count();
    // A title may itself be set off from its table.
    let end = if end <= titles {
        (titles + 1..block.len()).find(|&index| follows_gap(block, index)).unwrap_or(block.len())
    } else {
        end
    };
    let Some(table) = block.get(titles..end).filter(|table| table.len() > 1) else { return false };
    let first = header::find(above, None);
    let own = |row: &Row| row.cells.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let repeats =
        above.get(first.header.clone()).is_some_and(|header| header.iter().any(|row| own(row) == own(&table[0])));
    // Pairs of a label and a value above a table are its titles.
    let wide = |row: &Row| header::filled(row) > 2 || (header::filled(row) > 1 && above.len() > 4);
    let complete = above[first.header.clone()].iter().any(wide) && above[first.header.end..].iter().any(wide);
    let another = header::has_contrast(table) || (titles > 0 && table[0].cells.len() != first.columns.len());
    complete
        && !repeats
        && another
        && header::has_names(&table[0])
        && !is_note(&table[0])
        && !header::fits(&table[0], &above[first.header.end..])
}

/// `Status:` with a sentence behind: notes below a table, not the header of another.
fn is_note(row: &Row) -> bool {
    let mut cells = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let label = cells.next().is_some_and(|first| first.ends_with(':'));
    label || cells.any(|cell| cell.chars().count() > HEADING)
}

/// The columns, from 0, of each table beside another; one run of all of them where there is one table. Blank columns are
/// usual in one table too: there are several only where each part is a table by itself, and they name their columns alike
/// or end in different rows.
pub(super) fn side_by_side(rows: &[Row]) -> Vec<Range<usize>> {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let whole = || std::iter::once(0..width).collect();
    let runs = filled_columns(rows, width);
    if runs.len() < 2 || runs.iter().any(|run| run.len() < 2) {
        return whole();
    }
    let parts: Vec<Vec<Row>> = runs.iter().map(|run| part(rows, run)).collect();
    let extent = |part: &Vec<Row>| part.first().zip(part.last()).map(|(first, last)| (first.line, last.line));
    let name = |part: &Vec<Row>| header::find(part, None).columns;
    let (first, others) = (&parts[0], &parts[1..]);
    let apart = others.iter().all(|other| extent(other) != extent(first) || name(other) == name(first));
    if !apart || !parts.iter().all(|part| is_table(part)) {
        return whole();
    }
    // Up to where the next begins, so that no cell is lost.
    let starts: Vec<usize> = runs.iter().map(|run| run.start).collect();
    let end = |at: usize| starts.get(at + 1).copied().unwrap_or(MAX_COLUMNS);
    starts.iter().enumerate().map(|(at, start)| if at == 0 { 0 } else { *start }..end(at)).collect()
}

/// Runs of columns with something in them.
fn filled_columns(rows: &[Row], width: usize) -> Vec<Range<usize>> {
    let mut filled = vec![false; width];
    for row in rows {
        for (column, _) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            filled[column] = true;
        }
    }
    let mut runs: Vec<Range<usize>> = Vec::new();
    for column in (0..width).filter(|column| filled[*column]) {
        match runs.last_mut() {
            Some(run) if run.end == column => run.end = column + 1,
            _ => runs.push(column..column + 1),
        }
    }
    runs
}

/// The rows with something in some columns, and of them these alone, up to the last with a value.
pub(super) fn part(rows: &[Row], columns: &Range<usize>) -> Vec<Row> {
    let cut = |row: &Row| {
        let cells = row.cells.get(columns.start..columns.end.min(row.cells.len())).unwrap_or_default();
        let filled = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        Row { line: row.line, cells: cells[..filled].to_vec() }
    };
    rows.iter().map(cut).filter(|row| header::filled(row) > 0).collect()
}

/// Names with values below them in one dense run of rows.
fn is_table(rows: &[Row]) -> bool {
    let start = header::find(rows, None).header;
    let Some(header) = rows.get(start.clone()).and_then(<[Row]>::first) else { return false };
    let body = &rows[start.end..];
    let dense = body.iter().map(header::filled).sum::<usize>() * 5 >= body.len() * header.cells.len() * 4;
    body.len() > 1 && dense && header::has_names(header) && header::has_contrast(&rows[start.start..])
}
