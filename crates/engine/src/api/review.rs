//! Checking, findings and repairs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use indexmap::IndexMap;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Serialize;

use super::{ApiError, Code, Migration, Result};
use crate::report::files::harmless;
use crate::schema::finding::{Rule, Severity};
use crate::store::Place;
use crate::store::edit::Edit;
use crate::store::finding::{Finding, Wanted};
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

/// Which findings a repair is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub dataset: Option<String>,
    pub rule: Option<Rule>,
    pub field: Option<String>,
    /// Data row of the dataset's first file, from 1.
    pub row: Option<u64>,
}

/// A repair, as on the Review screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Takes each finding's suggestion.
    Suggested,
    /// Replaces a whole value by another in the rows of the findings.
    Replace { from: String, to: String },
    /// Sets one cell.
    Set { value: String },
    /// Leaves the rows out.
    Exclude { reason: String },
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
        let rules = self.store.rules()?.into_iter().map(|rule| CheckedRule {
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

    /// Writes all findings to `path`: CSV, JSON lines or XLSX by its ending. Returns how many.
    pub fn write_findings(&self, path: &Path) -> Result<u64> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("jsonl" | "ndjson" | "json") => self.write_lines(path),
            Some("csv") => self.write_csv(path),
            Some("xlsx") => self.write_workbook(path),
            _ => Err(ApiError::new(
                Code::Argument,
                format!("it is not clear how to write “{}”", path.display()),
                "End its name in .csv, .jsonl or .xlsx.",
            )),
        }
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

    /// Repairs in bulk, as one entry that can be undone.
    pub fn fix(&mut self, scope: &Scope, repair: &Repair) -> Result<Repaired> {
        let started = std::time::Instant::now();
        if self.store.checked()?.is_empty() {
            return Err(ApiError::new(
                Code::Precondition,
                "the rows have not been checked since the files or the mapping changed",
                "Run `carryover check` first.",
            ));
        }
        let (edit, left) = self.edit(scope, repair)?;
        let rows = edit.excluded.len().max(edit.cells.len()) as u64;
        if rows == 0 {
            return Err(ApiError::new(
                Code::Precondition,
                "nothing would change: no finding fits, or none has a suggestion",
                "Look at the findings with `carryover check`, or name another rule.",
            ));
        }
        self.act(|this| {
            again::apply(&mut this.store, this.schema, &this.actor.context(), &edit, &this.actor.name)?;
            this.note("Review", &edit.label, edit.reason.as_deref().unwrap_or_default())
        })?;
        Ok(Repaired { rows, label: edit.label, left, seconds: started.elapsed().as_secs_f64() })
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

    fn wanted(&self, scope: &Scope) -> Result<Wanted> {
        let place = match (scope.row, &scope.dataset) {
            (Some(row), Some(dataset)) => {
                let source = self.store.sources()?.into_iter().find(|source| source.dataset == *dataset);
                source.map(|source| Place::new(source.id, row))
            }
            _ => None,
        };
        Ok(Wanted { dataset: scope.dataset.clone(), rule: scope.rule, field: scope.field.clone(), place })
    }

    /// The edit that a repair comes to, and how many findings it leaves as they are.
    fn edit(&self, scope: &Scope, repair: &Repair) -> Result<(Edit, u64)> {
        if let Repair::Set { value } = repair {
            return self.set(scope, value);
        }
        let mut found = Vec::new();
        self.store.findings(&self.wanted(scope)?, |finding| {
            found.push(finding);
            Ok(())
        })?;
        let sources = self.store.sources()?;
        let mut edit = Edit::default();
        let mut left = 0;
        for finding in &found {
            let text = match repair {
                Repair::Suggested => finding.suggestion.clone(),
                Repair::Replace { from, to } => (finding.value == *from).then(|| to.clone()),
                Repair::Set { .. } => None,
                Repair::Exclude { .. } => {
                    edit.excluded.push(finding.place);
                    continue;
                }
            };
            match (text, column(&sources, finding.place.source, &finding.field)) {
                (Some(text), Some(column)) => edit.cells.push((finding.place, column, text)),
                _ => left += 1,
            }
        }
        edit.excluded.sort_unstable();
        edit.excluded.dedup();
        edit.cells.sort();
        edit.cells.dedup_by(|next, first| (next.0, next.1) == (first.0, first.1));
        edit.label = match repair {
            Repair::Suggested => format!("Took the suggestion for {}", many(edit.cells.len(), "value")),
            Repair::Replace { from, to } => format!("Replaced “{from}” by “{to}” in {}", many(edit.cells.len(), "row")),
            Repair::Set { .. } => String::new(),
            Repair::Exclude { .. } => format!("Excluded {}", many(edit.excluded.len(), "row")),
        };
        if let Repair::Exclude { reason } = repair {
            edit.reason = Some(reason_given(reason)?);
        }
        Ok((edit, left))
    }

    fn set(&self, scope: &Scope, value: &str) -> Result<(Edit, u64)> {
        let (Some(dataset), Some(row), Some(field)) = (&scope.dataset, scope.row, &scope.field) else {
            return Err(ApiError::new(
                Code::Argument,
                "one cell needs its dataset, row and field",
                "Give all three: `fix usage --row 17 --field data.quantity --value 12`.",
            ));
        };
        let sources = self.store.sources()?;
        let source = sources.iter().find(|source| source.dataset == *dataset);
        let place = source.filter(|source| (1..=source.rows).contains(&row)).map(|source| Place::new(source.id, row));
        let place = place.ok_or_else(|| {
            ApiError::new(Code::NotFound, format!("{dataset} has no row {row}"), "Rows count from 1, below the header.")
        })?;
        let column = column(&sources, place.source, field).ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                format!("“{field}” does not come from one column"),
                "Name a field that is matched with a single column.",
            )
        })?;
        Ok((
            Edit {
                label: format!("Changed {field} in row {row}"),
                cells: vec![(place, column, value.to_owned())],
                ..Edit::default()
            },
            0,
        ))
    }

    fn write_lines(&self, path: &Path) -> Result<u64> {
        let mut out = create(path)?;
        let mut count = 0;
        let mut failed = None;
        self.each_finding(&Scope::default(), |line| {
            let written = serde_json::to_writer(&mut out, &line)
                .map_err(std::io::Error::from)
                .and_then(|()| out.write_all(b"\n"));
            failed = failed.take().or(written.err());
            count += 1;
        })?;
        finish(path, failed, out.flush())?;
        Ok(count)
    }

    fn write_csv(&self, path: &Path) -> Result<u64> {
        let mut out = csv::Writer::from_writer(create(path)?);
        let mut failed = out.write_record(HEADER).err().map(std::io::Error::from);
        let mut count = 0;
        self.each_finding(&Scope::default(), |line| {
            let written = out.write_record(cells(&line).map(|cell| harmless(&cell)));
            failed = failed.take().or(written.err().map(std::io::Error::from));
            count += 1;
        })?;
        finish(path, failed, out.flush())?;
        Ok(count)
    }

    fn write_workbook(&self, path: &Path) -> Result<u64> {
        let failed = |error: &XlsxError| ApiError::io(path, &std::io::Error::other(error.to_string()));
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| failed(&error))?;
        let bold = Format::new().set_bold();
        for (column, title) in (0..).zip(HEADER) {
            sheet.write_string_with_format(0, column, title, &bold).map_err(|error| failed(&error))?;
        }
        let mut count = 0_u32;
        let mut trouble = None;
        self.each_finding(&Scope::default(), |line| {
            count += 1;
            for (column, cell) in (0..).zip(cells(&line)) {
                trouble = trouble.take().or(sheet.write_string(count, column, cell).err());
            }
        })?;
        if let Some(error) = trouble {
            return Err(failed(&error));
        }
        workbook.save(path).map_err(|error| failed(&error))?;
        Ok(u64::from(count))
    }
}

