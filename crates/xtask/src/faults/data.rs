//! The records that are sent: clean, so that each of them has to arrive, and each with a key of its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::trouble::Trouble;

const CUSTOMERS: u64 = 10_000;
const EVENTS: u64 = 200_000;
const CONTRACTS: u64 = 5_000;
const PRODUCTS: u64 = 20;
/// Events in one request.
const BATCH: u64 = 200;

pub(super) struct Data {
    pub(super) customers: u64,
    pub(super) events: u64,
    pub(super) contracts: u64,
    folder: PathBuf,
}

impl Data {
    /// The full number of records, divided.
    pub(super) fn write(folder: &Path, divided_by: u64) -> Result<Self, Trouble> {
        let data = Self {
            customers: CUSTOMERS / divided_by,
            events: EVENTS / divided_by,
            contracts: CONTRACTS / divided_by,
            folder: folder.to_owned(),
        };
        data.file("customers", "Customer Number,Name,E-mail", data.customers, |row| {
            let key = customer(row);
            format!("{key},Works {row} Ltd,accounts@{key}.example")
        })?;
        data.file("usage", "Event ID,Account No,Time,Quantity", data.events, |row| {
            let (minute, second) = (row / 60 % 60, row % 60);
            let customer = customer(row * 7919 % data.customers);
            let day = 1 + row / 3600 % 28;
            format!("{},{customer},2026-03-{day:02}T10:{minute:02}:{second:02}Z,{}.25", event(row), row % 900)
        })?;
        let header = "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period";
        data.file("contracts", header, data.contracts, |row| {
            let customer = customer(row * 31 % data.customers);
            let product = row % PRODUCTS;
            format!("{},{customer},Service {product},EUR,2026-01-01,2026-12-31,{}.50,P1M", contract(row), 100 + product)
        })?;
        Ok(data)
    }

    pub(super) fn path(&self, dataset: &str) -> PathBuf {
        self.folder.join(format!("{dataset}.csv"))
    }

    /// How many requests it takes if nothing goes wrong.
    pub(super) fn requests(&self) -> u64 {
        self.customers + self.events / BATCH + self.contracts
    }

    /// The keys that have to be at the destination, once each.
    pub(super) fn keys(&self, dataset: &str) -> Vec<String> {
        match dataset {
            "customers" => (0..self.customers).map(customer).collect(),
            "usage" => (0..self.events).map(event).collect(),
            _ => (0..self.contracts).map(contract).collect(),
        }
    }

    fn file(&self, name: &str, header: &str, rows: u64, line: impl Fn(u64) -> String) -> Result<(), Trouble> {
        let path = self.path(name);
        let write = || {
            let mut out = BufWriter::new(File::create(&path)?);
            writeln!(out, "{header}")?;
            (0..rows).try_for_each(|row| writeln!(out, "{}", line(row)))?;
            out.flush()
        };
        write().map_err(Trouble::file("write", &path))
    }
}

/// How many requests such counts were worth.
pub(super) fn requests(customers: u64, events: u64, contracts: u64) -> u64 {
    customers + events / BATCH + contracts
}

fn customer(row: u64) -> String {
    format!("c{row:06}")
}

fn event(row: u64) -> String {
    format!("ev-{row:08}")
}

fn contract(row: u64) -> String {
    format!("K-{row:06}")
}
