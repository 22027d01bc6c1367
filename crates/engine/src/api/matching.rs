//! Which column goes into which field: shown, changed, saved and loaded.

mod change;
mod group;
mod history;
pub(super) mod join;
mod lookup;
mod preview;
mod propose;
mod question;
mod values;
mod view;

use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::syncing::{self, DatasetSync};
use super::{ApiError, Code, Migration, Result};
use crate::mapping::template::{self, Template};
use crate::mapping::{Confidence, FieldMapping, Lookup, Mapper, Meter};
use crate::schema::Field;
use crate::store::source::Source;
use crate::transform::Step;

use group::Group;
pub use group::{GroupFile, Which};
pub use preview::{FieldPreview, PreviewRow, Share};
pub use propose::{Proposal, Way};
pub use question::{Answer, Hint, Outcome, Question};
pub use values::{FieldValue, FieldValues};
pub use view::{ColumnCard, FieldList, FieldRow, MatchedDataset, MatchedFields, MatchedGroup};

/// Printed by `map --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Mappings {
    pub datasets: IndexMap<String, DatasetMapping>,
}

/// The mappings of a dataset: that of its first group of files, and those of files with other columns.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetMapping {
    #[serde(flatten)]
    pub first: GroupMapping,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<GroupMapping>,
    /// How its records meet those at the destination.
    pub sync: DatasetSync,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct GroupMapping {
    pub fields: Vec<MatchedField>,
    pub unused_columns: Vec<String>,
    /// The files it is for.
    pub sources: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MatchedField {
    pub field: String,
    pub label: String,
    pub required: bool,
    pub columns: Vec<String>,
    /// The tables through which they lead to the text.
    pub lookups: Vec<Lookup>,
    pub constant: Option<String>,
    pub steps: Vec<Step>,
    pub confidence: Confidence,
    pub why: String,
    /// Another file that has what is missing here.
    pub proposal: Option<Proposal>,
}

/// One change to a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "MappingChange", tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Columns by name, in order; none takes the field off.
    Columns {
        field: String,
        columns: Vec<String>,
    },
    /// The columns hold a key: through these tables, one after another, it leads to the text. Tables by name.
    LookUp {
        field: String,
        columns: Vec<String>,
        lookups: Vec<Lookup>,
    },
    Constant {
        field: String,
        value: String,
    },
    /// How dates or numbers are written: the answer to an ambiguous column.
    Format {
        field: String,
        format: String,
    },
    /// A word of the file and what it is sent as.
    Word {
        field: String,
        from: String,
        to: String,
    },
    /// All steps at once.
    Steps {
        field: String,
        steps: Vec<Step>,
    },
    /// Telephone numbers without a country code are of this country.
    Region {
        field: String,
        region: String,
    },
    /// Nothing more is to be asked about the field; what is not understood becomes a finding.
    Accept {
        field: String,
    },
    /// A left-over column goes along as a field of its own.
    Keep {
        column: String,
    },
    /// A column that went along as a field of its own is left out.
    Ignore {
        column: String,
    },
    /// The columns that stand side by side, one per meter; none makes each row one event again.
    Meters {
        meters: Vec<Meter>,
    },
}

/// What a change did beside what was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "MappingChanged")]
pub struct Changed {
    /// Labels of fields that got another column and kept their steps.
    pub steps_kept: Vec<String>,
}

impl Migration {
    /// The mapping of each group of files, or of one.
    pub fn mappings(&self, only: Option<Which<'_>>) -> Result<Mappings> {
        let mut datasets: IndexMap<String, DatasetMapping> = IndexMap::new();
        for group in only.map_or_else(|| self.groups(), |only| self.groups_of(only))? {
            let mapping = self.group_mapping(&group)?;
            if let Some(dataset) = datasets.get_mut(group.dataset.id) {
                dataset.others.push(mapping);
            } else {
                let sync = self.dataset_sync(group.dataset)?;
                let dataset = DatasetMapping { first: mapping, others: Vec::new(), sync };
                datasets.insert(group.dataset.id.to_owned(), dataset);
            }
        }
        Ok(Mappings { datasets })
    }

    fn group_mapping(&self, group: &Group) -> Result<GroupMapping> {
        let mut mapping = shown(group);
        for field in mapping.fields.iter_mut().filter(|field| field.required) {
            if !group.first().mapping.fills(&field.field) {
                field.proposal = self.propose(group.dataset, group.first(), &field.field)?;
            }
        }
        Ok(mapping)
    }

