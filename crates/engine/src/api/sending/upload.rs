//! Sending what is ready, and looking at the first of it.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::FIRST;
use crate::api::{ApiError, Code, Migration, Result};
use crate::destination::Destination;
use crate::settings::connection::Connection;
use crate::store::StoreError;
use crate::store::ledger::Run;
use crate::upload::first::{self, SentRecord};
use crate::upload::run::{Upload, Way};
use crate::upload::tally::tallies;
use crate::upload::threshold::StopAt;
use crate::upload::{Clock, Control, Event, Options, Tally, UploadError};

/// Under which names the store keeps the run that sends only what was turned down, and the one that sends everything again.
const ONLY_FAILED: &str = "only_failed";
const ALL: &str = "all_again";

/// Printed by `upload --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Uploaded {
    pub run: i64,
    pub datasets: IndexMap<String, Tally>,
    pub requests: u64,
    pub retries: u64,
    pub seconds: f64,
}

impl Uploaded {
    /// Every row that was to go out is at the destination.
    pub fn complete(&self) -> bool {
        self.datasets.values().all(|tally| tally.refused + tally.doubtful + tally.stopped == 0)
    }
}

/// How an upload is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadRequest {
    /// Only so many records, to look at them.
    pub first: Option<usize>,
    /// Goes on with an upload that was not finished.
    pub resume: bool,
    /// Only what the destination turned down before, as it stands after its correction.
    pub only_failed: bool,
    /// Also what is as this migration loaded it: the destination is asked about every record, and gets what differs there.
    pub all: bool,
    /// The share of refusals beyond which it stops by itself.
    pub stop_at: StopAt,
}

impl Migration {
    /// Sends what is ready. Whatever stops it, the ledger says how far it came.
    pub async fn upload(
        &mut self,
        connection: &Connection,
        destination: &Arc<dyn Destination>,
        request: UploadRequest,
        (control, now): (&Arc<Control>, &Clock),
        tell: &mut dyn FnMut(Event),
    ) -> Result<Uploaded> {
        let started = std::time::Instant::now();
        self.ready_to_send(connection)?;
        self.all_attributes_known(destination.as_ref()).await?;
        self.store.journal_for_ledger()?;
        let run = self.run(connection, request)?;
        let (only, all) = (self.only_failed(run, request)?, self.all_again(run, request)?);
        let concurrency = usize::from(connection.concurrency);
        let options = Options { first: request.first, only, all, stop_at: request.stop_at, concurrency };
        tell(Event::Standing { datasets: self.dataset_progress()? });
        let way = Way {
            schema: self.schema,
            destination: Arc::clone(destination),
            control: Arc::clone(control),
            now: Arc::clone(now),
        };
        let outcome = Upload::new(&mut self.store, way, run, options, tell).go().await;
        // Where nothing can be written any more, how it ended cannot be either; the ledger says how far it came.
        if let Err(UploadError::Store(error)) = outcome {
            return Err(self.store.explain(error).into());
        }
        let at = now().to_string();
        let datasets = tallies(&self.store, self.schema)?;
        let traffic = destination.traffic();
        let uploaded = Uploaded {
            run,
            datasets,
            requests: traffic.requests,
            retries: traffic.retries,
            seconds: started.elapsed().as_secs_f64(),
        };
        let state = if outcome.is_ok() { "finished" } else { "stopped" };
        let summary = serde_json::to_string(&uploaded).map_err(StoreError::from)?;
        self.store.finish_run(run, state, &summary, &at)?;
        self.store.journal_at_rest()?;
        self.note("Upload", if outcome.is_ok() { "Upload finished" } else { "Upload stopped" }, &settled(&uploaded))?;
        outcome?;
        Ok(uploaded)
    }

    /// The rows that were refused once, if this run sends only those. A run that is resumed stays what it was.
    fn only_failed(&self, run: i64, request: UploadRequest) -> Result<Option<HashSet<i64>>> {
        if request.only_failed {
            self.store.set_meta(ONLY_FAILED, &run.to_string())?;
        }
        let only = self.store.meta(ONLY_FAILED)?.is_some_and(|kept| kept == run.to_string());
        let refused = || self.store.once_refused().map(|places| places.iter().map(|place| place.packed()).collect());
        Ok(if only { Some(refused()?) } else { None })
    }

    /// Whether this run sends everything again. A run that is resumed stays what it was.
    fn all_again(&self, run: i64, request: UploadRequest) -> Result<bool> {
        if request.all {
            self.store.set_meta(ALL, &run.to_string())?;
        }
        Ok(self.store.meta(ALL)?.is_some_and(|kept| kept == run.to_string()))
    }

    fn run(&mut self, connection: &Connection, request: UploadRequest) -> Result<i64> {
        self.same_account(connection)?;
        let runs = self.store.runs()?;
        match runs.iter().rev().find(|run| run.is_open()) {
            Some(Run { takes_back: Some(taken), .. }) => {
                let message = format!("taking back run {taken} was not finished");
                let hint = format!("Go on with that first: `carryover undo --run {taken}`.");
                return Err(ApiError::new(Code::Precondition, message, hint));
            }
            Some(open) if request.resume => return Ok(open.id),
            Some(open) => return Err(UploadError::Unfinished { connection: open.connection.clone() }.into()),
            None if request.resume && runs.is_empty() => {
                return Err(ApiError::new(
                    Code::Precondition,
                    "there is no upload to resume",
                    "Start one with `carryover upload` without `--resume`.",
                ));
            }
            None => {}
        }
        self.store.retry_refused()?;
        self.choose(connection)?;
        let mode = match request {
            UploadRequest { first: Some(_), .. } => "first",
            UploadRequest { only_failed: true, .. } => "failed",
            _ => "everything",
        };
        Ok(self.store.start_run(&self.new_run(connection, mode))?)
    }

    /// The first records of run `run`, or of all runs, read back and compared value by value.
    pub async fn first_sent(&self, destination: &dyn Destination, run: Option<i64>) -> Result<Vec<SentRecord>> {
        Ok(first::look(&self.store, self.schema, destination, run, FIRST).await?)
    }
}

/// How an upload ended, for the audit trail.
fn settled(uploaded: &Uploaded) -> String {
    let tallies = uploaded.datasets.values();
    let (loaded, rejected) = tallies.fold((0, 0), |(loaded, rejected), tally| {
        (loaded + tally.created + tally.updated + tally.unchanged, rejected + tally.refused)
    });
    format!("{loaded} rows loaded, {rejected} rejected")
}
