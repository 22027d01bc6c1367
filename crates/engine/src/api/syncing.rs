//! How the records of a dataset meet those at the destination: by which field, what may be done to them, and which free
//! fields the account has to know.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Code, Migration, Result, connections};
use crate::destination::{Attribute, Destination};
use crate::keychain::Secret;
use crate::mapping::Mapper;
use crate::schema::sync::{Behaviour, Sync, keyed};
use crate::schema::{self, Dataset, List};
use crate::settings::connection::Connection;
use crate::store::Store;
use crate::upload::UploadError;

/// A part of what `map --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetSync {
    /// The field by which records are matched.
    pub key: String,
    /// What they can be matched by: the destination's fields, then free fields that are matched with a column.
    pub keys: Vec<String>,
    /// Whether a free field may be a key: the destination looks for it.
    pub takes_own_key: bool,
    /// Records were sent already: they are known by their key, which therefore stays.
    pub key_stays: bool,
    pub behaviour: Behaviour,
    /// Fields that are set only where the destination has nothing in them.
    pub fill: Vec<String>,
    /// Lists that become what is sent; to all others it is added.
    pub replace: Vec<String>,
    /// Whether what is there can be changed; otherwise records are only ever added, and there is nothing to decide.
    pub changes: bool,
}

/// Printed by `attributes --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetAttributes {
    /// What the account knows.
    pub known: Vec<Attribute>,
    /// Free fields that are matched and that the account does not know.
    pub missing: Vec<String>,
}

impl Migration {
    /// Opens a connection for this migration; nothing is sent yet. Without a key, the one in the keychain is taken.
    pub fn connect(&self, connection: &Connection, key: Option<&Secret>) -> Result<Arc<dyn Destination>> {
        connections::open(connection, key, self.id()?, self.schema)
    }

    /// How the records of each dataset meet those at the destination.
    pub fn syncs(&self) -> Result<IndexMap<String, DatasetSync>> {
        let datasets = self.schema.datasets.iter();
        datasets.map(|dataset| Ok((dataset.id.to_owned(), self.dataset_sync(dataset)?))).collect()
    }

    pub(super) fn dataset_sync(&self, dataset: &'static Dataset) -> Result<DatasetSync> {
        let own = self.matched_free_fields()?.into_iter().filter(|(of, _)| *of == dataset.id);
        let own = own.flat_map(|(_, fields)| fields).filter(|field| dataset.own_key(field));
        let mut keys: Vec<String> = dataset.keys.iter().map(|key| (*key).to_owned()).collect();
        keys.extend(own);
        if !keys.iter().any(|key| key == dataset.identity) {
            keys.push(dataset.identity.to_owned());
        }
        let sync = self.store.syncs()?.remove(dataset.id).unwrap_or_default();
        Ok(DatasetSync {
            key: dataset.identity.to_owned(),
            keys,
            takes_own_key: !dataset.suffixes.is_empty(),
            key_stays: self.has_sent()?,
            behaviour: sync.behaviour,
            fill: sync.fill.into_iter().collect(),
            replace: sync.replace.into_iter().collect(),
            changes: dataset.changes,
        })
    }

    /// Decides for one dataset; `None` leaves what was decided before. Another key makes a check necessary, and cannot be
    /// chosen any more once something was sent. Can be taken back as a change of the mapping can.
    pub fn set_sync(&mut self, dataset: &str, key: Option<&str>, behaviour: Option<Behaviour>) -> Result<()> {
        let dataset = self.dataset(dataset)?;
        let id = dataset.id;
        let old = self.store.syncs()?.remove(id).unwrap_or_default();
        let new = Sync {
            key: key.map(str::to_owned).or_else(|| old.key.clone()),
            behaviour: behaviour.unwrap_or(old.behaviour),
            ..old.clone()
        };
        may(dataset, new.behaviour)?;
        let schema = self.schema_with(id, &new)?;
        let key = schema.dataset(id).map_or("", |dataset| dataset.identity);
        let rekeyed = (key != dataset.identity).then(|| format!("Matched {id} by {key}"));
        let changed = (new.behaviour != old.behaviour).then(|| said(new.behaviour).to_owned());
        let what: Vec<String> = rekeyed.into_iter().chain(changed).collect();
        self.decide(id, &new, schema, &what)
    }

    /// Decides whether a field is set only where the destination has nothing in it.
    pub fn set_fill(&mut self, dataset: &str, field: &str, fill: bool) -> Result<()> {
        let dataset = self.dataset(dataset)?;
        let id = dataset.id;
        can_fill(dataset, field)?;
        let mut sync = self.store.syncs()?.remove(id).unwrap_or_default();
        let changed = if fill { sync.fill.insert(field.to_owned()) } else { sync.fill.remove(field) };
        let what = if fill {
            format!("Decided to set {field} only where it is empty there")
        } else {
            format!("Decided to set {field} whatever is there")
        };
        self.decide(id, &sync, self.schema, changed.then_some(what).as_slice())
    }

