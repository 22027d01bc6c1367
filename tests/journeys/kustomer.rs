//! What only Kustomer has: records that travel together, other keys to match by, and what an upload may do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Stdio;

use sandbox::{Account, Faults, Options};
use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

/// How often the upload is killed.
const KILLS: usize = 12;
const FAULTS: &str =
    "latency=1ms,500-before=0.02,500-after=0.02,cut-before=0.01,cut-after=0.02,429=0.02,truncated=0.01,retry-after=0";
const UPLOAD: [&str; 5] = ["upload", "-m", "m.carryover", "--with", "practice"];
const PLAN: [&str; 5] = ["plan", "-m", "m.carryover", "--with", "practice"];

/// An account in which nobody counts.
fn server(faults: &str) -> Server {
    server_for(Account::default().roles, faults)
}

fn server_for(roles: Vec<String>, faults: &str) -> Server {
    let account = Account { roles, requests_per_minute: 1_000_000 };
    Server::with("kustomer", Options { account, faults: faults.parse().expect("known faults"), ..Options::default() })
}

/// A migration with so many companies and customers, checked and connected.
fn ready(desk: &Desk, server: &Server, companies: usize, customers: usize) {
    let mut text = "Company ID,Company name,Website\n".to_owned();
    for number in 1..=companies {
        writeln!(text, "C-{number:03},Quillfeather {number},https://q{number}.example").expect("text");
    }
    desk.write("companies.csv", text);
    people(desk, customers, companies, "Maren");
    desk.json(["new", "m.carryover", "--to", "kustomer"]);
    desk.json(["import", "-m", "m.carryover", "companies.csv", "customers.csv"]);
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["customers"]["ready"], json!(customers), "{checked}");
    desk.connect(server);
}

fn people(desk: &Desk, customers: usize, companies: usize, name: &str) {
    let mut text = "Contact ID,Full name,E-mail,Company ID\n".to_owned();
    for number in 1..=customers {
        let company = number % companies.max(1) + 1;
        writeln!(text, "P-{number:04},{name} {number},p{number}@quill.example,C-{company:03}").expect("text");
    }
    desk.write("customers.csv", text);
}

