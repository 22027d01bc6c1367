//! The way back from the last changes of a mapping and of how records meet those at the destination, also after a restart.

use serde::{Deserialize, Serialize};

use crate::api::{Migration, Result};
use crate::mapping::{Mapper, Mapping};
use crate::schema::sync::Sync;
use crate::store::source::Source;

/// Under which name the store keeps it.
const NAME: &str = "mapping_history";
/// Changes that can be taken back.
const MOST: usize = 20;

/// What held before a change.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    dataset: String,
    /// As in the audit trail.
    what: String,
    mappings: Vec<(u32, Mapping)>,
    /// `None` where an earlier version of Carryover did not keep it: it then stays as it is.
    #[serde(default)]
    sync: Option<Sync>,
}

impl Migration {
    /// Takes back the newest change of a dataset's mapping and says which it was; `None` when there is none.
    pub fn undo_mapping(&mut self, dataset: &str) -> Result<Option<String>> {
        self.dataset(dataset)?;
        let mut history = self.history()?;
        let Some(at) = history.iter().rposition(|before| before.dataset == dataset) else { return Ok(None) };
        let before = history.remove(at);
        let schema = before.sync.as_ref().map_or(Ok(self.schema), |sync| self.schema_with(dataset, sync))?;
        self.act(|this| {
            if let Some(sync) = &before.sync {
                this.meet_by(dataset, sync, schema)?;
            }
            let Some(under) = schema.dataset(dataset) else { return Ok(()) };
            for source in this.sources_of(dataset)? {
                let Some((_, mapping)) = before.mappings.iter().find(|(id, _)| *id == source.id) else { continue };
                // The file may have been read again with other columns.
                if Mapper::compile(under, mapping, &source.columns).is_ok() {
                    this.store.set_mapping(&Source { mapping: mapping.clone(), ..source })?;
                }
            }
            this.keep_history(&history)?;
            this.note("Match", &format!("Took back: {}", before.what), dataset)
        })?;
        self.schema = schema;
        Ok(Some(before.what))
    }

    /// What [`Self::undo_mapping`] would take back.
    pub(super) fn undoable_mapping(&self, dataset: &str) -> Result<Option<String>> {
        let newest = self.history()?.into_iter().rfind(|before| before.dataset == dataset);
        Ok(newest.map(|before| before.what))
    }

    /// To be called before the change is made.
    pub(in crate::api) fn remember(&self, dataset: &str, what: &str, sources: &[Source]) -> Result<()> {
        let mut history = self.history()?;
        let mappings = sources.iter().map(|source| (source.id, source.mapping.clone())).collect();
        let sync = Some(self.store.syncs()?.remove(dataset).unwrap_or_default());
        history.push(Before { dataset: dataset.to_owned(), what: what.to_owned(), mappings, sync });
        if history.len() > MOST {
            history.remove(0);
        }
        self.keep_history(&history)
    }

    /// A history that cannot be read is none: it is only a convenience.
    fn history(&self) -> Result<Vec<Before>> {
        Ok(self.store.meta(NAME)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn keep_history(&self, history: &[Before]) -> Result<()> {
        let text = serde_json::to_string(history).map_err(crate::store::StoreError::from)?;
        Ok(self.store.set_meta(NAME, &text)?)
    }
}
