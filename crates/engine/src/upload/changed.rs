//! What changed since it was sent: the rows of a dataset beside what the ledger says was loaded of them.
//!
//! A row is known by a digest of what the mapping makes of it, and of how the dataset meets what is there. A record with a
//! key of its own is unchanged as long as all its rows are, wherever they stand now: so a newer file, or the same one read
//! again, costs no question. Events are only ever added, so they are known one by one, and one that was sent with other
//! values is never sent again. Asks nobody and writes nothing.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::Result;
use super::rows::Held;
use crate::destination::Record;
use crate::schema::Dataset;
use crate::schema::sync::Sync;
use crate::store::ledger::{Batch, BatchState};
use crate::store::{Place, Store, StoreError};
use crate::transform::Value;

/// Which runs count as having sent something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Any,
    /// Only this one: everything else is asked about again.
    Only(i64),
}

/// What was loaded of a dataset.
pub(super) struct Sent {
    dataset: &'static Dataset,
    /// How the dataset meets what is there, as a text; empty where nothing there is changed.
    sync: String,
    loaded: Loaded,
    /// An older Carryover sent events of a file that is no longer here, and did not write down which.
    pub(super) blind: bool,
}

enum Loaded {
    Records(Records),
    Events(Events),
}

/// The rows of a window, apart by what has to be done.
pub(super) struct Sorted<'w> {
    /// New or changed.
    pub go: Vec<Record<'w>>,
    pub settled: Vec<Settled>,
    /// Of the rows that go.
    pub marks: HashMap<i64, Mark>,
}

/// What is written down with a row that goes.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    pub digest: u128,
    /// The accepted batches that carried the row, or its record, before.
    pub replaces: Vec<i64>,
}

/// A record, or an event, that is not sent.
#[derive(Debug)]
pub(super) struct Settled {
    pub key: String,
    /// Empty where records have no name.
    pub name: String,
    pub rows: Vec<i64>,
    /// The run that sent it.
    pub run: i64,
    pub standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// As it was sent, in the rows it was sent from.
    Same,
    /// As it was sent, from other rows: the ledger has to learn where it stands now.
    Moved { digests: Vec<u128>, remote_id: Option<String>, replaces: Option<i64> },
    /// Sent with other values, and cannot be changed there. `here`: from this very row.
    Otherwise { here: bool },
    /// A row of it was sent and has errors now: it stays as it is there.
    Wrong,
}

impl Sent {
    pub(super) fn of(store: &Store, dataset: &'static Dataset, sync: &Sync, by: By) -> Result<Self> {
        let sources = store.sources()?.into_iter().filter(|source| source.dataset == dataset.id);
        let live: HashSet<u32> = sources.map(|source| source.id).collect();
        let meets = dataset.changes.then(|| serde_json::to_string(sync)).transpose().map_err(StoreError::from)?;
        let sync = meets.unwrap_or_default();
        let (mut records, mut events) = (Records { by, ..Records::default() }, Events::default());
        store.each_batch(|batch| {
            let there = matches!(batch.state, BatchState::Accepted | BatchState::Replaced);
            if there && batch.dataset == dataset.id {
                if dataset.changes { records.learn(batch) } else { events.learn(&batch, &live) }
            }
        })?;
        events.sort();
        let blind = events.blind;
        let loaded = if dataset.changes { Loaded::Records(records) } else { Loaded::Events(events) };
        Ok(Self { dataset, sync, loaded, blind })
    }

    /// Whether this migration has loaded a record under this key.
    pub(super) fn holds(&self, key: &str) -> bool {
        matches!(&self.loaded, Loaded::Records(records) if records.lines.contains_key(key))
    }

