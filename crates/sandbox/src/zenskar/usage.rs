//! Usage streams and what is sent into them. zenskar.md section 3.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Problem, Refusal, body_problem, refuse_any},
    events::{Kind, Misfit, Stream},
    idempotency,
    list::list_plain,
    store::Store,
};
use crate::call::Call;
use crate::faults::Fault;

pub(super) fn list_streams(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    list_plain(&store.streams, call)
}

pub(super) fn get_stream(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    store.streams.get(call.path("raw_metric_id")).cloned().ok_or_else(|| Refusal::not_found("Usage event"))
}

/// An unknown slug is no error: 200 and null. zenskar.md section 3, [V].
#[expect(clippy::unnecessary_wraps, reason = "every operation has the form of a handler")]
pub(super) fn get_stream_by_slug(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let slug = call.path("api_slug");
    let stream = store.streams.with("api_slug", slug).find(|stream| stream["api_slug"] == slug);
    Ok(stream.cloned().unwrap_or_default())
}

pub(super) fn create_stream(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut stream = call.complete_body();
    let columns = columns(&stream["dataschema"]["data"])?;
    // The only sort column that works. zenskar.md section 3, [V].
    if ![json!(null), json!(["timestamp"])].contains(&stream["column_order"]) {
        let message = "only [\"timestamp\"] is accepted";
        return Err(Refusal::problems([body_problem(vec![json!("column_order")], message, "value_error")]));
    }
    let slug = stream["api_slug"].as_str().unwrap_or_default().to_owned();
    if store.events.contains_key(&slug) {
        return Err(Refusal::new(StatusCode::CONFLICT, "A usage event with this api_slug already exists"));
    }
    for (member, default) in [("column_order", json!(["timestamp"])), ("api_type", json!("PUSH"))] {
        if stream[member].is_null() {
            stream[member] = default;
        }
    }
    let system = [("id", json!(call.new_id())), ("status", json!("active")), ("created_at", call.stamp())];
    stream.extend(system.map(|(member, value)| (member.to_owned(), value)));
    let stream = Value::Object(stream);
    store.streams.put(stream.clone());
    store.events.insert(slug, Stream::new(columns));
    Ok(stream)
}

/// One event or up to 500, all or nothing: whether a part would be taken is not documented. [A]
pub(super) fn ingest(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let Some(key) = idempotency::key(call)? else { return append(store, call) };
    let request = call.digest();
    if let Some(outcome) = store.receipts.replay(key, &request, call.now) {
        return outcome;
    }
    // A refusal wrote nothing and is not kept: the mended request may use the key again.
    let written = append(store, call)?;
    // The first run's status and body are what is replayed, so a failure that struck after the write is, too.
    let outcome = if call.fault == Some(Fault::ErrorAfter) { Err(Refusal::server_error()) } else { Ok(written) };
    store.receipts.keep(key, request, call.now, outcome.clone());
    outcome
}

fn append(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let stream = store.events.get_mut(call.path("api_slug")).ok_or_else(|| Refusal::not_found("Usage event"))?;
    let rows = match &call.body {
        Value::Array(events) => {
            let rows = events
                .iter()
                .enumerate()
                .map(|(at, event)| stream.fit(event).map_err(|misfit| Refusal::problems([problem(Some(at), misfit)])));
            rows.collect::<Result<Vec<_>, _>>()?
        }
        event => vec![stream.fit(event).map_err(|misfit| Refusal::problems([problem(None, misfit)]))?],
    };
    let accepted = rows.len();
    stream.append(rows);
    // The answer's body is not published. [A]
    Ok(json!({ "status": "success", "accepted": accepted }))
}

fn problem(at: Option<usize>, misfit: Misfit) -> Problem {
    let position = at.map(|at| json!(at)).into_iter();
    let steps = position.chain(misfit.steps.into_iter().map(Value::from)).collect();
    body_problem(steps, misfit.message, "value_error")
}

/// The declared columns; a name the system uses itself, or a type in a type it does not know, is refused. [A]
fn columns(data: &Value) -> Result<Vec<(String, Kind)>, Refusal> {
    let mut columns = Vec::new();
    let mut problems = Vec::new();
    for (name, kind) in data.as_object().into_iter().flatten() {
        match Kind::parse(kind.as_str().unwrap_or_default()) {
            Some(kind) if !["customer_id", "timestamp"].contains(&name.as_str()) => columns.push((name.clone(), kind)),
            _ => problems.push(column_problem(name)),
        }
    }
    refuse_any(problems).map(|()| columns)
}

fn column_problem(name: &str) -> Problem {
    body_problem(vec![json!("dataschema"), json!("data"), json!(name)], "is not a usable column", "value_error")
}
