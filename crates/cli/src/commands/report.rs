//! `carryover report -m M --out DIR`

use std::ops::ControlFlow;

use engine::api::Result;
use engine::api::connections;
use engine::api::sending::{Report as Written, ReportLine};
use engine::upload::read_back::ReadBack;
use indexmap::IndexMap;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Report;
use crate::output::{self, Outcome, amount, count, table};

pub(super) fn run(front: &Front, args: &Report) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    let read_back = match &args.with {
        Some(name) => {
            let connection = connections::find(&settings_folder()?, name)?;
            let destination = migration.connect(&connection, key_from_environment().as_ref())?;
            Some(wait(migration.read_back(destination.as_ref(), &mut |_| ControlFlow::Continue(())))?)
        }
        None => None,
    };
    let report = migration.report(&args.out, read_back, &mut |_| ControlFlow::Continue(()))?;
    output::result(front.json, &report, || format!("{}\nThe files are in {}.", shown(&report), args.out.display()));
    let arrived = report.read_back_agrees().unwrap_or(true);
    Ok(Outcome::wrong_if(!arrived || !report.closed || report.tie_out.iter().any(|line| line.rejected > 0)))
}

pub(super) fn shown(report: &Written) -> String {
    let lines = table(
        &["Dataset", "In", "Read", "Corrected", "Loaded", "Rejected", "Excluded", "Difference"],
        2..8,
        report.tie_out.iter().flat_map(rows),
    );
    let closed = if report.closed {
        "Closed to the cent: read = loaded + rejected + excluded."
    } else {
        "Open: some rows are neither loaded, rejected nor excluded."
    };
    let read_back = report.read_back.as_ref().map(read_back).unwrap_or_default();
    format!("{lines}\n{closed}\n{read_back}")
}

fn read_back(datasets: &IndexMap<String, ReadBack>) -> String {
    let rows = datasets.iter().map(|(name, seen)| {
        let counts = [seen.rows, seen.agree, seen.differ, seen.missing, seen.unknown].map(count);
        std::iter::once(name.clone()).chain(counts).collect()
    });
    let told: Vec<&str> = datasets.values().flat_map(|seen| &seen.told).map(String::as_str).collect();
    format!(
        "\nRead back from the destination\n{}\n{}",
        table(&["Rows of", "Loaded", "Agree", "Differ", "Missing", "Unknown"], 1..6, rows),
        told.join("\n")
    )
}

fn rows(line: &ReportLine) -> Vec<Vec<String>> {
    let counts = [line.loaded, line.rejected, line.excluded].map(count);
    let [loaded, rejected, excluded] = counts;
    let mut rows = vec![vec![
        line.dataset.clone(),
        "rows".to_owned(),
        count(line.extracted),
        String::new(),
        loaded,
        rejected,
        excluded,
        line.difference.to_string(),
    ]];
    rows.extend(line.money.iter().filter(|money| !money.currency.is_empty()).map(|money| {
        let figures =
            [&money.extracted, &money.corrected, &money.loaded, &money.rejected, &money.excluded, &money.difference];
        [String::new(), money.currency.clone()].into_iter().chain(figures.map(|figure| amount(figure))).collect()
    }));
    rows
}
