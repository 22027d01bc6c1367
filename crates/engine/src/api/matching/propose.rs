//! Look-ups that suggest themselves: another file has what a field lacks, and a column here holds the keys of a column
//! there. Proposed with what it would find, never taken without the user's word.

use serde::{Deserialize, Serialize};

use super::group::{Group, Which};
use super::lookup::table;
use super::preview::{PreviewRow, Share};
use crate::api::{Migration, Result};
use crate::intake::ColumnProfile;
use crate::mapping::{FieldMapping, Lookup, Settled, Table, suggest};
use crate::recognise;
use crate::schema::Dataset;
use crate::store::source::Source;

/// Rows from the beginning on which a look-up is tried.
const TRIED: usize = 1_000;
/// Percent of the keys that have to be found for a look-up to be proposed.
const PROPOSED: u64 = 50;
/// Pairs of columns that are tried as keys, those first whose names are most alike; and of a table so large that making
/// its index takes a while.
const PAIRS: usize = 9;
const PAIRS_OF_LARGE: usize = 1;
const LARGE: u64 = 50_000;
/// A number this short is found in any list of numbers; its column counts only where it is called alike.
const SHORT: u32 = 3;

/// A look-up, and what it would find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Proposal {
    /// This file's column, or the one whose text was taken before.
    pub column: String,
    pub lookup: Lookup,
    pub share: Share,
    /// A row that finds something.
    pub sample: Option<PreviewRow>,
}

/// Where a look-up's key comes from: the columns of a row, and the tables they lead through before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Way {
    pub columns: Vec<String>,
    pub lookups: Vec<Lookup>,
}

