//! The doors beside the destination's own: looking at what it holds, at what it was asked, and setting the faults.
//!
//! They need no key and meet no fault, and they lie under `/_practice`, where no billing system has a path.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde_json::json;

use crate::{
    faults::Faults,
    gate::{Gate, LoggedRequest},
    records::{Counts, Records},
    twin::Twin,
};

/// What the doors open to.
#[derive(Clone)]
pub(crate) struct Practice {
    pub(crate) twin: Twin,
    pub(crate) gate: Arc<Gate>,
}

pub(crate) fn router(practice: Practice) -> Router {
    Router::new()
        .route("/_practice/records", get(records))
        .route("/_practice/counts", get(counts))
        .route("/_practice/log", get(log))
        .route("/_practice/faults", put(faults))
        .with_state(practice)
}

async fn records(State(practice): State<Practice>) -> Json<Records> {
    Json(practice.twin.records())
}

async fn counts(State(practice): State<Practice>) -> Json<Counts> {
    Json(practice.twin.counts())
}

async fn log(State(practice): State<Practice>) -> Json<Vec<LoggedRequest>> {
    Json(practice.gate.log())
}

/// The body is the command-line form; the answer is that form as understood.
async fn faults(State(practice): State<Practice>, text: String) -> Response {
    match text.parse::<Faults>() {
        Ok(faults) => {
            let understood = faults.to_string();
            practice.gate.set_faults(faults);
            understood.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": error.to_string() }))).into_response(),
    }
}
