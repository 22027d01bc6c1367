//! Files that are no longer what was read: gone, or with other content. What was read is kept in the migration either way.

use std::path::Path;

use serde::Serialize;

use super::draft::modified;
use super::{Migration, Result};
use crate::intake;

/// A source whose file is looked after.
#[derive(Debug, Clone)]
pub struct Watched {
    pub source: u32,
    pub file: String,
    path: String,
    bytes: u64,
    modified: Option<String>,
    sha256: String,
    /// The state of the file with which the user went on.
    accepted: Option<String>,
}

/// A source whose file is not the one that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ChangedSource {
    pub source: u32,
    pub file: String,
    pub change: FileChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// It is no longer where it was read.
    Gone,
    /// Its content is another.
    Content,
}

impl Migration {
    /// Every source that was read from a file, to be held against the disk by [`changed`].
    pub fn watched(&self) -> Result<Vec<Watched>> {
        let sources = self.store.sources()?.into_iter().filter(|source| !source.path.is_empty());
        let watched = sources.map(|source| {
            let accepted = self.store.meta(&accepted_name(source.id))?;
            Ok(Watched {
                source: source.id,
                file: source.file,
                path: source.path,
                bytes: source.bytes,
                modified: source.modified,
                sha256: source.sha256,
                accepted,
            })
        });
        watched.collect()
    }

    /// Goes on with what was read of a source although its file is another now. Asked again when the file changes again.
    pub fn go_on_with(&mut self, source: u32) -> Result<()> {
        let source = self.source(source)?;
        self.act(|this| {
            this.store.set_meta(&accepted_name(source.id), &state_of(Path::new(&source.path)))?;
            this.note("Files", &format!("Went on with what was read of {}", source.file), "The file has changed since")
        })
    }
}

/// Those whose file changed. Only a file of another size or time is read again; needs no migration, so it may take its
/// time.
pub fn changed(watched: &[Watched]) -> Vec<ChangedSource> {
    let changed = watched.iter().filter_map(|watched| {
        let change = change(watched)?;
        Some(ChangedSource { source: watched.source, file: watched.file.clone(), change })
    });
    changed.collect()
}

fn change(watched: &Watched) -> Option<FileChange> {
    let path = Path::new(&watched.path);
    if watched.accepted.as_ref().is_some_and(|accepted| *accepted == state_of(path)) {
        return None;
    }
    let Ok(metadata) = path.metadata() else { return Some(FileChange::Gone) };
    if metadata.len() == watched.bytes && modified(&metadata) == watched.modified {
        return None;
    }
    let now = intake::fingerprint(path).ok().map(|print| print.sha256);
    (now.as_ref() != Some(&watched.sha256)).then_some(FileChange::Content)
}

fn accepted_name(source: u32) -> String {
    format!("accepted_{source}")
}

/// Size and time of a file, in one word.
fn state_of(path: &Path) -> String {
    path.metadata().map_or_else(
        |_| "gone".to_owned(),
        |metadata| format!("{} {}", metadata.len(), modified(&metadata).unwrap_or_default()),
    )
}
