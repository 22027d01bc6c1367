//! One request that has passed the contract, as the operations read it.

use std::cell::Cell;
use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{contract::Operation, faults::Fault};

/// A request an operation may act on.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    pub(super) path: &'a [(String, String)],
    pub(super) query: &'a [(String, String)],
    /// Null when there is none.
    pub(super) body: Value,
    /// The body as it came.
    pub(super) bytes: &'a [u8],
    pub(super) idempotency_key: Option<&'a str>,
    /// The fault that will spoil the answer.
    pub(super) fault: Option<Fault>,
    pub(super) now: Timestamp,
    pub(super) ids: Ids,
}

/// The ids that a call gives to what it makes. The same seed gives the same ones, so that a call can be acted on again.
pub(super) struct Ids {
    seed: Uuid,
    given: Cell<u32>,
}

impl Ids {
    pub(super) fn from(seed: Uuid) -> Self {
        Self { seed, given: Cell::new(0) }
    }

    fn next(&self) -> Uuid {
        let number = self.given.replace(self.given.get() + 1);
        let digest = Sha256::new().chain_update(self.seed).chain_update(number.to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Call<'_> {
    /// A path parameter; the route has it, or the contract would not have let the call pass.
    pub(super) fn path(&self, name: &str) -> &str {
        find(self.path, name).unwrap_or_default()
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        find(self.query, name)
    }

    pub(super) fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The body with every member the contract declares, the absent ones null.
    pub(super) fn complete_body(&self) -> Map<String, Value> {
        self.operation.complete(&self.body)
    }

    /// An id for what the call makes.
    pub(super) fn new_id(&self) -> Uuid {
        self.ids.next()
    }

    /// The moment of the call as answers write it.
    pub(super) fn stamp(&self) -> Value {
        self.now.to_string().into()
    }

    /// Tells two requests apart that claim to be the same.
    pub(super) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        self.path.iter().for_each(|(_, text)| digest.update(text));
        digest.update([0]);
        digest.update(self.bytes);
        digest.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            write!(hex, "{byte:02x}").ok();
            hex
        })
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
}
