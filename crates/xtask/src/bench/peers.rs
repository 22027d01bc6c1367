//! What Carryover is measured against: two scripts on Python packages, and loops in this very program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use calamine::{Reader, Xlsx, open_workbook};
use clap::Subcommand;
use reqwest::Client;
use serde_json::{Value, json};

use super::data::Planted;
use super::destination::{KEY, ORGANISATION};
use super::measure::{Run, timed};
use super::product::{agree, json as parse};
use crate::python;
use crate::trouble::Trouble;
use crate::workspace::root;

/// Requests under way at the same time.
const CONCURRENCY: usize = 4;
const EVENTS_PER_BATCH: usize = 200;

/// A loop that is run as a command of its own, so that it is measured as one.
#[derive(Subcommand)]
pub(crate) enum Loop {
    /// Reads every cell of the first sheet
    Workbook { file: PathBuf },
    /// Splits a file into records
    Records { file: PathBuf },
    /// Sends every row of a usage file as an event
    PostEvents { url: String, file: PathBuf },
    /// Sends every row of a file of customers as one
    PostCustomers { url: String, file: PathBuf },
}

/// A script and the folder of the package it needs.
pub(super) struct Script {
    path: PathBuf,
    modules: PathBuf,
}

pub(super) fn duckdb(folder: &Path) -> Result<Script, Trouble> {
    script("duckdb_check.py", "duckdb==2.0.0", folder)
}

pub(super) fn polars(folder: &Path) -> Result<Script, Trouble> {
    script("polars_check.py", "polars==2.1.0", folder)
}

fn script(name: &str, package: &str, folder: &Path) -> Result<Script, Trouble> {
    let path = root().join("crates/xtask/src/bench/peers").join(name);
    Ok(Script { path, modules: python::package(package, folder)? })
}

impl Script {
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", &self.modules).arg(&self.path);
        command
    }
}

/// Times a script that prints how often each rule is broken, and makes sure that it found what is there.
pub(super) fn peer_check(command: &Command, planted: Planted) -> Result<Run, Trouble> {
    let (run, printed) = timed(command)?;
    let answer = parse(command, &printed)?;
    let count = |rule: &str| answer[rule].as_u64().unwrap_or_default();
    let found = Planted {
        kind: count("type"),
        required: count("required"),
        reference: count("reference"),
        unique: count("unique"),
        range: count("range"),
    };
    agree(command, found, planted)?;
    Ok(run)
}

/// This program again, as one of its loops.
pub(super) fn own_loop(name: &str) -> Result<Command, Trouble> {
    let mut command = Command::new(std::env::current_exe().map_err(Trouble::file("find", "xtask"))?);
    command.args(["loop", name]);
    Ok(command)
}

pub(crate) fn run_loop(kind: &Loop) -> Result<(), Trouble> {
    let done = match kind {
        Loop::Workbook { file } => read_cells(file).map_err(|fault| fault.to_string()),
        Loop::Records { file } => split(file).map_err(|fault| fault.to_string()),
        Loop::PostEvents { url, file } => post_events(url, file).map_err(|fault| fault.to_string()),
        Loop::PostCustomers { url, file } => post_customers(url, file).map_err(|fault| fault.to_string()),
    };
    println!("{}", done.map_err(Trouble::Measure)?);
    Ok(())
}

/// The number of cells with something in them.
fn read_cells(file: &Path) -> Result<usize, calamine::XlsxError> {
    let mut workbook: Xlsx<_> = open_workbook(file)?;
    let sheet = workbook.sheet_names().first().cloned().unwrap_or_default();
    let mut cells = workbook.worksheet_cells_reader(&sheet)?;
    let mut count = 0;
    while cells.next_cell()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// The number of records in a file of comma-separated values.
fn split(file: &Path) -> Result<usize, csv::Error> {
    let mut reader = csv::Reader::from_path(file)?;
    let mut record = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut record)? {
        count += 1;
    }
    Ok(count)
}

/// The number of batches sent.
fn post_events(url: &str, file: &Path) -> Result<usize, Failed> {
    let batches = batches(&std::fs::read_to_string(file)?)?;
    let stream = Some(("/rawmetric", stream().to_string()));
    post_all(Calls { url, version: "20240301", first: stream, path: "/usage/usage", bodies: batches })
}

