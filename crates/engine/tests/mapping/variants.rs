//! Known exports in other dress: renamed, missing, reordered, extra and translated columns.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use engine::mapping::Confidence;
use engine::recognise;
use serde::Deserialize;

use crate::tally::Share;

/// As much of a system's file as is needed here.
#[derive(Deserialize)]
struct System {
    #[serde(rename = "system")]
    name: String,
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
    export: Vec<Export>,
}

#[derive(Deserialize)]
struct Export {
    name: String,
    columns: Vec<String>,
}

/// A way to change a header.
type Variant = fn(&System, &[String]) -> Vec<String>;

const VARIANTS: [(&str, Variant); 7] = [
    ("as it is", |_, columns| columns.to_vec()),
    ("capitals and `_`", |_, columns| columns.iter().map(|column| column.to_uppercase().replace(' ', "_")).collect()),
    ("reordered", |_, columns| columns.iter().rev().cloned().collect()),
    ("every fifth renamed", |_, columns| {
        let renamed = |(place, column): (usize, &String)| {
            if place % 5 == 4 { format!("Our field {place}") } else { column.clone() }
        };
        columns.iter().enumerate().map(renamed).collect()
    }),
    ("every third missing", |_, columns| {
        columns.iter().enumerate().filter(|(place, _)| place % 3 != 2).map(|(_, column)| column.clone()).collect()
    }),
    ("a quarter more", |_, columns| {
        let more = (0..columns.len().div_ceil(4)).map(|place| format!("Our own {place}"));
        columns.iter().cloned().chain(more).collect()
    }),
    ("translated", |system, columns| {
        let translated = |column: &String| {
            let other = system.also.get(column).and_then(|others| others.first());
            other.unwrap_or(column).clone()
        };
        columns.iter().map(translated).collect()
    }),
];

fn systems() -> Vec<System> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/recognise/systems");
    let entries = fs::read_dir(folder).expect("the systems are there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &_| toml::from_str(&fs::read_to_string(path).expect("a system is text")).expect("it is TOML");
    paths.iter().map(read).collect()
}

/// Whether a header is told to be of this export: certain, or at least proposed.
fn told(system: &System, export: &Export, columns: &[String]) -> Option<Confidence> {
    let known = recognise::export(columns)?;
    ((known.system, known.export) == (system.name.as_str(), export.name.as_str())).then_some(known.confidence)
}

/// Two tables: what of each system is told in each dress, and what is not.
pub(crate) fn section() -> String {
    let mut text = "\n## Recognition of known exports\n\nEvery export of every system, its header changed. A cell says how many \
                    of the exports are told with certainty; a system whose headings are in one language only has nothing to \
                    translate.\n\n| system |"
        .to_owned();
    let mut missed = String::new();
    // Writing to a String cannot fail.
    _ = VARIANTS.iter().try_for_each(|(name, _)| write!(text, " {name} |"));
    text += "\n| --- |";
    text += &" ---: |".repeat(VARIANTS.len());
    text.push('\n');
    for system in systems() {
        _ = write!(text, "| {} |", system.name);
        for (name, change) in VARIANTS {
            let mut share = Share::default();
            for export in &system.export {
                let told = told(&system, export, &change(&system, &export.columns));
                share.of += 1;
                share.part += usize::from(told == Some(Confidence::Certain));
                if told != Some(Confidence::Certain) {
                    let what = if told.is_some() { "proposed" } else { "not told" };
                    _ = writeln!(missed, "| {} | {} | {name} | {what} |", system.name, export.name);
                }
            }
            _ = write!(text, " {} of {} |", share.part, share.of);
        }
        text.push('\n');
    }
    if !missed.is_empty() {
        text += "\n| system | export | dress | outcome |\n| --- | --- | --- | --- |\n";
        text += &missed;
    }
    text
}
