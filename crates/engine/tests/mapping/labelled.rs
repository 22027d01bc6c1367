//! Tables of other systems with the field of each column: `fixtures/matching`.

use std::fs;
use std::path::{Path, PathBuf};

use engine::intake::{self, ColumnProfile, Hints};

/// Which of the tables: those whose misses were looked at while the matching was made, or those of the last round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Training,
    HeldOut,
}

/// One labelled table.
pub(crate) struct Table {
    pub(crate) dataset: String,
    pub(crate) language: String,
    pub(crate) system: String,
    pub(crate) columns: Vec<Label>,
    file: PathBuf,
}

/// What a column is, by the opinion of whoever labelled it.
pub(crate) struct Label {
    pub(crate) column: String,
    pub(crate) field: Expected,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// This field, and no other.
    Field(String),
    /// This field is right, and so is none: another column of the table has as good a claim.
    Perhaps(String),
    /// No field of the dataset.
    None,
    /// People would differ; nothing is counted.
    Open,
}

impl Expected {
    /// `email`, `email?`, `-` and `-?`.
    fn read(label: &str) -> Self {
        match (label.trim_end_matches('?'), label.ends_with('?')) {
            ("-", false) => Self::None,
            ("-", true) => Self::Open,
            (field, false) => Self::Field(field.to_owned()),
            (field, true) => Self::Perhaps(field.to_owned()),
        }
    }

    pub(crate) fn is(&self, given: &str) -> bool {
        matches!(self, Self::Field(field) | Self::Perhaps(field) if field == given)
    }
}

impl Part {
    pub(crate) fn tables(self) -> Vec<Table> {
        let name = match self {
            Self::Training => "training",
            Self::HeldOut => "held_out",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/matching");
        let list = fs::read_to_string(folder.join(name).with_extension("txt")).expect("the labels are there");
        list.lines().filter(|line| !line.starts_with('#')).map(|line| table(&folder.join(name), line)).collect()
    }
}

impl Table {
    pub(crate) fn profiles(&self) -> Vec<ColumnProfile> {
        let mut profile = intake::inspect(&self.file, &Hints::default()).expect("the table is read");
        profile.tables.remove(0).columns
    }
}

/// `file | dataset | language | system | where the headings are from | column=field; …`
fn table(folder: &Path, line: &str) -> Table {
    let parts: Vec<&str> = line.splitn(6, " | ").collect();
    let [file, dataset, language, system, _source, columns] = parts[..] else { panic!("six parts: {line}") };
    let label = |column: &str| {
        let (column, field) = column.rsplit_once('=').expect("a column has a label");
        Label { column: column.to_owned(), field: Expected::read(field) }
    };
    let [dataset, language, system] = [dataset, language, system].map(str::to_owned);
    Table { dataset, language, system, columns: columns.split("; ").map(label).collect(), file: folder.join(file) }
}
