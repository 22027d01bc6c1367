//! Customers: create, look up, change. kustomer.md section 6.

use serde_json::{Map, Value};

use super::answer::{Granted, Refusal, list, single};
use super::record::{self, Stamp};
use super::store::{Kind, Store};
use crate::call::Call;

/// The largest page of a list. kustomer.md section 3, [D].
pub(super) const LARGEST_PAGE: usize = 100;

#[expect(clippy::unnecessary_wraps, reason = "every operation has the form of a handler")]
pub(super) fn list_all(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let rows: Vec<&Value> = living(store, Kind::Customer).collect();
    let (page, size) = page(call);
    Ok(Granted::ok(list(Kind::Customer, &rows, page, size, "/v1/customers")))
}

pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    record::find(store, Kind::Customer, call.path("id")).map(|row| Granted::ok(single(Kind::Customer, &row)))
}

pub(super) fn get_by_external_id(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    held_by(store, "externalIds", "externalId", call)
}

pub(super) fn get_by_email(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    held_by(store, "emails", "email", call)
}

pub(super) fn get_by_phone(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    held_by(store, "phones", "phone", call)
}

pub(super) fn create(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let row = record::create(store, Kind::Customer, &body(call), &stamp(call))?;
    Ok(Granted::created(single(Kind::Customer, &row)))
}

pub(super) fn update(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let row = record::update(store, Kind::Customer, call.path("id"), &body(call), &stamp(call))?;
    Ok(Granted::ok(single(Kind::Customer, &row)))
}

pub(super) fn put(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    if call.query("replace") != Some("true") {
        return update(store, call);
    }
    let row = record::replace(store, call.path("id"), &body(call), &stamp(call))?;
    Ok(Granted::ok(single(Kind::Customer, &row)))
}

fn held_by(store: &Store, list: &'static str, parameter: &str, call: &Call<'_>) -> Result<Granted, Refusal> {
    let row = record::holder(store, list, call.path(parameter)).ok_or_else(|| Refusal::not_found(parameter))?;
    // Numbers are compared to the letter, addresses are not.
    if list == "externalIds"
        && !row["externalIds"].as_array().into_iter().flatten().any(|entry| entry["externalId"] == call.path(parameter))
    {
        return Err(Refusal::not_found(parameter));
    }
    Ok(Granted::ok(single(Kind::Customer, row)))
}

pub(super) fn living(store: &Store, kind: Kind) -> impl Iterator<Item = &Value> {
    store.shelf(kind).iter().map(|(_, row)| row).filter(|row| row["deleted"] != true)
}

/// Number and size of the page that is asked for; the contract has bounded both.
pub(super) fn page(call: &Call<'_>) -> (usize, usize) {
    let number = |name, usual| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    (number("page", 1_usize).max(1), number("pageSize", LARGEST_PAGE).clamp(1, LARGEST_PAGE))
}

pub(super) fn body(call: &Call<'_>) -> Map<String, Value> {
    call.body.as_object().cloned().unwrap_or_default()
}

pub(super) fn stamp<'a>(call: &'a Call<'_>) -> Stamp<'a> {
    Stamp { now: call.now, ids: &call.ids }
}
