//! Edits, and what has to be judged again after one.
//!
//! In a dataset that nothing refers to and whose rows stand alone (usage), only the edited rows and those that share a key
//! with them are judged again, by way of the key index. Anywhere else an edit can change what holds for other rows, so
//! everything is checked.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use rusqlite::Connection;

use super::key::{Key, KeySet};
use super::row::{RowRules, Terms};
use super::scan::{Piece, Seen};
use super::{
    Context, Found, Judge, Readied, Result, check, index_name, insert_located, key_hash, keyed_fields, ready, unique,
};
use crate::mapping::{Mapper, Record};
use crate::schema::finding::Rule;
use crate::schema::{Dataset, Field, Schema};
use crate::store::edit::{Edit, overlay};
use crate::store::total::Checked;
use crate::store::{Place, Store, StoreError, chunk, finding, key, total};
use crate::transform::Value;

/// Rows above which checking everything is quicker than row by row.
const FEW: usize = 2_000;

/// Applies an edit and brings the findings up to date.
pub fn apply(store: &mut Store, schema: &'static Schema, context: &Context, edit: &Edit, who: &str) -> Result<()> {
    let places: BTreeSet<Place> = edit.cells.iter().map(|cell| cell.0).chain(edit.excluded.iter().copied()).collect();
    let before = keys(store, schema, &places)?;
    store.apply(edit, who, &context.at)?;
    judge_again(store, schema, context, &places, &before)
}

/// Takes back the newest edit; its label, or `None` when there is nothing to undo.
pub fn undo(store: &mut Store, schema: &'static Schema, context: &Context) -> Result<Option<String>> {
    let Some(places) = store.undoable()? else { return Ok(None) };
    let before = keys(store, schema, &places)?;
    let undone = store.undo()?;
    judge_again(store, schema, context, &places, &before)?;
    Ok(undone)
}

/// Brings back what was undone last.
pub fn redo(store: &mut Store, schema: &'static Schema, context: &Context) -> Result<Option<String>> {
    let Some(places) = store.redoable()? else { return Ok(None) };
    let before = keys(store, schema, &places)?;
    let redone = store.redo()?;
    judge_again(store, schema, context, &places, &before)?;
    Ok(redone)
}

/// The cells of a row as they stand now.
pub fn cells(connection: &Connection, place: Place) -> Result<Option<Vec<String>>> {
    let mut cells = None;
    visit(connection, place, |seen| cells = Some(seen.cells.iter().map(|&cell| cell.to_owned()).collect()))?;
    Ok(cells)
}

/// Hashes of a row's keyed fields; empty when the row is excluded.
type Keys = HashMap<Place, Vec<Option<u64>>>;

fn judge_again(
    store: &mut Store,
    schema: &'static Schema,
    context: &Context,
    places: &BTreeSet<Place>,
    before: &Keys,
) -> Result<()> {
    let Some(dataset) = stands_alone(store, schema, places)? else {
        return check(store, schema, context, &mut |_| ControlFlow::Continue(()));
    };
    let readied = ready(store, dataset)?;
    let mappers: HashMap<u32, &Mapper> = readied.iter().map(|ready| (ready.source.id, &ready.mapper)).collect();
    let after = keys(store, schema, places)?;
    let terms = terms(store, schema)?;
    let transaction = store.begin()?;
    finding::clear_rows(&transaction, places.iter().copied())?;
    judge_rows(&transaction, dataset, &readied, &terms, context, places)?;
    judge_keys(&transaction, dataset, &mappers, places, before, &after)?;
    count(&transaction, dataset, before, &after, &context.at)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(())
}

/// The dataset of the rows, if it is one whose rows can be judged by themselves.
fn stands_alone(store: &Store, schema: &'static Schema, places: &BTreeSet<Place>) -> Result<Option<&'static Dataset>> {
    if places.len() > FEW {
        return Ok(None);
    }
    let sources: BTreeSet<u32> = places.iter().map(|place| place.source).collect();
    let datasets: BTreeSet<String> = store
        .sources()?
        .into_iter()
        .filter(|source| sources.contains(&source.id))
        .map(|source| source.dataset)
        .collect();
    let mut datasets = datasets.into_iter();
    let (Some(only), None) = (datasets.next(), datasets.next()) else { return Ok(None) };
    let Some(dataset) = schema.dataset(&only) else { return Ok(None) };
    let referred = schema
        .datasets
        .iter()
        .flat_map(|dataset| &dataset.fields)
        .any(|field| field.reference.is_some_and(|reference| reference.dataset == dataset.id));
    let checked = store.checked()?.iter().any(|checked| checked.dataset == dataset.id);
    Ok(Some(dataset).filter(|dataset| checked && !referred && dataset.grouped_by.is_none()))
}

/// Runs `visit` on one row as it stands now.
fn visit(connection: &Connection, place: Place, mut visit: impl FnMut(Seen<'_, '_>)) -> Result<()> {
    let Some(chunk) = chunk::holding(connection, place)? else { return Ok(()) };
    let piece =
        Piece { source: place.source, chunk, overlay: overlay(connection, place.source, place.row, place.row)? };
    piece
        .each(|seen| {
            if seen.place == place {
                visit(seen);
            }
        })
        .map_err(StoreError::from)?;
    Ok(())
}

fn keys(store: &Store, schema: &'static Schema, places: &BTreeSet<Place>) -> Result<Keys> {
    let mut all = Keys::new();
    let Some(dataset) = stands_alone(store, schema, places)? else { return Ok(all) };
    let keyed = keyed_fields(dataset);
    for Readied { source, mapper } in ready(store, dataset)? {
        for &place in places.iter().filter(|place| place.source == source.id) {
            visit(store.connection(), place, |seen| {
                if seen.excluded.is_some() {
                    return;
                }
                let mut record = Record::default();
                mapper.map(seen.cells, &mut record);
                let hash = |field: &&'static Field| {
                    let value = mapper.position(field.id).and_then(|position| record.values[position].as_ref());
                    value.and_then(|value| key_hash(value, field.kind))
                };
                all.insert(place, keyed.iter().map(hash).collect());
            })?;
        }
    }
    Ok(all)
}

