//! `carryover files`, `reread` and `remove`: what was read, read again, taken out.

use std::ops::ControlFlow;

use engine::api::cards::FileCard;
use engine::api::files::Again;
use engine::api::watch::{self, ChangedSource, FileChange};
use engine::api::{Result, draft};
use engine::intake::Hints;
use serde::Serialize;
use serde_json::json;

use super::import::{progress_bar, told};
use super::{Front, hints};
use crate::args::{Files, Remove, Reread};
use crate::output::{self, Outcome, count, table};

#[derive(Serialize)]
struct Listed {
    files: Vec<FileCard>,
    changed: Vec<ChangedSource>,
}

pub(super) fn list(front: &Front, args: &Files) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    if let Some(source) = args.go_on {
        migration.go_on_with(source)?;
    }
    let listed = Listed { files: migration.file_cards()?, changed: watch::changed(&migration.watched()?) };
    output::result(front.json, &listed, || {
        let rows = listed.files.iter().map(|card| {
            let sheet = card.preview.sheet.clone().unwrap_or_default();
            vec![card.source.to_string(), card.dataset.clone(), card.file.clone(), sheet, count(card.rows)]
        });
        table(&["number", "dataset", "file", "sheet", "rows"], 4..5, rows)
    });
    for changed in &listed.changed {
        output::say(&said(changed));
    }
    Ok(Outcome::Clean)
}

pub(super) fn reread(front: &Front, args: &Reread) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let hints = Some(hints(&args.reading)).filter(|hints| *hints != Hints::default());
    let request = migration.request_again(args.source, args.from.as_deref(), hints, args.dataset.clone())?;
    let bar = progress_bar("rows read");
    let draft = draft::read(&request, &mut |progress| {
        bar.set_position(progress.rows);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let again = Again { source: args.source, drop_edits: args.drop_edits };
    let imported = migration.replace(&again, draft?)?;
    output::result(front.json, &imported, || told(&imported));
    Ok(Outcome::Clean)
}

pub(super) fn remove(front: &Front, args: &Remove) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    migration.remove(args.source)?;
    output::result(front.json, &json!({ "removed": args.source }), || format!("Removed number {}", args.source));
    Ok(Outcome::Clean)
}

/// A file that is no longer what was read, in words.
pub(super) fn said(changed: &ChangedSource) -> String {
    let what = match changed.change {
        FileChange::Gone => "is no longer where it was read; what was read is kept here",
        FileChange::Content => "has changed since it was read; go on with what was read, or read it again",
    };
    format!("“{}” {what}.", changed.file)
}
