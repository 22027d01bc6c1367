//! What the user decided about how records meet those at the destination.

use super::{Result, Store};
use crate::schema::sync::Syncs;

/// Under which name it is kept.
const SYNC: &str = "sync";

impl Store {
    pub fn syncs(&self) -> Result<Syncs> {
        Ok(self.meta(SYNC)?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    pub fn set_syncs(&self, syncs: &Syncs) -> Result<()> {
        self.set_meta(SYNC, &serde_json::to_string(syncs)?)
    }
}
