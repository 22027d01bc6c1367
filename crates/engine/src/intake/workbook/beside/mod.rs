//! What a sheet says beside its values: how cells are styled, what is hidden, what is merged, which formula has no result.
//!
//! calamine hands out the styles of XLSX alone, and merged cells of two formats; nothing else of this. So each format has a
//! small reader here, which knows only the records or elements it looks for. Nothing of it is needed to read the values: what
//! cannot be read here is not told, and calamine says what is wrong with the file.

pub(super) mod ods;
mod package;
pub(super) mod xls;
pub(super) mod xlsb;
mod xlsx;

use std::collections::BTreeMap;
use std::path::Path;

use calamine::Dimensions;

use crate::intake::Format;

/// Merged areas that are kept of a sheet.
const MERGED: usize = 100_000;

/// Rows and columns count from 0.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Hidden rows that have a value, by hand or by a filter; in order.
    pub(super) hidden_rows: Vec<u32>,
    /// First and last of hidden columns.
    pub(super) hidden_columns: Vec<(u32, u32)>,
    pub(super) merged: Vec<Dimensions>,
    /// Rows whose formulas have no result stored, with their columns.
    pub(super) unsolved: BTreeMap<u32, Vec<u32>>,
}

impl Beside {
    /// Reads the sheet once more, next to calamine. Nothing where it cannot be read.
    pub(super) fn read(path: &Path, format: Format, sheet: &str) -> Self {
        let read = match format {
            Format::Xlsb => xlsb::beside(path, sheet),
            Format::Xls => xls::beside(path, sheet),
            Format::Ods => ods::beside(path, sheet),
            _ => xlsx::beside(path, sheet),
        };
        read.unwrap_or_default()
    }

    fn merge(&mut self, area: Dimensions) {
        if self.merged.len() < MERGED {
            self.merged.push(area);
        }
    }

    fn unsolved(&mut self, row: u32, column: u32) {
        self.unsolved.entry(row).or_default().push(column);
    }
}
