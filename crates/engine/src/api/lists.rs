//! Lists as CSV: the plan, and what the destination turned down.

use std::path::Path;

use super::{ApiError, Code, Migration, Result};
use crate::report::lists;

impl Migration {
    /// Writes the plan made last and says how many records it has. It is gone once the migration was closed.
    pub fn export_plan(&self, path: &Path) -> Result<u64> {
        let datasets = self.schema.datasets.iter().map(|dataset| dataset.id);
        match lists::plan_file(&self.store, datasets, path)? {
            0 => Err(ApiError::new(Code::Precondition, "there is no plan to write", "Make the plan first.")),
            records => Ok(records),
        }
    }

    /// Writes what is turned down now, with the reasons, and says how many records that is.
    pub fn export_rejected(&self, path: &Path) -> Result<u64> {
        Ok(lists::rejected_file(&self.store, path)?)
    }
}
