//! Taking a run back: what it made and nobody has changed since is deleted, the rest is told, and the sums close.

use std::process::Stdio;

use sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

const UPLOAD: [&str; 5] = ["upload", "-m", "m.carryover", "--with", "practice"];
/// How often taking back is killed.
const KILLS: usize = 8;

fn undo(desk: &Desk, run: &str, how: &[&str]) -> Value {
    desk.json([&["undo", "-m", "m.carryover", "--run", run][..], how].concat())
}

/// Records of a dataset by what became of them, as (what, reason, records), sorted.
fn groups<'t>(taken: &'t Value, dataset: &str) -> Vec<(&'t str, &'t str, u64)> {
    let groups = taken["groups"].as_array().expect("groups").iter().filter(|group| group["dataset"] == dataset);
    let text = |value: &'t Value| value.as_str().unwrap_or_default();
    let mut told: Vec<_> =
        groups.map(|group| (text(&group["what"]), text(&group["reason"]), count(&group["records"]))).collect();
    told.sort_unstable();
    told
}

fn report(desk: &Desk) -> Value {
    desk.json(["report", "-m", "m.carryover", "--out", "report"])
}

/// Customers 1 to 5, contracts for 1, 2 and 4, some usage.
fn ready(desk: &Desk, server: &Server) {
    desk.write(
        "customers.csv",
        "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel,b@mosel.example\n3,Neckar,c@neckar.example\n\
         4,Oker,d@oker.example\n5,Peene,e@peene.example\n",
    );
    desk.write(
        "usage.csv",
        "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,4\ne2,2,2026-03-01T10:00:00Z,5\n",
    );
    desk.write(
        "contracts.csv",
        "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n\
         K1,1,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK2,2,Fee,EUR,2026-01-01,2026-12-31,100,P1M\n\
         K3,4,Seat,EUR,2026-02-01,2026-12-31,80,P1M\n",
    );
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    for dataset in ["customers", "usage", "contracts"] {
        desk.json(["import", "-m", "m.carryover", &format!("{dataset}.csv"), "--as", dataset]);
    }
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["contracts"]["ready"], 3, "{checked}");
    desk.connect(server);
}

