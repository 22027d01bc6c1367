//! What the user drags onto the window: files and folders, and what each may be by its name alone.
//!
//! Reads no file; whether there is a table in it is intake's to say.

use std::path::{Path, PathBuf};

use serde::Serialize;
use specta::Type;

/// A folder of folders deeper than this was not meant to be read whole.
const DEEPEST: usize = 4;
const TABLES: [&str; 11] = ["csv", "tsv", "txt", "tab", "xlsx", "xlsm", "xlsb", "xls", "ods", "gz", "zip"];
const MIGRATION: &str = "carryover";

/// One file that was dropped, or that lies in a folder that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct Dropped {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) kind: DroppedKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DroppedKind {
    Migration,
    /// May hold a table.
    Table,
    /// Nothing Carryover reads.
    Other,
}

/// The files, with those inside folders, in the order of their names. Hidden ones are left out.
pub(crate) fn files(paths: &[PathBuf]) -> Vec<Dropped> {
    let mut found = Vec::new();
    for path in paths {
        gather(path, 0, &mut found);
    }
    found
}

fn gather(path: &Path, depth: usize, found: &mut Vec<Dropped>) {
    if !path.is_dir() {
        found.push(dropped(path));
        return;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut entries: Vec<PathBuf> = entries.filter(|entry| !is_hidden(entry)).collect();
    entries.sort();
    for entry in entries.iter().filter(|entry| depth < DEEPEST || !entry.is_dir()) {
        gather(entry, depth + 1, found);
    }
}

fn dropped(path: &Path) -> Dropped {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let kind = match extension.as_str() {
        MIGRATION => DroppedKind::Migration,
        table if TABLES.contains(&table) => DroppedKind::Table,
        _ => DroppedKind::Other,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Dropped { path: path.display().to_string(), name, kind }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn folders_are_opened_and_each_file_is_told_by_its_name() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let inside = folder.path().join("Ablage 2026/Verträge");
        fs::create_dir_all(&inside).expect("a folder in it");
        for name in ["usage.CSV", ".hidden.csv", "notes.docx", "alt.carryover"] {
            fs::write(inside.join(name), "").expect("a file in it");
        }
        let found = files(&[folder.path().to_owned(), PathBuf::from("gone.xlsx")]);
        let found: Vec<_> = found.iter().map(|file| (file.name.as_str(), file.kind)).collect();
        let expected = [
            ("alt.carryover", DroppedKind::Migration),
            ("notes.docx", DroppedKind::Other),
            ("usage.CSV", DroppedKind::Table),
            ("gone.xlsx", DroppedKind::Table),
        ];
        assert_eq!(found, expected);
    }
}
