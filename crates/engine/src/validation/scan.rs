//! Every row of a source, as it stands now, over all cores: the caller's thread reads and writes, the others work.

use std::ops::ControlFlow;

use rusqlite::Connection;

use super::crew::{Worker, crew};
use crate::intake::chunk::Damaged;
use crate::intake::{Chunk, RowRef};
use crate::store::edit::{self, Overlay};
use crate::store::{Place, Result, StoreError, chunk};

/// A run of rows with the edits that lie over it.
#[derive(Debug)]
pub struct Piece {
    pub source: u32,
    pub chunk: Chunk,
    pub overlay: Overlay,
}

/// One row as it stands now.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a, 'c> {
    pub place: Place,
    pub line: u64,
    pub cells: &'c [&'a str],
    /// The cells as read, where an edit changed one.
    pub as_read: Option<&'c [&'a str]>,
    /// The reason, where the user left the row out.
    pub excluded: Option<&'a str>,
}

impl Piece {
    /// Visits every row.
    pub fn each<'a>(&'a self, mut visit: impl FnMut(&Seen<'a, '_>)) -> std::result::Result<(), Damaged> {
        let mut cells: Vec<&'a str> = Vec::new();
        for row in &self.chunk {
            self.show(&row?, &mut cells, &mut visit);
        }
        Ok(())
    }

    /// Visits the rows at `places`, which are sorted, and passes over the others.
    pub fn each_at<'a>(
        &'a self,
        places: &[Place],
        mut visit: impl FnMut(&Seen<'a, '_>),
    ) -> std::result::Result<(), Damaged> {
        let mut cells: Vec<&'a str> = Vec::new();
        let mut rows = self.chunk.iter();
        for place in places {
            rows.advance_to(place.row);
            let Some(row) = rows.next() else { break };
            self.show(&row?, &mut cells, &mut visit);
        }
        Ok(())
    }

    fn show<'a>(&'a self, row: &RowRef<'a>, cells: &mut Vec<&'a str>, visit: &mut impl FnMut(&Seen<'a, '_>)) {
        cells.clear();
        cells.extend(row.cells());
        let excluded = self.overlay.excluded.get(&row.row).map(String::as_str);
        let edited = self.overlay.over(row.row, cells.iter().copied());
        visit(&Seen {
            place: Place::new(self.source, row.row),
            line: row.line,
            cells: edited.as_deref().unwrap_or(cells),
            as_read: edited.as_ref().map(|_| &cells[..]),
            excluded,
        });
    }
}

/// Runs workers over a source. `take` receives what they found, in no particular order, and may stop the scan. Returns
/// the workers with whatever they gathered.
pub fn scan<W, F>(
    connection: &Connection,
    source: u32,
    make: impl Fn() -> W,
    mut take: impl FnMut(F) -> Result<ControlFlow<()>>,
) -> Result<Vec<W>>
where
    W: Worker<Task = Piece, Done = std::result::Result<F, Damaged>>,
    F: Send,
{
    let edited = edit::touches(connection, source)?;
    let feed = |hand_on: &mut dyn FnMut(Piece) -> Result<()>| {
        chunk::scan(connection, source, |chunk| {
            let overlay = if edited {
                edit::overlay(connection, source, chunk.first_row, chunk.first_row + u64::from(chunk.rows) - 1)?
            } else {
                Overlay::default()
            };
            hand_on(Piece { source, chunk, overlay })
        })
    };
    crew(make, feed, |found| if take(found?)?.is_break() { Err(StoreError::Stopped) } else { Ok(()) })
}
