//! What was learned from matching by hand: kept beside the settings, shared with colleagues as a file, forgotten on request.

use std::path::Path;

use serde::Serialize;

use super::matching::Change;
use super::{ApiError, Code, Migration, Result};
use crate::mapping::Learned;
use crate::mapping::learned::{self, VERSION};
use crate::schema;
use crate::settings::file;

/// The name of the file in the folder of the settings.
const FILE: &str = "learned.json";

/// Everything that was learned; nothing yet is not an error.
pub fn list(folder: &Path) -> Result<Learned> {
    Ok(file::load(folder, FILE, VERSION)?.unwrap_or_default())
}

/// Writes it to a file for somebody else. There are headings and fields in it, no values.
pub fn export(folder: &Path, to: &Path) -> Result<Learned> {
    let learned = list(folder)?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = to.file_name().and_then(|name| name.to_str()).ok_or_else(|| no_file(to))?;
    file::save(parent, name, &learned)?;
    Ok(learned)
}

/// What is in a file of what somebody else learned, and what it would change here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "LearnedOffer")]
pub struct Offer {
    /// How many headings are in it.
    pub headings: u32,
    /// Those that would be matched otherwise than before.
    pub changes: Vec<learned::Change>,
}

/// Looks into a file of what somebody else learned. Nothing is taken over.
pub fn look_into(folder: &Path, from: &Path) -> Result<Offer> {
    let other = read(from)?;
    let changes = list(folder)?.changes(&other);
    Ok(Offer { headings: other.matches().len() as u32, changes })
}

/// Adds what somebody else learned to what was learned here.
pub fn import(folder: &Path, from: &Path) -> Result<Learned> {
    let other = read(from)?;
    let mut learned = list(folder)?;
    learned.merge(&other);
    file::save(folder, FILE, &learned)?;
    Ok(learned)
}

fn read(from: &Path) -> Result<Learned> {
    let parent = from.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = from.file_name().and_then(|name| name.to_str()).ok_or_else(|| no_file(from))?;
    file::load(parent, name, VERSION)?.ok_or_else(|| no_file(from))
}

/// Forgets a heading: in one dataset, with one field, or wherever it was matched.
pub fn forget(folder: &Path, heading: &str, dataset: Option<&str>, field: Option<&str>) -> Result<Learned> {
    let mut learned = list(folder)?;
    if learned.forget(heading, dataset, field) == 0 {
        let message = format!("nothing was learned of “{heading}”");
        return Err(ApiError::new(Code::NotFound, message, "See what was with `carryover learned list`."));
    }
    file::save(folder, FILE, &learned)?;
    Ok(learned)
}

/// Forgets everything.
pub fn forget_all(folder: &Path) -> Result<()> {
    Ok(file::save(folder, FILE, &Learned::default())?)
}

/// What a field is called in the destination that has it in this dataset; `None` where no destination has it.
pub fn label(dataset: &str, field: &str) -> Option<&'static str> {
    let schemas = schema::DESTINATIONS.into_iter().filter_map(schema::of);
    let mut fields = schemas.filter_map(|schema| schema.dataset(dataset)?.field(field));
    fields.next().map(|field| field.label)
}

fn no_file(path: &Path) -> ApiError {
    let message = format!("“{}” is no file of what was learned", path.display());
    ApiError::new(Code::NotFound, message, "Name a file that `carryover learned export` wrote.")
}

impl Migration {
    /// What was learned; nothing where nothing is to be learned, or where it cannot be read: matching goes on without it.
    pub(super) fn learned(&self) -> Learned {
        let Some(folder) = &self.memory else { return Learned::default() };
        list(folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "what was learned cannot be read");
            Learned::default()
        })
    }

    /// Learns from changes that were made. That it could not be kept is no reason to refuse them.
    pub(super) fn learn(&self, dataset: &str, changes: &[Change]) {
        let matched = changes.iter().filter_map(|change| match change {
            Change::Columns { field, columns } if columns.len() == 1 => Some((field, &columns[0])),
            _ => None,
        });
        let matched: Vec<_> = matched.collect();
        let Some(folder) = self.memory.as_ref().filter(|_| !matched.is_empty()) else { return };
        let day = self.actor.today;
        let kept = list(folder).and_then(|mut learned| {
            for (field, column) in matched {
                learned.learn(dataset, column, field, day);
            }
            Ok(file::save(folder, FILE, &learned)?)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "what was learned cannot be kept");
        }
    }
}
