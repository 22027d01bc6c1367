//! The open migration, whichever step is shown: where it stands, undo and redo, closing.

use engine::api::Migration;
use engine::api::summary::Summary;
use tauri::AppHandle;

use crate::error::Result;
use crate::state::{Desk, at_desk};

/// Where the open migration stands; `null` when none is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn current_migration(app: AppHandle) -> Result<Option<Summary>> {
    at_desk(&app, Desk::summary).await
}

/// Closes the migration. Everything was kept already; this only frees the file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_migration(app: AppHandle) -> Result<()> {
    at_desk(&app, |desk| {
        desk.summary()?;
        desk.clear()
    })
    .await
}

/// Takes back the newest edit and says which it was; `null` when there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(app: AppHandle) -> Result<Option<String>> {
    at_desk(&app, |desk| desk.with(Migration::undo)).await
}

/// Brings back the edit that was taken back last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn redo(app: AppHandle) -> Result<Option<String>> {
    at_desk(&app, |desk| desk.with(Migration::redo)).await
}
