//! What an organisation is set up with: one business entity, and otherwise nothing yet.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the form of a handler")]

use serde_json::{Value, json};

use super::{
    answer::{Refusal, page},
    store::Store,
};
use crate::call::Call;

/// The one every organisation has. zenskar.md section 5, [D29][V].
const DEFAULT_ENTITY: &str = "5f2a8c1e-7b44-4d0a-9c36-0e1d8b7a4f52";

pub(super) fn list_business_entities(_: &mut Store, _: &Call<'_>) -> Result<Value, Refusal> {
    Ok(page(vec![default_entity()], 1, None, None))
}

pub(super) fn get_business_entity(_: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    check_entity(&json!(call.path("entity_id")))?;
    Ok(default_entity())
}

/// A list of things this sandbox cannot make.
pub(super) fn list_nothing(_: &mut Store, _: &Call<'_>) -> Result<Value, Refusal> {
    Ok(page(Vec::new(), 0, None, None))
}

/// One of them.
pub(super) fn get_nothing(_: &mut Store, _: &Call<'_>) -> Result<Value, Refusal> {
    Err(Refusal::new(axum::http::StatusCode::NOT_FOUND, "Not Found"))
}

/// Null means the default one; any other must exist. [A]
pub(super) fn check_entity(id: &Value) -> Result<(), Refusal> {
    match id.as_str() {
        Some(id) if !id.eq_ignore_ascii_case(DEFAULT_ENTITY) => Err(Refusal::not_found("Business entity")),
        _ => Ok(()),
    }
}

fn default_entity() -> Value {
    json!({ "id": DEFAULT_ENTITY, "name": "Practice Ltd", "email": null, "phone_number": null, "is_default": true, "address": null })
}
