//! The first records of an upload, read back and compared value by value, for a person to look at.

use std::collections::HashMap;

use serde::Serialize;

use super::behaviour::leaving;
use super::rows::{encode, known_ids};
use super::{Result, RowPlace};
use crate::destination::difference::{FieldDifference, leaves};
use crate::destination::{Arrived, Destination, Encoded, Outgoing};
use crate::schema::Schema;
use crate::schema::sync::Sync;
use crate::store::Store;
use crate::store::ledger::{Batch, BatchState};

/// One record that was sent, beside what the destination has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct SentRecord {
    pub dataset: String,
    pub key: String,
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
        if settled && ours && !batch.places.is_empty() && batches.len() < count {
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
            compare(destination, &sync, &outgoing, &mut record).await?;
        }
        None => record.reason = Some("The record was changed since it was sent.".to_owned()),
    }
    Ok(record)
}

async fn compare(
    destination: &dyn Destination,
    sync: &Sync,
    outgoing: &Outgoing,
    record: &mut SentRecord,
) -> Result<()> {
    let keys = [outgoing.key.clone()];
    let found = destination.existing(&record.dataset, &keys).await?;
    match found.get(&outgoing.key).map(Vec::as_slice) {
        Some([first, ..]) => {
            record.remote_id.get_or_insert_with(|| first.remote_id.clone());
            let outgoing = leaving(outgoing, first, sync);
            record.fields = fields(&outgoing, &destination.difference(&outgoing, first));
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
fn fields(outgoing: &Outgoing, differences: &[FieldDifference]) -> Vec<SentField> {
    let body = serde_json::from_str(&outgoing.body).unwrap_or_default();
    let mut open: HashMap<&str, &FieldDifference> =
        differences.iter().map(|difference| (difference.field.as_str(), difference)).collect();
    let mut fields: Vec<SentField> = leaves(&body)
        .into_iter()
        .map(|(field, sent)| match open.remove(field.as_str()) {
            Some(difference) => SentField { field, sent, found: difference.found.clone(), agrees: false },
            None => SentField { field, found: Some(sent.clone()), sent, agrees: true },
        })
        .collect();
    // Lists of another length differ as a whole.
    fields.extend(open.into_values().map(|difference| SentField {
        field: difference.field.clone(),
        sent: difference.sent.clone(),
        found: difference.found.clone(),
        agrees: false,
    }));
    fields
}
