//! Brackwater Analytics, the sample company: three files as a billing system's users really have them, in which every
//! figure and every fault is known beforehand. For the demonstration, for tests and for measuring.
//!
//! The story: Brackwater, an invented firm that analyses water, leaves its old system Ledgerline 4. Customers and usage
//! were exported from it, contracts were kept in a workbook. Some customers stand twice, some e-mail addresses are
//! incomplete, Excel has eaten the zeros of 48 customer numbers, and 212 events of 31 May were exported twice.
//!
//! All people, firms and numbers are invented. The same [`Size`] gives the same bytes on every machine. This crate knows
//! the destination's field ids and rule names as words only; it reads nothing and checks nothing.

mod contracts;
mod customers;
mod finding;
mod random;
mod totals;
mod usage;

use std::io;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;

pub use finding::{ExpectedFinding, Severity};
pub use totals::ControlTotal;

/// How much usage there is. Faults, sums and the other two files are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 20,000 events.
    Short,
    /// 418,362 events, as in the story.
    Full,
}

/// The files as written, and what is to be found in them.
#[derive(Debug)]
pub struct Sample {
    pub customers: PathBuf,
    pub usage: PathBuf,
    pub contracts: PathBuf,
    /// The totals as a file, for whoever has no report of the old system.
    pub old_system_totals: PathBuf,
    /// By dataset (customers, usage, contracts), then by row.
    pub expected: Vec<ExpectedFinding>,
    pub totals: Vec<ControlTotal>,
}

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("the folder {} could not be made; choose another place", path.display())]
    MakeFolder { path: PathBuf, source: io::Error },
    #[error("{} could not be written; make room or choose another place", path.display())]
    WriteFile { path: PathBuf, source: io::Error },
    #[error("the workbook {} could not be written; make room or choose another place", path.display())]
    BuildWorkbook { path: PathBuf, source: XlsxError },
}

/// Writes the three files into `dir`, which is made if it is missing, and beside them `expected_findings.jsonl` and
/// `old_system_totals.csv`. Files of these names are replaced.
pub fn write(dir: &Path, size: Size) -> Result<Sample, SampleError> {
    std::fs::create_dir_all(dir).map_err(|source| SampleError::MakeFolder { path: dir.to_owned(), source })?;
    let people = customers::table();
    let agreements = contracts::table(&people);

    let mut expected = customers::write(dir, &people)?;
    expected.extend(usage::write(dir, size, &agreements)?);
    expected.extend(contracts::write(dir, &agreements)?);
    finding::write(dir, &expected)?;

    let totals = totals::of(people.len() as u64, usage::rows(size), contracts::ROWS);
    totals::write(dir, &totals)?;
    Ok(Sample {
        customers: dir.join(customers::FILE),
        usage: dir.join(usage::FILE),
        contracts: dir.join(contracts::FILE),
        old_system_totals: dir.join(totals::FILE),
        expected,
        totals,
    })
}
