//! How well the limit of a destination is used that nobody told of: a thousand requests a minute.
//!
//! The first thousand go out at once and one too many is refused; what follows keeps to what that told. Requests under way
//! at that moment are refused with it.

use super::Bench;
use super::data::customers;
use super::destination::Destination;
use super::measure::timed_with_findings;
use super::page::{Row, Target, Value};
use super::product::json;
use super::upload::checked;
use crate::trouble::Trouble;

const A_MINUTE: f64 = 1000.0;
/// Three minutes at the limit, but for the last few of the third.
const CUSTOMERS: u64 = 2900;
/// Requests that can be under way at once.
const CONCURRENCY: f64 = 4.0;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let destination = Destination::start(bench, &["rate=1000/min"])?;
    let migration = checked(bench, &customers(&bench.folder, CUSTOMERS)?)?;
    let mut upload = destination.upload(bench, &migration);
    upload.arg("--json");
    let (run, printed) = timed_with_findings(&upload)?;
    let answer = json(&upload, &printed)?;
    let count = |name: &str| answer[name].as_f64().unwrap_or_default();
    let (requests, refused) = (count("requests"), count("retries"));
    let minutes = run.wall.as_secs_f64() / 60.0;
    let used = (requests - refused) / minutes / A_MINUTE;
    let detail = format!("{:.0} requests in {:.1} s", requests - refused, run.wall.as_secs_f64());
    Ok(vec![
        Row {
            what: "requests a minute where 1,000 are allowed".to_owned(),
            against: "the limit",
            value: Value::Ratio(used),
            target: Target::AtLeast(0.95),
            detail,
        },
        Row {
            what: "the same: requests refused (429), all at one moment".to_owned(),
            against: "those under way at once",
            value: Value::Ratio(refused / CONCURRENCY),
            target: Target::AtMost(1.0),
            detail: format!("{refused:.0} of {CONCURRENCY:.0}"),
        },
    ])
}
