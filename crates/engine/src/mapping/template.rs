//! Mappings as files: saved from one migration, used again for the next.
//!
//! A template is a [`Mapping`] as JSON, with how records meet those at the destination. It is refused when a newer Carryover
//! made it, and everything else that is wrong with it is named. One of version 1 says nothing about the destination's
//! records. A source whose header differs a little (case, blanks, short forms) still finds its columns.

use serde::{Deserialize, Serialize};

use super::{Confidence, FieldMapping, Mapping, Meter, VERSION, header};
use crate::schema::sync::Sync;
use crate::transform::{Pipeline, StepError};

/// The newest version of a template's file.
const NEWEST: u32 = 2;

/// What a file of a template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub mapping: Mapping,
    /// `None` in a template that was saved before this went along.
    pub sync: Option<Sync>,
}

/// A template as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    destination: String,
    dataset: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sync: Option<Sync>,
    fields: Vec<FieldMapping>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    meters: Vec<Meter>,
}

/// A template laid over a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub mapping: Mapping,
    /// Columns found under another spelling: as in the template, then as in the source.
    pub renamed: Vec<(String, String)>,
    /// What the source does not have: the field (or the meter's stream), and the column. Such fields are left unmapped.
    pub missing: Vec<(String, String)>,
}

/// Why a text is no template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("the template is no mapping of Carryover ({source}); choose a file that Carryover saved")]
    Unreadable { source: serde_json::Error },
    #[error("the template was made by a newer Carryover (version {version}); update Carryover to use it")]
    Newer { version: u32 },
    #[error("the template cannot be used: {source} (line {line}, column {column})")]
    Wrong { line: usize, column: usize, source: serde_json::Error },
    #[error("the steps of “{field}” in the template cannot be run: {source}")]
    Steps { field: String, source: StepError },
}

/// The one member every version has.
#[derive(serde::Deserialize)]
struct Head {
    version: u32,
}

/// The template as JSON, for people to read and compare.
pub fn save(template: &Template) -> String {
    let Template { mapping, sync } = template.clone();
    let Mapping { destination, dataset, fields, meters, .. } = mapping;
    let version = if sync.is_some() { NEWEST } else { VERSION };
    let file = File { version, destination, dataset, sync, fields, meters };
    // Plain data with text keys: there is nothing in it that JSON cannot say.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// What a template says.
pub fn load(text: &str) -> Result<Template, TemplateError> {
    let head: Head = serde_json::from_str(text).map_err(|source| TemplateError::Unreadable { source })?;
    if head.version > NEWEST {
        return Err(TemplateError::Newer { version: head.version });
    }
    let wrong =
        |source: serde_json::Error| TemplateError::Wrong { line: source.line(), column: source.column(), source };
    let File { destination, dataset, sync, fields, meters, .. } = serde_json::from_str(text).map_err(wrong)?;
    for field in &fields {
        let steps = Pipeline::compile(&field.steps);
        steps.map_err(|source| TemplateError::Steps { field: field.field.clone(), source })?;
    }
    Ok(Template { mapping: Mapping { version: VERSION, destination, dataset, fields, meters }, sync })
}

/// Lays a template over a source whose header names `columns`.
pub fn apply(template: &Mapping, columns: &[String]) -> Applied {
    let mut applied = Applied { mapping: template.clone(), renamed: Vec::new(), missing: Vec::new() };
    for field in &mut applied.mapping.fields {
        let gone = field.columns.iter_mut().find_map(|column| find(column, columns, &mut applied.renamed));
        if let Some(gone) = gone {
            field.columns.clear();
            field.lookups.clear();
            field.confidence = Confidence::None;
            field.why = format!("“{gone}” is not in this file");
            applied.missing.push((field.field.clone(), gone));
        }
    }
    applied.mapping.meters.retain_mut(|meter| {
        let gone = find(&mut meter.column, columns, &mut applied.renamed);
        applied.missing.extend(gone.clone().map(|gone| (meter.stream.clone(), gone)));
        gone.is_none()
    });
    applied
}

/// Puts the source's own spelling in place of the template's; gives the name back when the source has no such column.
fn find(column: &mut String, columns: &[String], renamed: &mut Vec<(String, String)>) -> Option<String> {
    if columns.contains(column) {
        return None;
    }
    let words = header::words(column);
    let mut alike = columns.iter().filter(|other| header::words(other) == words);
    match (alike.next(), alike.next()) {
        (Some(other), None) => {
            let pair = (std::mem::replace(column, other.clone()), other.clone());
            if !renamed.contains(&pair) {
                renamed.push(pair);
            }
            None
        }
        _ => Some(column.clone()),
    }
}
