//! Taking a run back: what would be deleted, what stays and why; and doing it.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Serialize;

use super::history::find;
use super::{ApiError, Code, Migration, Result};
use crate::destination::Destination;
use crate::settings::connection::Connection;
use crate::store::ledger::Run;
use crate::upload::UploadError;
use crate::upload::take_back::{Fate, Groups, TakenGroup, Undo};

/// Printed by `undo --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TakenBack {
    /// The run that did it; `null` of what was only looked at.
    pub run: Option<i64>,
    pub takes_back: i64,
    pub connection: String,
    pub environment: String,
    /// Records by what became of them, or would.
    pub deleted: u64,
    /// Deleted by somebody else before.
    pub gone: u64,
    pub stays: u64,
    pub doubtful: u64,
    pub groups: Vec<TakenGroup>,
}

/// Taking back that has not come to its end. Nothing else is sent or taken back before it is gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct OpenUndo {
    /// The run that takes back.
    pub run: i64,
    pub takes_back: i64,
    /// Somebody stopped it, or the destination could not be reached; otherwise it was cut off.
    pub stopped: bool,
    /// Records that are gone so far.
    pub deleted: u64,
    /// Records that are there still, those among them that will stay.
    pub left: u64,
}

impl TakenBack {
    /// Everything that the run made is gone.
    pub fn complete(&self) -> bool {
        self.stays + self.doubtful == 0
    }
}

impl Migration {
    /// The name of the connection by which a run went out.
    pub fn connection_of_run(&self, run: i64) -> Result<String> {
        Ok(find(&self.store.runs()?, run)?.connection.clone())
    }

    /// Taking back that is to be gone on with, if there is any.
    pub(super) fn open_undo(&self, runs: &[Run]) -> Result<Option<OpenUndo>> {
        let open = runs.iter().find_map(|run| Some((run, run.takes_back.filter(|_| run.is_open())?)));
        let Some((run, takes_back)) = open else { return Ok(None) };
        let counted = self.store.run_counts(run.id)?;
        Ok(Some(OpenUndo {
            run: run.id,
            takes_back,
            stopped: run.state == "stopped",
            deleted: counted.iter().filter(|one| one.status == "taken_back").map(|one| one.records).sum(),
            left: self.store.ids_made_in_run(takes_back)?.len() as u64,
        }))
    }

    /// What taking a run back would delete and what stays, read back from the destination. Deletes nothing. `tell` hears how many
    /// records were looked at, and of how many at most.
    pub async fn plan_take_back(
        &mut self,
        connection: &Connection,
        destination: &dyn Destination,
        run: i64,
        tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<TakenBack> {
        let taken = self.takeable(connection, run)?;
        let groups = self.gone_through((connection, destination), (run, None), &Timestamp::now, tell).await?;
        Ok(told(&taken, None, groups))
    }

    /// Deletes what a run made and nobody has changed since. What was cut off goes on where it was.
    pub async fn take_back(
        &mut self,
        connection: &Connection,
        destination: &dyn Destination,
        run: i64,
        now: &(dyn Fn() -> Timestamp + Sync),
        tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<TakenBack> {
        let taken = self.takeable(connection, run)?;
        self.store.journal_for_ledger()?;
        let as_run = self.undoing_run(connection, run)?;
        let groups = self.gone_through((connection, destination), (run, Some(as_run)), now, tell).await;
        // Where nothing can be written any more, how it ended cannot be either; the ledger says how far it came.
        if let Err(UploadError::Store(error)) = groups {
            return Err(self.store.explain(error).into());
        }
        let done = groups.map(|groups| told(&taken, Some(as_run), groups));
        let (state, what) = match &done {
            Ok(_) => ("finished", format!("Took back run {run}")),
            Err(_) => ("stopped", format!("Taking back run {run} stopped")),
        };
        let detail = done.as_ref().map(in_trail).unwrap_or_default();
        let summary = done.as_ref().map_or_else(|_| Ok(String::new()), serde_json::to_string);
        let summary = summary.map_err(crate::store::StoreError::from)?;
        self.store.finish_run(as_run, state, &summary, &now().to_string())?;
        if done.is_ok() {
            self.store.give_up_run(run)?;
        }
        self.store.journal_at_rest()?;
        self.note("Upload", &what, &detail)?;
        Ok(done?)
    }

    async fn gone_through(
        &mut self,
        (connection, destination): (&Connection, &dyn Destination),
        (run, as_run): (i64, Option<i64>),
        now: &(dyn Fn() -> Timestamp + Sync),
        tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> crate::upload::Result<Vec<TakenGroup>> {
        let of = self.store.ids_made_in_run(run)?.len() as u64;
        let mut undo = Undo {
            store: &mut self.store,
            schema: self.schema,
            destination,
            run,
            as_run,
            concurrency: usize::from(connection.concurrency),
            now,
            tell: &mut |looked_at| tell(looked_at, of),
            groups: Groups::default(),
        };
        undo.go().await?;
        Ok(undo.groups.into_groups())
    }

    /// The run, if it can be taken back with this connection now.
    fn takeable(&self, connection: &Connection, number: i64) -> Result<Run> {
        let runs = self.store.runs()?;
        let run = find(&runs, number)?;
        if run.takes_back.is_some() {
            let message = format!("run {number} takes another one back, and has itself made nothing");
            return Err(ApiError::new(Code::Argument, message, "Choose an upload from the list of runs."));
        }
        self.same_account(connection)?;
        match runs.iter().find(|other| other.is_open() && other.id != number && other.takes_back != Some(number)) {
            Some(Run { id, takes_back: Some(other), .. }) => {
                let message = format!("taking back run {other} was not finished (run {id})");
                Err(ApiError::new(
                    Code::Precondition,
                    message,
                    format!("Go on with that first: take back run {other}."),
                ))
            }
            Some(open) => {
                let message = format!("run {} was not finished", open.id);
                let hint = format!("Resume it, or take back run {} first.", open.id);
                Err(ApiError::new(Code::Precondition, message, hint))
            }
            None => Ok(run.clone()),
        }
    }

    /// The run that takes back: the one that was cut off, or a new one.
    fn undoing_run(&mut self, connection: &Connection, takes_back: i64) -> Result<i64> {
        let runs = self.store.runs()?;
        if let Some(open) = runs.iter().find(|run| run.is_open() && run.takes_back == Some(takes_back)) {
            return Ok(open.id);
        }
        self.choose(connection)?;
        let run = self.new_run(connection, "take_back");
        Ok(self.store.start_run(&Run { takes_back: Some(takes_back), ..run })?)
    }
}

/// For the audit trail.
fn in_trail(taken: &TakenBack) -> String {
    format!("{} records deleted, {} stay, {} in doubt", taken.deleted + taken.gone, taken.stays, taken.doubtful)
}

fn told(taken: &Run, run: Option<i64>, groups: Vec<TakenGroup>) -> TakenBack {
    let records = |what: Fate| groups.iter().filter(|group| group.what == what).map(|group| group.records).sum();
    TakenBack {
        run,
        takes_back: taken.id,
        connection: taken.connection.clone(),
        environment: taken.environment.clone(),
        deleted: records(Fate::Deleted),
        gone: records(Fate::Gone),
        stays: records(Fate::Stays),
        doubtful: records(Fate::Doubtful),
        groups,
    }
}
