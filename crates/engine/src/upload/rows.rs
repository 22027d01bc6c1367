//! Which rows may go out: those that are neither excluded, nor wrong, nor turned down or in doubt, in windows that fit in
//! memory. Which of them were sent before, and are as they were, is `changed`'s business.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::destination::{Destination, Encoded, Known, Record, Records};
use crate::mapping;
use crate::schema::finding::Severity;
use crate::schema::{Dataset, Kind};
use crate::store::edit::{self, Overlay};
use crate::store::finding::Wanted;
use crate::store::ledger::BatchState;
use crate::store::{Place, Store, chunk};
use crate::validation::scan::Piece;
use crate::validation::{self, Readied};

use super::needs;
use crate::validation::Result;

/// Rows encoded together. Large enough that batches of several streams are mostly full.
const WINDOW: usize = 10_000;

/// Rows by what speaks against sending them.
#[derive(Debug, Default)]
pub struct Held {
    pub wrong: HashSet<i64>,
    pub excluded: HashSet<i64>,
    /// Accepted by the destination before, or found equal there.
    pub loaded: HashSet<i64>,
    /// Turned down by the destination.
    pub refused: HashSet<i64>,
    /// Perhaps sent; the outcome is not known.
    pub open: HashSet<i64>,
    /// Deleted at the destination from here. They may go out again.
    pub taken_back: HashSet<i64>,
}

impl Held {
    pub fn of(store: &Store) -> Result<Self> {
        let mut held = Self::default();
        store.findings(&Wanted::default(), |finding| {
            if finding.severity == Severity::Error {
                held.wrong.insert(finding.place.packed());
            }
            Ok(())
        })?;
        held.excluded = store.exclusions()?.into_iter().map(|(place, _, _)| place.packed()).collect();
        let datasets: HashMap<u32, String> =
            store.sources()?.into_iter().map(|source| (source.id, source.dataset)).collect();
        store.each_batch(|batch| {
            let places = batch.places.iter().map(|place| place.packed());
            // What was made on the way of a row, such as its product, is not the row; but the row waits for it.
            let own = |place: &i64| datasets.get(&Place::unpack(*place).source) == Some(&batch.dataset);
            match batch.state {
                BatchState::Accepted => held.loaded.extend(places.filter(own)),
                BatchState::Refused => held.refused.extend(places.filter(own)),
                BatchState::Doubtful | BatchState::Intended => held.open.extend(places),
                BatchState::TakenBack => held.taken_back.extend(places.filter(own)),
                BatchState::Split | BatchState::Superseded | BatchState::Replaced => {}
            }
        })?;
        Ok(held)
    }

    /// Whether it does not go, whatever was sent before.
    pub fn stands_back(&self, place: Place) -> bool {
        let packed = place.packed();
        [&self.excluded, &self.wrong, &self.refused, &self.open].iter().any(|places| places.contains(&packed))
    }

    /// Rows that have errors and were neither left out nor loaded before the error arose.
    pub fn stopped(&self) -> impl Iterator<Item = i64> {
        self.wrong.iter().filter(|place| !self.excluded.contains(place) && !self.loaded.contains(place)).copied()
    }
}

/// The destination's ids of everything loaded before.
pub fn known_ids(store: &Store) -> Result<Known> {
    let mut known = Known::default();
    store.each_batch(|batch| {
        if let (BatchState::Accepted | BatchState::Replaced, Some(id)) = (batch.state, batch.remote_id) {
            known.insert(&batch.dataset, batch.key, id);
        }
    })?;
    Ok(known)
}

/// The first so many rows; records of several rows whole.
pub fn first_of<'w>(dataset: &Dataset, mut rows: Vec<Record<'w>>, count: usize) -> Vec<Record<'w>> {
    let Some(group) = dataset.grouped_by else {
        rows.truncate(count);
        return rows;
    };
    let name = |record: &Record<'w>| {
        record.values.iter().find(|(field, _)| *field == group).map(|(_, value)| value.to_string()).unwrap_or_default()
    };
    let names: HashSet<String> = rows.iter().take(count).map(name).collect();
    rows.retain(|record| names.contains(&name(record)));
    rows
}

/// A stretch of rows with their cells, ready to be mapped.
#[derive(Debug, Default)]
pub struct Window {
    pieces: Vec<Piece>,
    rows: usize,
}

impl Window {
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many of these rows are in it.
    pub fn count(&self, wanted: &HashSet<Place>) -> usize {
        let here = |piece: &Piece, place: &Place| {
            let rows = piece.chunk.first_row..piece.chunk.first_row + u64::from(piece.chunk.rows);
            place.source == piece.source && rows.contains(&place.row)
        };
        wanted.iter().filter(|place| self.pieces.iter().any(|piece| here(piece, place))).count()
    }
}

/// The requests that exactly these rows of a dataset make. They may stand anywhere in its files.
pub async fn encode(
    store: &Store,
    dataset: &'static Dataset,
    destination: &dyn Destination,
    known: &mut Known,
    places: &[Place],
) -> super::Result<Vec<Encoded>> {
    let Some(picked) = Picked::of(store, dataset, places)? else { return Ok(Vec::new()) };
    let (fields, rows) = (picked.windows.fields(), picked.records()?);
    needs::encode(destination, dataset.id, &Records { fields: &fields, rows: &rows }, known).await
}

