//! What becomes of a record that is written, whether by itself or in a job: checks the contract cannot make, what Kustomer
//! adds, and who has which identifier. kustomer.md sections 6 to 8.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::store::{Kind, Store};
use crate::call::Ids;

/// When something is written, and where its ids come from.
pub(super) struct Stamp<'a> {
    pub(super) now: Timestamp,
    pub(super) ids: &'a Ids,
}

/// Lists whose entries belong to one customer: the list, and the member that must be unique. kustomer.md section 6, [D].
const UNIQUE: [(&str, &str); 4] =
    [("externalIds", "externalId"), ("emails", "email"), ("phones", "phone"), ("whatsapps", "phone")];
/// Lists that are empty where nothing was said.
const LISTS: [&str; 6] = ["emails", "sharedEmails", "phones", "tags", "socials", "urls"];

/// Makes a new record.
pub(super) fn create(
    store: &mut Store,
    kind: Kind,
    body: &Map<String, Value>,
    stamp: &Stamp<'_>,
) -> Result<Value, Refusal> {
    let now = json!(stamp.now.to_string());
    let id: String = stamp.ids.next().simple().to_string().chars().take(24).collect();
    let mut row = Map::from_iter([
        ("id".to_owned(), json!(id)),
        ("createdAt".to_owned(), now.clone()),
        ("updatedAt".to_owned(), now),
        ("rev".to_owned(), json!(1)),
    ]);
    for list in LISTS {
        row.insert(list.to_owned(), json!([]));
    }
    row.insert("custom".to_owned(), json!({}));
    lay_over(&mut row, body);
    settle(store, kind, row)
}

/// Changes a record. What is not named stays; lists that are named are replaced (U1, the stricter reading), and a customer
/// whose company is not named leaves it (U2, the stricter reading). A company with customers is not deleted, by itself or in a
/// job: the stricter reading of “while it has children” (section 7, [D][A]).
pub(super) fn update(
    store: &mut Store,
    kind: Kind,
    id: &str,
    body: &Map<String, Value>,
    stamp: &Stamp<'_>,
) -> Result<Value, Refusal> {
    let before = find(store, kind, id)?;
    if body.get("rev").is_some_and(|rev| *rev != before["rev"]) {
        return Err(Refusal::plain(StatusCode::CONFLICT, "conflict", "rev does not match"));
    }
    let deletes = kind == Kind::Company && body.get("deleted") == Some(&Value::Bool(true));
    if deletes && store.customers.with("company", id).any(|row| row["deleted"] != true) {
        return Err(Refusal::plain(StatusCode::CONFLICT, "conflict", "the company has customers"));
    }
    let mut row = before.as_object().cloned().unwrap_or_default();
    let rev = before["rev"].as_u64().unwrap_or_default() + 1;
    row.insert("company".to_owned(), Value::Null);
    lay_over(&mut row, body);
    row.insert("rev".to_owned(), json!(rev));
    row.insert("updatedAt".to_owned(), json!(stamp.now.to_string()));
    settle(store, kind, row)
}

/// Rewrites a record from nothing but its id and its age, as `replace=true` does. kustomer.md section 6.
pub(super) fn replace(
    store: &mut Store,
    id: &str,
    body: &Map<String, Value>,
    stamp: &Stamp<'_>,
) -> Result<Value, Refusal> {
    let before = find(store, Kind::Customer, id)?;
    let kept = ["id", "createdAt", "rev"].map(|name| (name.to_owned(), before[name].clone()));
    let mut row = Map::from_iter(kept);
    for list in LISTS {
        row.insert(list.to_owned(), json!([]));
    }
    row.insert("custom".to_owned(), json!({}));
    row.insert("updatedAt".to_owned(), json!(stamp.now.to_string()));
    lay_over(&mut row, body);
    settle(store, Kind::Customer, row)
}

/// A record that is there and not deleted.
pub(super) fn find(store: &Store, kind: Kind, id: &str) -> Result<Value, Refusal> {
    let row = store.shelf(kind).get(id).filter(|row| row["deleted"] != true);
    row.cloned().ok_or_else(|| Refusal::not_found("id"))
}

