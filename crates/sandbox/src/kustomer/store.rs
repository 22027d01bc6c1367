//! Everything the practice Kustomer holds, in memory, and what of it can be looked at from outside.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::bulk::Job;
use crate::records::{Counts, Records};
use crate::shelf::Shelf;

/// The two kinds of records it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Company,
    Customer,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Customer => "customer",
        }
    }

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Customer => "customers",
        }
    }
}

/// The state of one organisation. Records are flat, with `company` as an id, as they are written.
pub(super) struct Store {
    pub(super) companies: Shelf,
    pub(super) customers: Shelf,
    /// Which customer has which identifier: the list it stands in, and its folded text.
    pub(super) identifiers: HashMap<(&'static str, String), String>,
    /// Custom attributes by resource and name.
    pub(super) metadata: BTreeMap<String, Map<String, Value>>,
    /// In the order in which they came.
    pub(super) jobs: Vec<Job>,
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            companies: Shelf::new(&["externalId", "name"]),
            customers: Shelf::new(&["company"]),
            identifiers: HashMap::new(),
            metadata: BTreeMap::new(),
            jobs: Vec::new(),
        }
    }

    pub(super) fn shelf(&self, kind: Kind) -> &Shelf {
        match kind {
            Kind::Company => &self.companies,
            Kind::Customer => &self.customers,
        }
    }

    pub(super) fn records(&self) -> Records {
        let all = |shelf: &Shelf| shelf.iter().map(|(_, row)| row.clone()).collect();
        Records { companies: all(&self.companies), customers: all(&self.customers), ..Records::default() }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { companies: self.companies.len(), customers: self.customers.len(), ..Counts::default() }
    }
}
