//! The doors beside the destination's own: looking at what it holds, at what it was asked and what went wrong, setting
//! the faults, and putting its clock forward.
//!
//! They need no key and meet no fault, and they lie under `/_practice`, where no billing system has a path.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, put},
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    clock::Clock,
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
    pub(crate) clock: Arc<Clock>,
}

pub(crate) fn router(practice: Practice) -> Router {
    Router::new()
        .route("/_practice/records", get(records))
        .route("/_practice/counts", get(counts))
        .route("/_practice/log", get(log))
        .route("/_practice/faults", get(met).put(faults))
        .route("/_practice/clock", put(clock))
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

/// How often each fault struck so far.
async fn met(State(practice): State<Practice>) -> Json<BTreeMap<String, u64>> {
    Json(practice.gate.met())
}

/// The body is a number of seconds.
async fn clock(State(practice): State<Practice>, text: String) -> Response {
    match text.trim().parse() {
        Ok(seconds) => {
            practice.clock.advance(SignedDuration::from_secs(seconds));
            text.into_response()
        }
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": "whole seconds" }))).into_response(),
    }
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
