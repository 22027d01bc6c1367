//! Start: recent migrations, a new one, an old one, the sample.

use std::path::{Path, PathBuf};

use engine::api::files::ImportRequest;
use engine::api::summary::Summary;
use engine::api::{Actor, ApiError, Code, Migration};
use jiff::civil::date;
use sample::Size;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;

use crate::error::{Result, nothing_open, other_migration};
use crate::events::Teller;
use crate::recent::{self, RecentMigration};
use crate::state::{Desk, at_desk};
use crate::window;

const EXTENSION: &str = "carryover";
/// Longer names are cut: some systems take no more than 255 bytes.
const LONGEST_NAME: usize = 80;

/// What the user chose in “New migration”.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct NewMigration {
    pub(crate) name: String,
    pub(crate) destination: String,
    pub(crate) path: String,
    /// Files that are read into it at once.
    pub(crate) files: Vec<String>,
}

/// A migration that was opened or made.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Opened {
    pub(crate) summary: Summary,
    /// Files that could not be taken, and why. The others were.
    pub(crate) not_added: Vec<NotAdded>,
}

#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct NotAdded {
    pub(crate) file: String,
    pub(crate) error: ApiError,
}

/// How the program was started.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Launch {
    /// A migration to open.
    pub(crate) path: Option<String>,
    /// The sample is wanted at once.
    pub(crate) sample: bool,
}

/// Newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recent_migrations(app: AppHandle) -> Result<Vec<RecentMigration>> {
    at_desk(&app, |desk| Ok(recent::load(desk.folder())?.looked_up())).await
}

/// Takes a migration off the list. The file is left alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_migration(app: AppHandle, path: String) -> Result<()> {
    at_desk(&app, move |desk| recent::forget(desk.folder(), &path)).await
}

/// What the program was started with: by a double click on a migration, or with `--sample`.
#[tauri::command]
#[specta::specta]
pub(crate) fn launched_with(app: AppHandle) -> Launch {
    let arguments: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let desk = app.state::<Desk>();
    if let Some(path) = window::migration_among(&arguments, &std::env::current_dir().unwrap_or_default()) {
        desk.ask_for(path);
    }
    let path = desk.asked_for();
    let sample = arguments.iter().skip(1).any(|argument| argument == "--sample");
    Launch { path: path.map(|path| path.display().to_string()), sample }
}

/// Asks for a migration by the system's dialog; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_migration(app: AppHandle) -> Result<Option<String>> {
    let dialog = app.dialog().file().add_filter("Carryover", &[EXTENSION]);
    at_desk(&app, move |desk| Ok(dialog.blocking_pick_file().and_then(|path| chosen(desk, path)))).await
}

/// Where a migration of this name would be kept: a free file in the user's documents.
#[tauri::command]
#[specta::specta]
pub(crate) async fn suggested_place(app: AppHandle, name: String) -> Result<String> {
    at_desk(&app, move |desk| {
        let documents = dirs::document_dir().or_else(dirs::home_dir).unwrap_or_default();
        let path = free(&documents.join("Carryover"), &file_safe(&name));
        desk.choose(&path);
        Ok(path.display().to_string())
    })
    .await
}

/// Asks where to keep a new migration; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_place(app: AppHandle, suggested: String) -> Result<Option<String>> {
    let suggested = app.state::<Desk>().chosen(&suggested)?;
    let name = suggested.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut dialog = app.dialog().file().add_filter("Carryover", &[EXTENSION]).set_file_name(name);
    if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    at_desk(&app, move |desk| {
        let path = dialog.blocking_save_file().and_then(|path| path.into_path().ok());
        Ok(path.map(|path| {
            let path = path.with_extension(EXTENSION);
            desk.choose(&path);
            path.display().to_string()
        }))
    })
    .await
}

/// Makes a migration, opens it and reads the files into it. Progress counts rows; stopping keeps the files read so far.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_migration(app: AppHandle, task: u32, wanted: NewMigration) -> Result<Opened> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let files = wanted.files.iter().map(|file| desk.chosen(file)).collect::<Result<Vec<_>>>()?;
        let path = desk.chosen(&wanted.path)?;
        make_folder(path.parent())?;
        let mut migration = Migration::create(&path, &wanted.destination, desk.actor()?)?;
        migration.set_name(&wanted.name)?;
        migration.learn_in(desk.folder());
        let not_added = read(desk, handle, task, &mut migration, &files);
        Ok(Opened { summary: desk.put(migration)?, not_added })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_migration(app: AppHandle, path: String) -> Result<Summary> {
    at_desk(&app, move |desk| {
        let path = desk.chosen(&path)?;
        // Its file is locked by this very program.
        if desk.holds(&path) {
            return desk.summary()?.ok_or_else(nothing_open);
        }
        // The file may be the one that lies on the desk; it is locked until it is taken off.
        desk.clear()?;
        desk.put(Migration::open(&path, desk.actor()?)?)
    })
    .await
}

