//! Tables that lie on their side: the names of the fields stand in the first column, and every other column is a record. They
//! are read turned, whole: only small ones, as people fill in by hand. Each record's line is the number of its column.
//!
//! A table is only turned by itself where rows are of different kinds, each of one, and columns of none. What looks like
//! it a little less is told, and turned where the user says so.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::TableLayout;
use super::header::{self, Row};
use super::shape::Shape;

/// Records of a table that is turned, and the fields of each.
pub(super) const RECORDS: usize = 200;
pub(super) const FIELDS: usize = 400;
/// Rows that a table must have to be turned by itself.
const FEWEST: usize = 4;
/// Of a hundred values of a column, so many figures of one kind make it a column of an upright table.
const OF_ONE_KIND: usize = 60;

/// The lines of a file, both included, that are read turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    pub first: u64,
    pub last: u64,
}

impl Turned {
    pub(super) fn covers(self, line: u64) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

impl TableLayout {
    /// That of a table which lies elsewhere in the file than it would upright, with what stands above it there.
    pub(super) fn turned(self, place: Turned, above: Vec<Vec<String>>) -> Self {
        let preamble_rows = u32::try_from(above.len()).unwrap_or(u32::MAX);
        Self { turned: Some(place), preamble_rows, preamble: above, grouped: false, ..self }
    }
}

/// The rows of a table as they would stand upright, and where they lie. `None` when there are too many of them.
pub(super) fn turn(rows: &[Row], first_column: u64) -> Option<(Turned, Vec<Row>)> {
    let body = &rows[body(rows)];
    let place = Turned { first: body.first()?.line, last: body.last()?.line };
    let turned = upright(body, first_column);
    (body.len() <= FIELDS && turned.len() <= RECORDS + 1).then_some((place, turned))
}

/// Rows made of columns. Columns of nothing are left out, as blank rows are.
pub(super) fn upright(rows: &[Row], first_column: u64) -> Vec<Row> {
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let column = |at: usize| Row {
        line: first_column + at as u64,
        cells: rows.iter().map(|row| row.cells.get(at).cloned().unwrap_or_default()).collect(),
    };
    (0..columns).map(column).filter(|row| header::filled(row) > 0).collect()
}

/// The rows below titles, which have one cell.
pub(super) fn body(rows: &[Row]) -> Range<usize> {
    rows.iter().take_while(|row| header::filled(row) < 2).count()..rows.len()
}

/// What the values of a row are.
#[derive(PartialEq, Eq)]
enum Kind {
    /// Numbers, dates, or identifiers of digits.
    Figures(Discriminant<Shape>),
    Words,
    Mixed,
    /// Too few to tell.
    Open,
}

impl Kind {
    fn of(row: &Row) -> Self {
        let values = row.cells.iter().skip(1).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let shapes: Vec<Shape> = values.map(Shape::of).collect();
        match shapes.as_slice() {
            [] | [_] => Self::Open,
            [first, ..] if shapes.iter().all(|shape| shape.is_typed()) => Self::Figures(discriminant(first)),
            _ if !shapes.iter().any(|shape| shape.is_typed()) => Self::Words,
            _ => Self::Mixed,
        }
    }
}

/// Whether a whole table seems to lie on its side: each row begins with another name and goes on with values of one kind,
/// some rows with figures and some with words.
pub(super) fn is_likely(rows: &[Row]) -> bool {
    let kinds: Vec<Kind> = rows.iter().map(Kind::of).collect();
    let of_one_kind = kinds.iter().all(|kind| matches!(kind, Kind::Figures(_) | Kind::Words));
    // The first row may be a header over figures, which is of words too.
    let below = kinds.get(1..).unwrap_or_default();
    let differ = below.contains(&Kind::Words) && below.iter().any(|kind| matches!(kind, Kind::Figures(_)));
    rows.len() > 2 && are_named(rows) && of_one_kind && differ
}

/// Whether nothing else can be meant: figures of two kinds, such as days and amounts, lie across, and no column could be one
/// of an upright table.
pub(super) fn is_certain(rows: &[Row]) -> bool {
    let rows = &rows[body(rows)];
    if !(FEWEST..=FIELDS).contains(&rows.len()) || !are_named(rows) {
        return false;
    }
    let kinds: Vec<Kind> = rows.iter().map(Kind::of).collect();
    let figures: HashSet<_> =
        kinds.iter().filter_map(|kind| if let Kind::Figures(kind) = kind { Some(kind) } else { None }).collect();
    let unclear = kinds.iter().filter(|kind| matches!(kind, Kind::Mixed | Kind::Open)).count();
    let words = kinds.iter().skip(1).any(|kind| *kind == Kind::Words);
    let columns = upright(rows, 1);
    let upright = columns.iter().skip(1).any(|column| is_of_one_kind(&column.cells[1..]));
    (3..=RECORDS + 1).contains(&columns.len()) && figures.len() > 1 && words && unclear * 4 <= rows.len() && !upright
}

fn are_named(rows: &[Row]) -> bool {
    let name = |row: &Row| row.cells.first().map(|cell| cell.trim().to_owned()).filter(|name| header::is_word(name));
    let names: Option<HashSet<String>> = rows.iter().map(name).collect();
    names.is_some_and(|names| names.len() == rows.len())
}

/// Whether values could stand below each other in an upright table: words alone, or mostly figures of one kind.
fn is_of_one_kind(cells: &[String]) -> bool {
    let values = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let shapes: Vec<Shape> = values.map(Shape::of).collect();
    let like = |shape: &Shape| shapes.iter().filter(|other| discriminant(*other) == discriminant(shape)).count();
    let figures = |shape: &Shape| shape.is_typed() && like(shape) * 100 >= shapes.len() * OF_ONE_KIND;
    shapes.iter().all(|shape| !shape.is_typed()) || shapes.iter().any(figures)
}

#[cfg(test)]
mod tests {
    use super::{Row, is_certain, is_likely, turn};

