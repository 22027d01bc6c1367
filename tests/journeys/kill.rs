//! Power cuts: the upload is killed at random moments, under faults, and goes on until it is done.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Desk, Server, count};

/// How often the upload is killed.
const KILLS: usize = 50;
/// Faults of every kind that leaves it open whether a request was taken.
const FAULTS: &str =
    "latency=2ms,500-before=0.02,500-after=0.02,cut-before=0.01,cut-after=0.02,429=0.02,truncated=0.01,retry-after=0";

#[test]
fn fifty_kills_leave_each_record_exactly_once() {
    let (desk, server) = (Desk::new(), Server::with_faults(FAULTS));
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let mut moments = Moments(7);
    let mut kills = 0;
    let mut started = false;
    loop {
        let mut command = desk.command();
        command.args(["upload", "-m", "m.carryover", "--with", "practice"]).stdout(Stdio::null()).stderr(Stdio::null());
        if started {
            command.arg("--resume");
        }
        started = true;
        let mut child = command.spawn().expect("the program starts");
        // The moment is counted in requests the server has seen, not in time, so that every machine kills alike.
        let last = server.sandbox.requests() + 1 + moments.next(40);
        let kill = kills < KILLS;
        while kill && server.sandbox.requests() < last && child.try_wait().expect("a child can be asked").is_none() {
            std::thread::yield_now();
        }
        if kill {
            // One that has ended by itself cannot be killed; its exit code tells.
            child.kill().expect("SIGKILL");
        }
        match child.wait().expect("it ends").code() {
            Some(0) => break,
            Some(_) => {}
            None => kills += 1,
        }
    }
    server.sandbox.set_faults(sandbox::Faults::default());
    assert!(kills >= KILLS, "only {kills} kills before everything was loaded: make the upload longer");
    each_exactly_once(&desk, &server);
}

fn each_exactly_once(desk: &Desk, server: &Server) {
    let report = desk.json(["report", "-m", "m.carryover", "--out", "report"]);
    assert_eq!(report["closed"], true, "{report}");
    let lines = report["tie_out"].as_array().expect("lines");
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

/// A fixed sequence of numbers without pattern (Knuth's MMIX generator), so that every run kills at the same requests.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}
