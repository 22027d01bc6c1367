//! Checking, findings and repairs.

mod bulk;
mod by_hand;
mod files;
mod grid;
mod marked;
mod overview;
mod preview;
mod row;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use bulk::CellEdit;
pub(super) use by_hand::is_by_hand;
pub use by_hand::{BY_HAND, HandField, HandRow, Pasted, PastedColumn};
pub use grid::{Filter, Found, ReviewCell, ReviewRow, Show};
pub use overview::{Decided, ReviewColumn, ReviewDataset, ReviewFile, ReviewState};
pub use preview::{RepairPreview, RowChange};
pub use row::{Happened, RowDetail, RowFinding};

use super::{ApiError, Code, Migration, Result};
use crate::schema::finding::{Rule, Severity};
use crate::store::Place;
use crate::store::finding::Finding;
use crate::store::source::Source;
use crate::validation::{self, Progress, again};

/// Printed by `check --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Checked {
    pub datasets: IndexMap<String, CheckedDataset>,
    pub rules: Vec<CheckedRule>,
    pub seconds: f64,
}

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.datasets.values().any(|dataset| dataset.with_errors > 0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct CheckedDataset {
    pub rows: u64,
    pub ready: u64,
    pub with_errors: u64,
    pub with_warnings: u64,
    pub excluded: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct CheckedRule {
    pub dataset: String,
    pub rule: Rule,
    pub field: String,
    /// What the field is called on screen.
    pub label: String,
    pub severity: Severity,
    pub count: u64,
    pub example: Example,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Example {
    pub row: u64,
    pub line: u64,
    pub value: String,
    pub message: String,
    pub suggestion: Option<String>,
}

/// One finding, as a line of the findings file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FindingLine {
    pub dataset: String,
    pub source: String,
    /// Data row of the source, from 1.
    pub row: u64,
    /// Physical line in the file or row of the sheet.
    pub line: u64,
    pub field: String,
    pub rule: Rule,
    pub severity: Severity,
    pub value: String,
    pub message: String,
    pub suggestion: Option<String>,
}

/// Where a row stands: its source and its number in it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Spot {
    pub source: u32,
    pub row: u64,
}

impl From<Place> for Spot {
    fn from(place: Place) -> Self {
        Self { source: place.source, row: place.row }
    }
}

impl From<Spot> for Place {
    fn from(spot: Spot) -> Self {
        Self::new(spot.source, spot.row)
    }
}

/// Which findings a repair is for. Empty parts mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Scope {
    pub dataset: Option<String>,
    pub rule: Option<Rule>,
    pub field: Option<String>,
    pub severity: Option<Severity>,
    /// Data row of the dataset's first file, from 1.
    pub row: Option<u64>,
    /// Only these rows, where any are named.
    pub spots: Vec<Spot>,
    /// Not these rows.
    pub except: Vec<Spot>,
}

/// A repair, as on the Review screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Repair {
    /// Takes each finding's suggestion.
    Suggested,
    /// Replaces a whole value by another in the rows of the findings.
    Replace { from: String, to: String },
    /// Replaces text in the cells of the scope's field: in the rows of its rule, or in all rows.
    Find {
        find: String,
        with: String,
        /// Only where the cell is nothing else.
        whole: bool,
        /// Only where upper and lower case agree.
        case: bool,
    },
    /// Sets one cell.
    Set { value: String },
    /// Leaves the rows out.
    Exclude { reason: String },
    /// Takes rows in again that were left out.
    Include,
    /// Lets warnings stand. Errors cannot be kept.
    Keep { reason: String },
}

/// What a repair did.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Repaired {
    pub rows: u64,
    pub label: String,
    /// Findings that were met and not changed: no suggestion, or a value made of several columns.
    pub left: u64,
    /// Time for writing the edit down and judging again.
    pub seconds: f64,
}