/// Every mapped field with what the first of these rows says that has it: its canonical text.
pub fn mapped(store: &Store, dataset: &'static Dataset, places: &[Place]) -> Result<Vec<(String, Option<String>)>> {
    let Some(picked) = Picked::of(store, dataset, places)? else { return Ok(Vec::new()) };
    let rows = picked.records()?;
    let value = |id: &str| {
        let values = rows.iter().flat_map(|row| &row.values);
        let mut texts = values.filter(|(field, _)| *field == id).map(|(_, value)| value.to_string());
        texts.find(|text| !text.is_empty())
    };
    let fields = picked.windows.fields().into_iter();
    Ok(fields.map(|(id, _)| (id.clone(), value(&id))).collect())
}

/// The windows in which some rows stand.
struct Picked {
    windows: Windows,
    kept: Vec<Window>,
    wanted: HashSet<Place>,
}

impl Picked {
    fn of(store: &Store, dataset: &'static Dataset, places: &[Place]) -> Result<Option<Self>> {
        let wanted: HashSet<Place> = places.iter().copied().collect();
        let Some(first) = wanted.iter().min() else { return Ok(None) };
        let mut windows = Windows::of(store, dataset)?.with_size(1).starting_at(store, *first)?;
        let (mut kept, mut found) = (Vec::new(), 0);
        while found < wanted.len() {
            let Some(window) = windows.next(store)? else { break };
            let here = window.count(&wanted);
            if here > 0 {
                found += here;
                kept.push(window);
            }
        }
        Ok(Some(Self { windows, kept, wanted }))
    }

    fn records(&self) -> Result<Vec<Record<'_>>> {
        let mut rows = Vec::new();
        for window in &self.kept {
            rows.extend(self.windows.records(window, |place| self.wanted.contains(&place))?);
        }
        Ok(rows)
    }
}

/// The rows of a dataset as windows. `each` gets the window and the number of rows of it that may go out.
pub struct Windows {
    readied: Vec<Readied>,
    /// Source and chunk to go on from.
    next: (usize, u64),
    size: usize,
}

impl Windows {
    /// Lines of one contract may stand anywhere, so grouped datasets come in one window.
    pub fn of(store: &Store, dataset: &'static Dataset) -> Result<Self> {
        let size = if dataset.grouped_by.is_some() { usize::MAX } else { WINDOW };
        Ok(Self { readied: validation::ready(store, dataset)?, next: (0, 0), size })
    }

    #[must_use]
    pub fn with_size(self, size: usize) -> Self {
        Self { size: self.size.min(size), ..self }
    }

    /// As small as they come, but never with a part of a record.
    #[must_use]
    pub fn small(self, dataset: &Dataset) -> Self {
        if dataset.grouped_by.is_some() { self } else { self.with_size(1) }
    }

    /// From the chunk on in which this row stands.
    pub fn starting_at(mut self, store: &Store, place: Place) -> Result<Self> {
        let source = self.readied.iter().position(|ready| ready.source.id == place.source);
        let chunk = chunk::holding(store.connection(), place)?;
        self.next = source.zip(chunk).map_or((0, 0), |(source, chunk)| (source, chunk.first_row));
        Ok(self)
    }

    /// Rows in the files, whatever speaks against them.
    pub fn rows(&self) -> u64 {
        self.readied.iter().map(|ready| ready.source.rows).sum()
    }

    /// Fields with their kinds, over all sources.
    pub fn fields(&self) -> Vec<(String, Kind)> {
        let mut fields: BTreeMap<usize, (String, Kind)> = BTreeMap::new();
        for field in self.readied.iter().flat_map(|ready| ready.mapper.fields()) {
            if !fields.values().any(|(id, _)| *id == field.id) {
                fields.insert(fields.len(), (field.id.clone(), field.kind));
            }
        }
        fields.into_values().collect()
    }

    /// The next window; `None` after the last.
    pub fn next(&mut self, store: &Store) -> Result<Option<Window>> {
        let mut window = Window::default();
        while let Some(ready) = self.readied.get(self.next.0) {
            let source = ready.source.id;
            let Some(chunk) = chunk::at_or_after(store.connection(), Place::new(source, self.next.1))? else {
                self.next = (self.next.0 + 1, 0);
                continue;
            };
            let last = chunk.first_row + u64::from(chunk.rows) - 1;
            let touched = edit::touches(store.connection(), source)?;
            let overlay = if touched { store.overlay(source, chunk.first_row, last)? } else { Overlay::default() };
            window.rows += chunk.rows as usize;
            window.pieces.push(Piece { source, chunk, overlay });
            self.next.1 = last + 1;
            if window.rows >= self.size {
                break;
            }
        }
        Ok((!window.pieces.is_empty()).then_some(window))
    }

    /// The records of the rows wanted. With meters side by side, a row gives one record per filled meter.
    pub fn records<'w>(&'w self, window: &'w Window, wanted: impl Fn(Place) -> bool) -> Result<Vec<Record<'w>>> {
        let mut records = Vec::new();
        for piece in &window.pieces {
            let Some(ready) = self.readied.iter().find(|ready| ready.source.id == piece.source) else { continue };
            let mapper = &ready.mapper;
            let mut record = mapping::Record::default();
            let mut take = |place: Place, record: &mut mapping::Record<'w>| {
                let values = mapper.fields().iter().zip(record.values.drain(..));
                let values = values.filter_map(|(field, value)| Some((field.id.as_str(), value?))).collect();
                records.push(Record { row: place.packed(), values });
            };
            piece
                .each(|seen| {
                    if !wanted(seen.place) {
                        return;
                    }
                    if mapper.meters() == 0 {
                        mapper.map(seen.cells, &mut record);
                        take(seen.place, &mut record);
                    }
                    for meter in 0..mapper.meters() {
                        if mapper.map_meter(meter, seen.cells, &mut record) {
                            take(seen.place, &mut record);
                        }
                    }
                })
                .map_err(crate::store::StoreError::from)?;
        }
        Ok(records)
    }
}
