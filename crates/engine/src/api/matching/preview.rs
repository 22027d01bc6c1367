//! One field seen on real rows, before anything is saved: what stands in the file and what would be sent.
//!
//! Bounded, so that it answers while one types: the first rows, the rows with findings of the field, the rows edited
//! last, and the values the column's profile keeps from all over the file. Of these the worst are shown first.

use std::collections::HashSet;

use serde::Serialize;

use super::group::Which;
use crate::api::{Migration, Result};
use crate::intake::ColumnProfile;
use crate::mapping::{FieldMapping, Mapper, Mapping, Record};
use crate::schema::Dataset;
use crate::schema::finding::Severity;
use crate::store::Place;
use crate::store::source::Source;
use crate::transform::{Pipeline, Step};

/// Rows from the beginning that are looked at.
const FIRST: usize = 1_000;
const WITH_FINDINGS: usize = 40;
const EDITED: usize = 20;
/// Rows that are shown.
const SHOWN: usize = 8;
const FAILING: usize = 3;

/// What a proposed mapping of a field would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldPreview {
    pub rows: Vec<PreviewRow>,
    /// Rows that were looked at; all of them when `complete`.
    pub tried: u64,
    pub failing: u64,
    pub empty: u64,
    pub complete: bool,
    /// Per step, how many of the rows that were looked at it changes.
    pub changes: Vec<u64>,
    /// Where the field looks up: of the rows with a key, those for which a row is found.
    pub found: Option<Share>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Share {
    pub found: u64,
    pub of: u64,
}

/// One value on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PreviewRow {
    /// From 1; `None` for a value whose row is not known any more.
    pub row: Option<u64>,
    pub before: String,
    /// What stands in the other table, where the field looks up.
    pub found: Option<String>,
    /// Nothing is sent where it is `None`.
    pub after: Option<String>,
    /// What is wrong, in a sentence, and how bad it is.
    pub fault: Option<String>,
    pub severity: Option<Severity>,
    pub edited: bool,
}

impl PreviewRow {
    fn fails(&self) -> bool {
        self.severity == Some(Severity::Error)
    }
}

/// A mapping of one field, ready to run.
pub(super) struct Lens {
    mapper: Mapper,
    field: usize,
    columns: Vec<usize>,
    looks_up: bool,
}

impl Migration {
    pub(super) fn lens(&self, dataset: &Dataset, source: &Source, field: &FieldMapping) -> Result<Lens> {
        let mapping =
            Mapping { fields: vec![field.clone()], ..Mapping::empty(&source.mapping.destination, dataset.id) };
        let mut mapper = Mapper::compile(dataset, &mapping, &source.columns)?;
        self.lend(&mut mapper, field)?;
        let position = mapper.position(&field.field);
        let columns = position.map(|index| mapper.fields()[index].columns.clone()).unwrap_or_default();
        Ok(Lens { mapper, field: position.unwrap_or_default(), columns, looks_up: !field.lookups.is_empty() })
    }
}

impl Lens {
    /// The text that the row leads to in another table, where the field looks up; `None` where it leads nowhere.
    pub(super) fn found(&self, cells: &[&str]) -> Option<&str> {
        self.mapper.looked_up(self.field, cells).filter(|_| self.looks_up)
    }

    /// What becomes of a row.
    pub(super) fn see(&self, cells: &[String]) -> PreviewRow {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut record = Record::default();
        let after = self.mapper.value(self.field, &cells, &mut record).map(ToString::to_string);
        let own = self.columns.iter().filter_map(|column| cells.get(*column)).filter(|cell| !cell.trim().is_empty());
        let before = own.copied().collect::<Vec<_>>().join(" · ");
        PreviewRow { found: self.found(&cells).map(str::to_owned), ..seen(before, after, &record) }
    }

    /// What becomes of one value of the first column; where the field looks up, of one of the column that is taken.
    pub(super) fn see_value(&self, value: &str) -> PreviewRow {
        if !self.looks_up {
            return self.see(&self.alone(value));
        }
        let mut record = Record::default();
        let after = self.mapper.value_of(self.field, value, &mut record).map(ToString::to_string);
        seen(value.to_owned(), after, &record)
    }

    fn alone(&self, value: &str) -> Vec<String> {
        let Some(&own) = self.columns.first() else { return Vec::new() };
        let mut cells = vec![String::new(); own + 1];
        value.clone_into(&mut cells[own]);
        cells
    }
}

fn seen(before: String, after: Option<String>, record: &Record<'_>) -> PreviewRow {
    let fault = record.faults.iter().max_by_key(|fault| fault.fault.severity == Severity::Error);
    PreviewRow {
        row: None,
        before,
        found: None,
        after,
        fault: fault.map(|fault| fault.fault.message.clone()),
        severity: fault.map(|fault| fault.fault.severity),
        edited: false,
    }
}

/// A row to look at, and for how many it stands.
struct Candidate {
    row: Option<u64>,
    cells: Vec<String>,
    edited: bool,
    counts: u64,
}

