//! A CSV for people: what a spreadsheet would run as a formula gets an apostrophe in front. Which cells, others know.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::{FilesError, Result, create};

/// A CSV, being written. Cells are made harmless.
pub(in crate::report) struct Csv {
    out: csv::Writer<BufWriter<File>>,
    path: PathBuf,
}

impl Csv {
    /// Begins a CSV with its header.
    pub(in crate::report) fn begin(path: &Path, header: &[&str]) -> Result<Self> {
        let mut table = Self { out: csv::Writer::from_writer(create(path)?), path: path.to_owned() };
        table.row(header)?;
        Ok(table)
    }

    pub(in crate::report) fn row(&mut self, cells: &[&str]) -> Result<()> {
        let written = self.out.write_record(cells.iter().map(|cell| harmless(cell)));
        written.map_err(|source| FilesError::Csv { path: self.path.clone(), source })
    }

    /// Says where it stands.
    pub(in crate::report) fn end(mut self) -> Result<PathBuf> {
        match self.out.flush() {
            Ok(()) => Ok(self.path),
            Err(source) => Err(FilesError::Io { path: self.path, source }),
        }
    }
}

/// With what a cell begins that a spreadsheet may run: the signs, in the width of Chinese and Japanese typefaces too, and the
/// controls that are passed over on the way to one (OWASP, “CSV Injection”).
const STARTS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// A value as a cell of CSV: what a spreadsheet would run as a formula gets an apostrophe in front.
pub fn harmless(value: &str) -> String {
    let formula = value.starts_with(STARTS);
    let number =
        value.trim_start_matches(['+', '-']).chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    if formula && !number { format!("'{value}") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_disarmed_and_numbers_left_alone() {
        let cases = [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+44 1566 550192", "+44 1566 550192"),
            ("-12.50", "-12.50"),
            ("-1+1|x", "'-1+1|x"),
            ("\t=1", "'\t=1"),
            ("\n=1", "'\n=1"),
            ("＝1+1", "'＝1+1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("plain", "plain"),
            ("", ""),
        ];
        for (value, written) in cases {
            assert_eq!(harmless(value), written);
        }
    }
}
