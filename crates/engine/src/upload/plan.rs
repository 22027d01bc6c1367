//! What an upload would do, row by row, without doing it.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::Serialize;

use super::Result;
use super::rows::{Held, Windows};
use crate::destination::{Destination, Encoded, Existing, Known, Need, Outgoing, Planned, Record, Records};
use crate::schema::{Dataset, Kind, Schema};
use crate::store::Store;

/// Keys looked up in one question.
pub const QUESTION: usize = 100;
/// Records listed per dataset; the counts are always of all.
const LISTED: usize = 1_000;

/// Rows of one dataset by what would happen to them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlannedDataset {
    pub create: u64,
    pub update: u64,
    /// Equal at the destination, or loaded by this migration before.
    pub unchanged: u64,
    /// Excluded, wrong, or in need of something that is not there.
    pub skip: u64,
    pub requests: u64,
    /// The first records, one by one.
    pub records: Vec<PlannedRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlannedRecord {
    pub key: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: &'static str,
    /// Which fields differ, or why it is skipped.
    pub why: String,
    /// The exact request with the key masked.
    pub request: Option<String>,
}

/// Looks up what is there and compares. Sends nothing.
pub async fn plan(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
) -> Result<IndexMap<String, PlannedDataset>> {
    let mut planned = IndexMap::new();
    let held = Held::of(store)?;
    for dataset in &schema.datasets {
        let mut windows = Windows::of(store, dataset)?;
        if windows.rows() == 0 {
            continue;
        }
        let fields = windows.fields();
        let mut counts = PlannedDataset { unchanged: loaded(store, dataset, &held)?, ..PlannedDataset::default() };
        while let Some(window) = windows.next(store)? {
            let records = windows.records(&window, |place| !held.stands_back(place))?;
            plan_window(destination, dataset, &fields, &records, &mut counts).await?;
        }
        counts.skip = windows.rows() - counts.create - counts.update - counts.unchanged;
        planned.insert(dataset.id.to_owned(), counts);
    }
    Ok(planned)
}

fn loaded(store: &Store, dataset: &Dataset, held: &Held) -> Result<u64> {
    let sources: HashSet<u32> =
        store.sources()?.iter().filter(|source| source.dataset == dataset.id).map(|source| source.id).collect();
    let mine = held.loaded.iter().filter(|place| sources.contains(&crate::store::Place::unpack(**place).source));
    Ok(mine.count() as u64)
}

async fn plan_window(
    destination: &dyn Destination,
    dataset: &Dataset,
    fields: &[(String, Kind)],
    rows: &[Record<'_>],
    counts: &mut PlannedDataset,
) -> Result<()> {
    let records = Records { fields, rows };
    let known = Known::default();
    for encoded in destination.encode(dataset.id, &records, &known).chunks(QUESTION) {
        let keys: Vec<String> = encoded.iter().map(|encoded| key(encoded).to_owned()).collect();
        let found = destination.existing(dataset.id, &keys).await?;
        for encoded in encoded {
            let existing = found.get(key(encoded)).map_or(&[][..], Vec::as_slice);
            count(destination, encoded, existing, counts);
        }
    }
    Ok(())
}

fn key(encoded: &Encoded) -> &str {
    match encoded {
        Encoded::Ready { outgoing, .. } => &outgoing.key,
        Encoded::Waiting { key, .. } => key,
    }
}

fn count(destination: &dyn Destination, encoded: &Encoded, existing: &[Existing], counts: &mut PlannedDataset) {
    let (rows, record) = match encoded {
        // Its request cannot be written yet: what it refers to is created on the way.
        Encoded::Waiting { key, rows, needs } => {
            let action = if existing.is_empty() { "create" } else { "unchanged" };
            let record = PlannedRecord { key: key.clone(), action, why: waits_for(needs), request: None };
            (rows, record)
        }
        Encoded::Ready { outgoing, rows } => (rows, ready(destination, outgoing, existing)),
    };
    let rows = rows.len() as u64;
    match record.action {
        "create" => counts.create += rows,
        "update" => counts.update += rows,
        "unchanged" => counts.unchanged += rows,
        _ => counts.skip += rows,
    }
    counts.requests += u64::from(matches!(record.action, "create" | "update"));
    if counts.records.len() < LISTED {
        counts.records.push(record);
    }
}

fn waits_for(needs: &[Need]) -> String {
    let needs: Vec<String> = needs.iter().take(3).map(|need| format!("{} “{}”", need.dataset, need.key)).collect();
    format!("after {}", needs.join(", "))
}

fn ready(destination: &dyn Destination, outgoing: &Outgoing, existing: &[Existing]) -> PlannedRecord {
    let key = outgoing.key.clone();
    match destination.plan(outgoing.clone(), existing) {
        Planned::Create(outgoing) => {
            let request = Some(destination.describe(&outgoing));
            PlannedRecord { key, action: "create", why: "Not at the destination yet".to_owned(), request }
        }
        Planned::Update { outgoing, differences } => {
            let fields: Vec<String> = differences.iter().map(|difference| difference.field.clone()).collect();
            PlannedRecord {
                key,
                action: "update",
                why: fields.join(", "),
                request: Some(destination.describe(&outgoing)),
            }
        }
        Planned::Unchanged { .. } => {
            PlannedRecord { key, action: "unchanged", why: "Equal in all fields".to_owned(), request: None }
        }
        Planned::Skip { reason } => PlannedRecord { key, action: "skip", why: reason, request: None },
    }
}
