//! What a source is about, told from its columns: customers, usage or contracts.
//!
//! Where the table is a known [`export`], that is known. Otherwise every dataset's mapping is tried; the one whose fields
//! are found wins. Fields that several datasets have (customer number, currency) say little, those that only one has say
//! much, and a required field without a column speaks against.

mod export;
mod join;

use crate::intake::ColumnProfile;
use crate::mapping::{Confidence, Mapping, Settled, told};
use crate::schema::{Dataset, Field, Schema};

pub use export::{Known, LeftOut, export, left_out, never_kept, settled};
pub use join::{KnownJoin, KnownLookup};

/// The dataset a source probably is.
#[derive(Debug, Clone)]
pub struct Guess {
    pub dataset: &'static str,
    pub confidence: Confidence,
    /// In a few words: `All required fields found, 12 of 20 in all`.
    pub why: String,
    pub fields: Fields,
    /// The system that wrote it, where that is known.
    pub known: Option<Known>,
}

/// How many fields of a dataset have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Fields {
    pub found: u32,
    pub of: u32,
    pub required: u32,
    /// Required fields without a column.
    pub missing: u32,
}

/// How far ahead of the next dataset the first must be to be certain.
const AHEAD: i64 = 30;
/// What a found field is worth that only one dataset has, one that several have, and a required one that is missing.
const OWN: i64 = 10;
const SHARED: i64 = 3;
const MISSING: i64 = -15;

/// Tells the dataset of a source; `None` when its columns fit none, or when it is a known export of something else.
pub fn dataset(schema: &Schema, columns: &[ColumnProfile]) -> Option<Guess> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let certain = |known: &Known| known.confidence == Confidence::Certain && known.speaks_of(schema.destination);
    match export(&names).filter(certain) {
        Some(known) => of_export(schema, columns, &names, known),
        None => by_columns(schema, columns),
    }
}

fn of_export(schema: &Schema, columns: &[ColumnProfile], names: &[&str], known: Known) -> Option<Guess> {
    let dataset = schema.dataset(known.dataset?)?;
    let mapping = told(schema.destination, dataset, columns, &known.settled(dataset.id, names));
    let fields = counts(dataset, &mapping);
    Some(Guess {
        dataset: dataset.id,
        confidence: known.confidence,
        why: known.why.clone(),
        fields,
        known: Some(known),
    })
}

fn by_columns(schema: &Schema, columns: &[ColumnProfile]) -> Option<Guess> {
    let tried = schema.datasets.iter().map(|dataset| {
        let mapping = told(schema.destination, dataset, columns, &Settled::default());
        (score(schema, dataset, &mapping), dataset, mapping)
    });
    let mut tried: Vec<_> = tried.collect();
    tried.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let next = tried.get(1).map_or(0, |(score, ..)| *score);
    let (best, dataset, mapping) = tried.into_iter().next().filter(|(score, ..)| *score > 0)?;
    let fields = counts(dataset, &mapping);
    if fields.missing > fields.required / 2 {
        return None;
    }
    // A file of invoices names customers too, but again and again: their numbers do not identify its rows.
    let identified = dataset
        .field(dataset.identity)
        .is_none_or(|identity| !identity.required || confidence(&mapping, identity) == Some(Confidence::Certain));
    let sure = fields.missing == 0 && identified && best >= next + AHEAD;
    let confidence = if sure { Confidence::Certain } else { Confidence::Likely };
    let Fields { found, of, required, missing } = fields;
    let why = match missing {
        0 => format!("All required fields found, {found} of {of} in all"),
        missing => format!("{} of {required} required fields found, {found} of {of} in all", required - missing),
    };
    Some(Guess { dataset: dataset.id, confidence, why, fields, known: None })
}

fn score(schema: &Schema, dataset: &Dataset, mapping: &Mapping) -> i64 {
    let worth = |field: &Field| {
        let shared = schema
            .datasets
            .iter()
            .any(|other| other.id != dataset.id && other.fields.iter().any(|theirs| theirs.concept == field.concept));
        let worth = if shared { SHARED } else { OWN };
        match confidence(mapping, field) {
            Some(Confidence::Certain | Confidence::Question) => worth,
            Some(Confidence::Likely) => worth / 2,
            _ if field.required && field.preset.is_none() => MISSING,
            _ => 0,
        }
    };
    dataset.fields.iter().map(worth).sum()
}

fn counts(dataset: &Dataset, mapping: &Mapping) -> Fields {
    let found = |field: &&Field| confidence(mapping, field).is_some();
    let required = || dataset.fields.iter().filter(|field| field.required && field.preset.is_none());
    let missing = required().filter(|field| !found(field)).count();
    let all = dataset.fields.iter().filter(found).count();
    let [found, of, required, missing] =
        [all, dataset.fields.len(), required().count(), missing].map(|count| count as u32);
    Fields { found, of, required, missing }
}

/// How sure a field's columns are; `None` when it has none.
fn confidence(mapping: &Mapping, field: &Field) -> Option<Confidence> {
    let mapped = mapping.field(field.id)?;
    (!mapped.columns.is_empty()).then_some(mapped.confidence)
}
