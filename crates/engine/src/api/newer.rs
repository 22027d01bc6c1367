//! A newer file that is to take the place of one that was read: how it differs, told before anything is replaced.
//!
//! Replaces nothing; that is [`Migration::replace`]'s. Rows are compared as they stand in the files, without the edits.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

use super::draft::{Draft, ImportRequest, NotTaken};
use super::files::first_taken;
use super::{Migration, Result};
use crate::intake::{self, Chunk, Spool};
use crate::mapping::Mapping;
use crate::recognise;
use crate::store::source::Source;
use crate::store::{StoreError, chunk};

/// A newer file beside the one whose place it is to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Newer {
    /// Its name, without the folder.
    pub file: String,
    /// The very file that was read, byte for byte.
    pub same: bool,
    pub rows: u64,
    pub rows_before: u64,
    /// Headings of the earlier file that it does not have.
    pub missing: Vec<MissingColumn>,
    /// Headings that only it has.
    pub added: Vec<String>,
    /// The dataset its columns speak for, where those of the earlier file spoke for another.
    pub looks_like: Option<String>,
    /// Edits that lie over the earlier file, and would be dropped.
    pub edits: u32,
    pub compared: RowsCompared,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MissingColumn {
    pub column: String,
    /// Fields that take their value from it, as on screen.
    pub fields: Vec<String>,
}

/// Rows of both files, held against each other by the columns that both have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RowsCompared {
    pub same: u64,
    /// Under a number that both files have; 0 where no column is known that names the records.
    pub changed: u64,
    /// Only in the newer file.
    pub added: u64,
    /// Only in the earlier file.
    pub gone: u64,
}

impl Migration {
    /// What to read so that a newer file takes the place of a source. A sheet that goes by another name is taken where the
    /// workbook has no other.
    pub fn request_newer(&self, source: u32, path: &Path) -> Result<ImportRequest> {
        let mut request = self.request_again(source, Some(path), None, None)?;
        if request.hints.sheet.is_some() {
            let unnamed = intake::Hints { sheet: None, ..request.hints.clone() };
            // What cannot be read is told when it is read.
            let tables = |hints| intake::open(path).and_then(|mut opened| opened.layout(hints)).ok();
            let is_other = tables(&request.hints).is_none();
            if is_other && tables(&unnamed).is_some_and(|layout| layout.tables.len() == 1) {
                request.hints = unnamed;
            }
        }
        Ok(request)
    }

    /// How a file that was read differs from the source whose place it is to take.
    ///
    /// # Errors
    /// When it stands in another place of the migration already, or has no table that could take this one's place.
    pub fn newer(&self, source: u32, draft: &mut Draft) -> std::result::Result<Newer, NotTaken> {
        let old = self.source(source)?;
        let table = first_taken(draft, self.schema)?;
        let (file, same) = (draft.file.clone(), draft.sha256 == old.sha256);
        let (profile, rows) = &mut draft.tables[table];
        let is_twin_of =
            |other: &Source| other.id != old.id && other.sha256 == draft.sha256 && other.sheet == profile.layout.sheet;
        if self.store.sources()?.iter().any(is_twin_of) {
            return Err(NotTaken::twin(&file));
        }
        let columns = &profile.layout.columns;
        let missing = old.columns.iter().filter(|column| !columns.contains(column));
        let missing = missing.map(|column| self.missing(&old, column)).collect();
        let guess = |columns: &[intake::ColumnProfile]| {
            recognise::dataset(self.schema, columns).map(|guess| guess.dataset).filter(|guess| *guess != old.dataset)
        };
        let looks_like = guess(&profile.columns);
        let before = self.store.reading(old.id)?.profile;
        let looks_like = looks_like.filter(|now| guess(&before.columns) != Some(*now));
        let compared = Comparison::of(&old, self.key_columns(&old), columns).run(self, &old, rows)?;
        Ok(Newer {
            same,
            rows: profile.rows,
            rows_before: old.rows,
            missing,
            added: columns.iter().filter(|column| !old.columns.contains(column)).cloned().collect(),
            looks_like: looks_like.map(str::to_owned),
            edits: self.store.edits_of(old.id)?,
            compared,
            file,
        })
    }