    /// `rows`: every row of a window that may go.
    pub(super) fn sort<'w>(&mut self, rows: Vec<Record<'w>>, held: &Held) -> Sorted<'w> {
        let digests = self.digests(&rows);
        match &mut self.loaded {
            Loaded::Records(records) => records.sort(self.dataset, rows, &digests, held),
            Loaded::Events(events) => events.sort_rows(self.dataset, rows, &digests),
        }
    }

    /// By row; with meters side by side, a row gives several records, one after the other.
    fn digests(&self, rows: &[Record<'_>]) -> HashMap<i64, Digest> {
        let mut digests = HashMap::with_capacity(rows.len());
        let (mut name, mut content, mut value) = (String::new(), String::new(), String::new());
        for records in rows.chunk_by(|one, next| one.row == next.row) {
            name.clear();
            content.clear();
            for record in records {
                write_text(&mut name, record.values.iter().find(|(id, _)| *id == self.dataset.identity));
                let mut fields: Vec<&(&str, Value<'_>)> = record.values.iter().collect();
                fields.sort_unstable_by_key(|(field, _)| *field);
                for field in fields {
                    value.clear();
                    write_text(&mut value, Some(field));
                    if !value.is_empty() {
                        // Lengths part what is joined. Writing to a String cannot fail.
                        _ = write!(content, "{}:{}{}:{value}", field.0.len(), field.0, value.len());
                    }
                }
            }
            if let Some(first) = records.first() {
                digests.insert(first.row, Digest::of(&name, &[&self.sync, &content]));
            }
        }
        digests
    }
}

/// What a row is: the upper half of what names it, the lower half of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digest {
    whole: u128,
    /// Whether it has a name of its own.
    named: bool,
}

impl Digest {
    fn of(name: &str, content: &[&str; 2]) -> Self {
        let named = !name.is_empty();
        let mut hash = Xxh3Default::new();
        for part in [name, "\u{0}"].iter().chain(content) {
            hash.update(part.as_bytes());
        }
        let content = hash.digest();
        let name = if named { xxh3_64(name.as_bytes()) } else { content.rotate_left(32) };
        Self { whole: u128::from(name) << 64 | u128::from(content), named }
    }
}

/// One number for the rows of a record, whatever their order.
fn together(digests: &[u128]) -> u128 {
    let mut digests = digests.to_vec();
    digests.sort_unstable();
    match digests.as_slice() {
        [only] => *only,
        several => {
            let bytes: Vec<u8> = several.iter().flat_map(|digest| digest.to_le_bytes()).collect();
            u128::from(xxh3_64(&bytes))
        }
    }
}

/// Records with a key, each with its newest batch.
#[derive(Default)]
struct Records {
    by: By,
    lines: HashMap<String, Line>,
    /// By row, the batch that carries it now.
    carriers: HashMap<i64, i64>,
}

struct Line {
    batch: i64,
    /// The run that loaded it.
    run: i64,
    /// The run that wrote the batch.
    by: i64,
    accepted: bool,
    /// `None` where an older Carryover sent it.
    digest: Option<u128>,
    rows: Vec<i64>,
    remote_id: Option<String>,
}

impl Records {
    fn learn(&mut self, batch: Batch) {
        let accepted = batch.state == BatchState::Accepted;
        let rows: Vec<i64> = batch.places.iter().map(|place| place.packed()).collect();
        if accepted {
            self.carriers.extend(rows.iter().map(|&row| (row, batch.id)));
        }
        let digest = (!batch.digests.is_empty()).then(|| together(&batch.digests));
        let (run, by) = (batch.since.unwrap_or(batch.run), batch.run);
        let line = Line { batch: batch.id, run, by, accepted, digest, rows, remote_id: batch.remote_id };
        self.lines.insert(batch.key, line);
    }

