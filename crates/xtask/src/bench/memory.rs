//! The most memory that reading and checking hold: bounded, and the same for ten times the rows.

use super::data::{planted, usage};
use super::measure::{Run, megabytes, timed_with_findings};
use super::page::{Row, Target, Value};
use super::product::{done, timed_check};
use super::{Bench, ROWS};
use crate::trouble::Trouble;

const MEGABYTES: f64 = 250.0;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let base = bench.with_customers()?;
    let mut rows = Vec::new();
    for (count, words) in [(ROWS, "1,000,000"), (10 * ROWS, "10,000,000")] {
        if count > ROWS && !bench.long {
            continue;
        }
        let migration = bench.migration("memory", Some(&base))?;
        let read = timed_with_findings(&bench.import(&migration, &usage(&bench.folder, count)?, "usage"))?.0;
        done(&mut bench.map(&migration))?;
        let checked = timed_check(&bench.check(&migration), planted(count))?;
        rows.push(row(format!("memory of `import`, {words} rows"), read));
        rows.push(row(format!("memory of `check`, {words} rows"), checked));
    }
    Ok(rows)
}

fn row(what: String, run: Run) -> Row {
    Row {
        what,
        against: "the same at any number of rows",
        value: Value::Megabytes(megabytes(run.peak_kib)),
        target: Target::AtMost(MEGABYTES),
        detail: format!("{:.2} s", run.wall.as_secs_f64()),
    }
}
