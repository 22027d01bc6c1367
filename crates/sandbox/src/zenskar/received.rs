//! A request that the contract lets pass, as the journal has it: acted on once when it comes, and again whenever the practice
//! destination is started on its journal.

use axum::http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::call::{Call, Ids};
use crate::contract::Operation;
use crate::faults::Fault;

/// Asks by POST and changes nothing.
const ONLY_READS: [&str; 1] = ["previewUsageRows"];

/// Everything on which the outcome depends, the time and the ids it gives included.
#[derive(Serialize, Deserialize)]
pub(super) struct Received {
    pub(super) at: Timestamp,
    /// Whose it was. A file of this name may have belonged to another organisation before.
    pub(super) organisation: Uuid,
    /// The seed of the ids.
    pub(super) ids: Uuid,
    pub(super) method: String,
    /// As the contract writes it, with the names of its parameters.
    pub(super) route: String,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) idempotency_key: Option<String>,
    /// The fault that spoiled the answer.
    pub(super) fault: Option<Fault>,
}

impl Received {
    /// Whether it may change what is held.
    pub(super) fn writes(&self, operation: &Operation) -> bool {
        self.method != Method::GET.as_str() && !ONLY_READS.contains(&operation.id())
    }

    /// As the operations read it. `body` is the one that came, as JSON.
    pub(super) fn call<'a>(&'a self, operation: &'a Operation, body: Option<Value>) -> Call<'a> {
        Call {
            operation,
            path: &self.path,
            query: &self.query,
            body: operation.keep_declared(body.unwrap_or_default()),
            bytes: self.body.as_bytes(),
            idempotency_key: self.idempotency_key.as_deref(),
            fault: self.fault,
            now: self.at,
            ids: Ids::from(self.ids),
        }
    }
}
