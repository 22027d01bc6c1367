//! What the user changed, laid over the source: cells, exclusions, and the way back.
//!
//! An edit is never erased by another: the cell in force is that of the newest edit not undone. Undo and redo therefore
//! only flip a flag, also after a restart. A new edit drops what was undone before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Place, Result, Store, finding, total};
use crate::schema::finding::Rule;

/// A change to make: cells with their new text, rows to leave out, each as one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// As in the audit trail: `Filled up 48 customer numbers with zeros`.
    pub label: String,
    /// Why; required where rows are excluded.
    pub reason: Option<String>,
    /// Column index within the source.
    pub cells: Vec<(Place, usize, String)>,
    pub excluded: Vec<Place>,
    /// Rows taken in again.
    pub put_back: Vec<Place>,
    /// Warnings that stay as they are.
    pub kept: Vec<Kept>,
    /// The findings it was made for, where it was made for those of one rule.
    pub about: Option<About>,
}

/// A warning that was looked at: it stays settled as long as the value does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub place: Place,
    pub field: String,
    pub rule: Rule,
    pub value: String,
}

/// The findings of one rule on one field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct About {
    pub dataset: String,
    pub rule: Rule,
    pub field: String,
}

/// What is known of an edit beside what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// UTC.
    pub at: String,
    pub who: String,
    /// The reason that was given, or else what was done.
    pub why: String,
    /// The one that an undo would take back.
    pub is_newest: bool,
}

impl Edit {
    /// Rows whose content or fate it changes, so that they have to be judged again.
    pub fn places(&self) -> BTreeSet<Place> {
        let rows = self.excluded.iter().chain(&self.put_back).copied();
        self.cells.iter().map(|cell| cell.0).chain(rows).collect()
    }
}

/// The edits in force over one stretch of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    pub cells: HashMap<u64, BTreeMap<usize, String>>,
    /// Row → reason.
    pub excluded: HashMap<u64, String>,
}

impl Overlay {
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.excluded.is_empty()
    }

    /// The cells of a row as they stand now. `None` when nothing was changed in it.
    pub fn over<'a>(&'a self, row: u64, cells: impl Iterator<Item = &'a str>) -> Option<Vec<&'a str>> {
        let changed = self.cells.get(&row)?;
        let mut cells: Vec<&str> = cells.collect();
        for (&column, text) in changed {
            if column >= cells.len() {
                cells.resize(column + 1, "");
            }
            cells[column] = text;
        }
        Some(cells)
    }
}

/// Edits in force on rows `first..=last` of a source.
pub fn overlay(connection: &Connection, source: u32, first: u64, last: u64) -> Result<Overlay> {
    let range = [Place::new(source, first).packed(), Place::new(source, last).packed()];
    let mut overlay = Overlay::default();
    let mut cells = connection.prepare_cached(
        "select c.place, c.col, c.text from edit_cell c join edit e on e.id = c.edit
         where c.place between ? and ? and not e.undone order by c.place, c.col, c.edit",
    )?;
    let mut rows = cells.query(range)?;
    while let Some(row) = rows.next()? {
        let place = Place::unpack(row.get(0)?);
        overlay.cells.entry(place.row).or_default().insert(row.get(1)?, row.get(2)?);
    }
    let mut excluded = connection.prepare_cached(
        "select x.place, coalesce(e.reason, e.label), x.back from edit_exclusion x join edit e on e.id = x.edit
         where x.place between ? and ? and not e.undone order by x.place, x.edit",
    )?;
    let mut rows = excluded.query(range)?;
    while let Some(row) = rows.next()? {
        let place = Place::unpack(row.get(0)?);
        if row.get(2)? {
            overlay.excluded.remove(&place.row);
        } else {
            overlay.excluded.insert(place.row, row.get(1)?);
        }
    }
    Ok(overlay)
}

/// Whether any edit touches the source, so that an untouched one is scanned without looking.
pub fn touches(connection: &Connection, source: u32) -> Result<bool> {
    let range = [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()];
    let mut statement = connection.prepare_cached(
        "select exists (select 1 from edit_cell where place >= ?1 and place < ?2)
             or exists (select 1 from edit_exclusion where place >= ?1 and place < ?2)",
    )?;
    Ok(statement.query_row(range, |row| row.get(0))?)
}

impl Store {
    /// Records an edit. What was undone before it can no longer be redone.
    pub fn apply(&mut self, edit: &Edit, who: &str, at: &str) -> Result<i64> {
        self.transaction(|connection| {
            connection.execute("delete from edit where undone", [])?;
            let id = insert(connection, edit, who, at)?;
            let mut cell =
                connection.prepare_cached("insert into edit_cell (edit, place, col, text) values (?, ?, ?, ?)")?;
            for (place, column, text) in &edit.cells {
                cell.execute(params![id, place.packed(), column, text])?;
            }
            let mut exclusion =
                connection.prepare_cached("insert or ignore into edit_exclusion (edit, place) values (?, ?)")?;
            for place in &edit.excluded {
                exclusion.execute(params![id, place.packed()])?;
            }
            let mut back = connection
                .prepare_cached("insert or ignore into edit_exclusion (edit, place, back) values (?, ?, 1)")?;
            for place in &edit.put_back {
                back.execute(params![id, place.packed()])?;
            }
            insert_kept(connection, id, &edit.kept)?;
            total::outdate(connection, sources(&touched(connection, id)?))?;
            Ok(id)
        })
    }

