//! What the Upload step of the window shows, by the command line: the records of a plan, an exact request, and a second try
//! of what was refused.

use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

#[test]
fn a_plan_lists_its_records_and_shows_what_would_be_sent() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let plan = ["plan", "-m", "m.carryover", "--with", "practice"];
    let listed = desk.json([&plan[..], &["--rows", "customers"]].concat());
    let counts = &listed["plan"]["datasets"]["customers"];
    let records = listed["records"].as_array().expect("records");
    for action in ["create", "update", "unchanged", "skip"] {
        let rows: u64 =
            records.iter().filter(|record| record["action"] == action).map(|record| count(&record["rows"])).sum();
        assert_eq!(rows, count(&counts[action]), "{action}: every row of the counts is in the list");
    }
    let skipped = desk.json([&plan[..], &["--rows", "customers", "--only", "skip"]].concat());
    let reasons = skipped["records"].as_array().expect("records");
    assert!(reasons.iter().all(|record| record["why"]["why"] == "excluded"), "{skipped}");

    let created: Vec<&Value> = records.iter().filter(|record| record["action"] == "create").collect();
    let (middle, last) = (created[created.len() / 2], created[created.len() - 1]);
    for record in [created[0], created[1], middle, last] {
        let key = record["key"].as_str().expect("a key");
        let shown = desk.json([&plan[..], &["--request", key]].concat());
        let request = shown["request"].as_str().expect("a request, wherever its row stands");
        assert!(request.starts_with("POST ") && request.contains(key), "{request}");
        assert!(!request.contains(server.sandbox.api_key()), "the key is masked");
    }
    assert_eq!(server.sandbox.records().customers.len(), 0, "nothing was sent");
    assert_eq!(desk.refused([&plan[..], &["--request", "no such"]].concat())["code"], "not_found");
}

#[test]
fn only_failed_sends_nothing_that_was_not_refused() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.write("customers.csv", "Customer No;Name;E-mail\n1;Hoorn;a@hoorn.example\n2;Mosel;b@mosel.example\n");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    let upload = ["upload", "-m", "m.carryover", "--with", "practice"];
    let first = desk.json([&upload[..], &["--first", "1"]].concat());
    assert_eq!(first["datasets"]["customers"]["created"], 1, "{first}");
    let again = desk.json([&upload[..], &["--only-failed"]].concat());
    assert_eq!(again["datasets"]["customers"]["created"], 1, "nothing was refused, so nothing goes: {again}");
    let rest: Value = desk.json(upload);
    assert_eq!(rest["datasets"]["customers"]["created"], json!(2), "{rest}");
    assert_eq!(server.sandbox.records().customers.len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_upload_and_it_goes_on_with_room() {
    let (desk, server) = (Desk::new(), Server::start());
    let rows: Vec<String> = (1..=600).map(|row| format!("{row},Works {row},a@w{row}.example")).collect();
    desk.write("customers.csv", format!("Customer Number,Name,E-mail\n{}\n", rows.join("\n")));
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    // A limit on the size of files is to the program what a full disk is: a write that comes back short.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 400; exec {} upload -m m.carryover --with practice",
        env!("CARGO_BIN_EXE_carryover")
    );
    let mut shell = desk.command();
    let mut command = std::process::Command::new("sh");
    command.current_dir(desk.folder.path()).args(["-c", &limited]);
    for (name, value) in shell.get_envs() {
        command.env(name, value.expect("a value"));
    }
    let stopped = command.output().expect("a shell");
    assert_eq!(stopped.status.code(), Some(2), "{}", String::from_utf8_lossy(&stopped.stderr));
    let there = server.sandbox.counts().customers;
    assert!((1..600).contains(&there), "in the middle of it: {there}");
    shell.args(["--json", "upload", "-m", "m.carryover", "--with", "practice", "--resume"]);
    assert!(shell.output().expect("the program starts").status.success());
    assert_eq!(server.sandbox.counts().customers, 600);
}
