//! What the Match screen shows of a dataset: its fields with a value before and after, its columns, its questions.

use std::collections::BTreeSet;

use serde::Serialize;

use super::group::{Group, GroupFile, Which};
use super::lookup::table;
use super::preview::{Lens, PreviewRow};
use super::propose::Proposal;
use super::question::Question;
use crate::api::syncing::DatasetSync;
use crate::api::{Migration, Result};
use crate::intake::{ColumnProfile, ColumnType};
use crate::mapping::{Confidence, FieldMapping, Meter, Table};
use crate::schema::{Concept, Dataset, Kind, List};
use crate::store::look::Shown;
use crate::store::source::Source;

/// Rows from the beginning among which one is looked for that shows what happens.
const LOOKED_AT: usize = 50;
/// Values shown of a column.
const SAMPLES: usize = 4;

/// A dataset that has files, and how much of it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MatchedDataset {
    pub dataset: String,
    /// In the order in which files were read.
    pub groups: Vec<MatchedGroup>,
}

/// Files that are matched together, having the same headings, and how much of them is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MatchedGroup {
    /// The number of its first source, by which commands name it.
    pub group: u32,
    pub files: Vec<GroupFile>,
    pub columns: u32,
    pub rows: u64,
    pub questions: u32,
    /// Labels of required fields without a column.
    pub unmatched: Vec<String>,
}

/// Everything about the mapping of one group of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MatchedFields {
    pub dataset: String,
    pub group: u32,
    /// The files it is for.
    pub files: Vec<GroupFile>,
    pub rows: u64,
    /// Whether left-over columns can go along as fields of their own.
    pub takes_own_fields: bool,
    /// The field that takes the number of a meter, where columns can be meters.
    pub meter_field: Option<String>,
    /// In the schema's order, then the fields of the user's own.
    pub fields: Vec<FieldRow>,
    pub columns: Vec<ColumnCard>,
    pub meters: Vec<Meter>,
    /// Every table of the migration: what fields can look in.
    pub tables: Vec<Table>,
    /// How its records meet those at the destination.
    pub sync: DatasetSync,
    /// The change that can be taken back.
    pub undo: Option<String>,
}

/// One field and its mapping.
#[expect(clippy::struct_excessive_bools, reason = "five facts, each shown by itself")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldRow {
    pub mapping: FieldMapping,
    pub label: String,
    pub help: String,
    pub kind: Kind,
    pub required: bool,
    pub unique: bool,
    pub allowed: Vec<String>,
    /// A field of the user's own.
    pub is_own: bool,
    /// Whether it can be set only where the destination has nothing in it.
    pub can_fill: bool,
    /// The list at the destination that it is an entry of.
    pub list: Option<FieldList>,
    /// The meters fill it.
    pub by_meter: bool,
    /// One row of the file, before and after.
    pub sample: Option<PreviewRow>,
    pub question: Option<Question>,
    /// Another file that has what is missing here.
    pub proposal: Option<Proposal>,
}

/// A list at the destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldList {
    /// In the destination's own words.
    pub name: String,
    pub label: String,
}

impl FieldList {
    fn of(list: &List) -> Self {
        Self { name: list.name.to_owned(), label: list.label.to_owned() }
    }
}

/// One column of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ColumnCard {
    pub name: String,
    pub kind: ColumnType,
    pub filled: u64,
    pub empty: u64,
    pub distinct: u64,
    pub samples: Vec<String>,
    /// The schema's fields that use it.
    pub used_by: Vec<String>,
    /// The field of the user's own that keeps it along.
    pub kept_as: Option<String>,
    /// It is a meter.
    pub is_meter: bool,
}

impl Migration {
    /// The datasets that have files, in the order in which they are loaded, with the groups of their files.
    pub fn matched_datasets(&self) -> Result<Vec<MatchedDataset>> {
        let mut datasets: Vec<MatchedDataset> = Vec::new();
        for group in self.groups()? {
            let shown = group_shown(&group);
            match datasets.iter_mut().find(|dataset| dataset.dataset == group.dataset.id) {
                Some(dataset) => dataset.groups.push(shown),
                None => datasets.push(MatchedDataset { dataset: group.dataset.id.to_owned(), groups: vec![shown] }),
            }
        }
        Ok(datasets)
    }

