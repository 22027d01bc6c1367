//! Plan, upload and report.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ApiError, Code, Migration, Result};
use crate::destination::Destination;
use crate::report::{self, TieOut};
use crate::schema::finding::Rule;
use crate::settings::connection::{Connection, Environment};
use crate::store::finding::Wanted;
use crate::store::ledger::{BatchState, Run};
use crate::store::lookup::LOOK_UP;
use crate::store::plan::{PlanLine, PlanWanted};
use crate::upload::changed::By;
use crate::upload::fields::{self, RecordFields};
use crate::upload::first::{self, SentRecord};
use crate::upload::others::Others;
use crate::upload::plan::{self, PlannedDataset, PlannedWhy, Tell};
use crate::upload::progress::{DatasetProgress, DatasetState};
use crate::upload::read_back::{self, ReadBack};
use crate::upload::run::{Marks, Upload};
use crate::upload::tally::tallies;
use crate::upload::threshold::{Refusals, StopAt};
use crate::upload::{Control, Event, Options, RowPlace, Tally, UploadError};

/// Under which names the store keeps what this module owns.
const CHOSEN: &str = "connection";
const ONLY_FAILED: &str = "only_failed";
const ALL: &str = "all_again";
/// No run has this number.
const NO_RUN: i64 = 0;
/// Records that are sent to be looked at.
pub const FIRST: usize = 3;
/// The most lines one page of the plan may have.
const LONGEST_PAGE: u64 = 500;

/// Printed by `plan --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Plan {
    pub connection: String,
    pub environment: String,
    pub datasets: IndexMap<String, PlannedDataset>,
}

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

/// Printed by `report --json`. Amounts are text, so that no figure passes through a float.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Report {
    pub closed: bool,
    pub tie_out: Vec<ReportLine>,
    /// What the destination says it has; `null` when it was not asked.
    pub read_back: Option<IndexMap<String, ReadBack>>,
    pub files: Vec<PathBuf>,
}

impl Report {
    /// Whether everything that was loaded was read back and is as it was sent. `None` when the destination was not asked.
    pub fn read_back_agrees(&self) -> Option<bool> {
        self.read_back.as_ref().map(|datasets| datasets.values().all(|seen| seen.agree == seen.rows))
    }
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReportLine {
    pub dataset: String,
    pub extracted: u64,
    pub loaded: u64,
    /// Refused by the destination, or stopped by us because of errors.
    pub rejected: u64,
    pub excluded: u64,
    /// Not sent yet, or in doubt.
    pub difference: i64,
    /// The part of `rejected` that was never sent.
    pub stopped: u64,
    pub doubtful: u64,
    /// Deleted at the destination from here, and not sent again.
    pub taken_back: u64,
    pub money: Vec<ReportMoney>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReportMoney {
    pub currency: String,
    pub extracted: String,
    pub loaded: String,
    pub rejected: String,
    pub excluded: String,
    pub taken_back: String,
    pub difference: String,
    /// What edits added to the amounts as read; `extracted` + `corrected` is what had to go somewhere.
    pub corrected: String,
}

/// How often every row is gone through for a report: to count, and for the files.
pub const REPORT_PASSES: u64 = 2;

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

/// Which records of the plan are wanted. Empty text wants all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlanQuery {
    pub dataset: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: String,
    /// Part of a key or a name.
    pub find: String,
    pub offset: u64,
    pub limit: u64,
}

/// A page of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlanPage {
    /// How many records fit, on this page and the others.
    pub count: u64,
    pub records: Vec<PlannedRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlannedRecord {
    /// Names the record within this plan.
    pub id: i64,
    pub key: String,
    /// Empty where records have no name.
    pub name: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: String,
    pub why: PlannedWhy,
    /// The run that loaded it, where it is as it was loaded or was sent with other values.
    pub run: Option<i64>,
    pub rows: u64,
    pub place: Option<RowPlace>,
}

/// The records that are sent first, to be looked at. They are of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FirstPlanned {
    pub dataset: String,
    pub records: Vec<PlannedRecord>,
}

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

/// The connection chosen last, as the migration remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) environment: Environment,
}

/// Live accounts are confirmed by their name, exact up to outer blanks: nobody types it by accident.
pub fn confirm(connection: &Connection, typed: Option<&str>) -> Result<()> {
    if connection.environment == Environment::Live && typed.map(str::trim) != Some(connection.name.as_str()) {
        let message = format!("“{}” is LIVE: what is sent reaches real customers", connection.name);
        let hint = format!("If that is what you want, add `--confirm {}`.", connection.name);
        return Err(ApiError::new(Code::Precondition, message, hint));
    }
    Ok(())
}

