//! Records as Zenskar wants them: one file per kind of record, and here what they share.
//!
//! Pure: the same records give the same bytes, whatever the clock says. Says nothing about what is in Zenskar already.

pub(super) mod catalogue;
pub(super) mod contracts;
pub(super) mod customers;
pub(super) mod usage;

use std::collections::HashMap;
use std::hash::Hash;

use crate::destination::record::{json, midnight, number_json, post, put};
use crate::destination::{Encoded, Known, Record, Records};

use super::config::Config;

/// What has to go in for each dataset, in order (zenskar.md section 9).
pub(super) fn stages(dataset: &str) -> &'static [&'static str] {
    match dataset {
        "customers" => &["customers"],
        "usage" => &["streams", "usage"],
        "contracts" => &["products", "prices", "contracts"],
        _ => &[],
    }
}

pub(super) fn encode(stage: &str, records: &Records<'_>, known: &Known, config: &Config) -> Vec<Encoded> {
    match stage {
        "customers" => records.rows.iter().map(customers::encode).collect(),
        "streams" => usage::streams(records),
        "usage" => usage::batches(records, config),
        "products" => catalogue::products(records),
        "prices" => catalogue::prices(records, known),
        "contracts" => contracts::encode(records, known, config),
        _ => Vec::new(),
    }
}

/// Rows by a key, in the order of their first appearance.
fn grouped<'r, 'a: 'r, K: Clone + Eq + Hash>(
    rows: impl IntoIterator<Item = &'r Record<'a>>,
    key: impl Fn(&'r Record<'a>) -> K,
) -> Vec<(K, Vec<&'r Record<'a>>)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<(K, Vec<&Record<'_>>)> = Vec::new();
    for row in rows {
        let key = key(row);
        let place = *places.entry(key.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((key, Vec::new()));
        }
        groups[place].1.push(row);
    }
    groups
}

fn numbers(rows: &[&Record<'_>]) -> Vec<i64> {
    rows.iter().map(|record| record.row).collect()
}

#[cfg(test)]
pub(super) mod testing {
    pub(in super::super) use crate::destination::record::testing::{
        date, decimal, fields, instant, ready, record, text,
    };

    use super::Config;

    pub(in super::super) fn config() -> Config {
        Config {
            organisation: uuid::Uuid::from_u128(1),
            migration: uuid::Uuid::from_u128(2),
            environment: crate::settings::connection::Environment::Practice,
            batch_size: 200,
        }
    }
}
