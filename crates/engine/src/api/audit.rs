//! The audit trail: who decided what, and when.

use serde::Serialize;

use super::{Migration, Result};
use crate::store::audit::broken;

/// One entry, as shown and exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Entry {
    pub number: i64,
    pub at: String,
    pub who: String,
    pub step: String,
    pub what: String,
    pub detail: String,
    pub seal: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Trail {
    /// The first entry that was changed after it was written; `null` when the chain is unbroken.
    pub broken_at: Option<i64>,
    pub entries: Vec<Entry>,
}

impl Migration {
    pub fn trail(&self) -> Result<Trail> {
        let trail = self.store.trail()?;
        let broken_at = broken(&trail);
        let entries = trail
            .into_iter()
            .map(|entry| Entry {
                number: entry.id,
                at: entry.at,
                who: entry.who,
                step: entry.step,
                what: entry.what,
                detail: entry.detail,
                seal: entry.seal,
            })
            .collect();
        Ok(Trail { broken_at, entries })
    }
}
