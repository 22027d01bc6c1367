//! A difference taken apart until it ends in rows: what stands in the file twice, what was left out, what is wrong, what
//! was corrected, and the rest; each by customer, and down to its lines.
//!
//! Amounts are those of the cells as read, so that the parts add up to what was read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::intake::chunk::Damaged;
use crate::mapping::{Mapper, Record};
use crate::schema::Dataset;
use crate::schema::finding::{Rule, Severity};
use crate::store::finding::Wanted;
use crate::store::{Place, Store, StoreError, chunk};
use crate::transform::Value;
use crate::validation::crew::Worker;
use crate::validation::money::{MoneyFields, Slot};
use crate::validation::scan::{Piece, Seen, scan};
use crate::validation::{Result, ready};

/// Which total is meant. An empty month is all months, an empty currency all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total<'t> {
    pub currency: &'t str,
    pub month: &'t str,
}

/// Why a row may make a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A copy of a row that stands in the file before it.
    Repeated,
    /// Left out by a person.
    Excluded,
    /// Has errors, such as an amount that cannot be read.
    WithErrors,
    /// Changed by a person.
    Corrected,
    /// Nothing speaks against it.
    AsRead,
}

/// The rows of one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    pub rows: u64,
    pub amount: Decimal,
    pub customers: HashMap<String, (u64, Decimal)>,
    pub first: Option<Row>,
    pub last: Option<Row>,
}

/// One row of a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub place: Place,
    pub line: u64,
    pub customer: String,
    pub amount: Decimal,
}

/// The parts of a total, by cause. `tell` hears how many rows were looked at.
pub fn apart(
    store: &Store,
    dataset: &Dataset,
    total: &Total<'_>,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<BTreeMap<Cause, Part>> {
    let causes = Causes::of(store, dataset)?;
    let mut parts: BTreeMap<Cause, Part> = BTreeMap::new();
    visit(store, dataset, total, &causes, tell, &mut |cause, row| {
        let part = parts.entry(cause).or_default();
        part.rows += 1;
        part.amount += row.amount;
        let share = part.customers.entry(row.customer.clone()).or_default();
        share.0 += 1;
        share.1 += row.amount;
        if part.first.as_ref().is_none_or(|first| row.place < first.place) {
            part.first = Some(row.clone());
        }
        if part.last.as_ref().is_none_or(|last| row.place > last.place) {
            part.last = Some(row);
        }
    })?;
    Ok(parts)
}

/// A page of the rows of one cause, of one customer or all, in the order of the file; and how many there are.
pub fn rows(
    store: &Store,
    dataset: &Dataset,
    total: &Total<'_>,
    wanted: (Cause, Option<&str>),
    page: (usize, usize),
) -> Result<(u64, Vec<Row>)> {
    let causes = Causes::of(store, dataset)?;
    let (mut count, last) = (0, page.0 + page.1);
    // Never more than the pages up to this one.
    let mut first: BTreeMap<Place, Row> = BTreeMap::new();
    visit(store, dataset, total, &causes, &mut |_| ControlFlow::Continue(()), &mut |cause, row| {
        if cause != wanted.0 || wanted.1.is_some_and(|customer| customer != row.customer) {
            return;
        }
        count += 1;
        first.insert(row.place, row);
        if first.len() > last {
            first.pop_last();
        }
    })?;
    Ok((count, first.into_values().skip(page.0).collect()))
}

/// What edits took from the totals as read. By (currency, month); the count of rows is under two empty ones, a currency's
/// sum under its month empty.
#[derive(Debug, Default)]
pub struct Taken {
    /// Rows left out, amounts and dates changed.
    pub amounts: BTreeMap<(String, String), Decimal>,
    /// Of these, what single edits left out: by total and edit, the rows and what they come to.
    pub left_out: BTreeMap<((String, String), i64), (u64, Decimal)>,
}

impl Taken {
    /// Adds to a total and, where a month is named, to its currency's sum.
    fn add(&mut self, slot: &Slot, amount: Decimal, left_out_by: Option<i64>) {
        let month = slot.month.map(|_| (slot.currency.clone(), slot.month_text()));
        for total in std::iter::once((slot.currency.clone(), String::new())).chain(month) {
            if let Some(edit) = left_out_by {
                let part = self.left_out.entry((total.clone(), edit)).or_default();
                *part = (part.0 + 1, part.1 + amount);
            }
            *self.amounts.entry(total).or_default() += amount;
        }
    }
}

/// What edits took from the totals of a dataset.
pub fn taken_by_edits(store: &Store, dataset: &Dataset) -> Result<Taken> {
    let mut taken = Taken::default();
    let left_out_by: HashMap<Place, i64> = store.excluded_by()?.into_iter().collect();
    for ready in ready(store, dataset)? {
        let source = ready.source.id;
        let fields = MoneyFields::of(dataset, &ready.mapper);
        let mut places = store.edited(source)?.into_iter().peekable();
        while let Some(place) = places.peek().copied() {
            let Some(chunk) = chunk::holding(store.connection(), place)? else {
                places.next();
                continue;
            };
            let last = chunk.first_row + u64::from(chunk.rows) - 1;
            let here: Vec<Place> = std::iter::from_fn(|| places.next_if(|place| place.row <= last)).collect();
            let overlay = store.overlay(source, chunk.first_row, last)?;
            let piece = Piece { source, chunk, overlay };
            let mut record = Record::default();
            piece
                .each_at(&here, |seen| {
                    let mut slot = Slot::default();
                    let edit = seen.excluded.and_then(|_| left_out_by.get(&seen.place).copied());
                    if let Some(fields) = fields {
                        ready.mapper.map(seen.as_read.unwrap_or(seen.cells), &mut record);
                        let amount = fields.value(&record, &mut slot);
                        taken.add(&slot, amount, edit);
                    }
                    if seen.excluded.is_some() {
                        taken.add(&Slot::default(), Decimal::ONE, edit);
                    } else if let Some(fields) = fields {
                        ready.mapper.map(seen.cells, &mut record);
                        let amount = fields.value(&record, &mut slot);
                        taken.add(&slot, -amount, None);
                    }
                })
                .map_err(StoreError::from)?;
        }
    }
    Ok(taken)
}

