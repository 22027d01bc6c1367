//! `cargo xtask accuracy`: how often Carryover reads a file as it is meant, with nothing told, beside csv-nose, CleverCSV
//! and DuckDB on the same files in the same run.
//!
//! [`collection`] says which files there are and what is right about them, [`answer`] how right an answer is, [`readers`]
//! asks each reader, [`page`] writes docs/ACCURACY.md. Files of others are only measured where they lie: of them the
//! repository keeps what is right (`labels.tsv`), by path and SHA-256, and nothing else.

mod answer;
mod collection;
mod page;
mod readers;

use std::path::Path;

use self::answer::{Score, judge};
use self::collection::Collection;
use self::readers::Reader;
use crate::packages::{self, PIP, PYTHON};
use crate::trouble::Trouble;
use crate::workspace::{released, target};

/// Of one collection, what every reader made of it.
struct Measured {
    name: &'static str,
    about: String,
    files: usize,
    /// One for each of [`Reader::ALL`].
    scores: Vec<Score>,
}

pub(crate) fn accuracy(corpus: Option<&Path>) -> Result<(), Trouble> {
    packages::need(&[&PYTHON, &PIP])?;
    let folder = target().join("accuracy");
    std::fs::create_dir_all(&folder).map_err(Trouble::file("make", &folder))?;
    let carryover = released()?;
    let collections = collection::all(corpus, &folder)?;
    let mut measured = Vec::new();
    for collection in &collections {
        eprintln!("{}: {} files", collection.name, collection.files.len());
        measured.push(measure(collection, &carryover, &folder)?);
    }
    page::write(&measured, corpus.is_some())
}

fn measure(collection: &Collection, carryover: &Path, folder: &Path) -> Result<Measured, Trouble> {
    let score = |reader: &Reader| {
        let answers = reader.read(collection, carryover, folder)?;
        let mut score = Score::default();
        for (expected, answer) in collection.files.iter().zip(&answers) {
            score.add(judge(expected, answer), expected);
        }
        Ok(score)
    };
    let scores = Reader::ALL.iter().map(score).collect::<Result<Vec<_>, Trouble>>()?;
    let about = collection.about.clone();
    Ok(Measured { name: collection.name, about, files: collection.files.len(), scores })
}