    /// Decides whether a list becomes what is sent, or has it added. The list is named by itself or by a field that is an
    /// entry of it.
    pub fn set_list(&mut self, dataset: &str, list: &str, replace: bool) -> Result<()> {
        let dataset = self.dataset(dataset)?;
        let (id, name) = (dataset.id, list_of(dataset, list)?.name);
        let mut sync = self.store.syncs()?.remove(id).unwrap_or_default();
        let changed = if replace { sync.replace.insert(name.to_owned()) } else { sync.replace.remove(name) };
        let what = if replace {
            format!("Decided to replace the list {name} with what is sent")
        } else {
            format!("Decided to add to the list {name} what is sent")
        };
        self.decide(id, &sync, self.schema, changed.then_some(what).as_slice())
    }

    fn decide(&mut self, dataset: &str, sync: &Sync, schema: &'static schema::Schema, what: &[String]) -> Result<()> {
        if what.is_empty() {
            return Ok(());
        }
        self.act(|this| {
            this.remember_sync(dataset, &what.join("; "))?;
            this.meet_by(dataset, sync, schema)?;
            what.iter().try_for_each(|what| this.note("Match", what, dataset))
        })?;
        self.schema = schema;
        Ok(())
    }

    /// The schema as it is under this decision. Refused where records that were sent are known by another key.
    pub(super) fn schema_with(&self, dataset: &str, sync: &Sync) -> Result<&'static schema::Schema> {
        let mut syncs = self.store.syncs()?;
        syncs.insert(dataset.to_owned(), sync.clone());
        let usual = schema::of(self.schema.destination).unwrap_or(self.schema);
        let schema = keyed(usual, &syncs).map_err(|error| {
            ApiError::new(Code::Argument, error.to_string(), "Choose a field by which the destination can be asked.")
        })?;
        if !std::ptr::eq(schema, self.schema) && self.has_sent()? {
            return Err(ApiError::new(
                Code::Precondition,
                "records were sent already, and are known by the field chosen then",
                "Make a new migration to match by another field.",
            ));
        }
        Ok(schema)
    }

    /// Keeps a decision, under the schema that [`schema_with`](Self::schema_with) gave for it.
    pub(super) fn meet_by(&mut self, dataset: &str, sync: &Sync, schema: &'static schema::Schema) -> Result<()> {
        let mut syncs = self.store.syncs()?;
        syncs.insert(dataset.to_owned(), sync.clone());
        self.store.set_syncs(&syncs)?;
        if std::ptr::eq(schema, self.schema) { Ok(()) } else { self.check_again(schema) }
    }

    fn has_sent(&self) -> Result<bool> {
        Ok(!self.store.runs()?.is_empty())
    }

    /// What was checked under another key has to be checked anew, as after a change of the mapping.
    fn check_again(&mut self, schema: &'static schema::Schema) -> Result<()> {
        for source in self.store.sources()? {
            let Some(dataset) = schema.dataset(&source.dataset) else { continue };
            Mapper::compile(dataset, &source.mapping, &source.columns)?;
            self.store.set_mapping(&source)?;
        }
        Ok(())
    }

    /// The free fields the account knows and those it lacks, for every dataset with a file. Nothing is said of destinations
    /// that take any.
    pub async fn attributes(&self, destination: &dyn Destination) -> Result<IndexMap<String, DatasetAttributes>> {
        let mut all = IndexMap::new();
        for (dataset, matched) in self.matched_free_fields()? {
            let Some(known) = destination.attributes(dataset).await.map_err(UploadError::from)? else { continue };
            let there = |field: &String| known.iter().any(|attribute| attribute.field == *field);
            let missing = matched.into_iter().filter(|field| !there(field)).collect();
            all.insert(dataset.to_owned(), DatasetAttributes { known, missing });
        }
        Ok(all)
    }

    /// By dataset with a file, in the order of loading.
    fn matched_free_fields(&self) -> Result<Vec<(&'static str, Vec<String>)>> {
        let sources = self.store.sources()?;
        let of = |dataset: &'static Dataset| {
            let mut own = sources.iter().filter(|source| source.dataset == dataset.id).peekable();
            own.peek()?;
            let mut fields: Vec<String> = Vec::new();
            for mapped in own.flat_map(|source| &source.mapping.fields).filter(|field| field.is_mapped()) {
                if dataset.takes_free(&mapped.field) && !fields.contains(&mapped.field) {
                    fields.push(mapped.field.clone());
                }
            }
            Some((dataset.id, fields))
        };
        Ok(self.schema.datasets.iter().filter_map(of).collect())
    }

    /// Makes the free fields that are matched known to the account. Asks nobody: the front has asked. Returns what was made,
    /// by dataset.
    pub async fn create_attributes(&self, destination: &dyn Destination) -> Result<IndexMap<String, Vec<String>>> {
        let mut made = IndexMap::new();
        for (dataset, DatasetAttributes { missing, .. }) in self.attributes(destination).await? {
            for field in &missing {
                destination.create_attribute(&dataset, field).await.map_err(UploadError::from)?;
                self.note("Upload", &format!("Made {field} known to the destination"), &dataset)?;
            }
            made.insert(dataset, missing);
        }
        Ok(made)
    }

    /// The free fields that are matched and that the account lacks, as they would be made; by dataset. Without fields of
    /// one's own nothing is asked: a key may do without that right.
    pub async fn lacking_attributes(&self, destination: &dyn Destination) -> Result<IndexMap<String, Vec<Attribute>>> {
        if self.matched_free_fields()?.iter().all(|(_, fields)| fields.is_empty()) {
            return Ok(IndexMap::new());
        }
        let datasets = self.attributes(destination).await?.into_iter();
        let made = |dataset: &str, missing: &[String]| {
            missing.iter().map(|field| destination.new_attribute(dataset, field)).collect::<Vec<_>>()
        };
        let lacking = datasets.filter(|(_, of)| !of.missing.is_empty());
        Ok(lacking.map(|(dataset, of)| (dataset.clone(), made(&dataset, &of.missing))).collect())
    }

    /// Nothing is sent that the account would refuse record by record for want of a field.
    pub(super) async fn all_attributes_known(&self, destination: &dyn Destination) -> Result<()> {
        let datasets = self.lacking_attributes(destination).await?.into_iter();
        let lacking: Vec<String> = datasets
            .flat_map(|(dataset, of)| of.into_iter().map(move |attribute| format!("{} ({dataset})", attribute.field)))
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let fields = lacking.join(", ");
        Err(ApiError::new(
            Code::Precondition,
            format!("the account does not know these fields of your own: {fields}"),
            "Make them with `carryover attributes --create`, or leave them out of the mapping.",
        ))
    }
}

