//! The rows of a source, each in the file of what became of it. They keep the columns of the source, so that what was rejected can
//! be corrected and loaded again. A file is made with its first row.

use std::path::{Path, PathBuf};

use super::table::Csv;
use super::{FilesError, Result};
use crate::report::tie_out::Fate;
use crate::store::source::Source;

/// The files of a source, by what became of its rows.
const FILES: [(&str, &[Fate]); 4] = [
    ("loaded", &[Fate::Loaded]),
    ("rejected", &[Fate::Refused, Fate::Stopped, Fate::Doubtful]),
    ("excluded", &[Fate::Excluded]),
    ("taken_back", &[Fate::TakenBack]),
];

/// The files of one source, being written.
pub(super) struct RowFiles<'s> {
    source: &'s Source,
    paths: [PathBuf; FILES.len()],
    begun: [Option<Csv>; FILES.len()],
}

impl<'s> RowFiles<'s> {
    /// What an earlier report left under their names is removed.
    pub(super) fn begin(source: &'s Source, folder: &Path) -> Result<Self> {
        let paths = FILES.map(|(name, _)| folder.join(format!("{}_{name}_{}.csv", source.dataset, source.id)));
        for path in &paths {
            match std::fs::remove_file(path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FilesError::Io { path: path.clone(), source });
                }
                _ => {}
            }
        }
        Ok(Self { source, paths, begun: [const { None }; FILES.len()] })
    }

    /// `told`: the destination's id of what is there, the reason of what is not. A row that was not sent goes nowhere.
    pub(super) fn put(&mut self, fate: Fate, line: u64, cells: &[&str], told: &str) -> Result<()> {
        let Some(at) = FILES.iter().position(|(_, fates)| fates.contains(&fate)) else { return Ok(()) };
        let columns = &self.source.columns;
        let file = match &mut self.begun[at] {
            Some(file) => file,
            none => {
                let last = if fate == Fate::Loaded { "Destination id" } else { "Reason" };
                let header: Vec<&str> = columns.iter().map(String::as_str).chain(["Line", last]).collect();
                none.insert(Csv::begin(&self.paths[at], &header)?)
            }
        };
        let line = line.to_string();
        let cells = (0..columns.len()).map(|at| cells.get(at).copied().unwrap_or_default());
        file.row(&cells.chain([line.as_str(), told]).collect::<Vec<_>>())
    }

    /// The files that were written, in the order above.
    pub(super) fn end(self) -> Result<Vec<PathBuf>> {
        self.begun.into_iter().flatten().map(Csv::end).collect()
    }
}