    fn sort<'w>(
        &self,
        dataset: &Dataset,
        rows: Vec<Record<'w>>,
        digests: &HashMap<i64, Digest>,
        held: &Held,
    ) -> Sorted<'w> {
        let mut groups: HashMap<String, (String, Vec<i64>)> = HashMap::new();
        for record in &rows {
            let group = groups.entry(name_of(dataset, record)).or_insert_with(|| (called(dataset, record), Vec::new()));
            group.1.push(record.row);
        }
        let whole = |row: &i64| digests.get(row).map_or(0, |digest| digest.whole);
        let (mut settled, mut marks) = (Vec::new(), HashMap::new());
        let mut stays: HashSet<i64> = HashSet::new();
        for (key, (name, rows)) in groups {
            let line = self.lines.get(&key);
            let each: Vec<u128> = rows.iter().map(whole).collect();
            let settles = line.and_then(|line| Some((line.run, self.standing(line, &rows, &each, held)?)));
            if let Some((run, standing)) = settles {
                stays.extend(&rows);
                settled.push(Settled { key, name, rows, run, standing });
                continue;
            }
            let of_record = line.filter(|line| line.accepted).map(|line| line.batch);
            marks.extend(rows.iter().zip(each).map(|(row, digest)| {
                let replaces = self.carriers.get(row).copied().into_iter().chain(of_record).collect();
                (*row, Mark { digest, replaces })
            }));
        }
        settled.sort_by_key(|one| one.rows.first().copied());
        let go = rows.into_iter().filter(|record| !stays.contains(&record.row)).collect();
        Sorted { go, settled, marks }
    }

    /// `None` where it has to go.
    fn standing(&self, line: &Line, rows: &[i64], digests: &[u128], held: &Held) -> Option<Standing> {
        if line.rows.iter().any(|row| held.wrong.contains(row) && !held.excluded.contains(row)) {
            return Some(Standing::Wrong);
        }
        let counts = match self.by {
            By::Any => true,
            By::Only(run) => line.by == run,
        };
        let here = line.accepted && same_rows(&line.rows, rows);
        match line.digest {
            _ if !counts => None,
            Some(digest) if digest != together(digests) => None,
            None if !here => None,
            _ if here => Some(Standing::Same),
            _ => Some(Standing::Moved {
                digests: digests.to_vec(),
                remote_id: line.remote_id.clone(),
                replaces: line.accepted.then_some(line.batch),
            }),
        }
    }
}

fn same_rows(one: &[i64], other: &[i64]) -> bool {
    let sorted = |rows: &[i64]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        rows
    };
    sorted(one) == sorted(other)
}

/// Events, known one by one. Lists rather than maps: there may be millions.
#[derive(Default)]
struct Events {
    /// Row, digest (0 where it is not known) and run of what stands in a file of now, by row.
    here: Vec<(i64, u128, i64)>,
    /// Digest and run of what stood in files that are no longer here, by digest.
    elsewhere: Vec<(u128, i64)>,
    /// Of those, how many stand in a file of now again.
    taken: HashMap<u128, usize>,
    blind: bool,
}

impl Events {
    fn learn(&mut self, batch: &Batch, live: &HashSet<u32>) {
        let run = batch.since.unwrap_or(batch.run);
        for (at, place) in batch.places.iter().enumerate() {
            let digest = batch.digests.get(at).copied();
            if live.contains(&place.source) {
                self.here.push((place.packed(), digest.unwrap_or_default(), run));
                if let (Some(digest), Some(_)) = (digest, batch.since) {
                    *self.taken.entry(digest).or_default() += 1;
                }
            } else if batch.since.is_none() {
                match digest {
                    Some(digest) => self.elsewhere.push((digest, run)),
                    None => self.blind = true,
                }
            }
        }
    }

    fn sort(&mut self) {
        // A row of several meters stands in several batches.
        self.here.sort_unstable();
        self.here.dedup_by_key(|(row, ..)| *row);
        self.elsewhere.sort_unstable();
    }

