//! A record of the plan field by field: what is there now, what it will be, and why something is left alone.
//!
//! Asks the destination for the one record and sends nothing. What becomes of the record as a whole is the plan's to say.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Result;
use super::behaviour::leaving;
use super::plan::PlannedWhy;
use super::rows::{encode, known_ids, mapped};
use crate::destination::difference::{differences, leaves, told};
use crate::destination::{Destination, Encoded, Existing, Outgoing};
use crate::schema::sync::{Behaviour, Sync};
use crate::schema::{Dataset, Kind, Schema};
use crate::store::Store;
use crate::store::plan::PlanLine;

/// A record beside what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RecordFields {
    pub key: String,
    pub action: String,
    /// Whether the destination has a record under this key; of usage it is not asked.
    pub is_there: Option<bool>,
    /// Events in the batch of which the first is shown; `null` where the record is shown whole.
    pub first_of: Option<u64>,
    pub fields: Vec<PlannedField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlannedField {
    /// Path in the destination's own words, or a field's id.
    pub field: String,
    /// As on screen; `null` for what is not a field of the dataset, such as custom data.
    pub label: Option<String>,
    pub kind: Option<Kind>,
    /// `null` where there is nothing.
    pub there: Option<String>,
    pub will_be: Option<String>,
    /// What the row says, where it is not what will be there.
    pub row: Option<String>,
    pub fate: FieldFate,
}

/// A part of a record that is another at the destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DifferingField {
    /// Path in the destination's own words, or a free field's id.
    pub field: String,
    /// As on screen; `null` of what is not a field of the dataset, such as custom data.
    pub label: Option<String>,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FieldFate {
    /// There is nothing in it yet.
    Set,
    Changed,
    Same,
    /// A list to which something is added.
    Added,
    /// A list that becomes what is sent.
    Replaced,
    /// Left alone: it is only set where there is nothing.
    Filled,
    /// Left alone: the row says nothing, and what is empty is not sent.
    Empty,
    /// Left alone: nothing that is there is changed.
    Kept,
    /// Told when what the record refers to is there.
    Later,
}

/// What differs, where that is why a record is planned as it is. Each part once: entries of one list, or lines of one contract, have one name.
pub fn differing(dataset: &Dataset, why: &PlannedWhy) -> Vec<DifferingField> {
    let PlannedWhy::Differs { fields } = why else { return Vec::new() };
    let mut differing: Vec<DifferingField> = Vec::new();
    for path in fields.iter().map(|difference| difference.field.as_str()) {
        let label = dataset.label_at(path).map(str::to_owned);
        let field = dataset.free_at(path).unwrap_or(path).to_owned();
        let is_told = |told: &DifferingField| told.label == label && (label.is_some() || told.field == field);
        if !differing.iter().any(is_told) {
            differing.push(DifferingField { field, label });
        }
    }
    differing
}

pub async fn fields(
    store: &Store,
    schema: &'static Schema,
    destination: &dyn Destination,
    line: &PlanLine,
) -> Result<RecordFields> {
    let mut record = RecordFields {
        key: line.key.clone(),
        action: line.action.clone(),
        is_there: None,
        first_of: None,
        fields: Vec::new(),
    };
    let Some(dataset) = schema.dataset(&line.dataset) else { return Ok(record) };
    let sync = store.syncs()?.remove(dataset.id).unwrap_or_default();
    if !dataset.changes {
        record.first_of = (line.places.len() > 1).then_some(line.places.len() as u64);
        let sent = line.action == "unchanged";
        record.fields = of_row(store, dataset, line, if sent { FieldFate::Same } else { FieldFate::Set })?;
        return Ok(record);
    }
    let encoded = encode(store, dataset, destination, &mut known_ids(store)?, &line.places).await?;
    let keys = [line.key.clone()];
    let found = destination.existing(dataset.id, &keys).await?;
    let there = found.get(&line.key).and_then(|there| there.first());
    record.is_there = Some(there.is_some());
    let outgoing = encoded.into_iter().find_map(|encoded| match encoded {
        Encoded::Ready { outgoing, .. } => Some(outgoing),
        Encoded::Waiting { .. } => None,
    });
    record.fields = match outgoing {
        Some(outgoing) => Beside { destination, dataset, sync: &sync, there }.compare(&outgoing),
        None => of_row(store, dataset, line, FieldFate::Later)?,
    };
    let shown: BTreeSet<String> = record.fields.iter().map(|field| id_of(dataset, &field.field)).collect();
    for (field, value) in mapped(store, dataset, &line.places)? {
        if value.is_none() && !shown.contains(&field) {
            let there = there.filter(|_| dataset.stands_alone(&field)).and_then(|there| at(&there.value, &field));
            let there = there.and_then(told);
            record.fields.push(planned(dataset, field, there.clone(), there, FieldFate::Empty));
        }
    }
    Ok(record)
}

