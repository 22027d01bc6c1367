//! Findings as a file: CSV, lines of JSON, or a workbook with the rows they are about.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{FindingLine, Scope};
use crate::api::{ApiError, Code, Migration, Result};
use crate::private;
use crate::report::files::harmless;

pub(super) const HEADER: [&str; 10] =
    ["dataset", "source", "row", "line", "field", "rule", "severity", "value", "message", "suggestion"];

impl Migration {
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
}

pub(super) fn cells(line: &FindingLine) -> [String; 10] {
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

fn create(path: &Path) -> Result<BufWriter<File>> {
    private::create(path).map(BufWriter::new).map_err(|error| ApiError::io(path, &error))
}

fn finish(path: &Path, failed: Option<std::io::Error>, flushed: std::io::Result<()>) -> Result<()> {
    match failed.map_or(flushed, Err) {
        Ok(()) => Ok(()),
        Err(error) => Err(ApiError::io(path, &error)),
    }
}
