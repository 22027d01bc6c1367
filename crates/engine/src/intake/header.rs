//! Where a table begins: what stands above it, its header row or rows, and what its columns are called.
//!
//! Works on the first rows of a text or a sheet alike. A header is believed unless its cells look like the data below
//! them; a file without one gets `Column 1`, `Column 2` and so on.

use std::collections::HashSet;

use super::shape::Shape;

/// A row looked at. Blank rows are left out beforehand; their lines are missing from the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

impl Row {
    /// Line breaks inside its cells: they set the next row's line further off without a blank line between.
    pub(super) fn breaks(&self) -> u64 {
        self.cells.iter().map(|cell| cell.matches('\n').count().max(cell.matches('\r').count()) as u64).sum()
    }
}

/// Where the table begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    /// The header's rows among those looked at; empty without a header.
    pub(super) header: std::ops::Range<usize>,
    pub(super) columns: Vec<String>,
}

/// Rows that may stand above a table.
const PREAMBLE: usize = 40;
/// Rows of data compared with the header.
const COMPARED: usize = 100;
/// Rows a header may have.
const ROWS: usize = 3;
/// Share of a column's values from which it counts as a column of values rather than of words.
const TYPED: f64 = 0.7;

/// Finds the header. `hint` is the line the user gave, 0 for “there is none”.
pub(super) fn find(rows: &[Row], hint: Option<u64>) -> Beginning {
    let width = usual_width(rows);
    let start = start(rows, width);
    let header = match hint {
        Some(0) => start..start,
        Some(line) => {
            let index = rows.iter().position(|row| row.line >= line).unwrap_or(rows.len().saturating_sub(1));
            index..(index + 1).min(rows.len())
        }
        None if !is_header(rows, start) => {
            let start = first_data(rows, start, width);
            start..start
        }
        None => with_groups(rows, start),
    };
    let body = &rows[header.end..];
    let widest = body.iter().take(COMPARED).map(|row| row.cells.len()).filter(|&cells| cells <= width).max();
    let named = rows[header.clone()].iter().map(|row| row.cells.len()).max();
    let count = named.unwrap_or(0).max(widest.unwrap_or(0)).max(if named.is_none() { width } else { 0 });
    Beginning { columns: names(&rows[header.clone()], count), header }
}

/// The commonest number of cells in a row; of equally common ones the largest. Titles, notes and comments are often more
/// than the rows of a small table, so single cells count only where little else is.
fn usual_width(rows: &[Row]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for row in rows {
        *counts.entry(row.cells.len()).or_insert(0) += 1;
    }
    let commonest = |least: usize| {
        let counts = counts.iter().filter(|(cells, _)| **cells >= least);
        counts.max_by_key(|&(cells, count)| (*count, *cells)).map(|(cells, count)| (*cells, *count))
    };
    let several = commonest(2).filter(|(_, count)| *count > 1 && count * 4 >= rows.len());
    several.or(commonest(0)).map_or(0, |(cells, _)| cells)
}

/// How many cells of a row hold something.
pub(super) fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !is_blank(cell)).count()
}

fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

fn shape(cell: &str) -> Shape {
    Shape::of(cell.trim())
}

/// The first row that is as full as the table is wide. A row that is clearly fuller and no less a header wins over a
/// half-empty one above it.
fn start(rows: &[Row], width: usize) -> usize {
    let full = |row: &Row| filled(row) * 2 >= width.max(1) && (width < 2 || filled(row) >= 2);
    // A header may want a name or two; of notes that happen to have a delimiter there are several.
    let complete = |index: usize| rows.get(index).is_none_or(|row| row.cells.len() * 4 >= width * 3);
    let starts = |index: &usize| full(&rows[*index]) && (complete(*index) || complete(index + 1));
    let Some(first) = (0..rows.len().min(PREAMBLE)).find(starts) else { return 0 };
    let labels = |row: &Row| row.cells.iter().filter(|cell| !is_blank(cell) && !shape(cell).is_typed()).count();
    let mut best = first;
    for (index, row) in rows.iter().enumerate().take(first + 5).skip(first + 1) {
        let all_labels = labels(row) == filled(row);
        if all_labels && filled(row) * 4 >= filled(&rows[best]) * 5 && !continues(rows, best, index) {
            best = index;
        }
    }
    best
}

/// Without a header the half-empty rows above the first full one are data too, unless they are titles.
fn first_data(rows: &[Row], start: usize, width: usize) -> usize {
    let is_data = |row: &&Row| row.cells.len() == width && filled(row) > usize::from(width > 2);
    start - rows[..start].iter().rev().take_while(is_data).count()
}

