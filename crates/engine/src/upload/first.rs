//! The first records of an upload, read back and compared value by value, for a person to look at.

use std::collections::HashMap;

use serde::Serialize;

use super::behaviour::leaving;
use super::rows::{encode, known_ids};
use super::{Result, RowPlace};
use crate::destination::difference::{FieldDifference, leaves};
use crate::destination::{Arrived, Destination, Encoded, Outgoing};
use crate::schema::sync::Sync;
use crate::schema::{Dataset, Kind, Schema};
use crate::store::Store;
use crate::store::ledger::{Batch, BatchState};

/// One record that was sent, beside what the destination has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct SentRecord {
    pub dataset: String,
    pub key: String,
    /// Empty where records have no name.
    pub name: String,
    pub rows: u64,
    pub place: Option<RowPlace>,
    /// The destination's own id, where it gives one.
    pub remote_id: Option<String>,
    pub seen: Seen,
    /// Why it was turned down, or why nothing could be found out.
    pub reason: Option<String>,
    /// Empty where the destination shows no single values, as for usage.
    pub fields: Vec<SentField>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Agrees,
    Differs,
    /// Accepted, and yet not there.
    Missing,
    Rejected,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct SentField {
    /// Path in the destination's own words.
    pub field: String,
    /// As on screen; `null` for what is not a field of the dataset, such as custom data.
    pub label: Option<String>,
    pub kind: Option<Kind>,
    pub sent: String,
    /// As read back; `null` where the destination has nothing.
    pub found: Option<String>,
    pub agrees: bool,
}

/// The first `count` records of a run, or of all runs, in the order in which they were sent.
pub async fn look(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    run: Option<i64>,
    count: usize,
) -> Result<Vec<SentRecord>> {
    let mut batches = Vec::new();
    store.each_batch(|batch| {
        let settled = matches!(batch.state, BatchState::Accepted | BatchState::Refused);
        let ours = run.is_none_or(|run| run == batch.run) && schema.dataset(&batch.dataset).is_some();
        let sent = batch.since.is_none();
        if settled && ours && sent && !batch.places.is_empty() && batches.len() < count {
            batches.push(batch);
        }
    })?;
    let mut records = Vec::new();
    for batch in batches {
        records.push(read(store, schema, destination, batch).await?);
    }
    Ok(records)
}

async fn read(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    batch: Batch,
) -> Result<SentRecord> {
    let mut record = SentRecord {
        dataset: batch.dataset.clone(),
        key: batch.key.clone(),
        name: String::new(),
        rows: batch.places.len() as u64,
        place: batch.places.first().map(|&place| place.into()),
        remote_id: batch.remote_id,
        seen: Seen::Unknown,
        reason: batch.reason,
        fields: Vec::new(),
    };
    if batch.state == BatchState::Refused {
        record.seen = Seen::Rejected;
        return Ok(record);
    }
    let Some(dataset) = schema.dataset(&batch.dataset) else { return Ok(record) };
    let encoded = encode(store, dataset, destination, &mut known_ids(store)?, &batch.places).await?;
    let outgoing = encoded.into_iter().find_map(|encoded| match encoded {
        Encoded::Ready { outgoing, .. } => Some(outgoing),
        Encoded::Waiting { .. } => None,
    });
    match outgoing {
        Some(outgoing) => {
            let sync = store.syncs()?.remove(dataset.id).unwrap_or_default();
            compare((dataset, &sync), destination, &outgoing, &mut record).await?;
        }
        None => record.reason = Some("The record was changed since it was sent.".to_owned()),
    }
    Ok(record)
}

async fn compare(
    (dataset, sync): (&Dataset, &Sync),
    destination: &dyn Destination,
    outgoing: &Outgoing,
    record: &mut SentRecord,
) -> Result<()> {
    let keys = [outgoing.key.clone()];
    let found = destination.existing(&record.dataset, &keys).await?;
    match found.get(&outgoing.key).map(Vec::as_slice) {
        Some([first, ..]) => {
            record.remote_id.get_or_insert_with(|| first.remote_id.clone());
            let outgoing = leaving(outgoing, first, sync);
            record.fields = fields(dataset, &outgoing, &destination.difference(&outgoing, first, &sync.replace));
            let named = dataset.name_field().map(|field| field.id);
            let name = record.fields.iter().find(|field| named == Some(field.field.as_str()));
            record.name = name.map(|field| field.sent.clone()).unwrap_or_default();
            let agree = record.fields.iter().all(|field| field.agrees);
            record.seen = if agree { Seen::Agrees } else { Seen::Differs };
        }
        _ => match destination.ask(outgoing).await {
            Arrived::Yes { .. } => record.seen = Seen::Agrees,
            Arrived::No => record.seen = Seen::Missing,
            Arrived::Part { reason } | Arrived::Unknown { reason } | Arrived::Unanswered { reason } => {
                record.reason = Some(reason);
            }
        },
    }
    Ok(())
}

/// Every value that was sent, with what was found where that is another one.
fn fields(dataset: &Dataset, outgoing: &Outgoing, differences: &[FieldDifference]) -> Vec<SentField> {
    let body = serde_json::from_str(&outgoing.body).unwrap_or_default();
    let mut open: HashMap<&str, &FieldDifference> =
        differences.iter().map(|difference| (difference.field.as_str(), difference)).collect();
    let mut fields: Vec<SentField> = leaves(&body)
        .into_iter()
        .map(|(path, sent)| {
            let (found, agrees) = match open.remove(path.as_str()) {
                Some(difference) => (difference.found.clone(), false),
                None => (Some(sent.clone()), true),
            };
            sent_field(dataset, path, sent, found, agrees)
        })
        .collect();
    // Lists of another length differ as a whole.
    fields.extend(open.into_values().map(|difference| {
        sent_field(dataset, difference.field.clone(), difference.sent.clone(), difference.found.clone(), false)
    }));
    fields
}

fn sent_field(dataset: &Dataset, path: String, sent: String, found: Option<String>, agrees: bool) -> SentField {
    let label = dataset.label_at(&path).map(str::to_owned);
    let kind = dataset.field_at(&path).map(|field| field.kind);
    SentField { field: path, label, kind, sent, found, agrees }
}
