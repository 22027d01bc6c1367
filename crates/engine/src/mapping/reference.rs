//! Columns that name records of another file: their values are keys there, whatever the heading says.
//!
//! Held against the values that a profile keeps of the other file's key, not against all of it: a column that names its
//! records is met there about as often as any of its keys is kept.

use std::collections::HashSet;

use super::{Confidence, FieldMapping, Mapping, content};
use crate::intake::ColumnProfile;
use crate::schema::{Dataset, Field};

/// Of the hits to be expected, in percent, so many must come; and at least so many.
const EXPECTED_PERCENT: u64 = 50;
const FEWEST: usize = 3;
/// Numbers shorter than this are met anywhere.
const SHORTEST: u32 = 3;

/// The key of another file, by which its records are named.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub profile: &'a ColumnProfile,
    /// Dataset of the other file, and its name for the reason.
    pub dataset: &'a str,
    pub file: &'a str,
}

/// Gives fields that refer to the key's dataset, and whose column is not certain, the one column whose values are keys there.
pub fn refer(dataset: &Dataset, mapping: &mut Mapping, columns: &[ColumnProfile], key: Key) {
    let refers = |field: &&Field| field.reference.is_some_and(|reference| reference.dataset == key.dataset);
    for field in dataset.fields.iter().filter(refers) {
        let open = mapping.field(field.id).is_some_and(|mapped| mapped.confidence <= Confidence::Likely);
        let free = |column: &&ColumnProfile| {
            let others = mapping.fields.iter().filter(|other| other.kind.is_none() && other.field != field.id);
            !others.flat_map(|other| &other.columns).any(|name| *name == column.name)
        };
        let mut found = columns.iter().filter(free).filter(|column| names(column, key.profile));
        let (Some(column), None, true) = (found.next(), found.next(), open) else { continue };
        let Some(mapped) = mapping.fields.iter_mut().find(|mapped| mapped.field == field.id) else { continue };
        // A question stays one.
        if mapped.confidence == Confidence::Question {
            continue;
        }
        *mapped = FieldMapping {
            columns: vec![column.name.clone()],
            steps: content::steps(field, column),
            confidence: Confidence::Likely,
            why: format!("Its values stand in “{}” too", key.file),
            ..FieldMapping::unmapped(field.id)
        };
        // It no longer goes along as a field of its own.
        mapping.fields.retain(|other| other.kind.is_none() || !other.columns.contains(&column.name));
    }
}

/// Whether a column's values are keys.
fn names(column: &ColumnProfile, key: &ColumnProfile) -> bool {
    let keys: HashSet<&str> = key.samples.iter().map(|value| value.trim()).collect();
    let hits = column.samples.iter().filter(|value| keys.contains(value.trim())).count();
    let kept = key.samples.len() as u64 * 100 / key.distinct.max(1);
    let wanted = column.samples.len() as u64 * kept.min(100) * EXPECTED_PERCENT / 10_000;
    column.longest >= SHORTEST && hits >= FEWEST && hits as u64 >= wanted
}
