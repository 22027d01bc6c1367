//! Everything the practice Zenskar holds, in memory, and what of it can be looked at from outside.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{contracts, events::Stream, idempotency::Receipts};
use crate::shelf::Shelf;

/// The state of one organisation.
pub(super) struct Store {
    pub(super) customers: Shelf,
    pub(super) streams: Shelf,
    /// By slug.
    pub(super) events: BTreeMap<String, Stream>,
    pub(super) products: Shelf,
    pub(super) pricings: Shelf,
    /// The pricing that has this product and content, for `return_existing`.
    pub(super) pricing_by_content: HashMap<String, String>,
    pub(super) contracts: Shelf,
    pub(super) receipts: Receipts,
}

/// What a destination holds, oldest first, as its own answers show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
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
    pub customers: usize,
    pub streams: usize,
    pub usage: BTreeMap<String, usize>,
    pub products: usize,
    pub pricings: usize,
    pub contracts: usize,
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            customers: Shelf::new(&["external_id", "email"]),
            streams: Shelf::new(&["api_slug"]),
            events: BTreeMap::new(),
            products: Shelf::new(&[]),
            pricings: Shelf::new(&["product_id"]),
            pricing_by_content: HashMap::new(),
            contracts: Shelf::new(&["customer_id", "name"]),
            receipts: Receipts::default(),
        }
    }

    pub(super) fn records(&self, now: Timestamp) -> Records {
        let all = |shelf: &Shelf| shelf.iter().map(|(_, row)| row.clone()).collect();
        Records {
            customers: all(&self.customers),
            streams: all(&self.streams),
            usage: self.events.iter().map(|(slug, stream)| (slug.clone(), stream.events().collect())).collect(),
            products: all(&self.products),
            pricings: all(&self.pricings),
            contracts: self.contracts.iter().map(|(_, row)| contracts::present(row, now).into_owned()).collect(),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            customers: self.customers.len(),
            streams: self.streams.len(),
            usage: self.events.iter().map(|(slug, stream)| (slug.clone(), stream.len())).collect(),
            products: self.products.len(),
            pricings: self.pricings.len(),
            contracts: self.contracts.len(),
        }
    }
}
