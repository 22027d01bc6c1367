//! The main job, step by step, as a new user would do it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

#[test]
fn three_undocumented_files_end_in_a_closed_tie_out() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["customers"]["rows"], 1_204);
    assert_eq!(checked["datasets"]["contracts"]["rows"], 986);
    desk.settle_findings();
    desk.connect(&server);

    let tested = desk.json(["connect", "test", "practice"]);
    assert_eq!(tested["passed"], true, "{tested}");
    let planned = desk.json(["plan", "-m", "m.carryover", "--with", "practice"]);
    let uploaded = desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    for dataset in ["customers", "usage", "contracts"] {
        let (plan, tally) = (&planned["datasets"][dataset], &uploaded["datasets"][dataset]);
        assert_eq!(plan["create"], tally["created"], "{dataset}: what was planned was done");
        assert_eq!([&tally["refused"], &tally["doubtful"], &tally["stopped"]], [&json!(0); 3], "{dataset}: {tally}");
    }

    let report = desk.json(["report", "-m", "m.carryover", "--out", "report"]);
    assert_eq!(report["closed"], true, "{report}");
    let lines = report["tie_out"].as_array().expect("lines");
    assert_eq!(lines.len(), 3);
    for line in lines {
        let parts = ["loaded", "rejected", "excluded"].map(|member| count(&line[member]));
        assert_eq!(count(&line["extracted"]), parts.iter().sum::<u64>(), "{line}");
    }

    let held = server.sandbox.records();
    assert_eq!(held.customers.len() as u64, count(&lines[0]["loaded"]));
    assert_eq!(held.usage.values().map(Vec::len).sum::<usize>() as u64, count(&lines[1]["loaded"]));
    assert_eq!(held.usage.len(), 2, "two meters became two streams");
    assert!(held.contracts.iter().all(|contract| contract["status"] == "draft"), "contracts go in as drafts");
    assert!(
        held.customers.iter().all(|customer| customer["communications_enabled"] == false),
        "no message before sign-off"
    );
}

#[test]
fn the_money_at_the_destination_is_the_money_of_the_files() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    let report = desk.json(["report", "-m", "m.carryover", "--out", "report"]);

    let mut there: BTreeMap<String, rust_decimal::Decimal> = BTreeMap::new();
    for event in server.sandbox.records().usage.values().flatten() {
        let amount = event["data"]["amount"]
            .to_string()
            .trim_matches('"')
            .parse::<rust_decimal::Decimal>()
            .expect("an exact amount");
        *there.entry(event["data"]["currency"].as_str().unwrap_or_default().to_owned()).or_default() += amount;
    }
    let usage = &report["tie_out"].as_array().expect("lines")[1];
    for money in usage["money"].as_array().expect("money") {
        let loaded: rust_decimal::Decimal = money["loaded"].as_str().expect("text").parse().expect("exact");
        let currency = money["currency"].as_str().unwrap_or_default();
        assert_eq!(there.get(currency).copied().unwrap_or_default(), loaded, "{currency}");
    }
}

#[test]
fn the_findings_of_the_sample_are_the_expected_ones_both_ways() {
    let desk = Desk::new();
    let files = desk.sample_migration();
    desk.json(["check", "-m", "m.carryover", "--findings", "findings.jsonl"]);
    let text = std::fs::read_to_string(desk.path("findings.jsonl")).expect("findings were written");
    let members = ["dataset", "source", "row", "line", "field", "rule", "severity", "value", "suggestion"];
    let reduced = |finding: &Value| members.map(|member| finding[member].to_string()).join(" | ");
    let mut found: Vec<String> =
        text.lines().map(|line| reduced(&serde_json::from_str(line).expect("a finding a line"))).collect();
    let mut expected: Vec<String> =
        files.expected.iter().map(|finding| reduced(&serde_json::to_value(finding).expect("plain data"))).collect();
    found.sort();
    expected.sort();
    let missing: Vec<&String> = expected.iter().filter(|finding| found.binary_search(finding).is_err()).collect();
    let surplus: Vec<&String> = found.iter().filter(|finding| expected.binary_search(finding).is_err()).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:#?}\nsurplus: {surplus:#?}");
    assert_eq!(found.len(), expected.len());
}

#[test]
fn the_totals_of_the_old_system_agree_but_for_the_doubled_events() {
    let desk = Desk::new();
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    let totals = desk.json(["totals", "-m", "m.carryover", "--expect", "old_system_totals.csv"]);
    let differing: Vec<&Value> = totals["totals"]
        .as_array()
        .expect("lines")
        .iter()
        .filter(|line| {
            line["difference"].as_str().is_some_and(|difference| !difference.trim_start_matches(['0', '.']).is_empty())
        })
        .collect();
    assert!(
        differing
            .iter()
            .any(|line| line["month"] == "2026-05" && line["currency"] == "EUR" && line["difference"] == "4318.60"),
        "the month of the export overlap differs: {differing:#?}"
    );
    assert!(
        differing.iter().all(|line| line["dataset"] == "usage" && line["currency"] != "GBP"),
        "nothing else does: {differing:#?}"
    );
}

#[test]
fn a_second_upload_finds_everything_loaded() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    let before = server.sandbox.records();
    let planned = desk.json(["plan", "-m", "m.carryover", "--with", "practice"]);
    for dataset in ["customers", "usage", "contracts"] {
        assert_eq!(planned["datasets"][dataset]["create"], 0, "{dataset}");
    }
    desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    let after = server.sandbox.records();
    assert_eq!(before.customers.len(), after.customers.len());
    assert_eq!(before.usage.values().map(Vec::len).sum::<usize>(), after.usage.values().map(Vec::len).sum::<usize>());
    assert_eq!(before.contracts.len(), after.contracts.len());
}

#[test]
fn the_first_three_are_three() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    desk.json(["upload", "-m", "m.carryover", "--with", "practice", "--first", "3"]);
    let held = server.sandbox.records();
    assert_eq!((held.customers.len(), held.usage.len(), held.contracts.len()), (3, 0, 0));
    desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    assert!(server.sandbox.records().customers.len() > 1_000, "the rest follows");
}

#[test]
fn the_demo_closes() {
    let desk = Desk::new();
    let report = desk.json(["demo"]);
    assert_eq!(report["closed"], true, "{report}");
}