/// Whether the row at `index` has values where the one at `best` has: then both are data or `best` is the header.
fn continues(rows: &[Row], best: usize, index: usize) -> bool {
    let below = &rows[index + 1..rows.len().min(index + 1 + COMPARED)];
    // Names of columns differ from each other; a row of data may repeat itself.
    let cells: Vec<&str> = rows[index].cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let distinct = cells.iter().collect::<HashSet<_>>().len() == cells.len();
    let contrast =
        (0..rows[index].cells.len()).any(|column| typed_share(below, column).is_some_and(|share| share >= TYPED));
    let heads_more = filled(&rows[best]) * 4 < rows[index].cells.len() * 3;
    !(distinct && (contrast || heads_more))
}

/// The share of typed values among a column's filled ones.
fn typed_share(rows: &[Row], column: usize) -> Option<f64> {
    let (mut filled, mut typed) = (0_u32, 0_u32);
    for cell in rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !is_blank(cell)) {
        filled += 1;
        typed += u32::from(shape(cell).is_typed());
    }
    (filled > 0).then(|| f64::from(typed) / f64::from(filled))
}

/// Whether the cells of a row are different words, as names of columns are.
pub(super) fn has_names(row: &Row) -> bool {
    let names: Vec<&str> = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let distinct = names.iter().collect::<HashSet<_>>().len() == names.len();
    names.len() > 1 && distinct && names.iter().all(|name| is_word(name))
}

/// Whether some column below the first row has values where that row has none.
pub(super) fn has_contrast(rows: &[Row]) -> bool {
    let Some((first, below)) = rows.split_first() else { return false };
    (0..first.cells.len()).any(|column| {
        !shape(&first.cells[column]).is_typed() && typed_share(below, column).is_some_and(|share| share >= TYPED)
    })
}

/// Whether a row could be one more of these: as wide, and with values where they have values.
pub(super) fn fits(row: &Row, rows: &[Row]) -> bool {
    let rows = &rows[..rows.len().min(COMPARED)];
    let value = |column: usize| row.cells.get(column).is_some_and(|cell| is_blank(cell) || shape(cell).is_typed());
    let valued = |column: &usize| typed_share(rows, *column).is_some_and(|share| share >= TYPED);
    row.cells.len() == usual_width(rows) && (0..row.cells.len()).filter(valued).all(value)
}

/// Weighs a row against the rows below it, column by column.
fn is_header(rows: &[Row], start: usize) -> bool {
    let Some(row) = rows.get(start) else { return false };
    let below = &rows[start + 1..rows.len().min(start + 1 + COMPARED)];
    let filled: Vec<(usize, &str)> =
        row.cells.iter().map(|cell| cell.trim()).enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
    if below.is_empty() {
        return filled.iter().all(|(_, cell)| !shape(cell).is_typed() && !cell.contains('@') && !cell.contains("://"));
    }
    let alike = |column: usize, cell: &str| values(below, column).filter(|value| same_kind(cell, value)).count();
    let typed = filled
        .iter()
        .filter(|(column, cell)| shape(cell).is_typed() && !is_year(cell) && alike(*column, cell) > 0)
        .count();
    if typed * 2 > filled.len() {
        return false;
    }
    let votes: f64 = filled.iter().map(|&(column, cell)| vote(cell, below, column)).sum();
    votes >= -0.2
}

fn vote(cell: &str, below: &[Row], column: usize) -> f64 {
    let Some(share) = typed_share(below, column) else { return 0.0 };
    let typed = shape(cell).is_typed();
    if typed && is_year(cell) {
        // 2024, 2025, 2026 as names of columns; as data they would recur below.
        let recurs = values(below, column).any(is_year);
        return if recurs { -1.0 } else { 0.2 };
    }
    // Numbers or ids over a column of yes and no are names, as 2024 is.
    let alien = typed && share >= TYPED && !values(below, column).any(|value| same_kind(cell, value));
    match (typed, share >= TYPED) {
        (true, true) if alien => 0.2,
        (false, true) => 1.0,
        (true, _) => -1.0,
        (false, false) => vote_of_words(cell, below, column),
    }
}

fn vote_of_words(cell: &str, below: &[Row], column: usize) -> f64 {
    let recurs = values(below, column).filter(|value| *value == cell).count();
    let addresses = values(below, column).filter(|value| value.contains('@')).count();
    let pattern = pattern(cell);
    let alike = values(below, column).filter(|value| self::pattern(value) == pattern).count();
    let is_coded = pattern.contains('9') && pattern.contains(|c: char| c.is_ascii_punctuation() && c != '_');
    if cell.contains('@') || cell.contains("://") || (is_coded && alike * 5 >= values(below, column).count() * 4) {
        return -1.0;
    }
    if recurs > 0 && below.len() > 1 {
        return -0.5;
    }
    if addresses * 2 > below.len() { 1.0 } else { 0.1 }
}