#[test]
fn what_a_run_made_is_deleted_and_what_cannot_be_is_told() {
    let (desk, server) = (Desk::new(), Server::start());
    ready(&desk, &server);
    desk.json(UPLOAD);
    let held = server.sandbox.records();
    let id = |records: &[Value], member: &str, key: &str| -> String {
        let record = records.iter().find(|record| record[member] == key).expect("it is there");
        record["id"].as_str().expect("an id").to_owned()
    };
    // Somebody renames a customer, activates a contract, and deletes a customer who has none.
    let (mosel, peene) = (id(&held.customers, "external_id", "2"), id(&held.customers, "external_id", "5"));
    let renamed = server.call("PATCH", &format!("/customers/{mosel}"), Some(json!({ "customer_name": "Mosel AG" })));
    assert_eq!(renamed["customer_name"], "Mosel AG", "{renamed}");
    let k3 = held
        .contracts
        .iter()
        .find(|one| one["customer_id"] == id(&held.customers, "external_id", "4").as_str())
        .expect("K3");
    let mut active = k3.clone();
    active["status"] = json!("active");
    for member in ["id", "created_at", "updated_at", "expiry_date", "pause"] {
        active.as_object_mut().expect("an object").remove(member);
    }
    let active = server.call("PUT", &format!("/contract_v2/{}", k3["id"].as_str().expect("an id")), Some(active));
    assert_eq!(active["status"], "active", "{active}");
    server.call("DELETE", &format!("/customers/{peene}"), None);

    let before = server.sandbox.records();
    let planned = undo(&desk, "1", &["--dry-run"]);
    assert_eq!(server.sandbox.records(), before, "nothing is deleted to see what would be");
    assert_eq!(
        groups(&planned, "contracts"),
        [("deleted", "", 2), ("stays", "It is active in Zenskar, and only drafts can be deleted.", 1)]
    );
    let customers = groups(&planned, "customers");
    assert!(customers.contains(&("deleted", "", 2)), "1 and 3: {customers:?}");
    assert!(customers.contains(&("gone", "", 1)), "5: {customers:?}");
    assert!(
        customers.contains(&("stays", "It was changed in Zenskar since (“customer_name”).", 1)),
        "2: {customers:?}"
    );
    assert!(customers.contains(&("stays", "Records that stay refer to it.", 1)), "4: {customers:?}");
    assert_eq!(groups(&planned, "products"), [("deleted", "", 1), ("stays", "Records that stay refer to it.", 1)]);
    let usage = "Usage events cannot be deleted in Zenskar. They can only be corrected by further events.";
    assert_eq!(groups(&planned, "usage"), [("stays", usage, 2)]);

    let refused = desk.refused(["undo", "-m", "m.carryover", "--run", "1"]);
    assert_eq!(refused["code"], "precondition", "deleting is asked for in so many words");
    let taken = undo(&desk, "1", &["--yes"]);
    for dataset in ["contracts", "prices", "products", "usage", "streams", "customers"] {
        assert_eq!(groups(&taken, dataset), groups(&planned, dataset), "{dataset}: what was told is what was done");
    }
    let after = server.sandbox.records();
    let mut numbers: Vec<&str> = after.customers.iter().filter_map(|one| one["external_id"].as_str()).collect();
    numbers.sort_unstable();
    assert_eq!((numbers, after.contracts.len(), after.products.len()), (vec!["2", "4"], 1, 1));

    let told = report(&desk);
    assert_eq!(told["closed"], true, "what was taken back is told, and the sum closes: {told}");
    let lines = told["tie_out"].as_array().expect("lines");
    let of = |at: usize| (count(&lines[at]["loaded"]), count(&lines[at]["taken_back"]), &lines[at]["difference"]);
    assert_eq!((of(0), of(1), of(2)), ((2, 3, &json!(0)), (2, 0, &json!(0)), (1, 2, &json!(0))), "{told}");
    assert!(
        std::fs::read_dir(desk.path("report"))
            .expect("a folder")
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("customers_taken_back"))
    );
    let trail = desk.json(["trail", "-m", "m.carryover", "--find", "Took back run 1"]);
    assert_eq!(trail["entries"].as_array().map(Vec::len), Some(1), "{trail}");

    let runs = desk.json(["runs", "-m", "m.carryover"]);
    assert_eq!((&runs["runs"][0]["takes_back"], &runs["runs"][1]["taken_back_by"]), (&json!(1), &json!([2])), "{runs}");
    let page =
        desk.json(["runs", "-m", "m.carryover", "2", "--status", "taken_back", "--dataset", "customers", "--calls"]);
    let deleted: Vec<&Value> = page["records"]
        .as_array()
        .expect("records")
        .iter()
        .filter(|one| one["calls"].as_array().is_some_and(|calls| calls.len() == 2))
        .collect();
    assert_eq!(deleted.len(), 2, "made, then deleted: {page}");
    assert!(deleted.iter().all(|one| one["calls"][1]["method"] == "DELETE" && one["calls"][1]["run"] == 2), "{page}");

    // What was taken back may go out again; what is there is left as it is.
    let again = desk.json(UPLOAD);
    assert_eq!(
        (&again["datasets"]["customers"]["created"], &again["datasets"]["contracts"]["created"]),
        (&json!(5), &json!(3)),
        "{again}"
    );
    assert_eq!(server.sandbox.records().customers.len(), 5);
    assert_eq!(report(&desk)["closed"], true);
}