    fn missing(&self, old: &Source, column: &str) -> MissingColumn {
        let dataset = self.schema.dataset(&old.dataset);
        let named = |id: &str| {
            let field = dataset.and_then(|dataset| dataset.field(id));
            field.map_or_else(|| id.to_owned(), |field| field.label.to_owned())
        };
        let takes = old.mapping.fields.iter().filter(|field| field.columns.iter().any(|name| name == column));
        MissingColumn { column: column.to_owned(), fields: takes.map(|field| named(&field.field)).collect() }
    }

    /// The columns that name the records of a source.
    fn key_columns<'s>(&self, source: &'s Source) -> &'s [String] {
        fn columns<'s>(mapping: &'s Mapping, field: &str) -> Option<&'s [String]> {
            mapping.field(field).map(|field| field.columns.as_slice())
        }
        let dataset = self.schema.dataset(&source.dataset);
        dataset.and_then(|dataset| columns(&source.mapping, dataset.identity)).unwrap_or_default()
    }
}

/// Where the columns that both files have stand in each.
struct Comparison {
    before: Places,
    now: Places,
}

struct Places {
    cells: Vec<usize>,
    /// Empty where no column names the records.
    key: Vec<usize>,
}

/// Rows are told apart by hashes: what is told here decides nothing.
type Counted = HashMap<u64, u64>;

impl Comparison {
    fn of(old: &Source, key: &[String], columns: &[String]) -> Self {
        let never = recognise::never_kept(columns);
        let kept =
            |name: &&String| columns.iter().position(|column| column == *name).is_some_and(|at| !never.contains(&at));
        let both: Vec<&String> = old.columns.iter().filter(kept).collect();
        let key: Vec<&String> =
            if key.iter().all(|name| both.contains(&name)) { key.iter().collect() } else { Vec::new() };
        let places = |columns: &[String]| {
            let at = |names: &[&String]| {
                names.iter().filter_map(|name| columns.iter().position(|column| column == *name)).collect()
            };
            Places { cells: at(&both), key: at(&key) }
        };
        Self { before: places(&old.columns), now: places(columns) }
    }

    fn run(
        &self,
        migration: &Migration,
        old: &Source,
        newer: &mut Spool,
    ) -> std::result::Result<RowsCompared, NotTaken> {
        // By row: how often it stands in the earlier file, and its key.
        let mut left: HashMap<u64, (u64, Option<u64>)> = HashMap::new();
        chunk::scan(migration.store.connection(), old.id, |chunk| {
            self.before.each(&chunk, |row, key| left.entry(row).or_insert((0, key)).0 += 1)
        })?;
        let mut compared = RowsCompared::default();
        let mut fresh = Counted::new();
        newer
            .each(|chunk| {
                self.now.each(&chunk, |row, key| match (left.get_mut(&row), key) {
                    (Some((count, _)), _) if *count > 0 => {
                        *count -= 1;
                        compared.same += 1;
                    }
                    (_, Some(key)) => *fresh.entry(key).or_default() += 1,
                    (_, None) => compared.added += 1,
                })
            })
            .map_err(StoreError::Temporary)??;
        for (count, key) in left.into_values() {
            let met = key.and_then(|key| fresh.get_mut(&key));
            let changed = met.as_ref().map_or(0, |fresh| count.min(**fresh));
            if let Some(fresh) = met {
                *fresh -= changed;
            }
            compared.changed += changed;
            compared.gone += count - changed;
        }
        compared.added += fresh.values().sum::<u64>();
        Ok(compared)
    }
}

impl Places {
    /// Every row of a chunk by the hash of its cells, and that of its key where it has one.
    fn each(&self, chunk: &Chunk, mut visit: impl FnMut(u64, Option<u64>)) -> std::result::Result<(), StoreError> {
        let mut cells = Vec::new();
        for row in chunk {
            let row = row?;
            cells.clear();
            cells.extend(row.cells());
            let has_key = self.key.iter().any(|&at| cells.get(at).is_some_and(|cell| !cell.is_empty()));
            visit(hash(&cells, &self.cells), has_key.then(|| hash(&cells, &self.key)));
        }
        Ok(())
    }
}

/// Each cell with its length, so that no two rows run together.
fn hash(cells: &[&str], places: &[usize]) -> u64 {
    let mut hasher = Xxh3::new();
    for cell in places.iter().map(|&at| cells.get(at).copied().unwrap_or_default()) {
        hasher.update(&cell.len().to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    hasher.digest()
}