#[test]
fn kills_and_faults_leave_each_record_exactly_once() {
    let (desk, server) = (Desk::new(), server(FAULTS));
    ready(&desk, &server, 20, 400);
    let (mut kills, mut started) = (0, false);
    loop {
        let mut command = desk.command();
        command.args(UPLOAD).stdout(Stdio::piped()).stderr(Stdio::null());
        if started {
            command.arg("--resume");
        }
        started = true;
        let child = command.spawn().expect("the program starts");
        // 37 and 61 have nothing in common.
        let last = server.sandbox.requests() + 1 + (kills as u64 * 37) % 61;
        let last = if kills < KILLS { last } else { u64::MAX };
        match server.kill_at(last, child) {
            Some(0) => break,
            Some(_) => {}
            None => kills += 1,
        }
    }
    server.sandbox.set_faults(Faults::default());
    let held = server.sandbox.records();
    let numbers = |records: &[Value]| -> BTreeSet<String> {
        records.iter().filter_map(|record| record["externalId"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!((held.companies.len(), numbers(&held.companies).len()), (20, 20));
    assert_eq!((held.customers.len(), numbers(&held.customers).len()), (400, 400));
    let report = desk.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
    assert_eq!(
        (&report["closed"], &report["read_back"]["customers"]["agree"]),
        (&json!(true), &json!(400)),
        "{report}"
    );
}

#[test]
fn an_upload_does_only_what_it_may() {
    let (first, server) = (Desk::new(), server(""));
    ready(&first, &server, 2, 3);
    let sent = first.json(UPLOAD);
    assert_eq!(sent["datasets"]["customers"]["created"], 3, "{sent}");

    // Another migration, with other names and two people more.
    let second = Desk::new();
    ready(&second, &server, 2, 5);
    people(&second, 5, 2, "Jonas");
    second.json(["reread", "-m", "m.carryover", "2"]);
    second.json(["check", "-m", "m.carryover"]);
    for (behaviour, expected) in
        [("update-or-create", [2, 3, 0, 0]), ("update-only", [0, 3, 0, 2]), ("create-only", [2, 0, 3, 0])]
    {
        second.json(["map", "-m", "m.carryover", "customers", "--behaviour", behaviour]);
        let planned = second.json(PLAN)["datasets"]["customers"].clone();
        let found = ["create", "update", "unchanged", "skip"].map(|what| count(&planned[what]));
        assert_eq!(found, expected, "{behaviour}");
    }
    let sent = second.json(UPLOAD);
    assert_eq!(
        (&sent["datasets"]["customers"]["created"], &sent["datasets"]["customers"]["unchanged"]),
        (&json!(2), &json!(3))
    );
    let held = server.sandbox.records().customers;
    // Those that travel together come in any order.
    let names: BTreeSet<&str> = held.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["Maren 1", "Maren 2", "Maren 3", "Jonas 4", "Jonas 5"]));
    assert_eq!(held.len(), 5);
}

#[test]
fn a_field_that_is_only_to_be_filled_is_left_where_it_holds_something() {
    let (first, server) = (Desk::new(), server(""));
    ready(&first, &server, 2, 3);
    first.json(UPLOAD);

    let second = Desk::new();
    ready(&second, &server, 2, 4);
    people(&second, 4, 2, "Jonas");
    second.json(["reread", "-m", "m.carryover", "2"]);
    let refused = second.refused(["map", "-m", "m.carryover", "customers", "--fill", "email"]);
    assert_eq!(refused["code"], "argument", "addresses are a list: {refused}");
    let mapped = second.json(["map", "-m", "m.carryover", "customers", "--fill", "name"]);
    assert_eq!(mapped["datasets"]["customers"]["sync"]["fill"], json!(["name"]), "{mapped}");
    second.json(["check", "-m", "m.carryover"]);
    let planned = second.json(PLAN)["datasets"]["customers"].clone();
    assert_eq!((&planned["create"], &planned["unchanged"]), (&json!(1), &json!(3)), "{planned}");
    second.json(UPLOAD);
    let report = second.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
    assert_eq!(report["read_back"]["customers"]["agree"], 4, "what is there is as it is to be: {report}");

    let third = second.json(["map", "-m", "m.carryover", "customers", "--overwrite", "name"]);
    assert_eq!(third["datasets"]["customers"]["sync"]["fill"], json!([]), "{third}");
}

#[test]
fn people_are_matched_by_the_address_where_they_have_no_number() {
    let (desk, server) = (Desk::new(), server(""));
    desk.write("people.csv", "Full name,E-mail\nMaren,maren@quill.example\nJonas,\n");
    desk.json(["new", "m.carryover", "--to", "kustomer"]);
    desk.json(["import", "-m", "m.carryover", "people.csv", "--as", "customers"]);
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["customers"]["with_errors"], 2, "nobody has a number: {checked}");
    let refused = desk.refused(["map", "-m", "m.carryover", "customers", "--key", "name"]);
    assert!(refused["message"].as_str().is_some_and(|message| message.contains("externalId, email")), "{refused}");
    let mapped = desk.json(["map", "-m", "m.carryover", "customers", "--key", "email"]);
    assert_eq!(mapped["datasets"]["customers"]["sync"]["key"], "email");
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["customers"]["ready"], 1, "one has no address: {checked}");
    desk.exclude_what_is_wrong();
    desk.connect(&server);
    assert_eq!(desk.json(UPLOAD)["datasets"]["customers"]["created"], 1);
    assert_eq!(desk.json(UPLOAD)["datasets"]["customers"]["created"], 1, "nothing goes twice");
    assert_eq!(server.sandbox.counts().customers, 1);
    let late = desk.refused(["map", "-m", "m.carryover", "customers", "--key", "externalId"]);
    assert_eq!(late["code"], "precondition", "{late}");
}

#[test]
fn a_company_that_is_there_already_is_found_by_its_customers() {
    let (first, server) = (Desk::new(), server(""));
    ready(&first, &server, 2, 1);
    first.json(UPLOAD);
    let second = Desk::new();
    second.json(["new", "m.carryover", "--to", "kustomer"]);
    people(&second, 4, 2, "Maren");
    second.json(["import", "-m", "m.carryover", "customers.csv"]);
    second.connect(&server);
    second.json(["check", "-m", "m.carryover", "--with", "practice"]);
    let planned = second.json(PLAN)["datasets"]["customers"].clone();
    assert_eq!((&planned["create"], &planned["unchanged"]), (&json!(3), &json!(1)), "{planned}");
    second.json(UPLOAD);
    let held = server.sandbox.records();
    assert!(held.customers.iter().all(|customer| customer["company"].is_string()), "{held:?}");
    let report = second.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
    assert_eq!(
        report["read_back"]["customers"],
        json!({"rows": 4, "agree": 4, "differ": 0, "missing": 0, "unknown": 0, "told": []})
    );
}

