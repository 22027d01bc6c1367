//! The tables of a text: mostly one, sometimes several below each other with blank lines between.

use crate::intake::blocks;
use crate::intake::groups;
use crate::intake::header::{self, Row};
use crate::intake::turned;
use crate::intake::{Hints, TableLayout};

/// Whether a text has blank lines, which is where a second table may begin.
pub(super) fn has_blank_lines(sample: &[u8]) -> bool {
    ["\n\n", "\n\r\n", "\r\r"].iter().any(|blank| memchr::memmem::find(sample, blank.as_bytes()).is_some())
}

/// The tables of a text, given its first rows, and their names when there are several. `all` says that the rows are all
/// there are. `None` when a table that is said to lie on its side is too large to be turned.
pub(super) fn layouts(rows: &[Row], all: bool, hints: &Hints) -> Option<(Vec<TableLayout>, Vec<String>)> {
    let said = hints.header_row.is_some() && hints.sheet.is_none();
    let starts = if said { vec![0] } else { blocks::stacked(rows) };
    if starts.len() == 1 {
        return Some((vec![lying(rows, all, hints)?], Vec::new()));
    }
    let names: Vec<String> = (1..=starts.len()).map(|number| format!("Table {number}")).collect();
    let wanted = |name: &String| hints.sheet.as_ref().is_none_or(|sheet| sheet == name || !names.contains(sheet));
    let tables = names.iter().zip(&starts).enumerate().filter(|(_, (name, _))| wanted(name));
    let tables = tables.map(|(number, (name, &start))| {
        let end = starts.get(number + 1).copied();
        let table = lying(&rows[start..end.unwrap_or(rows.len())], all || end.is_some(), hints)?;
        Some(TableLayout { sheet: Some(name.clone()), end: end.map(|end| rows[end].line), ..table })
    });
    Some((tables.collect::<Option<_>>()?, names))
}

/// The table as it stands, or turned where it lies on its side. Only what is known to its end is turned unasked.
fn lying(rows: &[Row], all: bool, hints: &Hints) -> Option<TableLayout> {
    if !hints.transpose.unwrap_or_else(|| all && hints.header_row.is_none() && turned::is_certain(rows)) {
        return Some(layout(rows, hints.header_row));
    }
    let (place, upright) = turned::turn(rows, 1).filter(|_| all)?;
    let above = rows[..turned::body(rows).start].iter().map(|row| row.cells.clone()).collect();
    Some(layout(&upright, upright.first().map(|row| row.line)).turned(place, above))
}

/// Where one table lies, given its first rows.
fn layout(rows: &[Row], hint: Option<u64>) -> TableLayout {
    let directive = usize::from(rows.first().is_some_and(is_directive));
    let beginning = header::find(&rows[directive..], hint);
    let header = beginning.header.start + directive..beginning.header.end + directive;
    let last = rows.last().map_or(1, |row| row.line + 1);
    let above = rows[..header.start].iter().filter(|row| header::filled(row) > 0);
    let preamble: Vec<Vec<String>> = above.map(|row| row.cells.clone()).collect();
    TableLayout {
        header_row: (!header.is_empty()).then(|| rows[header.start].line),
        header_rows: u32::try_from(header.len()).unwrap_or(u32::MAX),
        first_row: rows.get(header.end).map_or(last, |row| row.line),
        preamble_rows: u32::try_from(preamble.len()).unwrap_or(u32::MAX),
        preamble,
        grouped: groups::are_in(&rows[header.end..], beginning.columns.len()),
        columns: beginning.columns,
        first_column: 1,
        ..TableLayout::default()
    }
}

/// `sep=;`, which may have been split at its separator.
fn is_directive(row: &Row) -> bool {
    let [first, rest @ ..] = row.cells.as_slice() else { return false };
    first.len() <= 5
        && first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
        && rest.iter().all(String::is_empty)
}
