//! Twenty wide files that nobody has seen: how long until it is said what each is about and which column is which field.
//!
//! Whole `inspect` of all of them, reading included: for each, every dataset's matching is tried. The headings are those of
//! the labelled tables of `fixtures/matching`, so that there is something to compare.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Bench;
use super::measure::timed;
use super::page::{Row, Target, Value};
use crate::trouble::Trouble;
use crate::workspace::root;

const FILES: usize = 20;
const COLUMNS: usize = 100;
const ROWS: usize = 40;
const MILLIS: f64 = 200.0;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let files = files(bench)?;
    let mut millis = Vec::new();
    for _ in 0..bench.runs.max(1) {
        let mut inspect = Command::new(&bench.carryover);
        inspect.arg("inspect").args(&files).arg("--json");
        millis.push(timed(&inspect)?.0.wall.as_secs_f64() * 1000.0);
    }
    millis.sort_unstable_by(f64::total_cmp);
    Ok(vec![Row {
        what: format!("`inspect` of {FILES} files of {COLUMNS} columns"),
        against: "a moment",
        value: Value::Millis(millis[millis.len() / 2]),
        target: Target::AtMost(MILLIS),
        detail: format!("slowest {:.1} ms", millis.last().copied().unwrap_or_default()),
    }])
}

/// The files, each with other headings, of numbers and names.
fn files(bench: &Bench) -> Result<Vec<PathBuf>, Trouble> {
    let list = root().join("fixtures/matching/training.txt");
    let labels = fs::read_to_string(&list).map_err(Trouble::file("read", &list))?;
    let columns = labels.lines().filter_map(|line| line.rsplit(" | ").next()).flat_map(|columns| columns.split("; "));
    let mut headings: Vec<&str> = columns.filter_map(|column| Some(column.rsplit_once('=')?.0)).collect();
    headings.sort_unstable();
    headings.dedup();
    let mut headings = headings.into_iter().cycle();
    let mut paths = Vec::new();
    for file in 0..FILES {
        let header: Vec<&str> = headings.by_ref().take(COLUMNS).collect();
        let row = |row: usize| {
            (0..COLUMNS).map(move |column| format!("{}{}", ["A-", "", "Tamar "][column % 3], row * column))
        };
        let rows = (0..ROWS).map(|number| row(number).collect::<Vec<_>>().join(";"));
        let text = std::iter::once(header.join(";")).chain(rows).collect::<Vec<_>>().join("\n");
        let path = bench.folder.join(format!("wide_{file}.csv"));
        fs::write(&path, text).map_err(Trouble::file("write", &path))?;
        paths.push(path);
    }
    Ok(paths)
}
