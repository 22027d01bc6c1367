//! What came of it: the tie-out, what is read back, and the files of the report.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Serialize;

use crate::api::{Migration, Result};
use crate::destination::Destination;
use crate::report::{self, TieOut};
use crate::upload::read_back::{self, ReadBack};

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

impl Migration {
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
}

pub(in crate::api) fn line(line: &report::Line) -> ReportLine {
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
