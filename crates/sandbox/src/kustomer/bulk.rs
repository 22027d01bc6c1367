//! Jobs: many records in one request, done a while later, told apart by their references. kustomer.md section 9.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::{Granted, Refusal};
use super::record::{self, Stamp};
use super::store::{Kind, Store};
use crate::call::{Call, Ids};

/// How long a job waits before it is done. How long Kustomer takes is not known; what counts is that it takes a while.
const QUEUED: SignedDuration = SignedDuration::from_millis(100);

/// A job, and once it is done what came of it.
pub(super) struct Job {
    id: String,
    kind: Kind,
    creates: bool,
    items: Vec<Map<String, Value>>,
    begun: Timestamp,
    /// The seed of the ids it will give.
    seed: Uuid,
    results: Option<Vec<Value>>,
}

impl Job {
    fn due(&self) -> Timestamp {
        self.begun.saturating_add(QUEUED).unwrap_or(Timestamp::MAX)
    }

    fn shown(&self, now: Timestamp) -> Value {
        let half = self.begun.saturating_add(QUEUED / 2).unwrap_or(Timestamp::MAX);
        let status = match &self.results {
            Some(_) => "complete",
            None if now < half => "queued",
            None => "running",
        };
        let complete = i32::from(self.results.is_some());
        let attributes = json!({
            "status": status,
            "completed": self.results.is_some(),
            "context": self.kind.word(),
            "batches": { "complete": complete, "total": 1 },
            "createdAt": self.begun.to_string(),
        });
        json!({ "data": { "type": "bulk", "id": self.id, "attributes": attributes } })
    }
}

pub(super) fn create_customers(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    submit(store, call, Kind::Customer, true)
}

pub(super) fn update_customers(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    submit(store, call, Kind::Customer, false)
}

pub(super) fn create_companies(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    submit(store, call, Kind::Company, true)
}

pub(super) fn update_companies(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    submit(store, call, Kind::Company, false)
}

pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    find(store, call).map(|job| Granted::ok(job.shown(call.now)))
}

pub(super) fn batches(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let job = find(store, call)?;
    let Some(results) = &job.results else {
        return Ok(Granted::ok(json!({ "data": [{ "status": "queued", "objectIds": [], "completedAt": null }] })));
    };
    let refused = results.iter().filter(|result| result["status"] == "error").count();
    let ids: Vec<&Value> = results.iter().map(|result| &result["objectId"]).filter(|id| !id.is_null()).collect();
    let errors: Vec<&Value> = results.iter().map(|result| &result["error"]).filter(|error| !error.is_null()).collect();
    let referenced: Vec<&Value> = results.iter().filter(|result| !result["_clientRef"].is_null()).collect();
    let batch = json!({
        "status": "complete",
        "objectIds": ids,
        "successCount": results.len() - refused,
        "failureCount": refused,
        "completedAt": job.due().to_string(),
        "errors": errors,
        "results": referenced,
    });
    Ok(Granted::ok(json!({ "data": [batch] })))
}

/// Does the jobs that are due, in the order in which they came.
pub(super) fn settle(store: &mut Store, now: Timestamp) {
    for at in 0..store.jobs.len() {
        if store.jobs[at].results.is_some() || store.jobs[at].due() > now {
            continue;
        }
        let (kind, creates, due) = (store.jobs[at].kind, store.jobs[at].creates, store.jobs[at].due());
        let (items, ids) = (std::mem::take(&mut store.jobs[at].items), Ids::from(store.jobs[at].seed));
        let stamp = Stamp { now: due, ids: &ids };
        let results = items.iter().map(|item| done(store, kind, creates, item, &stamp)).collect();
        store.jobs[at].results = Some(results);
    }
}

fn done(store: &mut Store, kind: Kind, creates: bool, item: &Map<String, Value>, stamp: &Stamp<'_>) -> Value {
    let outcome = if creates {
        record::create(store, kind, item, stamp)
    } else {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        record::update(store, kind, id, item, stamp)
    };
    let mut result = match outcome {
        Ok(row) => json!({ "objectId": row["id"], "status": if creates { "created" } else { "updated" } }),
        Err(refusal) => json!({ "status": "error", "error": refusal.told() }),
    };
    if let Some(reference) = item.get("_clientRef") {
        result["_clientRef"] = reference.clone();
    }
    result
}

fn submit(store: &mut Store, call: &Call<'_>, kind: Kind, creates: bool) -> Result<Granted, Refusal> {
    if call.query("ids").is_some() {
        return Err(Refusal::bad_parameter("ids", "the practice destination takes a list of changes only"));
    }
    let items: Vec<Map<String, Value>> =
        call.body.as_array().into_iter().flatten().filter_map(Value::as_object).cloned().collect();
    check_references(&items)?;
    let id: String = call.new_id().simple().to_string().chars().take(24).collect();
    let job = Job { id, kind, creates, items, begun: call.now, seed: call.new_id(), results: None };
    let shown = job.shown(call.now);
    store.jobs.push(job);
    Ok(Granted::created(shown))
}

/// All items have one or none has, and no two the same. kustomer.md section 9, [D].
fn check_references(items: &[Map<String, Value>]) -> Result<(), Refusal> {
    let references: Vec<&str> = items.iter().filter_map(|item| item.get("_clientRef")?.as_str()).collect();
    let different: HashSet<&&str> = references.iter().collect();
    if (references.is_empty() || references.len() == items.len()) && different.len() == references.len() {
        Ok(())
    } else {
        Err(Refusal::bad_parameter("_clientRef", "must be on every item or on none, and differ"))
    }
}

fn find<'s>(store: &'s Store, call: &Call<'_>) -> Result<&'s Job, Refusal> {
    store.jobs.iter().find(|job| job.id == call.path("id")).ok_or_else(|| Refusal::not_found("id"))
}
