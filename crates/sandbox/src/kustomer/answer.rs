//! How Kustomer words its answers: records in their envelope, and refusals in both of their shapes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::store::Kind;
use crate::contract::Violation;

/// An answer that says yes.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

/// An answer that says no, and why.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Granted {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body }
    }
}

impl Refusal {
    /// The first shape. kustomer.md section 4, [D].
    pub(super) fn plain(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let error = json!({ "code": code, "message": message.into(), "meta": {} });
        Self { status, body: json!({ "errors": [error] }) }
    }

    /// The second shape, as recorded for unknown fields and missed look-ups. kustomer.md section 4, [T].
    pub(super) fn parameter(status: StatusCode, code: &str, parameter: &str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        let source = json!({ "parameter": parameter });
        let error = json!({ "status": status.as_u16(), "code": code, "title": title, "detail": detail.into(), "source": source });
        Self { status, body: json!({ "errors": [error] }) }
    }

    pub(super) fn bad_parameter(parameter: &str, detail: impl Into<String>) -> Self {
        Self::parameter(StatusCode::BAD_REQUEST, "badparam", parameter, detail)
    }

    pub(super) fn not_found(parameter: &str) -> Self {
        Self::parameter(StatusCode::NOT_FOUND, "notfound", parameter, "not found")
    }

    /// A value that belongs to another record. Status and wording are unknown (U3); 409 is the stricter reading.
    pub(super) fn taken(parameter: &str) -> Self {
        Self::plain(StatusCode::CONFLICT, "conflict", format!("{parameter} is already in use"))
    }

    /// What the contract forbids, one error each.
    pub(super) fn violations(violations: Vec<Violation>) -> Option<Self> {
        let error = |violation: Violation| {
            let steps: Vec<String> = violation
                .steps
                .iter()
                .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                .collect();
            let source = json!({ "parameter": steps.join("."), "pointer": format!("/{}", steps.join("/")) });
            json!({ "status": 400, "code": "badparam", "title": "Bad Request", "detail": violation.message, "source": source })
        };
        let errors: Vec<Value> = violations.into_iter().map(error).collect();
        (!errors.is_empty()).then(|| Self { status: StatusCode::BAD_REQUEST, body: json!({ "errors": errors }) })
    }

    pub(super) fn server_error() -> Self {
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Internal Server Error")
    }

    /// What is wrong, in one line, as results of jobs have it.
    pub(super) fn told(&self) -> String {
        let error = &self.body["errors"][0];
        let said = error["detail"].as_str().or(error["message"].as_str()).unwrap_or_default();
        match error["source"]["parameter"].as_str() {
            Some(parameter) => format!("{parameter}: {said}"),
            None => said.to_owned(),
        }
    }
}

impl IntoResponse for Granted {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// A record in its envelope. kustomer.md section 3, [D].
pub(super) fn resource(kind: Kind, row: &Value) -> Value {
    let id = row["id"].as_str().unwrap_or_default();
    let mut attributes: Map<String, Value> = row.as_object().cloned().unwrap_or_default();
    attributes.retain(|name, _| name != "id" && name != "company");
    let mut relationships = json!({});
    if let Some(company) = row["company"].as_str() {
        relationships["company"] = json!({
            "links": { "self": format!("/v1/companies/{company}") },
            "data": { "type": "company", "id": company },
        });
    }
    json!({
        "type": kind.word(),
        "id": id,
        "attributes": attributes,
        "relationships": relationships,
        "links": { "self": format!("/v1/{}/{id}", kind.plural()) },
    })
}

pub(super) fn single(kind: Kind, row: &Value) -> Value {
    json!({ "data": resource(kind, row) })
}

/// A page of records. kustomer.md section 3, [D].
pub(super) fn list(kind: Kind, rows: &[&Value], page: usize, size: usize, path: &str) -> Value {
    let pages = rows.len().div_ceil(size).max(1);
    let shown: Vec<Value> = rows.iter().skip((page - 1) * size).take(size).map(|row| resource(kind, row)).collect();
    let link = |page: usize| json!(format!("{path}?page={page}&pageSize={size}"));
    let next = if page < pages { link(page + 1) } else { Value::Null };
    let prev = if page > 1 { link(page - 1) } else { Value::Null };
    json!({
        "data": shown,
        "meta": { "page": page, "pageSize": size, "total": rows.len(), "totalPages": pages },
        "links": { "self": link(page), "first": link(1), "prev": prev, "next": next, "last": link(pages) },
    })
}
