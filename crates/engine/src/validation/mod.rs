//! Checks every record of a migration and stores what is wrong or doubtful.
//!
//! Records are judged one by one over all cores ([`row`]); then what rows break together: values used twice ([`unique`]),
//! lines of contracts ([`contract`]), customers who are probably one ([`similar`]). Bad data is never an `Err`. Datasets
//! that have not changed since the last check are left alone, and after an edit only the rows it touched are judged again,
//! where that is enough ([`again`]).

pub mod again;
pub mod contract;
pub mod crew;
pub mod key;
pub mod look;
pub mod money;
pub mod named;
pub mod row;
pub mod scan;
pub mod similar;
pub mod unique;

mod index;
mod judge;
mod known;

use std::ops::ControlFlow;

use jiff::civil::Date;
use rusqlite::Connection;

use crate::mapping::{Mapper, MappingError};
use crate::schema::finding::Fault;
use crate::schema::{Dataset, Field, Schema};
use crate::store::source::Source;
use crate::store::total::{Checked, Total};
use crate::store::{Place, Store, StoreError, finding, total};
use contract::Line;
use judge::{Found, Judge, told};
use key::{Key, KeySet, Pairs};
use known::Known;
use money::Sums;
use row::RowRules;
use scan::scan;
use similar::Customer;

/// What a check cannot know by itself.
#[derive(Debug, Clone)]
pub struct Context {
    /// The day by which end dates count as past.
    pub today: Date,
    /// RFC 3339, for the record of the check.
    pub at: String,
}

impl Context {
    /// What a check depends on beside the rows of its dataset: another program may know other rules, another day end other
    /// terms, earlier datasets lend their keys and terms, and its rows may look up what stands in other files.
    fn basis(&self, lent: &str, looked_up: &str) -> String {
        format!("{} {} {lent} {looked_up}", env!("CARGO_PKG_VERSION"), self.today)
    }
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
    /// The cell as it stands, where the rule saw it.
    pub value: Option<String>,
    pub fault: Fault,
}

/// A dataset's sources with their mappings made ready.
pub struct Readied {
    pub source: Source,
    pub mapper: Mapper,
}

/// The sources of a dataset, each with its mapping compiled and what it looks up at hand.
pub fn ready(store: &Store, dataset: &Dataset) -> Result<Vec<Readied>> {
    let sources = store.sources()?;
    let mut readied = Vec::new();
    for source in sources.iter().filter(|source| source.dataset == dataset.id) {
        let mut mapper = Mapper::compile(dataset, &source.mapping, &source.columns)
            .map_err(|reason| CheckError::Mapping { file: source.file.clone(), reason })?;
        mapper.lend(|lookup| store.lent(lookup, &sources))?;
        readied.push(Readied { source: source.clone(), mapper });
    }
    Ok(readied)
}

