//! What was learned from matching by hand: shown, forgotten, shared as a file.

use engine::api::learned::{self, Offer};
use engine::mapping::Learned;
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;

use crate::dialog;
use crate::error::Result;
use crate::state::at_desk;

const EXTENSION: &str = "json";

/// A heading that was matched with a field.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct LearnedHeading {
    pub(crate) dataset: String,
    pub(crate) heading: String,
    pub(crate) field: String,
    /// What the field is called; `null` for one of the user's own.
    pub(crate) label: Option<String>,
    pub(crate) count: u32,
    /// The day on which it was matched so last; `null` where an earlier version of Carryover did not keep it.
    pub(crate) last: Option<String>,
}

/// A file of what somebody else learned, and what it would change.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct OfferedFile {
    pub(crate) path: String,
    pub(crate) file: String,
    pub(crate) offer: Offer,
}

/// Everything that was learned.
#[tauri::command]
#[specta::specta]
pub(crate) async fn learned(app: AppHandle) -> Result<Vec<LearnedHeading>> {
    at_desk(&app, |desk| Ok(headings(&learned::list(desk.folder())?))).await
}

/// Forgets that a heading was matched with a field.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_learned(
    app: AppHandle,
    dataset: String,
    heading: String,
    field: String,
) -> Result<Vec<LearnedHeading>> {
    at_desk(&app, move |desk| Ok(headings(&learned::forget(desk.folder(), &heading, Some(&dataset), Some(&field))?)))
        .await
}

/// Forgets everything that was learned.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_all_learned(app: AppHandle) -> Result<()> {
    at_desk(&app, |desk| learned::forget_all(desk.folder())).await
}

/// Asks where to save what was learned, and saves it; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_learned(app: AppHandle) -> Result<Option<String>> {
    let dialog = dialog::file(&app).add_filter("JSON", &[EXTENSION]).set_file_name("carryover-headings.json");
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_save_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        learned::export(desk.folder(), &path)?;
        Ok(Some(path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    })
    .await
}

/// Asks for a file of what somebody else learned, and says what it would change; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_into_learned(app: AppHandle) -> Result<Option<OfferedFile>> {
    let dialog = dialog::file(&app).add_filter("JSON", &[EXTENSION]);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        let offer = learned::look_into(desk.folder(), &path)?;
        desk.choose(&path);
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Some(OfferedFile { path: path.display().to_string(), file, offer }))
    })
    .await
}

/// Takes over a file that was looked into.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_learned(app: AppHandle, path: String) -> Result<Vec<LearnedHeading>> {
    at_desk(&app, move |desk| Ok(headings(&learned::import(desk.folder(), &desk.chosen(&path)?)?))).await
}

/// The newest first; of one day those most often matched.
fn headings(learned: &Learned) -> Vec<LearnedHeading> {
    let mut matches: Vec<_> = learned.matches().iter().collect();
    matches.sort_by_key(|matched| (std::cmp::Reverse(matched.last), std::cmp::Reverse(matched.count)));
    let heading = |matched: &engine::mapping::learned::Match| LearnedHeading {
        dataset: matched.dataset.clone(),
        heading: matched.heading.clone(),
        field: matched.field.clone(),
        label: learned::label(&matched.dataset, &matched.field).map(str::to_owned),
        count: matched.count,
        last: matched.last.map(|last| last.to_string()),
    };
    matches.into_iter().map(heading).collect()
}
