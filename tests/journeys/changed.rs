//! A newer file in the place of one that was uploaded: what is as it was is neither sent nor asked about, what changed is
//! sent, and the sum closes. The same for every destination; usage is never sent twice.

use sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

const PLAN: [&str; 5] = ["plan", "-m", "m.carryover", "--with", "practice"];
const UPLOAD: [&str; 5] = ["upload", "-m", "m.carryover", "--with", "practice"];

/// A file in two states: dataset, then and now.
type Twice = (&'static str, &'static str, &'static str);

struct Journey {
    to: &'static str,
    files: &'static [Twice],
    /// Dataset, then what the newer files come to: created, changed, as they were.
    newer: &'static [(&'static str, [u64; 3])],
}

const ZENSKAR: Journey = Journey {
    to: "zenskar",
    files: &[
        (
            "customers",
            "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel,b@mosel.example\n3,Neckar,c@neckar.example\n",
            "Customer Number,Name,E-mail\n4,Oker,d@oker.example\n3,Neckar,c@neckar.example\n2,Mosel & Sohn,b@mosel.example\n1,Hoorn,a@hoorn.example\n",
        ),
        (
            "usage",
            "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,4\ne2,2,2026-03-01T10:00:00Z,5\n",
            "Event ID,Account No,Time,Quantity\ne0,1,2026-02-01T10:00:00Z,1\ne1,1,2026-03-01T10:00:00Z,4\ne2,2,2026-03-01T10:00:00Z,5\ne3,3,2026-03-01T11:00:00Z,4\n",
        ),
        (
            "contracts",
            "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n\
             K1,1,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK1,1,Seat,EUR,2026-01-01,2026-12-31,5,P1M\n\
             K2,2,Fee,EUR,2026-01-01,2026-12-31,100,P1M\n",
            "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n\
             K2,2,Fee,EUR,2026-01-01,2026-12-31,120,P1M\n\
             K1,1,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK1,1,Seat,EUR,2026-01-01,2026-12-31,5,P1M\n",
        ),
    ],
    newer: &[("customers", [1, 1, 2]), ("usage", [2, 0, 2]), ("contracts", [0, 1, 2])],
};

const KUSTOMER: Journey = Journey {
    to: "kustomer",
    files: &[
        (
            "companies",
            "Company ID,Company name,Website\nC-1,Quillfeather,https://q.example\nC-2,Bramble,https://b.example\n",
            "Company ID,Company name,Website\nC-2,Bramble,https://b.example\nC-1,Quillfeather & Son,https://q.example\n",
        ),
        (
            "customers",
            "Contact ID,Full name,E-mail,Company ID\nP-1,Maren,m@q.example,C-1\nP-2,Jonas,j@b.example,C-2\n",
            "Contact ID,Full name,E-mail,Company ID\nP-3,Ines,i@b.example,C-2\nP-2,Jonas,j@b.example,C-1\nP-1,Maren,m@q.example,C-1\n",
        ),
    ],
    newer: &[("companies", [0, 1, 1]), ("customers", [1, 1, 1])],
};

impl Journey {
    /// The first files, uploaded.
    fn uploaded(&self) -> (Desk, Server) {
        let (desk, server) = (Desk::new(), Server::with(self.to, Options::default()));
        desk.json(["new", "m.carryover", "--to", self.to]);
        for (dataset, then, _) in self.files {
            let name = format!("{dataset}.csv");
            desk.write(&name, then);
            desk.json(["import", "-m", "m.carryover", &name, "--as", dataset]);
        }
        desk.json(["check", "-m", "m.carryover"]);
        desk.connect(&server);
        let uploaded = desk.json(UPLOAD);
        for (dataset, tally) in uploaded["datasets"].as_object().expect("datasets") {
            assert_eq!((&tally["refused"], &tally["stopped"]), (&json!(0), &json!(0)), "{dataset}: {uploaded}");
        }
        (desk, server)
    }

    /// The newer files, each in the place of the one there is.
    fn take_newer_files(&self, desk: &Desk) {
        let listed = desk.json(["files", "-m", "m.carryover"]);
        for (dataset, _, now) in self.files {
            let name = format!("{dataset} of May.csv");
            desk.write(&name, now);
            let cards = listed["files"].as_array().expect("files");
            let card = cards.iter().find(|card| card["dataset"] == *dataset).expect("its file");
            desk.json(["reread", "-m", "m.carryover", &card["source"].to_string(), "--from", &name]);
        }
        desk.json(["check", "-m", "m.carryover"]);
    }

    fn only_what_changed_goes(&self) {
        let (desk, server) = self.uploaded();
        // The same file, read again: its rows stand elsewhere, and nothing is asked.
        desk.json(["reread", "-m", "m.carryover", "1"]);
        desk.json(["check", "-m", "m.carryover"]);
        let asked = server.sandbox.requests();
        let planned = desk.json(PLAN);
        let same = desk.json(UPLOAD);
        assert_eq!(sum(&planned, &["create", "update", "skip"]), 0, "{}: {planned}", self.to);
        assert_eq!((count(&same["requests"]), server.sandbox.requests()), (0, asked), "{}: {same}", self.to);
        closes(&desk);

        self.take_newer_files(&desk);
        let planned = desk.json(PLAN);
        let asked = server.sandbox.requests();
        let sent = desk.json(UPLOAD);
        for (dataset, expected) in self.newer {
            let (plan, tally) = (&planned["datasets"][dataset], &sent["datasets"][dataset]);
            let counts = ["create", "update", "unchanged"].map(|what| count(&plan[what]));
            assert_eq!(&counts, expected, "{} {dataset}: {planned}", self.to);
            assert_eq!(plan["since"][0]["run"], 1, "{planned}");
            assert_eq!(count(&plan["since"][0]["rows"]), expected[2], "{planned}");
            let counts = ["created", "updated", "unchanged"].map(|what| count(&tally[what]));
            assert_eq!(&counts, expected, "{} {dataset}: {sent}", self.to);
        }
        assert!(server.sandbox.requests() > asked, "what changed was sent");
        closes(&desk);
        let asked = server.sandbox.requests();
        assert_eq!(desk.json(UPLOAD)["requests"], 0, "nothing is left");
        assert_eq!(server.sandbox.requests(), asked);
    }
}

