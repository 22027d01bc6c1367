//! Where a migration stands, in figures: what the rail, the top bar and the list of recent migrations show.
//!
//! Cheap at any size: only counts that the store keeps or can add up from small tables. Words are the front's.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::taking_back::OpenUndo;
use super::totals::TotalLine;
use super::{Migration, Result};
use crate::settings::connection::Environment;
use crate::store::lookup::LOOK_UP;
use crate::store::source::Source;

/// Under which name the store keeps what this module owns.
const NAME: &str = "name";
const TOLD_ON: &str = "told_on";

/// An open migration, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Summary {
    pub id: String,
    pub name: String,
    pub path: String,
    pub destination: String,
    /// That of the connection chosen last; practice before that.
    pub environment: Environment,
    /// The connection chosen last.
    pub account: Option<String>,
    pub standing: Standing,
    /// A run that was to be taken back, and was not to its end.
    pub open_undo: Option<OpenUndo>,
    /// What an undo would take back, and a redo bring back.
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// When something was last written down, UTC.
    pub saved_at: String,
}

/// How far a migration has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Standing {
    pub files: u32,
    pub datasets: u32,
    pub rows: u64,
    /// Required fields without a column.
    pub unmatched: u32,
    /// Fields that wait for an answer, such as a date order.
    pub questions: u32,
    /// What Files asks, file by file: columns that can be read in more than one way.
    #[serde(default)]
    pub file_questions: u32,
    /// Every dataset has been checked since its files and mapping last changed.
    pub checked: bool,
    pub errors: u64,
    pub warnings: u64,
    /// Totals typed from the old system's report.
    pub expected: u32,
    /// Of these, how many differ from what was read without an explanation; `null` before the rows are checked.
    pub open_totals: Option<u32>,
    pub upload: Option<UploadStanding>,
    /// How many of the two have signed the report as it stands; 0 when something was changed since.
    #[serde(default)]
    pub signatures: u32,
}

/// The last upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct UploadStanding {
    /// Everything that was ready is settled.
    pub finished: bool,
    /// It ended on its way, and can be continued.
    #[serde(default)]
    pub broken_off: bool,
    /// Rows of which the outcome is known.
    pub settled: u64,
    /// Rows that were ready to be sent.
    pub of: u64,
}

impl Migration {
    /// As chosen by the user, or else as the file is called.
    pub fn name(&self) -> Result<String> {
        let stem = || self.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(self.store.meta(NAME)?.unwrap_or_else(stem))
    }

    pub fn set_name(&mut self, name: &str) -> Result<()> {
        Ok(self.store.set_meta(NAME, name.trim())?)
    }

    /// The day by which dates of this migration count as past, where that is not today: the sample's story has one.
    pub fn told_on(&self) -> Result<Option<Date>> {
        Ok(self.store.meta(TOLD_ON)?.and_then(|day| day.parse().ok()))
    }

    pub fn tell_on(&mut self, day: Date) -> Result<()> {
        Ok(self.store.set_meta(TOLD_ON, &day.to_string())?)
    }

    pub fn summary(&self) -> Result<Summary> {
        let runs = self.store.runs()?;
        let open_undo = self.open_undo(&runs)?;
        let last = runs.into_iter().rfind(|run| run.takes_back.is_none());
        let chosen = self.chosen()?;
        let live = match &chosen {
            Some(chosen) => chosen.environment == Environment::Live,
            None => last.as_ref().is_some_and(|run| run.environment == Environment::Live.to_string()),
        };
        let (undo, redo) = self.store.undo_and_redo()?;
        Ok(Summary {
            id: self.id()?.to_string(),
            name: self.name()?,
            path: self.path().display().to_string(),
            destination: self.destination().to_owned(),
            environment: if live { Environment::Live } else { Environment::Practice },
            account: chosen.map(|chosen| chosen.name).or_else(|| last.as_ref().map(|run| run.connection.clone())),
            standing: self.standing(last.map(|run| !run.is_open()))?,
            open_undo,
            undo,
            redo,
            saved_at: self.store.last_recorded()?.unwrap_or_default(),
        })
    }

