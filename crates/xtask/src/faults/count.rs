//! What is at the destination in the end, record by record, and what the ledger says of it.

use std::collections::HashMap;

use serde_json::Value;

use super::data::{Data, Dataset, To};
use super::program::Program;
use super::server::Server;
use crate::trouble::Trouble;

/// One dataset, in records.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) dataset: &'static str,
    pub(super) expected: u64,
    pub(super) present: u64,
    pub(super) doubled: u64,
    pub(super) lost: u64,
    /// There, and sent by nobody.
    pub(super) foreign: u64,
    /// Rows that the ledger says are loaded, and rows that were read back and are as they were sent.
    pub(super) loaded: u64,
    pub(super) read_back: u64,
}

pub(super) struct Counted {
    pub(super) lines: Vec<Line>,
    pub(super) closed: bool,
}

impl Counted {
    /// Each record once, and everybody agrees about it.
    pub(super) fn is_exact(&self) -> bool {
        let exact = |line: &Line| {
            (line.doubled, line.lost, line.foreign) == (0, 0, 0)
                && [line.present, line.loaded, line.read_back].iter().all(|count| *count == line.expected)
        };
        self.closed && self.lines.iter().all(exact)
    }
}

pub(super) fn count(program: &Program, server: &Server, data: &Data) -> Result<Counted, Trouble> {
    let (records, report) = (server.records()?, program.report()?);
    let line = |dataset: &Dataset| {
        let name = dataset.name;
        let tied = report["tie_out"].as_array().into_iter().flatten().find(|line| line["dataset"] == name);
        let rows = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default();
        Line {
            loaded: rows(tied.map(|line| &line["loaded"])),
            read_back: rows(report["read_back"].get(name).map(|seen| &seen["agree"])),
            ..compare(name, &dataset.keys(), &held(&records, data.to, name))
        }
    };
    Ok(Counted { lines: data.datasets.iter().map(line).collect(), closed: report["closed"] == true })
}

/// The keys of what is there, as often as they are there.
fn held(records: &Value, to: To, dataset: &str) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let keys: Vec<Value> = match (to, dataset) {
        (To::Kustomer, _) => list(&records[dataset]).iter().map(|one| one["externalId"].clone()).collect(),
        (To::Zenskar, "customers") => list(&records[dataset]).iter().map(|one| one["external_id"].clone()).collect(),
        (To::Zenskar, "contracts") => {
            list(&records[dataset]).iter().map(|one| one["source"]["source_id"].clone()).collect()
        }
        _ => {
            let streams = records["usage"].as_object().into_iter().flatten();
            streams.flat_map(|(_, events)| list(events)).map(|event| event["data"]["event_id"].clone()).collect()
        }
    };
    keys.iter().map(|key| key.as_str().unwrap_or_default().to_owned()).collect()
}

fn compare(dataset: &'static str, expected: &[String], held: &[String]) -> Line {
    let mut times: HashMap<&str, u64> = HashMap::new();
    for key in held {
        *times.entry(key).or_default() += 1;
    }
    let mut line = Line {
        dataset,
        expected: expected.len() as u64,
        present: held.len() as u64,
        doubled: 0,
        lost: 0,
        foreign: 0,
        loaded: 0,
        read_back: 0,
    };
    for key in expected {
        match times.remove(key.as_str()) {
            None => line.lost += 1,
            Some(count) => line.doubled += count - 1,
        }
    }
    line.foreign = times.values().sum();
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_twice_there_or_not_ours_is_counted() {
        let keys = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let line = compare("customers", &keys("a b c d"), &keys("d b x b b"));
        assert_eq!((line.expected, line.present), (4, 5));
        assert_eq!((line.doubled, line.lost, line.foreign), (2, 2, 1));
    }
}
