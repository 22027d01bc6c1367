//! A few rows as they stand now, edits included: what a screen shows of a source.

use rusqlite::params;

use super::edit::Overlay;
use super::{Place, Result, Store, chunk, edit};

use crate::intake::{Chunk, RowRef};

/// One row, its cells as edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub row: u64,
    pub cells: Vec<String>,
    /// An edit changed one of the cells.
    pub edited: bool,
}

impl Store {
    /// The first rows of a source.
    pub fn head(&self, source: u32, limit: usize) -> Result<Vec<Shown>> {
        let mut shown = Vec::new();
        let mut next = 1;
        while shown.len() < limit {
            let Some((chunk, overlay)) = self.piece(Place::new(source, next))? else { break };
            next = chunk.first_row + u64::from(chunk.rows);
            for row in chunk.iter().take(limit - shown.len()) {
                shown.push(standing(&row?, &overlay));
            }
        }
        Ok(shown)
    }

    /// One row, wherever it stands.
    pub fn standing(&self, place: Place) -> Result<Option<Shown>> {
        let Some(chunk) = chunk::holding(self.connection(), place)? else { return Ok(None) };
        let overlay = edit::overlay(self.connection(), place.source, place.row, place.row)?;
        let mut rows = chunk.iter();
        rows.advance_to(place.row);
        Ok(rows.next().transpose()?.map(|row| standing(&row, &overlay)))
    }

    /// The first rows of a source in which a finding says something about a field.
    pub fn places_with_findings(&self, source: u32, field: &str, limit: usize) -> Result<Vec<Place>> {
        let mut statement = self.connection().prepare_cached(
            "select distinct place from finding where place >= ? and place < ? and field = ? order by place limit ?",
        )?;
        let [first, end] = [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()];
        let rows = statement.query_map(params![first, end, field, limit], |row| Ok(Place::unpack(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The rows of a source whose cell in a column was edited last.
    pub fn places_edited(&self, source: u32, column: usize, limit: usize) -> Result<Vec<Place>> {
        let mut statement = self.connection().prepare_cached(
            "select c.place from edit_cell c join edit e on e.id = c.edit
             where c.place >= ? and c.place < ? and c.col = ? and not e.undone
             group by c.place order by max(c.edit) desc limit ?",
        )?;
        let [first, end] = [Place::new(source, 0).packed(), Place::new(source + 1, 0).packed()];
        let rows = statement.query_map(params![first, end, column, limit], |row| Ok(Place::unpack(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether any edit touches the source.
    pub fn is_edited(&self, source: u32) -> Result<bool> {
        edit::touches(self.connection(), source)
    }

    /// The rows that begin at `place` or later and lie together, with the edits over them.
    pub fn piece(&self, place: Place) -> Result<Option<(Chunk, Overlay)>> {
        let Some(chunk) = chunk::at_or_after(self.connection(), place)? else { return Ok(None) };
        let last = chunk.first_row + u64::from(chunk.rows) - 1;
        let overlay = edit::overlay(self.connection(), place.source, chunk.first_row, last)?;
        Ok(Some((chunk, overlay)))
    }
}

fn standing(row: &RowRef<'_>, overlay: &Overlay) -> Shown {
    let owned = |cells: Vec<&str>| cells.into_iter().map(str::to_owned).collect();
    match overlay.over(row.row, row.cells()) {
        Some(cells) => Shown { row: row.row, cells: owned(cells), edited: true },
        None => Shown { row: row.row, cells: owned(row.cells().collect()), edited: false },
    }
}
