//! Known exports: which system wrote a table, told by its header, and which of its columns are which fields.
//!
//! Everything known of a system is one file in `systems/`; a new system is a new file. Names are compared without case,
//! signs and the asterisks of import templates, so that `*ContactName`, `CREATED (UTC)` and `created_utc` are met again.
//! Knows nothing of values: what a column holds is judged by `mapping`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::join::Join;
use crate::mapping::{Confidence, Settled, SettledField};
use crate::transform::Step;

static SYSTEMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/recognise/systems");

/// Every export of every system, with what is needed to find it quickly.
static EXPORTS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let texts = SYSTEMS.files().filter_map(|file| file.contents_utf8());
    // What is compiled in was read by a test.
    texts.filter_map(|text| toml::from_str::<KnownSystem>(text).ok()).flat_map(entries).collect()
});

/// How many exports have a column of this name; what many have tells little.
static SHARED: LazyLock<HashMap<String, u32>> = LazyLock::new(|| {
    let mut shared = HashMap::new();
    for name in EXPORTS.iter().flat_map(|entry| &entry.names) {
        *shared.entry(name.clone()).or_default() += 1;
    }
    shared
});

/// The destination whose datasets and fields the files in `systems/` speak of. For another one an export is told by its
/// columns alone.
const SPEAKS_OF: &str = "zenskar";

/// Share of a table's columns that has to be known, in percent: with its signature, and without.
const WITH_SIGNATURE: usize = 40;
const WITHOUT: usize = 75;
/// Known columns without which a table is nobody's.
const FEWEST: usize = 3;

/// A file of `systems/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownSystem {
    /// As its maker writes it.
    system: String,
    /// Columns that may stand in any of its exports: `* (metadata)`, `CF.*`.
    #[serde(default)]
    others: Vec<String>,
    /// Columns of card and bank details, of which nothing is kept: `Card *`.
    #[serde(default)]
    never: Vec<String>,
    /// What else a column is called: in another language, in a newer layout, inside the system.
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
    export: Vec<Export>,
}

/// One kind of file that a system writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    name: String,
    /// What it feeds; none where Carryover does not carry what it holds.
    dataset: Option<String>,
    /// Groups of columns; any one of them tells the export from all others.
    signature: Vec<Vec<String>>,
    columns: Vec<String>,
    /// By field, the columns it comes from: the first of these that is there. None named: the field stays empty.
    #[serde(default)]
    fields: BTreeMap<String, Vec<Columns>>,
    /// By field, what is done to the text before its values are read.
    #[serde(default)]
    steps: BTreeMap<String, Vec<Step>>,
    /// By field, what is the same for every row.
    #[serde(default)]
    constants: BTreeMap<String, String>,
    /// What stands in other exports of the system.
    #[serde(default, rename = "join")]
    joins: Vec<Join>,
    /// Rows of which nothing is carried, by what stands in a column.
    #[serde(default)]
    leave_out: Vec<LeaveOut>,
    /// Exports whose rows this one has in more detail: where it is there, they are only looked in.
    #[serde(default)]
    instead_of: Vec<String>,
    /// Taken although nothing of it is carried: others look in it. With a dataset, the user may say that it feeds that.
    #[serde(default)]
    looked_in: bool,
}

/// Rows that are left out when a file is read, to be seen and taken in again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaveOut {
    column: String,
    values: Vec<String>,
}

/// One column, or several that are put together.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Columns {
    One(String),
    Joined(Vec<String>),
}

#[derive(Debug)]
struct Entry {
    system: String,
    export: Export,
    others: Vec<String>,
    never: Vec<String>,
    also: BTreeMap<String, Vec<String>>,
    /// All names of its columns, as they are compared.
    names: HashSet<String>,
}

/// The export a table probably is.
#[derive(Debug, Clone)]
pub struct Known {
    pub system: &'static str,
    pub export: &'static str,
    /// What it feeds; `None` where Carryover does not carry what it holds.
    pub dataset: Option<&'static str>,
    pub confidence: Confidence,
    /// Columns of the table that the export has.
    pub matching: usize,
    /// `12 of 14 columns as in Stripe’s export “customers”`.
    pub why: String,
    entry: &'static Entry,
}

