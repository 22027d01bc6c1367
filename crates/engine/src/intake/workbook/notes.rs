//! What is told of a table's cells and of how its sheet lies: counted by column, so that one sentence says it.

use std::collections::BTreeMap;

use calamine::Dimensions;

use super::beside::Beside;
use super::row::SheetRow;
use super::value::Note;
use crate::intake::TableLayout;
use crate::intake::table::Rows;

/// Merged areas that are told one by one.
const MERGED: usize = 5;

/// Notes on cells, by the table's columns from 0.
#[derive(Debug, Default)]
pub(super) struct Notes {
    withheld: BTreeMap<usize, Withheld>,
    long: BTreeMap<usize, u64>,
}

/// Cells that show less than they hold, with the first of them.
#[derive(Debug)]
struct Withheld {
    count: u64,
    whole: String,
    shown: String,
}

impl Notes {
    /// Takes over what is to be said of a row whose first `skipped` cells are not of the table, nor those from `end` on.
    pub(super) fn add(&mut self, row: &SheetRow, skipped: usize, end: usize) {
        for (column, note) in row.notes.iter().filter(|(column, _)| *column < end) {
            let Some(place) = column.checked_sub(skipped) else { continue };
            match note {
                Note::Long => *self.long.entry(place).or_default() += 1,
                Note::Withheld { shown } => {
                    let first = || Withheld {
                        count: 0,
                        whole: row.cells().nth(*column).unwrap_or_default().to_owned(),
                        shown: shown.clone(),
                    };
                    self.withheld.entry(place).or_insert_with(first).count += 1;
                }
            }
        }
    }

    /// Tells all of it, once the table's rows up to the sheet's row `last` are known.
    pub(super) fn tell(self, beside: &Beside, table: &TableLayout, last: u64, rows: &mut Rows<'_>) {
        let name = |column: usize| table.columns.get(column).cloned().unwrap_or_else(|| (column + 1).to_string());
        for (column, Withheld { count, whole, shown }) in self.withheld {
            let column = name(column);
            rows.notice(format!("In “{column}”, cells that hold more than they show: {count}, such as {whole} shown as “{shown}”. The whole values were taken."));
        }
        for (column, count) in self.long {
            let column = name(column);
            rows.notice(format!("In “{column}”, numbers of more than 15 digits: {count}. A spreadsheet keeps 15 of them. Look whether they are right."));
        }
        let within = |row: u32| (table.first_row..=last).contains(&(u64::from(row) + 1));
        let hidden = beside.hidden_rows.iter().filter(|row| within(**row)).count();
        if hidden > 0 {
            rows.notice(format!(
                "Rows hidden in the sheet, by a filter or by hand, that were read like the others: {hidden}."
            ));
        }
        let names = hidden_columns(beside, table);
        if !names.is_empty() {
            let names = names.join(", ");
            rows.notice(format!("Columns hidden in the sheet that were read like the others: {names}."));
        }
        for (column, count) in unsolved(beside, table, within) {
            let column = name(column);
            rows.notice(format!("In “{column}”, formulas without a result in the file: {count}. Their cells are empty. Open the file in Excel, save it and add it again."));
        }
        let overlaps =
            |area: &&Dimensions| u64::from(area.end.0) + 1 >= table.first_row && u64::from(area.start.0) < last;
        tell_merged(beside.merged.iter().filter(overlaps), rows);
    }
}

fn hidden_columns(beside: &Beside, table: &TableLayout) -> Vec<String> {
    let left = table.first_column.saturating_sub(1);
    let is_hidden = |column: u32| beside.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(&column));
    let named = table.columns.iter().zip(left..).filter(|(_, column)| is_hidden(*column));
    named.map(|(name, _)| format!("“{name}”")).collect()
}

/// By the table's columns from 0, how many formulas have no result.
fn unsolved(beside: &Beside, table: &TableLayout, within: impl Fn(u32) -> bool) -> BTreeMap<usize, u64> {
    let left = table.first_column.saturating_sub(1);
    let mut columns = BTreeMap::new();
    for column in beside.unsolved.iter().filter(|(row, _)| within(**row)).flat_map(|(_, columns)| columns) {
        if let Some(column) = column.checked_sub(left).filter(|column| (*column as usize) < table.columns.len()) {
            *columns.entry(column as usize).or_default() += 1;
        }
    }
    columns
}

fn tell_merged<'a>(areas: impl Iterator<Item = &'a Dimensions>, rows: &mut Rows<'_>) {
    let areas: Vec<&Dimensions> = areas.collect();
    if let [first, _, ..] = areas.as_slice()
        && areas.len() > MERGED
    {
        let (count, first) = (areas.len(), area(first));
        rows.notice(format!("Groups of merged cells: {count}, the first of them {first}. Their value stands in the first cell of each only."));
        return;
    }
    for merged in areas {
        let text = format!("The cells {} are merged. Their value stands in the first of them only.", area(merged));
        rows.remark(u64::from(merged.start.0) + 1, text);
    }
}

/// `A2:A3`
fn area(area: &Dimensions) -> String {
    let cell = |(row, column): (u32, u32)| format!("{}{}", letters(column), u64::from(row) + 1);
    format!("{}:{}", cell(area.start), cell(area.end))
}

/// The letters of a column counted from 0.
fn letters(column: u32) -> String {
    let (before, last) = (column / 26, char::from(b'A' + (column % 26) as u8));
    if before == 0 { last.to_string() } else { format!("{}{last}", letters(before - 1)) }
}