    /// Changes the mapping of one group of files. Where a dataset has several, it is the only one that has the columns and
    /// fields named.
    pub fn change_mapping<'w>(&mut self, which: impl Into<Which<'w>>, changes: &[Change]) -> Result<Changed> {
        if changes.is_empty() {
            return Ok(Changed::default());
        }
        let group = self.group_to_change(which.into(), changes)?;
        let dataset = group.dataset;
        let changes = changes.iter().map(|change| self.resolved(change)).collect::<Result<Vec<_>>>()?;
        let outcome = self.act(|this| this.map_again(group, &changes))?;
        self.learn(dataset.id, &changes);
        Ok(outcome)
    }

    fn map_again(&mut self, group: Group, changes: &[Change]) -> Result<Changed> {
        let Group { dataset, sources } = group;
        let what = changes.iter().map(Change::described).collect::<Vec<_>>();
        self.remember(dataset.id, &what.join("; "), &sources)?;
        let mut outcome = Changed::default();
        // A change of steps goes to the files in which the field is matched; where it is in none, making it says so.
        let matched = |change: &Change| sources.iter().any(|source| change.finds_field(source));
        let anywhere: Vec<bool> = changes.iter().map(matched).collect();
        for mut source in sources {
            for (change, anywhere) in changes.iter().zip(&anywhere) {
                if !anywhere || change.finds_field(&source) {
                    let profiles = self.profiles_for(&source, change)?;
                    outcome.steps_kept.extend(change::make(dataset, &mut source.mapping, &profiles, change)?);
                }
            }
            Mapper::compile(dataset, &source.mapping, &source.columns)?;
            self.store.set_mapping(&source)?;
        }
        outcome.steps_kept.dedup();
        for what in what {
            self.note("Match", &what, dataset.id)?;
        }
        Ok(outcome)
    }

    /// Saves the mapping of a group of files as a template, with how records of its dataset meet those at the destination.
    pub fn save_template<'w>(&self, which: impl Into<Which<'w>>, path: &Path) -> Result<()> {
        let group = self.group(which.into())?;
        let sync = Some(self.store.syncs()?.remove(group.dataset.id).unwrap_or_default());
        let saved = Template { mapping: group.first().mapping.clone(), sync };
        std::fs::write(path, template::save(&saved)).map_err(|error| ApiError::io(path, &error))
    }

    /// Applies a template to a group of files. Returns the columns it asks for that the files do not have. A template that
    /// says nothing of how records meet those at the destination leaves what was decided.
    pub fn load_template<'w>(&mut self, which: impl Into<Which<'w>>, path: &Path) -> Result<Vec<String>> {
        let Group { dataset, sources } = self.group(which.into())?;
        let text = std::fs::read_to_string(path).map_err(|error| ApiError::io(path, &error))?;
        let Template { mapping: saved, sync } = template::load(&text)?;
        if saved.dataset != dataset.id || saved.destination != self.schema.destination {
            let message = format!(
                "“{}” is a template for {} of {}, not for {} of {}",
                path.display(),
                saved.dataset,
                saved.destination,
                dataset.id,
                self.schema.destination
            );
            return Err(ApiError::new(Code::Argument, message, "Choose the template that was saved for this dataset."));
        }
        let sync = sync.unwrap_or(self.store.syncs()?.remove(dataset.id).unwrap_or_default());
        let schema = self.schema_with(dataset.id, &sync)?;
        let under = schema.dataset(dataset.id).unwrap_or(dataset);
        syncing::fits(under, &sync)?;
        let mut missing = Vec::new();
        self.act(|this| {
            this.remember_both(dataset.id, "Loaded a template", &sources)?;
            this.meet_by(dataset.id, &sync, schema)?;
            let all = this.store.sources()?;
            for source in sources {
                let mut applied = template::apply(&saved, &source.columns);
                lookup::bind(&mut applied, &all);
                missing.extend(applied.missing.into_iter().map(|(_, column)| column));
                Mapper::compile(under, &applied.mapping, &source.columns)?;
                this.store.set_mapping(&Source { mapping: applied.mapping, ..source })?;
            }
            this.note("Match", &format!("Loaded the template {}", path.display()), dataset.id)
        })?;
        self.schema = schema;
        missing.sort();
        missing.dedup();
        Ok(missing)
    }
}

fn no_files(dataset: &str) -> ApiError {
    ApiError::new(
        Code::Precondition,
        format!("there is no file of {dataset} in this migration"),
        "Add one with `carryover import` first.",
    )
}

fn shown(group: &Group) -> GroupMapping {
    let (dataset, source) = (group.dataset, group.first());
    let mapping = &source.mapping;
    let schema = dataset.fields.iter().map(|field| matched(field.id, Some(field), mapping.field(field.id)));
    let free = mapping.fields.iter().filter(|free| dataset.field(&free.field).is_none());
    let free = free.map(|free| matched(&free.field, None, Some(free)));
    let used: Vec<&String> = mapping
        .fields
        .iter()
        .flat_map(|field| &field.columns)
        .chain(mapping.meters.iter().map(|meter| &meter.column))
        .collect();
    GroupMapping {
        fields: schema.chain(free).collect(),
        unused_columns: source.columns.iter().filter(|column| !used.contains(column)).cloned().collect(),
        sources: group.sources.iter().map(|source| source.file.clone()).collect(),
    }
}

fn matched(id: &str, field: Option<&Field>, mapping: Option<&FieldMapping>) -> MatchedField {
    MatchedField {
        field: id.to_owned(),
        label: field.map_or(id, |field| field.label).to_owned(),
        required: field.is_some_and(|field| field.required),
        columns: mapping.map(|mapping| mapping.columns.clone()).unwrap_or_default(),
        lookups: mapping.map(|mapping| mapping.lookups.clone()).unwrap_or_default(),
        constant: mapping.and_then(|mapping| mapping.constant.clone()),
        steps: mapping.map(|mapping| mapping.steps.clone()).unwrap_or_default(),
        confidence: mapping.map_or(Confidence::None, |mapping| mapping.confidence),
        why: mapping.map(|mapping| mapping.why.clone()).unwrap_or_default(),
        proposal: None,
    }
}
