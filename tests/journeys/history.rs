//! Looking back: which runs there were, what became of a record, and every call that was made for it.

use sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

const UPLOAD: [&str; 5] = ["upload", "-m", "m.carryover", "--with", "practice"];

fn runs(desk: &Desk, more: &[&str]) -> Value {
    desk.json([&["runs", "-m", "m.carryover"][..], more].concat())
}

#[test]
fn every_run_is_listed_and_a_record_tells_its_calls() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    assert_eq!(runs(&desk, &[])["runs"], json!([]), "nothing was sent yet");
    desk.json([&UPLOAD[..], &["--first", "3"]].concat());
    let uploaded = desk.json(UPLOAD);

    let listed = runs(&desk, &[]);
    let [rest, first] = listed["runs"].as_array().expect("runs").as_slice() else { panic!("two runs: {listed}") };
    assert_eq!((&first["number"], &first["mode"], &first["state"]), (&1.into(), &"first".into(), &"finished".into()));
    assert_eq!(
        (&rest["mode"], &rest["who"], &rest["connection"]),
        (&"everything".into(), &"Maren Okafor".into(), &"practice".into())
    );
    assert_eq!((&rest["destination"], &rest["environment"]), (&"zenskar".into(), &"practice".into()));
    assert_eq!(first["counts"]["created"], 3, "{first}");
    let created: u64 =
        uploaded["datasets"].as_object().expect("datasets").values().map(|one| count(&one["created"])).sum();
    assert_eq!(count(&rest["counts"]["created"]) + 3, created, "every row of every dataset: {rest}");

    let customer = &server.sandbox.records().customers[5];
    let key = customer["external_id"].as_str().expect("a number");
    let page = runs(&desk, &["2", "--key", key, "--dataset", "customers"]);
    let record = &page["records"][0];
    assert_eq!((&record["status"], &record["key"]), (&"created".into(), &key.into()), "{page}");
    let call = &record["calls"][0];
    assert_eq!((&call["method"], &call["path"], &call["status"]), (&"POST".into(), &"/customers".into(), &200.into()));
    let body = |member: &str| -> Value { serde_json::from_str(call[member].as_str().expect("JSON")).expect("JSON") };
    assert_eq!(body("request")["external_id"], key);
    assert_eq!(body("answer")["id"], customer["id"], "{call}");

    // An event is found by its number in the batch that it travelled in.
    let event = server.sandbox.records().usage.values().next().expect("a stream")[3].clone();
    let number = event["data"]["event_id"].as_str().expect("a number");
    let page = runs(&desk, &["2", "--key", number]);
    assert_eq!((&page["count"], &page["records"][0]["dataset"]), (&1.into(), &"usage".into()), "{page}");
    let sent = page["records"][0]["calls"][0]["request"].as_str().expect("a body");
    assert!(sent.contains(&format!("\"{number}\"")), "as it was sent");

    let refused = desk.refused(["runs", "-m", "m.carryover", "9"]);
    assert_eq!(refused["code"], "not_found");
}

/// What goes wrong on the wire is told attempt by attempt; what is refused says why.
#[test]
fn attempts_and_refusals_are_told() {
    let (desk, server) = (Desk::new(), Server::with_faults("429=0.3,retry-after=0"));
    let rows: Vec<String> = (1..=20).map(|number| format!("{number};Hoorn {number};a{number}@hoorn.example")).collect();
    desk.write("customers.csv", format!("Customer No;Name;E-mail\n{}\n", rows.join("\n")));
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    server.sandbox.set_faults(sandbox::Faults::default());
    let other = json!({ "external_id": "other", "customer_name": "Someone else", "email": "a7@hoorn.example" });
    server.call("POST", "/customers", Some(other));
    server.sandbox.set_faults("429=0.3,retry-after=0".parse().expect("known faults"));
    desk.json(UPLOAD);
    let created = runs(&desk, &["1", "--status", "created", "--calls"]);
    assert_eq!(created["count"], 19, "{created}");
    let records = created["records"].as_array().expect("records");
    let again = records.iter().find(|record| record["attempts"] != 1).expect("some had to be sent again");
    let statuses: Vec<&Value> = again["calls"].as_array().expect("calls").iter().map(|call| &call["status"]).collect();
    assert_eq!((statuses[0], statuses[statuses.len() - 1]), (&json!(429), &json!(200)), "{again}");
    let refused = runs(&desk, &["1", "--status", "refused", "--calls"]);
    let record = &refused["records"][0];
    assert_eq!((&refused["count"], &record["key"]), (&json!(1), &json!("7")), "{refused}");
    assert!(record["reason"].as_str().is_some_and(|reason| reason.contains("a7@hoorn.example")), "{refused}");
    let last = record["calls"].as_array().and_then(|calls| calls.last()).expect("a call");
    assert_eq!(last["status"], 400, "{refused}");
}

/// A file whose cells hold the key, a card and an account: what is kept of requests and answers has none of them.
#[test]
fn no_key_no_card_and_no_account_is_kept_of_a_call() {
    let (desk, server) = (Desk::new(), Server::start());
    let key = Options::default().api_key;
    let (card, account) = ("4242424242424242", "DE89370400440532013000");
    desk.write(
        "customers.csv",
        format!("Customer No;Name;E-mail;Note;Ref;Acct\n1;Hoorn {key};a@hoorn.example;{key};{card};{account}\n"),
    );
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["map", "-m", "m.carryover", "customers", "--keep", "Note", "--keep", "Ref", "--keep", "Acct"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    desk.json(UPLOAD);
    let sent = server.sandbox.records().customers[0].to_string();
    assert!(sent.contains(&key) && sent.contains(card) && sent.contains(account), "it was sent as it stands: {sent}");
    let page = runs(&desk, &["1", "--calls"]);
    let kept = page.to_string();
    assert!(kept.contains("Hoorn ••••••••"), "{kept}");
    for secret in [key.as_str(), card, account] {
        assert!(!kept.contains(secret), "{secret} is kept: {kept}");
    }
}

/// Records that travel together are told apart: each has its own part of the job's answer.
#[test]
fn a_record_of_a_job_has_its_own_answer() {
    let (desk, server) = (Desk::new(), Server::with("kustomer", Options::default()));
    desk.write(
        "customers.csv",
        "Contact ID,Full name,E-mail\nP-1,Maren,a@quill.example\nP-2,Jonas,b@quill.example\nP-3,Greta,c@quill.example\n",
    );
    desk.json(["new", "m.carryover", "--to", "kustomer"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    desk.json(UPLOAD);
    let page = runs(&desk, &["1", "--key", "P-2"]);
    let call = &page["records"][0]["calls"][0];
    assert_eq!((&call["path"], &call["status"]), (&"/v1/customers/bulk".into(), &201.into()), "{page}");
    let answer: Value = serde_json::from_str(call["answer"].as_str().expect("an answer")).expect("JSON");
    assert_eq!(answer["result"]["objectId"], page["records"][0]["remote_id"], "{answer}");
    assert!(call["request"].as_str().is_some_and(|sent| sent.contains("b@quill.example")), "{call}");
}
