//! Records as Kustomer wants them: one file per kind of record, and here what they share.
//!
//! Pure: the same records give the same bytes, whatever the clock says. Says nothing about what is in Kustomer already.

mod companies;
mod customers;

use serde_json::{Map, Value as Json};

use super::config::Config;
use crate::destination::record::{json, midnight};
use crate::destination::{Encoded, Known, Record, Records};
use crate::schema::kustomer::CUSTOM;
use crate::transform::Value;

/// What has to go in for each dataset. Companies are a dataset of their own, before the customers who belong to them.
pub(super) fn stages(dataset: &str) -> &'static [&'static str] {
    match dataset {
        "companies" => &["companies"],
        "customers" => &["customers"],
        _ => &[],
    }
}

pub(super) fn encode(stage: &str, records: &Records<'_>, known: &Known, config: &Config) -> Vec<Encoded> {
    match stage {
        "companies" => records.rows.iter().map(|record| companies::encode(record, config)).collect(),
        "customers" => records.rows.iter().map(|record| customers::encode(record, known, config)).collect(),
        _ => Vec::new(),
    }
}

/// A field that is one entry of a list.
struct Entry {
    field: &'static str,
    list: &'static str,
    member: &'static str,
    /// The entry's type, where it is not left to Kustomer.
    kind: Option<&'static str>,
}

const fn entry(field: &'static str, list: &'static str, member: &'static str, kind: Option<&'static str>) -> Entry {
    Entry { field, list, member, kind }
}

/// In the order in which entries stand in their lists: the first address is the default one.
const ENTRIES: &[Entry] = &[
    entry("email", "emails", "email", None),
    entry("email2", "emails", "email", Some("other")),
    entry("phone", "phones", "phone", None),
    entry("mobile", "phones", "phone", Some("mobile")),
    entry("website", "urls", "url", Some("website")),
    entry("domain", "domains", "domain", None),
    entry("linkedin", "socials", "username", Some("linkedin")),
    entry("twitter", "socials", "username", Some("twitter")),
];

/// The prefix of the fields of the one address a row has.
const LOCATION: &str = "location.";
/// What kind of address that is: what a billing system holds are places of business.
const LOCATION_KIND: &str = "work";

/// The attributes of a record, without the company it belongs to.
fn attributes(record: &Record<'_>) -> Map<String, Json> {
    let mut body = Map::new();
    for (id, _) in &record.values {
        let Some(value) = record.value(id) else { continue };
        match *id {
            "company" => {}
            "tags" => insert(&mut body, "tags", tags(value)),
            id if id.starts_with(CUSTOM) || id.starts_with(LOCATION) => {}
            id if ENTRIES.iter().any(|entry| entry.field == id) => {}
            id => insert(&mut body, id, plain(value)),
        }
    }
    for entry in ENTRIES {
        if let Some(value) = record.text(entry.field) {
            add(&mut body, entry, value);
        }
    }
    let place = free(record, LOCATION);
    if !place.is_empty() {
        let mut location = Map::from_iter([("type".to_owned(), Json::from(LOCATION_KIND))]);
        location.extend(place);
        insert(&mut body, "locations", Json::Array(vec![Json::Object(location)]));
    }
    let custom = free(record, CUSTOM);
    if !custom.is_empty() {
        insert(&mut body, "custom", Json::Object(custom));
    }
    body
}

fn insert(body: &mut Map<String, Json>, name: &str, value: Json) {
    body.insert(name.to_owned(), value);
}

/// Adds an entry to its list, unless the list has it: Kustomer wants no entry twice.
fn add(body: &mut Map<String, Json>, entry: &Entry, value: &str) {
    let list = body.entry(entry.list).or_insert_with(|| Json::Array(Vec::new()));
    let Json::Array(list) = list else { return };
    let same = |other: &Json| {
        let text = other[entry.member].as_str().unwrap_or_default();
        text.to_lowercase() == value.to_lowercase() && (entry.list != "socials" || other["type"].as_str() == entry.kind)
    };
    if list.iter().any(same) {
        return;
    }
    let mut new = Map::from_iter([(entry.member.to_owned(), Json::from(value))]);
    new.extend(entry.kind.map(|kind| ("type".to_owned(), Json::from(kind))));
    list.push(Json::Object(new));
}

fn free(record: &Record<'_>, prefix: &str) -> Map<String, Json> {
    let ids = record.values.iter().filter_map(|(id, _)| Some((*id, id.strip_prefix(prefix)?)));
    ids.filter_map(|(id, name)| Some((name.to_owned(), plain(record.value(id)?)))).collect()
}

/// Kustomer knows moments only: a day is sent as its beginning in UTC, as everywhere.
fn plain(value: &Value<'_>) -> Json {
    match value {
        Value::Date(day) => midnight(*day),
        other => json(other),
    }
}

/// A cell of words as a list, each once.
fn tags(value: &Value<'_>) -> Json {
    let Value::Text(text) = value else { return Json::Array(vec![plain(value)]) };
    let mut tags: Vec<&str> = Vec::new();
    for tag in text.split([',', ';', '|', '\n']).map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.into()
}

#[cfg(test)]
pub(super) mod testing {
    //! What the tables of cases beside each encoder share.

    use super::Config;
    use crate::settings::connection::Environment;

    pub(in super::super) fn config() -> Config {
        Config { environment: Environment::Practice, companies: "externalId", customers: "externalId", together: 100 }
    }
}
