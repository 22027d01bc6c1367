//! Writes the index of a field's keys, and finds the rows in it that may share one.

use rusqlite::Connection;

use super::Result;
use super::crew::{Worker, crew};
use super::key::{Pairs, repeats};
use crate::store::key::{BUCKETS, Pair, clear, encode, write_bucket};
use crate::store::{Place, StoreError};

/// Stores the keys of the field indexed as `name` and returns the rows that hash alike.
pub(super) fn write(connection: &Connection, name: &str, pairs: &mut Pairs) -> Result<Vec<Vec<Place>>> {
    clear(connection, name)?;
    let mut groups = Vec::new();
    let feed = |hand_on: &mut dyn FnMut((usize, Vec<Pair>)) -> crate::store::Result<()>| {
        for bucket in 0..BUCKETS {
            let pairs = pairs.take(bucket).map_err(StoreError::Temporary)?;
            if !pairs.is_empty() {
                hand_on((bucket, pairs))?;
            }
        }
        Ok(())
    };
    crew(
        || Sorter,
        feed,
        |sorted| {
            groups.extend(sorted.groups);
            write_bucket(connection, name, sorted.bucket, &sorted.bytes)
        },
    )?;
    // Buckets come back in no particular order.
    groups.sort_unstable();
    Ok(groups)
}

/// Brings the buckets into the form in which they are stored.
struct Sorter;

struct Sorted {
    bucket: usize,
    bytes: Vec<u8>,
    /// Rows that hash alike.
    groups: Vec<Vec<Place>>,
}

impl Worker for Sorter {
    type Task = (usize, Vec<Pair>);
    type Done = Sorted;

    fn work(&mut self, (bucket, mut pairs): Self::Task) -> Sorted {
        pairs.sort_unstable();
        let places = |run: &[Pair]| run.iter().map(|pair| Place::unpack(pair.1)).collect();
        Sorted { bucket, groups: repeats(&pairs).map(places).collect(), bytes: encode(&pairs) }
    }
}
