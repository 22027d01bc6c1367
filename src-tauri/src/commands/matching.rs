//! Match: which column goes into which field, seen on real rows and changed.

use engine::api::matching::{Change, Changed, FieldPreview, FieldValues, MatchedDataset, MatchedFields, Proposal, Way};
use engine::mapping::{FieldMapping, Table};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

use crate::error::Result;
use crate::events::Teller;
use crate::state::at_desk;

const EXTENSION: &str = "json";

/// The datasets that have files, with the groups of files that are matched together, and how much of each is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn matched_datasets(app: AppHandle) -> Result<Vec<MatchedDataset>> {
    at_desk(&app, |desk| desk.with(|migration| migration.matched_datasets())).await
}

/// The mapping of a group of files, with a value before and after for each field.
#[tauri::command]
#[specta::specta]
pub(crate) async fn matched_fields(app: AppHandle, group: u32) -> Result<MatchedFields> {
    at_desk(&app, move |desk| desk.with(|migration| migration.matched_fields(group))).await
}

/// What a mapping of a field would do to real rows. Nothing is saved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_field(app: AppHandle, group: u32, field: FieldMapping) -> Result<FieldPreview> {
    at_desk(&app, move |desk| desk.with(|migration| migration.preview_field(group, &field))).await
}

/// How a field would be looked up in a table: by which columns the two meet, and what would be taken; `null` when they have
/// nothing in common. With `after`, the key is the text to which that way leads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn propose_lookup(
    app: AppHandle,
    group: u32,
    field: String,
    after: Option<Way>,
    table: Table,
) -> Result<Option<Proposal>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.propose_lookup(group, &field, after.as_ref(), &table)))
        .await
}

/// The different values of a field's column with their rows. Counting a large file can be stopped.
#[tauri::command]
#[specta::specta]
pub(crate) async fn field_values(app: AppHandle, task: u32, group: u32, field: FieldMapping) -> Result<FieldValues> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let column = field.columns.first().cloned().unwrap_or_default();
        let values = desk.with(|migration| {
            migration.field_values(group, &field, &mut |done, of| teller.tell(&column, done, Some(of)))
        });
        desk.end(task);
        values
    })
    .await
}

/// Changes the mapping of a group of files; all changes are kept, or none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_mapping(app: AppHandle, group: u32, changes: Vec<Change>) -> Result<Changed> {
    at_desk(&app, move |desk| desk.with(|migration| migration.change_mapping(group, &changes))).await
}

/// Takes back the newest change of a mapping and says which it was; `null` when there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_mapping(app: AppHandle, group: u32) -> Result<Option<String>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.undo_mapping(group))).await
}

/// Asks where to save the mapping of a group of files as a template, and saves it; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_template(app: AppHandle, group: u32, dataset: String) -> Result<Option<String>> {
    let name = format!("{dataset}.{EXTENSION}");
    let dialog = app.dialog().file().add_filter("JSON", &[EXTENSION]).set_file_name(name);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_save_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| migration.save_template(group, &path))?;
        Ok(Some(path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    })
    .await
}

/// Asks for a template and applies it. Returns the columns it asks for that are not there; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn load_template(app: AppHandle, group: u32) -> Result<Option<Vec<String>>> {
    let dialog = app.dialog().file().add_filter("JSON", &[EXTENSION]);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| migration.load_template(group, &path)).map(Some)
    })
    .await
}
