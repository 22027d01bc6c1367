//! How the records of a dataset meet those at the destination: by which field they are matched, and what may be done to
//! them.
//!
//! A key that is not the usual one makes another schema: the record is named by that field, so every row must have it, no
//! two may share it, and what refers to the dataset refers to it. Everything that reads the schema then holds by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::field::field;
use super::{Concept, Dataset, Kind, List, Reference, Schema};

/// What a user decided for one dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// The field by which records are matched; `None` is the destination's usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default)]
    pub behaviour: Behaviour,
    /// Fields that are set only where the destination has nothing in them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fill: BTreeSet<String>,
    /// Lists that become what is sent; to all others it is added. By their names in the destination's words.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replace: BTreeSet<String>,
}

/// By dataset; one that is not there is as usual.
pub type Syncs = BTreeMap<String, Sync>;

/// What an upload may do to the records of a dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "SyncBehaviour", rename_all = "snake_case")]
pub enum Behaviour {
    /// Changes what is there, and creates what is missing.
    #[default]
    UpdateOrCreate,
    /// Changes what is there, and creates nothing.
    UpdateOnly,
    /// Creates what is missing, and leaves what is there as it is.
    CreateOnly,
}

/// A field by which records cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{dataset} cannot be matched by “{key}”; choose one of: {known}")]
pub struct KeyError {
    pub dataset: String,
    pub key: String,
    pub known: String,
}

/// By destination, and by dataset the key.
type Keys = (&'static str, BTreeMap<String, String>);

/// Schemas live as long as the program; a handful of keys are ever chosen, so each is made once and kept.
static MADE: LazyLock<Mutex<HashMap<Keys, &'static Schema>>> = LazyLock::new(Mutex::default);

/// The schema under these keys. The same keys give the same schema.
pub fn keyed(schema: &'static Schema, syncs: &Syncs) -> Result<&'static Schema, KeyError> {
    let other = |(dataset, sync): (&String, &Sync)| {
        let key = sync.key.clone().filter(|key| schema.dataset(dataset).is_some_and(|usual| usual.identity != key))?;
        Some((dataset.clone(), key))
    };
    let keys: BTreeMap<String, String> = syncs.iter().filter_map(other).collect();
    if keys.is_empty() {
        return Ok(schema);
    }
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = made.get(&(schema.destination, keys.clone())) {
        return Ok(schema);
    }
    let keyed: &'static Schema = Box::leak(Box::new(with_keys(schema, &keys)?));
    made.insert((schema.destination, keys), keyed);
    Ok(keyed)
}

fn with_keys(schema: &Schema, keys: &BTreeMap<String, String>) -> Result<Schema, KeyError> {
    let mut schema = schema.clone();
    for (id, key) in keys {
        let Some(dataset) = schema.datasets.iter_mut().find(|dataset| dataset.id == *id) else { continue };
        let key = rekey(dataset, key)?;
        let refers = |reference: &&mut Reference| reference.dataset == id;
        for reference in schema.datasets.iter_mut().flat_map(|dataset| &mut dataset.fields) {
            if let Some(reference) = reference.reference.as_mut().filter(refers) {
                reference.field = key;
            }
        }
    }
    Ok(schema)
}

fn rekey(dataset: &mut Dataset, key: &str) -> Result<&'static str, KeyError> {
    let listed = dataset.keys.iter().copied().find(|listed| *listed == key);
    let own = || dataset.own_key(key).then(|| &*String::leak(key.to_owned()));
    let key = listed.or_else(own).ok_or_else(|| KeyError {
        dataset: dataset.label.to_owned(),
        key: key.to_owned(),
        known: dataset.known_keys(),
    })?;
    if dataset.field(key).is_none() {
        let kind = dataset.free_kind(key).unwrap_or(Kind::Id);
        let help = "The field by which you chose to match records.";
        dataset.fields.push(field(key, key, kind, Concept::Own, help));
    }
    for field in &mut dataset.fields {
        match field.id {
            id if id == key => (field.required, field.unique) = (true, true),
            id if id == dataset.identity => field.required = false,
            _ => {}
        }
    }
    dataset.identity = key;
    Ok(key)
}

impl Dataset {
    /// Whether a free field can be a key: it must hold text or a number, so that it can be looked for exactly.
    pub fn own_key(&self, id: &str) -> bool {
        !self.suffixes.is_empty()
            && self.takes_free(id)
            && self.free_kind(id).is_some_and(|kind| matches!(kind, Kind::Text | Kind::Id))
    }

    /// Whether a field's value stands under the field's id in a record at the destination, so that it can be told whether
    /// something is there already.
    pub fn stands_alone(&self, id: &str) -> bool {
        self.changes && self.grouped_by.is_none() && id != self.identity && self.list_of(id).is_none()
    }

    /// The list of the destination that a field is an entry of, by the field's id or the list's own name.
    pub fn list_of(&self, id: &str) -> Option<&'static List> {
        self.lists.iter().find(|list| list.name == id || list.has(id))
    }

    /// For people: what records can be matched by.
    pub fn known_keys(&self) -> String {
        let own = self.open_prefix.filter(|_| !self.suffixes.is_empty()).map(|prefix| format!("{prefix}…Str"));
        self.keys.iter().map(|key| (*key).to_owned()).chain(own).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{kustomer, zenskar};

    fn by(dataset: &str, key: &str) -> Syncs {
        Syncs::from([(dataset.to_owned(), Sync { key: Some(key.to_owned()), ..Sync::default() })])
    }

    #[test]
    fn a_key_is_what_every_record_must_have_once_and_what_others_refer_to() {
        let usual = kustomer::schema();
        assert!(std::ptr::eq(keyed(usual, &by("customers", "externalId")).expect("the usual one"), usual));

        let schema = keyed(usual, &by("companies", "custom.accountStr")).expect("an attribute of the account");
        let companies = schema.dataset("companies").expect("the dataset");
        let key = companies.field("custom.accountStr").expect("a field now");
        assert_eq!((companies.identity, key.required, key.unique), ("custom.accountStr", true, true));
        assert!(!companies.field("externalId").is_some_and(|field| field.required));
        let company = schema.dataset("customers").and_then(|customers| customers.field("company"));
        assert_eq!(
            company.and_then(|field| field.reference).map(|reference| reference.field),
            Some("custom.accountStr")
        );
        assert!(std::ptr::eq(keyed(usual, &by("companies", "custom.accountStr")).expect("again"), schema));
    }

    #[test]
    fn what_cannot_be_looked_for_is_no_key() {
        for (schema, dataset, key) in [
            (kustomer::schema(), "companies", "email"),
            (kustomer::schema(), "customers", "name"),
            (kustomer::schema(), "customers", "custom.tier"),
            (kustomer::schema(), "customers", "custom.activeBool"),
            (zenskar::schema(), "customers", "email"),
            (zenskar::schema(), "customers", "custom_data.region"),
        ] {
            let error = keyed(schema, &by(dataset, key)).expect_err(key).to_string();
            assert!(error.contains(&format!("cannot be matched by “{key}”")), "{error}");
        }
    }
}
