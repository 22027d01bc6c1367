//! The tables that were read into this migration, each with its mapping.

use rusqlite::{Connection, Row, params};

use super::{Place, Result, Store, chunk, ledger, total};
use crate::intake::{Chunk, Layout, TableProfile};
use crate::mapping::Mapping;

/// One table of one file.
#[derive(Debug, Clone)]
pub struct Source {
    pub id: u32,
    pub dataset: String,
    /// Where the file was when it was read.
    pub path: String,
    pub file: String,
    pub sheet: Option<String>,
    pub sha256: String,
    pub bytes: u64,
    pub modified: Option<String>,
    /// Names as in the header, in order.
    pub columns: Vec<String>,
    pub rows: u64,
    pub mapping: Mapping,
}

impl Source {
    /// Whether its headings are these, in whatever order.
    pub fn has_headings(&self, headings: &[String]) -> bool {
        fn sorted(names: &[String]) -> Vec<&str> {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            names
        }
        self.columns.len() == headings.len() && sorted(&self.columns) == sorted(headings)
    }
}

/// How a source was read and what was learnt of it; fetched only by who needs it, since it is large.
#[derive(Debug, Clone)]
pub struct Reading {
    pub layout: Layout,
    pub table_index: usize,
    pub profile: TableProfile,
}

/// What sources are called that made room for a newer file and are kept as proof.
const EARLIER: &str = "earlier";
/// Under which name the number of the newest source is kept, also once it was removed.
const LAST: &str = "last_source";
const COLUMNS: &str = "id, dataset, path, file, sheet, sha256, bytes, modified, columns, rows, mapping";

/// Adds a source.
pub fn insert(connection: &Connection, source: &Source, reading: &Reading, at: &str) -> Result<()> {
    connection.execute(
        &format!("insert into source ({COLUMNS}, layout, table_index, profile, read_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        params![
            source.id,
            source.dataset,
            source.path,
            source.file,
            source.sheet,
            source.sha256,
            source.bytes,
            source.modified,
            serde_json::to_string(&source.columns)?,
            source.rows,
            serde_json::to_string(&source.mapping)?,
            serde_json::to_string(&reading.layout)?,
            reading.table_index,
            serde_json::to_string(&reading.profile)?,
            at,
        ],
    )?;
    connection.execute("insert or replace into meta values (?, ?)", params![LAST, source.id.to_string()])?;
    total::forget(connection, &source.dataset)
}

/// Takes a source out with its rows, the edits laid over them and what was found in them. Everything has to be checked
/// again: other files may refer to what it held.
pub fn remove(connection: &Connection, source: u32) -> Result<()> {
    take_out(connection, source)?;
    super::chunk::remove(connection, source)?;
    connection.execute("delete from source where id = ?", [source])?;
    Ok(())
}

/// The same, but what was read stays in the file as proof of what was sent. Nothing else sees it any more.
pub fn retire(connection: &Connection, source: u32) -> Result<()> {
    take_out(connection, source)?;
    connection.execute("update source set dataset = ? where id = ?", params![EARLIER, source])?;
    Ok(())
}

fn take_out(connection: &Connection, source: u32) -> Result<()> {
    let range = places(source);
    connection.execute(
        "delete from edit where id in (
           select edit from edit_cell where place >= ?1 and place < ?2
           union select edit from edit_exclusion where place >= ?1 and place < ?2
         )
         and not exists (select 1 from edit_cell c where c.edit = edit.id and (c.place < ?1 or c.place >= ?2))
         and not exists (select 1 from edit_exclusion x where x.edit = edit.id and (x.place < ?1 or x.place >= ?2))",
        range,
    )?;
    for table in ["edit_cell", "edit_exclusion", "finding"] {
        connection.execute(&format!("delete from {table} where place >= ? and place < ?"), range)?;
    }
    ledger::leave(connection, source)?;
    connection.execute("delete from checked", [])?;
    Ok(())
}

fn places(source: u32) -> [i64; 2] {
    [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()]
}