impl Migration {
    /// Names the migration wherever its file is copied to; the root of the ids it chooses at a destination.
    pub fn id(&self) -> Result<Uuid> {
        Ok(self.store.id()?)
    }

    /// Looks up at the destination what rows refer to and no file holds. Returns how many of those exist there; a new
    /// check then takes them as known.
    pub async fn look_up_unknown(&mut self, destination: &dyn Destination) -> Result<usize> {
        let mut unknown: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        let schema = self.schema;
        let wanted = Wanted { rule: Some(Rule::Reference), ..Wanted::default() };
        self.store.findings(&wanted, |finding| {
            let field = schema.dataset(&finding.dataset).and_then(|dataset| dataset.field(&finding.field));
            if let Some(reference) = field.and_then(|field| field.reference) {
                unknown.entry(reference.dataset).or_default().insert(finding.value.trim().to_owned());
            }
            Ok(())
        })?;
        let mut known = 0;
        for (dataset, keys) in unknown {
            let keys: Vec<String> = keys.into_iter().collect();
            for keys in keys.chunks(plan::QUESTION) {
                let found = destination.existing(dataset, keys).await.map_err(UploadError::from)?;
                let there: Vec<String> =
                    found.into_iter().filter(|(_, existing)| !existing.is_empty()).map(|(key, _)| key).collect();
                known += there.len();
                self.store.add_known(dataset, &there)?;
            }
        }
        Ok(known)
    }

    /// Chooses where the records go. It decides whether the migration is PRACTICE or LIVE; a change is in the audit trail.
    pub fn choose(&mut self, connection: &Connection) -> Result<()> {
        let chosen = Chosen { name: connection.name.clone(), environment: connection.environment };
        if self.chosen()?.as_ref() == Some(&chosen) {
            return Ok(());
        }
        self.act(|migration| {
            let text = serde_json::to_string(&chosen).map_err(crate::store::StoreError::from)?;
            migration.store.set_meta(CHOSEN, &text)?;
            let kind = chosen.environment.to_string().to_uppercase();
            migration.note("Upload", &format!("Chose the connection {}", chosen.name), &kind)
        })
    }

