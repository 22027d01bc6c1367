//! What an upload would do, row by row, without doing it. The records go into the store's plan; the counts are handed back.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Result;
use super::behaviour::{self, NOT_THERE};
use super::changed::{By, Sent, Settled, Standing};
use super::needs::encode_for_plan;
use super::others::Others;
use super::rows::{Held, Windows, encode, known_ids};
use crate::destination::difference::FieldDifference;
use crate::destination::{Arrived, Destination, Encoded, Existing, Need, Outgoing, Planned, Record, Records};
use crate::schema::sync::{Behaviour, Sync};
use crate::schema::{Dataset, Schema};
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
    /// Of the unchanged: those that are as this migration loaded them, by run. The destination is not asked about them.
    pub since: Vec<SinceRun>,
    /// Excluded, wrong, or in need of something that is not there.
    pub skip: u64,
    pub requests: u64,
    /// Whether what is there can be changed; otherwise records are only ever added, and nothing is sent twice.
    pub changes: bool,
}

/// Rows that are as a run loaded them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct SinceRun {
    pub run: i64,
    /// When that run began, UTC.
    pub at: String,
    pub rows: u64,
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
    /// As this migration loaded it.
    Loaded,
    /// Sent by this migration with other values, and cannot be changed there.
    SentOtherwise,
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

/// Looks up what is there and compares. Sends nothing. `by`: whose records need not be asked about.
pub async fn plan(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    by: By,
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
        let sync = syncs.get(dataset.id).cloned().unwrap_or_default();
        let mut sent = Sent::of(store, dataset, &sync, by)?;
        let mut planning = Planning {
            store,
            destination,
            dataset,
            sync,
            others: Others::suspected(sent.blind),
            counts: PlannedDataset { changes: dataset.changes, ..PlannedDataset::default() },
            since: BTreeMap::new(),
        };
        let mut seen = 0;
        while let Some(window) = windows.next(store)? {
            planning.standing_back(&windows.records(&window, |place| held.stands_back(place))?, &held, &excluded)?;
            let sorted = sent.sort(windows.records(&window, |place| !held.stands_back(place))?, &held);
            planning.settled(sorted.settled)?;
            seen += window.rows() as u64;
            let records = Records { fields: &fields, rows: &sorted.go };
            let encoded = encode_for_plan(destination, schema, dataset.id, &records, &mut known).await?;
            planning.window(&records, encoded, &sent).await?;
            if tell(dataset.id, seen.min(rows), rows).is_break() {
                return Err(StoreError::Stopped.into());
            }
        }
        planned.insert(dataset.id.to_owned(), planning.counted(rows)?);
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
    let sync = store.syncs()?.remove(dataset.id).unwrap_or_default();
    Ok(match behaviour::planned(destination, &sync, &outgoing, existing) {
        Planned::Create(outgoing) | Planned::Update { outgoing, .. } => Some(destination.describe(&outgoing)),
        Planned::Unchanged { .. } | Planned::Skip { .. } => None,
    })
}

/// The plan of one dataset as it grows.
struct Planning<'p> {
    store: &'p Store,
    destination: &'p dyn Destination,
    dataset: &'static Dataset,
    sync: Sync,
    others: Others,
    counts: PlannedDataset,
    /// Rows that are as a run loaded them, by run.
    since: BTreeMap<i64, u64>,
}

