//! What can be looked at from outside of everything a practice destination holds. What a destination does not have stays
//! empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a destination holds, oldest first, as its own answers show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// Of a destination that has them.
    #[serde(default)]
    pub companies: Vec<Value>,
    pub customers: Vec<Value>,
    pub streams: Vec<Value>,
    /// Events by the slug of their stream, as they were sent.
    pub usage: BTreeMap<String, Vec<Value>>,
    pub products: Vec<Value>,
    pub pricings: Vec<Value>,
    pub contracts: Vec<Value>,
}

/// How much a destination holds; cheap where [`Records`] is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    #[serde(default)]
    pub companies: usize,
    pub customers: usize,
    pub streams: usize,
    pub usage: BTreeMap<String, usize>,
    pub products: usize,
    pub pricings: usize,
    pub contracts: usize,
}
