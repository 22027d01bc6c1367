//! Edits, and what has to be judged again after one.
//!
//! The edited rows are judged again, and those that share a key with them, by way of the key index. That is all in a dataset
//! that nothing refers to and whose rows stand alone (usage), and wherever an edit leaves untouched what other rows are held
//! against: a customer's number, a contract's days. Otherwise the dataset is checked, and what depends on it.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use rusqlite::Connection;

use super::contract::{Line, LineFields};
use super::judge::{Found, Judge, key_hash};
use super::key::{Key, KeySet, hash};
use super::known::Known;
use super::row::{RowRules, Terms};
use super::scan::{Piece, Seen};
use super::similar::{Customer, CustomerFields};
use super::{Context, Readied, Result, Subject, check, holds, index_name, insert_located, keyed_fields, order, unique};
use crate::mapping::{Mapper, Record};
use crate::schema::finding::Rule;
use crate::schema::{Concept, Dataset, Field, Schema};
use crate::store::edit::{Edit, overlay};
use crate::store::finding::Wanted;
use crate::store::total::Checked;
use crate::store::{Place, Store, StoreError, chunk, finding, key, total};
use crate::transform::Value;

/// Rows above which checking everything is quicker than row by row.
const FEW: usize = 2_000;

/// Applies an edit and brings the findings up to date.
pub fn apply(store: &mut Store, schema: &'static Schema, context: &Context, edit: &Edit, who: &str) -> Result<()> {
    judged_again(store, schema, context, &edit.places(), |store| store.apply(edit, who, &context.at).map(drop))
}

/// Takes back the newest edit; its label, or `None` when there is nothing to undo.
pub fn undo(store: &mut Store, schema: &'static Schema, context: &Context) -> Result<Option<String>> {
    let Some(places) = store.undoable()? else { return Ok(None) };
    judged_again(store, schema, context, &places, Store::undo)
}

/// Brings back what was undone last.
pub fn redo(store: &mut Store, schema: &'static Schema, context: &Context) -> Result<Option<String>> {
    let Some(places) = store.redoable()? else { return Ok(None) };
    judged_again(store, schema, context, &places, Store::redo)
}

/// The cells of a row as they stand now.
pub fn cells(connection: &Connection, place: Place) -> Result<Option<Vec<String>>> {
    let mut cells = None;
    visit(connection, place, |seen| cells = Some(seen.cells.iter().map(|&cell| cell.to_owned()).collect()))?;
    Ok(cells)
}

/// What other rows are held against of a row.
#[derive(Debug, PartialEq)]
struct Stand {
    /// Hashes of its keyed fields.
    keys: Vec<Option<u64>>,
    line: Option<Line>,
    customer: Option<Customer>,
}

/// Those of the edited rows that are not excluded.
type Stands = HashMap<Place, Stand>;

/// Changes the rows at `places` and judges what has to be judged again.
fn judged_again<T>(
    store: &mut Store,
    schema: &'static Schema,
    context: &Context,
    places: &BTreeSet<Place>,
    change: impl FnOnce(&mut Store) -> crate::store::Result<T>,
) -> Result<T> {
    // A decision about a warning changes no row.
    if places.is_empty() {
        return Ok(change(store)?);
    }
    let everything = &mut |_| ControlFlow::Continue(());
    let Some(dataset) = judged_by_row(store, schema, context, places)? else {
        let changed = change(store)?;
        check(store, schema, context, everything)?;
        return Ok(changed);
    };
    let subject = Subject::of(store, dataset)?;
    let basis = total::basis(store.connection(), dataset.id)?;
    let (before, looked_up) = (stands(store.connection(), &subject, places)?, looked_up(store, schema)?);
    let changed = change(store)?;
    // What was changed may be what other rows look up.
    if looked_up != self::looked_up(store, schema)? {
        check(store, schema, context, everything)?;
        return Ok(changed);
    }
    let after = stands(store.connection(), &subject, places)?;
    if lends(schema, dataset) && (before != after || breaks_with_others(store, places)?) {
        check(store, schema, context, everything)?;
        return Ok(changed);
    }
    // Only what happened at a time can fall outside a term.
    let terms = if dataset.by_concept(Concept::EventTime).is_some() { terms(store, schema)? } else { Terms::default() };
    let transaction = store.begin()?;
    finding::clear_rows(&transaction, places.iter().copied())?;
    judge_rows(&transaction, &subject, &terms, context, places)?;
    judge_keys(&transaction, &subject, places, &before, &after)?;
    count(&transaction, dataset, (before.len(), after.len()), context, &basis)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(changed)
}

/// The dataset of the rows, if they are few, all of one dataset, and everything was checked before.
fn judged_by_row(
    store: &Store,
    schema: &'static Schema,
    context: &Context,
    places: &BTreeSet<Place>,
) -> Result<Option<&'static Dataset>> {
    if places.len() > FEW || !holds(store, schema, context)? {
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
    Ok(schema.dataset(&only))
}

/// What the rows of each dataset look up, as numbers that change with it.
fn looked_up(store: &Store, schema: &'static Schema) -> Result<Vec<String>> {
    let sources = store.sources()?;
    let datasets = schema.datasets.iter();
    Ok(datasets.map(|dataset| store.looked_up(dataset.id, &sources)).collect::<crate::store::Result<_>>()?)
}

