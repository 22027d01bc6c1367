//! Checks every record of a migration and stores what is wrong or doubtful.
//!
//! Records are judged one by one over all cores ([`row`]); then what rows break together: values used twice ([`unique`]),
//! lines of contracts ([`contract`]), customers who are probably one ([`similar`]). Bad data is never an `Err`. After an
//! edit only the rows it touched are judged again, where that is enough ([`again`]).

pub mod again;
pub mod contract;
pub mod key;
pub mod money;
pub mod row;
pub mod scan;
pub mod similar;
pub mod unique;

use std::collections::HashMap;
use std::ops::ControlFlow;

use jiff::civil::Date;

use crate::intake::chunk::Damaged;
use crate::mapping::{MappedField, Mapper, MappingError, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Dataset, Field, Kind, Schema};
use crate::store::finding::Finding;
use crate::store::key::{BUCKETS, Pair};
use crate::store::source::Source;
use crate::store::total::{Checked, Total};
use crate::store::{Place, Store, StoreError, finding, key as key_table, total};
use crate::transform::Value;
use contract::{Line, LineFields};
use key::{Key, KeySet, Pairs, hash};
use money::{MoneyFields, Slot, Sums};
use row::{RowRules, Terms};
use scan::{Piece, Seen, Worker, scan};
use similar::{Customer, CustomerFields};

/// What a check cannot know by itself.
#[derive(Debug, Clone)]
pub struct Context {
    /// The day by which end dates count as past.
    pub today: Date,
    /// RFC 3339, for the record of the check.
    pub at: String,
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub dataset: String,
    pub rows: u64,
    pub of: u64,
}

/// Why a check could not go on.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the mapping of “{file}” cannot be used: {reason}")]
    Mapping { file: String, reason: MappingError },
    #[error("a temporary file could not be used: {0}")]
    Temporary(#[from] std::io::Error),
}

pub type Result<T> = std::result::Result<T, CheckError>;

/// A fault with the row and field it belongs to.
#[derive(Debug, Clone)]
pub struct Located {
    pub place: Place,
    pub line: u64,
    pub field: &'static str,
    pub fault: Fault,
}

/// A dataset's sources with their mappings made ready.
pub struct Readied {
    pub source: Source,
    pub mapper: Mapper,
}

/// The sources of a dataset, each with its mapping compiled.
pub fn ready(store: &Store, dataset: &Dataset) -> Result<Vec<Readied>> {
    let mut readied = Vec::new();
    for source in store.sources()?.into_iter().filter(|source| source.dataset == dataset.id) {
        let mapper = Mapper::compile(dataset, &source.mapping, &source.columns)
            .map_err(|reason| CheckError::Mapping { file: source.file.clone(), reason })?;
        readied.push(Readied { source, mapper });
    }
    Ok(readied)
}

/// What is known of the other datasets while one is judged.
#[derive(Debug, Default)]
pub struct Known {
    /// By dataset: the keys its rows may refer to.
    keys: HashMap<&'static str, KeySet>,
    terms: Terms,
}

impl Known {
    /// `None` while nothing is known of a dataset: then references to it cannot be judged.
    fn keys(&self, dataset: &str) -> Option<&KeySet> {
        self.keys.get(dataset).filter(|keys| !keys.is_empty())
    }
}

