//! Where each key stands: for every unique, identifying or referring field, the rows by hash of the value.
//!
//! Built by a check, kept in step by edits, so that one edited cell is checked again without reading the other rows.
//! A hash only proposes rows; who uses them compares the values themselves.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Place, Result};

/// Buckets by the top bits of the hash. At a million rows one bucket is some 64 KB: read in well under a millisecond.
pub const BUCKETS: usize = 256;

pub type Pair = (u64, i64);

const PAIR_BYTES: usize = 16;

pub fn bucket_of(hash: u64) -> usize {
    (hash >> 56) as usize
}

/// Sorted pairs in the form in which a bucket is stored.
pub fn encode(pairs: &[Pair]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(pairs.len() * PAIR_BYTES);
    for (hash, place) in pairs {
        bytes.extend_from_slice(&hash.to_le_bytes());
        bytes.extend_from_slice(&place.to_le_bytes());
    }
    bytes
}

/// Replaces one bucket by [`encode`]d pairs.
pub fn write_bucket(connection: &Connection, field: &str, bucket: usize, bytes: &[u8]) -> Result<()> {
    let mut statement = connection.prepare_cached("insert or replace into key_bucket values (?, ?, ?)")?;
    statement.execute(params![field, bucket, bytes])?;
    Ok(())
}

pub fn clear(connection: &Connection, field: &str) -> Result<()> {
    connection.execute("delete from key_bucket where field = ?", [field])?;
    Ok(())
}

pub fn read_bucket(connection: &Connection, field: &str, bucket: usize) -> Result<Vec<Pair>> {
    let mut statement = connection.prepare_cached("select bytes from key_bucket where field = ? and bucket = ?")?;
    let bytes: Vec<u8> = statement.query_row(params![field, bucket], |row| row.get(0)).optional()?.unwrap_or_default();
    Ok(bytes.as_chunks::<PAIR_BYTES>().0.iter().map(unpack).collect())
}

/// A pair from its little-endian bytes.
pub fn unpack(bytes: &[u8; PAIR_BYTES]) -> Pair {
    let (pair, _) = bytes.as_chunks::<8>();
    (u64::from_le_bytes(pair[0]), i64::from_le_bytes(pair[1]))
}

/// Whether a field was indexed at all.
pub fn exists(connection: &Connection, field: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached("select exists (select 1 from key_bucket where field = ?)")?;
    Ok(statement.query_row([field], |row| row.get(0))?)
}

/// Rows whose value may have this hash.
pub fn places(connection: &Connection, field: &str, hash: u64) -> Result<Vec<Place>> {
    let pairs = read_bucket(connection, field, bucket_of(hash))?;
    let start = pairs.partition_point(|pair| pair.0 < hash);
    Ok(pairs[start..].iter().take_while(|pair| pair.0 == hash).map(|pair| Place::unpack(pair.1)).collect())
}

/// Moves a row from one hash to another after an edit; `None` is an empty value.
pub fn change(connection: &Connection, field: &str, place: Place, old: Option<u64>, new: Option<u64>) -> Result<()> {
    if old == new {
        return Ok(());
    }
    if let Some(hash) = old {
        let mut pairs = read_bucket(connection, field, bucket_of(hash))?;
        pairs.retain(|pair| *pair != (hash, place.packed()));
        write_bucket(connection, field, bucket_of(hash), &encode(&pairs))?;
    }
    if let Some(hash) = new {
        let mut pairs = read_bucket(connection, field, bucket_of(hash))?;
        let pair = (hash, place.packed());
        if let Err(at) = pairs.binary_search(&pair) {
            pairs.insert(at, pair);
        }
        write_bucket(connection, field, bucket_of(hash), &encode(&pairs))?;
    }
    Ok(())
}
