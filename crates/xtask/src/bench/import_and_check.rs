//! Reading and checking usage, beside DuckDB that loads the file into its own database and stores the same findings.
//!
//! The customers are there before on both sides and are not counted.

use std::path::Path;
use std::process::Command;

use super::data::{CUSTOMERS, customers, planted, usage};
use super::measure::{in_turn, timed, timed_with_findings};
use super::page::{Row, Target, Value};
use super::peers::{duckdb, peer_check};
use super::product::timed_check;
use super::{Bench, ROWS};
use crate::trouble::Trouble;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let file = usage(&bench.folder, ROWS)?;
    let base = bench.with_customers()?;
    let python = duckdb(&bench.folder)?;
    let loaded = bench.fresh("customers.duckdb")?;
    let script = |act: &str, database: &Path, file: &Path| -> Command {
        let mut command = python.command();
        command.arg(act).arg(database).arg(file);
        command
    };
    timed(&script("load-customers", &loaded, &customers(&bench.folder, CUSTOMERS)?))?;

    let ours = || {
        let migration = bench.migration("import-and-check", Some(&base))?;
        let read = timed_with_findings(&bench.import(&migration, &file, "usage"))?.0
            + timed_with_findings(&bench.map(&migration))?.0;
        Ok(read + timed_check(&bench.check(&migration), planted(ROWS))?)
    };
    let theirs = || {
        let database = bench.fresh("usage.duckdb")?;
        std::fs::copy(&loaded, &database).map_err(Trouble::file("copy to", &database))?;
        peer_check(&script("check", &database, &file), planted(ROWS))
    };
    let pair = in_turn(bench.runs, ours, theirs)?;
    Ok(vec![Row {
        what: "`import`, `map` and `check` of 1,000,000 rows".to_owned(),
        against: "DuckDB: load and the same checks, findings stored",
        value: Value::Ratio(pair.time_ratio()),
        target: Target::AtMost(0.6),
        detail: pair.detail(),
    }])
}
