//! What Review shows beside the rows: what is open per rule, what was decided, and which columns the grid has.

use serde::Serialize;

use super::by_hand::is_by_hand;
use super::{CheckedDataset, CheckedRule, METER};
use crate::api::{Migration, Result};
use crate::mapping::FieldMapping;
use crate::schema::finding::Rule;
use crate::schema::{Dataset, Field, Kind};
use crate::store::source::Source;
use crate::transform::Step;
use crate::validation;

/// Everything but the rows.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewState {
    /// A check would find nothing new.
    pub holds: bool,
    /// UTC; empty before the first check.
    pub checked_at: String,
    pub datasets: Vec<ReviewDataset>,
    /// What is open: errors first, then by how many.
    pub rules: Vec<CheckedRule>,
    pub decided: Vec<Decided>,
    /// The reasons given last.
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewDataset {
    pub id: String,
    pub rows: u64,
    /// `null` before the first check.
    pub checked: Option<CheckedDataset>,
    pub columns: Vec<ReviewColumn>,
    pub files: Vec<ReviewFile>,
}

/// A column of the grid: a field that comes from the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewColumn {
    pub field: String,
    /// As the user's file calls it.
    pub title: String,
    /// The column that is read along with it but is no part of the value: the country of a telephone number.
    pub beside: Option<String>,
    pub kind: Kind,
    /// Comes from one column, so that a cell can be changed.
    pub editable: bool,
    /// Names the record.
    pub identity: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewFile {
    pub source: u32,
    pub file: String,
    pub sheet: Option<String>,
    pub rows: u64,
    pub by_hand: bool,
}

/// What became of the findings of one rule on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Decided {
    pub dataset: String,
    pub rule: Rule,
    pub field: String,
    pub corrected: u64,
    pub kept: u64,
    pub excluded: u64,
    pub reason: Option<String>,
    pub who: String,
    /// Findings of it that are still open.
    pub open: u64,
}

impl Migration {
    /// Whether the last check still holds: nothing changed since, nor the day or the program.
    pub fn check_holds(&self) -> Result<bool> {
        Ok(validation::holds(&self.store, self.schema, &self.actor.context())?)
    }

    pub fn review(&self) -> Result<ReviewState> {
        let checked = self.last_check()?;
        let sources = self.store.sources()?;
        let with_files = |dataset: &&Dataset| sources.iter().any(|source| source.dataset == dataset.id);
        let datasets = self.schema.datasets.iter().filter(with_files).map(|dataset| {
            let of: Vec<&Source> = sources.iter().filter(|source| source.dataset == dataset.id).collect();
            ReviewDataset {
                id: dataset.id.to_owned(),
                rows: of.iter().map(|source| source.rows).sum(),
                checked: checked.datasets.get(dataset.id).cloned(),
                columns: columns(dataset, &of),
                files: of.into_iter().map(file).collect(),
            }
        });
        Ok(ReviewState {
            holds: self.check_holds()?,
            checked_at: self.store.checked_at()?,
            datasets: datasets.collect(),
            decided: self.decided(&checked.rules)?,
            rules: checked.rules,
            reasons: self.last_reasons()?,
        })
    }

    fn decided(&self, rules: &[CheckedRule]) -> Result<Vec<Decided>> {
        let decisions = self.store.decisions()?.into_iter().map(|decision| {
            let about = decision.about;
            let same = |rule: &&CheckedRule| {
                rule.dataset == about.dataset && rule.rule == about.rule && rule.field == about.field
            };
            let open = rules.iter().filter(same).map(|rule| rule.count).sum();
            Decided {
                open,
                dataset: about.dataset,
                rule: about.rule,
                field: about.field,
                corrected: decision.corrected,
                kept: decision.kept,
                excluded: decision.excluded,
                reason: decision.reason,
                who: decision.who,
            }
        });
        Ok(decisions.filter(|decided| decided.corrected + decided.kept + decided.excluded > 0).collect())
    }
}

/// The fields that any source of the dataset takes from its columns, in the schema's order, then meters.
pub(super) fn columns(dataset: &Dataset, sources: &[&Source]) -> Vec<ReviewColumn> {
    let mut columns: Vec<ReviewColumn> = Vec::new();
    for mapped in sources.iter().flat_map(|source| &source.mapping.fields).filter(|mapped| !mapped.columns.is_empty()) {
        if columns.iter().any(|column| column.field == mapped.field) {
            continue;
        }
        let field = dataset.field(&mapped.field);
        columns.push(ReviewColumn {
            field: mapped.field.clone(),
            title: title(mapped),
            beside: country_of(mapped).cloned(),
            kind: kind(field, mapped),
            editable: mapped.columns.len() == 1,
            identity: mapped.field == dataset.identity,
        });
    }
    for meter in sources.iter().flat_map(|source| &source.mapping.meters) {
        let field = format!("{METER}{}", meter.column);
        if columns.iter().all(|column| column.field != field) {
            let title = meter.column.clone();
            let kind = Kind::Decimal;
            columns.push(ReviewColumn { field, title, beside: None, kind, editable: true, identity: false });
        }
    }
    columns
}

/// `Plan`; where it is only the key of something in another file, `Plan → Product Name`.
fn title(mapped: &FieldMapping) -> String {
    let takes = mapped.lookups.iter().map(|lookup| lookup.take.as_str());
    let own = &mapped.columns[..mapped.columns.len() - usize::from(country_of(mapped).is_some())];
    std::iter::once(own.join(" + ").as_str()).chain(takes).collect::<Vec<_>>().join(" → ")
}

/// The column of the country that says how a telephone number is to be read.
fn country_of(mapped: &FieldMapping) -> Option<&String> {
    let by_country = mapped.steps.iter().any(|step| matches!(step, Step::Phone { by_country: true, .. }));
    mapped.columns.last().filter(|_| by_country && mapped.columns.len() > 1)
}

/// What the cells hold: a key, where the value stands in another file.
fn kind(field: Option<&Field>, mapped: &FieldMapping) -> Kind {
    let own = field.map(|field| field.kind).or(mapped.kind).unwrap_or(Kind::Text);
    if mapped.lookups.is_empty() { own } else { Kind::Id }
}

fn file(source: &Source) -> ReviewFile {
    ReviewFile {
        source: source.id,
        file: source.file.clone(),
        sheet: source.sheet.clone(),
        rows: source.rows,
        by_hand: is_by_hand(source),
    }
}