impl Migration {
    /// How a field of a group of files would be looked up in a table: by the keys that are found best, the column that fits
    /// the field; empty where none does. With `after`, the key is the text to which that way leads. `None` where the two
    /// tables have nothing in common.
    pub fn propose_lookup<'w>(
        &self,
        which: impl Into<Which<'w>>,
        field: &str,
        after: Option<&Way>,
        wanted: &Table,
    ) -> Result<Option<Proposal>> {
        let Group { dataset: schema, sources } = self.group(which.into())?;
        let all = self.store.sources()?;
        let Some(other) = all.iter().find(|other| table(other).name() == wanted.name()) else { return Ok(None) };
        let profiles = self.store.reading(other.id)?.profile.columns;
        let take = fitting(schema, field, &profiles);
        for source in &sources {
            let ways = self.ways(source, after)?;
            let found = self.joined(schema, source, &ways, (other, &profiles), (field, take.as_deref()))?;
            if let Some(mut found) = found {
                if take.is_none() {
                    found.lookup.take.clear();
                    found.sample = None;
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The best look-up for a field that has nothing, over all other files.
    pub(super) fn propose(&self, schema: &'static Dataset, source: &Source, field: &str) -> Result<Option<Proposal>> {
        let ways = self.ways(source, None)?;
        let mut best: Option<Proposal> = None;
        for other in self.store.sources()?.iter().filter(|other| other.id != source.id && !other.path.is_empty()) {
            let profiles = self.store.reading(other.id)?.profile.columns;
            let Some(take) = fitting(schema, field, &profiles) else { continue };
            let found = self.joined(schema, source, &ways, (other, &profiles), (field, Some(&take)))?;
            let better = |found: &Proposal| best.as_ref().is_none_or(|best| best.share.found < found.share.found);
            if let Some(found) = found.filter(better) {
                best = Some(found);
            }
        }
        Ok(best)
    }

    /// The columns that may hold a key, each with its way: a file's own, or the one that a way takes in the end.
    fn ways(&self, source: &Source, after: Option<&Way>) -> Result<Vec<(ColumnProfile, Way)>> {
        let Some(way) = after else {
            let own = self.store.reading(source.id)?.profile.columns.into_iter();
            let way = |column: &str| Way { columns: vec![column.to_owned()], lookups: Vec::new() };
            return Ok(own.map(|profile| (profile.clone(), way(&profile.name))).collect());
        };
        let taken = match way.lookups.last() {
            Some(last) => self.taken(last)?,
            None => None,
        };
        Ok(taken.map(|profile| (profile, way.clone())).into_iter().collect())
    }

    /// The look-up from one table into another by which most rows are found, if most are.
    fn joined(
        &self,
        schema: &'static Dataset,
        source: &Source,
        ways: &[(ColumnProfile, Way)],
        (other, profiles): (&Source, &[ColumnProfile]),
        (field, take): (&str, Option<&str>),
    ) -> Result<Option<Proposal>> {
        let mut best: Option<Proposal> = None;
        let most = if other.rows > LARGE { PAIRS_OF_LARGE } else { PAIRS };
        for (column, way, key) in pairs(ways, profiles).into_iter().take(most) {
            let take = take.unwrap_or(key);
            let lookup =
                Lookup { table: table(other), keys: vec![key.to_owned()], take: take.to_owned(), steps: Vec::new() };
            let lookups = way.lookups.iter().chain([&lookup]).cloned().collect();
            let mapping = FieldMapping { columns: way.columns.clone(), lookups, ..FieldMapping::unmapped(field) };
            let (share, sample) = self.try_out(schema, source, &mapping)?;
            let enough = share.of > 0 && share.found * 100 >= share.of * PROPOSED;
            if enough && best.as_ref().is_none_or(|best| best.share.found < share.found) {
                best = Some(Proposal { column: column.to_owned(), lookup, share, sample });
            }
        }
        Ok(best)
    }

    /// How many of a source's first rows find what a field looks up, and one of them.
    pub(in crate::api) fn try_out(
        &self,
        schema: &'static Dataset,
        source: &Source,
        field: &FieldMapping,
    ) -> Result<(Share, Option<PreviewRow>)> {
        let lens = self.lens(schema, source, field)?;
        let (mut share, mut sample) = (Share::default(), None);
        for row in self.store.head(source.id, TRIED)? {
            let seen = PreviewRow { row: Some(row.row), edited: row.edited, ..lens.see(&row.cells) };
            share.of += u64::from(!seen.before.is_empty());
            share.found += u64::from(seen.found.is_some());
            sample = sample.or(Some(seen).filter(|seen| seen.found.as_ref().is_some_and(|text| !text.is_empty())));
        }
        Ok((share, sample))
    }
}

/// The column of another table that would be the field's, were the table about the same.
fn fitting(schema: &Dataset, field: &str, profiles: &[ColumnProfile]) -> Option<String> {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    let settled = recognise::export(&names).map_or_else(Settled::default, |known| known.settled(schema.id, &names));
    let mapping = suggest("", schema, profiles, &settled);
    mapping.field(field)?.columns.first().cloned()
}

/// Columns that may hold the same keys: here whatever is filled, there what stands once; those first that are called alike.
fn pairs<'p>(own: &'p [(ColumnProfile, Way)], other: &'p [ColumnProfile]) -> Vec<(&'p str, &'p Way, &'p str)> {
    // Above some thousand values the count of different ones is an estimate.
    let is_key = |profile: &&ColumnProfile| profile.filled > 0 && profile.distinct * 100 >= profile.filled * 97;
    let mut pairs: Vec<(usize, &str, &Way, &str)> = Vec::new();
    for key in other.iter().filter(is_key) {
        for (column, way) in own.iter().filter(|(column, _)| column.filled > 0 && may_hold(column, key)) {
            let shared = alike(&column.name, &key.name);
            if shared > 0 || column.longest > SHORT {
                pairs.push((shared, &column.name, way, &key.name));
            }
        }
    }
    // The sort is stable: of equals the first column of the file counts.
    pairs.sort_by_key(|(shared, ..)| std::cmp::Reverse(*shared));
    pairs.into_iter().map(|(_, column, way, key)| (column, way, key)).collect()
}

/// Whether the values of two columns are written alike: as long, and beginning alike.
fn may_hold(column: &ColumnProfile, key: &ColumnProfile) -> bool {
    let lengths = |profile: &ColumnProfile| {
        let lengths = profile.samples.iter().map(|sample| sample.trim().chars().count());
        (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0))
    };
    let (own, other) = (lengths(column), lengths(key));
    column.kind == key.kind && own.0 <= other.1 && other.0 <= own.1
}

/// How many words two headings share.
fn alike(one: &str, other: &str) -> usize {
    let words = |name: &str| {
        let parts = name.split(|character: char| !character.is_alphanumeric());
        parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>()
    };
    let theirs = words(other);
    words(one).iter().filter(|word| theirs.contains(word)).count()
}