#[test]
fn kills_and_faults_leave_nothing_that_was_to_go_and_take_nothing_else() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    desk.json(UPLOAD);
    let before = server.sandbox.records();
    let kept = &before.customers[7];
    let renamed = json!({ "customer_name": "Somebody else's" });
    server.call("PATCH", &format!("/customers/{}", kept["id"].as_str().expect("an id")), Some(renamed));
    server.sandbox.set_faults(
        "latency=1ms,500-before=0.03,500-after=0.03,cut-before=0.02,cut-after=0.02,retry-after=0"
            .parse()
            .expect("known"),
    );
    let mut kills = 0;
    loop {
        let mut command = desk.command();
        command.args(["undo", "-m", "m.carryover", "--run", "1", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn().expect("the program starts");
        let last = server.sandbox.requests() + 20 + (kills as u64 * 53) % 97;
        let last = if kills < KILLS { last } else { u64::MAX };
        match server.kill_at(last, child) {
            Some(_) if kills >= KILLS => break,
            Some(code) => panic!("it ended by itself ({code}) after {kills} kills: make it longer"),
            None => kills += 1,
        }
        // Until it is through, nothing else is sent.
        let refused = desk.refused(UPLOAD);
        assert_eq!(refused["code"], "precondition", "{refused}");
    }
    server.sandbox.set_faults(sandbox::Faults::default());
    let after = server.sandbox.records();
    assert_eq!(after.contracts.len(), 0, "drafts all of them");
    let left: Vec<&Value> = after.customers.iter().map(|one| &one["external_id"]).collect();
    assert_eq!(left, [&kept["external_id"]], "only the one that was changed");
    assert_eq!(after.usage, before.usage, "events stay");
    assert_eq!(report(&desk)["closed"], true);
}

/// An upload that was stopped half way need not be finished to be taken back; afterwards there is nothing to resume.
#[test]
fn an_upload_that_was_cut_off_is_taken_back_too() {
    let (desk, server) = (Desk::new(), Server::with_faults("latency=20ms"));
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let mut command = desk.command();
    command.args(UPLOAD).stdout(Stdio::null()).stderr(Stdio::null());
    let mut upload = command.spawn().expect("the program starts");
    while server.sandbox.counts().customers < 20 {
        std::thread::yield_now();
    }
    upload.kill().expect("SIGKILL");
    upload.wait().expect("it ends");
    server.sandbox.set_faults(sandbox::Faults::default());
    let taken = undo(&desk, "1", &["--yes"]);
    assert_eq!((&taken["stays"], &taken["doubtful"]), (&json!(0), &json!(0)), "{taken}");
    assert_eq!(server.sandbox.counts().customers, 0);
    let runs = desk.json(["runs", "-m", "m.carryover"]);
    assert_eq!(runs["runs"][1]["state"], "given_up", "{runs}");
    let uploaded = desk.json(UPLOAD);
    assert_eq!(uploaded["run"], 3, "a new one: {uploaded}");
    assert_eq!(report(&desk)["closed"], true);
}

#[test]
fn of_kustomer_companies_without_customers_go_and_customers_stay() {
    let (desk, server) = (Desk::new(), Server::with("kustomer", Options::default()));
    desk.write(
        "companies.csv",
        "Company ID,Company name,Website\nC-1,Quillfeather,https://q1.example\nC-2,Brackwater,https://q2.example\n\
         C-3,Harrow,https://q3.example\n",
    );
    desk.write("customers.csv", "Contact ID,Full name,E-mail,Company ID\nP-1,Maren,a@quill.example,C-1\n");
    desk.json(["new", "m.carryover", "--to", "kustomer"]);
    desk.json(["import", "-m", "m.carryover", "companies.csv", "customers.csv"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    desk.json(UPLOAD);
    let harrow =
        server.sandbox.records().companies.iter().find(|one| one["externalId"] == "C-3").expect("there")["id"].clone();
    server.call(
        "PUT",
        &format!("/v1/companies/{}", harrow.as_str().expect("an id")),
        Some(json!({ "name": "Harrow & Pike" })),
    );

    let planned = undo(&desk, "1", &["--dry-run"]);
    let customers = "Customers cannot be deleted in Kustomer from here. Delete them in Kustomer by hand.";
    assert_eq!(groups(&planned, "customers"), [("stays", customers, 1)]);
    let companies = groups(&planned, "companies");
    assert!(companies.contains(&("deleted", "", 1)), "C-2: {companies:?}");
    assert!(companies.contains(&("stays", "Records that stay refer to it.", 1)), "C-1: {companies:?}");
    assert!(companies.contains(&("stays", "It was changed in Kustomer since (“name”).", 1)), "C-3: {companies:?}");
    let taken = undo(&desk, "1", &["--yes"]);
    assert_eq!(taken["groups"], planned["groups"], "what was told is what was done");
    let gone: Vec<Value> =
        server.sandbox.records().companies.into_iter().filter(|one| one["deleted"] == true).collect();
    assert_eq!(gone.iter().map(|one| &one["externalId"]).collect::<Vec<_>>(), ["C-2"]);
    let lines = report(&desk);
    assert_eq!((&lines["closed"], &lines["tie_out"][0]["taken_back"]), (&json!(true), &json!(1)), "{lines}");
}

#[test]
fn a_live_account_wants_its_name_typed_before_anything_is_deleted() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.write("customers.csv", "Customer No;Name;E-mail\n1;Hoorn;a@hoorn.example\n");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect_live(&server);
    desk.json(["upload", "-m", "m.carryover", "--with", "Brackwater", "--confirm", "Brackwater"]);
    for how in [&["--yes"][..], &["--confirm", "brackwater"]] {
        let refused = desk.refused([&["undo", "-m", "m.carryover", "--run", "1"][..], how].concat());
        assert_eq!(refused["code"], "precondition", "{refused}");
    }
    assert_eq!(server.sandbox.counts().customers, 1, "nothing was deleted");
    let taken = undo(&desk, "1", &["--confirm", "Brackwater"]);
    assert_eq!((&taken["deleted"], &taken["environment"]), (&json!(1), &json!("live")));
    assert_eq!(server.sandbox.counts().customers, 0);
}

#[test]
fn what_a_newer_file_found_as_it_was_goes_with_the_run_that_made_it() {
    let (desk, server) = (Desk::new(), Server::start());
    ready(&desk, &server);
    desk.json(UPLOAD);
    desk.write(
        "newer.csv",
        "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel AG,b@mosel.example\n3,Neckar,c@neckar.example\n\
         4,Oker,d@oker.example\n5,Peene,e@peene.example\n",
    );
    // What the second run finds as it was, the third finds so again.
    for updated in [1, 0] {
        let files = desk.json(["files", "-m", "m.carryover"]);
        let file = files["files"].as_array().expect("files").iter().find(|file| file["dataset"] == "customers");
        let source = file.expect("the file of customers")["source"].to_string();
        desk.json(["reread", "-m", "m.carryover", &source, "--from", "newer.csv"]);
        desk.json(["check", "-m", "m.carryover"]);
        let run = desk.json(UPLOAD);
        let tally = &run["datasets"]["customers"];
        assert_eq!((&tally["updated"], &tally["created"]), (&json!(updated), &json!(0)), "{run}");
    }

    let taken = undo(&desk, "1", &["--yes"]);
    let changed = "It was changed in Zenskar since (“customer_name”).";
    assert_eq!(groups(&taken, "customers"), [("deleted", "", 4), ("stays", changed, 1)], "{taken}");
    let left = server.sandbox.records().customers;
    assert_eq!(left.iter().map(|one| &one["external_id"]).collect::<Vec<_>>(), [&json!("2")]);
    let told = report(&desk);
    assert_eq!(told["closed"], true, "{told}");
    let customers = &told["tie_out"][0];
    assert_eq!((count(&customers["loaded"]), count(&customers["taken_back"])), (1, 4), "{told}");

    let again = desk.json(UPLOAD);
    assert_eq!(again["datasets"]["customers"]["created"], 4, "{again}");
    assert_eq!(server.sandbox.records().customers.len(), 5);
}
