//! The audit trail: looked through page by page, exported.

use engine::api::audit::{TrailPage, TrailWanted};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

use crate::error::Result;
use crate::state::at_desk;

/// A page of the trail, newest entry first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trail_page(app: AppHandle, wanted: TrailWanted) -> Result<TrailPage> {
    at_desk(&app, move |desk| desk.with(|migration| migration.trail_page(&wanted))).await
}

/// Asks for a place and writes the whole trail there as CSV; the path, or `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_trail(app: AppHandle) -> Result<Option<String>> {
    let dialog = app.dialog().file().add_filter("CSV", &["csv"]).set_file_name("audit_trail.csv");
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_save_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| migration.export_trail(&path))?;
        Ok(Some(path.display().to_string()))
    })
    .await
}
