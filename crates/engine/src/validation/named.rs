//! By what name people know the records that a key refers to: customer 00217 is Aalborg Vandlab ApS.
//!
//! Answered from the key index of the last check: a few reads per key, however many rows there are.

use std::collections::{BTreeMap, BTreeSet};

use super::key::hash;
use super::{Result, index_name, look, ready};
use crate::mapping::Record;
use crate::schema::Dataset;
use crate::store::{Place, Store, key};
use crate::transform::Value;

/// The name of each of `keys` that a row of `dataset` has; of several with one key, that of the first.
pub fn names<'k>(
    store: &Store,
    dataset: &Dataset,
    keys: impl IntoIterator<Item = &'k str>,
) -> Result<BTreeMap<String, String>> {
    let (Some(identity), Some(called)) = (dataset.field(dataset.identity), dataset.name_field()) else {
        return Ok(BTreeMap::new());
    };
    let wanted: BTreeSet<&str> = keys.into_iter().collect();
    let index = index_name(dataset, identity);
    let mut places: BTreeSet<Place> = BTreeSet::new();
    for wanted in &wanted {
        places.extend(key::places(store.connection(), &index, hash(wanted))?);
    }
    let places: Vec<Place> = places.into_iter().collect();
    let sources = ready(store, dataset)?;
    let mut names = BTreeMap::new();
    look::each_at(store.connection(), &places, |seen| {
        let Some(readied) = sources.iter().find(|readied| readied.source.id == seen.place.source) else { return };
        let mut record = Record::default();
        readied.mapper.map(seen.cells, &mut record);
        let text = |field: &str| match readied.mapper.position(field).and_then(|at| record.values[at].as_ref()) {
            Some(Value::Text(text)) => Some(text.clone().into_owned()),
            _ => None,
        };
        // A hash only proposes.
        if let (Some(key), Some(name)) = (text(identity.id), text(called.id))
            && wanted.contains(key.as_str())
        {
            names.entry(key).or_insert(name);
        }
    })?;
    Ok(names)
}
