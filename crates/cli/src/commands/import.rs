//! `carryover import -m M FILE…`

use std::ops::ControlFlow;

use engine::api::Result;
use engine::api::draft::{self, Reason};
use engine::api::files::{ImportRequest, Imported};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Front, hints};
use crate::args::Import;
use crate::output::{self, Outcome, count};

#[derive(Serialize)]
struct AllImported {
    files: Vec<Imported>,
    /// Known exports of which nothing is carried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_needed: Vec<NotNeeded>,
}

#[derive(Serialize)]
struct NotNeeded {
    file: String,
    why: String,
}

pub(super) fn run(front: &Front, args: &Import) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let (mut files, mut not_needed) = (Vec::new(), Vec::new());
    for path in &args.files {
        let bar = progress_bar("rows read");
        let request = ImportRequest { path: path.clone(), dataset: args.dataset.clone(), hints: hints(&args.reading) };
        migration.knows(&request)?;
        let read = draft::read(&request, &mut |progress| {
            bar.set_position(progress.rows);
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        match read.and_then(|draft| migration.take(draft)) {
            Ok(imported) => files.push(imported),
            Err(left) if left.reason == Reason::NotNeeded => {
                let (file, why) = (path.display().to_string(), left.error.message);
                output::say(&why);
                not_needed.push(NotNeeded { file, why });
            }
            Err(not_taken) => return Err(not_taken.into()),
        }
    }
    let imported = AllImported { files, not_needed };
    output::result(front.json, &imported, || imported.files.iter().map(told).collect::<Vec<_>>().join("\n"));
    Ok(Outcome::Clean)
}

/// A counter on stderr with its rate; silent where nobody looks.
pub(super) fn progress_bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}"));
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

pub(super) fn told(imported: &Imported) -> String {
    let mut lines = Vec::new();
    for source in &imported.sources {
        let sheet = source.sheet.as_ref().map(|sheet| format!(", sheet “{sheet}”")).unwrap_or_default();
        lines.push(format!(
            "{}{sheet}: {} ({}), {} rows, {} columns",
            imported.file,
            source.dataset,
            source.why,
            count(source.rows),
            source.columns
        ));
        if !source.unmatched.is_empty() {
            lines.push(format!("  needs a column: {}", source.unmatched.join(", ")));
        }
        if !source.questions.is_empty() {
            lines.push(format!("  asks you: {} (see `carryover map`)", source.questions.join(", ")));
        }
    }
    for skipped in &imported.skipped {
        let what = skipped.sheet.as_ref().map_or("a table".to_owned(), |sheet| format!("sheet “{sheet}”"));
        lines.push(format!("  {what} was not taken: {}", skipped.reason));
    }
    lines.join("\n")
}