/// Tells the export whose columns these are; `None` when they are nobody's that is known.
pub fn export<S: AsRef<str>>(columns: &[S]) -> Option<Known> {
    let plain: Vec<String> = columns.iter().map(|column| plainly(column.as_ref())).collect();
    let there: HashSet<&str> = plain.iter().map(String::as_str).collect();
    let scored = EXPORTS.iter().filter_map(|entry| Some((entry.score(columns, &plain, &there)?, entry)));
    let (score, entry) = scored.max_by(|(one, _), (other, _)| one.order(other))?;
    let confidence = if score.signed { Confidence::Certain } else { Confidence::Likely };
    let Entry { system, export, .. } = entry;
    let why = format!("{} of {} columns as in {system}’s export “{}”", score.known, columns.len(), export.name);
    let dataset = export.dataset.as_deref();
    Some(Known { system, export: &export.name, dataset, confidence, matching: score.known, why, entry })
}

impl Known {
    /// Whether what is known of the export is known in the words of this destination.
    pub fn speaks_of(&self, destination: &str) -> bool {
        destination == SPEAKS_OF
    }

    /// Which of these columns are which fields of a dataset; nothing unless that is what the export feeds.
    pub fn settled<S: AsRef<str>>(&self, dataset: &str, columns: &[S]) -> Settled {
        if self.dataset != Some(dataset) || self.confidence != Confidence::Certain {
            return Settled::default();
        }
        let fields = self.entry.export.fields.iter();
        let found = fields.filter_map(|(field, choices)| {
            // No choice at all says that the field stays empty, whatever a column is called.
            let found = choices.iter().find_map(|choice| self.entry.find(choice, columns));
            let choice = if choices.is_empty() { Vec::new() } else { found? };
            Some(SettledField {
                field: field.clone(),
                columns: choice,
                steps: self.entry.export.steps.get(field).cloned().unwrap_or_default(),
                why: None,
            })
        });
        let why = format!("As {} exports it", self.system);
        let constants = self.entry.export.constants.iter().map(|(field, value)| (field.clone(), value.clone()));
        Settled { why, fields: found.collect(), constants: constants.collect() }
    }
}

impl Known {
    /// Another export of the same system, by its name.
    pub(super) fn is(&self, of: &Self, export: &str) -> bool {
        self.system == of.system && self.export == export && self.confidence == Confidence::Certain
    }

    pub(super) fn joins(&self) -> &'static [Join] {
        &self.entry.export.joins
    }

    /// The columns of a choice, as `columns` spells them.
    pub(super) fn find<S: AsRef<str>>(&self, choice: &Columns, columns: &[S]) -> Option<Vec<String>> {
        self.entry.find(choice, columns)
    }

    /// Whether the rows of `other` are those of this export in less detail.
    pub fn stands_for(&self, other: &Self) -> bool {
        self.entry.export.instead_of.iter().any(|export| other.is(self, export))
    }

    /// Whether it is taken only so that others can look in it.
    pub fn is_looked_in(&self) -> bool {
        self.confidence == Confidence::Certain && self.entry.export.looked_in
    }
}

/// What is known of these columns for a dataset, because it is known who wrote them.
pub fn settled<S: AsRef<str>>(dataset: &str, columns: &[S]) -> Settled {
    export(columns).map_or_else(Settled::default, |known| known.settled(dataset, columns))
}

/// Rows of a table of which nothing is carried: the place of the column that says so, and what stands in it then.
#[derive(Debug)]
pub struct LeftOut {
    pub column: usize,
    pub values: &'static [String],
}

impl LeftOut {
    /// Whether this cell says so; without case and blanks around it.
    pub fn is_said_by(&self, cell: &str) -> bool {
        let cell = cell.trim().to_lowercase();
        self.values.iter().any(|value| value.to_lowercase() == cell)
    }
}

