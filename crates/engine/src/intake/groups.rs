//! Reports that name once, on a row of its own, what the rows below it are about, and close them with a total:
//! the first column of every other row is empty.
//!
//! Headings and totals are taken out and told; each row gets the heading it stands under. Groups inside groups give the
//! innermost. What counts as such a report is decided from its first rows, and only when all of them keep to it.

use super::header::Row;

/// Words that begin the last row of a group. Lower case.
const TOTAL: [&str; 8] =
    ["total for ", "total ", "subtotal ", "summe für ", "summe ", "gesamt ", "sous-total ", "total de "];
const FEWEST_COLUMNS: usize = 3;

/// What a row of such a report is.
#[derive(Debug, PartialEq, Eq)]
enum Kind<'a> {
    Heading(&'a str),
    Total(&'a str),
    Data,
    /// Neither: nothing in its first cell, and next to nothing elsewhere.
    Other,
}

/// Whether the rows below a header are grouped.
pub(super) fn are_in(rows: &[Row], columns: usize) -> bool {
    let (mut headings, mut totals, mut data) = (0, 0, 0);
    for row in rows.iter().filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty())) {
        match kind(row.cells.iter().map(String::as_str)) {
            Kind::Heading(_) => headings += 1,
            Kind::Total(_) => totals += 1,
            Kind::Data if row.cells.first().is_none_or(|first| first.trim().is_empty()) => data += 1,
            Kind::Data | Kind::Other => return false,
        }
    }
    columns >= FEWEST_COLUMNS && headings > 0 && totals > 0 && data > 0
}

/// The headings under which the next row stands.
#[derive(Debug, Default)]
pub(super) struct Groups {
    open: Vec<String>,
    /// Headings and totals that were taken out.
    pub(super) taken_out: u64,
}

impl Groups {
    /// The heading that belongs into the first cell of a row; `None` when the row is itself a heading or a total.
    pub(super) fn heading<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Option<&str> {
        match kind(cells) {
            Kind::Data | Kind::Other => return Some(self.open.last().map_or("", String::as_str)),
            Kind::Heading(name) => self.open.push(name.to_owned()),
            Kind::Total(of) => {
                // A total without the name closes the innermost group.
                let place = self.open.iter().rposition(|name| same(name, of)).unwrap_or(self.open.len().max(1) - 1);
                self.open.truncate(place);
            }
        }
        self.taken_out += 1;
        None
    }
}

fn kind<'a>(cells: impl Iterator<Item = &'a str>) -> Kind<'a> {
    let mut cells = cells.map(str::trim);
    let first = cells.next().unwrap_or_default();
    let others = cells.filter(|cell| !cell.is_empty()).count();
    let lower = first.to_lowercase();
    let total = TOTAL.iter().find(|total| lower.starts_with(**total)).map_or(0, |total| total.len());
    match (first.is_empty(), others) {
        (false, _) if total > 0 || lower == "total" => Kind::Total(first.get(total..).unwrap_or_default()),
        (false, 0) => Kind::Heading(first),
        (true, 0 | 1) => Kind::Other,
        _ => Kind::Data,
    }
}

fn same(name: &str, of: &str) -> bool {
    name.trim().eq_ignore_ascii_case(of.trim())
}

#[cfg(test)]
mod tests {
    use super::{Groups, are_in};
    use crate::intake::header::Row;

    const REPORT: [[&str; 3]; 7] = [
        ["Harbour & Vale Ltd", "", ""],
        ["", "09/13/2026", "49.00"],
        ["Harbour & Vale Ltd:Dock", "", ""],
        ["", "09/14/2026", "12.00"],
        ["Total for Harbour & Vale Ltd:Dock", "", "12.00"],
        ["", "09/15/2026", "5.00"],
        ["Total for Harbour & Vale Ltd", "", "66.00"],
    ];

    fn rows(cells: &[[&str; 3]]) -> Vec<Row> {
        let row =
            |(line, cells): (usize, &[&str; 3])| Row { line: line as u64, cells: cells.map(str::to_owned).to_vec() };
        cells.iter().enumerate().map(row).collect()
    }

    #[test]
    fn each_row_gets_the_heading_it_stands_under() {
        assert!(are_in(&rows(&REPORT), 3));
        let mut groups = Groups::default();
        let given: Vec<_> =
            REPORT.iter().filter_map(|cells| groups.heading(cells.iter().copied()).map(str::to_owned)).collect();
        assert_eq!(given, ["Harbour & Vale Ltd", "Harbour & Vale Ltd:Dock", "Harbour & Vale Ltd"]);
        assert_eq!(groups.taken_out, 4);
    }

    #[test]
    fn other_tables_are_left_alone() {
        for table in [
            &[["C-1", "Harbour", "12.00"], ["C-2", "Vale", "13.00"], ["Total", "", "25.00"]][..],
            &[["North", "", ""], ["", "Harbour", "12.00"], ["", "Vale", "13.00"]],
            &[["Total Care Ltd", "Bristol", "GB"], ["Graz AG", "Graz", "AT"]],
        ] {
            assert!(!are_in(&rows(table), 3), "{table:?}");
        }
    }
}