    /// By which edit each row is left out that is.
    pub fn excluded_by(&self) -> Result<Vec<(Place, i64)>> {
        let mut statement = self.connection().prepare_cached(
            "select place, edit from (
               select x.place, x.back, max(x.edit) as edit
               from edit_exclusion x join edit e on e.id = x.edit where not e.undone group by x.place)
             where not back",
        )?;
        let rows = statement.query_map([], |row| Ok((Place::unpack(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Who made an edit, when and why.
    pub fn made(&self, edit: i64) -> Result<Made> {
        let mut statement = self.connection().prepare_cached(
            "select at, who, coalesce(reason, label), id = (select max(id) from edit where not undone)
             from edit where id = ?",
        )?;
        Ok(statement.query_row([edit], |row| {
            Ok(Made { at: row.get(0)?, who: row.get(1)?, why: row.get(2)?, is_newest: row.get(3)? })
        })?)
    }

    /// What [`Store::undo`] and [`Store::redo`] would act on, as said to the user.
    pub fn undo_and_redo(&self) -> Result<(Option<String>, Option<String>)> {
        let label = |which| Ok::<_, super::StoreError>(newest(self.connection(), which)?.map(|(_, label)| label));
        Ok((label(NEWEST)?, label(UNDONE_LAST)?))
    }

    /// The rows that [`Store::undo`] would touch; `None` when there is nothing to undo.
    pub fn undoable(&self) -> Result<Option<BTreeSet<Place>>> {
        newest(self.connection(), NEWEST)?.map(|(id, _)| touched(self.connection(), id)).transpose()
    }

    pub fn redoable(&self) -> Result<Option<BTreeSet<Place>>> {
        newest(self.connection(), UNDONE_LAST)?.map(|(id, _)| touched(self.connection(), id)).transpose()
    }

    /// Takes back the newest edit and returns what it was.
    pub fn undo(&mut self) -> Result<Option<String>> {
        self.flip(NEWEST, true)
    }

    /// Brings back the edit that was undone last.
    pub fn redo(&mut self) -> Result<Option<String>> {
        self.flip(UNDONE_LAST, false)
    }

    fn flip(&mut self, which: &str, undone: bool) -> Result<Option<String>> {
        self.transaction(|connection| {
            let Some((id, label)) = newest(connection, which)? else { return Ok(None) };
            connection.execute("update edit set undone = ? where id = ?", params![undone, id])?;
            finding::settle(connection, id)?;
            total::outdate(connection, sources(&touched(connection, id)?))?;
            Ok(Some(label))
        })
    }

    /// Rows of a source that an edit in force touches, in order.
    pub fn edited(&self, source: u32) -> Result<Vec<Place>> {
        let range = [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()];
        let mut statement = self.connection().prepare_cached(
            "select c.place from edit_cell c join edit e on e.id = c.edit
             where not e.undone and c.place >= ?1 and c.place < ?2
             union
             select x.place from edit_exclusion x join edit e on e.id = x.edit
             where not e.undone and x.place >= ?1 and x.place < ?2 order by 1",
        )?;
        let rows = statement.query_map(range, |row| Ok(Place::unpack(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn overlay(&self, source: u32, first: u64, last: u64) -> Result<Overlay> {
        overlay(self.connection(), source, first, last)
    }

    /// Rows left out by the user, with the reason and who decided.
    pub fn exclusions(&self) -> Result<Vec<(Place, String, String)>> {
        let mut statement = self.connection().prepare_cached(
            "select place, why, who from (
               select x.place, coalesce(e.reason, e.label) as why, e.who, x.back, max(x.edit)
               from edit_exclusion x join edit e on e.id = x.edit where not e.undone group by x.place)
             where not back order by place",
        )?;
        let rows = statement.query_map([], |row| Ok((Place::unpack(row.get(0)?), row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn insert(connection: &Connection, edit: &Edit, who: &str, at: &str) -> Result<i64> {
    let about = edit.about.as_ref();
    let rule = about.map(|about| finding::word(&about.rule)).transpose()?;
    connection.execute(
        "insert into edit (at, who, label, reason, dataset, rule, field) values (?, ?, ?, ?, ?, ?, ?)",
        params![
            at,
            who,
            edit.label,
            edit.reason,
            about.map(|about| &about.dataset),
            rule,
            about.map(|about| &about.field)
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

fn insert_kept(connection: &Connection, edit: i64, kept: &[Kept]) -> Result<()> {
    let mut statement = connection
        .prepare_cached("insert or ignore into edit_keep (edit, place, field, rule, value) values (?, ?, ?, ?, ?)")?;
    for Kept { place, field, rule, value } in kept {
        statement.execute(params![edit, place.packed(), field, finding::word(rule)?, value])?;
    }
    finding::settle(connection, edit)
}

const NEWEST: &str = "select id, label from edit where not undone order by id desc limit 1";
const UNDONE_LAST: &str = "select id, label from edit where undone order by id limit 1";

fn newest(connection: &Connection, which: &str) -> Result<Option<(i64, String)>> {
    let mut statement = connection.prepare_cached(which)?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn sources(places: &BTreeSet<Place>) -> BTreeSet<u32> {
    places.iter().map(|place| place.source).collect()
}

fn touched(connection: &Connection, edit: i64) -> Result<BTreeSet<Place>> {
    let mut statement = connection.prepare_cached(
        "select place from edit_cell where edit = ?1 union select place from edit_exclusion where edit = ?1",
    )?;
    let rows = statement.query_map([edit], |row| Ok(Place::unpack(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
