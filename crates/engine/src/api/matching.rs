//! Which column goes into which field: shown, changed, saved and loaded.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use serde::Serialize;

use super::{ApiError, Code, Migration, Result};
use crate::intake::ColumnProfile;
use crate::mapping::{Confidence, FieldMapping, Mapper, Mapping, choose, template};
use crate::schema::{Dataset, Field};
use crate::store::source::Source;
use crate::transform::{Otherwise, Step};

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
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct MatchedField {
    pub field: String,
    pub label: String,
    pub required: bool,
    pub columns: Vec<String>,
    pub constant: Option<String>,
    pub steps: Vec<Step>,
    pub confidence: Confidence,
    pub why: String,
}

/// One change to a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Columns by name, in order; none takes the field off.
    Columns {
        field: String,
        columns: Vec<String>,
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
}

impl Migration {
    /// The mapping of each dataset that has a file. Where files of one dataset differ, that of the first is shown.
    pub fn mappings(&self, only: Option<&str>) -> Result<Mappings> {
        let mut datasets: IndexMap<String, DatasetMapping> = IndexMap::new();
        for source in self.store.sources()? {
            if only.is_some_and(|only| only != source.dataset) {
                continue;
            }
            let dataset = self.dataset(&source.dataset)?;
            datasets
                .entry(source.dataset.clone())
                .and_modify(|mapping: &mut DatasetMapping| mapping.sources.push(source.file.clone()))
                .or_insert_with(|| shown(dataset, &source));
        }
        if let (Some(only), true) = (only, datasets.is_empty()) {
            self.dataset(only)?;
            return Err(no_files(only));
        }
        Ok(Mappings { datasets })
    }

    /// Changes the mapping of every file of a dataset that has the columns named.
    pub fn change_mapping(&mut self, dataset: &str, changes: &[Change]) -> Result<()> {
        let schema = self.dataset(dataset)?;
        let sources: Vec<Source> =
            self.store.sources()?.into_iter().filter(|source| source.dataset == dataset).collect();
        if sources.is_empty() {
            return Err(no_files(dataset));
        }
        for change in changes {
            let takes = |source: &Source| columns_of(change).iter().all(|column| source.columns.contains(column));
            if !sources.iter().any(takes) {
                let missing = columns_of(change).join("”, “");
                let known = sources.iter().flat_map(|source| &source.columns).cloned().collect::<Vec<_>>().join(", ");
                return Err(ApiError::new(
                    Code::NotFound,
                    format!("no file of {dataset} has the column “{missing}”"),
                    format!("Its columns are: {known}."),
                ));
            }
        }
        self.act(|this| this.map_again(schema, sources, changes))
    }

    fn map_again(&mut self, schema: &'static Dataset, sources: Vec<Source>, changes: &[Change]) -> Result<()> {
        for mut source in sources {
            let columns = source.columns.clone();
            let profiles = self.store.reading(source.id)?.profile.columns;
            for change in
                changes.iter().filter(|change| columns_of(change).iter().all(|column| columns.contains(column)))
            {
                self::change(schema, &mut source, &profiles, change)?;
            }
            Mapper::compile(schema, &source.mapping, &source.columns)?;
            self.store.set_mapping(&source)?;
        }
        for change in changes {
            self.note("Match", &described(change), schema.id)?;
        }
        Ok(())
    }

    /// Saves the mapping of a dataset's first file as a template.
    pub fn save_template(&self, dataset: &str, path: &Path) -> Result<()> {
        let source = self.store.sources()?.into_iter().find(|source| source.dataset == dataset);
        let source = source.ok_or_else(|| no_files(dataset))?;
        std::fs::write(path, template::save(&source.mapping)).map_err(|error| ApiError::io(path, &error))
    }

