//! One migration in two files: a copy that another computer uploads, and a file put back to what it was yesterday. What the
//! other one has sent is found at the destination before anything is sent twice, although its idempotency keys are long
//! forgotten.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Desk, Server, count};

const UPLOAD: [&str; 4] = ["upload", "--with", "practice", "-m"];
/// The same account under another name, with smaller batches.
const AGAIN: [&str; 4] = ["upload", "--with", "again", "-m"];

/// Sends everything, and makes sure that it is all there once.
fn uploaded(desk: &Desk, upload: [&str; 4], migration: &str) -> Value {
    let answer = desk.json([&upload[..], &[migration]].concat());
    for (dataset, tally) in answer["datasets"].as_object().expect("datasets") {
        assert_eq!((&tally["refused"], &tally["doubtful"]), (&Value::from(0), &Value::from(0)), "{dataset}: {answer}");
    }
    answer
}

/// How often each record is there, by kind and key.
fn held(server: &Server) -> BTreeMap<(&'static str, String), usize> {
    let records = server.sandbox.records();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let customers = records.customers.iter().map(|one| ("customer", text(&one["external_id"])));
    let events = records.usage.values().flatten().map(|one| ("event", text(&one["data"]["event_id"])));
    let contracts = records.contracts.iter().map(|one| ("contract", text(&one["source"]["source_id"])));
    let products = records.products.iter().map(|one| ("product", text(&one["name"])));
    let mut held = BTreeMap::new();
    for key in customers.chain(events).chain(contracts).chain(products) {
        *held.entry(key).or_default() += 1;
    }
    held
}

fn each_once(server: &Server) -> usize {
    let held = held(server);
    let doubled: Vec<_> = held.iter().filter(|(_, times)| **times > 1).take(5).collect();
    assert!(doubled.is_empty(), "more than once: {doubled:?}");
    held.len()
}

fn closes(desk: &Desk, migration: &str) {
    let report = desk.json(["report", "-m", migration, "--with", "practice", "--out", "report"]);
    assert_eq!(report["closed"], true, "{report}");
    for (dataset, seen) in report["read_back"].as_object().expect("read back") {
        assert_eq!(seen["agree"], seen["rows"], "{dataset}: {report}");
    }
}

#[test]
fn a_copy_finds_what_the_other_one_has_sent() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    fs::copy(desk.path("m.carryover"), desk.path("copy.carryover")).expect("a copy");
    let first = uploaded(&desk, UPLOAD, "m.carryover");
    let records = each_once(&server);

    // Days later, and cut into other batches.
    server.sandbox.forget_keys();
    let (url, organisation) = (server.sandbox.url(), server.sandbox.organisation().to_string());
    let account = ["--url", &url, "--organisation", &organisation, "--batch-size", "70"];
    desk.json([&["connect", "add", "again"][..], &account].concat());
    let plan = desk.json(["plan", "-m", "copy.carryover", "--with", "practice"]);
    for (dataset, planned) in plan["datasets"].as_object().expect("datasets") {
        assert_eq!(planned["create"], 0, "{dataset} is known to be there: {plan}");
    }
    let second = uploaded(&desk, AGAIN, "copy.carryover");
    assert_eq!(each_once(&server), records, "nothing was added");
    for dataset in ["customers", "usage", "contracts"] {
        let tally = |answer: &Value, what: &str| count(&answer["datasets"][dataset][what]);
        assert_eq!(tally(&second, "created"), 0, "{dataset}: {second}");
        assert_eq!(tally(&second, "unchanged"), tally(&first, "created"), "{dataset}: {second}");
    }
    closes(&desk, "copy.carryover");
}

#[test]
fn yesterdays_file_goes_on_where_the_destination_is() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    desk.json([&UPLOAD[..], &["m.carryover", "--first", "30"]].concat());
    fs::copy(desk.path("m.carryover"), desk.path("yesterday.carryover")).expect("a backup");
    uploaded(&desk, UPLOAD, "m.carryover");
    let records = each_once(&server);

    server.sandbox.forget_keys();
    fs::rename(desk.path("yesterday.carryover"), desk.path("m.carryover")).expect("put back");
    uploaded(&desk, UPLOAD, "m.carryover");
    assert_eq!(each_once(&server), records, "nothing was added");
    closes(&desk, "m.carryover");
}

#[test]
fn events_without_numbers_are_not_sent_to_where_others_may_have_sent_them() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.write("customers.csv", "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n");
    desk.write("usage.csv", "Account No,Time,Quantity\n1,2026-03-01T10:00:00Z,4\n1,2026-03-01T10:00:00Z,4\n");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["import", "-m", "m.carryover", "usage.csv", "--as", "usage"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    fs::copy(desk.path("m.carryover"), desk.path("copy.carryover")).expect("a copy");
    desk.json([&UPLOAD[..], &["m.carryover", "--first", "1"]].concat());
    assert_eq!(uploaded(&desk, UPLOAD, "m.carryover")["datasets"]["usage"]["created"], 2, "its own are no others");

    server.sandbox.forget_keys();
    let second = desk.json([&UPLOAD[..], &["copy.carryover", "--rejected", "rejected.csv"]].concat());
    assert_eq!(second["datasets"]["usage"]["refused"], 2, "{second}");
    let told = fs::read_to_string(desk.path("rejected.csv")).expect("the list of what was rejected");
    assert!(told.contains("it cannot be told whether this one is among them"), "{told}");
    assert_eq!(server.sandbox.counts().usage.values().sum::<usize>(), 2);
}
