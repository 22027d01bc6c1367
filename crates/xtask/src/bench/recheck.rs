//! Checking everything again after the matching was changed, beside Polars that reads the files and checks in memory.

use super::data::{CUSTOMERS, customers, planted, usage};
use super::measure::in_turn;
use super::page::{Row, Target, Value};
use super::peers::{peer_check, polars};
use super::product::{done, timed_check};
use super::{Bench, ROWS};
use crate::trouble::Trouble;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let (file, customers) = (usage(&bench.folder, ROWS)?, customers(&bench.folder, CUSTOMERS)?);
    let base = bench.with_usage(&file)?;
    let python = polars(&bench.folder)?;
    let ours = || {
        let migration = bench.migration("recheck", Some(&base))?;
        done(bench.carryover("map", &migration).args(["usage", "--set", "data.place=region"]))?;
        timed_check(&bench.check(&migration), planted(ROWS))
    };
    let theirs = || peer_check(python.command().arg(&customers).arg(&file), planted(ROWS));
    let pair = in_turn(bench.runs, ours, theirs)?;
    Ok(vec![Row {
        what: "`check` of 1,000,000 rows again, after `map --set`".to_owned(),
        against: "Polars: load and the same checks, in memory",
        value: Value::Ratio(pair.time_ratio()),
        target: Target::AtMost(1.0),
        detail: pair.detail(),
    }])
}
