//! Rows as read: written once at import, streamed at every check, fetched by number for the grid.

use rusqlite::{Connection, params};

use super::{Place, Result, Store};
use crate::intake::Chunk;

/// Appends chunks within the transaction that its connection is in.
pub fn insert(connection: &Connection, source: u32, chunk: &Chunk) -> Result<()> {
    let mut statement = connection.prepare_cached("insert into chunk (id, rows, bytes) values (?, ?, ?)")?;
    statement.execute(params![Place::new(source, chunk.first_row).packed(), chunk.rows, chunk.bytes])?;
    Ok(())
}

/// Forgets the rows of a source that was not taken after all.
pub fn remove(connection: &Connection, source: u32) -> Result<()> {
    let range = [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()];
    connection.execute("delete from chunk where id >= ? and id < ?", range)?;
    Ok(())
}

/// Calls `visit` with each chunk of a source in order.
pub fn scan(connection: &Connection, source: u32, mut visit: impl FnMut(Chunk) -> Result<()>) -> Result<()> {
    let mut statement =
        connection.prepare_cached("select id, rows, bytes from chunk where id >= ? and id < ? order by id")?;
    let mut rows = statement.query([Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()])?;
    while let Some(row) = rows.next()? {
        visit(unpack(row)?)?;
    }
    Ok(())
}

/// The first chunk of a source that begins at this row or later.
pub fn at_or_after(connection: &Connection, place: Place) -> Result<Option<Chunk>> {
    let mut statement =
        connection.prepare_cached("select id, rows, bytes from chunk where id >= ? and id < ? order by id limit 1")?;
    let mut rows = statement.query([place.packed(), Place::new(place.source + 1, 0).packed()])?;
    rows.next()?.map(unpack).transpose()
}

/// The chunk in which a row stands.
pub fn holding(connection: &Connection, place: Place) -> Result<Option<Chunk>> {
    let mut statement = connection
        .prepare_cached("select id, rows, bytes from chunk where id <= ? and id >= ? order by id desc limit 1")?;
    let mut rows = statement.query([place.packed(), Place::new(place.source, 0).packed()])?;
    Ok(match rows.next()? {
        Some(row) => Some(unpack(row)?).filter(|chunk| place.row < chunk.first_row + u64::from(chunk.rows)),
        None => None,
    })
}

fn unpack(row: &rusqlite::Row<'_>) -> Result<Chunk> {
    let first_row = Place::unpack(row.get(0)?).row;
    Ok(Chunk { first_row, rows: row.get(1)?, bytes: row.get(2)? })
}

impl Store {
    /// The first rows of a source: line and cells.
    pub fn first_rows(&self, source: u32, rows: usize) -> Result<Vec<(u64, Vec<String>)>> {
        let Some(chunk) = at_or_after(self.connection(), Place::new(source, 0))? else { return Ok(Vec::new()) };
        let mut first = Vec::new();
        for row in chunk.iter().take(rows) {
            let row = row?;
            first.push((row.line, row.cells().map(str::to_owned).collect()));
        }
        Ok(first)
    }

    /// One row as read: its line in the file and its cells.
    pub fn row(&self, place: Place) -> Result<Option<(u64, Vec<String>)>> {
        let Some(chunk) = holding(self.connection(), place)? else { return Ok(None) };
        for row in &chunk {
            let row = row?;
            if row.row == place.row {
                return Ok(Some((row.line, row.cells().map(str::to_owned).collect())));
            }
        }
        Ok(None)
    }
}