/// Whether one of these rows breaks a rule together with others.
fn breaks_with_others(store: &Store, places: &BTreeSet<Place>) -> Result<bool> {
    let mut together = false;
    for &place in places {
        store.findings(&Wanted { place: Some(place), ..Wanted::default() }, |finding| {
            together |= finding.rule.is_of_several();
            Ok(())
        })?;
    }
    Ok(together)
}

/// Whether other rows are held against the rows of this dataset.
fn lends(schema: &'static Schema, dataset: &Dataset) -> bool {
    let mut fields = schema.datasets.iter().flat_map(|dataset| &dataset.fields);
    dataset.grouped_by.is_some()
        || fields.any(|field| field.reference.is_some_and(|reference| reference.dataset == dataset.id))
}

/// Runs `visit` on one row as it stands now.
fn visit(connection: &Connection, place: Place, visit: impl FnMut(&Seen<'_, '_>)) -> Result<()> {
    let Some(chunk) = chunk::holding(connection, place)? else { return Ok(()) };
    let piece =
        Piece { source: place.source, chunk, overlay: overlay(connection, place.source, place.row, place.row)? };
    piece.each_at(&[place], visit).map_err(StoreError::from)?;
    Ok(())
}

fn stands(connection: &Connection, subject: &Subject, places: &BTreeSet<Place>) -> Result<Stands> {
    let mut stands = Stands::new();
    let keyed = keyed_fields(subject.dataset);
    for Readied { source, mapper } in &subject.readied {
        let lines = LineFields::of(subject.dataset, mapper);
        let customers = CustomerFields::of(subject.dataset, mapper);
        for &place in places.iter().filter(|place| place.source == source.id) {
            visit(connection, place, |seen| {
                if seen.excluded.is_some() {
                    return;
                }
                let mut record = Record::default();
                mapper.map(seen.cells, &mut record);
                let hash = |field: &&'static Field| {
                    let value = mapper.position(field.id).and_then(|position| record.values[position].as_ref());
                    value.and_then(|value| key_hash(value, field.kind))
                };
                let stand = Stand {
                    keys: keyed.iter().map(hash).collect(),
                    line: lines.as_ref().and_then(|fields| fields.line(place, seen.line, &record)),
                    customer: customers.and_then(|fields| fields.customer(place, seen.line, &record)),
                };
                stands.insert(place, stand);
            })?;
        }
    }
    Ok(stands)
}

fn judge_rows(
    connection: &Connection,
    subject: &Subject,
    terms: &Terms,
    context: &Context,
    places: &BTreeSet<Place>,
) -> Result<()> {
    let dataset = subject.dataset;
    let keyed = keyed_fields(dataset);
    for Readied { source, mapper } in &subject.readied {
        for &place in places.iter().filter(|place| place.source == source.id) {
            let referred = referred(connection, dataset, mapper, place)?;
            let rules = RowRules::new(dataset, mapper, |id| referred.get(id), terms, context.today);
            let mut judge = Judge::new(dataset, source, mapper, &rules, &keyed);
            let mut found = Found::default();
            visit(connection, place, |seen| judge.row(seen, &mut Record::default(), &mut found))?;
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
        if !key::places(connection, &index, hash(&key))?.is_empty()
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
    subject: &Subject,
    places: &BTreeSet<Place>,
    before: &Stands,
    after: &Stands,
) -> Result<()> {
    let (dataset, mappers) = (subject.dataset, subject.mappers());
    for (at, field) in keyed_fields(dataset).into_iter().enumerate() {
        let name = index_name(dataset, field);
        let hash = |stands: &Stands, place: &Place| stands.get(place).and_then(|stand| stand.keys[at]);
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
        insert_located(connection, dataset, &mappers, unique::judge(connection, &groups, field, &mappers)?)?;
    }
    Ok(())
}

/// Rows and exclusions move; totals of what was read never do. `before` and `after`: how many of the rows were in. What was
/// found holds on the same `basis` as before the edit: whatever else it was made of is untouched.
fn count(
    connection: &Connection,
    dataset: &Dataset,
    (before, after): (usize, usize),
    context: &Context,
    basis: &str,
) -> Result<()> {
    let Some(checked) = total::checked_of(connection, dataset.id)? else { return Ok(()) };
    let excluded = checked.excluded + before as u64 - after as u64;
    let (with_errors, with_warnings) = finding::rows_by_severity(connection, dataset.id)?;
    let ready = checked.rows - excluded - with_errors;
    let checked = Checked { ready, with_errors, with_warnings, excluded, ..checked };
    total::recount(connection, &checked, &context.at, basis)?;
    Ok(())
}

/// Every contract's term, for the usage rules.
fn terms(store: &Store, schema: &'static Schema) -> Result<Terms> {
    let subjects: Vec<Subject> =
        order(schema).into_iter().map(|dataset| Subject::of(store, dataset)).collect::<Result<_>>()?;
    let mut known = Known::default();
    // Contracts name their customers, so these come before them.
    let last = subjects.iter().rposition(|subject| subject.dataset.grouped_by.is_some() && !subject.readied.is_empty());
    for subject in subjects.iter().take(last.map_or(0, |last| last + 1)) {
        known.recall(store.connection(), subject)?;
    }
    Ok(known.terms)
}
