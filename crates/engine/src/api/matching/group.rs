//! Which files are matched together: those of one dataset with the same headings, in whatever order. Each such group has a
//! mapping of its own, and a change of one never touches another.

use serde::Serialize;

use super::Change;
use crate::api::review::is_by_hand;
use crate::api::{ApiError, Code, Migration, Result};
use crate::schema::Dataset;
use crate::store::source::Source;

/// Which group is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// That of a dataset, where it has only one.
    Dataset(&'a str),
    /// That of a dataset's file, with the sheet where its sheets differ.
    File { dataset: &'a str, file: &'a str, sheet: Option<&'a str> },
    /// That of a source, by its number.
    Source(u32),
}

impl<'a> From<&'a str> for Which<'a> {
    fn from(dataset: &'a str) -> Self {
        Self::Dataset(dataset)
    }
}

impl From<u32> for Which<'_> {
    fn from(source: u32) -> Self {
        Self::Source(source)
    }
}

/// A table by its file and, of a workbook, its sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct GroupFile {
    pub file: String,
    pub sheet: Option<String>,
}

/// Sources of one dataset with the same headings; never empty.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) dataset: &'static Dataset,
    pub(super) sources: Vec<Source>,
}

impl Group {
    /// The number of its first source, by which a front names it.
    pub(super) fn id(&self) -> u32 {
        self.first().id
    }

    /// Stands for all where headings are concerned.
    pub(super) fn first(&self) -> &Source {
        &self.sources[0]
    }

    pub(super) fn files(&self) -> Vec<GroupFile> {
        let file = |source: &Source| GroupFile { file: source.file.clone(), sheet: source.sheet.clone() };
        self.sources.iter().map(file).collect()
    }

    pub(super) fn rows(&self) -> u64 {
        self.sources.iter().map(|source| source.rows).sum()
    }

    /// As it is told in an error: `Invoices.csv, Invoices (1).csv`.
    fn told(&self) -> String {
        let named = |source: &Source| match &source.sheet {
            Some(sheet) => format!("{}#{sheet}", source.file),
            None => source.file.clone(),
        };
        self.sources.iter().map(named).collect::<Vec<_>>().join(", ")
    }
}

impl Migration {
    /// In the order in which datasets are loaded and files were read. Rows entered by hand came field by field: they are a
    /// group only where a dataset has nothing else.
    pub(super) fn groups(&self) -> Result<Vec<Group>> {
        let sources = self.store.sources()?;
        let mut groups: Vec<Group> = Vec::new();
        for dataset in &self.schema.datasets {
            let own = || sources.iter().filter(|source| source.dataset == dataset.id);
            let from_files = own().any(|source| !is_by_hand(source));
            let begin = groups.len();
            for source in own().filter(|source| !from_files || !is_by_hand(source)) {
                match groups[begin..].iter_mut().find(|group| source.has_headings(&group.first().columns)) {
                    Some(group) => group.sources.push(source.clone()),
                    None => groups.push(Group { dataset, sources: vec![source.clone()] }),
                }
            }
        }
        Ok(groups)
    }

    pub(super) fn group(&self, which: Which<'_>) -> Result<Group> {
        one(self.groups_of(which)?)
    }

    /// All that may be meant, at least one.
    pub(super) fn groups_of(&self, which: Which<'_>) -> Result<Vec<Group>> {
        let mut groups = self.groups()?;
        match which {
            Which::Dataset(dataset) | Which::File { dataset, .. } => {
                self.dataset(dataset)?;
                groups.retain(|group| group.dataset.id == dataset);
                if groups.is_empty() {
                    return Err(super::no_files(dataset));
                }
                if let Which::File { file, sheet, .. } = which {
                    groups = with_file(groups, dataset, file, sheet)?;
                }
            }
            Which::Source(id) => {
                groups.retain(|group| group.sources.iter().any(|source| source.id == id));
                if groups.is_empty() {
                    let source = self.source(id)?;
                    let message = format!("nothing of “{}” is matched", source.file);
                    return Err(ApiError::new(Code::Precondition, message, "Say on Files what it is about."));
                }
            }
        }
        Ok(groups)
    }

    /// The group that changes are meant for: of those that have the columns, the one in which their fields are matched.
    pub(super) fn group_to_change(&self, which: Which<'_>, changes: &[Change]) -> Result<Group> {
        let groups = self.groups_of(which)?;
        let fits = |group: &&Group| changes.iter().all(|change| change.concerns(group.first()));
        let mut fitting: Vec<Group> = groups.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return Err(no_columns(&groups, changes));
        }
        let is_matched =
            |group: &Group| changes.iter().all(|change| group.sources.iter().any(|source| change.finds_field(source)));
        if fitting.iter().any(is_matched) {
            fitting.retain(is_matched);
        }
        one(fitting)
    }
}

fn with_file(mut groups: Vec<Group>, dataset: &str, file: &str, sheet: Option<&str>) -> Result<Vec<Group>> {
    let known = groups.iter().map(Group::told).collect::<Vec<_>>().join(", ");
    let is_meant = |source: &Source| source.file == file && (sheet.is_none() || source.sheet.as_deref() == sheet);
    groups.retain(|group| group.sources.iter().any(is_meant));
    if groups.is_empty() {
        let name = sheet.map_or_else(|| file.to_owned(), |sheet| format!("{file}#{sheet}"));
        let message = format!("no file of {dataset} is called “{name}”");
        return Err(ApiError::new(Code::NotFound, message, format!("Its files are: {known}.")));
    }
    Ok(groups)
}

fn one(mut groups: Vec<Group>) -> Result<Group> {
    match (groups.pop(), groups.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            let groups: Vec<Group> = groups.into_iter().chain(last).collect();
            let dataset = groups.first().map_or("", |group| group.dataset.id);
            let files = groups.iter().map(Group::told).collect::<Vec<_>>().join("; ");
            let message = format!("files of {dataset} have different columns, each with a mapping of its own: {files}");
            Err(ApiError::new(Code::Argument, message, "Name one of the files with `--file`."))
        }
    }
}

/// No group has every column that the changes name: the first change that none has, or all of them together.
fn no_columns(groups: &[Group], changes: &[Change]) -> ApiError {
    let dataset = groups.first().map_or("", |group| group.dataset.id);
    let nowhere = changes.iter().find(|change| !groups.iter().any(|group| change.concerns(group.first())));
    let missing: Vec<&str> = match nowhere {
        Some(change) => change.columns(),
        None => changes.iter().flat_map(Change::columns).collect(),
    };
    let mut known: Vec<&str> = Vec::new();
    for column in groups.iter().flat_map(|group| &group.first().columns) {
        if !known.contains(&column.as_str()) {
            known.push(column);
        }
    }
    let missing = missing.join("”, “");
    let message = format!("no file of {dataset} has the column “{missing}”");
    ApiError::new(Code::NotFound, message, format!("Its columns are: {}.", known.join(", ")))
}
