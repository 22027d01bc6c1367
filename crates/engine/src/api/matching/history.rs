//! The way back from the last changes of a mapping and of how records meet those at the destination, also after a restart.

use serde::{Deserialize, Serialize};

use super::group::{Group, Which};
use crate::api::{Migration, Result};
use crate::mapping::{Mapper, Mapping};
use crate::schema::sync::Sync;
use crate::store::source::Source;

/// Under which name the store keeps it.
const NAME: &str = "mapping_history";
/// Changes that can be taken back.
const MOST: usize = 20;

/// What held before a change: of the mappings of one group of files, of how all records of the dataset meet those at the
/// destination, or of both, as a template changes them.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    dataset: String,
    /// As in the audit trail.
    what: String,
    #[serde(default)]
    mappings: Vec<(u32, Mapping)>,
    #[serde(default)]
    sync: Option<Sync>,
}

impl Before {
    /// Whether it is one of the changes that these groups of files show.
    fn concerns(&self, groups: &[Group]) -> bool {
        let is_own = |id: u32| groups.iter().any(|group| group.sources.iter().any(|source| source.id == id));
        let of_dataset = groups.iter().any(|group| group.dataset.id == self.dataset);
        of_dataset && (self.mappings.is_empty() || self.mappings.iter().any(|(id, _)| is_own(*id)))
    }
}

impl Migration {
    /// Takes back the newest change of a group of files, or of a dataset, and says which it was; `None` when there is none.
    pub fn undo_mapping<'w>(&mut self, which: impl Into<Which<'w>>) -> Result<Option<String>> {
        let groups = self.groups_of(which.into())?;
        let mut history = self.history()?;
        let Some(at) = history.iter().rposition(|before| before.concerns(&groups)) else { return Ok(None) };
        let before = history.remove(at);
        let dataset = before.dataset.as_str();
        let schema = before.sync.as_ref().map_or(Ok(self.schema), |sync| self.schema_with(dataset, sync))?;
        self.act(|this| {
            if let Some(sync) = &before.sync {
                this.meet_by(dataset, sync, schema)?;
            }
            let Some(under) = schema.dataset(dataset) else { return Ok(()) };
            for source in this.store.sources()?.into_iter().filter(|source| source.dataset == dataset) {
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
    pub(super) fn undoable_mapping(&self, group: &Group) -> Result<Option<String>> {
        let newest = self.history()?.into_iter().rfind(|before| before.concerns(std::slice::from_ref(group)));
        Ok(newest.map(|before| before.what))
    }

    /// To be called before the mappings of these sources are changed.
    pub(super) fn remember(&self, dataset: &str, what: &str, sources: &[Source]) -> Result<()> {
        let mappings = sources.iter().map(|source| (source.id, source.mapping.clone())).collect();
        self.add_to_history(Before { dataset: dataset.to_owned(), what: what.to_owned(), mappings, sync: None })
    }

    /// To be called before both are changed at once.
    pub(super) fn remember_both(&self, dataset: &str, what: &str, sources: &[Source]) -> Result<()> {
        let mappings = sources.iter().map(|source| (source.id, source.mapping.clone())).collect();
        let sync = Some(self.store.syncs()?.remove(dataset).unwrap_or_default());
        self.add_to_history(Before { dataset: dataset.to_owned(), what: what.to_owned(), mappings, sync })
    }

    /// To be called before it is decided otherwise how the records of a dataset meet those at the destination.
    pub(in crate::api) fn remember_sync(&self, dataset: &str, what: &str) -> Result<()> {
        let sync = Some(self.store.syncs()?.remove(dataset).unwrap_or_default());
        self.add_to_history(Before { dataset: dataset.to_owned(), what: what.to_owned(), mappings: Vec::new(), sync })
    }

    fn add_to_history(&self, before: Before) -> Result<()> {
        let mut history = self.history()?;
        history.push(before);
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
