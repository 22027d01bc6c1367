//! `cargo xtask licences`: whose work is in the window and the command line, for the About dialog:
//! ui/src/generated/licences.json.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::parts;
use crate::trouble::Trouble;
use crate::workspace::root;

const FILE: &str = "ui/src/generated/licences.json";

/// Writes the list anew, or with `check` says when it is stale.
pub(crate) fn licences(check: bool) -> Result<(), Trouble> {
    let lines: Vec<String> = parts::all()?
        .into_iter()
        .map(|part| json!({ "name": part.name, "version": part.version, "licence": part.licence }).to_string())
        .collect();
    let fresh = format!("[\n  {}\n]\n", lines.join(",\n  "));
    if check {
        let kept = fs::read_to_string(path()).unwrap_or_default();
        return if kept == fresh { Ok(()) } else { Err(Trouble::Stale { file: FILE, chore: "cargo xtask licences" }) };
    }
    fs::write(path(), fresh).map_err(Trouble::file("write", path()))
}

fn path() -> PathBuf {
    root().join(FILE)
}
