//! How the records of a dataset meet those at the destination: by which field, what may be done to them, and which free
//! fields the account has to know.

use indexmap::IndexMap;
use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Code, Migration, Result, connections};
use crate::destination::{Attribute, Destination};
use crate::keychain::Secret;
use crate::mapping::Mapper;
use crate::schema::sync::{Behaviour, Sync, Syncs, keyed};
use crate::schema::{self, Dataset};
use crate::settings::connection::Connection;
use crate::store::Store;
use crate::upload::UploadError;

/// A part of what `map --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetSync {
    /// The field by which records are matched.
    pub key: String,
    /// What else they could be matched by; a free field may be one too where the destination looks it up.
    pub keys: Vec<String>,
    pub takes_own_key: bool,
    pub behaviour: Behaviour,
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

impl DatasetSync {
    pub(super) fn of(dataset: &Dataset, syncs: &Syncs) -> Self {
        Self {
            key: dataset.identity.to_owned(),
            keys: dataset.keys.iter().map(|key| (*key).to_owned()).collect(),
            takes_own_key: !dataset.suffixes.is_empty(),
            behaviour: syncs.get(dataset.id).map(|sync| sync.behaviour).unwrap_or_default(),
        }
    }
}

impl Migration {
    /// Opens a connection for this migration; nothing is sent yet. Without a key, the one in the keychain is taken.
    pub fn connect(&self, connection: &Connection, key: Option<&Secret>) -> Result<Box<dyn Destination>> {
        connections::open(connection, key, self.id()?, self.schema)
    }

    /// How the records of each dataset meet those at the destination.
    pub fn syncs(&self) -> Result<IndexMap<String, DatasetSync>> {
        let syncs = self.store.syncs()?;
        let datasets = self.schema.datasets.iter();
        Ok(datasets.map(|dataset| (dataset.id.to_owned(), DatasetSync::of(dataset, &syncs))).collect())
    }

    /// Decides for one dataset; `None` leaves what was decided before. Another key makes a check necessary, and cannot be
    /// chosen any more once something was sent.
    pub fn set_sync(&mut self, dataset: &str, key: Option<&str>, behaviour: Option<Behaviour>) -> Result<()> {
        let id = self.dataset(dataset)?.id;
        let mut syncs = self.store.syncs()?;
        let old = syncs.get(id).cloned().unwrap_or_default();
        let new = Sync {
            key: key.map(str::to_owned).or_else(|| old.key.clone()),
            behaviour: behaviour.unwrap_or(old.behaviour),
        };
        syncs.insert(id.to_owned(), new.clone());
        let usual = schema::of(self.schema.destination).unwrap_or(self.schema);
        let schema = keyed(usual, &syncs).map_err(|error| {
            ApiError::new(Code::Argument, error.to_string(), "Choose a field by which the destination can be asked.")
        })?;
        let rekeyed = !std::ptr::eq(schema, self.schema);
        if rekeyed && !self.store.runs()?.is_empty() {
            return Err(ApiError::new(
                Code::Precondition,
                "records were sent already, and are known by the field chosen then",
                "Make a new migration to match by another field.",
            ));
        }
        self.act(|this| {
            this.store.set_syncs(&syncs)?;
            if rekeyed {
                this.check_again(schema)?;
                this.note(
                    "Match",
                    &format!("Matched {id} by {}", schema.dataset(id).map_or("", |of| of.identity)),
                    id,
                )?;
            }
            if new.behaviour != old.behaviour {
                this.note("Match", said(new.behaviour), id)?;
            }
            Ok(())
        })?;
        self.schema = schema;
        Ok(())
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

    /// Nothing is sent that the account would refuse record by record for want of a field. Without fields of one's own
    /// nothing is asked: a key may do without that right.
    pub(super) async fn all_attributes_known(&self, destination: &dyn Destination) -> Result<()> {
        if self.matched_free_fields()?.iter().all(|(_, fields)| fields.is_empty()) {
            return Ok(());
        }
        let datasets = self.attributes(destination).await?.into_iter();
        let lacking: Vec<String> = datasets
            .flat_map(|(dataset, of)| of.missing.into_iter().map(move |field| format!("{field} ({dataset})")))
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

/// The schema of a migration file, under the keys that were chosen in it.
pub(super) fn schema_of(store: &Store) -> Result<&'static schema::Schema> {
    let usual = super::schema_of(&store.destination()?)?;
    keyed(usual, &store.syncs()?).map_err(|error| {
        ApiError::new(Code::Argument, error.to_string(), "The migration was made with another version of Carryover.")
    })
}

/// For what no migration stands behind, such as the test of a connection.
pub(super) fn unkeyed(connection: &Connection, key: Option<&Secret>) -> Result<Box<dyn Destination>> {
    connections::open(connection, key, Uuid::nil(), super::schema_of(&connection.destination)?)
}

/// As in the audit trail.
fn said(behaviour: Behaviour) -> &'static str {
    match behaviour {
        Behaviour::UpdateOrCreate => "Decided to change what is there and create what is missing",
        Behaviour::UpdateOnly => "Decided to change what is there and create nothing",
        Behaviour::CreateOnly => "Decided to create what is missing and change nothing",
    }
}
