//! The history of runs: what each upload did, record by record, with every call that was made for one.

use serde::{Deserialize, Serialize};

use super::{ApiError, Code, Migration, Result};
use crate::destination::Outgoing;
use crate::store::history::{Counted, KeptCall, RecordsWanted, RunRecord};
use crate::store::ledger::Run;
use crate::upload::RowPlace;

/// The most records one page may have.
const LONGEST_PAGE: u64 = 500;

/// One run. Counts are rows of the user's, by what became of them in this run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunLine {
    pub number: i64,
    /// `everything`, `first`, `failed`, `take_back`.
    pub mode: String,
    /// Empty of runs that were made before this was kept.
    pub who: String,
    pub destination: String,
    pub connection: String,
    pub environment: String,
    /// UTC.
    pub started_at: String,
    /// When it ended; `null` while it runs, and where it was cut off.
    pub finished_at: Option<String>,
    /// `running` (or cut off), `finished`, `stopped`, `given_up`.
    pub state: String,
    /// The run whose records this one deletes.
    pub takes_back: Option<i64>,
    /// The runs that deleted records of this one.
    pub taken_back_by: Vec<i64>,
    pub counts: RunCounts,
    /// The same by dataset, and of what was made on the way, in records.
    pub datasets: Vec<RunDataset>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub doubtful: u64,
    /// Deleted again, by this run or a later one.
    pub taken_back: u64,
    /// Was to be taken back, and the destination kept it.
    pub stays: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunDataset {
    pub dataset: String,
    /// As of [`RunRecordLine::status`].
    pub status: String,
    pub records: u64,
    pub rows: u64,
}

/// Which records of a run are wanted. Empty texts want all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunQuery {
    pub run: i64,
    pub dataset: String,
    pub status: String,
    /// Part of a key, or the whole number of an event that travelled with others.
    pub find: String,
    pub offset: u64,
    pub limit: u64,
}

/// A page of the records of a run, in the order in which they went out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunPage {
    pub run: RunLine,
    /// How many records fit, on this page and the others.
    pub count: u64,
    pub records: Vec<RunRecordLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunRecordLine {
    /// Names the record within the migration.
    pub id: i64,
    pub dataset: String,
    pub key: String,
    /// `created`, `updated`, `unchanged`, `refused`, `doubtful`, `taken_back`, `stays`; `split` where it was sent again in
    /// parts, `superseded` where a later run saw to it.
    pub status: String,
    pub rows: u64,
    pub place: Option<RowPlace>,
    /// The destination's own id, where it gave one.
    pub remote_id: Option<String>,
    pub reason: Option<String>,
    /// When its fate was known, UTC.
    pub at: String,
    /// Calls that were made for it in this run.
    pub attempts: u64,
}

/// A record with every call that was made for it, in this run and in others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RunRecordCalls {
    pub record: RunRecordLine,
    pub calls: Vec<CallLine>,
}

/// One attempt to send a request. The key is in none of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct CallLine {
    pub run: i64,
    /// UTC.
    pub at: String,
    pub milliseconds: u64,
    pub method: String,
    /// From the root of the destination's address.
    pub path: String,
    /// `null` where no answer came.
    pub status: Option<u16>,
    /// Why no answer came, or why it could not be read.
    pub problem: Option<String>,
    /// JSON as it was sent; `null` where nothing was.
    pub request: Option<String>,
    /// JSON as it came; `null` where nothing did.
    pub answer: Option<String>,
}

impl Migration {
    /// Every run, newest first.
    pub fn runs(&self) -> Result<Vec<RunLine>> {
        let runs = self.store.runs()?;
        runs.iter().rev().map(|run| self.run_line(run, &runs)).collect()
    }

    /// A page of the records of a run.
    pub fn run_page(&self, query: &RunQuery) -> Result<RunPage> {
        let wanted = RecordsWanted {
            run: query.run,
            dataset: &query.dataset,
            status: &query.status,
            find: query.find.trim(),
            offset: query.offset,
            limit: query.limit.min(LONGEST_PAGE),
        };
        let runs = self.store.runs()?;
        let run = self.run_line(find(&runs, query.run)?, &runs)?;
        let (count, records) = self.store.run_records(&wanted)?;
        Ok(RunPage { run, count, records: records.into_iter().map(RunRecordLine::from).collect() })
    }

