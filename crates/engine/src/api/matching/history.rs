//! The way back from the last changes of a mapping, also after a restart.

use serde::{Deserialize, Serialize};

use crate::api::{Migration, Result};
use crate::mapping::{Mapper, Mapping};
use crate::store::source::Source;

/// Under which name the store keeps it.
const NAME: &str = "mapping_history";
/// Changes that can be taken back.
const MOST: usize = 20;

/// The mappings before a change.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    dataset: String,
    /// As in the audit trail.
    what: String,
    mappings: Vec<(u32, Mapping)>,
}

impl Migration {
    /// Takes back the newest change of a dataset's mapping and says which it was; `None` when there is none.
    pub fn undo_mapping(&mut self, dataset: &str) -> Result<Option<String>> {
        let schema = self.dataset(dataset)?;
        let mut history = self.history()?;
        let Some(at) = history.iter().rposition(|before| before.dataset == dataset) else { return Ok(None) };
        let before = history.remove(at);
        self.act(|this| {
            for source in this.sources_of(dataset)? {
                let Some((_, mapping)) = before.mappings.iter().find(|(id, _)| *id == source.id) else { continue };
                // The file may have been read again with other columns.
                if Mapper::compile(schema, mapping, &source.columns).is_ok() {
                    this.store.set_mapping(&Source { mapping: mapping.clone(), ..source })?;
                }
            }
            this.keep_history(&history)?;
            this.note("Match", &format!("Took back: {}", before.what), dataset)
        })?;
        Ok(Some(before.what))
    }

    /// What [`Self::undo_mapping`] would take back.
    pub(super) fn undoable_mapping(&self, dataset: &str) -> Result<Option<String>> {
        let newest = self.history()?.into_iter().rfind(|before| before.dataset == dataset);
        Ok(newest.map(|before| before.what))
    }

    pub(super) fn remember(&self, dataset: &str, what: &str, sources: &[Source]) -> Result<()> {
        let mut history = self.history()?;
        let mappings = sources.iter().map(|source| (source.id, source.mapping.clone())).collect();
        history.push(Before { dataset: dataset.to_owned(), what: what.to_owned(), mappings });
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
