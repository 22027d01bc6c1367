//! docs/ACCURACY.md: how often each reader is right, by collection, and what Carryover misses, with the reason.

use std::fmt::Write as _;
use std::fs;

use super::Measured;
use super::answer::{Question, Score};
use super::readers::Reader;
use crate::trouble::Trouble;
use crate::workspace::root;

/// Why some answers are not those that were expected, by the beginning of the file's name. Kept by hand; a miss without
/// a reason is shown as one.
const REASONS: &str = include_str!("reasons.tsv");
/// Misses that are listed one by one; of the many rewritten files only counts say something.
const LISTED: usize = 60;

const QUESTIONS: [(Question, &str); 6] = [
    (Question::Delimiter, "separator"),
    (Question::Quote, "quote"),
    (Question::Encoding, "encoding"),
    (Question::HeaderRow, "header row"),
    (Question::Titles, "… below title lines"),
    (Question::Cells, "every cell"),
];

pub(super) fn write(measured: &[Measured], with_corpus: bool) -> Result<(), Trouble> {
    let page = page(measured);
    println!("{page}");
    if !with_corpus {
        eprintln!("Without `--corpus DIR` only files made here were measured; docs/ACCURACY.md was not written.");
        return Ok(());
    }
    let path = root().join("docs").join("ACCURACY.md");
    fs::write(&path, page).map_err(Trouble::file("write", path))
}

fn page(measured: &[Measured]) -> String {
    let mut page = "# Reading unknown files, measured\n\n\
        Each file was given to each reader with nothing told; all readers in one run. Made by\n\
        `cargo xtask accuracy --corpus DIR`, which also says what the collections are. A cell of the tables is right answers of\n\
        those that have a right one; an error is a wrong answer. Points, of ten: one for reading at all, three each for the\n\
        header, the records and the cells (the harmonic mean of how many of the right ones came out, and how many of what came\n\
        out are right), averaged over all files.\n\n"
        .to_owned();
    for collection in measured {
        let Measured { name, about, files, .. } = collection;
        // Writing to a String cannot fail.
        _ = writeln!(page, "## {name}\n\n{files} files, {about}.\n");
        table(&mut page, collection);
    }
    page += "## What Carryover misses\n\n";
    for collection in measured {
        misses(&mut page, collection);
    }
    page
}

fn table(page: &mut String, collection: &Measured) {
    let asked: Vec<_> = QUESTIONS
        .iter()
        .filter(|(question, _)| collection.scores.iter().any(|score| score.counts.contains_key(question)))
        .collect();
    let pointed = collection.scores.iter().any(|score| score.pointed > 0);
    let mut heads: Vec<&str> = asked.iter().map(|(_, name)| *name).collect();
    heads.extend(pointed.then_some("points"));
    _ = writeln!(page, "| reader | {} |\n| --- |{}", heads.join(" | "), " ---: |".repeat(heads.len()));
    for (reader, score) in Reader::ALL.iter().zip(&collection.scores) {
        let mut cells: Vec<String> = asked.iter().map(|(question, _)| share(score, *question)).collect();
        cells.extend(pointed.then(|| format!("{:.2}", score.points / score.pointed.max(1) as f64)));
        _ = writeln!(page, "| {} | {} |", reader.name(), cells.join(" | "));
    }
    page.push('\n');
}

fn share(score: &Score, question: Question) -> String {
    let &(right, asked) = score.counts.get(&question).unwrap_or(&(0, 0));
    if asked == 0 {
        return "–".to_owned();
    }
    format!("{right} of {asked} ({:.1} %)", 100.0 * right as f64 / asked as f64)
}

fn misses(page: &mut String, collection: &Measured) {
    let Some(ours) = collection.scores.first().filter(|ours| !ours.missed.is_empty()) else { return };
    if ours.missed.len() > LISTED {
        _ = writeln!(page, "### {}\n\n{} answers, by what they were asked of:\n", collection.name, ours.missed.len());
        counts(page, ours);
        return;
    }
    _ = writeln!(page, "### {}\n\n| file | what | found | why |\n| --- | --- | --- | --- |", collection.name);
    for (file, question, found) in &ours.missed {
        let what = QUESTIONS.iter().find(|(asked, _)| asked == question).map_or("", |(_, name)| *name);
        let why = REASONS.lines().filter_map(|line| line.split_once('\t')).find(|(name, _)| file.starts_with(name));
        let found = found.replace('|', "\\|");
        _ = writeln!(page, "| `{file}` | {what} | {found} | {} |", why.map_or("a miss", |(_, why)| why));
    }
    page.push('\n');
}

/// Misses of rewritten files by their separator, the last word of their names.
fn counts(page: &mut String, score: &Score) {
    let mut counts = std::collections::BTreeMap::new();
    for (file, ..) in &score.missed {
        *counts.entry(file.rsplit(' ').next().unwrap_or_default()).or_insert(0) += 1;
    }
    _ = writeln!(page, "| separator | missed |\n| --- | ---: |");
    for (name, count) in counts {
        _ = writeln!(page, "| {name} | {count} |");
    }
    page.push('\n');
}
