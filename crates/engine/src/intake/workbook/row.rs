//! A row of a sheet while it is put together from cells that come one by one.

use std::ops::ControlFlow;

use super::cells::SheetCell;
use super::formats::Formats;
use super::value::{Note, Written, write_value};
use crate::intake::MAX_COLUMNS;

/// The cells of a row from column A on, up to the last with a value. They lie one after the other in `text`, ending at
/// `ends`.
#[derive(Debug, Default)]
pub(crate) struct SheetRow {
    pub(crate) line: u64,
    pub(crate) text: String,
    pub(crate) ends: Vec<usize>,
    /// Columns, from 0, whose cells are numbers.
    pub(super) numbers: Vec<usize>,
    /// What is to be said of cells, by their columns.
    pub(super) notes: Vec<(usize, Note)>,
}

/// Puts cells together to rows and hands over those with a value in them.
pub(crate) struct Assembly<'a> {
    row: SheetRow,
    formats: &'a Formats,
    take: &'a mut dyn FnMut(&SheetRow) -> ControlFlow<()>,
    /// The line and the column beyond the last that can be read.
    too_wide: Option<(u64, u64)>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(formats: &'a Formats, take: &'a mut dyn FnMut(&SheetRow) -> ControlFlow<()>) -> Self {
        Self { row: SheetRow::default(), formats, take, too_wide: None }
    }

    /// Adds a cell. `Break` when no more are wanted.
    pub(super) fn add(&mut self, cell: &SheetCell<'_>) -> ControlFlow<()> {
        let (row, column) = cell.position;
        let line = u64::from(row) + 1;
        if line != self.row.line {
            self.end()?;
            self.row.line = line;
        }
        if column as usize >= MAX_COLUMNS {
            self.too_wide = Some((line, u64::from(column) + 1));
            return ControlFlow::Break(());
        }
        self.row.set(column as usize, cell, self.formats);
        ControlFlow::Continue(())
    }

    /// Hands over the last row, or tells why it cannot be: the line and the column beyond the last that can be read.
    pub(crate) fn finish(mut self) -> Option<(u64, u64)> {
        if self.too_wide.is_none() && self.end().is_break() {
            return None;
        }
        self.too_wide
    }

    fn end(&mut self) -> ControlFlow<()> {
        let taken = if self.row.is_blank() { ControlFlow::Continue(()) } else { (self.take)(&self.row) };
        self.row.clear();
        taken
    }
}

impl SheetRow {
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }

    fn set(&mut self, column: usize, cell: &SheetCell<'_>, formats: &Formats) {
        if column < self.ends.len() {
            return self.replace(column, cell, formats);
        }
        let before = self.text.len();
        let Written { is_number, note } = write_value(&cell.value, cell.look, formats, &mut self.text);
        if self.text.len() > before {
            self.ends.resize(column, before);
            self.ends.push(self.text.len());
        }
        self.numbers.extend(is_number.then_some(column));
        self.notes.extend(note.map(|note| (column, note)));
    }

    /// A cell told twice, or after one to its right: the file is unusual but not wrong.
    fn replace(&mut self, column: usize, cell: &SheetCell<'_>, formats: &Formats) {
        let mut cells: Vec<String> = self.cells().map(str::to_owned).collect();
        cells[column].clear();
        let Written { is_number, note } = write_value(&cell.value, cell.look, formats, &mut cells[column]);
        self.text = cells.concat();
        self.ends = cells
            .iter()
            .scan(0, |end, cell| {
                *end += cell.len();
                Some(*end)
            })
            .collect();
        self.numbers.retain(|known| *known != column);
        self.notes.retain(|&(known, _)| known != column);
        self.numbers.extend(is_number.then_some(column));
        self.notes.extend(note.map(|note| (column, note)));
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.numbers.clear();
        self.notes.clear();
    }
}
