//! The key is in the keychain or the environment, and nowhere else.

use std::fs;
use std::path::Path;

use sandbox::Options;

use crate::support::{Desk, Server};

#[test]
fn the_key_is_in_no_file_and_no_output() {
    let (desk, server) = (Desk::new(), Server::start());
    let key = Options::default().api_key;
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let mut said = String::new();
    for args in [
        &["plan", "-m", "m.carryover", "--with", "practice", "--json"][..],
        &["upload", "-m", "m.carryover", "--with", "practice"],
        &["connect", "list"],
        &["connect", "test", "practice"],
        &["report", "-m", "m.carryover", "--out", "report"],
        &["trail", "-m", "m.carryover"],
    ] {
        let answer = desk.command().env("CARRYOVER_LOG", "trace").args(args).output().expect("the program starts");
        said.push_str(&String::from_utf8_lossy(&answer.stdout));
        said.push_str(&String::from_utf8_lossy(&answer.stderr));
    }
    assert!(!said.contains(&key), "the key was printed");
    let mut looked_at = 0;
    search(desk.folder.path(), key.as_bytes(), &mut looked_at);
    assert!(looked_at > 5, "the journey leaves files to look at");
}

fn search(folder: &Path, key: &[u8], looked_at: &mut usize) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            search(&path, key, looked_at);
        } else {
            let bytes = fs::read(&path).expect("a readable file");
            assert!(!bytes.windows(key.len()).any(|window| window == key), "the key is in {}", path.display());
            *looked_at += 1;
        }
    }
}

#[test]
fn a_live_account_wants_its_name_typed() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    let organisation = server.sandbox.organisation().to_string();
    desk.json([
        "connect",
        "add",
        "Brackwater",
        "--url",
        &server.sandbox.url(),
        "--organisation",
        &organisation,
        "--environment",
        "live",
    ]);
    for confirm in [None, Some("brackwater"), Some("")] {
        let mut args = vec!["upload", "-m", "m.carryover", "--with", "Brackwater"];
        args.extend(confirm.iter().flat_map(|name| ["--confirm", *name]));
        let error = desk.refused(args);
        assert_eq!(error["code"], "precondition", "{error}");
    }
    assert!(server.sandbox.records().customers.is_empty(), "nothing was sent");
}
