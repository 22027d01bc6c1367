//! Judges the rows of one source on one thread, and takes down what the rules over several rows need.

use super::contract::{Line, LineFields};
use super::crew::Worker;
use super::key::{Key, hash, identity};
use super::money::{MoneyFields, Slot, Sums};
use super::row::RowRules;
use super::scan::{Piece, Seen};
use super::similar::{Customer, CustomerFields};
use super::unique;
use crate::intake::chunk::Damaged;
use crate::mapping::{MappedField, Mapper, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Dataset, Field, Kind};
use crate::store::Place;
use crate::store::finding::Finding;
use crate::store::key::Pair;
use crate::store::source::Source;
use crate::transform::Value;

/// What one run of rows gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: u64,
    pub(super) excluded: u64,
    pub(super) findings: Vec<Finding>,
    /// Parallel to the keyed fields.
    pub(super) keys: Vec<Vec<Pair>>,
    /// Keys that other datasets may refer to.
    pub(super) identities: Vec<Key>,
}

/// Judges rows on one thread.
pub(super) struct Judge<'c> {
    dataset: &'static Dataset,
    mapper: &'c Mapper,
    rules: &'c RowRules<'c>,
    /// Keyed fields with their place in a record, where they are mapped.
    keyed: Vec<(Option<usize>, Kind)>,
    identity: Option<usize>,
    /// Columns the header names.
    width: usize,
    money: Option<MoneyFields>,
    line_fields: Option<LineFields>,
    customer_fields: Option<CustomerFields>,
    pub(super) sums: Sums,
    slot: Slot,
    pub(super) lines: Vec<Line>,
    pub(super) customers: Vec<Customer>,
}

impl<'c> Judge<'c> {
    pub(super) fn new(
        dataset: &'static Dataset,
        source: &Source,
        mapper: &'c Mapper,
        rules: &'c RowRules<'c>,
        keyed: &[&'static Field],
    ) -> Self {
        Self {
            dataset,
            mapper,
            rules,
            keyed: keyed.iter().map(|field| (mapper.position(field.id), field.kind)).collect(),
            identity: identity(dataset, mapper),
            width: source.columns.len(),
            money: MoneyFields::of(dataset, mapper),
            line_fields: LineFields::of(dataset, mapper),
            customer_fields: CustomerFields::of(dataset, mapper),
            sums: Sums::default(),
            slot: Slot::default(),
            lines: Vec::new(),
            customers: Vec::new(),
        }
    }

    pub(super) fn row<'a>(&mut self, seen: &Seen<'a, '_>, record: &mut Record<'a>, found: &mut Found)
    where
        'c: 'a,
    {
        found.rows += 1;
        self.mapper.map(seen.as_read.unwrap_or(seen.cells), record);
        self.count_money(record);
        if seen.excluded.is_some() {
            found.excluded += 1;
            return;
        }
        if seen.as_read.is_some() {
            self.mapper.map(seen.cells, record);
        }
        self.report(seen, record, found);
        self.note(seen, record, found);
    }

    /// Totals are of what was read: an edit shows as a correction at the tie-out, never as a change of the source.
    fn count_money(&mut self, record: &Record<'_>) {
        if let Some(money) = self.money {
            let amount = money.value(record, &mut self.slot);
            self.sums.add(&self.slot, amount);
        }
    }

    fn report(&self, seen: &Seen<'_, '_>, record: &mut Record<'_>, found: &mut Found) {
        let fields = self.mapper.fields();
        let faults = std::mem::take(&mut record.faults);
        for fault in &faults {
            let value = fault.raw.to_owned();
            found.findings.push(told(
                self.dataset,
                seen.place,
                seen.line,
                &fields[fault.field],
                value,
                fault.fault.clone(),
            ));
        }
        record.faults = faults;
        self.rules.judge(record, &mut |field, fault| {
            let value = fields[field].text(seen.cells).to_owned();
            found.findings.push(told(self.dataset, seen.place, seen.line, &fields[field], value, fault));
        });
        if seen.cells.len() > self.width && seen.cells[self.width..].iter().any(|cell| !cell.trim().is_empty()) {
            found.findings.push(self.too_wide(seen));
        }
    }

    fn too_wide(&self, seen: &Seen<'_, '_>) -> Finding {
        let message = format!(
            "The row has {} cells, the header {}. A separator may stand inside a value; correct the file or exclude the row.",
            seen.cells.len(),
            self.width
        );
        let fault = Fault::error(Rule::Shape, message);
        Finding {
            place: seen.place,
            line: seen.line,
            dataset: self.dataset.id.to_owned(),
            field: String::new(),
            rule: fault.rule,
            severity: fault.severity,
            value: seen.cells[self.width..].join(" "),
            message: fault.message,
            suggestion: None,
            kept: false,
        }
    }

    /// Takes down what the rules over several rows need.
    fn note(&mut self, seen: &Seen<'_, '_>, record: &Record<'_>, found: &mut Found) {
        found.keys.resize_with(self.keyed.len(), Vec::new);
        for (keys, &(position, kind)) in found.keys.iter_mut().zip(&self.keyed) {
            let value = position.and_then(|position| record.values[position].as_ref());
            if let Some(hash) = value.and_then(|value| key_hash(value, kind)) {
                keys.push((hash, seen.place.packed()));
            }
        }
        if let Some(Value::Text(key)) = self.identity.and_then(|field| record.values[field].as_ref()) {
            found.identities.push(Key::of(key));
        }
        if let Some(fields) = &self.line_fields {
            self.lines.extend(fields.line(seen.place, seen.line, record));
        } else if let Some(fields) = self.customer_fields {
            self.customers.extend(fields.customer(seen.place, seen.line, record));
        }
    }
}

/// The hash under which a value is indexed.
pub(super) fn key_hash(value: &Value<'_>, kind: Kind) -> Option<u64> {
    match value {
        Value::Text(text) if kind != Kind::Email => Some(hash(text)),
        value => unique::key_text(value, true).map(|text| hash(&text)),
    }
}

impl Worker for Judge<'_> {
    type Task = Piece;
    type Done = std::result::Result<Found, Damaged>;

    fn work(&mut self, piece: Piece) -> Self::Done {
        let mut found = Found::default();
        let mut record = Record::default();
        piece.each(|seen| self.row(seen, &mut record, &mut found))?;
        Ok(found)
    }
}

pub(super) fn told(
    dataset: &Dataset,
    place: Place,
    line: u64,
    field: &MappedField,
    value: String,
    fault: Fault,
) -> Finding {
    Finding {
        place,
        line,
        dataset: dataset.id.to_owned(),
        field: field.id.clone(),
        rule: fault.rule,
        severity: fault.severity,
        value,
        message: fault.message,
        suggestion: fault.suggestion,
        kept: false,
    }
}
