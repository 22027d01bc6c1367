//! What is known of the other datasets while one is judged: the keys its rows may refer to, the terms usage may fall in.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::Connection;
use xxhash_rust::xxh3::xxh3_128;

use super::contract::{Line, LineFields};
use super::crew::Worker;
use super::key::{Key, KeySet, identity};
use super::row::Terms;
use super::scan::{Piece, scan};
use super::{Readied, Result, Subject};
use crate::intake::chunk::Damaged;
use crate::mapping::{Mapper, Record};
use crate::transform::Value;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// By dataset.
    pub(super) keys: HashMap<&'static str, KeySet>,
    pub(super) terms: Terms,
}

impl Known {
    /// `None` while nothing is known of a dataset: then references to it cannot be judged.
    pub(super) fn keys(&self, dataset: &str) -> Option<&KeySet> {
        self.keys.get(dataset).filter(|keys| !keys.is_empty())
    }

    pub(super) fn add_term(&mut self, line: &Line) {
        let (start, end) = line.term();
        self.terms.add(&line.customer(self.keys.get("customers")), start, end);
    }

    /// The same for the same keys and terms, whatever the order in which they came.
    pub(super) fn digest(&self) -> String {
        let sets =
            self.keys.iter().map(|(dataset, keys)| xxh3_128(format!("{dataset} {:x}", keys.digest()).as_bytes()));
        format!("{:032x}", sets.fold(self.terms.digest(), |all, set| all ^ set))
    }

    /// Reads again what later datasets are held against, of a dataset that itself needs no new check.
    pub(super) fn recall(&mut self, connection: &Connection, subject: &Subject) -> Result<()> {
        let mut keys: KeySet = subject.there.iter().map(|key| Key::of(key)).collect();
        for Readied { source, mapper } in &subject.readied {
            let reader = || Reader {
                mapper,
                identity: identity(subject.dataset, mapper),
                lines: LineFields::of(subject.dataset, mapper),
            };
            scan(connection, source.id, reader, |(identities, lines): (Vec<Key>, Vec<Line>)| {
                keys.extend(identities);
                for line in &lines {
                    self.add_term(line);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        self.keys.insert(subject.dataset.id, keys);
        Ok(())
    }
}

/// Reads keys and contract lines, and judges nothing.
struct Reader<'m> {
    mapper: &'m Mapper,
    identity: Option<usize>,
    lines: Option<LineFields>,
}

impl Worker for Reader<'_> {
    type Task = Piece;
    type Done = std::result::Result<(Vec<Key>, Vec<Line>), Damaged>;

    fn work(&mut self, piece: Piece) -> Self::Done {
        let (mut keys, mut lines) = (Vec::new(), Vec::new());
        let mut record = Record::default();
        piece.each(|seen| {
            if seen.excluded.is_some() {
                return;
            }
            if let Some(fields) = &self.lines {
                self.mapper.map(seen.cells, &mut record);
                lines.extend(fields.line(seen.place, seen.line, &record));
            } else if let Some(Value::Text(key)) =
                self.identity.and_then(|field| self.mapper.value(field, seen.cells, &mut record))
            {
                keys.push(Key::of(key));
            }
        })?;
        Ok((keys, lines))
    }
}