/// The number of customers sent.
fn post_customers(url: &str, file: &Path) -> Result<usize, Failed> {
    let bodies = std::fs::read_to_string(file)?.lines().skip(1).map(customer).collect();
    post_all(Calls { url, version: "20230501", first: None, path: "/customers", bodies })
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What is posted: at first something else, then every body to one path.
struct Calls<'a> {
    url: &'a str,
    version: &'static str,
    first: Option<(&'a str, String)>,
    path: &'a str,
    bodies: Vec<String>,
}

fn post_all(calls: Calls<'_>) -> Result<usize, Failed> {
    // An error only says that another provider was first, which cannot be here.
    _ = rustls::crypto::ring::default_provider().install_default();
    let Calls { url, version, first, path, bodies } = calls;
    let bodies = Arc::new(bodies);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let client = Client::new();
        if let Some((path, body)) = first {
            post(&client, &format!("{url}{path}"), version, body).await?;
        }
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..CONCURRENCY {
            let (client, next, bodies) = (client.clone(), Arc::clone(&next), Arc::clone(&bodies));
            let url = format!("{url}{path}");
            workers.spawn(async move {
                while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                    post(&client, &url, version, body.clone()).await?;
                }
                Ok::<_, reqwest::Error>(())
            });
        }
        while let Some(worker) = workers.join_next().await {
            worker??;
        }
        Ok(bodies.len())
    })
}

async fn post(client: &Client, url: &str, version: &str, body: String) -> Result<(), reqwest::Error> {
    let request = client.post(url).header("x-api-key", KEY).header("organisation", ORGANISATION);
    let request = request.header("apiversion", version).header("content-type", "application/json");
    request.body(body).send().await?.error_for_status()?.bytes().await?;
    Ok(())
}

/// A row of account, company and e-mail address as Carryover sends it.
fn customer(line: &str) -> String {
    let cells: Vec<&str> = line.split(',').collect();
    let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
    let body = json!({
        "external_id": cell(0),
        "customer_name": cell(1),
        "email": cell(2),
        "communications_enabled": false,
        "auto_charge_enabled": false,
    });
    body.to_string()
}

/// The stream as Carryover would define it for these columns.
fn stream() -> Value {
    let data = json!({"event_id": "String", "quantity": "Decimal", "gb_stored": "Decimal", "region": "String"});
    json!({
        "name": "usage",
        "api_slug": "usage",
        "dataschema": {"customer_id": "String", "timestamp": "DateTime64", "data": data},
        "column_order": ["timestamp"],
        "connector": "push_to_zenskar",
        "api_type": "PUSH",
    })
}

/// The bodies that are sent: rows of the file as events, in arrays.
fn batches(text: &str) -> serde_json::Result<Vec<String>> {
    let events = text.lines().skip(1).map(event).collect::<serde_json::Result<Vec<Value>>>()?;
    events.chunks(EVENTS_PER_BATCH).map(serde_json::to_string).collect()
}

/// The file is our own: no cell of it holds a comma or a quote.
fn event(line: &str) -> serde_json::Result<Value> {
    let cells: Vec<&str> = line.split(',').collect();
    let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
    // A number of JSON as it stands in the file, digit by digit.
    let number = |index| serde_json::from_str::<Value>(cell(index));
    let data = json!({"event_id": cell(5), "quantity": number(2)?, "gb_stored": number(3)?, "region": cell(4)});
    Ok(json!({"customer_id": cell(0), "timestamp": cell(1), "data": data}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_an_event_with_its_digits_unchanged() {
        let text = "header\nC0000001,2026-03-04T05:06:07Z,12,0.500,eu-west-1,ev-1\n";
        let expected = concat!(
            r#"[{"customer_id":"C0000001","timestamp":"2026-03-04T05:06:07Z","data":{"event_id":"ev-1","#,
            r#""quantity":12,"gb_stored":0.500,"region":"eu-west-1"}}]"#
        );
        assert_eq!(batches(text).expect("every cell is a value"), [expected]);
    }

    #[test]
    fn batches_hold_all_rows_in_order() {
        let line = |number: usize| format!("C1,2026-03-04T05:06:07Z,{number},1,eu,ev-{number}\n");
        let text: String = std::iter::once("header\n".to_owned()).chain((0..450).map(line)).collect();
        let batches = batches(&text).expect("every cell is a value");
        let events = |body: &String| serde_json::from_str::<Vec<Value>>(body).map(|events| events.len());
        assert_eq!(batches.iter().map(events).collect::<Result<Vec<_>, _>>().expect("each is JSON"), [200, 200, 50]);
        assert!(batches[2].contains("ev-449"));
    }
}
