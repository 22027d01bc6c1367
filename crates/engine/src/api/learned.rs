//! What was learned from matching by hand: kept beside the settings, shared with colleagues as a file, forgotten on request.

use std::path::Path;

use super::matching::Change;
use super::{ApiError, Code, Migration, Result};
use crate::mapping::Learned;
use crate::mapping::learned::VERSION;
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

/// Adds what somebody else learned to what was learned here.
pub fn import(folder: &Path, from: &Path) -> Result<Learned> {
    let parent = from.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = from.file_name().and_then(|name| name.to_str()).ok_or_else(|| no_file(from))?;
    let other: Learned = file::load(parent, name, VERSION)?.ok_or_else(|| no_file(from))?;
    let mut learned = list(folder)?;
    learned.merge(&other);
    file::save(folder, FILE, &learned)?;
    Ok(learned)
}

/// Forgets everything.
pub fn forget(folder: &Path) -> Result<()> {
    Ok(file::save(folder, FILE, &Learned::default())?)
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
        let kept = list(folder).and_then(|mut learned| {
            for (field, column) in matched {
                learned.learn(dataset, column, field);
            }
            Ok(file::save(folder, FILE, &learned)?)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "what was learned cannot be kept");
        }
    }
}