impl Migration {
    /// Checks everything anew, also what has not changed since it was checked last.
    pub fn check_all(&mut self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Checked> {
        self.store.outdate_checks()?;
        self.check(progress)
    }

    /// Checks every row that is not known to be as it was when it was checked last.
    pub fn check(&mut self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Checked> {
        let started = std::time::Instant::now();
        if self.store.sources()?.is_empty() {
            return Err(ApiError::new(
                Code::Precondition,
                "there are no files to check in this migration",
                "Add files with `carryover import` first.",
            ));
        }
        let mut checked = self.act(|this| {
            validation::check(&mut this.store, this.schema, &this.actor.context(), progress)?;
            let checked = this.last_check()?;
            let errors: u64 = checked.datasets.values().map(|dataset| dataset.with_errors).sum();
            this.note("Review", crate::store::audit::CHECKED, &format!("{errors} rows with errors"))?;
            Ok(checked)
        })?;
        checked.seconds = started.elapsed().as_secs_f64();
        Ok(checked)
    }

    /// What the last check, and the repairs since, left.
    pub fn last_check(&self) -> Result<Checked> {
        let sources = self.store.sources()?;
        let mut all = self.store.checked()?;
        all.sort_by_key(|checked| self.schema.datasets.iter().position(|dataset| dataset.id == checked.dataset));
        let datasets = all.into_iter().filter(|checked| sources.iter().any(|source| source.dataset == checked.dataset));
        let datasets = datasets.map(|checked| {
            let counts = CheckedDataset {
                rows: checked.rows,
                ready: checked.ready,
                with_errors: checked.with_errors,
                with_warnings: checked.with_warnings,
                excluded: checked.excluded,
            };
            (checked.dataset, counts)
        });
        let datasets = datasets.collect();
        let label = |dataset: &str, field: &str| {
            let known = self.schema.dataset(dataset).and_then(|dataset| dataset.field(field));
            known.map_or(field, |known| known.label).to_owned()
        };
        let rules = self.store.rules()?.into_iter().map(|rule| CheckedRule {
            label: label(&rule.dataset, &rule.field),
            dataset: rule.dataset,
            rule: rule.rule,
            field: rule.field,
            severity: rule.severity,
            count: rule.count,
            example: Example {
                row: rule.example.place.row,
                line: rule.example.line,
                value: rule.example.value,
                message: rule.example.message,
                suggestion: rule.example.suggestion,
            },
        });
        Ok(Checked { datasets, rules: rules.collect(), seconds: 0.0 })
    }

    /// Visits every finding in the order of files and rows.
    pub fn each_finding(&self, wanted: &Scope, mut visit: impl FnMut(FindingLine)) -> Result<()> {
        let sources: BTreeMap<u32, String> =
            self.store.sources()?.into_iter().map(|source| (source.id, source.file)).collect();
        self.store.findings(&self.wanted(wanted)?, |finding| {
            let source = sources.get(&finding.place.source).cloned().unwrap_or_default();
            visit(line(finding, source));
            Ok(())
        })?;
        Ok(())
    }

    /// Takes back the newest repair and says which it was.
    pub fn undo(&mut self) -> Result<Option<String>> {
        self.act(|this| {
            let undone = again::undo(&mut this.store, this.schema, &this.actor.context())?;
            if let Some(label) = &undone {
                this.note("Review", &format!("Undid: {label}"), "")?;
            }
            Ok(undone)
        })
    }

    /// Brings back the repair that was undone last.
    pub fn redo(&mut self) -> Result<Option<String>> {
        self.act(|this| {
            let redone = again::redo(&mut this.store, this.schema, &this.actor.context())?;
            if let Some(label) = &redone {
                this.note("Review", &format!("Did again: {label}"), "")?;
            }
            Ok(redone)
        })
    }
}

/// A finding as it is told outside.
fn line(finding: Finding, source: String) -> FindingLine {
    FindingLine {
        dataset: finding.dataset,
        source,
        row: finding.place.row,
        line: finding.line,
        field: finding.field,
        rule: finding.rule,
        severity: finding.severity,
        value: finding.value,
        message: finding.message,
        suggestion: finding.suggestion,
    }
}

/// In front of the column of a meter, which stands for a field of its own in the grid.
const METER: &str = "meter:";

/// The one column behind a field, or behind a meter.
fn column(sources: &[Source], source: u32, field: &str) -> Option<usize> {
    let source = sources.iter().find(|candidate| candidate.id == source)?;
    if let Some(meter) = field.strip_prefix(METER) {
        return source.columns.iter().position(|name| name == meter);
    }
    let [column] = source.mapping.field(field)?.columns.as_slice() else { return None };
    source.columns.iter().position(|name| name == column)
}

/// Whole words, not a noun with an `s`: each is a sentence of the catalogue.
pub(super) fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn reason_given(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ApiError::new(
            Code::Argument,
            "a reason is missing",
            "Write a reason. An auditor will read it in a year.",
        ));
    }
    Ok(reason.to_owned())
}
