//! A request that the contract lets pass, as the journal has it: acted on once when it comes, and again whenever the practice
//! destination is started on its journal.

use axum::http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::call::{Call, Ids};
use crate::contract::Operation;
use crate::faults::Fault;

/// Everything on which the outcome depends, the time and the ids it gives included.
#[derive(Serialize, Deserialize)]
pub(crate) struct Received {
    pub(crate) at: Timestamp,
    /// Whose it was. A file of this name may have belonged to another organisation before.
    pub(crate) organisation: Uuid,
    /// The seed of the ids.
    pub(crate) ids: Uuid,
    pub(crate) method: String,
    /// As the contract writes it, with the names of its parameters.
    pub(crate) route: String,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) idempotency_key: Option<String>,
    /// The fault that spoiled the answer.
    pub(crate) fault: Option<Fault>,
}

impl Received {
    /// Whether it may change what is held. `only_reads`: operations that ask by POST.
    pub(crate) fn writes(&self, operation: &Operation, only_reads: &[&str]) -> bool {
        self.method != Method::GET.as_str() && !only_reads.contains(&operation.id())
    }

    /// As the operations read it. `body` is the one that came, as JSON.
    pub(crate) fn call<'a>(&'a self, operation: &'a Operation, body: Option<Value>) -> Call<'a> {
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
