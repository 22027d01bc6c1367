//! Tables that others look in: which sources a table is, what stands in them now, and whether that has changed.
//!
//! An index is kept as long as the migration is open and nothing it was made of has changed, so that one edited row costs
//! no reading of the other table.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use rusqlite::params;
use xxhash_rust::xxh3::xxh3_128;

use super::source::Source;
use super::{Place, Result, Store, StoreError, chunk, edit, hex};
use crate::mapping::Mapping;
use crate::mapping::lookup::{Index, IndexBuilder, Lookup, Table};

/// What sources are called that are only looked in: nothing of them is sent.
pub const LOOK_UP: &str = "lookup";

/// Keys that are kept over all indexes, some 150 MB. What is still in use lives on without being kept.
const KEPT: usize = 3_000_000;

/// By look-up as JSON: what it was made of, and the index.
pub(super) type Lent = HashMap<String, (String, Arc<Index>)>;

/// The sources that make up a table: the one of its name or, where there is none, the one whose headings are most like it;
/// and the further parts of the same export. None of them lacks a column the look-up needs.
pub fn sources_of<'s>(lookup: &Lookup, sources: &'s [Source]) -> Vec<&'s Source> {
    let fits = |source: &&Source| lookup.needs().all(|column| source.columns.contains(column));
    let named = |source: &&Source| source.file == lookup.table.file && source.sheet == lookup.table.sheet;
    let all = || sources.iter().filter(fits);
    let first = all().find(named).or_else(|| most_alike(&lookup.table, &all().collect::<Vec<_>>()));
    let Some(first) = first else { return Vec::new() };
    all().filter(|source| source.id == first.id || is_part(source, first)).collect()
}

/// The source with the same headings, or most of them; none where two different tables could be meant.
fn most_alike<'s>(table: &Table, sources: &[&'s Source]) -> Option<&'s Source> {
    let shared = |source: &Source| source.columns.iter().filter(|column| table.headings.contains(column)).count();
    // At least half of what either has.
    let alike = |source: &&&'s Source| shared(source) * 2 >= source.columns.len().max(table.headings.len());
    let best = sources.iter().filter(alike).max_by_key(|source| shared(source))?;
    let rival =
        sources.iter().any(|other| shared(other) == shared(best) && other.id != best.id && !is_part(other, best));
    (!rival).then_some(best)
}

/// Whether two sources are parts of one export: same headings, and about the same or called the same but for a number.
fn is_part(source: &Source, of: &Source) -> bool {
    let stem = |source: &Source| source.file.chars().filter(|character| character.is_alphabetic()).collect::<String>();
    source.columns == of.columns
        && source.dataset == of.dataset
        && (source.dataset != LOOK_UP || (stem(source) == stem(of) && source.sheet == of.sheet))
}

/// The look-ups of a mapping, each once.
pub fn lookups(mapping: &Mapping) -> Vec<&Lookup> {
    let mut lookups: Vec<&Lookup> = Vec::new();
    for lookup in mapping.fields.iter().flat_map(|field| &field.lookups) {
        if !lookups.contains(&lookup) {
            lookups.push(lookup);
        }
    }
    lookups
}

/// The sources that look in this one.
pub fn lookers<'s>(source: &Source, sources: &'s [Source]) -> Vec<&'s Source> {
    let looks_in = |looker: &&Source| {
        let mut tables = lookups(&looker.mapping).into_iter().flat_map(|lookup| sources_of(lookup, sources));
        looker.dataset != LOOK_UP && tables.any(|table| table.id == source.id)
    };
    sources.iter().filter(looks_in).collect()
}

