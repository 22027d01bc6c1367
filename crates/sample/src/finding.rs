//! What a checker must say about the sample, and nothing else: the faults that were put in, cell by cell.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::SampleError;

const FILE: &str = "expected_findings.jsonl";

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row cannot be sent.
    Error,
    /// Someone has to look and decide.
    Warning,
    Note,
}

/// One finding to expect. Serialises to one line of `expected_findings.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedFinding {
    pub dataset: &'static str,
    /// Name of the file, without folder.
    pub source: &'static str,
    /// Data row from 1.
    pub row: u64,
    /// Physical line on which the record begins, or row of the sheet; from 1.
    pub line: u64,
    /// The destination's field, e.g. `address.country_code`.
    pub field: &'static str,
    /// As in `check --json`, e.g. `near_duplicate`.
    pub rule: &'static str,
    pub severity: Severity,
    /// The cell as read.
    pub value: String,
    /// The value that would be right, where one can be named.
    pub suggestion: Option<String>,
}

/// The fault of a row, before it is known where the row will stand. A row has one at most.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) field: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) suggestion: Option<String>,
}

impl Mark {
    pub(crate) fn error(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule, severity: Severity::Error, suggestion: None }
    }

    pub(crate) fn warning(field: &'static str, rule: &'static str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(field, rule) }
    }

    pub(crate) fn note(field: &'static str, rule: &'static str) -> Self {
        Self { severity: Severity::Note, ..Self::error(field, rule) }
    }

    pub(crate) fn suggest(self, value: impl Into<String>) -> Self {
        Self { suggestion: Some(value.into()), ..self }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) dataset: &'static str,
    pub(crate) source: &'static str,
    pub(crate) row: u64,
    pub(crate) line: u64,
}

impl Place {
    pub(crate) fn finding(self, mark: &Mark, value: impl Into<String>) -> ExpectedFinding {
        let Self { dataset, source, row, line } = self;
        let Mark { field, rule, severity, ref suggestion } = *mark;
        let (value, suggestion) = (value.into(), suggestion.clone());
        ExpectedFinding { dataset, source, row, line, field, rule, severity, value, suggestion }
    }
}

/// Writes one finding a line.
pub(crate) fn write(dir: &Path, findings: &[ExpectedFinding]) -> Result<(), SampleError> {
    let path = dir.join(FILE);
    let lines: Result<Vec<String>, _> = findings.iter().map(serde_json::to_string).collect();
    let written = lines.map_err(io::Error::from).and_then(|lines| std::fs::write(&path, lines.join("\n") + "\n"));
    written.map_err(|source| SampleError::WriteFile { path, source })
}