const HEADER: [&str; 10] =
    ["dataset", "source", "row", "line", "field", "rule", "severity", "value", "message", "suggestion"];

fn cells(line: &FindingLine) -> [String; 10] {
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    [
        line.dataset.clone(),
        line.source.clone(),
        line.row.to_string(),
        line.line.to_string(),
        line.field.clone(),
        word(serde_json::to_value(line.rule)),
        word(serde_json::to_value(line.severity)),
        line.value.clone(),
        line.message.clone(),
        line.suggestion.clone().unwrap_or_default(),
    ]
}

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

/// The one column behind a field.
fn column(sources: &[Source], source: u32, field: &str) -> Option<usize> {
    let source = sources.iter().find(|candidate| candidate.id == source)?;
    let [column] = source.mapping.field(field)?.columns.as_slice() else { return None };
    source.columns.iter().position(|name| name == column)
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
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

fn create(path: &Path) -> Result<BufWriter<File>> {
    File::create(path).map(BufWriter::new).map_err(|error| ApiError::io(path, &error))
}

fn finish(path: &Path, failed: Option<std::io::Error>, flushed: std::io::Result<()>) -> Result<()> {
    match failed.map_or(flushed, Err) {
        Ok(()) => Ok(()),
        Err(error) => Err(ApiError::io(path, &error)),
    }
}
