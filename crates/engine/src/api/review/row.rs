//! One row in full: what is wrong with it, and what was done to it.

use serde::Serialize;

use super::grid::no_row;
use super::{Spot, column};
use crate::api::{Migration, Result};
use crate::schema::finding::{Rule, Severity};
use crate::store::Place;
use crate::store::decision::Turn;
use crate::store::finding::Wanted;
use crate::store::source::Source;
use crate::validation::look;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RowDetail {
    pub spot: Spot,
    pub file: String,
    pub sheet: Option<String>,
    pub line: u64,
    /// What names the record: the customer number, the contract.
    pub identity: String,
    pub excluded: Option<String>,
    /// Errors first.
    pub findings: Vec<RowFinding>,
    /// Newest first.
    pub history: Vec<Happened>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RowFinding {
    pub field: String,
    pub rule: Rule,
    pub severity: Severity,
    pub value: String,
    pub message: String,
    pub suggestion: Option<String>,
    pub kept: bool,
}

/// A change to the row, or a decision about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Happened {
    /// UTC.
    pub at: String,
    pub who: String,
    pub label: String,
    pub reason: Option<String>,
    /// The field whose cell was changed, with its text before and after.
    pub field: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Migration {
    pub fn row(&self, spot: Spot) -> Result<RowDetail> {
        let sources = self.store.sources()?;
        let place = Place::from(spot);
        let source = sources.iter().find(|source| source.id == spot.source).ok_or_else(|| no_row(spot))?;
        let mut detail = None;
        let mut as_read: Vec<String> = Vec::new();
        look::each_at(self.store.connection(), &[place], |seen| {
            as_read = seen.as_read.unwrap_or(seen.cells).iter().map(|&cell| cell.to_owned()).collect();
            detail = Some(RowDetail {
                spot,
                file: source.file.clone(),
                sheet: source.sheet.clone(),
                line: seen.line,
                identity: self.identity(&sources, place, seen.cells),
                excluded: seen.excluded.map(str::to_owned),
                findings: Vec::new(),
                history: Vec::new(),
            });
        })?;
        let mut detail = detail.ok_or_else(|| no_row(spot))?;
        self.store.findings(&Wanted { place: Some(place), ..Wanted::default() }, |finding| {
            detail.findings.push(RowFinding {
                field: finding.field,
                rule: finding.rule,
                severity: finding.severity,
                value: finding.value,
                message: finding.message,
                suggestion: finding.suggestion,
                kept: finding.kept,
            });
            Ok(())
        })?;
        detail.findings.sort_by_key(|finding| (finding.kept, finding.severity));
        detail.history = history(source, as_read, self.store.turns(place)?);
        Ok(detail)
    }
}

/// Each change with what stood there before it.
fn history(source: &Source, mut cells: Vec<String>, turns: Vec<Turn>) -> Vec<Happened> {
    let mut history: Vec<Happened> = Vec::with_capacity(turns.len());
    for turn in turns {
        let (mut field, mut from, mut to) = (None, None, None);
        if let Some((at, text)) = turn.cell {
            field = field_of(source, at);
            if at >= cells.len() {
                cells.resize(at + 1, String::new());
            }
            from = Some(std::mem::replace(&mut cells[at], text.clone()));
            to = Some(text);
        }
        history.push(Happened { at: turn.at, who: turn.who, label: turn.label, reason: turn.reason, field, from, to });
    }
    history.reverse();
    history
}

fn field_of(source: &Source, at: usize) -> Option<String> {
    let fields = source.mapping.fields.iter().map(|mapped| mapped.field.as_str());
    let found = fields.into_iter().find(|field| column(std::slice::from_ref(source), source.id, field) == Some(at));
    found.map(str::to_owned).or_else(|| source.columns.get(at).cloned())
}
