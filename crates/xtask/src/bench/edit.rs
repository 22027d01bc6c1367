//! One corrected cell among a million rows: how long the user waits for its findings.
//!
//! Measured is what the program itself says (`seconds`), since in the window the process is already there.

use super::data::usage;
use super::measure::timed_with_findings;
use super::page::{Row, Target, Value};
use super::product::json;
use super::{Bench, ROWS};
use crate::process::words;
use crate::trouble::Trouble;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let migration = bench.with_usage(&usage(&bench.folder, ROWS)?)?;
    let mut seconds = Vec::new();
    for run in 0..bench.runs.max(1) as u64 {
        // Row 308 of each thousand has no number (row numbers count from 1).
        let row = 308 + 1000 * (run * 97 % (ROWS / 1000));
        let mut fix = bench.carryover("fix", &migration);
        fix.args(["usage", "--row", &row.to_string(), "--field", "data.quantity", "--value", "12", "--json"]);
        let answer = json(&fix, &timed_with_findings(&fix)?.1)?;
        seconds.push(answer["seconds"].as_f64().ok_or_else(|| Trouble::Answer {
            command: words(&fix),
            expected: "the member `seconds`",
            found: answer.to_string(),
        })?);
    }
    seconds.sort_unstable_by(f64::total_cmp);
    let millis = |index: usize| seconds.get(index).copied().unwrap_or_default() * 1000.0;
    Ok(vec![Row {
        what: "one cell corrected with `fix`, and checked".to_owned(),
        against: "a blink",
        value: Value::Millis(millis(seconds.len() / 2)),
        target: Target::AtMost(50.0),
        detail: format!("slowest {:.1} ms", millis(seconds.len() - 1)),
    }])
}