/// The rows to be left out of a table that feeds this dataset.
pub fn left_out<S: AsRef<str>>(dataset: &str, columns: &[S]) -> Vec<LeftOut> {
    let known = export(columns).filter(|known| known.confidence == Confidence::Certain);
    let Some(known) = known.filter(|known| known.dataset == Some(dataset)) else { return Vec::new() };
    let place = |name: &String| {
        let found = known.entry.find(&Columns::One(name.clone()), columns)?.pop()?;
        columns.iter().position(|column| column.as_ref() == found)
    };
    let said = known.entry.export.leave_out.iter();
    said.filter_map(|LeaveOut { column, values }| Some(LeftOut { column: place(column)?, values })).collect()
}

/// Places of the columns of which nothing is to be kept.
pub fn never_kept<S: AsRef<str>>(columns: &[S]) -> Vec<usize> {
    let Some(known) = export(columns) else { return Vec::new() };
    let is_never = |column: &str| known.entry.never.iter().any(|pattern| fits(pattern, column));
    columns.iter().enumerate().filter(|(_, column)| is_never(column.as_ref())).map(|(place, _)| place).collect()
}

struct Score {
    /// A signature is complete.
    signed: bool,
    /// Columns of the table that the export has.
    known: usize,
    /// The same, counted less the more exports have them.
    telling: f64,
}

impl Score {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.signed.cmp(&other.signed).then(self.telling.total_cmp(&other.telling))
    }
}

impl Entry {
    /// `plain`: the columns as they are compared, in order; `there`: the same as a set.
    fn score<S: AsRef<str>>(&self, columns: &[S], plain: &[String], there: &HashSet<&str>) -> Option<Score> {
        let own: Vec<&String> = plain.iter().filter(|name| self.names.contains(*name)).collect();
        let is_free = |column: &&S| self.others.iter().any(|pattern| fits(pattern, column.as_ref()));
        let free = columns.iter().filter(is_free).count();
        let known = (own.len() + free).min(columns.len());
        let is_there = |name: &String| self.spellings(name).any(|name| there.contains(name.as_str()));
        let signed = self.export.signature.iter().any(|group| group.iter().all(is_there));
        let least = if signed { WITH_SIGNATURE } else { WITHOUT };
        // A signature of one column is enough; without one, a handful of everyday words is nobody's.
        if known * 100 < columns.len() * least || (!signed && own.len() < FEWEST) {
            return None;
        }
        let worth = |name: &String| 1.0 / f64::from(SHARED.get(name).copied().unwrap_or(1));
        let telling: f64 = own.into_iter().map(worth).sum();
        (signed || telling >= 1.0).then_some(Score { signed, known, telling })
    }

    /// Every spelling of a column, as compared.
    fn spellings<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        let also = self.also.get(name).into_iter().flatten();
        std::iter::once(name).chain(also.map(String::as_str)).map(plainly)
    }

    /// The columns of a choice as the table spells them, when all of them are there.
    pub(super) fn find<S: AsRef<str>>(&self, choice: &Columns, columns: &[S]) -> Option<Vec<String>> {
        let one = |name: &String| {
            let same = |spelling: String| columns.iter().find(|column| plainly(column.as_ref()) == spelling);
            self.spellings(name).find_map(same).map(|column| column.as_ref().to_owned())
        };
        match choice {
            Columns::One(name) => Some(vec![one(name)?]),
            Columns::Joined(names) => names.iter().map(one).collect(),
        }
    }
}

fn entries(system: KnownSystem) -> impl Iterator<Item = Entry> {
    let KnownSystem { system, others, never, also, export } = system;
    export.into_iter().map(move |export| {
        let spelled = export.columns.iter().flat_map(|name| also.get(name).into_iter().flatten().chain([name]));
        let names = spelled.map(|name| plainly(name)).collect();
        let (system, others, never) = (system.clone(), others.clone(), never.clone());
        Entry { system, export, others, never, also: also.clone(), names }
    })
}

