//! Every file under `fixtures/intake` gives what the JSON beside it says.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::describe;

#[test]
fn every_file_gives_what_stands_beside_it() {
    let mut wrong = Vec::new();
    let files = files();
    assert!(files.len() > 50, "the fixtures are there");
    for file in files {
        let beside = PathBuf::from(format!("{}.json", file.display()));
        let expected =
            fs::read_to_string(&beside).unwrap_or_else(|_| panic!("{} has an expected answer", file.display()));
        let expected: Value = serde_json::from_str(&expected).expect("the expected answer is JSON");
        let found = describe(&file);
        if found != expected {
            wrong.push(format!("{}\n  expected {expected}\n  found    {found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/intake");
    let entries = fs::read_dir(&folder).expect("the folder of fixtures is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| file.extension().is_none_or(|extension| extension != "json" && extension != "md"));
    files.sort();
    files
}
