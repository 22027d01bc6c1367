//! Which column goes into which field: shown, changed, saved and loaded.

mod change;
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
use indexmap::map::Entry;
use serde::{Deserialize, Serialize};

use super::syncing::DatasetSync;
use super::{ApiError, Code, Migration, Result};
use crate::mapping::template::{self, Template};
use crate::mapping::{Confidence, FieldMapping, Lookup, Mapper, Meter};
use crate::schema::{Dataset, Field};
use crate::store::lookup::LOOK_UP;
use crate::store::source::Source;
use crate::transform::Step;

pub use preview::{FieldPreview, PreviewRow, Share};
pub use propose::Proposal;
pub use question::{Answer, Hint, Outcome, Question};
pub use values::{FieldValue, FieldValues};
pub use view::{ColumnCard, FieldList, FieldRow, MatchedDataset, MatchedFields};

/// Printed by `map --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Mappings {
    pub datasets: IndexMap<String, DatasetMapping>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct DatasetMapping {
    pub fields: Vec<MatchedField>,
    pub unused_columns: Vec<String>,
    /// The files it is for.
    pub sources: Vec<String>,
    /// How its records meet those at the destination.
    pub sync: DatasetSync,
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
    /// The mapping of each dataset that has a file. Where files of one dataset differ, that of the first is shown.
    pub fn mappings(&self, only: Option<&str>) -> Result<Mappings> {
        let mut datasets: IndexMap<String, DatasetMapping> = IndexMap::new();
        for source in self.store.sources()? {
            if source.dataset == LOOK_UP || only.is_some_and(|only| only != source.dataset) {
                continue;
            }
            let dataset = self.dataset(&source.dataset)?;
            match datasets.entry(source.dataset.clone()) {
                Entry::Occupied(mut shown) => shown.get_mut().sources.push(source.file.clone()),
                Entry::Vacant(first) => {
                    first.insert(shown(dataset, &source, self.dataset_sync(dataset)?));
                }
            }
            let fields = datasets.get_mut(&source.dataset).map(|mapping| &mut mapping.fields);
            for field in
                fields.into_iter().flatten().filter(|field| field.required && !source.mapping.fills(&field.field))
            {
                field.proposal = self.propose(dataset, &source, &field.field)?;
            }
        }
        if let (Some(only), true) = (only, datasets.is_empty()) {
            self.dataset(only)?;
            return Err(no_files(only));
        }
        Ok(Mappings { datasets })
    }

    /// Changes the mapping of every file of a dataset that has the columns and fields named.
    pub fn change_mapping(&mut self, dataset: &str, changes: &[Change]) -> Result<Changed> {
        let schema = self.dataset(dataset)?;
        let sources = self.sources_of(dataset)?;
        for change in changes {
            if !sources.iter().any(|source| change.concerns(source)) {
                let missing = change.columns().join("”, “");
                let known = sources.iter().flat_map(|source| &source.columns).cloned().collect::<Vec<_>>().join(", ");
                return Err(ApiError::new(
                    Code::NotFound,
                    format!("no file of {dataset} has the column “{missing}”"),
                    format!("Its columns are: {known}."),
                ));
            }
        }
        if changes.is_empty() {
            return Ok(Changed::default());
        }
        let changes = changes.iter().map(|change| self.resolved(change)).collect::<Result<Vec<_>>>()?;
        let outcome = self.act(|this| this.map_again(schema, sources, &changes))?;
        self.learn(schema.id, &changes);
        Ok(outcome)
    }

    fn map_again(&mut self, schema: &'static Dataset, sources: Vec<Source>, changes: &[Change]) -> Result<Changed> {
        let what = changes.iter().map(Change::described).collect::<Vec<_>>();
        self.remember(schema.id, &what.join("; "), &sources)?;
        let mut outcome = Changed::default();
        // A change of steps goes to the files in which the field is matched; where it is in none, making it says so.
        let matched = |change: &Change| sources.iter().any(|source| change.finds_field(source));
        let anywhere: Vec<bool> = changes.iter().map(matched).collect();
        for mut source in sources {
            for (change, anywhere) in changes.iter().zip(&anywhere) {
                if change.concerns(&source) && (!anywhere || change.finds_field(&source)) {
                    let profiles = self.profiles_for(&source, change)?;
                    outcome.steps_kept.extend(change::make(schema, &mut source.mapping, &profiles, change)?);
                }
            }
            Mapper::compile(schema, &source.mapping, &source.columns)?;
            self.store.set_mapping(&source)?;
        }
        outcome.steps_kept.dedup();
        for what in what {
            self.note("Match", &what, schema.id)?;
        }
        Ok(outcome)
    }

    fn sources_of(&self, dataset: &str) -> Result<Vec<Source>> {
        let mut sources = self.store.sources()?;
        sources.retain(|source| source.dataset == dataset);
        if sources.is_empty() {
            return Err(no_files(dataset));
        }
        Ok(sources)
    }

    /// Saves the mapping of a dataset's first file as a template, with how its records meet those at the destination.
    pub fn save_template(&self, dataset: &str, path: &Path) -> Result<()> {
        let sources = self.sources_of(dataset)?;
        let source = sources.first().ok_or_else(|| no_files(dataset))?;
        let sync = Some(self.store.syncs()?.remove(dataset).unwrap_or_default());
        let saved = Template { mapping: source.mapping.clone(), sync };
        std::fs::write(path, template::save(&saved)).map_err(|error| ApiError::io(path, &error))
    }

    /// Applies a template to every file of its dataset. Returns the columns it asks for that a file does not have. A template
    /// that says nothing of how records meet those at the destination leaves what was decided.
    pub fn load_template(&mut self, dataset: &str, path: &Path) -> Result<Vec<String>> {
        let text = std::fs::read_to_string(path).map_err(|error| ApiError::io(path, &error))?;
        let Template { mapping: saved, sync } = template::load(&text)?;
        if saved.dataset != dataset || saved.destination != self.schema.destination {
            let message = format!(
                "“{}” is a template for {} of {}, not for {dataset} of {}",
                path.display(),
                saved.dataset,
                saved.destination,
                self.schema.destination
            );
            return Err(ApiError::new(Code::Argument, message, "Choose the template that was saved for this dataset."));
        }
        let usual = self.dataset(dataset)?;
        let sync = sync.unwrap_or(self.store.syncs()?.remove(usual.id).unwrap_or_default());
        let schema = self.schema_with(usual.id, &sync)?;
        let under = schema.dataset(usual.id).unwrap_or(usual);
        self.sync_fits(under, &sync)?;
        let sources = self.sources_of(dataset)?;
        let mut missing = Vec::new();
        self.act(|this| {
            this.remember(dataset, "Loaded a template", &sources)?;
            this.meet_by(usual.id, &sync, schema)?;
            let all = this.store.sources()?;
            for source in sources {
                let mut applied = template::apply(&saved, &source.columns);
                lookup::bind(&mut applied, &all);
                missing.extend(applied.missing.into_iter().map(|(_, column)| column));
                Mapper::compile(under, &applied.mapping, &source.columns)?;
                this.store.set_mapping(&Source { mapping: applied.mapping, ..source })?;
            }
            this.note("Match", &format!("Loaded the template {}", path.display()), dataset)
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

fn shown(dataset: &'static Dataset, source: &Source, sync: DatasetSync) -> DatasetMapping {
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
    DatasetMapping {
        fields: schema.chain(free).collect(),
        unused_columns: source.columns.iter().filter(|column| !used.contains(column)).cloned().collect(),
        sources: vec![source.file.clone()],
        sync,
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