/// Which rows of a dataset are not simply as read.
struct Causes {
    excluded: HashSet<i64>,
    repeated: HashSet<i64>,
    wrong: HashSet<i64>,
    corrected: BTreeSet<Place>,
}

impl Causes {
    fn of(store: &Store, dataset: &Dataset) -> Result<Self> {
        let excluded = store.exclusions()?.into_iter().map(|(place, _, _)| place.packed()).collect();
        let (mut repeated, mut wrong) = (HashSet::new(), HashSet::new());
        let wanted = Wanted { dataset: Some(dataset.id.to_owned()), ..Wanted::default() };
        store.findings(&wanted, |finding| {
            // Copies are a warning on all but the first; rows that only share a key are errors, and none of them is a copy.
            if finding.rule == Rule::Unique && finding.severity == Severity::Warning {
                repeated.insert(finding.place.packed());
            } else if finding.severity == Severity::Error {
                wrong.insert(finding.place.packed());
            }
            Ok(())
        })?;
        let mut corrected = BTreeSet::new();
        for source in store.sources()?.into_iter().filter(|source| source.dataset == dataset.id) {
            corrected.extend(store.edited(source.id)?);
        }
        Ok(Self { excluded, repeated, wrong, corrected })
    }

    fn cause(&self, place: Place) -> Cause {
        let packed = place.packed();
        match () {
            () if self.excluded.contains(&packed) => Cause::Excluded,
            () if self.repeated.contains(&packed) => Cause::Repeated,
            () if self.wrong.contains(&packed) => Cause::WithErrors,
            () if self.corrected.contains(&place) => Cause::Corrected,
            () => Cause::AsRead,
        }
    }
}

/// Shows every row of a total, in no particular order.
fn visit(
    store: &Store,
    dataset: &Dataset,
    total: &Total<'_>,
    causes: &Causes,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    each: &mut dyn FnMut(Cause, Row),
) -> Result<()> {
    let mut looked_at = 0;
    for ready in ready(store, dataset)? {
        let customer = customer(dataset, &ready.mapper);
        let fields = MoneyFields::of(dataset, &ready.mapper);
        let make = || Sorter { mapper: &ready.mapper, total, causes, fields, customer, slot: Slot::default() };
        scan(store.connection(), ready.source.id, make, |found: Found| {
            looked_at += found.looked_at;
            for (cause, row) in found.rows {
                each(cause, row);
            }
            Ok(tell(looked_at))
        })?;
    }
    Ok(())
}

/// Where the customer of a record stands: what refers to customers, or else the record's own key.
fn customer(dataset: &Dataset, mapper: &Mapper) -> Option<usize> {
    let refers = dataset.fields.iter().find(|field| field.reference.is_some_and(|to| to.dataset == "customers"));
    mapper.position(refers.map_or(dataset.identity, |field| field.id))
}

/// Picks the rows of a total on one thread.
struct Sorter<'s> {
    mapper: &'s Mapper,
    total: &'s Total<'s>,
    causes: &'s Causes,
    fields: Option<MoneyFields>,
    customer: Option<usize>,
    slot: Slot,
}

struct Found {
    looked_at: u64,
    rows: Vec<(Cause, Row)>,
}

impl Worker for Sorter<'_> {
    type Task = Piece;
    type Done = std::result::Result<Found, Damaged>;

    fn work(&mut self, piece: Piece) -> Self::Done {
        let mapper = self.mapper;
        let mut record = Record::default();
        let mut found = Found { looked_at: 0, rows: Vec::new() };
        piece.each(|seen| {
            found.looked_at += 1;
            mapper.map(seen.as_read.unwrap_or(seen.cells), &mut record);
            if let Some(row) = self.row(seen, &record) {
                found.rows.push((self.causes.cause(seen.place), row));
            }
        })?;
        Ok(found)
    }
}

impl Sorter<'_> {
    /// The row, if it belongs to the total.
    fn row(&mut self, seen: &Seen<'_, '_>, record: &Record<'_>) -> Option<Row> {
        let amount = self.fields.map(|fields| fields.value(record, &mut self.slot)).unwrap_or_default();
        let is_count = self.total.currency.is_empty();
        let fits = (self.slot.currency == self.total.currency)
            && (self.total.month.is_empty() || self.slot.month_text() == self.total.month);
        if !is_count && !fits {
            return None;
        }
        let customer = match self.customer.and_then(|at| record.values[at].as_ref()) {
            Some(Value::Text(text)) => text.clone().into_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let amount = if is_count { Decimal::ZERO } else { amount };
        Some(Row { place: seen.place, line: seen.line, customer, amount })
    }
}