/// The fields of the first row as it is mapped, where nothing can be compared.
fn of_row(store: &Store, dataset: &'static Dataset, line: &PlanLine, fate: FieldFate) -> Result<Vec<PlannedField>> {
    let first = line.places.first().copied();
    let values = mapped(store, dataset, first.as_slice())?;
    let filled = values.into_iter().filter_map(|(field, value)| Some((field, value?)));
    let there = |value: &String| (fate == FieldFate::Same).then(|| value.clone());
    Ok(filled.map(|(field, value)| planned(dataset, field, there(&value), Some(value), fate)).collect())
}

/// A request beside what is there.
struct Beside<'b> {
    destination: &'b dyn Destination,
    dataset: &'static Dataset,
    sync: &'b Sync,
    there: Option<&'b Existing>,
}

impl Beside<'_> {
    fn compare(&self, outgoing: &Outgoing) -> Vec<PlannedField> {
        let ours: Value = serde_json::from_str(&outgoing.body).unwrap_or_default();
        let Some(there) = self.there else {
            return self.each(&ours, &Value::Null, &ours);
        };
        let left = leaving(outgoing, there, self.sync);
        let wanted = self.destination.wanted(&left, there, &self.sync.replace);
        let mut fields = self.each(&wanted, &there.value, &ours);
        let sent = leaves(&serde_json::from_str(&left.body).unwrap_or_default());
        for (path, value) in leaves(&ours) {
            if !sent.iter().any(|(other, _)| *other == path) && !self.is_list(&path) {
                let now = at(&there.value, &path).and_then(told);
                let field = planned(self.dataset, path, now.clone(), now, FieldFate::Filled);
                fields.push(PlannedField { row: Some(value), ..field });
            }
        }
        fields
    }

    /// Value by value; a list that is added to or replaced as a whole.
    fn each(&self, wanted: &Value, there: &Value, ours: &Value) -> Vec<PlannedField> {
        let mut fields = Vec::new();
        for (name, value) in wanted.as_object().into_iter().flatten() {
            if let Some(list) = self.dataset.lists.iter().find(|list| list.name == name) {
                let (now, will) = (entries(&there[name.as_str()]), entries(value));
                let fate = self.fate(value, &there[name.as_str()], Some(list.name));
                let field = planned(self.dataset, name.clone(), now, will, fate);
                let row = entries(&ours[name.as_str()]).filter(|row| Some(row) != field.will_be.as_ref());
                fields.push(PlannedField { label: Some(list.label.to_owned()), row, ..field });
                continue;
            }
            let member = Value::Object([(name.clone(), value.clone())].into_iter().collect());
            for (path, will) in leaves(&member) {
                let (now, value) =
                    (at(there, &path).unwrap_or(&Value::Null), at(wanted, &path).unwrap_or(&Value::Null));
                let fate = self.fate(value, now, None);
                let kept = fate == FieldFate::Kept;
                let shown = if kept { told(now) } else { Some(will.clone()) };
                let field = planned(self.dataset, path, told(now), shown, fate);
                fields.push(PlannedField { row: kept.then_some(will), ..field });
            }
        }
        fields
    }

    fn fate(&self, wanted: &Value, there: &Value, list: Option<&str>) -> FieldFate {
        let nothing = there.is_null() || there.as_array().is_some_and(Vec::is_empty);
        match list {
            _ if differences(wanted, there).is_empty() => FieldFate::Same,
            _ if self.there.is_some() && self.sync.behaviour == Behaviour::CreateOnly => FieldFate::Kept,
            _ if nothing => FieldFate::Set,
            Some(list) if self.sync.replace.contains(list) => FieldFate::Replaced,
            Some(_) => FieldFate::Added,
            None => FieldFate::Changed,
        }
    }

    fn is_list(&self, path: &str) -> bool {
        let name = path.split('.').next().unwrap_or_default();
        self.dataset.lists.iter().any(|list| list.name == name)
    }
}

fn planned(
    dataset: &Dataset,
    field: String,
    there: Option<String>,
    will_be: Option<String>,
    fate: FieldFate,
) -> PlannedField {
    let label = dataset.label_at(&field).map(str::to_owned);
    let kind = dataset.field_at(&field).map(|field| field.kind);
    PlannedField { field, label, kind, there, will_be, row: None, fate }
}

/// The id of the field behind a path, or of the list that stands for its fields.
fn id_of(dataset: &Dataset, path: &str) -> String {
    dataset.field_at(path).map_or(path, |field| field.id).to_owned()
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// A list in one line: `maren@quill.example, other office@quill.example`.
fn entries(list: &Value) -> Option<String> {
    let items = list.as_array().filter(|items| !items.is_empty())?;
    let texts = |item: &Map<String, Value>| {
        item.values().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let one = |item: &Value| match item {
        Value::Object(members) => texts(members),
        other => told(other).unwrap_or_default(),
    };
    Some(items.iter().map(one).collect::<Vec<_>>().join(", "))
}
