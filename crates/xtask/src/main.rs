//! `cargo xtask`: the chores of this repository, each one command that works in a fresh clone.
//!
//! Owns what happens around the product: installing what a chore needs, starting, testing, checking, measuring. It knows
//! the product only by its command line, as a user does, so that a measurement here is a measurement of what users run.

#[cfg(feature = "data")]
mod accuracy;
#[cfg(feature = "data")]
mod bench;
mod bundle;
mod ci;
mod e2e;
mod faults;
mod fuzz;
mod home;
mod licences;
mod matching;
mod packages;
mod parts;
mod process;
mod python;
#[cfg(feature = "data")]
mod sample;
mod start;
#[cfg(feature = "data")]
mod tables;
mod test;
mod tools;
mod torture;
mod trouble;
mod window;
mod words;
#[cfg(feature = "data")]
mod workbooks;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::trouble::Trouble;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The chores of this repository")]
enum Chore {
    /// Install what is missing, build, and open the window on the sample files; the command line where there is no screen
    Start,
    /// Run every test, with a keychain and a home of its own
    Test,
    /// Test the real window, on a screen of its own; writes docs/screens
    E2e {
        /// Only the test files whose names hold this
        only: Option<String>,
        /// Test the program as users get it
        #[arg(long)]
        release: bool,
    },
    /// Measure how fast the window is with a million rows; writes docs/WINDOW_SPEED.md
    Speed,
    /// Make what users install on this system; writes target/release/bundle
    Bundle {
        /// Install the .deb too, test the window from there, and remove it again
        #[arg(long = "try")]
        tried: bool,
    },
    /// List whose work is in the window, for its About dialog
    Licences {
        /// Only say whether the list is stale
        #[arg(long)]
        check: bool,
    },
    /// Give the page's catalogue every sentence the program says, to be translated
    Words {
        /// Only say what is missing or stale
        #[arg(long)]
        check: bool,
    },
    /// Measure how well columns find their fields and exports are recognised; writes docs/MATCHING.md
    Matching,
    /// Everything that is checked before a change is taken
    Ci,
    /// Measure Carryover against sqlite3, DuckDB, Polars, calamine and reqwest; writes docs/BENCH.md
    Bench(Bench),
    /// Measure how often Carryover reads unknown files right, beside csv-nose, CleverCSV and DuckDB; writes docs/ACCURACY.md
    Accuracy {
        /// Folder with the files of other projects; without it only files made here are measured
        #[arg(long)]
        corpus: Option<PathBuf>,
    },
    /// Try `inspect` and `import` on every file of a folder and list what breaks
    Torture {
        /// Searched with all its subfolders
        dir: PathBuf,
        /// Write docs/TORTURE.md too
        #[arg(long)]
        docs: bool,
    },
    /// Hold what Carryover reads of a folder's workbooks against what LibreOffice shows; writes the table of docs/WORKBOOKS.md
    Workbooks {
        /// Searched with all its subfolders
        dir: Vec<PathBuf>,
        /// Write the table into docs/WORKBOOKS.md too
        #[arg(long)]
        docs: bool,
    },
    /// Make every table of docs about reading and matching files again: MATCHING, ACCURACY, WORKBOOKS and TORTURE
    Tables {
        /// Folder with the files of other projects
        corpus: PathBuf,
    },
    /// Let everything go wrong while a migration is sent, and count what arrived; writes docs/FAULTS.md, for Kustomer docs/FAULTS_KUSTOMER.md
    Faults(faults::Faults),
    /// Give random bytes to every parser that meets foreign ones
    Fuzz(fuzz::Fuzz),
    /// Write the sample files: a migration of an invented company
    Sample {
        /// Where to write; made when it is missing
        dir: PathBuf,
        /// All 418,362 usage events instead of some 20,000
        #[arg(long)]
        full: bool,
    },
    /// A loop that Carryover is measured against
    #[cfg(feature = "data")]
    #[command(hide = true, subcommand)]
    Loop(bench::Loop),
}

#[derive(clap::Args)]
struct Bench {
    /// How often each side of a measurement runs
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Measure memory at 10,000,000 rows too
    #[arg(long)]
    long: bool,
    /// Only the measurements with these numbers; docs/BENCH.md is not written
    #[arg(long, value_delimiter = ',')]
    only: Vec<usize>,
}

fn main() -> ExitCode {
    match run(Chore::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("\n{trouble}");
            trouble.exit_code()
        }
    }
}

fn run(chore: Chore) -> Result<(), Trouble> {
    match chore {
        Chore::Start => start::start(),
        Chore::Test => test::test(),
        Chore::E2e { only, release } => {
            e2e::e2e(only.as_deref(), if release { window::Build::Release } else { window::Build::Debug })
        }
        Chore::Speed => e2e::speed(),
        Chore::Bundle { tried } => bundle::bundle(tried),
        Chore::Licences { check } => licences::licences(check),
        Chore::Words { check } => words::words(check),
        Chore::Matching => matching::matching(),
        Chore::Ci => ci::ci(),
        Chore::Faults(faults) => faults::faults(faults),
        Chore::Fuzz(asked) => fuzz::fuzz(&asked),
        Chore::Torture { dir, docs } => torture::torture(&dir, docs),
        #[cfg(feature = "data")]
        Chore::Accuracy { corpus } => accuracy::accuracy(corpus.as_deref()),
        #[cfg(feature = "data")]
        Chore::Bench(bench) => bench::bench(bench.runs, bench.long, &bench.only),
        #[cfg(feature = "data")]
        Chore::Loop(kind) => bench::run_loop(&kind),
        #[cfg(feature = "data")]
        Chore::Sample { dir, full } => sample::sample(&dir, full),
        #[cfg(feature = "data")]
        Chore::Workbooks { dir, docs } => workbooks::workbooks(&dir, docs),
        #[cfg(feature = "data")]
        Chore::Tables { corpus } => tables::tables(&corpus),
        #[cfg(not(feature = "data"))]
        Chore::Accuracy { .. }
        | Chore::Bench(_)
        | Chore::Sample { .. }
        | Chore::Tables { .. }
        | Chore::Workbooks { .. } => workspace::again_with_data(),
    }
}
