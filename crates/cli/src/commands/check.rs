//! `carryover check -m M`

use std::ops::ControlFlow;

use engine::api::Result;
use engine::api::connections;
use engine::api::review::Checked;
use engine::api::watch;

use super::files;
use super::import::progress_bar;
use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Check;
use crate::output::{self, Outcome, count, table};

pub(super) fn run(front: &Front, args: &Check) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    for changed in watch::changed(&migration.watched()?) {
        output::say(&files::said(&changed));
    }
    let bar = progress_bar("rows checked");
    let mut progress = |progress: engine::validation::Progress| {
        bar.set_position(progress.rows);
        ControlFlow::Continue(())
    };
    let mut checked = if args.all { migration.check_all(&mut progress)? } else { migration.check(&mut progress)? };
    if let Some(name) = &args.with {
        let connection = connections::find(&settings_folder()?, name)?;
        let destination = migration.connect(&connection, key_from_environment().as_ref())?;
        if wait(migration.look_up_unknown(destination.as_ref()))? > 0 {
            checked = migration.check(&mut progress)?;
        }
    }
    bar.finish_and_clear();
    if let Some(path) = &args.findings {
        let findings = migration.write_findings(path)?;
        output::say(&format!("wrote {} findings to {}", count(findings), path.display()));
    }
    output::result(front.json, &checked, || shown(&checked));
    Ok(Outcome::wrong_if(checked.has_errors()))
}

pub(super) fn shown(checked: &Checked) -> String {
    let datasets = checked.datasets.iter().map(|(name, counts)| {
        let counts = [counts.rows, counts.ready, counts.with_errors, counts.with_warnings, counts.excluded].map(count);
        std::iter::once(name.clone()).chain(counts).collect()
    });
    let rules = checked.rules.iter().map(|rule| {
        let word = |value| {
            serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        vec![
            word(serde_json::json!(rule.severity)),
            rule.dataset.clone(),
            rule.field.clone(),
            word(serde_json::json!(rule.rule)),
            count(rule.count),
            format!("line {}: {}", rule.example.line, rule.example.message),
        ]
    });
    let rules = table(&["", "Dataset", "Field", "Rule", "Rows", "For example"], 4..5, rules);
    let datasets = table(&["Dataset", "Rows", "Ready", "Errors", "Warnings", "Excluded"], 1..6, datasets);
    if checked.rules.is_empty() { datasets } else { format!("{rules}\n\n{datasets}") }
}
