//! Power cuts: the upload is killed at random moments, from its first record to its last, while answers get lost, keys expire
//! and the destination forgets; it goes on until it is done. The long form is `cargo xtask faults`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Child, Stdio};

use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{Desk, Moments, Server, count};

/// How often the upload is killed.
const KILLS: u64 = 60;
/// Faults of every kind that leaves it open whether a request was taken.
const FAULTS: &str = "latency=2ms,500-before=0.02,500-after=0.02,cut-before=0.01,cut-after=0.02,408=0.01,429=0.01,429-bare=0.01,\
                      truncated=0.01,malformed=0.01,wrong-type=0.01,retry-after=0";
/// A company as small as sixty kills allow: each life reads all of it again.
const CUSTOMERS: usize = 250;
const EVENTS: usize = 4_000;
const CONTRACTS: usize = 150;
/// Events in one request, so that the kills fall on usage too.
const BATCH: usize = 40;

#[test]
fn sixty_kills_leave_each_record_exactly_once() {
    let (desk, server) = (Desk::new(), Server::with_faults(FAULTS));
    ready(&desk, &server);
    let planned = desk.json(["plan", "-m", "m.carryover", "--with", "practice"])["datasets"].clone();
    let requests: u64 = planned.as_object().expect("datasets").values().map(|one| count(&one["requests"])).sum();
    let mut moments = Moments(7);
    let mut kills = 0;
    for life in 0.. {
        // A day passes, or the destination comes back without its idempotency keys, or it takes no key any more.
        match life % 12 {
            3 => server.sandbox.advance_clock(SignedDuration::from_hours(25)),
            7 => server.sandbox.forget_keys(),
            _ => {}
        }
        let faults = if life % 12 == 11 { "401=0.2" } else { FAULTS };
        server.sandbox.set_faults(faults.parse().expect("known faults"));
        let child = start(&desk, life > 0);
        let left = requests.saturating_sub(arrived(&server)) / (KILLS + 1 - kills.min(KILLS));
        let last = server.sandbox.requests() + 1 + moments.next(2 * left + 8);
        match server.kill_at(if kills < KILLS { last } else { u64::MAX }, child) {
            Some(0) => break,
            Some(_) => {}
            None => kills += 1,
        }
        assert!(life < 5 * KILLS, "the upload does not come to its end");
    }
    server.sandbox.set_faults(sandbox::Faults::default());
    assert!(kills >= KILLS, "only {kills} kills before everything was loaded: make the upload longer");
    each_exactly_once(&desk, &server, &planned);
}

/// Customers, events of two meters and contracts of two lines with prices of their own; checked and connected.
fn ready(desk: &Desk, server: &Server) {
    let mut customers = "Customer Number,Name,E-mail\n".to_owned();
    for number in 1..=CUSTOMERS {
        writeln!(customers, "{number:05},Works {number},a@w{number}.example").expect("text");
    }
    let mut usage = "Event ID,Account No,Time,Meter,Quantity\n".to_owned();
    for number in 1..=EVENTS {
        let (account, meter) = (number % CUSTOMERS + 1, ["sensor_hours", "samples"][number % 2]);
        let (day, minute) = (number % 28 + 1, number % 60);
        writeln!(usage, "e{number},{account:05},2026-03-{day:02}T10:{minute:02}:00Z,{meter},{number}").expect("text");
    }
    let mut contracts = "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n".to_owned();
    for number in 1..=CONTRACTS {
        for (product, amount) in [("Fee", number), ("Seat", number + CONTRACTS)] {
            writeln!(contracts, "K{number},{number:05},{product},EUR,2026-01-01,2026-12-31,{amount},P1M")
                .expect("text");
        }
    }
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    for (dataset, text) in [("customers", customers), ("usage", usage), ("contracts", contracts)] {
        let name = format!("{dataset}.csv");
        desk.write(&name, text);
        desk.json(["import", "-m", "m.carryover", &name, "--as", dataset]);
    }
    let checked = desk.json(["check", "-m", "m.carryover"]);
    for (dataset, rows) in [("customers", CUSTOMERS), ("usage", EVENTS), ("contracts", 2 * CONTRACTS)] {
        assert_eq!(checked["datasets"][dataset]["ready"], rows, "{dataset}: {checked}");
    }
    desk.connect_as("practice", server, &["--batch-size", &BATCH.to_string()]);
}

fn start(desk: &Desk, begun: bool) -> Child {
    let mut command = desk.command();
    command.args(["upload", "-m", "m.carryover", "--with", "practice"]).stdout(Stdio::piped()).stderr(Stdio::null());
    if begun {
        command.arg("--resume");
    }
    command.spawn().expect("the program starts")
}

/// Requests that have done their work.
fn arrived(server: &Server) -> u64 {
    let counts = server.sandbox.counts();
    (counts.customers + counts.usage.values().sum::<usize>() / BATCH + counts.contracts) as u64
}

fn each_exactly_once(desk: &Desk, server: &Server, planned: &Value) {
    let report = desk.json(["report", "-m", "m.carryover", "--out", "report"]);
    assert_eq!(report["closed"], true, "{report}");
    let lines = report["tie_out"].as_array().expect("lines");
    for line in lines {
        let dataset = line["dataset"].as_str().expect("a dataset");
        assert_eq!(line["loaded"], planned[dataset]["create"], "{dataset}: all that was planned is loaded");
    }
    let held = server.sandbox.records();
    let once = |what: &str, keys: Vec<String>, expected: u64| {
        let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
        for key in &keys {
            *seen.entry(key).or_default() += 1;
        }
        let doubled: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
        assert!(doubled.is_empty(), "{what} more than once: {doubled:?}");
        assert_eq!(keys.len() as u64, expected, "{what}: all there");
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    once(
        "customers",
        held.customers.iter().map(|customer| text(&customer["external_id"])).collect(),
        count(&lines[0]["loaded"]),
    );
    once(
        "usage",
        held.usage.values().flatten().map(|event| text(&event["data"]["event_id"])).collect(),
        count(&lines[1]["loaded"]),
    );
    let contracts: Vec<String> = held.contracts.iter().map(|contract| text(&contract["source"]["source_id"])).collect();
    let expected = contracts.len() as u64;
    once("contracts", contracts, expected);
    let priced: usize = held
        .contracts
        .iter()
        .flat_map(|contract| contract["phases"].as_array().cloned().unwrap_or_default())
        .map(|phase| phase["pricings"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(priced as u64, count(&lines[2]["loaded"]), "every contract line is there");
}
