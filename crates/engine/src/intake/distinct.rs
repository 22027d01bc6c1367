//! The different values of a column in bounded memory: counts while they are few, an estimate and a fair sample beyond.
//!
//! Of all values the ones with the smallest hashes are kept (a “k minimum values” sketch). That set does not depend on
//! how often or where a value occurs, so it is a sample spread over the file, and the largest hash kept tells how many
//! different values there must be.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Bytes beyond which a value counts but is not kept as an example.
const LONGEST_EXAMPLE: usize = 1_000;

#[derive(Debug)]
pub(super) struct Distinct {
    values: HashMap<u64, Value, BuildHasherDefault<Identity>>,
    keep: usize,
    /// Hashes above this one are not kept any more; `u64::MAX` while all are.
    limit: u64,
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) text: Option<Box<str>>,
    pub(super) count: u64,
    pub(super) first_row: u64,
    shape: usize,
}

impl Distinct {
    /// Keeps at least `keep` different values, exactly, and at most twice as many.
    pub(super) fn new(keep: usize) -> Self {
        Self { values: HashMap::default(), keep, limit: u64::MAX }
    }

    /// Counts a value and gives the number of its shape, asking `shape` only when it was not kept before.
    #[inline]
    pub(super) fn add(&mut self, text: &[u8], row: u64, shape: impl FnOnce() -> usize) -> usize {
        let hash = xxhash_rust::xxh3::xxh3_64(text);
        if hash > self.limit {
            return shape();
        }
        self.hold(hash, text, row, shape)
    }

    fn hold(&mut self, hash: u64, text: &[u8], row: u64, shape: impl FnOnce() -> usize) -> usize {
        if let Some(value) = self.values.get_mut(&hash) {
            value.count += 1;
            return value.shape;
        }
        let shape = shape();
        let text = str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST_EXAMPLE).map(Box::from);
        self.values.insert(hash, Value { text, count: 1, first_row: row, shape });
        if self.values.len() > 2 * self.keep {
            self.prune();
        }
        shape
    }

    /// How many different values there are.
    pub(super) fn estimate(&self) -> u64 {
        if self.limit == u64::MAX {
            return self.values.len() as u64;
        }
        let mut hashes: Vec<u64> = self.values.keys().copied().collect();
        hashes.sort_unstable();
        let kth = hashes.get(self.keep - 1).copied().unwrap_or(self.limit);
        let share = kth as f64 / u64::MAX as f64;
        ((self.keep - 1) as f64 / share).round() as u64
    }

    /// Every different value with its count, unless some were let go.
    pub(super) fn all(&self) -> Option<impl Iterator<Item = &Value>> {
        (self.limit == u64::MAX).then(|| self.values.values())
    }

    /// At most `count` different values with text, by first appearance.
    pub(super) fn sample(&self, count: usize) -> Vec<&Value> {
        let mut values: Vec<_> = self.values.iter().filter(|(_, value)| value.text.is_some()).collect();
        values.sort_unstable_by_key(|(hash, _)| **hash);
        values.truncate(count);
        values.sort_unstable_by_key(|(_, value)| value.first_row);
        values.into_iter().map(|(_, value)| value).collect()
    }

    fn prune(&mut self) {
        let mut hashes: Vec<u64> = self.values.keys().copied().collect();
        let (_, &mut limit, _) = hashes.select_nth_unstable(self.keep - 1);
        self.limit = limit;
        self.values.retain(|&hash, _| hash <= limit);
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        // Only `write_u64` is ever called; this keeps the trait honest for other keys.
        self.0 = xxhash_rust::xxh3::xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        // Small hashes are the ones kept, so their high bits, which the map tells entries apart by, are all alike.
        self.0.rotate_left(32)
    }
}