/// The customer who has an identifier.
pub(super) fn holder<'s>(store: &'s Store, list: &'static str, text: &str) -> Option<&'s Value> {
    store.customers.get(store.identifiers.get(&(list, text.to_lowercase()))?)
}

fn lay_over(row: &mut Map<String, Value>, body: &Map<String, Value>) {
    for (name, value) in body {
        match (name.as_str(), value) {
            // Null clears one attribute, for every type; the others stay. kustomer.md section 8, [D].
            ("custom", Value::Object(custom)) => {
                let held = row.entry("custom").or_insert_with(|| json!({}));
                for (name, value) in custom {
                    held[name.as_str()] = value.clone();
                }
                if let Value::Object(held) = held {
                    held.retain(|_, value| !value.is_null());
                }
            }
            ("id" | "_clientRef", _) => {}
            (_, value) => {
                row.insert(name.clone(), value.clone());
            }
        }
    }
    for list in ["emails", "phones"] {
        for entry in row.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if entry["verified"].is_null() {
                entry["verified"] = json!(false);
            }
        }
    }
}

fn settle(store: &mut Store, kind: Kind, mut row: Map<String, Value>) -> Result<Value, Refusal> {
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    check_custom(store, kind, &row)?;
    if kind == Kind::Customer {
        check_company(store, &row)?;
        name_by_number(&mut row);
        let fallback = row["emails"][0]["email"].clone();
        let name = row.get("name").filter(|name| !name.is_null()).cloned().unwrap_or(fallback);
        row.insert("displayName".to_owned(), if name.is_null() { json!("") } else { name });
        let row = Value::Object(row);
        claim(store, &id, &row)?;
        store.customers.put(row.clone());
        return Ok(row);
    }
    let row = Value::Object(row);
    store.companies.put(row.clone());
    Ok(row)
}

/// The external id is an entry of the list as well. kustomer.md section 6, [T].
fn name_by_number(row: &mut Map<String, Value>) {
    let Some(number) = row.get("externalId").and_then(Value::as_str).map(str::to_owned) else { return };
    let list = row.entry("externalIds").or_insert_with(|| json!([]));
    let Value::Array(list) = list else { return };
    if !list.iter().any(|entry| entry["externalId"] == number.as_str()) {
        list.insert(0, json!({ "externalId": number, "verified": true }));
    }
}

/// Whatever is unique belongs to one customer at a time.
fn claim(store: &mut Store, id: &str, row: &Value) -> Result<(), Refusal> {
    let entries = UNIQUE.iter().flat_map(|(list, member)| {
        let texts = row[*list].as_array().into_iter().flatten();
        texts.filter_map(|entry| Some(((*list, entry[*member].as_str()?.to_lowercase()), *member)))
    });
    let mut claimed = Vec::new();
    for (identifier, member) in entries {
        if store.identifiers.get(&identifier).is_some_and(|holder| holder != id) {
            return Err(Refusal::taken(member));
        }
        claimed.push(identifier);
    }
    store.identifiers.retain(|_, holder| holder != id);
    store.identifiers.extend(claimed.into_iter().map(|identifier| (identifier, id.to_owned())));
    Ok(())
}

/// A well-named attribute that is not defined is refused: whether Kustomer takes it is not known (U12).
fn check_custom(store: &Store, kind: Kind, row: &Map<String, Value>) -> Result<(), Refusal> {
    let known = store.metadata.get(kind.word());
    let custom = row.get("custom").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in custom {
        let Some(meta) = known.and_then(|known| known.get(name)) else {
            return Err(Refusal::bad_parameter(name, "additional properties are not allowed"));
        };
        let allowed = meta["enumeration"].as_array();
        if allowed.is_some_and(|allowed| !value.is_null() && !allowed.contains(value)) {
            return Err(Refusal::bad_parameter(name, "is not one of the allowed values"));
        }
    }
    Ok(())
}

fn check_company(store: &Store, row: &Map<String, Value>) -> Result<(), Refusal> {
    match row.get("company").and_then(Value::as_str) {
        Some(id) if find(store, Kind::Company, id).is_err() => {
            Err(Refusal::bad_parameter("company", "there is no such company"))
        }
        _ => Ok(()),
    }
}
