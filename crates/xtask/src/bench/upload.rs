//! Sending to the practice destination, beside a bare reqwest loop that sends the same bodies.
//!
//! Both send as many requests at a time, each to a practice destination of its own; only one of them asks what is there
//! already, and writes down what it is about to do and what came of it.

use std::path::{Path, PathBuf};

use super::Bench;
use super::data::{clean_usage, customers};
use super::destination::Destination;
use super::measure::{Pair, Run, in_turn, megabytes, peak, timed, timed_with_findings};
use super::page::{Row, Target, Value};
use super::peers::own_loop;
use super::product::done;
use crate::trouble::Trouble;

/// Those that usage is for.
const BILLED: u64 = 200;
/// A minute each; more of them say no more.
const LONG_RUNS: usize = 3;

pub(super) fn events(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let pair = sent_events(bench, 200_000, bench.runs)?;
    Ok(vec![Row {
        what: "`upload` of 200,000 usage events: events a second".to_owned(),
        against: "a bare reqwest loop with the same bodies",
        value: Value::Ratio(pair.rate_ratio()),
        target: Target::AtLeast(0.7),
        detail: pair.detail(),
    }])
}

/// What is sent one by one, and what is sent in large numbers.
pub(super) fn many(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let runs = bench.runs.min(LONG_RUNS);
    let singly = sent_customers(bench, runs)?;
    let million = sent_events(bench, 1_000_000, runs)?;
    let memory = megabytes(peak(&million.ours));
    Ok(vec![
        Row {
            what: "`upload` of 100,000 customers, 1 ms away: customers a second".to_owned(),
            against: "a bare reqwest loop with the same bodies",
            value: Value::Ratio(singly.rate_ratio()),
            target: Target::AtLeast(0.8),
            detail: singly.detail(),
        },
        Row {
            what: "`upload` of 1,000,000 usage events".to_owned(),
            against: "ten seconds",
            value: Value::Millis(million.our_millis()),
            target: Target::AtMost(10_000.0),
            detail: million.detail(),
        },
        Row {
            what: "the same: all that is done besides sending".to_owned(),
            against: "a bare reqwest loop with the same bodies",
            value: Value::Ratio(million.time_ratio()),
            target: Target::AtMost(1.2),
            detail: "planning, the ledger, reading rows".to_owned(),
        },
        Row {
            what: "the same: memory".to_owned(),
            against: "the same at any number of rows",
            value: Value::Megabytes(memory),
            target: Target::AtMost(250.0),
            detail: String::new(),
        },
    ])
}

fn sent_customers(bench: &Bench, runs: usize) -> Result<Pair, Trouble> {
    const AWAY: &[&str] = &["latency=1ms"];
    let file = customers(&bench.folder, 100_000)?;
    let ours = || {
        let destination = Destination::start(bench, AWAY)?;
        let migration = checked(bench, &file)?;
        Ok(timed_with_findings(&destination.upload(bench, &migration))?.0)
    };
    let theirs = || {
        let destination = Destination::start(bench, AWAY)?;
        Ok(timed(own_loop("post-customers")?.arg(&destination.url).arg(&file))?.0)
    };
    in_turn(runs, ours, theirs)
}

fn sent_events(bench: &Bench, events: u64, runs: usize) -> Result<Pair, Trouble> {
    let usage = clean_usage(&bench.folder, events, BILLED)?;
    let customers = customers(&bench.folder, BILLED)?;
    let theirs = || {
        let destination = Destination::start(bench, &[])?;
        Ok(timed(own_loop("post-events")?.arg(&destination.url).arg(&usage))?.0)
    };
    in_turn(runs, || our_events(bench, &customers, &usage), theirs)
}

/// The customers are sent before and are not counted.
fn our_events(bench: &Bench, customers: &Path, usage: &Path) -> Result<Run, Trouble> {
    let destination = Destination::start(bench, &[])?;
    let migration = checked(bench, customers)?;
    done(&mut destination.upload(bench, &migration))?;
    done(&mut bench.import(&migration, usage, "usage"))?;
    done(&mut bench.map(&migration))?;
    done(&mut bench.check(&migration))?;
    Ok(timed_with_findings(&destination.upload(bench, &migration))?.0)
}

/// A migration that is ready to send these customers.
pub(super) fn checked(bench: &Bench, customers: &Path) -> Result<PathBuf, Trouble> {
    let migration = bench.migration("upload", None)?;
    done(&mut bench.import(&migration, customers, "customers"))?;
    done(&mut bench.check(&migration))?;
    Ok(migration)
}