/// Checks everything. Datasets that others refer to come first; usage last, since it is held against the contracts.
pub fn check(
    store: &mut Store,
    schema: &'static Schema,
    context: &Context,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<()> {
    let mut known = Known::default();
    for dataset in order(schema) {
        check_dataset(store, dataset, context, &mut known, progress)?;
    }
    Ok(())
}

/// Customers, then contracts, then usage: whatever is grouped lends its terms to what is not.
fn order(schema: &'static Schema) -> Vec<&'static Dataset> {
    let mut datasets: Vec<&Dataset> = schema.datasets.iter().collect();
    datasets.sort_by_key(|dataset| {
        (dataset.fields.iter().any(|field| field.reference.is_some()), dataset.grouped_by.is_none())
    });
    datasets
}

/// Everything the scan of one dataset gathers beside findings.
#[derive(Default)]
struct Gathered {
    rows: u64,
    excluded: u64,
    pairs: Vec<Pairs>,
    sums: Sums,
    lines: Vec<Line>,
    customers: Vec<Customer>,
}

fn check_dataset(
    store: &mut Store,
    dataset: &'static Dataset,
    context: &Context,
    known: &mut Known,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<()> {
    let readied = ready(store, dataset)?;
    let keyed = keyed_fields(dataset);
    let mut gathered = Gathered { pairs: keyed.iter().map(|_| Pairs::default()).collect(), ..Gathered::default() };
    let mut key_set = KeySet::default();
    for key in store.known(dataset.id)? {
        key_set.insert(Key::of(&key));
    }
    let transaction = store.begin()?;
    finding::clear_dataset(&transaction, dataset.id)?;
    for Readied { source, mapper } in &readied {
        let rules = RowRules::new(dataset, mapper, |id| known.keys(id), &known.terms, context.today);
        let make = || Judge::new(dataset, source, mapper, &rules, &keyed);
        let judges = scan(&transaction, source.id, make, |found: Found| {
            gathered.rows += found.rows;
            gathered.excluded += found.excluded;
            finding::insert(&transaction, &found.findings)?;
            for (pairs, new) in gathered.pairs.iter_mut().zip(&found.keys) {
                pairs.extend(new).map_err(StoreError::Temporary)?;
            }
            for &key in &found.identities {
                key_set.insert(key);
            }
            Ok(progress(Progress { dataset: dataset.id.to_owned(), rows: gathered.rows, of: source.rows }))
        })?;
        for judge in judges {
            gathered.sums.merge(judge.sums);
            gathered.lines.extend(judge.lines);
            gathered.customers.extend(judge.customers);
        }
    }
    let mappers: HashMap<u32, &Mapper> = readied.iter().map(|ready| (ready.source.id, &ready.mapper)).collect();
    for (field, pairs) in keyed.iter().zip(&mut gathered.pairs) {
        let groups = index_keys(&transaction, dataset, field, pairs)?;
        if field.unique {
            let located = unique::judge(&transaction, &groups, field, &mappers)?;
            insert_located(&transaction, dataset, &mappers, located)?;
        }
    }
    judge_together(&transaction, dataset, &mappers, &mut gathered, known)?;
    finish(&transaction, dataset, &gathered, &context.at)?;
    transaction.commit().map_err(StoreError::from)?;
    known.keys.insert(dataset.id, key_set);
    Ok(())
}

/// Contract and customer rules, which need all rows of their dataset.
fn judge_together(
    connection: &rusqlite::Connection,
    dataset: &'static Dataset,
    mappers: &unique::Mappers<'_>,
    gathered: &mut Gathered,
    known: &mut Known,
) -> Result<()> {
    for line in &gathered.lines {
        let (start, end) = line.term();
        let customer = line.customer(known.keys.get("customers"));
        known.terms.add(&customer, start, end);
    }
    insert_located(connection, dataset, mappers, contract::judge(&mut gathered.lines, dataset))?;
    insert_located(connection, dataset, mappers, similar::judge(&mut gathered.customers, dataset))?;
    Ok(())
}

fn finish(connection: &rusqlite::Connection, dataset: &Dataset, gathered: &Gathered, at: &str) -> Result<()> {
    let (with_errors, with_warnings) = finding::rows_by_severity(connection, dataset.id)?;
    let checked = Checked {
        dataset: dataset.id.to_owned(),
        rows: gathered.rows,
        excluded: gathered.excluded,
        with_errors,
        with_warnings,
        ready: gathered.rows - gathered.excluded - with_errors,
    };
    total::set_checked(connection, &checked, at)?;
    let totals: Vec<Total> = gathered
        .sums
        .0
        .iter()
        .map(|(slot, (rows, amount))| Total {
            dataset: dataset.id.to_owned(),
            currency: slot.currency.clone(),
            month: slot.month_text(),
            rows: *rows,
            amount: *amount,
        })
        .collect();
    total::replace(connection, dataset.id, &totals)?;
    Ok(())
}

/// Fields whose keys are indexed: the unique ones and the one that names the record.
fn keyed_fields(dataset: &'static Dataset) -> Vec<&'static Field> {
    dataset.fields.iter().filter(|field| field.unique || field.id == dataset.identity).collect()
}

/// The name under which a field's keys are indexed.
fn index_name(dataset: &Dataset, field: &Field) -> String {
    format!("{}.{}", dataset.id, field.id)
}

/// Stores the keys of a field and returns the rows that hash alike.
fn index_keys(
    connection: &rusqlite::Connection,
    dataset: &Dataset,
    field: &Field,
    pairs: &mut Pairs,
) -> Result<Vec<Vec<Place>>> {
    let name = index_name(dataset, field);
    key_table::clear(connection, &name)?;
    let mut groups = Vec::new();
    for bucket in 0..BUCKETS {
        let pairs = pairs.take(bucket)?;
        if pairs.is_empty() {
            continue;
        }
        groups.extend(key::repeats(&pairs).map(|run| run.iter().map(|pair| Place::unpack(pair.1)).collect::<Vec<_>>()));
        key_table::write_bucket(connection, &name, bucket, &pairs)?;
    }
    Ok(groups)
}

/// Stores faults that were found over several rows, with the value as it stands in each row now.
fn insert_located(
    connection: &rusqlite::Connection,
    dataset: &Dataset,
    mappers: &unique::Mappers<'_>,
    mut located: Vec<Located>,
) -> Result<()> {
    located.sort_by_key(|located| located.place);
    let mut findings = Vec::with_capacity(located.len());
    for Located { place, line, field, fault } in located {
        let Some(mapper) = mappers.get(&place.source) else { continue };
        let Some(shown) = mapper.position(field).map(|position| &mapper.fields()[position]) else { continue };
        let value = again::cells(connection, place)?.map(|cells| {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            raw(shown, &cells).to_owned()
        });
        findings.push(told(dataset, place, line, shown, value.unwrap_or_default(), fault));
    }
    finding::insert(connection, &findings)?;
    Ok(())
}

/// The text of a field's cell as it stands; of several columns, the first that is not empty.
fn raw<'a>(field: &MappedField, cells: &[&'a str]) -> &'a str {
    let mut texts = field.columns.iter().filter_map(|&column| cells.get(column).copied());
    texts.find(|text| !text.trim().is_empty()).unwrap_or_default()
}

fn told(dataset: &Dataset, place: Place, line: u64, field: &MappedField, value: String, fault: Fault) -> Finding {
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
    }
}

