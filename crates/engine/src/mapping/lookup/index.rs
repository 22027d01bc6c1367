//! What stands under each key of a table, in memory, for any number of threads.
//!
//! Keys are 128-bit hashes: at ten million of them the chance that one passes for another is below 10⁻²⁴. Texts are kept
//! once, however many rows have them. A million rows with texts of their own take 40 to 60 MB, and twice that while it is built.

use std::collections::HashMap;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::transform::{Pipeline, Step, StepError, trim};

/// Texts by key. Built by an [`IndexBuilder`].
#[derive(Debug, Default)]
pub struct Index {
    /// Sorted, each once.
    keys: Vec<u128>,
    /// Per key, which text; [`SEVERAL`] where rows differ.
    texts: Vec<u32>,
    several: HashMap<u128, [Spot; 2]>,
    kept: Texts,
    files: Vec<String>,
}

/// A text, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Spot {
    text: u32,
    /// Place in [`Index::files`].
    file: u32,
    line: u64,
}

const SEVERAL: u32 = u32::MAX;

/// What a key finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'i> {
    Text(&'i str),
    /// No row has the key.
    Nothing,
    /// Rows that have the key differ: text, file and line of the first two that do.
    Several([(&'i str, &'i str, u64); 2]),
}

impl Index {
    pub(super) fn find(&self, key: u128) -> Found<'_> {
        let Ok(at) = self.keys.binary_search(&key) else { return Found::Nothing };
        match self.texts[at] {
            SEVERAL => {
                self.several.get(&key).map_or(Found::Nothing, |two| Found::Several(two.map(|spot| self.told(spot))))
            }
            text => Found::Text(self.kept.get(text)),
        }
    }

    /// How many different keys it has.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    fn told(&self, spot: Spot) -> (&str, &str, u64) {
        (self.kept.get(spot.text), &self.files[spot.file as usize], spot.line)
    }
}

/// Takes in the rows of a table, which may be several files.
#[derive(Debug)]
pub struct IndexBuilder {
    maker: KeyMaker,
    rows: Vec<(u128, Spot)>,
    kept: Texts,
    /// Texts by hash, so that each is kept once.
    known: HashMap<u64, u32>,
    files: Vec<String>,
}

impl IndexBuilder {
    /// `steps`: what is done to keys before they are compared.
    pub fn new(steps: &[Step]) -> Result<Self, StepError> {
        let (rows, kept, known, files) = (Vec::new(), Texts::default(), HashMap::new(), Vec::new());
        Ok(Self { maker: KeyMaker::compile(steps)?, rows, kept, known, files })
    }

    /// The rows that follow stand in this file.
    pub fn begin(&mut self, file: &str) {
        self.files.push(file.to_owned());
    }

    pub fn add(&mut self, keys: &[&str], text: &str, line: u64) {
        let Some(key) = self.maker.key(keys) else { return };
        let text = self.text(trim(text));
        let file = self.files.len().saturating_sub(1) as u32;
        self.rows.push((key, Spot { text, file, line }));
    }

    fn text(&mut self, text: &str) -> u32 {
        let known = self.known.entry(xxh3_64(text.as_bytes()));
        let index = *known.or_insert_with(|| self.kept.push(text));
        if self.kept.get(index) == text { index } else { self.kept.push(text) }
    }

    /// An empty text says nothing against another one; different ones are told.
    pub fn build(self) -> Index {
        let Self { mut rows, kept, files, .. } = self;
        // The sort is stable: the first row of the file stays the first.
        rows.sort_by_key(|(key, _)| *key);
        let mut index = Index { files, ..Index::default() };
        for run in rows.chunk_by(|(one, _), (other, _)| one == other) {
            let (key, first) = run[0];
            let mut filled = run.iter().map(|(_, spot)| *spot).filter(|spot| !kept.get(spot.text).is_empty());
            let one = filled.next().unwrap_or(first);
            let other = filled.find(|spot| kept.get(spot.text) != kept.get(one.text));
            index.keys.push(key);
            index.texts.push(if other.is_some() { SEVERAL } else { one.text });
            if let Some(other) = other {
                index.several.insert(key, [one, other]);
            }
        }
        index.keys.shrink_to_fit();
        index.texts.shrink_to_fit();
        Index { kept, ..index }
    }
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, index: u32) -> &str {
        let index = index as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[index]]
    }

    fn push(&mut self, text: &str) -> u32 {
        self.all.push_str(text);
        self.ends.push(self.all.len());
        (self.ends.len() - 1) as u32
    }
}

/// Cells to what is compared: without blanks around them, after the steps.
#[derive(Debug)]
pub(super) struct KeyMaker(Option<Pipeline>);

impl KeyMaker {
    pub(super) fn compile(steps: &[Step]) -> Result<Self, StepError> {
        Ok(Self(if steps.is_empty() { None } else { Some(Pipeline::compile(steps)?) }))
    }

    /// `None` where all cells are empty. A cell the steps cannot read is compared as it stands.
    pub(super) fn key(&self, cells: &[&str]) -> Option<u128> {
        let mut hash = Xxh3::new();
        let mut filled = false;
        for cell in cells {
            let read = self.0.as_ref().map(|steps| steps.apply(&[cell]));
            let read = read.and_then(std::result::Result::ok);
            let text = match &read {
                Some(text) => trim(text.as_deref().unwrap_or_default()),
                None => trim(cell),
            };
            filled |= !text.is_empty();
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        filled.then(|| hash.digest128())
    }
}