/// Brings the findings up to date. Datasets that others refer to come first; usage last, since it is held against the
/// contracts. What was checked before and has not changed since, nor anything it was held against, is left as it is.
/// All of it is kept, or on any error none.
pub fn check(
    store: &mut Store,
    schema: &'static Schema,
    context: &Context,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<()> {
    let subjects: Vec<Subject> =
        order(schema).into_iter().map(|dataset| Subject::of(store, dataset)).collect::<Result<_>>()?;
    let transaction = store.begin()?;
    let mut known = Known::default();
    // The datasets before this one are in `known`.
    let mut recalled = 0;
    let mut lent = String::new();
    for (index, subject) in subjects.iter().enumerate() {
        let basis = context.basis(&lent, &subject.looked_up);
        if let Some(holds) = total::lent(&transaction, subject.dataset.id, &basis)? {
            lent = holds;
            continue;
        }
        for earlier in &subjects[recalled..index] {
            known.recall(&transaction, earlier)?;
        }
        let checked = check_dataset(&transaction, subject, context, &mut known, progress)?;
        recalled = index + 1;
        lent = known.digest();
        total::set_checked(&transaction, &checked, &context.at, &basis, &lent)?;
    }
    transaction.commit().map_err(StoreError::from)?;
    Ok(())
}

/// Whether a check would find nothing new: nothing changed since the last one, nor the day or the program.
pub fn holds(store: &Store, schema: &'static Schema, context: &Context) -> Result<bool> {
    let sources = store.sources()?;
    let mut lent = String::new();
    for dataset in order(schema) {
        let basis = context.basis(&lent, &store.looked_up(dataset.id, &sources)?);
        let Some(holds) = total::lent(store.connection(), dataset.id, &basis)? else { return Ok(false) };
        lent = holds;
    }
    Ok(true)
}

/// A dataset with everything that is to be read of it.
pub(crate) struct Subject {
    pub(crate) dataset: &'static Dataset,
    pub(crate) readied: Vec<Readied>,
    /// Keys that the destination has already.
    there: Vec<String>,
    /// See [`Store::looked_up`].
    looked_up: String,
}

impl Subject {
    fn of(store: &Store, dataset: &'static Dataset) -> Result<Self> {
        let looked_up = store.looked_up(dataset.id, &store.sources()?)?;
        Ok(Self { dataset, readied: ready(store, dataset)?, there: store.known(dataset.id)?, looked_up })
    }

    fn mappers(&self) -> unique::Mappers<'_> {
        self.readied.iter().map(|ready| (ready.source.id, &ready.mapper)).collect()
    }
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

impl Gathered {
    fn take(&mut self, judge: Judge<'_>) {
        self.sums.merge(judge.sums);
        self.lines.extend(judge.lines);
        self.customers.extend(judge.customers);
    }
}

fn check_dataset(
    connection: &Connection,
    subject: &Subject,
    context: &Context,
    known: &mut Known,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Checked> {
    let dataset = subject.dataset;
    let keyed = keyed_fields(dataset);
    let mut gathered = Gathered { pairs: keyed.iter().map(|_| Pairs::default()).collect(), ..Gathered::default() };
    let mut keys: KeySet = subject.there.iter().map(|key| Key::of(key)).collect();
    finding::clear_dataset(connection, dataset.id)?;
    for Readied { source, mapper } in &subject.readied {
        let rules = RowRules::new(dataset, mapper, |id| known.keys(id), &known.terms, context.today);
        let make = || Judge::new(dataset, source, mapper, &rules, &keyed);
        let judges = scan(connection, source.id, make, |found: Found| {
            gathered.rows += found.rows;
            gathered.excluded += found.excluded;
            finding::insert(connection, &found.findings)?;
            for (pairs, new) in gathered.pairs.iter_mut().zip(&found.keys) {
                pairs.extend(new).map_err(StoreError::Temporary)?;
            }
            keys.extend(found.identities);
            Ok(progress(Progress { dataset: dataset.id.to_owned(), rows: gathered.rows, of: source.rows }))
        })?;
        for judge in judges {
            gathered.take(judge);
        }
    }
    let mappers = subject.mappers();
    for (field, pairs) in keyed.iter().zip(&mut gathered.pairs) {
        let groups = index::write(connection, &index_name(dataset, field), pairs)?;
        if field.unique {
            let located = unique::judge(connection, &groups, field, &mappers)?;
            insert_located(connection, dataset, &mappers, located)?;
        }
    }
    judge_together(connection, dataset, &mappers, &mut gathered, known)?;
    known.keys.insert(dataset.id, keys);
    finish(connection, dataset, &gathered)
}

/// Contract and customer rules, which need all rows of their dataset.
fn judge_together(
    connection: &Connection,
    dataset: &'static Dataset,
    mappers: &unique::Mappers<'_>,
    gathered: &mut Gathered,
    known: &mut Known,
) -> Result<()> {
    for line in &gathered.lines {
        known.add_term(line);
    }
    insert_located(connection, dataset, mappers, contract::judge(&mut gathered.lines, dataset))?;
    insert_located(connection, dataset, mappers, similar::judge(&mut gathered.customers, dataset))?;
    Ok(())
}

/// Keeps the money, and counts the rows.
fn finish(connection: &Connection, dataset: &Dataset, gathered: &Gathered) -> Result<Checked> {
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
    let (with_errors, with_warnings) = finding::rows_by_severity(connection, dataset.id)?;
    Ok(Checked {
        dataset: dataset.id.to_owned(),
        rows: gathered.rows,
        excluded: gathered.excluded,
        with_errors,
        with_warnings,
        ready: gathered.rows - gathered.excluded - with_errors,
    })
}

/// Fields whose keys are indexed: the unique ones and the one that names the record.
fn keyed_fields(dataset: &'static Dataset) -> Vec<&'static Field> {
    dataset.fields.iter().filter(|field| field.unique || field.id == dataset.identity).collect()
}

/// The name under which a field's keys are indexed.
fn index_name(dataset: &Dataset, field: &Field) -> String {
    format!("{}.{}", dataset.id, field.id)
}

/// Stores faults that were found over several rows, with the value as it stands in each row now.
fn insert_located(
    connection: &Connection,
    dataset: &Dataset,
    mappers: &unique::Mappers<'_>,
    mut located: Vec<Located>,
) -> Result<()> {
    located.sort_by_key(|located| located.place);
    let mut findings = Vec::with_capacity(located.len());
    for Located { place, line, field, value, fault } in located {
        let Some(mapper) = mappers.get(&place.source) else { continue };
        let Some(shown) = mapper.position(field).map(|position| &mapper.fields()[position]) else { continue };
        let value = match value {
            Some(value) => value,
            None => again::cells(connection, place)?.map_or_else(String::new, |cells| {
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                shown.text(&cells).to_owned()
            }),
        };
        findings.push(told(dataset, place, line, shown, value, fault));
    }
    finding::insert(connection, &findings)?;
    Ok(())
}
