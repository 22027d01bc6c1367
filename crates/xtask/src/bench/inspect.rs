//! Looking at a file of a gigabyte: a glance, which must answer while somebody waits, and a full profile beside the record
//! reader of the `csv` crate, which only splits.

use std::process::Command;

use super::Bench;
use super::data::clean_usage;
use super::measure::{in_turn, median, peak, timed};
use super::page::{Row, Target, Value};
use super::peers::own_loop;
use crate::trouble::Trouble;

/// Some 66 bytes each.
const ROWS: u64 = 16_500_000;
const CUSTOMERS: u64 = 100_000;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let file = clean_usage(&bench.folder, ROWS, CUSTOMERS)?;
    let inspect = |how: Option<&str>| {
        let mut command = Command::new(&bench.carryover);
        command.arg("inspect").args(how).arg("--json").arg(&file);
        Ok(timed(&command)?.0)
    };
    let split = || Ok(timed(own_loop("records")?.arg(&file))?.0);
    let glances = (0..bench.runs.max(1)).map(|_| inspect(None)).collect::<Result<Vec<_>, Trouble>>()?;
    let full = in_turn(bench.runs, || inspect(Some("--full")), split)?;
    let glance = median(&glances).as_secs_f64() * 1000.0;
    Ok(vec![
        Row {
            what: "`inspect` of 1 GB: head, middle and tail".to_owned(),
            against: "a second",
            value: Value::Millis(glance),
            target: Target::AtMost(1000.0),
            detail: format!("{} MB", super::measure::megabytes(peak(&glances))),
        },
        Row {
            what: "`inspect --full` of 1 GB, with its SHA-256".to_owned(),
            against: "the `csv` crate's record reader",
            value: Value::Ratio(full.rate_ratio()),
            target: Target::AtLeast(0.5),
            detail: full.detail(),
        },
    ])
}
