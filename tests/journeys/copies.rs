//! One migration in two hands: two programs on one file, a copy that another computer uploads, and a file put back to what it
//! was yesterday. What the other one has sent is found at the destination before anything is sent twice, although its
//! idempotency keys are long forgotten; and nothing is taken back but what this file knows it made.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use sandbox::Options;
use serde_json::{Value, json};

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
    let number =
        |one: &Value| text(if one["external_id"].is_null() { &one["externalId"] } else { &one["external_id"] });
    let companies = records.companies.iter().filter(|one| one["deleted"] != true).map(|one| ("company", number(one)));
    let customers = records.customers.iter().map(|one| ("customer", number(one)));
    let events = records.usage.values().flatten().map(|one| ("event", text(&one["data"]["event_id"])));
    let contracts = records.contracts.iter().map(|one| ("contract", text(&one["source"]["source_id"])));
    let products = records.products.iter().map(|one| ("product", text(&one["name"])));
    let mut held = BTreeMap::new();
    for key in companies.chain(customers).chain(events).chain(contracts).chain(products) {
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
    desk.connect_as("again", &server, &["--batch-size", "70"]);
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

/// A small company for each destination.
struct World {
    to: &'static str,
    /// By dataset.
    files: &'static [(&'static str, &'static str)],
    /// A record that nothing refers to: its dataset, row, key, and the field of its name.
    lone: (&'static str, &'static str, &'static str, &'static str),
    /// Somebody else there who has the address of our last customer; and how that one gives it up.
    other: fn(&Server) -> String,
    gives_up: fn(&Server, &str),
}

const WORLDS: [World; 2] = [
    World {
        to: "zenskar",
        files: &[
            (
                "customers",
                "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel,b@mosel.example\n\
                 3,Neckar,c@neckar.example\n4,Oker,d@oker.example\n5,Peene,e@peene.example\n",
            ),
            (
                "usage",
                "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,4\ne2,2,2026-03-01T10:00:00Z,5\n\
                 e3,2,2026-03-02T10:00:00Z,5\n",
            ),
            (
                "contracts",
                "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n\
                 K1,1,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK2,2,Fee,EUR,2026-01-01,2026-12-31,100,P1M\n\
                 K3,4,Seat,EUR,2026-02-01,2026-12-31,80,P1M\n",
            ),
        ],
        lone: ("customers", "3", "3", "customer_name"),
        other: |server| {
            let other = json!({ "external_id": "other", "customer_name": "Someone else", "email": "e@peene.example" });
            server.call("POST", "/customers", Some(other))["id"].as_str().expect("an id").to_owned()
        },
        gives_up: |server, id| drop(server.call("DELETE", &format!("/customers/{id}"), None)),
    },
    World {
        to: "kustomer",
        files: &[
            (
                "companies",
                "Company ID,Company name,Website\nC-1,Quillfeather,https://q.example\n\
                 C-2,Brackwater,https://b.example\nC-3,Harrow,https://h.example\n",
            ),
            (
                "customers",
                "Contact ID,Full name,E-mail,Company ID\nP-1,Maren,m@q.example,C-1\nP-2,Jonas,j@q.example,C-1\n\
                 P-3,Ines,i@q.example,C-1\n",
            ),
        ],
        lone: ("companies", "2", "C-2", "name"),
        other: |server| {
            let other = json!({ "name": "Someone else", "emails": [{ "email": "i@q.example" }] });
            server.call("POST", "/v1/customers", Some(other))["data"]["id"].as_str().expect("an id").to_owned()
        },
        gives_up: |server, id| {
            let emails = json!({ "emails": [{ "email": "someone@else.example" }] });
            server.call("PATCH", &format!("/v1/customers/{id}"), Some(emails));
        },
    },
];

impl World {
    /// A migration of it, checked and connected.
    fn ready(&self) -> (Desk, Server) {
        let (desk, server) = (Desk::new(), Server::with(self.to, Options::default()));
        desk.json(["new", "m.carryover", "--to", self.to]);
        for (dataset, text) in self.files {
            let name = format!("{dataset}.csv");
            desk.write(&name, text);
            desk.json(["import", "-m", "m.carryover", &name, "--as", dataset]);
        }
        desk.json(["check", "-m", "m.carryover"]);
        desk.connect(&server);
        (desk, server)
    }

    /// Gives the lone record another name.
    fn rename(&self, desk: &Desk, migration: &str) {
        let (dataset, row, _, field) = self.lone;
        desk.json(["fix", "-m", migration, dataset, "--row", row, "--field", field, "--value", "Renamed"]);
        desk.json(["check", "-m", migration]);
    }

    fn is_renamed(&self, server: &Server) -> bool {
        let (dataset, _, key, field) = self.lone;
        let records = server.sandbox.records();
        let records = if dataset == "companies" { records.companies } else { records.customers };
        let numbered = |record: &&Value| record["external_id"] == key || record["externalId"] == key;
        records.iter().find(numbered).is_some_and(|record| record[field] == "Renamed")
    }

    /// Records of a tally, over all datasets.
    fn sum(&self, uploaded: &Value, what: &str) -> u64 {
        self.files.iter().map(|(dataset, _)| count(&uploaded["datasets"][dataset][what])).sum()
    }
}

fn undo(desk: &Desk, migration: &str, run: &str) -> Value {
    desk.json(["undo", "-m", migration, "--run", run, "--yes"])
}

#[test]
fn while_one_program_is_at_work_no_other_gets_in() {
    for world in &WORLDS {
        let (desk, server) = world.ready();
        let held = server.hold_at(2);
        let mut command = desk.command();
        command.args([&UPLOAD[..], &["m.carryover"]].concat()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut first = command.spawn().expect("the program starts");
        held.reached();
        for args in [
            &["upload", "-m", "m.carryover", "--with", "practice"][..],
            &["upload", "-m", "m.carryover", "--with", "practice", "--resume"],
            &["upload", "-m", "m.carryover", "--with", "practice", "--only-failed"],
            &["undo", "-m", "m.carryover", "--run", "1", "--yes"],
            &["reread", "-m", "m.carryover", "1"],
            &["check", "-m", "m.carryover"],
        ] {
            assert_eq!(desk.refused(args)["code"], "busy", "{}: {args:?}", world.to);
        }
        drop(held);
        assert!(first.wait().expect("it ends").success(), "{}", world.to);
        let records = each_once(&server);
        let asked = server.sandbox.requests();
        uploaded(&desk, UPLOAD, "m.carryover");
        assert_eq!((each_once(&server), server.sandbox.requests()), (records, asked), "{}: nothing was left", world.to);
        closes(&desk, "m.carryover");
    }
}

#[test]
fn what_a_copy_changes_and_takes_back_is_done_once() {
    for world in &WORLDS {
        let (desk, server) = world.ready();
        fs::copy(desk.path("m.carryover"), desk.path("copy.carryover")).expect("a copy");
        uploaded(&desk, UPLOAD, "m.carryover");
        let records = each_once(&server);
        server.sandbox.forget_keys();
        let found = uploaded(&desk, UPLOAD, "copy.carryover");
        assert_eq!((world.sum(&found, "created"), each_once(&server)), (0, records), "{}: {found}", world.to);

        // Only what changed goes, and the other file does not set it back.
        world.rename(&desk, "copy.carryover");
        let changed = uploaded(&desk, UPLOAD, "copy.carryover");
        assert_eq!((world.sum(&changed, "updated"), world.sum(&changed, "created")), (1, 0), "{}: {changed}", world.to);
        let asked = server.sandbox.requests();
        uploaded(&desk, UPLOAD, "m.carryover");
        assert_eq!(server.sandbox.requests(), asked, "{}: it knows of no change", world.to);
        assert!(world.is_renamed(&server) && each_once(&server) == records, "{}", world.to);

        // The copy made nothing; what it changed stays when the other file takes its own back.
        for run in ["1", "2"] {
            assert_eq!(undo(&desk, "copy.carryover", run)["deleted"], 0, "{}: run {run} of the copy", world.to);
        }
        assert_eq!(each_once(&server), records, "{}", world.to);
        let taken = undo(&desk, "m.carryover", "1");
        assert!(count(&taken["deleted"]) > 0 && world.is_renamed(&server), "{}: {taken}", world.to);
        assert_eq!(each_once(&server) as u64, records as u64 - count(&taken["deleted"]), "{}: {taken}", world.to);

        // The copy cannot know; its report reads back what is missing, and asked about again all of it goes once.
        let report = desk.json(["report", "-m", "copy.carryover", "--with", "practice", "--out", "report"]);
        let missing: u64 =
            report["read_back"].as_object().expect("read back").values().map(|seen| count(&seen["missing"])).sum();
        assert!(missing > 0, "{}: {report}", world.to);
        desk.json([&UPLOAD[..], &["copy.carryover", "--all"]].concat());
        assert_eq!(each_once(&server), records, "{}", world.to);
        closes(&desk, "copy.carryover");
    }
}

#[test]
fn a_backup_neither_doubles_what_it_does_not_know_of_nor_deletes_it() {
    for world in &WORLDS {
        let (desk, server) = world.ready();
        desk.json([&UPLOAD[..], &["m.carryover", "--first", "2"]].concat());
        fs::copy(desk.path("m.carryover"), desk.path("yesterday.carryover")).expect("a backup");
        uploaded(&desk, UPLOAD, "m.carryover");
        let records = each_once(&server);
        server.sandbox.forget_keys();
        fs::rename(desk.path("yesterday.carryover"), desk.path("m.carryover")).expect("put back");
        let found = uploaded(&desk, UPLOAD, "m.carryover");
        assert_eq!((world.sum(&found, "created"), each_once(&server)), (2, records), "{}: {found}", world.to);
        closes(&desk, "m.carryover");
        let asked = server.sandbox.requests();
        uploaded(&desk, UPLOAD, "m.carryover");
        assert_eq!(server.sandbox.requests(), asked, "{}: nothing has changed", world.to);

        assert_eq!(undo(&desk, "m.carryover", "2")["deleted"], 0, "{}: found there, not made", world.to);
        assert_eq!(each_once(&server), records, "{}", world.to);
    }
}

#[test]
fn a_backup_from_before_taking_back_finds_it_gone() {
    for world in &WORLDS {
        let (desk, server) = world.ready();
        uploaded(&desk, UPLOAD, "m.carryover");
        let records = each_once(&server);
        fs::copy(desk.path("m.carryover"), desk.path("yesterday.carryover")).expect("a backup");
        let taken = undo(&desk, "m.carryover", "1");
        let left = each_once(&server);
        fs::rename(desk.path("yesterday.carryover"), desk.path("m.carryover")).expect("put back");
        let again = undo(&desk, "m.carryover", "1");
        assert_eq!((&again["deleted"], &again["gone"]), (&json!(0), &taken["deleted"]), "{}: {again}", world.to);
        assert_eq!((&again["stays"], each_once(&server)), (&taken["stays"], left), "{}: {again}", world.to);
        uploaded(&desk, UPLOAD, "m.carryover");
        assert_eq!(each_once(&server), records, "{}", world.to);
        closes(&desk, "m.carryover");
    }
}

#[test]
fn what_was_turned_down_is_tried_again_once_wherever_the_file_is() {
    for world in &WORLDS {
        let (desk, server) = world.ready();
        let other = (world.other)(&server);
        let first = desk.json([&UPLOAD[..], &["m.carryover"]].concat());
        assert_eq!(world.sum(&first, "refused"), 1, "{}: {first}", world.to);
        for name in ["copy.carryover", "yesterday.carryover"] {
            fs::copy(desk.path("m.carryover"), desk.path(name)).expect("a copy");
        }
        (world.gives_up)(&server, &other);
        let there = each_once(&server);
        let retry = |migration: &str| desk.json([&UPLOAD[..], &[migration, "--only-failed"]].concat());
        let tried = retry("m.carryover");
        let records = each_once(&server);
        assert_eq!((world.sum(&tried, "refused"), records), (0, there + 1), "{}: {tried}", world.to);

        server.sandbox.forget_keys();
        fs::rename(desk.path("yesterday.carryover"), desk.path("m.carryover")).expect("put back");
        for migration in ["copy.carryover", "m.carryover"] {
            let tried = retry(migration);
            let found = (world.sum(&tried, "refused"), world.sum(&tried, "unchanged"), each_once(&server));
            assert_eq!(found, (0, 1, records), "{} {migration}: {tried}", world.to);
            assert_eq!(undo(&desk, migration, "2")["deleted"], 0, "{} {migration}: found there, not made", world.to);
            assert_eq!(each_once(&server), records, "{} {migration}", world.to);
        }
    }
}
