//! `carryover undo -m M --run N`

use std::ops::ControlFlow;

use engine::api::taking_back::TakenBack;
use engine::api::{ApiError, Code, Result, connections, sending};
use engine::upload::take_back::{Fate, TakenGroup};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Undo;
use crate::output::{self, Outcome, count, table};

/// Keys that are listed of a group.
const LISTED: usize = 20;

pub(super) fn run(front: &Front, args: &Undo) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let name = match &args.with {
        Some(name) => name.clone(),
        None => migration.connection_of_run(args.run)?,
    };
    let connection = connections::find(&settings_folder()?, &name)?;
    if !args.dry_run {
        sending::confirm(&connection, args.confirm.as_deref())?;
        if !args.yes && args.confirm.is_none() {
            let message = format!("taking back run {} deletes records in “{name}”", args.run);
            let hint = "See what that would be with `--dry-run`, then add `--yes`.";
            return Err(ApiError::new(Code::Precondition, message, hint));
        }
    }
    let destination = migration.connect(&connection, key_from_environment().as_ref())?;
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut tell = |done, of| {
        bar.set_length(of);
        bar.set_position(done);
        ControlFlow::Continue(())
    };
    let taken = if args.dry_run {
        wait(migration.plan_take_back(&connection, destination.as_ref(), args.run, &mut tell))
    } else {
        wait(migration.take_back(&connection, destination.as_ref(), args.run, &Timestamp::now, &mut tell))
    };
    bar.finish_and_clear();
    let taken = taken?;
    output::result(front.json, &taken, || shown(&taken));
    Ok(Outcome::wrong_if(!taken.complete()))
}

fn shown(taken: &TakenBack) -> String {
    let rows = taken.groups.iter().map(|group| {
        vec![group.dataset.clone(), word(group.what).to_owned(), count(group.records), count(group.rows), why(group)]
    });
    let head = match taken.run {
        Some(run) => format!("Took back run {} (this is run {run})", taken.takes_back),
        None => format!("Taking back run {} would do this. Nothing has been deleted.", taken.takes_back),
    };
    let table = table(&["Of", "What happens", "Records", "Rows", "Which, and why"], 2..4, rows);
    format!("{head}\n{} ({})\n{table}", taken.connection, taken.environment)
}

fn word(what: Fate) -> &'static str {
    match what {
        Fate::Deleted => "deleted",
        Fate::Gone => "gone before",
        Fate::Stays => "stays",
        Fate::Doubtful => "in doubt",
    }
}

fn why(group: &TakenGroup) -> String {
    let mut keys = group.keys.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if group.keys.len() > LISTED {
        keys.push_str(" …");
    }
    [group.reason.as_str(), keys.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
