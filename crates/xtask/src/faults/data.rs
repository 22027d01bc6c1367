//! The records that are sent: clean, so that each of them has to arrive, and each with a key of its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::trouble::Trouble;

/// Events in one request to Zenskar, and records in one to Kustomer.
const BATCH: u64 = 200;
const TOGETHER: u64 = 100;
const PRODUCTS: u64 = 20;

/// The destinations that are sent to, by the names the command line knows them by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum To {
    #[default]
    Zenskar,
    Kustomer,
}

/// One dataset: how much of it is sent, and what its file looks like.
pub(super) struct Dataset {
    pub(super) name: &'static str,
    /// What its records are called.
    pub(super) told: &'static str,
    pub(super) count: u64,
    /// Records that travel in one request.
    together: u64,
    header: &'static str,
    line: fn(row: u64, all: &dyn Fn(&str) -> u64) -> String,
    key: fn(row: u64) -> String,
}

pub(super) struct Data {
    pub(super) to: To,
    pub(super) datasets: Vec<Dataset>,
    folder: PathBuf,
}

impl To {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zenskar => "zenskar",
            Self::Kustomer => "kustomer",
        }
    }

    /// In the order in which they are sent.
    fn datasets(self) -> Vec<Dataset> {
        match self {
            Self::Zenskar => vec![
                Dataset {
                    name: "customers",
                    told: "customers",
                    count: 10_000,
                    together: 1,
                    header: "Customer Number,Name,E-mail",
                    line: |row, _| format!("{0},Works {row} Ltd,accounts@{0}.example", customer(row)),
                    key: customer,
                },
                Dataset {
                    name: "usage",
                    told: "usage events",
                    count: 200_000,
                    together: BATCH,
                    header: "Event ID,Account No,Time,Quantity",
                    line: |row, all| {
                        let (day, minute, second) = (1 + row / 3600 % 28, row / 60 % 60, row % 60);
                        let customer = customer(row * 7919 % all("customers"));
                        let time = format!("2026-03-{day:02}T10:{minute:02}:{second:02}Z");
                        format!("{},{customer},{time},{}.25", event(row), row % 900)
                    },
                    key: event,
                },
                Dataset {
                    name: "contracts",
                    told: "contracts",
                    count: 5_000,
                    together: 1,
                    header: "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period",
                    line: |row, all| {
                        let (customer, product) = (customer(row * 31 % all("customers")), row % PRODUCTS);
                        let price = 100 + product;
                        let term = "EUR,2026-01-01,2026-12-31";
                        format!("{},{customer},Service {product},{term},{price}.50,P1M", contract(row))
                    },
                    key: contract,
                },
            ],
            Self::Kustomer => vec![
                Dataset {
                    name: "companies",
                    told: "companies",
                    count: 2_000,
                    together: TOGETHER,
                    header: "Company ID,Company Name",
                    line: |row, _| format!("{},Works {row} Ltd", company(row)),
                    key: company,
                },
                Dataset {
                    name: "customers",
                    told: "customers",
                    count: 20_000,
                    together: TOGETHER,
                    header: "Customer ID,Name,E-mail,Company ID",
                    line: |row, all| {
                        let company = company(row * 31 % all("companies"));
                        format!("{0},Maren {row},maren@{0}.example,{company}", customer(row))
                    },
                    key: customer,
                },
            ],
        }
    }
}

impl Data {
    /// The full number of records, divided.
    pub(super) fn write(to: To, folder: &Path, divided_by: u64) -> Result<Self, Trouble> {
        let mut datasets = to.datasets();
        for dataset in &mut datasets {
            dataset.count /= divided_by;
        }
        let data = Self { to, datasets, folder: folder.to_owned() };
        let all =
            |name: &str| data.datasets.iter().find(|dataset| dataset.name == name).map_or(1, |dataset| dataset.count);
        for dataset in &data.datasets {
            data.file(dataset, &all)?;
        }
        Ok(data)
    }

    pub(super) fn path(&self, dataset: &Dataset) -> PathBuf {
        self.folder.join(format!("{}.csv", dataset.name))
    }

    /// How many requests it takes if nothing goes wrong.
    pub(super) fn requests(&self) -> u64 {
        self.requests_for(|dataset| dataset.count)
    }

    /// How many requests so many records of each dataset are worth.
    pub(super) fn requests_for(&self, records: impl Fn(&Dataset) -> u64) -> u64 {
        self.datasets.iter().map(|dataset| records(dataset) / dataset.together).sum()
    }

    fn file(&self, dataset: &Dataset, all: &dyn Fn(&str) -> u64) -> Result<(), Trouble> {
        let path = self.path(dataset);
        let write = || {
            let mut out = BufWriter::new(File::create(&path)?);
            writeln!(out, "{}", dataset.header)?;
            (0..dataset.count).try_for_each(|row| writeln!(out, "{}", (dataset.line)(row, all)))?;
            out.flush()
        };
        write().map_err(Trouble::file("write", &path))
    }
}

impl Dataset {
    /// The keys that have to be at the destination, once each.
    pub(super) fn keys(&self) -> Vec<String> {
        (0..self.count).map(self.key).collect()
    }
}

fn customer(row: u64) -> String {
    format!("c{row:06}")
}

fn company(row: u64) -> String {
    format!("co-{row:05}")
}

fn event(row: u64) -> String {
    format!("ev-{row:08}")
}

fn contract(row: u64) -> String {
    format!("K-{row:06}")
}
