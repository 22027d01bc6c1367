//! `cargo xtask bench`: Carryover beside the tools one would otherwise reach for, on the same files in the same run.
//!
//! Each measurement is one file with one `measure`; [`measure`] says how anything is measured, [`page`] what is written.
//! The files are kept in the target folder, the peers too: nothing is installed into anyone's Python.

mod data;
mod destination;
mod edit;
mod import;
mod import_and_check;
mod inspect;
mod limit;
mod measure;
mod memory;
mod page;
mod peers;
mod product;
mod recheck;
mod suggest;
mod upload;
mod workbook;

use std::path::PathBuf;

use self::page::Row;
pub(crate) use self::peers::{Loop, run_loop};
use crate::packages::{self, PIP, PYTHON, SQLITE, TIME};
use crate::trouble::Trouble;
use crate::workspace::{released, target};

/// Rows of the file that most measurements use.
const ROWS: u64 = 1_000_000;

/// What every measurement needs to know.
struct Bench {
    carryover: PathBuf,
    /// Data, peers and migrations, in the target folder.
    folder: PathBuf,
    runs: usize,
    long: bool,
}

type Measurement = fn(&Bench) -> Result<Vec<Row>, Trouble>;

/// In the order of the page; the number of each is what `--only` takes.
const MEASUREMENTS: [Measurement; 11] = [
    import::measure,
    import_and_check::measure,
    recheck::measure,
    edit::measure,
    memory::measure,
    workbook::measure,
    upload::events,
    inspect::measure,
    suggest::measure,
    upload::many,
    limit::measure,
];

pub(crate) fn bench(runs: usize, long: bool, only: &[usize]) -> Result<(), Trouble> {
    packages::need(&[&SQLITE, &TIME, &PYTHON, &PIP])?;
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder).map_err(Trouble::file("make", &folder))?;
    let bench = Bench { carryover: released()?, folder, runs, long };
    let mut rows = Vec::new();
    for (number, measure) in (1..).zip(MEASUREMENTS).filter(|(number, _)| only.is_empty() || only.contains(number)) {
        eprintln!("measuring {number} of {}", MEASUREMENTS.len());
        let measured = measure(&bench)?;
        for row in &measured {
            println!("{row}");
        }
        rows.extend(measured.into_iter().map(|row| (number, row)));
    }
    if only.is_empty() { page::write(&bench, &rows) } else { Ok(()) }
}
