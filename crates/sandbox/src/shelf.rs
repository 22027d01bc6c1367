//! A table of JSON objects in memory: kept in the order of their making, found by `id` and by the members it was told
//! to index. Knows neither what the objects are nor who asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

/// Objects that each have a text member `id`. Ids are UUIDs, so their letters' case does not matter.
#[derive(Debug)]
pub(crate) struct Shelf {
    rows: BTreeMap<u64, Value>,
    by_id: HashMap<String, u64>,
    indexes: Vec<Index>,
    next: u64,
}

/// Row numbers by the folded text of one member.
#[derive(Debug)]
struct Index {
    member: &'static str,
    rows: HashMap<String, BTreeSet<u64>>,
}

impl Shelf {
    pub(crate) fn new(members: &[&'static str]) -> Self {
        let indexes = members.iter().map(|member| Index { member, rows: HashMap::new() }).collect();
        Self { rows: BTreeMap::new(), by_id: HashMap::new(), indexes, next: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// With their row numbers, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Value)> {
        self.rows.iter().map(|(number, row)| (*number, row))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.rows.get(self.by_id.get(&fold(id))?)
    }

    /// Adds an object, or puts it in the place of the one with its id.
    pub(crate) fn put(&mut self, row: Value) {
        let id = fold(row["id"].as_str().unwrap_or_default());
        let number = self.by_id.get(&id).copied().unwrap_or(self.next);
        self.take(number);
        for index in &mut self.indexes {
            if let Some(key) = row[index.member].as_str() {
                index.rows.entry(fold(key)).or_default().insert(number);
            }
        }
        self.by_id.insert(id, number);
        self.rows.insert(number, row);
        self.next = self.next.max(number + 1);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        let number = self.by_id.remove(&fold(id))?;
        self.take(number)
    }

    /// Row numbers of the objects whose `member` may be one of `texts` (compared without case, so the caller compares
    /// again); none when the member is not indexed.
    pub(crate) fn candidates<'a>(
        &self,
        member: &str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Option<BTreeSet<u64>> {
        if member == "id" {
            return Some(texts.into_iter().filter_map(|id| self.by_id.get(&fold(id)).copied()).collect());
        }
        let index = self.indexes.iter().find(|index| index.member == member)?;
        Some(texts.into_iter().filter_map(|text| index.rows.get(&fold(text))).flatten().copied().collect())
    }

    /// The objects whose indexed `member` is `text`, without case.
    pub(crate) fn with(&self, member: &str, text: &str) -> impl Iterator<Item = &Value> {
        self.candidates(member, [text]).unwrap_or_default().into_iter().filter_map(|number| self.row(number))
    }

    pub(crate) fn row(&self, number: u64) -> Option<&Value> {
        self.rows.get(&number)
    }

    fn take(&mut self, number: u64) -> Option<Value> {
        let row = self.rows.remove(&number)?;
        for index in &mut self.indexes {
            let key = fold(row[index.member].as_str().unwrap_or_default());
            if let Some(numbers) = index.rows.get_mut(&key) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    index.rows.remove(&key);
                }
            }
        }
        Some(row)
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}
