//! The files that readers are asked about, and what is right about them.
//!
//! W3C's are annotated by others. Those of other projects are labelled here, in `labels.tsv`. Spoilt ones are made by the
//! table of cases that the engine's tests hold. Rewritten ones are the sound ones of the first two, cell for cell, with
//! other separators and quotes: what is right about them is known without anybody's judgement.

#[path = "../../../engine/tests/intake/pollution.rs"]
mod pollution;

use std::fs;
use std::path::Path;

use super::answer::{Expected, Table};
use crate::trouble::Trouble;

const LABELS: &str = include_str!("labels.tsv");

pub(super) struct Collection {
    pub(super) name: &'static str,
    pub(super) about: String,
    pub(super) files: Vec<Expected>,
    /// Whether readers are to give their cells too.
    pub(super) cells: bool,
}

/// Every collection that is there; those of others only with their folder.
pub(super) fn all(corpus: Option<&Path>, folder: &Path) -> Result<Vec<Collection>, Trouble> {
    let mut collections = Vec::new();
    if let Some(corpus) = corpus {
        collections.extend(annotated(corpus)?);
        collections.extend(labelled(corpus));
        let sound: Vec<Expected> =
            collections.iter().flat_map(|collection: &Collection| collection.files.iter().cloned()).collect();
        collections.push(rewritten(&sound, &folder.join("rewritten"))?);
    }
    collections.push(spoilt(&folder.join("spoilt"))?);
    Ok(collections)
}

/// The files of the W3C's tests, with the annotations beside them.
fn annotated(corpus: &Path) -> Result<Option<Collection>, Trouble> {
    let folder = corpus.join("w3c_csvw");
    let list = folder.join("W3C-CSVW-Dialect_annotations.txt");
    if !list.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(&list).map_err(Trouble::file("read", &list))?;
    let files: Vec<Expected> = text.lines().skip(2).filter_map(|line| annotation(line, &folder)).collect();
    Ok(Some(Collection { name: "w3c_csvw", about: "annotated by others".to_owned(), files, cells: false }))
}

/// `addresses.csv|utf8|comma|doublequote||lf`.
fn annotation(line: &str, folder: &Path) -> Option<Expected> {
    let parts: Vec<&str> = line.split('|').collect();
    let &[name, encoding, delimiter, quote, ..] = parts.as_slice() else { return None };
    let delimiter = match delimiter {
        "comma" => ",",
        "semicolon" => ";",
        "tab" => "\t",
        "space" => " ",
        _ => return None,
    };
    let path = folder.join("W3C-CSVW").join(name);
    let encoding = fs::read(&path).ok().map(|bytes| settled(encoding, &bytes))?;
    let quote = (quote == "doublequote").then_some('"');
    let delimiter = Some(delimiter.to_owned());
    Some(Expected { path, name: name.to_owned(), delimiter, quote, encoding: Some(encoding), ..Expected::default() })
}

/// Two files are annotated as UTF-8 and are not: each has a single byte of Windows' Western encoding (`£`).
fn settled(annotated: &str, bytes: &[u8]) -> String {
    let utf8 = annotated == "utf8" && std::str::from_utf8(bytes).is_ok();
    if utf8 { "utf-8".to_owned() } else { "windows-1252".to_owned() }
}

/// Files of other projects by the labels kept here. One that is not there, or is another by now, is left out.
fn labelled(corpus: &Path) -> Option<Collection> {
    let mut files = Vec::new();
    let mut missing = 0;
    for line in LABELS.lines().filter(|line| !line.starts_with('#')) {
        match label(line, corpus) {
            Some(file) => files.push(file),
            None => missing += 1,
        }
    }
    let about = format!(
        "labelled in `labels.tsv` (proposed by Carryover, corrected by eye where readers differ, so in its favour); {missing} \
         more are not there or were changed"
    );
    (!files.is_empty()).then_some(Collection { name: "other projects", about, files, cells: false })
}

