//! Everything the practice Zenskar holds, in memory, and what of it can be looked at from outside.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::{contracts, events::Stream, idempotency::Receipts};
use crate::records::{Counts, Records};
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
            companies: Vec::new(),
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
            companies: 0,
            customers: self.customers.len(),
            streams: self.streams.len(),
            usage: self.events.iter().map(|(slug, stream)| (slug.clone(), stream.len())).collect(),
            products: self.products.len(),
            pricings: self.pricings.len(),
            contracts: self.contracts.len(),
        }
    }
}
