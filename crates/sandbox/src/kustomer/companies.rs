//! Companies: create, find, change, delete. kustomer.md section 7.

use serde_json::Value;

use super::answer::{Granted, Refusal, list, single};
use super::customers::{body, living, page, stamp};
use super::record;
use super::store::{Kind, Store};
use crate::call::Call;

/// By external id or by name; both at once are both ignored. kustomer.md section 7, [D]. That an external id belongs to one
/// company is said, not certain (U7); here a repeated create doubles, and that must show.
#[expect(clippy::unnecessary_wraps, reason = "every operation has the form of a handler")]
pub(super) fn find(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let wanted = match (call.query("externalId"), call.query("filter")) {
        (Some(number), None) => Some(("externalId", number)),
        (None, Some(name)) => Some(("name", name)),
        _ => None,
    };
    let rows: Vec<&Value> = match wanted {
        Some((member, text)) => store
            .companies
            .with(member, text)
            .filter(|row| row["deleted"] != true && (member == "name" || row[member] == text))
            .collect(),
        None => living(store, Kind::Company).collect(),
    };
    let (page, size) = page(call);
    Ok(Granted::ok(list(Kind::Company, &rows, page, size, "/v1/companies")))
}

pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    record::find(store, Kind::Company, call.path("id")).map(|row| Granted::ok(single(Kind::Company, &row)))
}

pub(super) fn create(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let row = record::create(store, Kind::Company, &body(call), &stamp(call))?;
    Ok(Granted::created(single(Kind::Company, &row)))
}

/// Also how a company is deleted; see `record::update`.
pub(super) fn update(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let row = record::update(store, Kind::Company, call.path("id"), &body(call), &stamp(call))?;
    Ok(Granted::ok(single(Kind::Company, &row)))
}