/// Refuses what a template decides about a dataset that has no such field or list.
pub(super) fn fits(dataset: &'static Dataset, sync: &Sync) -> Result<()> {
    sync.fill.iter().try_for_each(|field| can_fill(dataset, field))?;
    sync.replace.iter().try_for_each(|list| list_of(dataset, list).map(drop))?;
    may(dataset, sync.behaviour)
}

/// The schema of a migration file, under the keys that were chosen in it.
pub(super) fn schema_of(store: &Store) -> Result<&'static schema::Schema> {
    let usual = super::schema_of(&store.destination()?)?;
    keyed(usual, &store.syncs()?).map_err(|error| {
        ApiError::new(Code::Argument, error.to_string(), "The migration was made with another version of Carryover.")
    })
}

/// For what no migration stands behind, such as the test of a connection.
pub(super) fn unkeyed(connection: &Connection, key: Option<&Secret>) -> Result<Arc<dyn Destination>> {
    connections::open(connection, key, Uuid::nil(), super::schema_of(&connection.destination)?)
}

fn may(dataset: &Dataset, behaviour: Behaviour) -> Result<()> {
    if dataset.changes || behaviour == Behaviour::default() {
        return Ok(());
    }
    let id = dataset.id;
    Err(ApiError::new(
        Code::Argument,
        format!("what is sent of {id} is only ever added: nothing that is there is changed"),
        "Leave out the rows that are not to be sent.",
    ))
}

fn can_fill(dataset: &Dataset, field: &str) -> Result<()> {
    if dataset.stands_alone(field) && (dataset.field(field).is_some() || dataset.takes_free(field)) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Argument,
        format!("it cannot be told whether “{field}” is empty there"),
        "Choose a field with one value that is not the one by which records are matched.",
    ))
}

fn list_of(dataset: &Dataset, name: &str) -> Result<&'static List> {
    dataset.list_of(name).ok_or_else(|| {
        let names: Vec<&str> = dataset.lists.iter().map(|list| list.name).collect();
        let (id, known) = (dataset.id, names.join(", "));
        let hint = if known.is_empty() {
            "The destination keeps no lists in this dataset.".to_owned()
        } else {
            format!("Name one of its lists: {known}.")
        };
        ApiError::new(Code::Argument, format!("“{name}” is no list of {id}"), hint)
    })
}

/// As in the audit trail.
fn said(behaviour: Behaviour) -> &'static str {
    match behaviour {
        Behaviour::UpdateOrCreate => "Decided to change what is there and create what is missing",
        Behaviour::UpdateOnly => "Decided to change what is there and create nothing",
        Behaviour::CreateOnly => "Decided to create what is missing and change nothing",
    }
}