    fn sort_rows<'w>(
        &mut self,
        dataset: &Dataset,
        rows: Vec<Record<'w>>,
        digests: &HashMap<i64, Digest>,
    ) -> Sorted<'w> {
        let mut sorted = Sorted { go: Vec::new(), settled: Vec::new(), marks: HashMap::new() };
        let mut known: HashMap<i64, bool> = HashMap::new();
        for record in rows {
            let Some(digest) = digests.get(&record.row).copied() else { continue };
            let goes = if let Some(goes) = known.get(&record.row) {
                *goes
            } else if let Some((run, standing)) = self.standing(record.row, digest) {
                let (key, name) = (name_of(dataset, &record), called(dataset, &record));
                sorted.settled.push(Settled { key, name, rows: vec![record.row], run, standing });
                false
            } else {
                sorted.marks.insert(record.row, Mark { digest: digest.whole, replaces: Vec::new() });
                true
            };
            known.insert(record.row, goes);
            if goes {
                sorted.go.push(record);
            }
        }
        sorted
    }

    fn standing(&mut self, row: i64, Digest { whole, named }: Digest) -> Option<(i64, Standing)> {
        if let Ok(at) = self.here.binary_search_by_key(&row, |(row, ..)| *row) {
            let (_, sent, run) = self.here[at];
            let same = sent == 0 || sent == whole;
            return Some((run, if same { Standing::Same } else { Standing::Otherwise { here: true } }));
        }
        let first = self.elsewhere.partition_point(|(digest, _)| *digest < whole);
        let alike = self.elsewhere[first..].iter().take_while(|(digest, _)| *digest == whole).count();
        if alike > self.taken.get(&whole).copied().unwrap_or_default() {
            *self.taken.entry(whole).or_default() += 1;
            let moved = Standing::Moved { digests: vec![whole], remote_id: None, replaces: None };
            return Some((self.elsewhere[first].1, moved));
        }
        let name = whole >> 64;
        let first = self.elsewhere.partition_point(|(digest, _)| digest >> 64 < name);
        let other = self.elsewhere.get(first).filter(|(digest, _)| named && digest >> 64 == name);
        other.map(|&(_, run)| (run, Standing::Otherwise { here: false }))
    }
}

/// What the record is known by.
fn name_of(dataset: &Dataset, record: &Record<'_>) -> String {
    text_of(record, dataset.identity)
}

/// What people call it.
fn called(dataset: &Dataset, record: &Record<'_>) -> String {
    dataset.name_field().map(|field| text_of(record, field.id)).unwrap_or_default()
}

fn text_of(record: &Record<'_>, field: &str) -> String {
    let mut text = String::new();
    write_text(&mut text, record.values.iter().find(|(id, _)| *id == field));
    text
}

/// Adds the text of a value, if there is one. Writing to a String cannot fail.
fn write_text(text: &mut String, value: Option<&(&str, Value<'_>)>) {
    match value {
        // 12.50 and 12.5 are the same.
        Some((_, Value::Number(number))) => _ = write!(text, "{}", number.normalize()),
        Some((_, Value::Text(value))) => text.push_str(value),
        Some((_, other)) => _ = write!(text, "{other}"),
        None => {}
    }
}

/// Batches of so many rows say that events are still the same.
const TOGETHER: usize = 1_000;

/// What the ledger has to learn of rows that stand elsewhere than they were sent from.
pub(super) fn moved(dataset: &str, run: i64, at: &str, settled: &[Settled], changes: bool) -> Vec<Batch> {
    let batch = |key: String, since: i64| Batch {
        id: 0,
        run,
        dataset: dataset.to_owned(),
        key,
        action: "unchanged".to_owned(),
        places: Vec::new(),
        digests: Vec::new(),
        since: Some(since),
        replaces: Vec::new(),
        request: None,
        body: None,
        body_sha256: String::new(),
        state: BatchState::Accepted,
        attempts: 0,
        remote_id: None,
        status: None,
        reason: None,
        intended_at: at.to_owned(),
    };
    let mut batches: Vec<Batch> = Vec::new();
    for one in settled {
        let Standing::Moved { digests, remote_id, replaces } = &one.standing else { continue };
        let fits = |last: &Batch| !changes && last.since == Some(one.run) && last.places.len() < TOGETHER;
        if !batches.last().is_some_and(fits) {
            batches.push(batch(one.key.clone(), one.run));
        }
        if let Some(last) = batches.last_mut() {
            last.places.extend(one.rows.iter().map(|&row| Place::unpack(row)));
            last.digests.extend(digests);
            last.remote_id.clone_from(remote_id);
            last.replaces.extend(replaces);
        }
    }
    batches
}