fn judge_rows(
    connection: &Connection,
    dataset: &'static Dataset,
    readied: &[Readied],
    terms: &Terms,
    context: &Context,
    places: &BTreeSet<Place>,
) -> Result<()> {
    let keyed = keyed_fields(dataset);
    for Readied { source, mapper } in readied {
        for &place in places.iter().filter(|place| place.source == source.id) {
            let referred = referred(connection, dataset, mapper, place)?;
            let rules = RowRules::new(dataset, mapper, |id| referred.get(id), terms, context.today);
            let mut judge = Judge::new(dataset, source, mapper, &rules, &keyed);
            let mut found = Found::default();
            visit(connection, place, |seen| judge.row(&seen, &mut Record::default(), &mut found))?;
            finding::insert(connection, &found.findings)?;
        }
    }
    Ok(())
}

/// The keys one row refers to, as far as they exist, by dataset; the keys it may have meant among them.
fn referred(
    connection: &Connection,
    dataset: &Dataset,
    mapper: &Mapper,
    place: Place,
) -> Result<HashMap<&'static str, KeySet>> {
    let mut wanted: Vec<(&'static str, String, String)> = Vec::new();
    visit(connection, place, |seen| {
        let mut record = Record::default();
        mapper.map(seen.cells, &mut record);
        for (mapped, value) in mapper.fields().iter().zip(&record.values) {
            let reference = dataset.field(&mapped.id).and_then(|field| field.reference);
            if let (Some(reference), Some(Value::Text(key))) = (reference, value) {
                let index = format!("{}.{}", reference.dataset, reference.field);
                wanted.extend(KeySet::variants(key).into_iter().map(|key| (reference.dataset, index.clone(), key)));
            }
        }
    })?;
    let mut sets: HashMap<&'static str, KeySet> = HashMap::new();
    for (dataset, index, key) in wanted {
        let set = sets.entry(dataset).or_default();
        if !key::places(connection, &index, super::hash(&key))?.is_empty()
            || crate::store::known::is_known(connection, dataset, &key)?
        {
            set.insert(Key::of(&key));
        } else if key::exists(connection, &index)? {
            set.close();
        }
    }
    Ok(sets)
}

/// Moves the rows in the key index and judges again whoever shares a key with them now or did before.
fn judge_keys(
    connection: &Connection,
    dataset: &'static Dataset,
    mappers: &unique::Mappers<'_>,
    places: &BTreeSet<Place>,
    before: &Keys,
    after: &Keys,
) -> Result<()> {
    for (at, field) in keyed_fields(dataset).into_iter().enumerate() {
        let name = index_name(dataset, field);
        let hash = |keys: &Keys, place: &Place| keys.get(place).and_then(|keys| keys[at]);
        let mut hashes = BTreeSet::new();
        for place in places {
            let (old, new) = (hash(before, place), hash(after, place));
            key::change(connection, &name, *place, old, new)?;
            hashes.extend([old, new].into_iter().flatten());
        }
        if !field.unique {
            continue;
        }
        let mut groups = Vec::new();
        for hash in hashes {
            let group = key::places(connection, &name, hash)?;
            finding::clear_rule(connection, &group, Rule::Unique, field.id)?;
            groups.push(group);
        }
        groups.retain(|group| group.len() > 1);
        insert_located(connection, dataset, mappers, unique::judge(connection, &groups, field, mappers)?)?;
    }
    Ok(())
}

/// Rows and exclusions move; totals of what was read never do.
fn count(connection: &Connection, dataset: &Dataset, before: &Keys, after: &Keys, at: &str) -> Result<()> {
    let Some(checked) = total::checked_of(connection, dataset.id)? else { return Ok(()) };
    let excluded = checked.excluded + before.len() as u64 - after.len() as u64;
    let (with_errors, with_warnings) = finding::rows_by_severity(connection, dataset.id)?;
    let ready = checked.rows - excluded - with_errors;
    total::set_checked(connection, &Checked { ready, with_errors, with_warnings, excluded, ..checked }, at)?;
    Ok(())
}

/// Every contract's term, for the usage rules.
fn terms(store: &Store, schema: &'static Schema) -> Result<Terms> {
    let mut terms = Terms::default();
    for dataset in schema.datasets.iter().filter(|dataset| dataset.grouped_by.is_some()) {
        for Readied { source, mapper } in ready(store, dataset)? {
            let Some(fields) = super::LineFields::of(dataset, &mapper) else { continue };
            chunk::scan(store.connection(), source.id, |chunk| {
                let last = chunk.first_row + u64::from(chunk.rows);
                let piece =
                    Piece { source: source.id, overlay: store.overlay(source.id, chunk.first_row, last)?, chunk };
                let mut record = Record::default();
                piece.each(|seen| {
                    mapper.map(seen.cells, &mut record);
                    if let Some(line) = fields.line(seen.place, seen.line, &record).filter(|_| seen.excluded.is_none())
                    {
                        let (start, end) = line.term();
                        terms.add(&line.customer(None), start, end);
                    }
                })?;
                Ok(())
            })?;
        }
    }
    Ok(terms)
}
