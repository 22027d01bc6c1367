//! Where the uploads stand, from the ledger: how far each dataset came, and what was turned down.

use serde::Serialize;

use super::LONGEST_PAGE;
use crate::api::{Migration, Result};
use crate::store::ledger::{BatchState, Run};
use crate::upload::RowPlace;
use crate::upload::progress::{DatasetProgress, DatasetState};

/// Where the uploads of a migration stand, from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct UploadState {
    /// The connection the plan was made with last.
    pub connection: Option<String>,
    pub last: Option<LastRun>,
    pub datasets: Vec<DatasetProgress>,
    /// Rows sent of which it is not known whether they arrived.
    pub doubtful: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct LastRun {
    pub connection: String,
    pub environment: String,
    pub finished: bool,
    /// When it last wrote something down, UTC.
    pub at: String,
}

/// A page of what the destination turned down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RejectedPage {
    pub count: u64,
    pub records: Vec<RejectedRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RejectedRecord {
    pub at: String,
    pub dataset: String,
    pub key: String,
    pub reason: String,
    pub place: Option<RowPlace>,
}

impl Migration {
    /// Where the uploads stand, from the ledger.
    pub fn upload_state(&self) -> Result<UploadState> {
        let last = match self.store.uploads()?.pop() {
            Some(run) => Some(self.last_run(run)?),
            None => None,
        };
        let doubtful = self.store.rows_by_state()?;
        let doubtful = doubtful.iter().filter(|(_, state, _)| is_open(*state)).map(|(_, _, rows)| rows).sum();
        let connection = self.chosen()?.map(|chosen| chosen.name);
        Ok(UploadState { connection, last, datasets: self.dataset_progress()?, doubtful })
    }

    fn last_run(&self, run: Run) -> Result<LastRun> {
        let finished = !run.is_open();
        let at = self.store.last_settled(run.id)?.or(run.finished_at).unwrap_or(run.started_at);
        Ok(LastRun { connection: run.connection, environment: run.environment, finished, at })
    }

    pub(super) fn dataset_progress(&self) -> Result<Vec<DatasetProgress>> {
        let (checked, counted) = (self.store.checked()?, self.store.rows_by_state()?);
        let datasets = self.schema.datasets.iter().filter_map(|dataset| {
            let checked = checked.iter().find(|checked| checked.dataset == dataset.id)?;
            let rows = |wanted: BatchState| -> u64 {
                let fitting = counted.iter().filter(|(name, state, _)| name == dataset.id && *state == wanted);
                fitting.map(|(_, _, rows)| rows).sum()
            };
            let rejected = rows(BatchState::Refused);
            let settled = rows(BatchState::Accepted) + rejected;
            let all = checked.ready.max(settled);
            let state = if settled == all { DatasetState::Finished } else { DatasetState::Waits };
            Some(DatasetProgress { dataset: dataset.id.to_owned(), rows: all, settled, rejected, state })
        });
        Ok(datasets.collect())
    }

    /// What the destination turned down and nobody sent again yet, newest first.
    pub fn rejected(&self, offset: u64, limit: u64) -> Result<RejectedPage> {
        let (count, refused) = self.store.refused(offset, limit.min(LONGEST_PAGE))?;
        let records = refused.into_iter().map(|refused| RejectedRecord {
            at: refused.at,
            dataset: refused.dataset,
            key: refused.key,
            reason: refused.reason,
            place: refused.places.first().map(|&place| place.into()),
        });
        Ok(RejectedPage { count, records: records.collect() })
    }
}

/// Perhaps sent, perhaps not.
fn is_open(state: BatchState) -> bool {
    matches!(state, BatchState::Intended | BatchState::Doubtful)
}
