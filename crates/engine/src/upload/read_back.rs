//! Reads back from the destination what the ledger says is there, and compares: records field by field, events by count.

use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde::Serialize;

use super::Result;
use super::behaviour::leaving;
use super::needs;
use super::plan::QUESTION;
use super::rows::{Held, Windows, known_ids};
use crate::destination::{Arrived, Destination, Encoded, Outgoing, Records};
use crate::schema::Schema;
use crate::schema::sync::Sync;
use crate::store::{Store, StoreError};

/// Differences told one by one; the counts are always of all.
const TOLD: usize = 100;

/// One dataset as the destination has it, in the user's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReadBack {
    pub rows: u64,
    /// There, and equal in every field that was sent. Of events: there as often as they were sent.
    pub agree: u64,
    pub differ: u64,
    pub missing: u64,
    /// The destination could not say.
    pub unknown: u64,
    pub told: Vec<String>,
}

/// `tell` hears how many rows were asked about, and may stop it.
pub async fn read_back(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<IndexMap<String, ReadBack>> {
    let held = Held::of(store)?;
    let mut known = known_ids(store)?;
    let mut all = IndexMap::new();
    let mut asked = 0;
    for dataset in &schema.datasets {
        let mut windows = Windows::of(store, dataset)?;
        if windows.rows() == 0 {
            continue;
        }
        let fields = windows.fields();
        let sync = store.syncs()?.remove(dataset.id).unwrap_or_default();
        let mut seen = ReadBack::default();
        while let Some(window) = windows.next(store)? {
            let rows = windows.records(&window, |place| held.loaded.contains(&place.packed()))?;
            let records = Records { fields: &fields, rows: &rows };
            let encoded = needs::encode(destination, dataset.id, &records, &mut known).await?;
            for part in encoded.chunks(QUESTION) {
                compare(destination, (dataset.id, &sync), part, &mut seen).await?;
                if tell(asked + seen.rows).is_break() {
                    return Err(StoreError::Stopped.into());
                }
            }
        }
        asked += seen.rows;
        all.insert(dataset.id.to_owned(), seen);
    }
    Ok(all)
}

async fn compare(
    destination: &dyn Destination,
    (dataset, sync): (&str, &Sync),
    part: &[Encoded],
    seen: &mut ReadBack,
) -> Result<()> {
    let ready: Vec<(&Outgoing, u64)> = part
        .iter()
        .filter_map(|encoded| match encoded {
            Encoded::Ready { outgoing, rows } => Some((outgoing, rows.len() as u64)),
            Encoded::Waiting { .. } => None,
        })
        .collect();
    let keys: Vec<String> = ready.iter().map(|(outgoing, _)| outgoing.key.clone()).collect();
    let found = destination.existing(dataset, &keys).await?;
    for (outgoing, rows) in ready {
        seen.rows += rows;
        match found.get(&outgoing.key).map(Vec::as_slice) {
            Some([only]) => {
                match destination.difference(&leaving(outgoing, only, sync), only, &sync.replace).as_slice() {
                    [] => seen.agree += rows,
                    differences => {
                        seen.differ += rows;
                        let fields: Vec<&str> =
                            differences.iter().map(|difference| difference.field.as_str()).collect();
                        seen.tell(format!("{} differs in {}", outgoing.key, fields.join(", ")));
                    }
                }
            }
            Some([_, _, ..]) => {
                seen.differ += rows;
                seen.tell(format!("{} is there more than once", outgoing.key));
            }
            _ => match destination.ask(outgoing).await {
                Arrived::Yes { .. } => seen.agree += rows,
                Arrived::No => {
                    seen.missing += rows;
                    seen.tell(format!("{} is not there", outgoing.key));
                }
                Arrived::Part { reason } | Arrived::Unknown { reason } | Arrived::Unanswered { reason } => {
                    seen.unknown += rows;
                    seen.tell(reason);
                }
            },
        }
    }
    Ok(())
}

impl ReadBack {
    fn tell(&mut self, what: String) {
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }
}