    /// Applies a template to every file of its dataset. Returns the columns it asks for that a file does not have.
    pub fn load_template(&mut self, dataset: &str, path: &Path) -> Result<Vec<String>> {
        let text = std::fs::read_to_string(path).map_err(|error| ApiError::io(path, &error))?;
        let saved = template::load(&text)?;
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
        let schema = self.dataset(dataset)?;
        let mut sources = self.store.sources()?;
        sources.retain(|source| source.dataset == dataset);
        if sources.is_empty() {
            return Err(no_files(dataset));
        }
        let mut missing = Vec::new();
        self.act(|this| {
            for source in sources {
                let applied = template::apply(&saved, &source.columns);
                missing.extend(applied.missing.into_iter().map(|(_, column)| column));
                Mapper::compile(schema, &applied.mapping, &source.columns)?;
                this.store.set_mapping(&Source { mapping: applied.mapping, ..source })?;
            }
            this.note("Match", &format!("Loaded the template {}", path.display()), dataset)
        })?;
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

fn shown(dataset: &'static Dataset, source: &Source) -> DatasetMapping {
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
    }
}

fn matched(id: &str, field: Option<&Field>, mapping: Option<&FieldMapping>) -> MatchedField {
    MatchedField {
        field: id.to_owned(),
        label: field.map_or(id, |field| field.label).to_owned(),
        required: field.is_some_and(|field| field.required),
        columns: mapping.map(|mapping| mapping.columns.clone()).unwrap_or_default(),
        constant: mapping.and_then(|mapping| mapping.constant.clone()),
        steps: mapping.map(|mapping| mapping.steps.clone()).unwrap_or_default(),
        confidence: mapping.map_or(Confidence::None, |mapping| mapping.confidence),
        why: mapping.map(|mapping| mapping.why.clone()).unwrap_or_default(),
    }
}

fn columns_of(change: &Change) -> &[String] {
    match change {
        Change::Columns { columns, .. } => columns,
        _ => &[],
    }
}

fn described(change: &Change) -> String {
    match change {
        Change::Columns { field, columns } if columns.is_empty() => format!("Took {field} off"),
        Change::Columns { field, columns } => format!("Matched {field} with {}", columns.join(" and ")),
        Change::Constant { field, value } => format!("Set {field} to “{value}” everywhere"),
        Change::Format { field, format } => format!("Chose {format} for {field}"),
        Change::Word { field, from, to } => format!("Set “{from}” to “{to}” in {field}"),
        Change::Steps { field, .. } => format!("Changed the steps of {field}"),
        Change::Region { field, region } => format!("Chose {region} for {field}"),
    }
}

fn change(dataset: &'static Dataset, source: &mut Source, profiles: &[ColumnProfile], change: &Change) -> Result<()> {
    match change {
        Change::Columns { field, columns } => {
            let profiles: Vec<&ColumnProfile> =
                columns.iter().filter_map(|column| profiles.iter().find(|profile| profile.name == *column)).collect();
            let_go(dataset, &mut source.mapping, field, columns);
            put(dataset, &mut source.mapping, choose(dataset, field, &profiles))
        }
        Change::Constant { field, value } => {
            let kind = free_kind(dataset, &source.mapping, field);
            let mapping = FieldMapping {
                constant: Some(value.clone()),
                confidence: Confidence::User,
                why: "Set by you".to_owned(),
                kind,
                ..FieldMapping::unmapped(field)
            };
            put(dataset, &mut source.mapping, mapping)
        }
        Change::Format { field, format } => with_steps(&mut source.mapping, field, |steps| {
            let mut set = false;
            for step in steps.iter_mut() {
                if let Step::Date { format: old } | Step::Number { format: old } = step {
                    format.clone_into(old);
                    set = true;
                }
            }
            if !set {
                let date = dataset.field(field).is_some_and(|field| field.kind.is_date()) || format.contains('y');
                steps.push(if date {
                    Step::Date { format: format.clone() }
                } else {
                    Step::Number { format: format.clone() }
                });
            }
        }),
        Change::Word { field, from, to } => with_steps(&mut source.mapping, field, |steps| {
            if let Some(Step::ValueMap { values, .. }) =
                steps.iter_mut().find(|step| matches!(step, Step::ValueMap { .. }))
            {
                values.insert(from.clone(), to.clone());
            } else {
                let at = steps
                    .iter()
                    .position(|step| !matches!(step, Step::Trim | Step::CollapseBlanks | Step::Join { .. }))
                    .unwrap_or(steps.len());
                let values = BTreeMap::from([(from.clone(), to.clone())]);
                steps.insert(at, Step::ValueMap { values, otherwise: Otherwise::Keep });
            }
        }),
        Change::Steps { field, steps: new } => with_steps(&mut source.mapping, field, |steps| steps.clone_from(new)),
        Change::Region { field, region } => with_steps(&mut source.mapping, field, |steps| {
            for step in steps.iter_mut() {
                if let Step::Phone { region: old, .. } = step {
                    *old = Some(region.clone());
                }
            }
        }),
    }
}

fn free_kind(dataset: &Dataset, mapping: &Mapping, field: &str) -> Option<crate::schema::Kind> {
    let own = mapping.field(field).and_then(|own| own.kind);
    if dataset.field(field).is_some() { None } else { own.or(Some(crate::schema::Kind::Text)) }
}

fn with_steps(mapping: &mut Mapping, field: &str, change: impl FnOnce(&mut Vec<Step>)) -> Result<()> {
    let Some(own) = mapping.fields.iter_mut().find(|own| own.field == field && !own.columns.is_empty()) else {
        return Err(ApiError::new(
            Code::Precondition,
            format!("“{field}” has no column yet"),
            "Match it with a column first.",
        ));
    };
    change(&mut own.steps);
    own.confidence = Confidence::User;
    "Set by you".clone_into(&mut own.why);
    Ok(())
}

/// A column that was only kept along as a field of its own is that no longer once the user puts it to use.
fn let_go(dataset: &Dataset, mapping: &mut Mapping, field: &str, columns: &[String]) {
    mapping.fields.retain(|own| {
        let kept_along =
            dataset.field(&own.field).is_none() && own.confidence != Confidence::User && own.field != field;
        !(kept_along && matches!(own.columns.as_slice(), [only] if columns.contains(only)))
    });
}

fn put(dataset: &Dataset, mapping: &mut Mapping, new: FieldMapping) -> Result<()> {
    let free =
        dataset.open_prefix.is_some_and(|prefix| new.field.len() > prefix.len() && new.field.starts_with(prefix));
    if !free && dataset.field(&new.field).is_none() {
        let prefix = dataset
            .open_prefix
            .map(|prefix| format!(" or a field of your own, such as {prefix}name"))
            .unwrap_or_default();
        let known: Vec<&str> = dataset.fields.iter().map(|field| field.id).collect();
        return Err(ApiError::new(
            Code::NotFound,
            format!("“{}” is no field of {}", new.field, dataset.id),
            format!("Choose one of: {}{prefix}.", known.join(", ")),
        ));
    }
    match mapping.fields.iter_mut().find(|own| own.field == new.field) {
        Some(own) => *own = new,
        None => mapping.fields.push(new),
    }
    Ok(())
}