    /// `finished`: how the last upload ended, if there was one.
    fn standing(&self, finished: Option<bool>) -> Result<Standing> {
        let (sources, checked) = (self.store.sources()?, self.store.checked()?);
        let carried = || sources.iter().filter(|source| source.dataset != LOOK_UP);
        let datasets: BTreeSet<&str> = carried().map(|source| source.dataset.as_str()).collect();
        let all_checked = datasets.iter().all(|id| checked.iter().any(|checked| checked.dataset == *id));
        let (errors, warnings) = self.store.errors_and_warnings()?;
        let is_checked = !checked.is_empty() && all_checked;
        let upload = match finished {
            Some(ended) => {
                let settled = self.store.settled_rows(&datasets)?;
                let of = checked.iter().map(|checked| checked.ready).sum();
                // The first few alone are no finished upload.
                Some(UploadStanding { finished: ended && settled >= of, broken_off: !ended, settled, of })
            }
            None => None,
        };
        let matched = self.matched_datasets()?;
        let groups = || matched.iter().flat_map(|dataset| &dataset.groups);
        Ok(Standing {
            files: sources
                .iter()
                .map(|source| source.sha256.as_str())
                .filter(|sha256| !sha256.is_empty())
                .collect::<BTreeSet<_>>()
                .len() as u32,
            datasets: datasets.len() as u32,
            rows: carried().map(|source| source.rows).sum(),
            unmatched: groups().map(|group| group.unmatched.len() as u32).sum(),
            questions: groups().map(|group| group.questions).sum(),
            file_questions: carried().map(open_columns).sum(),
            checked: is_checked,
            errors,
            warnings,
            expected: self.store.expected()?.len() as u32,
            open_totals: if is_checked { Some(self.open_totals()?) } else { None },
            upload,
            signatures: self.signatures()?,
        })
    }

    fn signatures(&self) -> Result<u32> {
        let sign_off = self.sign_off()?;
        Ok(if sign_off.outdated_by.is_none() { sign_off.signatures.len() as u32 } else { 0 })
    }

    fn open_totals(&self) -> Result<u32> {
        let differs = |total: &&TotalLine| {
            let open = total.open.as_deref().and_then(|text| text.parse::<Decimal>().ok());
            open.is_some_and(|open| !open.is_zero())
        };
        Ok(self.totals()?.totals.iter().filter(differs).count() as u32)
    }
}

/// Columns that Files asks about, each once.
fn open_columns(source: &Source) -> u32 {
    let open = source.mapping.fields.iter().filter(|field| field.asks_for_format());
    open.filter_map(|field| field.columns.first()).collect::<BTreeSet<_>>().len() as u32
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::api::Actor;
    use crate::api::files::ImportRequest;
    use crate::api::review::{Repair, Scope};

    fn actor() -> Actor {
        Actor { name: "Maren Okafor".to_owned(), now: Timestamp::UNIX_EPOCH, today: date(2026, 10, 12) }
    }

    #[test]
    fn a_migration_says_where_it_stands_at_every_step() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("acme.carryover");
        let mut migration = Migration::create(&path, "zenskar", actor()).expect("made");
        let fresh = migration.summary().expect("said");
        assert_eq!((fresh.name.as_str(), fresh.environment), ("acme", Environment::Practice));
        assert_eq!(fresh.standing, Standing::default());

        migration.set_name(" Acme ").expect("named");
        let file = folder.path().join("customers.csv");
        let rows = "Customer No,Customer name,E-mail\n1,Hoorn,info@hoorn.example\n2,Graz,nobody\n";
        std::fs::write(&file, rows).expect("a file");
        let request = ImportRequest { path: file, dataset: Some("customers".to_owned()), ..ImportRequest::default() };
        migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("read");
        let read = migration.summary().expect("said");
        assert_eq!(read.name, "Acme");
        assert_eq!((read.standing.files, read.standing.rows, read.standing.checked), (1, 2, false));
        assert_eq!(read.standing.open_totals, None, "nothing is known before the rows are checked");

        migration.check(&mut |_| ControlFlow::Continue(())).expect("checked");
        let errors = migration.summary().expect("said").standing.errors;
        assert!(errors > 0, "`nobody` is no e-mail address");
        migration.fix(&Scope::default(), &Repair::Exclude { reason: "a test".to_owned() }).expect("repaired");
        let repaired = migration.summary().expect("said");
        assert_eq!((repaired.standing.errors, repaired.standing.open_totals), (0, Some(0)));
        assert!(repaired.undo.is_some() && repaired.redo.is_none());
        migration.undo().expect("undone");
        let undone = migration.summary().expect("said");
        assert_eq!((undone.standing.errors, undone.redo), (errors, repaired.undo));
    }

    #[test]
    fn a_day_of_its_own_is_kept() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("sample.carryover");
        let mut migration = Migration::create(&path, "zenskar", actor()).expect("made");
        assert_eq!(migration.told_on().expect("said"), None);
        migration.tell_on(date(2026, 10, 12)).expect("kept");
        drop(migration);
        let again = Migration::open(&path, actor()).expect("opened");
        assert_eq!(again.told_on().expect("said"), Some(date(2026, 10, 12)));
    }
}
