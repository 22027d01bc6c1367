//! The different values of a field's column, how many rows have each, and what each becomes.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::group::Which;
use super::preview::{Lens, is_whole};
use crate::api::{Migration, Result};
use crate::mapping::FieldMapping;
use crate::schema::finding::Severity;
use crate::store::source::Source;
use crate::store::{Place, StoreError};
use crate::transform::Step;

/// Different values that are counted at most; rows with others are counted together.
const COUNTED: usize = 5_000;
/// Values that are listed, the most frequent ones.
const LISTED: usize = 200;

/// The counts add up: listed, other and empty ones are all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldValues {
    pub values: Vec<FieldValue>,
    /// Rows whose value is not listed.
    pub other_rows: u64,
    pub empty_rows: u64,
    pub rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldValue {
    pub value: String,
    pub rows: u64,
    pub after: Option<String>,
    /// Why it cannot be sent as it is.
    pub fault: Option<String>,
    /// The user said what it becomes.
    pub is_set: bool,
}

impl Migration {
    /// Counts the values of a field's first column. Quick where the file's profile knows them all; otherwise every row
    /// is looked at, with `progress` told rows so far and in all.
    pub fn field_values<'w>(
        &self,
        which: impl Into<Which<'w>>,
        field: &FieldMapping,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<FieldValues> {
        let group = self.group(which.into())?;
        let Some(column) = field.columns.first() else { return Ok(FieldValues::default()) };
        let mut tally = Tally { of: group.rows(), ..Tally::default() };
        for source in &group.sources {
            if field.lookups.is_empty() {
                self.count_values(source, column, &mut tally, progress)?;
            } else {
                let lens = self.lens(group.dataset, source, field)?;
                let add = |cells: &[&str], tally: &mut Tally| tally.add(lens.found(cells).unwrap_or_default(), 1);
                self.count_rows(source, &add, &mut tally, progress)?;
            }
        }
        let lens = self.lens(group.dataset, group.first(), field)?;
        Ok(tally.listed(&lens, field))
    }

    fn count_values(
        &self,
        source: &Source,
        column: &str,
        tally: &mut Tally,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<()> {
        let profiles = self.store.reading(source.id)?.profile.columns;
        let profile = profiles.iter().find(|profile| profile.name == column).filter(|profile| is_whole(profile));
        if let Some(profile) = profile
            && !self.store.is_edited(source.id)?
        {
            profile.common.iter().for_each(|(value, rows)| tally.add(value, *rows));
            tally.add("", profile.empty);
            return Ok(());
        }
        let Some(at) = source.columns.iter().position(|name| name == column) else { return Ok(()) };
        let add = |cells: &[&str], tally: &mut Tally| tally.add(cells.get(at).copied().unwrap_or_default(), 1);
        self.count_rows(source, &add, tally, progress)
    }

    /// Counts what `add` takes of every row.
    fn count_rows(
        &self,
        source: &Source,
        add: &dyn Fn(&[&str], &mut Tally),
        tally: &mut Tally,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut next = 1;
        while let Some((chunk, overlay)) = self.store.piece(Place::new(source.id, next))? {
            for row in &chunk {
                let row = row.map_err(StoreError::from)?;
                let cells = overlay.over(row.row, row.cells()).unwrap_or_else(|| row.cells().collect());
                add(&cells, tally);
            }
            next = chunk.first_row + u64::from(chunk.rows);
            if progress(tally.rows, tally.of).is_break() {
                return Err(StoreError::Stopped.into());
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Tally {
    values: HashMap<String, u64>,
    other: u64,
    empty: u64,
    rows: u64,
    of: u64,
}

impl Tally {
    fn add(&mut self, value: &str, rows: u64) {
        self.rows += rows;
        if value.trim().is_empty() {
            self.empty += rows;
        } else if let Some(known) = self.values.get_mut(value) {
            *known += rows;
        } else if self.values.len() < COUNTED {
            self.values.insert(value.to_owned(), rows);
        } else {
            self.other += rows;
        }
    }

    fn listed(self, lens: &Lens, field: &FieldMapping) -> FieldValues {
        let mut values: Vec<(String, u64)> = self.values.into_iter().collect();
        values.sort_unstable_by(|(left, more), (right, less)| less.cmp(more).then_with(|| left.cmp(right)));
        let unlisted: u64 = values.iter().skip(LISTED).map(|(_, rows)| rows).sum();
        values.truncate(LISTED);
        let values = values.into_iter().map(|(value, rows)| {
            let seen = lens.see_value(&value);
            let fault = seen.fault.filter(|_| seen.severity == Some(Severity::Error));
            FieldValue { is_set: is_set(field, &value), value, rows, after: seen.after, fault }
        });
        FieldValues {
            values: values.collect(),
            other_rows: self.other + unlisted,
            empty_rows: self.empty,
            rows: self.rows,
        }
    }
}

fn is_set(field: &FieldMapping, value: &str) -> bool {
    let same = |from: &String| from.trim().to_lowercase() == value.trim().to_lowercase();
    field.steps.iter().any(|step| matches!(step, Step::ValueMap { values, .. } if values.keys().any(same)))
}