impl Migration {
    /// Shows what a mapping of a field would do, without saving it. `Err` when its steps make no sense.
    pub fn preview_field<'w>(&self, which: impl Into<Which<'w>>, field: &FieldMapping) -> Result<FieldPreview> {
        let group = self.group(which.into())?;
        let source = group.first();
        let lens = self.lens(group.dataset, source, field)?;
        if field.columns.is_empty() {
            return Ok(FieldPreview::default());
        }
        let profiles = self.store.reading(source.id)?.profile.columns;
        let profile = profiles.iter().find(|profile| field.columns.first() == Some(&profile.name));
        // Of a field that looks up, the column tells only the keys.
        let profile = profile.filter(|_| field.lookups.is_empty());
        let whole = profile.filter(|profile| field.columns.len() == 1 && is_whole(profile));
        let complete = whole.is_some() && !self.store.is_edited(source.id)?;
        let candidates = self.candidates(source, field, &lens, profile, complete)?;
        let seen: Vec<PreviewRow> = candidates
            .iter()
            .map(|candidate| PreviewRow { row: candidate.row, edited: candidate.edited, ..lens.see(&candidate.cells) })
            .collect();
        let sum = |counts: &dyn Fn(&PreviewRow) -> bool| {
            let counted = seen.iter().zip(&candidates).filter(|(row, _)| counts(row));
            counted.map(|(_, candidate)| candidate.counts).sum::<u64>()
        };
        let empty = if complete { profile.map_or(0, |profile| profile.empty) } else { 0 };
        Ok(FieldPreview {
            tried: sum(&|_| true) + empty,
            failing: sum(&PreviewRow::fails),
            empty: sum(&|row| row.before.is_empty()) + empty,
            complete: complete || source.rows <= FIRST as u64,
            changes: changes(&field.steps, &lens, &candidates),
            found: lens
                .looks_up
                .then(|| Share { found: sum(&|row| row.found.is_some()), of: sum(&|row| !row.before.is_empty()) }),
            rows: worst_first(seen),
        })
    }

    /// With `complete`, the values of the profile count for all their rows and the others for none.
    fn candidates(
        &self,
        source: &Source,
        field: &FieldMapping,
        lens: &Lens,
        profile: Option<&ColumnProfile>,
        complete: bool,
    ) -> Result<Vec<Candidate>> {
        let counts = u64::from(!complete);
        let shown = |row: crate::store::look::Shown, counts| Candidate {
            row: Some(row.row),
            cells: row.cells,
            edited: row.edited,
            counts,
        };
        let mut candidates: Vec<Candidate> =
            self.store.head(source.id, FIRST)?.into_iter().map(|row| shown(row, counts)).collect();
        let mut places = self.store.places_with_findings(source.id, &field.field, WITH_FINDINGS)?;
        for &column in &lens.columns {
            places.extend(self.store.places_edited(source.id, column, EDITED)?);
        }
        for place in places.into_iter().filter(|place: &Place| place.row > FIRST as u64) {
            candidates.extend(self.store.standing(place)?.map(|row| shown(row, 0)));
        }
        if let Some(profile) = profile.filter(|_| field.columns.len() == 1) {
            let common = profile.common.iter().map(|(value, rows)| (value, if complete { *rows } else { 0 }));
            let samples = profile.samples.iter().map(|value| (value, 0));
            candidates.extend(common.chain(samples).map(|(value, counts)| Candidate {
                row: None,
                cells: lens.alone(value),
                edited: false,
                counts,
            }));
        }
        Ok(candidates)
    }
}

/// Whether the profile knows every value with its count.
pub(super) fn is_whole(profile: &ColumnProfile) -> bool {
    profile.common.iter().map(|(_, rows)| rows).sum::<u64>() == profile.filled
}

/// Per step, how many rows come out of it otherwise than they went in.
fn changes(steps: &[Step], lens: &Lens, candidates: &[Candidate]) -> Vec<u64> {
    let pipelines: Vec<_> = (0..=steps.len()).filter_map(|end| Pipeline::compile(&steps[..end]).ok()).collect();
    let mut changes = vec![0; steps.len()];
    for candidate in candidates.iter().filter(|candidate| candidate.counts > 0) {
        let own = lens.columns.iter().map(|column| candidate.cells.get(*column).map_or("", String::as_str));
        let mut cells: Vec<&str> = own.collect();
        if lens.looks_up {
            let all: Vec<&str> = candidate.cells.iter().map(String::as_str).collect();
            cells = lens.found(&all).into_iter().collect();
        }
        for (step, pair) in pipelines.windows(2).enumerate() {
            let [before, after] = [pair[0].apply(&cells), pair[1].apply(&cells)];
            if before.is_ok() && after.is_ok() && before.ok() != after.ok() {
                changes[step] += candidate.counts;
            }
        }
    }
    changes
}

/// A few that fail, the longest, an empty one, edited ones, then the first others; each value once.
fn worst_first(seen: Vec<PreviewRow>) -> Vec<PreviewRow> {
    let mut known = HashSet::new();
    let mut different: Vec<PreviewRow> =
        seen.into_iter().filter(|row| known.insert((row.before.clone(), row.fault.clone()))).collect();
    let longest = different.iter().map(|row| row.before.chars().count()).max();
    let mut failing = 0;
    let mut taken = 0;
    // The sort is stable: within a rank the first row comes first.
    different.sort_by_cached_key(|row| {
        failing += usize::from(row.fails());
        let is_longest = Some(row.before.chars().count()) == longest && taken == 0;
        taken += usize::from(is_longest);
        match row {
            row if row.fails() && failing <= FAILING => 0,
            _ if is_longest => 1,
            row if row.edited => 2,
            row if row.before.is_empty() => 3,
            row if row.after.as_ref() != Some(&row.before) => 4,
            _ => 5,
        }
    });
    different.truncate(SHOWN);
    different
}
