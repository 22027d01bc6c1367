//! Carryover as it is measured: by its command line, on migrations in the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Bench;
use super::data::{CUSTOMERS, Planted, customers};
use super::measure::{Run, timed_with_findings};
use crate::process::words;
use crate::trouble::Trouble;

/// How the columns of the measured files are matched: set, not suggested, so that every run checks the same.
const MAPPING: [&str; 6] = [
    "customer_id=acct",
    "timestamp=event time",
    "data.quantity=api calls",
    "data.gb_stored=gb stored",
    "data.region=region",
    "data.event_id=event id",
];

impl Bench {
    /// `carryover ACT -m MIGRATION`.
    pub(super) fn carryover(&self, act: &str, migration: &Path) -> Command {
        let mut command = Command::new(&self.carryover);
        command.arg(act).arg("-m").arg(migration);
        command
    }

    pub(super) fn import(&self, migration: &Path, file: &Path, dataset: &str) -> Command {
        let mut command = self.carryover("import", migration);
        command.arg(file).args(["--as", dataset]);
        command
    }

    pub(super) fn map(&self, migration: &Path) -> Command {
        let mut command = self.carryover("map", migration);
        command.arg("usage").args(MAPPING.iter().flat_map(|field| ["--set", field]));
        command
    }

    pub(super) fn check(&self, migration: &Path) -> Command {
        let mut command = self.carryover("check", migration);
        command.arg("--json");
        command
    }

    /// A new migration, or a copy of `base`, in place of one with that name from an earlier run.
    pub(super) fn migration(&self, name: &str, base: Option<&Path>) -> Result<PathBuf, Trouble> {
        let path = self.fresh(&format!("{name}.carryover"))?;
        if let Some(base) = base {
            fs::copy(base, &path).map_err(Trouble::file("copy to", &path))?;
        } else {
            done(Command::new(&self.carryover).arg("new").arg(&path).args(["--to", "zenskar"]))?;
        }
        Ok(path)
    }

    /// A migration that knows all customers, imported and checked: where measuring usage begins.
    pub(super) fn with_customers(&self) -> Result<PathBuf, Trouble> {
        let migration = self.migration("customers", None)?;
        done(&mut self.import(&migration, &customers(&self.folder, CUSTOMERS)?, "customers"))?;
        done(&mut self.check(&migration))?;
        Ok(migration)
    }

    /// The same with usage in it, matched and checked.
    pub(super) fn with_usage(&self, usage: &Path) -> Result<PathBuf, Trouble> {
        let migration = self.migration("usage", Some(&self.with_customers()?))?;
        done(&mut self.import(&migration, usage, "usage"))?;
        done(&mut self.map(&migration))?;
        done(&mut self.check(&migration))?;
        Ok(migration)
    }

    /// A path in the bench's folder where nothing is: not even what SQLite leaves beside a file.
    pub(super) fn fresh(&self, name: &str) -> Result<PathBuf, Trouble> {
        let entries = fs::read_dir(&self.folder).map_err(Trouble::file("read", &self.folder))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(name)) {
                fs::remove_file(&path).map_err(Trouble::file("remove", &path))?;
            }
        }
        Ok(self.folder.join(name))
    }
}

/// Times a `check` and makes sure that it found what is there.
pub(super) fn timed_check(command: &Command, planted: Planted) -> Result<Run, Trouble> {
    let (run, printed) = timed_with_findings(command)?;
    let answer = json(command, &printed)?;
    let count = |rules: &[&str]| -> u64 {
        let all = answer["rules"].as_array().into_iter().flatten();
        let ours = all.filter(|rule| rule["dataset"] == "usage" && rules.iter().any(|name| rule["rule"] == *name));
        ours.filter_map(|rule| rule["count"].as_u64()).sum()
    };
    let found = Planted {
        kind: count(&["type", "format"]),
        required: count(&["required"]),
        reference: count(&["reference"]),
        unique: count(&["unique"]),
        range: count(&["range"]),
    };
    agree(command, found, planted)?;
    Ok(run)
}

/// A side that overlooks faults is not faster, it is wrong.
pub(super) fn agree(command: &Command, found: Planted, planted: Planted) -> Result<(), Trouble> {
    if found == planted {
        return Ok(());
    }
    Err(Trouble::Measure(format!("`{}` found {found:?}, but in the file are {planted:?}", words(command))))
}

pub(super) fn json(command: &Command, printed: &str) -> Result<Value, Trouble> {
    serde_json::from_str(printed).map_err(|fault| Trouble::Answer {
        command: words(command),
        expected: "JSON",
        found: fault.to_string(),
    })
}

/// Runs what only prepares; exit 1 says that rows have errors, which they have.
pub(super) fn done(command: &mut Command) -> Result<(), Trouble> {
    let program = || words(command);
    let (program, status) = (program(), command.stdout(Stdio::null()).status());
    let status = status.map_err(|source| Trouble::Start { program: program.clone(), source })?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(Trouble::Ended { command: program, status }),
    }
}