/// Asks where a missing migration is now, and opens it. Another migration than the one that is missed is refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_migration(app: AppHandle, missing: String) -> Result<Option<Summary>> {
    let dialog = app.dialog().file().add_filter("Carryover", &[EXTENSION]);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        let found = Migration::open(&path, desk.actor()?)?;
        let recent = recent::load(desk.folder())?;
        if recent.id_at(&missing) != Some(found.id()?.to_string().as_str()) {
            return Err(other_migration(&found.name()?));
        }
        recent::forget(desk.folder(), &missing)?;
        desk.put(found).map(Some)
    })
    .await
}

/// Writes the sample files and makes a migration of them. Nothing else is needed: its practice destination is started when it
/// is wanted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_sample(app: AppHandle, task: u32, name: String) -> Result<Opened> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let folder = free_folder(&dirs::data_dir().unwrap_or_default().join("carryover").join("samples"));
        let files = sample::write(&folder, Size::Short).map_err(|error| {
            ApiError::new(
                Code::Io,
                format!("the sample files could not be written: {error}"),
                "Make room and try again.",
            )
        })?;
        // The sample's story is told on this day; by any other, other contracts would have ended.
        let actor = Actor { today: date(2026, 10, 12), ..desk.actor()? };
        let mut migration = Migration::create(&folder.join("sample.carryover"), "zenskar", actor.clone())?;
        migration.set_name(&name)?;
        migration.tell_on(actor.today)?;
        let not_added = read(desk, handle, task, &mut migration, &[files.customers, files.usage, files.contracts]);
        // Nobody has the old system's report of an invented company.
        migration.expect(&files.old_system_totals)?;
        Ok(Opened { summary: desk.put(migration)?, not_added })
    })
    .await
}

/// Reads files one after the other. One that cannot be taken does not keep out the next.
fn read(desk: &Desk, app: AppHandle, task: u32, migration: &mut Migration, files: &[PathBuf]) -> Vec<NotAdded> {
    let mut teller = Teller::new(app, task, desk.begin(task));
    let mut not_added = Vec::new();
    for path in files {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let request = ImportRequest { path: path.clone(), ..ImportRequest::default() };
        let read = migration.import(&request, &mut |progress| teller.tell(&file, progress.rows, progress.of));
        if let Err(error) = read {
            let stopped = error.code == Code::Stopped;
            not_added.push(NotAdded { file, error });
            if stopped {
                break;
            }
        }
    }
    desk.end(task);
    not_added
}

fn chosen(desk: &Desk, path: tauri_plugin_dialog::FilePath) -> Option<String> {
    let path = path.into_path().ok()?;
    desk.choose(&path);
    Some(path.display().to_string())
}

fn make_folder(folder: Option<&Path>) -> Result<()> {
    match folder {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|error| ApiError::io(folder, &error)),
        None => Ok(()),
    }
}

/// The first of `name.carryover`, `name 2.carryover` … that is not there.
fn free(folder: &Path, name: &str) -> PathBuf {
    let numbered = (2_u32..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let path = names.find_map(|name| {
        let path = folder.join(format!("{name}.{EXTENSION}"));
        (!path.exists()).then_some(path)
    });
    path.unwrap_or_default()
}

fn free_folder(parent: &Path) -> PathBuf {
    let mut folders = (1_u32..).map(|number| parent.join(number.to_string()));
    folders.find(|folder| !folder.exists()).unwrap_or_default()
}

/// A name as a file may have it on every system.
fn file_safe(name: &str) -> String {
    let safe: String =
        name.trim().chars().map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { '-' }).collect();
    let cut: String = safe.chars().take(LONGEST_NAME).collect();
    let cut = cut.trim_matches([' ', '-']);
    if cut.is_empty() { "Migration".to_owned() } else { cut.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_that_is_free() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let cases = [
            ("Brackwater billing history", "Brackwater billing history.carryover"),
            ("  Müller & Söhne / 2026 ", "Müller - Söhne - 2026.carryover"),
            ("../..", "Migration.carryover"),
            ("", "Migration.carryover"),
        ];
        for (name, expected) in cases {
            assert_eq!(free(folder.path(), &file_safe(name)), folder.path().join(expected), "{name}");
        }
        std::fs::write(folder.path().join("a.carryover"), "").expect("a file in it");
        assert_eq!(free(folder.path(), "a"), folder.path().join("a 2.carryover"));
    }
}
