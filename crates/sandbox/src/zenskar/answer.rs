//! How Zenskar words its answers: the page envelope and the refusals.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::contract::{Place, Violation};

/// An answer that says no, and why.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
}

/// One thing wrong with a request that the contract itself cannot say.
pub(super) type Problem = Violation;

impl Refusal {
    /// 400, 404, 409 and 500 bodies are not published; a vendor test uses this form. zenskar.md section 1, [V].
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, body: json!({ "detail": detail.into() }) }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    /// The gateway's own wording, capital M and all. zenskar.md section 1, [D2].
    pub(super) fn denied() -> Self {
        let message = "User is not authorized to access this resource with an explicit deny";
        Self { status: StatusCode::FORBIDDEN, body: json!({ "Message": message }) }
    }

    /// 422, with a list of what is wrong where. zenskar.md section 1, [D1].
    pub(super) fn problems(problems: impl IntoIterator<Item = Problem>) -> Self {
        let detail: Vec<_> = problems.into_iter().map(detail).collect();
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body: json!({ "detail": detail }) }
    }

    /// As the gate words it when the platform fails.
    pub(super) fn server_error() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, body: json!({ "message": status.canonical_reason() }) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// A problem in the body at `steps`.
pub(super) fn body_problem(steps: Vec<Value>, message: impl Into<String>, kind: &str) -> Problem {
    Problem { place: Place::Body, steps, message: message.into(), kind: kind.into() }
}

/// A problem with a query parameter.
pub(super) fn query_problem(name: &str, message: impl Into<String>) -> Problem {
    Problem { place: Place::Query, steps: vec![json!(name)], message: message.into(), kind: "value_error".into() }
}

/// A problem with a header.
pub(super) fn header_problem(name: &str, message: impl Into<String>) -> Problem {
    Problem { place: Place::Header, steps: vec![json!(name)], message: message.into(), kind: "value_error".into() }
}

/// Ok when there are none.
pub(super) fn refuse_any(problems: Vec<Problem>) -> Result<(), Refusal> {
    if problems.is_empty() { Ok(()) } else { Err(Refusal::problems(problems)) }
}

/// A page as lists answer it. zenskar.md section 1, [D5][D10].
pub(super) fn page(results: Vec<Value>, total: usize, next: Option<String>, previous: Option<String>) -> Value {
    let mut page = json!({ "results": [], "next": null, "previous": null, "total_count": total });
    page["results"] = results.into();
    page["next"] = next.into();
    page["previous"] = previous.into();
    page
}

fn detail(problem: Problem) -> Value {
    let mut loc = vec![json!(problem.place.word())];
    loc.extend(problem.steps);
    json!({ "loc": loc, "msg": problem.message, "type": problem.kind })
}
