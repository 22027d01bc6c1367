//! Rows as they stand now, for whoever shows them: by place, or all of a source.

use rusqlite::Connection;

use super::scan::{Piece, Seen};
use crate::store::edit::overlay;
use crate::store::{Place, Result, chunk};

/// Visits the rows at `places`, which are sorted. Each run of rows is unpacked once.
pub fn each_at(connection: &Connection, places: &[Place], mut visit: impl FnMut(&Seen<'_, '_>)) -> Result<()> {
    let mut rest = places;
    while let Some(&first) = rest.first() {
        let Some(chunk) = chunk::holding(connection, first)? else {
            rest = &rest[1..];
            continue;
        };
        let last = chunk.first_row + u64::from(chunk.rows) - 1;
        let here = rest.partition_point(|place| place.source == first.source && place.row <= last);
        let (here, after) = rest.split_at(here);
        let overlay = overlay(connection, first.source, first.row, here.last().map_or(first.row, |place| place.row))?;
        Piece { source: first.source, chunk, overlay }.each_at(here, &mut visit)?;
        rest = after;
    }
    Ok(())
}

/// Visits every row of a source.
pub fn each_of(connection: &Connection, source: u32, mut visit: impl FnMut(&Seen<'_, '_>)) -> Result<()> {
    chunk::scan(connection, source, |chunk| {
        let overlay = overlay(connection, source, chunk.first_row, chunk.first_row + u64::from(chunk.rows) - 1)?;
        Piece { source, chunk, overlay }.each(&mut visit)?;
        Ok(())
    })
}