/// The number the next source gets. Numbers are never used twice, so places of removed sources stay dead.
pub fn next_id(connection: &Connection) -> Result<u32> {
    let next = "select max(coalesce((select max(id) from source), 0),
                           coalesce((select cast(value as integer) from meta where key = ?), 0)) + 1";
    Ok(connection.query_row(next, [LAST], |row| row.get(0))?)
}

impl Store {
    /// In the order in which they were read.
    pub fn sources(&self) -> Result<Vec<Source>> {
        self.sources_where("dataset <> ?")
    }

    /// Sources that made room for a newer file after their rows were sent to a live account.
    pub fn earlier_sources(&self) -> Result<Vec<Source>> {
        self.sources_where("dataset = ?")
    }

    fn sources_where(&self, earlier: &str) -> Result<Vec<Source>> {
        let mut statement =
            self.connection().prepare_cached(&format!("select {COLUMNS} from source where {earlier} order by id"))?;
        let mut rows = statement.query([EARLIER])?;
        let mut sources = Vec::new();
        while let Some(row) = rows.next()? {
            sources.push(unpack(row)?);
        }
        Ok(sources)
    }

    pub fn reading(&self, source: u32) -> Result<Reading> {
        let mut statement =
            self.connection().prepare_cached("select layout, table_index, profile from source where id = ?")?;
        let (layout, table_index, profile): (String, usize, String) =
            statement.query_row([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Reading { layout: serde_json::from_str(&layout)?, table_index, profile: serde_json::from_str(&profile)? })
    }

    /// When a source was read, RFC 3339.
    pub fn read_at(&self, source: u32) -> Result<String> {
        let mut statement = self.connection().prepare_cached("select read_at from source where id = ?")?;
        Ok(statement.query_row([source], |row| row.get(0))?)
    }

    /// How many edits lie over a source.
    pub fn edits_of(&self, source: u32) -> Result<u32> {
        let mut statement = self.connection().prepare_cached(
            "select count(*) from edit e where not undone and (
               exists (select 1 from edit_cell c where c.edit = e.id and c.place >= ?1 and c.place < ?2)
               or exists (select 1 from edit_exclusion x where x.edit = e.id and x.place >= ?1 and x.place < ?2))",
        )?;
        Ok(statement.query_row(places(source), |row| row.get(0))?)
    }

    /// Adds rows behind those of a source, which then has `rows`. They are checked with the next check.
    pub fn append(&mut self, source: u32, new: &Chunk, rows: u64) -> Result<()> {
        self.transaction(|connection| {
            chunk::insert(connection, source, new)?;
            connection.execute("update source set rows = ? where id = ?", params![rows, source])?;
            total::outdate(connection, [source])
        })
    }

    /// Has a source be about something else. What was found in its rows goes; everything has to be checked again.
    pub fn set_dataset(&mut self, source: u32, dataset: &str) -> Result<()> {
        self.transaction(|connection| {
            connection.execute("update source set dataset = ? where id = ?", params![dataset, source])?;
            connection.execute("delete from finding where place >= ? and place < ?", places(source))?;
            connection.execute("delete from checked", [])?;
            Ok(())
        })
    }

    /// Maps a source in another way.
    pub fn set_mapping(&mut self, source: &Source) -> Result<()> {
        let json = serde_json::to_string(&source.mapping)?;
        self.transaction(|connection| {
            connection.execute("update source set mapping = ? where id = ?", params![json, source.id])?;
            total::forget(connection, &source.dataset)
        })
    }
}

fn unpack(row: &Row<'_>) -> Result<Source> {
    Ok(Source {
        id: row.get(0)?,
        dataset: row.get(1)?,
        path: row.get(2)?,
        file: row.get(3)?,
        sheet: row.get(4)?,
        sha256: row.get(5)?,
        bytes: row.get(6)?,
        modified: row.get(7)?,
        columns: serde_json::from_str(&row.get::<_, String>(8)?)?,
        rows: row.get(9)?,
        mapping: serde_json::from_str(&row.get::<_, String>(10)?)?,
    })
}
