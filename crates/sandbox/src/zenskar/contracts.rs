//! Contracts: their life from draft to expired. What their terms must fulfil is in `phases`. zenskar.md section 4.

use std::borrow::Cow;

use axum::http::StatusCode;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    answer::{Refusal, body_problem, page},
    customers, list as lists, phases,
    store::Store,
};
use crate::call::Call;

pub(super) fn list(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    lists::list(&store.contracts, call, |contract| present(contract, call.now))
}

pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    Ok(present(find(store, call)?, call.now).into_owned())
}

/// The client may choose the id; that a second use of it is a conflict is not published. [D18][A]
pub(super) fn create(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut contract = call.complete_body();
    let id = contract["id"].as_str().map_or_else(|| call.new_id().to_string(), str::to_ascii_lowercase);
    if store.contracts.get(&id).is_some() {
        return Err(Refusal::new(StatusCode::CONFLICT, "Contract with this id already exists"));
    }
    contract["id"] = json!(id);
    contract.insert("created_at".into(), call.stamp());
    contract.insert("expiry_date".into(), Value::Null);
    contract.insert("pause".into(), Value::Null);
    contract["phases"] = phases::with_ids(&contract["phases"], call);
    save(store, contract, call)
}

/// A full replacement: what is left out is gone, except what the platform itself keeps. [D19]
pub(super) fn replace(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let before = find_living(store, call)?;
    let mut contract = call.complete_body();
    for member in ["id", "created_at", "expiry_date", "pause"] {
        contract.insert(member.into(), before[member].clone());
    }
    contract["phases"] = phases::with_ids(&contract["phases"], call);
    save(store, contract, call)
}

/// Drafts only. zenskar.md section 4, [V].
pub(super) fn delete(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    if find(store, call)?["status"] != "draft" {
        return Err(Refusal::bad_request("Only draft contracts can be deleted"));
    }
    let contract = store.contracts.remove(call.path("contract_id"));
    let mut contract = contract.ok_or_else(|| Refusal::not_found("Contract"))?;
    contract["deleted_at"] = call.stamp();
    Ok(contract)
}

pub(super) fn add_phase(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let phase = phases::phase_with_ids(&call.body, call);
    change_phases(store, call, |phases| {
        phases.push(phase.clone());
        Some(())
    })?;
    Ok(phase)
}

pub(super) fn add_line(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let line = phases::line_with_id(&call.body, call);
    let id = call.path("phase_id").to_ascii_lowercase();
    change_phases(store, call, |phases| {
        let phase = phases.iter_mut().find(|phase| phase["id"] == *id)?;
        phase["pricings"].as_array_mut()?.push(line.clone());
        Some(())
    })?;
    Ok(line)
}

/// At the end of a day, today unless named; once only. zenskar.md section 4, [D21][V].
pub(super) fn expire(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut contract = find_living(store, call)?;
    if contract["status"] == "draft" || !contract["expiry_date"].is_null() {
        return Err(Refusal::bad_request("Only active or paused contracts can be expired, and only once"));
    }
    let today = call.now.to_zoned(TimeZone::UTC).date();
    let date = call.body["expiry_date"].as_str().map_or(Ok(today), str::parse::<Date>);
    let end = date.ok().and_then(|date| date.at(23, 59, 59, 999_999_000).to_zoned(TimeZone::UTC).ok());
    let end = end.map(|end| end.timestamp()).filter(|end| Some(*end) > date_of(&contract["start_date"]));
    let end = end.ok_or_else(|| {
        Refusal::problems([body_problem(vec![json!("expiry_date")], "must be after the start", "value_error")])
    })?;
    contract["expiry_date"] = json!(end.to_zoned(TimeZone::UTC).date().to_string());
    contract["end_date"] = json!(end.to_string());
    Ok(keep(store, contract, call))
}

pub(super) fn pause(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    turn(store, call, "active", "paused", &call.body)
}

pub(super) fn update_pause(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    turn(store, call, "paused", "paused", &call.body)
}

pub(super) fn resume(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    turn(store, call, "paused", "active", &Value::Null)
}

/// Changes are not kept here.
pub(super) fn list_amendments(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    find(store, call).map(|_| page(Vec::new(), 0, None, None))
}

/// Nothing is billed here.
pub(super) fn list_billing_cycles(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    find(store, call).map(|_| json!([]))
}

/// The contract as it reads at this moment: an active one whose end has passed is expired. [V]
pub(super) fn present(contract: &Value, now: Timestamp) -> Cow<'_, Value> {
    let over = date_of(&contract["end_date"]).is_some_and(|end| end < now);
    // One that was expired by hand stays so, whatever it was before.
    let ends = contract["status"] == "active" || !contract["expiry_date"].is_null();
    if !over || !ends {
        return Cow::Borrowed(contract);
    }
    let mut expired = contract.clone();
    expired["status"] = json!("expired");
    Cow::Owned(expired)
}

fn find<'a>(store: &'a Store, call: &Call<'_>) -> Result<&'a Value, Refusal> {
    store.contracts.get(call.path("contract_id")).ok_or_else(|| Refusal::not_found("Contract"))
}

/// One that has not expired: expiry is terminal. [D21]
fn find_living(store: &Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let contract = present(find(store, call)?, call.now);
    if contract["status"] == "expired" {
        return Err(Refusal::bad_request("The contract has expired"));
    }
    Ok(contract.into_owned())
}

fn change_phases(
    store: &mut Store,
    call: &Call<'_>,
    change: impl FnOnce(&mut Vec<Value>) -> Option<()>,
) -> Result<(), Refusal> {
    let mut contract = find_living(store, call)?;
    let changed = contract["phases"].as_array_mut().and_then(change);
    changed.ok_or_else(|| Refusal::not_found("Phase"))?;
    let contract = contract.as_object().cloned().unwrap_or_default();
    save(store, contract, call).map(drop)
}

fn turn(store: &mut Store, call: &Call<'_>, from: &str, to: &str, pause: &Value) -> Result<Value, Refusal> {
    let mut contract = find_living(store, call)?;
    if contract["status"] != from {
        return Err(Refusal::bad_request(format!("The contract is not {from}")));
    }
    contract["status"] = json!(to);
    contract["pause"] = pause.clone();
    Ok(keep(store, contract, call))
}

/// Checks the terms against everything else there is, then keeps them.
fn save(store: &mut Store, contract: Map<String, Value>, call: &Call<'_>) -> Result<Value, Refusal> {
    for member in ["customer_id", "invoice_payer_customer_id"] {
        if let Some(id) = contract[member].as_str() {
            customers::find(store, id)?;
        }
    }
    phases::check(store, &contract)?;
    Ok(keep(store, Value::Object(contract), call))
}

fn keep(store: &mut Store, mut contract: Value, call: &Call<'_>) -> Value {
    contract["updated_at"] = call.stamp();
    store.contracts.put(contract.clone());
    present(&contract, call.now).into_owned()
}

fn date_of(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
