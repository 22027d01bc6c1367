//! One request that has passed the contract, as the operations read it.

use std::cell::Cell;
use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{contract::Operation, faults::Fault};

/// A request an operation may act on.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) path: &'a [(String, String)],
    pub(crate) query: &'a [(String, String)],
    /// Null when there is none.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) bytes: &'a [u8],
    pub(crate) idempotency_key: Option<&'a str>,
    /// The fault that will spoil the answer.
    pub(crate) fault: Option<Fault>,
    pub(crate) now: Timestamp,
    pub(crate) ids: Ids,
}

/// The ids that a call gives to what it makes. The same seed gives the same ones, so that a call can be acted on again.
pub(crate) struct Ids {
    seed: Uuid,
    given: Cell<u32>,
}

impl Ids {
    pub(crate) fn from(seed: Uuid) -> Self {
        Self { seed, given: Cell::new(0) }
    }

    pub(crate) fn next(&self) -> Uuid {
        let number = self.given.replace(self.given.get() + 1);
        let digest = Sha256::new().chain_update(self.seed).chain_update(number.to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Call<'_> {
    /// A path parameter; the route has it, or the contract would not have let the call pass.
    pub(crate) fn path(&self, name: &str) -> &str {
        find(self.path, name).unwrap_or_default()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        find(self.query, name)
    }

    pub(crate) fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The body with every member the contract declares, the absent ones null.
    pub(crate) fn complete_body(&self) -> Map<String, Value> {
        self.operation.complete(&self.body)
    }

    /// An id for what the call makes.
    pub(crate) fn new_id(&self) -> Uuid {
        self.ids.next()
    }

    /// The moment of the call as answers write it.
    pub(crate) fn stamp(&self) -> Value {
        self.now.to_string().into()
    }

    /// Tells two requests apart that claim to be the same.
    pub(crate) fn digest(&self) -> String {
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
