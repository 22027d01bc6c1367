//! `cargo xtask licences`: whose work is in the window, for its About dialog: ui/src/generated/licences.json.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::process::stdout;
use crate::trouble::Trouble;
use crate::workspace::{cargo, root};

const FILE: &str = "ui/src/generated/licences.json";

/// Name and version of a package, and its licence.
type Licences = BTreeMap<(String, String), String>;

/// Writes the list anew, or with `check` says when it is stale.
pub(crate) fn licences(check: bool) -> Result<(), Trouble> {
    let mut found = crates()?;
    found.extend(npm()?);
    let list: Vec<Value> = found
        .into_iter()
        .map(|((name, version), licence)| json!({ "name": name, "version": version, "licence": licence }))
        .collect();
    let lines: Vec<String> = list.iter().map(ToString::to_string).collect();
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

/// Crates that are compiled into the window on any system; not those that only build or test it.
fn crates() -> Result<Licences, Trouble> {
    let metadata = stdout(&mut cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--features",
        "carryover-desktop/desktop",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).unwrap_or_default();
    let nodes: BTreeMap<&str, &Value> =
        array(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = nodes.keys().filter(|id| id.contains("carryover-desktop")).copied().collect();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            let node = nodes.get(id).copied().unwrap_or(&Value::Null);
            let used = array(&node["deps"]).filter(|dep| array(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null()));
            waiting.extend(used.filter_map(|dep| dep["pkg"].as_str()));
        }
    }
    let packages =
        array(&metadata["packages"]).filter(|package| package["id"].as_str().is_some_and(|id| reached.contains(id)));
    Ok(packages.filter(|package| !package["source"].is_null()).filter_map(licence).collect())
}

/// Packages of the page, without those that only build or test it.
fn npm() -> Result<Licences, Trouble> {
    let lock = root().join("ui/package-lock.json");
    let text = fs::read_to_string(&lock).map_err(Trouble::file("read", &lock))?;
    let lock: Value = serde_json::from_str(&text).unwrap_or_default();
    let packages = lock["packages"].as_object().into_iter().flatten();
    let used =
        packages.filter(|(path, package)| !path.is_empty() && package["dev"] != true && package["optional"] != true);
    Ok(used
        .filter_map(|(path, package)| {
            let name = path.rsplit("node_modules/").next()?;
            Some(((name.to_owned(), text_of(&package["version"])), text_of(&package["license"])))
        })
        .collect())
}

fn licence(package: &Value) -> Option<((String, String), String)> {
    Some(((package["name"].as_str()?.to_owned(), text_of(&package["version"])), text_of(&package["license"])))
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