    /// The mapping of a group of files. Where they differ, a field is shown as in the file that asks about it.
    pub fn matched_fields<'w>(&self, which: impl Into<Which<'w>>) -> Result<MatchedFields> {
        let group = self.group(which.into())?;
        let schema = group.dataset;
        let mut view = MatchedFields {
            dataset: schema.id.to_owned(),
            group: group.id(),
            files: group.files(),
            rows: group.rows(),
            takes_own_fields: schema.open_prefix.is_some(),
            meter_field: meter_field(schema),
            fields: Vec::new(),
            columns: Vec::new(),
            meters: Vec::new(),
            tables: self.store.sources()?.iter().filter(|source| !source.path.is_empty()).map(table).collect(),
            sync: self.dataset_sync(schema)?,
            undo: self.undoable_mapping(&group)?,
        };
        for source in &group.sources {
            let profiles = self.store.reading(source.id)?.profile.columns;
            let head = self.store.head(source.id, LOOKED_AT)?;
            for row in self.field_rows(schema, source, &profiles, &head)? {
                let asks = row.question.is_some();
                match view.fields.iter_mut().find(|other| other.mapping.field == row.mapping.field) {
                    Some(other) if asks && other.question.is_none() => *other = row,
                    Some(_) => {}
                    None => view.fields.push(row),
                }
            }
            if view.columns.is_empty() {
                view.columns = profiles.iter().map(|profile| card(schema, source, profile)).collect();
            }
            let meters = source.mapping.meters.iter().filter(|meter| !view.meters.contains(meter));
            view.meters.extend(meters.cloned().collect::<Vec<_>>());
        }
        Ok(view)
    }

    fn field_rows(
        &self,
        schema: &'static Dataset,
        source: &Source,
        profiles: &[ColumnProfile],
        head: &[Shown],
    ) -> Result<Vec<FieldRow>> {
        let known = schema.fields.iter().map(|field| field.id);
        let own = source.mapping.fields.iter().map(|own| own.field.as_str());
        let own = own.filter(|id| schema.field(id).is_none());
        known.chain(own).map(|id| self.field_row(schema, source, profiles, head, id)).collect()
    }

    fn field_row(
        &self,
        schema: &'static Dataset,
        source: &Source,
        profiles: &[ColumnProfile],
        head: &[Shown],
        id: &str,
    ) -> Result<FieldRow> {
        let field = schema.field(id);
        let mapping = source.mapping.field(id).cloned().unwrap_or_else(|| FieldMapping::unmapped(id));
        let lens = self.lens(schema, source, &mapping).ok();
        let taken;
        let profiles = if mapping.lookups.is_empty() {
            profiles
        } else {
            taken = self.with_taken(profiles.to_vec(), &mapping.columns, &mapping.lookups)?;
            &taken
        };
        let is_missing = field.is_some_and(|field| field.required) && !source.mapping.fills(id);
        Ok(FieldRow {
            label: field.map_or(id, |field| field.label).to_owned(),
            help: field.map_or("", |field| field.help).to_owned(),
            kind: field.map(|field| field.kind).or(mapping.kind).unwrap_or(Kind::Text),
            required: field.is_some_and(|field| field.required),
            unique: field.is_some_and(|field| field.unique),
            allowed: field.map_or(&[][..], |field| field.allowed).iter().map(|value| (*value).to_owned()).collect(),
            is_own: field.is_none(),
            can_fill: schema.stands_alone(id),
            list: schema.changes.then(|| schema.list_of(id)).flatten().map(FieldList::of),
            by_meter: !mapping.is_mapped() && source.mapping.fills(id),
            sample: lens
                .filter(|_| !mapping.columns.is_empty())
                .and_then(|lens| sample(&lens, head, profiles, &mapping)),
            question: self.question(source, &mapping, profiles)?,
            proposal: if is_missing { self.propose(schema, source, id)? } else { None },
            mapping,
        })
    }
}

fn group_shown(group: &Group) -> MatchedGroup {
    let sources = &group.sources;
    let fields = sources.iter().flat_map(|source| &source.mapping.fields);
    let asks = fields.filter(|field| field.confidence == Confidence::Question);
    let lacks = |id: &str| sources.iter().any(|source| !source.mapping.fills(id));
    let unmatched = group.dataset.fields.iter().filter(|field| field.required && lacks(field.id));
    MatchedGroup {
        group: group.id(),
        files: group.files(),
        columns: group.first().columns.len() as u32,
        rows: group.rows(),
        questions: asks.map(|field| &field.field).collect::<BTreeSet<_>>().len() as u32,
        unmatched: unmatched.map(|field| field.label.to_owned()).collect(),
    }
}

fn meter_field(dataset: &Dataset) -> Option<String> {
    dataset.by_concept(Concept::Stream)?;
    dataset.by_concept(Concept::Quantity).map(|field| field.id.to_owned())
}

/// The first row that is changed on its way, or else the first that is filled; where the beginning of the file has none,
/// any value of the column.
fn sample(lens: &Lens, head: &[Shown], profiles: &[ColumnProfile], mapping: &FieldMapping) -> Option<PreviewRow> {
    let mut filled = None;
    for shown in head {
        let row = PreviewRow { row: Some(shown.row), edited: shown.edited, ..lens.see(&shown.cells) };
        if row.before.is_empty() {
            continue;
        }
        if row.after.as_ref() != Some(&row.before) {
            return Some(row);
        }
        filled = filled.or(Some(row));
    }
    let profile = profiles.iter().find(|profile| mapping.columns.first() == Some(&profile.name));
    filled.or_else(|| profile?.samples.first().map(|value| lens.see_value(value)))
}

fn card(dataset: &Dataset, source: &Source, profile: &ColumnProfile) -> ColumnCard {
    let users = source.mapping.fields.iter().filter(|own| own.columns.contains(&profile.name));
    let (schema, own): (Vec<_>, Vec<_>) =
        users.map(|own| own.field.clone()).partition(|id| dataset.field(id).is_some());
    ColumnCard {
        name: profile.name.clone(),
        kind: profile.kind,
        filled: profile.filled,
        empty: profile.empty,
        distinct: profile.distinct,
        samples: profile.samples.iter().take(SAMPLES).cloned().collect(),
        used_by: schema,
        kept_as: own.into_iter().next(),
        is_meter: source.mapping.meters.iter().any(|meter| meter.column == profile.name),
    }
}