impl Store {
    /// What a look-up looks in, as it stands now; `None` where its table is not here. A row the user left out is not in it.
    pub fn lent(&self, lookup: &Lookup, sources: &[Source]) -> Result<Option<Arc<Index>>> {
        let of = sources_of(lookup, sources);
        if of.is_empty() {
            return Ok(None);
        }
        let (name, state) = (serde_json::to_string(lookup)?, self.state(lookup, &of)?);
        if let Some((made_of, index)) = self.lent.borrow().get(&name)
            && *made_of == state
        {
            return Ok(Some(Arc::clone(index)));
        }
        let index = Arc::new(self.index(lookup, &of)?);
        let mut lent = self.lent.borrow_mut();
        if lent.values().map(|(_, kept)| kept.len()).sum::<usize>() + index.len() > KEPT {
            lent.clear();
        }
        lent.insert(name, (state, Arc::clone(&index)));
        Ok(Some(index))
    }

    /// Changes whenever anything a dataset looks up may have changed; empty where it looks up nothing.
    pub fn looked_up(&self, dataset: &str, sources: &[Source]) -> Result<String> {
        let mut state = String::new();
        let own = sources.iter().filter(|source| source.dataset == dataset);
        for lookup in own.flat_map(|source| lookups(&source.mapping)) {
            let name = serde_json::to_string(lookup)?;
            write!(state, "{name} {};", self.state(lookup, &sources_of(lookup, sources))?).unwrap_or_default();
        }
        Ok(if state.is_empty() { state } else { hex(&xxh3_128(state.as_bytes()).to_be_bytes()) })
    }

    /// The sources by number, since a file read again gets a new one, and the edits on what is looked at of them.
    fn state(&self, lookup: &Lookup, sources: &[&Source]) -> Result<String> {
        let mut state = String::new();
        for source in sources {
            write!(state, "{}", source.id).unwrap_or_default();
            for edit in self.edits_in(source, lookup)? {
                write!(state, ",{edit}").unwrap_or_default();
            }
            state.push(' ');
        }
        Ok(state)
    }

    fn edits_in(&self, source: &Source, lookup: &Lookup) -> Result<BTreeSet<i64>> {
        let mut edits = BTreeSet::new();
        let [first, end] = [Place::new(source.id, 0).packed(), Place::new(source.id + 1, 0).packed()];
        let mut cells = self.connection().prepare_cached(
            "select distinct c.edit from edit_cell c join edit e on e.id = c.edit
             where c.place >= ? and c.place < ? and c.col = ? and not e.undone",
        )?;
        for column in lookup.needs().filter_map(|column| source.columns.iter().position(|name| name == column)) {
            let rows = cells.query_map(params![first, end, column], |row| row.get(0))?;
            edits.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        let mut excluded = self.connection().prepare_cached(
            "select distinct x.edit from edit_exclusion x join edit e on e.id = x.edit
             where x.place >= ? and x.place < ? and not e.undone",
        )?;
        let rows = excluded.query_map(params![first, end], |row| row.get(0))?;
        edits.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
        Ok(edits)
    }

    fn index(&self, lookup: &Lookup, sources: &[&Source]) -> Result<Index> {
        // Steps that make no sense were refused when the mapping was made.
        let Ok(mut builder) = IndexBuilder::new(&lookup.steps) else { return Ok(Index::default()) };
        for source in sources {
            let at = |column: &String| source.columns.iter().position(|name| name == column).unwrap_or_default();
            let (keys, take): (Vec<usize>, usize) = (lookup.keys.iter().map(at).collect(), at(&lookup.take));
            builder.begin(&source.file);
            let edited = edit::touches(self.connection(), source.id)?;
            chunk::scan(self.connection(), source.id, |chunk| {
                let last = chunk.first_row + u64::from(chunk.rows) - 1;
                let overlay =
                    if edited { self.overlay(source.id, chunk.first_row, last)? } else { edit::Overlay::default() };
                let mut cells: Vec<&str> = Vec::new();
                for row in &chunk {
                    let row = row?;
                    if overlay.excluded.contains_key(&row.row) {
                        continue;
                    }
                    cells.clear();
                    match overlay.over(row.row, row.cells()) {
                        Some(edited) => cells.extend(edited),
                        None => cells.extend(row.cells()),
                    }
                    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
                    let key: Vec<&str> = keys.iter().map(|&at| cell(at)).collect();
                    builder.add(&key, cell(take), row.line);
                }
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(builder.build())
    }
}
