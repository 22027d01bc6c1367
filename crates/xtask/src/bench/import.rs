//! Reading usage into a fresh migration, beside `sqlite3 .import` into a bare table: the floor of any tool that keeps its
//! rows in SQLite.

use std::process::Command;

use super::data::usage;
use super::measure::{in_turn, timed, timed_with_findings};
use super::page::{Row, Target, Value};
use super::{Bench, ROWS};
use crate::trouble::Trouble;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let file = usage(&bench.folder, ROWS)?;
    let ours = || {
        let migration = bench.migration("import", None)?;
        Ok(timed_with_findings(&bench.import(&migration, &file, "usage"))?.0)
    };
    let theirs = || {
        let mut sqlite = Command::new("sqlite3");
        sqlite.arg(bench.fresh("bare.db")?).arg(".mode csv").arg(format!(".import '{}' usage", file.display()));
        Ok(timed(&sqlite)?.0)
    };
    let pair = in_turn(bench.runs, ours, theirs)?;
    Ok(vec![Row {
        what: "`import` of 1,000,000 rows".to_owned(),
        against: "`sqlite3 .import` into a bare table",
        value: Value::Ratio(pair.time_ratio()),
        target: Target::AtMost(0.6),
        detail: pair.detail(),
    }])
}
