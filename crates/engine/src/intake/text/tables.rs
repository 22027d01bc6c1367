//! Where the tables of a text lie: mostly one, sometimes several below each other with blank lines between.

use crate::intake::groups;
use crate::intake::header::{self, Row};
use crate::intake::{Hints, TableLayout};

/// Rows from the beginning of a block among which a second table's header must stand; titles may be above it.
const TITLES: usize = 4;

/// Whether a text has blank lines, which is where a second table may begin.
pub(super) fn has_blank_lines(sample: &[u8]) -> bool {
    ["\n\n", "\n\r\n", "\r\r"].iter().any(|blank| memchr::memmem::find(sample, blank.as_bytes()).is_some())
}

/// The tables of a text, given its first rows, and their names when there are several.
pub(super) fn layouts(rows: &[Row], hints: &Hints) -> (Vec<TableLayout>, Vec<String>) {
    let said = hints.header_row.is_some() && hints.sheet.is_none();
    let starts = if said { vec![0] } else { starts(rows) };
    if starts.len() == 1 {
        return (vec![layout(rows, hints.header_row)], Vec::new());
    }
    let names: Vec<String> = (1..=starts.len()).map(|number| format!("Table {number}")).collect();
    let wanted = |name: &String| hints.sheet.as_ref().is_none_or(|sheet| sheet == name || !names.contains(sheet));
    let tables = names.iter().zip(&starts).enumerate().filter(|(_, (name, _))| wanted(name));
    let tables = tables.map(|(number, (name, &start))| {
        let end = starts.get(number + 1).copied();
        let table = layout(&rows[start..end.unwrap_or(rows.len())], hints.header_row);
        TableLayout { sheet: Some(name.clone()), end: end.map(|end| rows[end].line), ..table }
    });
    (tables.collect(), names)
}

/// The first row of every table.
fn starts(rows: &[Row]) -> Vec<usize> {
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
        && !header::fits(&table[0], &above[first.header.end..])
}

/// Where one table lies, given its first rows.
fn layout(rows: &[Row], hint: Option<u64>) -> TableLayout {
    let directive = usize::from(rows.first().is_some_and(is_directive));
    let beginning = header::find(&rows[directive..], hint);
    let header = beginning.header.start + directive..beginning.header.end + directive;
    let last = rows.last().map_or(1, |row| row.line + 1);
    let above = rows[..header.start].iter().filter(|row| crate::intake::header::filled(row) > 0);
    let preamble: Vec<Vec<String>> = above.map(|row| row.cells.clone()).collect();
    TableLayout {
        sheet: None,
        header_row: (!header.is_empty()).then(|| rows[header.start].line),
        header_rows: u32::try_from(header.len()).unwrap_or(u32::MAX),
        first_row: rows.get(header.end).map_or(last, |row| row.line),
        end: None,
        preamble_rows: u32::try_from(preamble.len()).unwrap_or(u32::MAX),
        preamble,
        grouped: groups::are_in(&rows[header.end..], beginning.columns.len()),
        columns: beginning.columns,
        first_column: 1,
        hidden: false,
    }
}

/// `sep=;`, which may have been split at its separator.
fn is_directive(row: &Row) -> bool {
    let [first, rest @ ..] = row.cells.as_slice() else { return false };
    first.len() <= 5
        && first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
        && rest.iter().all(String::is_empty)
}
