//! Keys of rows, gathered while scanning: who has which, and which are met more than once.
//!
//! Memory stays flat: what does not fit is parked in a temporary file, bucket by bucket, and each bucket is sorted alone.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::mapping::Mapper;
use crate::schema::Dataset;
use crate::store::key::{BUCKETS, Pair, bucket_of};

/// Pairs held in memory before they are parked: 48 MB.
const IN_MEMORY: usize = 3_000_000;
const PAIR_BYTES: usize = 16;

/// The hash under which rows with equal keys are found. Equal hashes only propose; values are compared before anyone is told.
pub fn hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Where the key stands in a record by which other datasets refer to it, if they do.
pub fn identity(dataset: &Dataset, mapper: &Mapper) -> Option<usize> {
    let named = dataset.field(dataset.identity).filter(|field| field.required && dataset.grouped_by.is_none());
    named.and_then(|field| mapper.position(field.id))
}

/// A set of keys that answers “does this exist?”. Holds 128-bit hashes: at ten million keys the chance that any foreign
/// key passes for a known one is below 10⁻²⁴.
#[derive(Debug, Default)]
pub struct KeySet {
    hashes: HashSet<u128, BuildHasherDefault<Passthrough>>,
    /// Lengths of keys that are digits only, to see whether lost leading zeros explain an unknown one.
    digit_lengths: Vec<usize>,
    /// Whether the set is in force although it holds nothing.
    closed: bool,
}

/// Longest number that lost zeros are put back to, when it is not known how long numbers are.
const LONGEST_NUMBER: usize = 12;

/// A key as a [`KeySet`] keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    hash: u128,
    /// Its length, where it is digits only.
    digits: Option<usize>,
}

impl Key {
    pub fn of(key: &str) -> Self {
        let digits = key.bytes().all(|byte| byte.is_ascii_digit()).then_some(key.len());
        Self { hash: xxh3_128(key.as_bytes()), digits }
    }
}

impl Extend<Key> for KeySet {
    fn extend<T: IntoIterator<Item = Key>>(&mut self, keys: T) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<T: IntoIterator<Item = Key>>(keys: T) -> Self {
        let mut set = Self::default();
        set.extend(keys);
        set
    }
}

impl KeySet {
    pub fn insert(&mut self, key: Key) {
        self.hashes.insert(key.hash);
        if let Some(length) = key.digits
            && !self.digit_lengths.contains(&length)
        {
            self.digit_lengths.push(length);
        }
    }

    pub fn contains(&self, key: &str) -> bool {
        self.hashes.contains(&xxh3_128(key.as_bytes()))
    }

    /// Nothing is known, so nothing can be said to be missing.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty() && !self.closed
    }

    /// The same for the same keys, in whatever order they came.
    pub fn digest(&self) -> u128 {
        self.hashes.iter().fold(0, |all, hash| all ^ hash)
    }

    /// Says that the set is all there is, even when it is empty.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Every key that [`KeySet::meant`] could answer for `key`, and `key` itself, to be looked up elsewhere.
    pub fn variants(key: &str) -> Vec<String> {
        let mut variants =
            vec![key.to_owned(), key.trim().to_owned(), key.trim().to_uppercase(), key.trim().to_lowercase()];
        if !key.trim().is_empty() && key.trim().bytes().all(|byte| byte.is_ascii_digit()) {
            let bare = key.trim().trim_start_matches('0');
            variants.extend((bare.len()..=LONGEST_NUMBER).map(|length| format!("{bare:0>length$}")));
        }
        variants.sort();
        variants.dedup();
        variants
    }

    /// A key that exists and differs only in leading zeros, outer blanks or case. `None` when there is none, or several.
    pub fn meant(&self, key: &str) -> Option<String> {
        let trimmed = key.trim();
        let mut candidates: Vec<String> = vec![trimmed.to_owned(), trimmed.to_uppercase(), trimmed.to_lowercase()];
        if !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            let bare = trimmed.trim_start_matches('0');
            candidates.extend(
                self.digit_lengths
                    .iter()
                    .filter(|length| **length >= bare.len())
                    .map(|&length| format!("{bare:0>length$}")),
            );
        }
        candidates.sort();
        candidates.dedup();
        candidates.retain(|candidate| candidate != key && self.contains(candidate));
        <[String; 1]>::try_from(candidates).ok().map(|[only]| only)
    }
}