/// What one run of rows gave.
#[derive(Debug, Default)]
struct Found {
    rows: u64,
    excluded: u64,
    findings: Vec<Finding>,
    /// Parallel to the keyed fields.
    keys: Vec<Vec<Pair>>,
    /// Keys that other datasets may refer to.
    identities: Vec<Key>,
}

/// Judges rows on one thread.
struct Judge<'c> {
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
    sums: Sums,
    slot: Slot,
    lines: Vec<Line>,
    customers: Vec<Customer>,
}

impl<'c> Judge<'c> {
    fn new(
        dataset: &'static Dataset,
        source: &Source,
        mapper: &'c Mapper,
        rules: &'c RowRules<'c>,
        keyed: &[&'static Field],
    ) -> Self {
        let named = dataset.field(dataset.identity).filter(|field| field.required && dataset.grouped_by.is_none());
        Self {
            dataset,
            mapper,
            rules,
            keyed: keyed.iter().map(|field| (mapper.position(field.id), field.kind)).collect(),
            identity: named.and_then(|field| mapper.position(field.id)),
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

    fn row<'a>(&mut self, seen: &Seen<'a, '_>, record: &mut Record<'a>, found: &mut Found)
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
            let value = raw(&fields[field], seen.cells).to_owned();
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
fn key_hash(value: &Value<'_>, kind: Kind) -> Option<u64> {
    match value {
        Value::Text(text) if kind != Kind::Email => Some(hash(text)),
        value => unique::key_text(value, true).map(|text| hash(&text)),
    }
}

impl Worker for Judge<'_> {
    type Found = Found;

    fn piece(&mut self, piece: &Piece) -> std::result::Result<Found, Damaged> {
        let mut found = Found::default();
        let mut record = Record::default();
        piece.each(|seen| self.row(&seen, &mut record, &mut found))?;
        Ok(found)
    }
}