    /// A record of a run with the calls that were made for it.
    pub fn run_record(&self, run: i64, id: i64) -> Result<RunRecordCalls> {
        let record = self.store.run_record(run, id)?.ok_or_else(|| {
            ApiError::new(Code::NotFound, format!("run {run} has no such record"), "Choose a record of the list.")
        })?;
        let sent = self.store.sent(id)?;
        let deletion = self.store.take_back_request(id)?;
        let deletion = deletion.and_then(|request| serde_json::from_str::<Outgoing>(&request).ok());
        let deleted = deletion.map(|outgoing| outgoing.body).filter(|body| !body.is_empty());
        let takes_back: Vec<i64> =
            self.store.runs()?.into_iter().filter(|run| run.takes_back.is_some()).map(|run| run.id).collect();
        let calls = self.store.calls(id)?.into_iter().map(|call| {
            let request = if takes_back.contains(&call.run) { deleted.clone() } else { sent.clone() };
            shown(call, request)
        });
        Ok(RunRecordCalls { record: record.into(), calls: calls.collect() })
    }

    fn run_line(&self, run: &Run, runs: &[Run]) -> Result<RunLine> {
        let counted = self.store.run_counts(run.id)?;
        let counts = self.counts(&counted);
        let by = runs.iter().filter(|other| other.takes_back == Some(run.id)).map(|other| other.id);
        Ok(RunLine {
            number: run.id,
            mode: run.mode.clone(),
            who: run.who.clone(),
            destination: self.schema.destination.to_owned(),
            connection: run.connection.clone(),
            environment: run.environment.clone(),
            started_at: run.started_at.clone(),
            finished_at: run.finished_at.clone(),
            state: run.state.clone(),
            takes_back: run.takes_back,
            taken_back_by: by.collect(),
            counts,
            datasets: counted.into_iter().map(RunDataset::from).collect(),
        })
    }

    fn counts(&self, counted: &[Counted]) -> RunCounts {
        let mut counts = RunCounts::default();
        for one in counted.iter().filter(|one| self.schema.dataset(&one.dataset).is_some()) {
            let count = match one.status.as_str() {
                "created" => &mut counts.created,
                "updated" => &mut counts.updated,
                "unchanged" => &mut counts.unchanged,
                "refused" => &mut counts.refused,
                "doubtful" => &mut counts.doubtful,
                "taken_back" => &mut counts.taken_back,
                "stays" => &mut counts.stays,
                _ => continue,
            };
            *count += one.rows;
        }
        counts
    }
}

/// A run by its number.
pub(super) fn find(runs: &[Run], number: i64) -> Result<&Run> {
    runs.iter().find(|run| run.id == number).ok_or_else(|| {
        let message = format!("this migration has no run {number}");
        ApiError::new(Code::NotFound, message, "See `carryover runs` for those it has.")
    })
}

fn shown(call: KeptCall, request: Option<String>) -> CallLine {
    CallLine {
        run: call.run,
        at: call.at,
        milliseconds: call.milliseconds,
        method: call.method,
        path: call.path,
        status: call.status,
        problem: call.problem,
        request,
        answer: call.answer,
    }
}

impl From<Counted> for RunDataset {
    fn from(Counted { dataset, status, records, rows }: Counted) -> Self {
        Self { dataset, status, records, rows }
    }
}

impl From<RunRecord> for RunRecordLine {
    fn from(record: RunRecord) -> Self {
        Self {
            id: record.batch,
            dataset: record.dataset,
            key: record.key,
            status: record.status,
            rows: record.rows,
            place: record.places.first().map(|&place| place.into()),
            remote_id: record.remote_id,
            reason: record.reason,
            at: record.at,
            attempts: record.attempts,
        }
    }
}