/// The hashes are hashes already.
#[derive(Debug, Default)]
pub struct Passthrough(u64);

impl Hasher for Passthrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

/// (hash, place) of every row of one field, by bucket.
#[derive(Debug)]
pub struct Pairs {
    buckets: Vec<Vec<Pair>>,
    held: usize,
    parked: Option<Parked>,
}

#[derive(Debug)]
struct Parked {
    file: File,
    /// Per bucket: offset and number of pairs of each run.
    runs: Vec<Vec<(u64, usize)>>,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { buckets: vec![Vec::new(); BUCKETS], held: 0, parked: None }
    }
}

impl Pairs {
    pub fn extend(&mut self, pairs: &[Pair]) -> io::Result<()> {
        for &pair in pairs {
            self.buckets[bucket_of(pair.0)].push(pair);
        }
        self.held += pairs.len();
        if self.held > IN_MEMORY { self.park() } else { Ok(()) }
    }

    /// One bucket, not sorted.
    pub fn take(&mut self, bucket: usize) -> io::Result<Vec<Pair>> {
        let mut pairs = std::mem::take(&mut self.buckets[bucket]);
        if let Some(parked) = &mut self.parked {
            parked.fetch(bucket, &mut pairs)?;
        }
        Ok(pairs)
    }

    fn park(&mut self) -> io::Result<()> {
        if self.parked.is_none() {
            self.parked = Some(Parked { file: tempfile::tempfile()?, runs: vec![Vec::new(); BUCKETS] });
        }
        let Some(parked) = &mut self.parked else { return Ok(()) };
        let mut at = parked.file.seek(SeekFrom::End(0))?;
        let mut out = BufWriter::new(&parked.file);
        for (bucket, pairs) in self.buckets.iter_mut().enumerate().filter(|(_, pairs)| !pairs.is_empty()) {
            for (hash, place) in pairs.iter() {
                out.write_all(&hash.to_le_bytes())?;
                out.write_all(&place.to_le_bytes())?;
            }
            parked.runs[bucket].push((at, pairs.len()));
            at += (pairs.len() * PAIR_BYTES) as u64;
            pairs.clear();
        }
        out.flush()?;
        self.held = 0;
        Ok(())
    }
}

impl Parked {
    fn fetch(&mut self, bucket: usize, pairs: &mut Vec<Pair>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for &(at, count) in &self.runs[bucket] {
            self.file.seek(SeekFrom::Start(at))?;
            bytes.resize(count * PAIR_BYTES, 0);
            self.file.read_exact(&mut bytes)?;
            pairs.extend(bytes.as_chunks::<PAIR_BYTES>().0.iter().map(crate::store::key::unpack));
        }
        Ok(())
    }
}

/// Runs of pairs with the same hash, longer than one.
pub fn repeats(pairs: &[Pair]) -> impl Iterator<Item = &[Pair]> {
    pairs.chunk_by(|left, right| left.0 == right.0).filter(|run| run.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_zeros_are_found_when_only_one_key_fits() {
        let mut keys = KeySet::default();
        for key in ["00817", "01032", "0000817x", "AB-1"] {
            keys.insert(Key::of(key));
        }
        for (asked, meant) in [
            ("817", Some("00817")),
            ("1032", Some("01032")),
            ("000817", Some("00817")),
            ("5", None),
            ("ab-1", Some("AB-1")),
            (" 00817", Some("00817")),
            ("", None),
        ] {
            assert_eq!(keys.meant(asked).as_deref(), meant, "{asked}");
        }
        keys.insert(Key::of("0817"));
        assert_eq!(keys.meant("817"), None, "two keys fit");
    }

    #[test]
    fn parked_pairs_come_back_complete() {
        let mut pairs = Pairs::default();
        for place in (0..1000_i64).rev() {
            pairs.extend(&[(hash(&(place / 2).to_string()), place)]).expect("in memory");
            if place % 300 == 0 {
                pairs.park().expect("a temporary file");
            }
        }
        let mut repeated = 0;
        let mut total = 0;
        for bucket in 0..BUCKETS {
            let mut bucket = pairs.take(bucket).expect("readable");
            bucket.sort_unstable();
            total += bucket.len();
            repeated += repeats(&bucket).count();
        }
        assert_eq!((total, repeated), (1000, 500));
    }
}