/// Rows over all datasets of a plan.
fn sum(planned: &Value, what: &[&str]) -> u64 {
    let datasets = planned["datasets"].as_object().expect("datasets").values();
    datasets.flat_map(|of| what.iter().map(|what| count(&of[*what]))).sum()
}

fn closes(desk: &Desk) {
    let report = desk.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
    assert_eq!(report["closed"], true, "{report}");
    for (dataset, seen) in report["read_back"].as_object().expect("it was read back") {
        assert_eq!(seen["agree"], seen["rows"], "{dataset}: {seen}");
    }
}

#[test]
fn a_newer_file_sends_only_what_changed_to_zenskar() {
    ZENSKAR.only_what_changed_goes();
}

#[test]
fn a_newer_file_sends_only_what_changed_to_kustomer() {
    KUSTOMER.only_what_changed_goes();
}

#[test]
fn a_repair_after_the_upload_is_a_change_and_everything_can_be_asked_about_again() {
    for (journey, dataset, field) in [(&ZENSKAR, "customers", "customer_name"), (&KUSTOMER, "companies", "name")] {
        let (desk, server) = journey.uploaded();
        desk.json(["fix", "-m", "m.carryover", dataset, "--row", "1", "--field", field, "--value", "Quite else"]);
        desk.json(["check", "-m", "m.carryover"]);
        let planned = desk.json(PLAN);
        assert_eq!(sum(&planned, &["create", "update"]), 1, "{}: {planned}", journey.to);
        let sent = desk.json(UPLOAD);
        assert_eq!(sent["datasets"][dataset]["updated"], 1, "{}: {sent}", journey.to);

        // Only this migration knows of no change; asked about again, all is found equal, and usage does not go twice.
        let held = server.sandbox.counts();
        let all = desk.json([&PLAN[..], &["--all"]].concat());
        assert_eq!(sum(&all, &["create", "update", "skip"]), 0, "{}: {all}", journey.to);
        assert_eq!(all["datasets"][dataset]["since"], json!([]), "{}: {all}", journey.to);
        let again = desk.json([&UPLOAD[..], &["--all"]].concat());
        assert!(count(&again["requests"]) > 0, "{}: the destination is asked: {again}", journey.to);
        assert_eq!(server.sandbox.counts(), held, "{}: {again}", journey.to);
        closes(&desk);
    }
}

#[test]
fn an_event_that_was_sent_with_other_values_is_not_sent_again() {
    let (desk, server) = ZENSKAR.uploaded();
    desk.write(
        "usage.csv",
        "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,400\ne2,2,2026-03-01T10:00:00Z,5\n",
    );
    desk.json(["reread", "-m", "m.carryover", "2"]);
    desk.json(["check", "-m", "m.carryover"]);
    let planned = desk.json([&PLAN[..], &["--rows", "usage"]].concat());
    let records = planned["records"].as_array().expect("records");
    let whys: Vec<&Value> = records.iter().map(|record| &record["why"]["why"]).collect();
    assert_eq!(whys, ["sent_otherwise", "loaded"], "{planned}");
    let sent = desk.json([&UPLOAD[..], &["--rejected", "rejected.csv"]].concat());
    let tally = &sent["datasets"]["usage"];
    assert_eq!((&tally["refused"], &tally["unchanged"]), (&json!(1), &json!(1)), "{sent}");
    let told = std::fs::read_to_string(desk.path("rejected.csv")).expect("the list");
    assert!(told.contains("It was sent in run 1 with other values"), "{told}");
    assert_eq!(server.sandbox.counts().usage.values().sum::<usize>(), 2, "never twice");
}

#[test]
fn equal_events_without_numbers_are_counted() {
    let (desk, server) = (Desk::new(), Server::start());
    let header = "Account No,Time,Quantity\n";
    let line = "1,2026-03-01T10:00:00Z,4\n";
    desk.write("customers.csv", "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n");
    desk.write("usage.csv", format!("{header}{line}{line}"));
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["import", "-m", "m.carryover", "usage.csv", "--as", "usage"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    desk.json(UPLOAD);
    for (lines, expected) in [(3, 3), (3, 3), (5, 5)] {
        desk.write("usage.csv", format!("{header}{}", line.repeat(lines)));
        let listed = desk.json(["files", "-m", "m.carryover"]);
        let source = listed["files"][1]["source"].to_string();
        desk.json(["reread", "-m", "m.carryover", &source]);
        desk.json(["check", "-m", "m.carryover"]);
        desk.json(UPLOAD);
        assert_eq!(server.sandbox.counts().usage.values().sum::<usize>(), expected, "{lines} lines");
        let report = desk.json(["report", "-m", "m.carryover", "--out", "report"]);
        assert_eq!(report["closed"], true, "{report}");
    }
}
