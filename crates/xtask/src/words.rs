//! `cargo xtask words`: every sentence the program says stands in the catalogue of the page: ui/messages/engine.de.json.
//!
//! The key of a sentence is the English template as it stands in the Rust source; so the source needs to know nothing of
//! languages. `engine.en.json` holds only what a window must say otherwise than a terminal.

mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::trouble::Trouble;
use crate::workspace::root;

const GERMAN: &str = "ui/messages/engine.de.json";
const ENGLISH: &str = "ui/messages/engine.en.json";
const SPEAKERS: [&str; 2] = ["crates/engine/src", "src-tauri/src"];

/// What is written into files stays English, whoever reads them.
const WRITTEN: [&str; 3] =
    ["crates/engine/src/report/evidence", "crates/engine/src/report/lists.rs", "crates/engine/src/report/reasons.rs"];

/// What the rule takes for said although the page never shows it as it comes.
const NOT_SAID: [&str; 50] = [
    // Steps, which the page names itself.
    "Files",
    "Match",
    "Review",
    "Tie out",
    "Upload",
    "Report",
    // Written into files.
    "Findings",
    "What was found",
    "Carryover",
    "Destination id",
    "Reason",
    "Line",
    "Not loaded",
    "Tie-out",
    "Closed",
    "Open",
    "stopped: has errors",
    "in doubt",
    "not sent",
    "Perhaps sent; the upload ended before an answer came. Resume it.",
    // Names that are kept: of columns without one, of the practice connection, of file types in dialogs.
    "Column {0}",
    "Practice",
    "Migration",
    "Excel",
    "CSV, TSV, TXT, Excel",
    "Zenskar",
    "Kustomer",
    // Sent.
    "content-type: application/json",
    "Standard Phase",
    "Decimal",
    "Bool",
    "Num",
    "Str",
    "Tree",
    "Txt",
    "Url",
    "String",
    // Names of files that are made.
    "%Y-%m-%d %H.%M.%S",
    "{name}, pasted {at}.tsv",
    // Recognised.
    "Message",
    "Mwst",
    "Ust",
    "Dec",
    "December",
    "Thu",
    "Thursday",
    "XXX",
    "%-d %B %Y",
    "$ ¥ ￥ kr kr. Kr Rs Rs. R L lei Fr ¢ ¤",
    // Said where there is no page.
    "The window of Carryover could not be opened: {error}",
];

/// Where a template stands first: `crates/engine/src/api/error.rs:70`.
type Places = BTreeMap<String, Place>;

struct Place {
    at: String,
    is_said: bool,
}

/// Names what is missing in the catalogue and what is in it although nobody says it. Without `check`, the catalogue gets
/// the missing ones, to be translated, and loses the others.
pub(crate) fn words(check: bool) -> Result<(), Trouble> {
    let places = places()?;
    let (german, english) = (catalogue(GERMAN)?, catalogue(ENGLISH)?);
    let missing: Vec<_> = places.iter().filter(|(said, place)| place.is_said && !german.contains_key(*said)).collect();
    let stale: Vec<_> = [(GERMAN, &german), (ENGLISH, &english)]
        .into_iter()
        .flat_map(|(file, texts)| texts.keys().filter(|said| !places.contains_key(*said)).map(move |said| (file, said)))
        .collect();
    for (said, place) in &missing {
        println!("missing  {}: {said}", place.at);
    }
    for (file, said) in &stale {
        println!("stale    {file}: {said}");
    }
    if missing.is_empty() && stale.is_empty() {
        return Ok(());
    }
    if check {
        return Err(Trouble::Untranslated { missing: missing.len(), stale: stale.len() });
    }
    let kept = german.iter().filter(|(said, _)| places.contains_key(*said));
    let fresh = missing.iter().map(|(said, _)| (said.as_str(), ""));
    let kept = kept.map(|(said, text)| (said.as_str(), text.as_str().unwrap_or_default()));
    write(GERMAN, kept.chain(fresh).collect())?;
    println!("Translate the empty ones in {GERMAN}.");
    Ok(())
}

fn places() -> Result<Places, Trouble> {
    let mut places = Places::new();
    for file in SPEAKERS.iter().map(|folder| files(&root().join(folder))).collect::<Result<Vec<_>, _>>()?.concat() {
        let text = fs::read_to_string(&file).map_err(Trouble::file("read", &file))?;
        let short = file.strip_prefix(root()).unwrap_or(&file);
        let literals = source::literals(short, &text).map_err(|error| Trouble::Source {
            path: file.clone(),
            line: error.span().start().line,
            error,
        })?;
        let is_written = WRITTEN.iter().any(|path| short.starts_with(path));
        for literal in literals {
            let is_said = literal.is_said && !is_written && !NOT_SAID.contains(&literal.template.as_str());
            let at = format!("{}:{}", short.display(), literal.line);
            let place = places.entry(literal.template).or_insert(Place { at: at.clone(), is_said });
            if is_said && !place.is_said {
                *place = Place { at, is_said };
            }
        }
    }
    Ok(places)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Trouble::file("read", folder))? {
        let path = entry.map_err(Trouble::file("read", folder))?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn catalogue(file: &str) -> Result<Map<String, Value>, Trouble> {
    let path = root().join(file);
    let text = fs::read_to_string(&path).map_err(Trouble::file("read", &path))?;
    serde_json::from_str(&text).map_err(|error| Trouble::Catalogue { path, error })
}

/// As prettier would.
fn write(file: &str, texts: BTreeMap<&str, &str>) -> Result<(), Trouble> {
    let path = root().join(file);
    let texts: Map<String, Value> = texts.into_iter().map(|(said, text)| (said.to_owned(), text.into())).collect();
    let text = format!("{:#}\n", Value::Object(texts));
    fs::write(&path, text).map_err(Trouble::file("write", path))
}