/// Path, SHA-256, separator, quote, encoding, header row, `titles` where lines stand above it; `-` is not known.
fn label(line: &str, corpus: &Path) -> Option<Expected> {
    let parts: Vec<&str> = line.split('\t').collect();
    let &[name, sha256, delimiter, quote, encoding, header_row, titles] = parts.as_slice() else { return None };
    let path = corpus.join(name);
    let Ok(bytes) = fs::read(&path) else { return None };
    if digest(&bytes) != sha256 {
        return None;
    }
    let known = |text: &str| (text != "-").then(|| text.to_owned());
    let delimiter = known(delimiter).map(|delimiter| match delimiter.as_str() {
        "tab" => "\t".to_owned(),
        "blank" => " ".to_owned(),
        "x01" => "\u{1}".to_owned(),
        _ => delimiter,
    });
    Some(Expected {
        path,
        name: name.to_owned(),
        delimiter,
        quote: known(quote).and_then(|quote| quote.chars().next()),
        encoding: known(encoding),
        header_row: known(header_row).and_then(|row| row.parse().ok()),
        titles: titles == "titles",
        table: None,
    })
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(bytes);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        _ = write!(text, "{byte:02x}");
        text
    })
}

fn spoilt(folder: &Path) -> Result<Collection, Trouble> {
    empty(folder)?;
    let mut files = Vec::new();
    for case in pollution::cases() {
        let path = folder.join(format!("{}.csv", case.name.replace('/', "-")));
        fs::write(&path, &case.bytes).map_err(Trouble::file("write", &path))?;
        files.push(Expected {
            path,
            name: case.name,
            delimiter: case.delimiter.map(str::to_owned),
            quote: case.rows.iter().flatten().any(|cell| cell.contains(',')).then_some(case.quote),
            encoding: Some(case.encoding.to_owned()),
            titles: case.titles > 0,
            header_row: None,
            table: Some(Table { header: case.header, rows: case.rows }),
        });
    }
    let about = "four sound tables, each spoilt in every way of `crates/engine/tests/intake/pollution.rs`".to_owned();
    Ok(Collection { name: "spoilt", about, files, cells: true })
}

fn empty(folder: &Path) -> Result<(), Trouble> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Trouble::file("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(Trouble::file("make", folder))
}

/// Rows of a file that are written again; more prove nothing more.
const ROWS: usize = 150;
/// Separators of rewritten files, with names for them.
const SEPARATORS: [(u8, &str); 14] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "pipe"),
    (b' ', "blank"),
    (b':', "colon"),
    (b'^', "caret"),
    (b'~', "tilde"),
    (b'#', "hash"),
    (b'&', "ampersand"),
    (b'!', "exclamation"),
    (b'*', "asterisk"),
    (b'/', "slash"),
    (1, "start_of_heading"),
];

fn rewritten(sound: &[Expected], folder: &Path) -> Result<Collection, Trouble> {
    empty(folder)?;
    let mut files = Vec::new();
    for (number, expected) in sound.iter().enumerate() {
        let Some(rows) = sound_rows(expected) else { continue };
        // Two of the separators each: all of them prove little more and take an hour of the slowest reader.
        let turn = |index: &usize| (index + number).is_multiple_of(SEPARATORS.len() / 2);
        for (separator, name) in (0..SEPARATORS.len()).filter(turn).map(|index| SEPARATORS[index]) {
            let quote = if (number + name.len()) % 4 == 0 { '\'' } else { '"' };
            let path = folder.join(format!("{number:04}-{name}.csv"));
            let bytes = rewrite(&rows, separator, quote);
            fs::write(&path, bytes).map_err(Trouble::file("write", &path))?;
            files.push(Expected {
                path,
                name: format!("{} with {name}", expected.name),
                delimiter: Some(char::from(separator).to_string()),
                ..Expected::default()
            });
        }
    }
    let about =
        "sound files of the two above, written again with two each of 14 separators and either quote".to_owned();
    Ok(Collection { name: "rewritten", about, files, cells: false })
}

/// The rows of a file in UTF-8 with more than one column and more than a few words in them.
fn sound_rows(expected: &Expected) -> Option<Vec<Vec<String>>> {
    let delimiter = expected.delimiter.as_ref().filter(|delimiter| delimiter.len() == 1)?;
    let text = String::from_utf8(fs::read(&expected.path).ok()?).ok()?;
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter.as_bytes()[0]).flexible(true).has_headers(false);
    let mut reader = builder.from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().flatten().take(ROWS).map(|row| row.iter().map(str::to_owned).collect()).collect();
    let letters: usize = rows.iter().flatten().map(String::len).sum();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    (width > 1 && letters >= 40).then_some(rows)
}

fn rewrite(rows: &[Vec<String>], separator: u8, quote: char) -> Vec<u8> {
    let mut builder = csv::WriterBuilder::new();
    builder.delimiter(separator).quote(quote as u8).flexible(true);
    let mut writer = builder.from_writer(Vec::new());
    // Writing to memory cannot fail.
    for row in rows {
        _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
