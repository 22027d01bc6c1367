//! `carryover upload -m M --with CONNECTION`

use std::sync::Arc;

use engine::api::connections;
use engine::api::sending::{self, UploadRequest, Uploaded};
use engine::api::{Migration, Result};
use engine::destination::Destination;
use engine::settings::connection::Connection;
use engine::upload::{Clock, Control, Event};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Upload;
use crate::output::{self, Outcome, count, table};

pub(super) fn run(front: &Front, args: &Upload) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let connection = connections::find(&settings_folder()?, &args.with)?;
    sending::confirm(&connection, args.confirm.as_deref())?;
    let destination = migration.connect(&connection, key_from_environment().as_ref())?;
    let request = UploadRequest {
        first: args.first,
        resume: args.resume,
        only_failed: args.only_failed,
        all: args.all,
        stop_at: args.stop_at,
    };
    let uploaded = wait(watched(&mut migration, &connection, &destination, request))?;
    if let Some(path) = &args.rejected {
        let written = migration.export_rejected(path)?;
        output::say(&format!("wrote {} rejected records to {}", count(written), path.display()));
    }
    output::result(front.json, &uploaded, || shown(&uploaded));
    Ok(Outcome::wrong_if(!uploaded.complete()))
}

/// Uploads with progress on stderr. Ctrl+C stops after what is under way.
pub(super) async fn watched(
    migration: &mut Migration,
    connection: &Connection,
    destination: &Arc<dyn Destination>,
    request: UploadRequest,
) -> Result<Uploaded> {
    let (control, now): (_, Clock) = (Arc::new(Control::default()), Arc::new(Timestamp::now));
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {per_sec}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut tell = |event: Event| told(&bar, event);
    let upload = migration.upload(connection, destination, request, (&control, &now), &mut tell);
    let mut upload = std::pin::pin!(upload);
    let outcome = tokio::select! {
        outcome = &mut upload => outcome,
        _ = tokio::signal::ctrl_c() => {
            output::say("Stopping after what is under way. Nothing is lost.");
            control.stop();
            upload.await
        }
    };
    bar.finish_and_clear();
    outcome
}

fn told(bar: &ProgressBar, event: Event) {
    match event {
        Event::Begins { dataset, rows } => {
            bar.reset();
            bar.set_length(rows);
            bar.set_message(dataset);
        }
        Event::Settled { rows, .. } => bar.inc(rows),
        Event::Refused { dataset, key, reason, .. } => {
            bar.suspend(|| output::say(&format!("refused: {dataset} {key}: {reason}")));
        }
        Event::Doubtful { dataset, key, reason } => {
            bar.suspend(|| output::say(&format!("in doubt: {dataset} {key}: {reason}")));
        }
        Event::Standing { .. } | Event::Cleared { .. } => {}
        Event::Waiting { told, .. } => bar.suspend(|| output::say(&format!("{told} Carryover tries again by itself."))),
    }
}

pub(super) fn shown(uploaded: &Uploaded) -> String {
    let rows = uploaded.datasets.iter().map(|(name, tally)| {
        let counts = [
            tally.created,
            tally.updated,
            tally.unchanged,
            tally.refused,
            tally.stopped,
            tally.excluded,
            tally.doubtful,
        ]
        .map(count);
        std::iter::once(name.clone()).chain(counts).collect()
    });
    format!(
        "{}\n{} requests ({} repeated) in {:.1} s",
        table(
            &["Rows of", "Created", "Updated", "Unchanged", "Refused", "Stopped", "Excluded", "In doubt"],
            1..8,
            rows
        ),
        count(uploaded.requests),
        count(uploaded.retries),
        uploaded.seconds
    )
}
