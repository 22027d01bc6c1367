//! Whose work is in what users install: packages of both programs and of the page, not those that only build or test them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::process::stdout;
use crate::trouble::Trouble;
use crate::workspace::{cargo, root};

/// What a package brings: the window's program, which holds the page, and the command line.
const PROGRAMS: [&str; 2] = ["carryover-desktop", "carryover-cli"];

/// By name, so that lists of them are.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
    /// As package URLs call it: `cargo` or `npm`.
    registry: &'static str,
}

pub(crate) fn all() -> Result<BTreeSet<Part>, Trouble> {
    let mut parts = crates()?;
    parts.extend(npm()?);
    Ok(parts)
}

/// The parts as CycloneDX 1.5 lists them, for who looks up what is known to be wrong with any. It has no date, so the same
/// parts make the same list.
pub(crate) fn bill_of_materials(parts: &BTreeSet<Part>) -> Value {
    let components: Vec<Value> = parts.iter().map(Part::component).collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "carryover", "version": version } },
        "components": components,
    })
}

impl Part {
    fn component(&self) -> Value {
        let Self { name, version, registry, .. } = self;
        // The scope of an npm package is a part of its path there.
        let url = format!("pkg:{registry}/{}@{version}", name.replace('@', "%40"));
        let mut component = json!({ "type": "library", "name": name, "version": version, "bom-ref": url, "purl": url });
        if !self.licence.is_empty() {
            // How some wrote it before there were expressions.
            let expression = self.licence.replace('/', " OR ");
            component["licenses"] = json!([{ "expression": expression }]);
        }
        component
    }
}

/// Crates that are compiled into the programs on any system.
fn crates() -> Result<BTreeSet<Part>, Trouble> {
    let features = ["--features", "carryover-desktop/desktop"];
    let metadata = stdout(cargo(&["metadata", "--format-version", "1", "--locked"]).args(features))?;
    let metadata: Value = serde_json::from_str(&metadata).unwrap_or_default();
    let nodes: BTreeMap<&str, &Value> =
        array(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let is_program = |id: &&str| PROGRAMS.iter().any(|program| id.contains(program));
    let mut waiting: Vec<&str> = nodes.keys().copied().filter(is_program).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            let node = nodes.get(id).copied().unwrap_or(&Value::Null);
            let used = array(&node["deps"]).filter(|dep| array(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null()));
            waiting.extend(used.filter_map(|dep| dep["pkg"].as_str()));
        }
    }
    let packages = array(&metadata["packages"]);
    let used = packages.filter(|package| package["id"].as_str().is_some_and(|id| reached.contains(id)));
    let of_others = used.filter(|package| !package["source"].is_null());
    Ok(of_others.map(|package| part("cargo", text(&package["name"]), package)).collect())
}

/// Packages of the page.
fn npm() -> Result<BTreeSet<Part>, Trouble> {
    let lock = root().join("ui/package-lock.json");
    let text = fs::read_to_string(&lock).map_err(Trouble::file("read", &lock))?;
    let lock: Value = serde_json::from_str(&text).unwrap_or_default();
    let packages = lock["packages"].as_object().into_iter().flatten();
    let used =
        packages.filter(|(path, package)| !path.is_empty() && package["dev"] != true && package["optional"] != true);
    Ok(used
        .filter_map(|(path, package)| Some(part("npm", path.rsplit("node_modules/").next()?.to_owned(), package)))
        .collect())
}

fn part(registry: &'static str, name: String, package: &Value) -> Part {
    Part { name, version: text(&package["version"]), licence: text(&package["license"]), registry }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_the_address_that_scanners_look_for() {
        let named = |registry, name: &str, licence: &str| Part {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            licence: licence.to_owned(),
            registry,
        };
        let parts = [
            named("cargo", "csv", "Unlicense/MIT"),
            named("npm", "@tauri-apps/api", ""),
            named("npm", "marked", "MIT"),
        ];
        let list = bill_of_materials(&parts.into_iter().collect());
        let found: Vec<_> = array(&list["components"])
            .map(|part| (text(&part["purl"]), text(&part["licenses"][0]["expression"])))
            .collect();
        let expected = [
            ("pkg:npm/%40tauri-apps/api@1.2.3", ""),
            ("pkg:cargo/csv@1.2.3", "Unlicense OR MIT"),
            ("pkg:npm/marked@1.2.3", "MIT"),
        ];
        assert_eq!(found, expected.map(|(url, licence)| (url.to_owned(), licence.to_owned())));
    }
}
