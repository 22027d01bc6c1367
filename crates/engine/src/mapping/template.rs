//! Mappings as files: saved from one migration, used again for the next.
//!
//! A template is a [`Mapping`] as JSON. It is refused when a newer Carryover made it, and everything else that is wrong
//! with it is named. A source whose header differs a little (case, blanks, short forms) still finds its columns.

use super::{Confidence, Mapping, VERSION, header};
use crate::transform::{Pipeline, StepError};

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

/// The mapping as JSON, for people to read and compare.
pub fn save(mapping: &Mapping) -> String {
    // Plain data with text keys: there is nothing in it that JSON cannot say.
    serde_json::to_string_pretty(mapping).unwrap_or_default() + "\n"
}

/// The mapping a template holds.
pub fn load(text: &str) -> Result<Mapping, TemplateError> {
    let head: Head = serde_json::from_str(text).map_err(|source| TemplateError::Unreadable { source })?;
    if head.version > VERSION {
        return Err(TemplateError::Newer { version: head.version });
    }
    let wrong =
        |source: serde_json::Error| TemplateError::Wrong { line: source.line(), column: source.column(), source };
    let mapping: Mapping = serde_json::from_str(text).map_err(wrong)?;
    for field in &mapping.fields {
        let steps = Pipeline::compile(&field.steps);
        steps.map_err(|source| TemplateError::Steps { field: field.field.clone(), source })?;
    }
    Ok(mapping)
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
