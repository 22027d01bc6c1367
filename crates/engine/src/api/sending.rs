//! Plan, upload and report.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Code, Migration, Result};
use crate::destination::Destination;
use crate::report::{self, TieOut};
use crate::schema::finding::Rule;
use crate::settings::connection::Connection;
use crate::store::finding::Wanted;
use crate::store::ledger::Run;
use crate::upload::plan::{self, PlannedDataset};
use crate::upload::read_back::{self, ReadBack};
use crate::upload::run::{Upload, tallies};
use crate::upload::{Control, Event, Options, Tally, UploadError};

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
    pub difference: String,
    /// What edits added to the amounts as read; `extracted` + `corrected` is what had to go somewhere.
    pub corrected: String,
}

/// How often every row is gone through for a report: once to count, then for the files.
pub const REPORT_PASSES: u64 = 1 + report::files::PASSES;

/// How an upload is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadRequest {
    /// Only so many records, to look at them.
    pub first: Option<usize>,
    /// Goes on with an upload that was not finished.
    pub resume: bool,
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

    /// What an upload would do, looked up at the destination. Nothing is sent.
    pub async fn plan(&self, connection: &Connection, destination: &dyn Destination) -> Result<Plan> {
        self.ready_to_send(connection)?;
        let datasets = plan::plan(&self.store, self.schema, destination).await?;
        Ok(Plan { connection: connection.name.clone(), environment: connection.environment.to_string(), datasets })
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
        self.store.journal_for_ledger()?;
        let run = self.run(connection, request)?;
        let options = Options { first: request.first, concurrency: usize::from(connection.concurrency) };
        let outcome =
            Upload { store: &mut self.store, schema: self.schema, destination, run, options, control, now, tell }
                .go()
                .await;
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
        self.note(
            "Upload",
            if outcome.is_ok() { "Upload finished" } else { "Upload stopped" },
            &format!("run {run}, {}", connection.name),
        )?;
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

    /// Writes the result files and the evidence pack, and closes (or not) the tie-out. `tell` hears how many rows were gone
    /// through, [`REPORT_PASSES`] times all of them in the end.
    pub fn report(
        &self,
        folder: &Path,
        read_back: Option<IndexMap<String, ReadBack>>,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Report> {
        let tie_out = self.tie_out(tell)?;
        let counted: u64 = tie_out.lines.iter().map(|line| line.extracted).sum();
        let environment = self.store.runs()?.pop().map_or_else(|| "practice".to_owned(), |run| run.environment);
        self.note("Report", "Wrote the report", &folder.display().to_string())?;
        self.set_closed(tie_out.closed())?;
        let files = report::files::write(&self.store, self.schema, &tie_out, &environment, folder, &mut |rows| {
            tell(counted + rows)
        })?;
        self.keep_written(&files)?;
        Ok(Report { closed: tie_out.closed(), tie_out: tie_out.lines.iter().map(line).collect(), read_back, files })
    }

    fn run(&self, connection: &Connection, request: UploadRequest) -> Result<i64> {
        let runs = self.store.runs()?;
        let open = runs.iter().rev().find(|run| run.state != "finished");
        if let Some(other) =
            runs.iter().find(|run| run.url != connection.url || run.organisation != connection.organisation)
        {
            let message = format!("this migration was uploaded with “{}”, which is another account", other.connection);
            return Err(ApiError::new(
                Code::Precondition,
                message,
                "One migration goes to one account. Make a new migration for the other one.",
            ));
        }
        match open {
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
        self.note("Upload", &format!("Chose the connection {}", connection.name), &connection.environment.to_string())?;
        Ok(self.store.start_run(&Run {
            id: 0,
            connection: connection.name.clone(),
            environment: connection.environment.to_string(),
            url: connection.url.clone(),
            organisation: connection.organisation.clone(),
            started_at: self.actor.at(),
            finished_at: None,
            state: String::new(),
            summary: None,
        })?)
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
        money: line
            .money
            .iter()
            .map(|money| ReportMoney {
                currency: money.currency.clone(),
                extracted: money.extracted.to_string(),
                loaded: money.loaded.to_string(),
                rejected: money.rejected.to_string(),
                excluded: money.excluded.to_string(),
                difference: money.difference().to_string(),
                corrected: money.corrected.to_string(),
            })
            .collect(),
    }
}