    pub(super) fn chosen(&self) -> Result<Option<Chosen>> {
        Ok(self.store.meta(CHOSEN)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// What an upload would do, looked up at the destination. Nothing is sent. The records can be paged through until the
    /// next plan, or until the migration is closed. `all`: as for an upload of everything, see [`UploadRequest::all`].
    pub async fn plan(
        &self,
        connection: &Connection,
        destination: &dyn Destination,
        all: bool,
        tell: Tell<'_>,
    ) -> Result<Plan> {
        self.ready_to_send(connection)?;
        self.all_attributes_known(destination).await?;
        let by = if all { By::Only(NO_RUN) } else { By::Any };
        let datasets = plan::plan(&self.store, self.schema, destination, by, tell).await?;
        Ok(Plan { connection: connection.name.clone(), environment: connection.environment.to_string(), datasets })
    }

    /// A page of the plan made last.
    pub fn plan_page(&self, query: &PlanQuery) -> Result<PlanPage> {
        let wanted = PlanWanted {
            dataset: &query.dataset,
            action: &query.action,
            find: query.find.trim(),
            offset: query.offset,
            limit: query.limit.min(LONGEST_PAGE),
        };
        let (count, lines) = self.store.plan_page(&wanted)?;
        Ok(PlanPage { count, records: lines.into_iter().map(planned).collect() })
    }

    /// What an upload of the first records would send, by the plan made last. `None` when nothing is left.
    pub fn first_planned(&self) -> Result<Option<FirstPlanned>> {
        for dataset in &self.schema.datasets {
            let (mut records, mut left) = (Vec::new(), FIRST as u64);
            self.store.plan_lines(dataset.id, |line| {
                let record = planned(line);
                if goes_out(&record.why) {
                    // A record of several rows goes whole.
                    let rows = if dataset.grouped_by.is_some() { record.rows } else { record.rows.min(left) };
                    left = left.saturating_sub(rows);
                    records.push(PlannedRecord { rows, ..record });
                }
                if left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if !records.is_empty() {
                return Ok(Some(FirstPlanned { dataset: dataset.id.to_owned(), records }));
            }
        }
        Ok(None)
    }

    /// The exact request of a record of the plan, with the key masked; `None` where nothing would be sent, or where it
    /// cannot be written before what it refers to is there.
    pub async fn plan_request(&self, destination: &dyn Destination, id: i64) -> Result<Option<String>> {
        self.request_of(destination, self.store.plan_line(id)?).await
    }

    /// The same by the record's key.
    pub async fn plan_request_of(&self, destination: &dyn Destination, key: &str) -> Result<Option<String>> {
        self.request_of(destination, self.store.plan_line_of(key)?).await
    }

    async fn request_of(&self, destination: &dyn Destination, line: Option<PlanLine>) -> Result<Option<String>> {
        let line = line.ok_or_else(no_such_record)?;
        Ok(plan::request(&self.store, self.schema, destination, &line).await?)
    }

    /// A record of the plan field by field, beside what is there.
    pub async fn plan_fields(&self, destination: &dyn Destination, id: i64) -> Result<RecordFields> {
        self.fields_of(destination, self.store.plan_line(id)?).await
    }

    /// The same by the record's key.
    pub async fn plan_fields_of(&self, destination: &dyn Destination, key: &str) -> Result<RecordFields> {
        self.fields_of(destination, self.store.plan_line_of(key)?).await
    }

    async fn fields_of(&self, destination: &dyn Destination, line: Option<PlanLine>) -> Result<RecordFields> {
        let line = line.ok_or_else(no_such_record)?;
        Ok(fields::fields(&self.store, self.schema, destination, &line).await?)
    }

    /// The first records of run `run`, or of all runs, read back and compared value by value.
    pub async fn first_sent(&self, destination: &dyn Destination, run: Option<i64>) -> Result<Vec<SentRecord>> {
        Ok(first::look(&self.store, self.schema, destination, run, FIRST).await?)
    }

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

    fn dataset_progress(&self) -> Result<Vec<DatasetProgress>> {
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

    /// Sends what is ready. Whatever stops it, the ledger says how far it came.
    pub async fn upload(
        &mut self,
        connection: &Connection,
        destination: &dyn Destination,
        request: UploadRequest,
        control: &Control,
        now: &(dyn Fn() -> Timestamp + Sync),
        tell: &mut dyn FnMut(Event),
    ) -> Result<Uploaded> {
        let started = std::time::Instant::now();
        self.ready_to_send(connection)?;
        self.all_attributes_known(destination).await?;
        self.store.journal_for_ledger()?;
        let run = self.run(connection, request)?;
        let (only, all) = (self.only_failed(run, request)?, self.all_again(run, request)?);
        let concurrency = usize::from(connection.concurrency);
        let options = Options { first: request.first, only, all, stop_at: request.stop_at, concurrency };
        tell(Event::Standing { datasets: self.dataset_progress()? });
        let outcome = Upload {
            store: &mut self.store,
            schema: self.schema,
            destination,
            run,
            options,
            control,
            now,
            tell,
            others: Others::default(),
            marks: Marks::default(),
            refusals: Refusals::default(),
        }
        .go()
        .await;
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
        let summary = serde_json::to_string(&uploaded).map_err(crate::store::StoreError::from)?;
        self.store.finish_run(run, state, &summary, &at)?;
        self.store.journal_at_rest()?;
        self.note("Upload", if outcome.is_ok() { "Upload finished" } else { "Upload stopped" }, &settled(&uploaded))?;
        outcome?;
        Ok(uploaded)
    }

    /// The tie-out as it stands. `tell` hears how many rows were counted.
    pub fn tie_out(&self, tell: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<TieOut> {
        Ok(report::tie_out::tie_out(&self.store, self.schema, tell)?)
    }

    /// The tie-out as it stands, line by line, without writing anything.
    pub fn tie_out_lines(&self, tell: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<Vec<ReportLine>> {
        Ok(self.tie_out(tell)?.lines.iter().map(line).collect())
    }

    /// Asks the destination for everything the ledger says is there. `tell` hears how many rows were asked about.
    pub async fn read_back(
        &self,
        destination: &dyn Destination,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<IndexMap<String, ReadBack>> {
        let read = read_back::read_back(&self.store, self.schema, destination, tell).await?;
        let rows: u64 = read.values().map(|seen| seen.rows).sum();
        let agree: u64 = read.values().map(|seen| seen.agree).sum();
        self.note("Report", "Read back what was loaded", &format!("{agree} of {rows} rows agree"))?;
        Ok(read)
    }

    /// Writes the result files and the evidence pack. `tell` hears how many rows were gone through, [`REPORT_PASSES`] times
    /// all of them in the end.
    pub fn report(
        &self,
        folder: &Path,
        read_back: Option<IndexMap<String, ReadBack>>,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Report> {
        let tie_out = self.tie_out(tell)?;
        let counted: u64 = tie_out.lines.iter().map(|line| line.extracted).sum();
        let cover = self.cover()?;
        self.note("Report", "Wrote the report", &folder.display().to_string())?;
        let files =
            report::files::write(&self.store, self.schema, &tie_out, &cover, folder, &mut |rows| tell(counted + rows))?;
        self.keep_written(&files)?;
        Ok(Report { closed: tie_out.closed(), tie_out: tie_out.lines.iter().map(line).collect(), read_back, files })
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

    /// A run that begins now; not yet written down.
    pub(super) fn new_run(&self, connection: &Connection, mode: &str) -> Run {
        Run {
            who: self.actor.name.clone(),
            mode: mode.to_owned(),
            connection: connection.name.clone(),
            environment: connection.environment.to_string(),
            url: connection.url.clone(),
            organisation: connection.organisation.clone(),
            started_at: self.actor.at(),
            ..Run::default()
        }
    }

    /// Everything that was ever sent went to the account of this connection.
    pub(super) fn same_account(&self, connection: &Connection) -> Result<()> {
        let id = self.id()?;
        match self.store.runs()?.iter().find(|run| !went_to(run, connection, id)) {
            Some(other) => {
                let message =
                    format!("this migration was uploaded with “{}”, which is another account", other.connection);
                let hint = "One migration goes to one account. Make a new migration for the other one.";
                Err(ApiError::new(Code::Precondition, message, hint))
            }
            None => Ok(()),
        }
    }

    fn ready_to_send(&self, connection: &Connection) -> Result<()> {
        if connection.destination != self.schema.destination {
            let message = format!(
                "“{}” is a connection to {}, this migration is for {}",
                connection.name, connection.destination, self.schema.destination
            );
            return Err(ApiError::new(Code::Argument, message, "Choose another connection."));
        }
        let checked = self.store.checked()?;
        match self
            .store
            .sources()?
            .iter()
            .filter(|source| source.dataset != LOOK_UP)
            .find(|source| !checked.iter().any(|checked| checked.dataset == source.dataset))
        {
            Some(source) => Err(ApiError::new(
                Code::Precondition,
                format!("{} has not been checked since its files or mapping changed", source.dataset),
                "Run `carryover check` first.",
            )),
            None if checked.is_empty() => Err(ApiError::new(
                Code::Precondition,
                "there are no files in this migration",
                "Add files with `carryover import` first.",
            )),
            None => Ok(()),
        }
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

/// Whether an upload would take up this record. Those in doubt are asked about, and go with the others.
fn goes_out(why: &PlannedWhy) -> bool {
    !matches!(
        why,
        PlannedWhy::Loaded
            | PlannedWhy::SentOtherwise
            | PlannedWhy::Excluded { .. }
            | PlannedWhy::Wrong
            | PlannedWhy::Doubtful
    )
}

fn no_such_record() -> ApiError {
    ApiError::new(Code::NotFound, "the plan has no such record", "Make the plan anew, then choose a record.")
}

fn planned(line: PlanLine) -> PlannedRecord {
    PlannedRecord {
        id: line.id,
        key: line.key,
        name: line.name,
        action: line.action,
        why: serde_json::from_str(&line.why).unwrap_or(PlannedWhy::New),
        run: line.run,
        rows: line.places.len() as u64,
        place: line.places.first().map(|&place| place.into()),
    }
}

/// Whether a run sent to the account of `connection`. The practice destination kept with a migration has the migration's id for
/// its organisation, and another port whenever its own is taken; any other account is known by its address as well.
fn went_to(run: &Run, connection: &Connection, migration: Uuid) -> bool {
    let own = || connection.is_local() && connection.organisation == migration.to_string();
    run.organisation == connection.organisation && (run.url == connection.url || own())
}

/// Perhaps sent, perhaps not.
fn is_open(state: BatchState) -> bool {
    matches!(state, BatchState::Intended | BatchState::Doubtful)
}

pub(super) fn line(line: &report::Line) -> ReportLine {
    ReportLine {
        dataset: line.dataset.clone(),
        extracted: line.extracted,
        loaded: line.loaded,
        rejected: line.refused + line.stopped,
        excluded: line.excluded,
        difference: line.difference(),
        stopped: line.stopped,
        doubtful: line.doubtful,
        taken_back: line.taken_back,
        money: line
            .money
            .iter()
            .map(|money| ReportMoney {
                currency: money.currency.clone(),
                extracted: money.extracted.to_string(),
                loaded: money.loaded.to_string(),
                rejected: money.rejected.to_string(),
                excluded: money.excluded.to_string(),
                taken_back: money.taken_back.to_string(),
                difference: money.difference().to_string(),
                corrected: money.corrected.to_string(),
            })
            .collect(),
    }
}
