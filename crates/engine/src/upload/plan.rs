//! What an upload would do, row by row, without doing it. The records go into the store's plan; the counts are handed back.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Result;
use super::behaviour::{NOT_THERE, allowed};
use super::needs::encode_for_plan;
use super::others::Others;
use super::rows::{Held, Windows, encode, known_ids};
use crate::destination::difference::FieldDifference;
use crate::destination::{Arrived, Destination, Encoded, Existing, Need, Outgoing, Planned, Record, Records};
use crate::schema::sync::Behaviour;
use crate::schema::{Concept, Dataset, Schema};
use crate::store::plan::{PlanLine, PlanRow};
use crate::store::{Place, Store, StoreError};
use crate::transform::Value;

/// Keys looked up in one question.
pub const QUESTION: usize = 100;

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
}

/// Why a record is planned as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum PlannedWhy {
    /// The destination does not have it yet.
    New,
    Differs {
        fields: Vec<FieldDifference>,
    },
    Equal,
    /// Loaded by this migration before.
    Loaded,
    /// Its request is written when these are there, which this upload creates first.
    After {
        needs: Vec<Needed>,
    },
    Excluded {
        reason: String,
    },
    /// It has errors.
    Wrong,
    /// Turned down by the destination before; it goes again with the next upload.
    Refused,
    /// Sent, and not known whether it arrived; asked about first.
    Doubtful,
    Cannot {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Needed {
    pub dataset: String,
    pub key: String,
}

/// Hears how many rows of a dataset were looked at, and may stop it.
pub type Tell<'t> = &'t mut dyn FnMut(&str, u64, u64) -> ControlFlow<()>;

/// Looks up what is there and compares. Sends nothing.
pub async fn plan(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    tell: Tell<'_>,
) -> Result<IndexMap<String, PlannedDataset>> {
    let mut planned = IndexMap::new();
    let (held, mut known, syncs) = (Held::of(store)?, known_ids(store)?, store.syncs()?);
    let excluded: HashMap<i64, String> =
        store.exclusions()?.into_iter().map(|(place, reason, _)| (place.packed(), reason)).collect();
    store.begin_plan()?;
    for dataset in &schema.datasets {
        let mut windows = Windows::of(store, dataset)?;
        let rows = windows.rows();
        if rows == 0 {
            continue;
        }
        let fields = windows.fields();
        let mut counts = PlannedDataset { unchanged: loaded(store, dataset, &held)?, ..PlannedDataset::default() };
        let mut others = Others::default();
        let mut seen = 0;
        while let Some(window) = windows.next(store)? {
            let standing_back = windows.records(&window, |place| held.stands_back(place))?;
            store.add_to_plan(
                &standing_back.iter().map(|row| held_back(dataset, row, &held, &excluded)).collect::<Vec<_>>(),
            )?;
            let records = windows.records(&window, |place| !held.stands_back(place))?;
            seen += window.rows() as u64;
            let records = Records { fields: &fields, rows: &records };
            let encoded = encode_for_plan(destination, schema, dataset.id, &records, &mut known).await?;
            let behaviour = syncs.get(dataset.id).map(|sync| sync.behaviour).unwrap_or_default();
            plan_window(store, destination, (dataset, behaviour), &records, encoded, &mut others, &mut counts).await?;
            if tell(dataset.id, seen.min(rows), rows).is_break() {
                return Err(StoreError::Stopped.into());
            }
        }
        counts.skip = rows.saturating_sub(counts.create + counts.update + counts.unchanged);
        planned.insert(dataset.id.to_owned(), counts);
    }
    Ok(planned)
}

/// The exact request that a line of the plan would send now, with the key masked. `None` where nothing would be sent, or
/// where it cannot be written before what it refers to is there.
pub async fn request(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    line: &PlanLine,
) -> Result<Option<String>> {
    let Some(dataset) = schema.dataset(&line.dataset) else { return Ok(None) };
    if !matches!(line.action.as_str(), "create" | "update") {
        return Ok(None);
    }
    let encoded = encode(store, dataset, destination, &mut known_ids(store)?, &line.places).await?;
    let outgoing = encoded.into_iter().find_map(|encoded| match encoded {
        Encoded::Ready { outgoing, .. } => Some(outgoing),
        Encoded::Waiting { .. } => None,
    });
    let Some(outgoing) = outgoing else { return Ok(None) };
    let keys = [outgoing.key.clone()];
    let found = destination.existing(dataset.id, &keys).await?;
    let existing = found.get(&outgoing.key).map_or(&[][..], Vec::as_slice);
    let behaviour = store.syncs()?.remove(dataset.id).unwrap_or_default().behaviour;
    Ok(match allowed(behaviour, destination.plan(outgoing, existing), existing) {
        Planned::Create(outgoing) | Planned::Update { outgoing, .. } => Some(destination.describe(&outgoing)),
        Planned::Unchanged { .. } | Planned::Skip { .. } => None,
    })
}

fn loaded(store: &Store, dataset: &Dataset, held: &Held) -> Result<u64> {
    let sources: HashSet<u32> =
        store.sources()?.iter().filter(|source| source.dataset == dataset.id).map(|source| source.id).collect();
    let mine = held.loaded.iter().filter(|place| sources.contains(&Place::unpack(**place).source));
    Ok(mine.count() as u64)
}

fn held_back(dataset: &Dataset, row: &Record<'_>, held: &Held, excluded: &HashMap<i64, String>) -> PlanRow {
    let (action, why) = if held.loaded.contains(&row.row) {
        ("unchanged", PlannedWhy::Loaded)
    } else if let Some(reason) = excluded.get(&row.row) {
        ("skip", PlannedWhy::Excluded { reason: reason.clone() })
    } else if held.wrong.contains(&row.row) {
        ("skip", PlannedWhy::Wrong)
    } else if held.refused.contains(&row.row) {
        ("skip", PlannedWhy::Refused)
    } else {
        ("skip", PlannedWhy::Doubtful)
    };
    PlanRow {
        dataset: dataset.id.to_owned(),
        key: text(row, dataset.identity),
        name: name(dataset, row),
        action,
        why: word(&why),
        places: vec![Place::unpack(row.row)],
    }
}

async fn plan_window(
    store: &Store,
    destination: &dyn Destination,
    (dataset, behaviour): (&Dataset, Behaviour),
    records: &Records<'_>,
    encoded: Vec<Encoded>,
    others: &mut Others,
    counts: &mut PlannedDataset,
) -> Result<()> {
    let names: HashMap<i64, String> = if named(dataset).is_some() {
        records.rows.iter().map(|row| (row.row, name(dataset, row))).collect()
    } else {
        HashMap::new()
    };
    for encoded in encoded.chunks(QUESTION) {
        let keys: Vec<String> = encoded.iter().map(|encoded| key(encoded).to_owned()).collect();
        let found = destination.existing(dataset.id, &keys).await?;
        let there = those_there(store, destination, encoded, others).await?;
        let lines: Vec<PlanRow> = encoded
            .iter()
            .map(|encoded| {
                let existing = found.get(key(encoded)).map_or(&[][..], Vec::as_slice);
                let mut line =
                    count(destination, (dataset, behaviour), encoded, existing, there.contains(key(encoded)), counts);
                line.name =
                    line.places.first().and_then(|place| names.get(&place.packed())).cloned().unwrap_or_default();
                line
            })
            .collect();
        store.add_to_plan(&lines)?;
    }
    Ok(())
}

/// Of what cannot be looked up by its key: what somebody else has sent already.
async fn those_there(
    store: &Store,
    destination: &dyn Destination,
    encoded: &[Encoded],
    others: &mut Others,
) -> Result<HashSet<String>> {
    let mut suspect = Vec::new();
    for encoded in encoded {
        if let Encoded::Ready { outgoing, .. } = encoded
            && others.sent_to(store, destination, outgoing).await?
        {
            suspect.push(outgoing.clone());
        }
    }
    if suspect.is_empty() {
        return Ok(HashSet::new());
    }
    let arrived = destination.arrived(&suspect).await?;
    let there = suspect.into_iter().zip(arrived).filter(|(_, arrived)| matches!(arrived, Arrived::Yes { .. }));
    Ok(there.map(|(outgoing, _)| outgoing.key).collect())
}

fn key(encoded: &Encoded) -> &str {
    match encoded {
        Encoded::Ready { outgoing, .. } => &outgoing.key,
        Encoded::Waiting { key, .. } => key,
    }
}

fn count(
    destination: &dyn Destination,
    (dataset, behaviour): (&Dataset, Behaviour),
    encoded: &Encoded,
    existing: &[Existing],
    there: bool,
    counts: &mut PlannedDataset,
) -> PlanRow {
    let (rows, (action, why)) = match encoded {
        Encoded::Ready { rows, .. } if there => (rows, ("unchanged", PlannedWhy::Equal)),
        // Its request cannot be written yet: what it refers to is created on the way.
        Encoded::Waiting { rows, .. } if existing.is_empty() && behaviour == Behaviour::UpdateOnly => {
            (rows, ("skip", PlannedWhy::Cannot { reason: NOT_THERE.to_owned() }))
        }
        Encoded::Waiting { rows, needs, .. } if existing.is_empty() => (rows, ("create", after(needs))),
        Encoded::Waiting { rows, .. } => (rows, ("unchanged", PlannedWhy::Equal)),
        Encoded::Ready { outgoing, rows } => (rows, ready(destination, behaviour, outgoing, existing)),
    };
    let number = rows.len() as u64;
    match action {
        "create" => counts.create += number,
        "update" => counts.update += number,
        "unchanged" => counts.unchanged += number,
        _ => counts.skip += number,
    }
    counts.requests += u64::from(matches!(action, "create" | "update"));
    PlanRow {
        dataset: dataset.id.to_owned(),
        key: key(encoded).to_owned(),
        name: String::new(),
        action,
        why: word(&why),
        places: rows.iter().map(|&row| Place::unpack(row)).collect(),
    }
}

fn after(needs: &[Need]) -> PlannedWhy {
    let needs = needs.iter().take(3);
    PlannedWhy::After {
        needs: needs.map(|need| Needed { dataset: need.dataset.to_owned(), key: need.key.clone() }).collect(),
    }
}

fn ready(
    destination: &dyn Destination,
    behaviour: Behaviour,
    outgoing: &Outgoing,
    existing: &[Existing],
) -> (&'static str, PlannedWhy) {
    match allowed(behaviour, destination.plan(outgoing.clone(), existing), existing) {
        Planned::Create(_) => ("create", PlannedWhy::New),
        Planned::Update { differences, .. } => ("update", PlannedWhy::Differs { fields: differences }),
        Planned::Unchanged { .. } => ("unchanged", PlannedWhy::Equal),
        Planned::Skip { reason } => ("skip", PlannedWhy::Cannot { reason }),
    }
}

/// The field by which people call a record.
pub(super) fn named(dataset: &Dataset) -> Option<&'static str> {
    let names = [Concept::CustomerName, Concept::CompanyName, Concept::ContactName];
    names.into_iter().find_map(|concept| dataset.by_concept(concept)).map(|field| field.id)
}

fn name(dataset: &Dataset, row: &Record<'_>) -> String {
    named(dataset).map(|field| text(row, field)).unwrap_or_default()
}

fn text(row: &Record<'_>, field: &str) -> String {
    let value = row.values.iter().find(|(name, _)| *name == field).map(|(_, value)| value);
    match value {
        Some(Value::Text(text)) => text.clone().into_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn word(why: &PlannedWhy) -> String {
    serde_json::to_string(why).unwrap_or_default()
}