    fn rows(table: &str) -> Vec<Row> {
        let row = |(at, line): (usize, &str)| Row {
            line: at as u64 + 1,
            cells: line.trim().split('|').map(|cell| cell.trim().to_owned()).collect(),
        };
        table.trim().lines().enumerate().map(row).collect()
    }

    #[test]
    fn tables_on_their_side_are_told_from_others() {
        let cases = [
            // Customers, one a column.
            (
                "Customer|Tamar Ltd|Wye SA\nNumber|C-1|C-2\nSince|2024-01-01|2025-03-01\nDays|30|14\nCity|Bristol|Lyon",
                true,
            ),
            // With a title, and values left out.
            (
                "Contracts\nRef|K-1|K-2|K-3\nStart|01.02.2026|01.03.2026|\nPrice|12,50|8,00|9,00\nPlan|Basic|Pro|Basic",
                true,
            ),
            // Upright: no row of figures.
            (
                "Customer|Since|Days|City\nTamar Ltd|2024-01-01|30|Bristol\nWye SA|2025-03-01|14|Lyon\nDart AG|2025-05-01|14|Graz",
                false,
            ),
            // A statement: nearly all of a column is of figures.
            (
                "Item|2024|2025\nRevenue|1200|1300\nCosts|800|900\nTaxes|100|120\nRemarks|audited|draft\nClosed|31.12.2024|31.12.2025",
                false,
            ),
            // A form: one record says nothing.
            ("Customer|Tamar Ltd\nNumber|C-1\nSince|2024-01-01\nDays|30", false),
            // Names that repeat are no names of fields.
            ("A|x|y\nA|1|2\nB|2024-01-01|2024-02-01\nC|x|y", false),
        ];
        for (table, certain) in cases {
            assert_eq!(is_certain(&rows(table)), certain, "{table}");
        }
        assert!(is_likely(&rows("Name|Tamar|Wye\nCity|Bristol|Lyon\nDays|30|14")));
    }

    #[test]
    fn columns_become_rows() {
        let (place, turned) = turn(&rows("Title\nName|Tamar|Wye\nDays|30"), 1).expect("it is small");
        assert_eq!((place.first, place.last), (2, 3));
        let cells: Vec<_> = turned.iter().map(|row| (row.line, row.cells.join("|"))).collect();
        assert_eq!(cells, [(1, "Name|Days".to_owned()), (2, "Tamar|30".to_owned()), (3, "Wye|".to_owned())]);
    }
}