/// Words and digits in lower case, one blank between them. `%` stays: `Item Tax` and `Item Tax %` are two columns.
fn plainly(name: &str) -> String {
    let words: String = name.chars().map(|c| if c.is_alphanumeric() || c == '%' { c } else { ' ' }).collect();
    words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a name is of a pattern with one `*` in it.
fn fits(pattern: &str, name: &str) -> bool {
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let (name, before, after) = (name.to_lowercase(), before.to_lowercase(), after.to_lowercase());
    name.len() > before.len() + after.len() && name.starts_with(&before) && name.ends_with(&after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::zenskar;

    fn systems() -> Vec<(String, KnownSystem)> {
        let named = |file: &include_dir::File<'_>| {
            let name = file.path().display().to_string();
            let text = file.contents_utf8().expect("a system is text");
            let system = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, system)
        };
        SYSTEMS.files().map(named).collect()
    }

    #[test]
    fn every_file_of_a_system_can_be_read_and_names_fields_that_exist() {
        let schema = zenskar::schema();
        let systems = systems();
        assert_eq!(systems.len(), 8);
        for (file, system) in systems {
            let exports: BTreeMap<String, Vec<String>> =
                system.export.iter().map(|export| (export.name.clone(), export.columns.clone())).collect();
            for export in system.export {
                let at = format!("{file}, {}", export.name);
                assert!(!export.signature.is_empty(), "{at}: nothing tells it from others");
                let signing = export.signature.iter().flatten();
                let used = export.fields.values().flatten().flat_map(|columns| match columns {
                    Columns::One(name) => std::slice::from_ref(name),
                    Columns::Joined(names) => names,
                });
                for name in signing.chain(used) {
                    assert!(export.columns.contains(name), "{at}: “{name}” is not one of its columns");
                }
                for LeaveOut { column, values } in &export.leave_out {
                    assert!(export.columns.contains(column), "{at}: “{column}” is not one of its columns");
                    assert!(!values.is_empty(), "{at}: nothing is left out by “{column}”");
                }
                for join in &export.joins {
                    join.check(&at, &exports);
                }
                let Some(dataset) = export.dataset else {
                    assert!(export.fields.is_empty() && export.joins.is_empty(), "{at}: fields of no dataset");
                    continue;
                };
                let dataset = schema.dataset(&dataset).unwrap_or_else(|| panic!("{at}: no dataset “{dataset}”"));
                for field in export.steps.keys() {
                    assert!(export.fields.contains_key(field), "{at}: steps of “{field}”, which has no column");
                }
                let joined = export.joins.iter().map(|join| &join.field);
                for field in export.fields.keys().chain(export.constants.keys()).chain(joined) {
                    assert!(dataset.field(field).is_some(), "{at}: no field “{field}”");
                }
            }
        }
    }

    #[test]
    fn every_export_is_recognised_by_its_own_columns_in_any_order_and_dress() {
        for entry in EXPORTS.iter() {
            let columns: Vec<&str> = entry.export.columns.iter().map(String::as_str).collect();
            let dressed: Vec<String> =
                columns.iter().rev().map(|column| format!("*{}", column.to_uppercase())).collect();
            for columns in [columns, dressed.iter().map(String::as_str).collect()] {
                let known = export(&columns).unwrap_or_else(|| panic!("{}: {}", entry.system, entry.export.name));
                assert_eq!((known.system, known.export), (entry.system.as_str(), entry.export.name.as_str()));
                assert_eq!(known.confidence, Confidence::Certain, "{} {}", known.system, known.export);
            }
        }
    }

    #[test]
    fn tables_of_nobody_stay_nobodys() {
        for columns in [
            &["acct", "event time", "api calls", "gb stored", "region", "event id"][..],
            &["Account No", "Company", "E-mail", "Street", "Postcode", "Town", "Country"],
            &["id", "name", "email", "status", "currency"],
            &["Date", "Amount", "Currency"],
            &[],
        ] {
            assert!(export(columns).is_none(), "{columns:?}: {:?}", export(columns));
        }
    }

    #[test]
    fn a_column_is_found_under_each_of_its_names() {
        for (name, same) in [("*ContactName", "contactname"), ("Created (UTC)", "CREATED_UTC"), ("No.", "no")] {
            assert_eq!(plainly(name), plainly(same));
        }
        assert_ne!(plainly("Item Tax"), plainly("Item Tax %"));
        assert!(fits("* (metadata)", "Region (metadata)") && !fits("* (metadata)", " (metadata)"));
        assert!(fits("CF.*", "cf.Segment") && !fits("CF.*", "CF."));
    }
}