#[test]
fn a_key_with_few_roles_sends_what_needs_no_others() {
    let roles: Vec<String> = Account::default()
        .roles
        .into_iter()
        .filter(|role| role.contains(".customer.") || role.contains(".company."))
        .collect();
    assert_eq!(roles.len(), 6, "customers and companies: {roles:?}");
    let (desk, server) = (Desk::new(), server_for(roles, ""));
    ready(&desk, &server, 2, 5);
    let tested = desk.json(["connect", "test", "practice"]);
    assert_eq!(tested["passed"], true, "{tested}");
    let told =
        tested["checks"].as_array().expect("checks").iter().map(|check| check["told"].as_str().unwrap_or_default());
    let told = told.collect::<Vec<_>>().join("\n");
    for role in ["org.permission.metadata.read", "org.permission.bulk.read", "org.permission.search.create"] {
        assert!(told.contains(role), "{role}: {told}");
    }
    assert_eq!(desk.json(UPLOAD)["datasets"]["customers"]["created"], 5);
    assert!(server.sandbox.log().iter().all(|request| !request.path.contains("bulk") || request.status != Some(201)));
}

const ATTRIBUTES: [&str; 5] = ["attributes", "-m", "m.carryover", "--with", "Brackwater"];

/// A migration whose companies have a field of their own, for an account that is declared to be a live one.
fn with_a_field_of_its_own(desk: &Desk, server: &Server) {
    desk.write("companies.csv", "Company ID,Company name,Tier\nC-1,Quillfeather,gold\nC-2,Harrow,iron\n");
    desk.json(["new", "m.carryover", "--to", "kustomer"]);
    desk.json(["import", "-m", "m.carryover", "companies.csv"]);
    desk.json(["map", "-m", "m.carryover", "companies", "--keep", "Tier"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect_live(server);
}

fn missing(desk: &Desk) -> Value {
    desk.json(ATTRIBUTES)["datasets"]["companies"]["missing"].clone()
}

fn fields_made(desk: &Desk) -> usize {
    let trail = desk.json(["trail", "-m", "m.carryover", "--find", "known to the destination"]);
    trail["entries"].as_array().expect("entries").len()
}

#[test]
fn a_field_is_made_at_a_live_account_once_its_name_is_typed() {
    let (desk, server) = (Desk::new(), server(""));
    with_a_field_of_its_own(&desk, &server);
    let upload = ["upload", "-m", "m.carryover", "--with", "Brackwater", "--confirm", "Brackwater"];
    let refused = desk.refused(upload);
    let message = refused["message"].as_str().expect("a message");
    assert!(message.contains("custom.tierStr (companies)"), "nothing is sent that would be refused: {refused}");
    for confirm in [&[][..], &["--confirm", "brackwater"], &["--confirm", ""]] {
        let refused = desk.refused([&ATTRIBUTES[..], &["--create"], confirm].concat());
        assert_eq!(refused["code"], "precondition", "{confirm:?}: {refused}");
        assert!(refused["message"].as_str().is_some_and(|message| message.contains("LIVE")), "{refused}");
    }
    let changes = || server.sandbox.log().iter().filter(|request| request.method != "GET").count();
    assert_eq!((changes(), missing(&desk), fields_made(&desk)), (0, json!(["custom.tierStr"]), 0), "nothing was made");

    let create = [&ATTRIBUTES[..], &["--create", "--confirm", "Brackwater"]].concat();
    let made = desk.json(&create);
    assert_eq!(made["created"]["companies"], json!(["custom.tierStr"]), "{made}");
    assert_eq!((changes(), missing(&desk), fields_made(&desk)), (1, json!([]), 1), "{made}");
    let again = desk.json(&create);
    assert_eq!((&again["created"]["companies"], changes()), (&json!([]), 1), "it is there: {again}");

    let sent = desk.json(upload);
    assert_eq!(sent["datasets"]["companies"]["created"], 2, "{sent}");
    let tiers: BTreeSet<String> = server
        .sandbox
        .records()
        .companies
        .iter()
        .map(|one| one["custom"]["tierStr"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(tiers, BTreeSet::from(["gold".to_owned(), "iron".to_owned()]));
}

#[test]
fn a_key_that_may_not_make_fields_makes_none_and_says_which_right_it_lacks() {
    let roles = Account::default().roles.into_iter().filter(|role| role != "org.permission.metadata.update").collect();
    let (desk, server) = (Desk::new(), server_for(roles, ""));
    with_a_field_of_its_own(&desk, &server);
    let refused = desk.refused([&ATTRIBUTES[..], &["--create", "--confirm", "Brackwater"]].concat());
    let told = format!("{refused}");
    assert!(told.contains("org.permission.metadata.update"), "{told}");
    assert_eq!(
        (missing(&desk), fields_made(&desk)),
        (json!(["custom.tierStr"]), 0),
        "nothing was made, and none is told"
    );
    desk.refused(["upload", "-m", "m.carryover", "--with", "Brackwater", "--confirm", "Brackwater"]);
    assert!(server.sandbox.records().companies.is_empty(), "nothing is sent without it");
}
