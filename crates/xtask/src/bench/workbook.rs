//! Reading a workbook, beside a bare loop over its cells with the library that Carryover reads workbooks with.

use super::Bench;
use super::data::workbook;
use super::measure::{in_turn, timed, timed_with_findings};
use super::page::{Row, Target, Value};
use super::peers::own_loop;
use crate::trouble::Trouble;

const ROWS: u32 = 50_000;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let file = workbook(&bench.folder, ROWS)?;
    let ours = || {
        let migration = bench.migration("workbook", None)?;
        Ok(timed_with_findings(&bench.import(&migration, &file, "usage"))?.0)
    };
    let theirs = || Ok(timed(own_loop("workbook")?.arg(&file))?.0);
    let pair = in_turn(bench.runs, ours, theirs)?;
    Ok(vec![Row {
        what: "`import` of a sheet of 50,000 × 10".to_owned(),
        against: "a bare calamine loop over its cells",
        value: Value::Ratio(pair.time_ratio()),
        target: Target::AtMost(1.25),
        detail: pair.detail(),
    }])
}