impl Planning<'_> {
    /// The figures of all its rows.
    fn counted(self, rows: u64) -> Result<PlannedDataset> {
        let runs: HashMap<i64, String> = self.store.runs()?.into_iter().map(|run| (run.id, run.started_at)).collect();
        let mut counts = self.counts;
        counts.skip = rows.saturating_sub(counts.create + counts.update + counts.unchanged);
        let at = |run: i64| runs.get(&run).cloned().unwrap_or_default();
        counts.since = self.since.into_iter().map(|(run, rows)| SinceRun { run, at: at(run), rows }).collect();
        Ok(counts)
    }

    fn standing_back(&mut self, rows: &[Record<'_>], held: &Held, excluded: &HashMap<i64, String>) -> Result<()> {
        let lines: Vec<PlanRow> = rows.iter().map(|row| held_back(self.dataset, row, held, excluded)).collect();
        self.counts.unchanged += lines.iter().filter(|line| line.action == "unchanged").count() as u64;
        Ok(self.store.add_to_plan(&lines)?)
    }

    /// What was sent before, and is as it was or cannot be changed.
    fn settled(&mut self, settled: Vec<Settled>) -> Result<()> {
        let mut lines = Vec::with_capacity(settled.len());
        for one in settled {
            let why = match one.standing {
                Standing::Same | Standing::Moved { .. } => PlannedWhy::Loaded,
                Standing::Otherwise { .. } => PlannedWhy::SentOtherwise,
                Standing::Wrong => PlannedWhy::Wrong,
            };
            let same = why == PlannedWhy::Loaded;
            if same {
                self.counts.unchanged += one.rows.len() as u64;
                *self.since.entry(one.run).or_default() += one.rows.len() as u64;
            }
            lines.push(PlanRow {
                dataset: self.dataset.id.to_owned(),
                key: one.key,
                name: one.name,
                action: if same { "unchanged" } else { "skip" },
                why: word(&why),
                run: Some(one.run),
                places: one.rows.iter().map(|&row| Place::unpack(row)).collect(),
            });
        }
        Ok(self.store.add_to_plan(&lines)?)
    }

    fn names(&self, rows: &[Record<'_>]) -> HashMap<i64, String> {
        if self.dataset.name_field().is_none() {
            return HashMap::new();
        }
        rows.iter().map(|row| (row.row, name(self.dataset, row))).collect()
    }

    /// What goes: looked up and compared.
    async fn window(&mut self, records: &Records<'_>, encoded: Vec<Encoded>, sent: &Sent) -> Result<()> {
        let names = self.names(records.rows);
        for encoded in encoded.chunks(QUESTION) {
            let keys: Vec<String> = encoded.iter().map(|encoded| key(encoded).to_owned()).collect();
            let found = self.destination.existing(self.dataset.id, &keys).await?;
            let there = those_there(self.store, self.destination, encoded, &mut self.others).await?;
            let mut lines = Vec::with_capacity(encoded.len());
            for encoded in encoded {
                let existing = found.get(key(encoded)).map_or(&[][..], Vec::as_slice);
                let mut line = self.line(encoded, existing, there.contains(key(encoded)), sent.holds(key(encoded)));
                let name = line.places.first().and_then(|place| names.get(&place.packed()));
                line.name = name.cloned().unwrap_or_default();
                lines.push(line);
            }
            self.store.add_to_plan(&lines)?;
        }
        Ok(())
    }

    /// `there`: somebody else has sent these events. `ours`: this migration has loaded the record, as it was then.
    fn line(&mut self, encoded: &Encoded, existing: &[Existing], there: bool, ours: bool) -> PlanRow {
        let (rows, (action, why)) = match encoded {
            Encoded::Ready { rows, .. } if there => (rows, ("unchanged", PlannedWhy::Equal)),
            // Its request cannot be written yet: what it refers to is created on the way.
            Encoded::Waiting { rows, .. } if existing.is_empty() && self.sync.behaviour == Behaviour::UpdateOnly => {
                (rows, ("skip", PlannedWhy::Cannot { reason: NOT_THERE.to_owned() }))
            }
            Encoded::Waiting { rows, needs, .. } if existing.is_empty() => (rows, ("create", after(needs))),
            // What it refers to now is not what it was loaded with.
            Encoded::Waiting { rows, needs, .. } if ours && self.sync.behaviour != Behaviour::CreateOnly => {
                (rows, ("update", after(needs)))
            }
            Encoded::Waiting { rows, .. } => (rows, ("unchanged", PlannedWhy::Equal)),
            Encoded::Ready { outgoing, rows } => (rows, ready(self.destination, &self.sync, outgoing, existing)),
        };
        let (number, counts) = (rows.len() as u64, &mut self.counts);
        match action {
            "create" => counts.create += number,
            "update" => counts.update += number,
            "unchanged" => counts.unchanged += number,
            _ => counts.skip += number,
        }
        counts.requests += u64::from(matches!(action, "create" | "update"));
        PlanRow {
            dataset: self.dataset.id.to_owned(),
            key: key(encoded).to_owned(),
            name: String::new(),
            action,
            why: word(&why),
            run: None,
            places: rows.iter().map(|&row| Place::unpack(row)).collect(),
        }
    }
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
        run: None,
        places: vec![Place::unpack(row.row)],
    }
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

fn after(needs: &[Need]) -> PlannedWhy {
    let needs = needs.iter().take(3);
    PlannedWhy::After {
        needs: needs.map(|need| Needed { dataset: need.dataset.to_owned(), key: need.key.clone() }).collect(),
    }
}

fn ready(
    destination: &dyn Destination,
    sync: &Sync,
    outgoing: &Outgoing,
    existing: &[Existing],
) -> (&'static str, PlannedWhy) {
    match behaviour::planned(destination, sync, outgoing, existing) {
        Planned::Create(_) => ("create", PlannedWhy::New),
        Planned::Update { differences, .. } => ("update", PlannedWhy::Differs { fields: differences }),
        Planned::Unchanged { .. } => ("unchanged", PlannedWhy::Equal),
        Planned::Skip { reason } => ("skip", PlannedWhy::Cannot { reason }),
    }
}

fn name(dataset: &Dataset, row: &Record<'_>) -> String {
    dataset.name_field().map(|field| text(row, field.id)).unwrap_or_default()
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
