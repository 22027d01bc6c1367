//! The audit trail: who decided what, and when.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Migration, Result};
use crate::report::files::trail_file;
use crate::store::audit::{self, Sought, broken};

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

/// Which entries are to be shown. Empty texts mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TrailWanted {
    /// Parts of what was done, or of its detail: one of them is enough. Several where a reader has other words for it.
    pub texts: Vec<String>,
    pub step: String,
    pub who: String,
    /// RFC 3339, UTC: the first moment that is wanted.
    pub since: String,
    /// The first moment after those that are wanted.
    pub until: String,
    pub offset: u32,
    pub limit: u32,
}

impl TrailWanted {
    /// Whether not every entry is wanted.
    pub fn is_narrow(&self) -> bool {
        !self.texts.is_empty() || [&self.step, &self.who, &self.since, &self.until].iter().any(|part| !part.is_empty())
    }
}

/// A page of the trail, newest entry first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TrailPage {
    pub broken_at: Option<i64>,
    /// Entries in all, and of those sought.
    pub all: u64,
    pub found: u64,
    pub entries: Vec<Entry>,
    /// Everyone and every step that stand in the trail.
    pub people: Vec<String>,
    pub steps: Vec<String>,
}

impl Migration {
    /// A page of the trail. The seals of all entries are looked at each time.
    pub fn trail_page(&self, wanted: &TrailWanted) -> Result<TrailPage> {
        let trail = self.store.trail()?;
        let sought = Sought {
            texts: wanted.texts.clone(),
            step: wanted.step.clone(),
            who: wanted.who.clone(),
            since: wanted.since.clone(),
            until: wanted.until.clone(),
        };
        let (found, entries) = self.store.trail_page(&sought, wanted.offset.into(), wanted.limit)?;
        let (people, steps) = self.store.trail_names()?;
        let entries = entries.into_iter().map(Entry::from).collect();
        Ok(TrailPage { broken_at: broken(&trail), all: trail.len() as u64, found, entries, people, steps })
    }

    /// Writes the whole trail as CSV, oldest entry first.
    pub fn export_trail(&self, path: &Path) -> Result<()> {
        Ok(trail_file(&self.store, path)?)
    }

    pub fn trail(&self) -> Result<Trail> {
        let trail = self.store.trail()?;
        let broken_at = broken(&trail);
        let entries = trail.into_iter().map(Entry::from).collect();
        Ok(Trail { broken_at, entries })
    }
}

impl From<audit::Entry> for Entry {
    fn from(entry: audit::Entry) -> Self {
        Self {
            number: entry.id,
            at: entry.at,
            who: entry.who,
            step: entry.step,
            what: entry.what,
            detail: entry.detail,
            seal: entry.seal,
        }
    }
}