/// A value with every run of digits as `9` and of letters as `a`: `12:30` is `9:9`, `C-0100` is `a-9`.
fn pattern(value: &str) -> String {
    let mut pattern = String::new();
    for c in value.chars() {
        let class = if c.is_ascii_digit() {
            '9'
        } else if c.is_alphabetic() {
            'a'
        } else {
            c
        };
        if !(matches!(class, '9' | 'a') && pattern.ends_with(class)) {
            pattern.push(class);
        }
    }
    pattern
}

fn values(rows: &[Row], column: usize) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(move |row| row.cells.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// Whether two values are both numbers, both dates and so on.
fn same_kind(one: &str, other: &str) -> bool {
    std::mem::discriminant(&shape(one)) == std::mem::discriminant(&shape(other))
}

fn is_year(cell: &str) -> bool {
    cell.len() == 4 && cell.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
}

/// The header with a row of groups above it or of units below it.
fn with_groups(rows: &[Row], start: usize) -> std::ops::Range<usize> {
    let first = if start > 0 && is_group_row(&rows[start - 1], &rows[start]) { start - 1 } else { start };
    let further = (1..ROWS - (start - first)).rev().find(|&further| are_words(rows, start + 1..start + 1 + further));
    first..start + 1 + further.unwrap_or(0)
}

/// `,,Billing,,Shipping,` above `Id,Name,Street,City,Street,City`: labels with blanks between, over several columns each.
fn is_group_row(group: &Row, names: &Row) -> bool {
    let labels: Vec<usize> = (0..group.cells.len()).filter(|&column| !is_blank(&group.cells[column])).collect();
    let inside = group.cells.len() <= names.cells.len() && group.cells.len() * 2 > names.cells.len();
    let several = labels.len() > 1 || labels.first().is_some_and(|&column| column > 0);
    let words =
        labels.iter().all(|&column| !shape(&group.cells[column]).is_typed() || is_year(group.cells[column].trim()));
    let adjacent = names.line == group.line + 1;
    inside && several && words && adjacent && labels.len() < filled(names) && labels.len() < group.cells.len()
}

/// Whether rows below the names are of words too where all rows below them have values: units, descriptions, technical
/// names.
fn are_words(rows: &[Row], range: std::ops::Range<usize>) -> bool {
    let Some(below) = rows.get(range.end..rows.len().min(range.end + COMPARED)).filter(|below| below.len() > 1) else {
        return false;
    };
    rows[range].iter().all(|row| {
        let values =
            (0..row.cells.len()).filter(|&column| typed_share(below, column).is_some_and(|share| share >= 0.9));
        let cells: Vec<&str> = values.map(|column| row.cells[column].trim()).collect();
        let words: HashSet<&str> = cells.iter().copied().filter(|cell| is_word(cell)).collect();
        cells.iter().all(|cell| cell.is_empty() || is_word(cell)) && words.len() > 1 && words.len() * 2 >= cells.len()
    })
}

/// Words, but none that stands for a missing value.
pub(super) fn is_word(cell: &str) -> bool {
    const MISSING: [&str; 9] = ["n/a", "na", "nan", "null", "none", "nil", "tbd", "unknown", "missing"];
    cell.contains(char::is_alphabetic)
        && !shape(cell).is_typed()
        && !MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Names from the header's rows, each made different from those before it.
fn names(header: &[Row], count: usize) -> Vec<String> {
    let mut taken = HashSet::new();
    let name = |column| joined(header, column).unwrap_or_else(|| format!("Column {}", column + 1));
    (0..count).map(|column| unique(&name(column), &mut taken)).collect()
}

/// A column's cells in all header rows, joined; a label in an upper row reaches to the next one.
fn joined(header: &[Row], column: usize) -> Option<String> {
    let (last, groups) = header.split_last()?;
    let mut parts: Vec<&str> = Vec::new();
    let labels = groups
        .iter()
        .filter_map(|row| row.cells.iter().take(column + 1).map(|cell| cell.trim()).rfind(|cell| !cell.is_empty()));
    for part in labels.chain(last.cells.get(column).map(|cell| cell.trim())).filter(|part| !part.is_empty()) {
        if parts.last() != Some(&part) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name} ({number})");
        number += 1;
    }
    candidate
}
