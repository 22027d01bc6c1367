//! The tie-out as a workbook: the sums, and every row that was not loaded, with the reason.

use std::path::PathBuf;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{FilesError, Result, create};
use crate::report::reasons::{Group, Groups, word};
use crate::report::tie_out::{Fate, TieOut};
use crate::schema::Schema;
use crate::store::source::Source;

/// Rows of a sheet below its header (Excel's limit).
const SHEET_ROWS: u32 = 1_048_575;

/// The workbook, being written, and what was not loaded counted by reason.
pub(super) struct TieOutBook {
    path: PathBuf,
    book: Workbook,
    not_loaded: Worksheet,
    row: u32,
    groups: Groups,
}

impl TieOutBook {
    pub(super) fn begin(schema: &'static Schema, tie_out: &TieOut, path: PathBuf) -> Result<Self> {
        match begun(schema, tie_out) {
            Ok((book, not_loaded)) => Ok(Self { path, book, not_loaded, row: 0, groups: Groups::default() }),
            Err(source) => Err(FilesError::Workbook { path, source }),
        }
    }

    /// A row that was loaded goes nowhere. What no longer fits into the sheet is counted all the same.
    pub(super) fn put(&mut self, source: &Source, fate: Fate, line: u64, reason: &str) -> Result<()> {
        let Some(what) = word(fate) else { return Ok(()) };
        self.groups.add(&source.dataset, what, reason, line);
        if self.row == SHEET_ROWS {
            return Ok(());
        }
        self.row += 1;
        let line = line.to_string();
        for (column, text) in (0..).zip([&source.dataset, &source.file, line.as_str(), what, reason]) {
            let written = self.not_loaded.write_string(self.row, column, text);
            written.map_err(|source| FilesError::Workbook { path: self.path.clone(), source })?;
        }
        Ok(())
    }

    /// Where it stands, and what was not loaded.
    pub(super) fn end(mut self) -> Result<(PathBuf, Vec<Group>)> {
        self.book.push_worksheet(self.not_loaded);
        match self.book.save_to_writer(create(&self.path)?) {
            Ok(()) => Ok((self.path, self.groups.into_sorted())),
            Err(source) => Err(FilesError::Workbook { path: self.path, source }),
        }
    }
}

/// The sheet of the sums in its book, and the one of rows with its header.
fn begun(schema: &'static Schema, tie_out: &TieOut) -> std::result::Result<(Workbook, Worksheet), XlsxError> {
    let mut book = Workbook::new();
    tie_out_sheet(book.add_worksheet(), schema, tie_out)?;
    let mut not_loaded = book.new_worksheet_with_constant_memory()?;
    let bold = Format::new().set_bold();
    not_loaded.set_name("Not loaded")?;
    for (column, title) in (0..).zip(["Dataset", "File", "Line", "What", "Reason"]) {
        not_loaded.write_string_with_format(0, column, title, &bold)?;
    }
    Ok((book, not_loaded))
}

fn tie_out_sheet(
    sheet: &mut Worksheet,
    schema: &'static Schema,
    tie_out: &TieOut,
) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let right = Format::new().set_align(rust_xlsxwriter::FormatAlign::Right);
    sheet.set_name("Tie-out")?;
    sheet.set_column_width(0, 14)?;
    for (column, title) in (0..).zip([
        "Dataset",
        "In",
        "Read",
        "Corrected",
        "Loaded",
        "Rejected",
        "Excluded",
        "Taken back",
        "Difference",
        "",
    ]) {
        sheet.write_string_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, 16)?;
    }
    let mut row = 0;
    let mut put = |label: &str, of: &str, sums: [String; 7], is_closed: bool| -> std::result::Result<(), XlsxError> {
        row += 1;
        let state = if is_closed { "Closed" } else { "Open" };
        let cells = [label, of].into_iter().chain(sums.iter().map(String::as_str)).chain([state]);
        for (column, text) in (0..).zip(cells) {
            let format = if (2..9).contains(&column) { &right } else { &bold };
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Ok(())
    };
    for line in &tie_out.lines {
        let label = schema.dataset(&line.dataset).map_or(line.dataset.as_str(), |dataset| dataset.label);
        let rejected = line.refused + line.stopped;
        let [extracted, corrected, loaded, rejected, excluded, taken_back] =
            [line.extracted, 0, line.loaded, rejected, line.excluded, line.taken_back].map(|count| count.to_string());
        let difference = line.difference();
        let counts = [extracted, corrected, loaded, rejected, excluded, taken_back, difference.to_string()];
        put(label, "rows", counts, difference == 0)?;
        for money in &line.money {
            let sums = money.sums().map(|sum| sum.to_string());
            put("", &money.currency, sums, money.difference().is_zero())?;
        }
    }
    Ok(())
}
