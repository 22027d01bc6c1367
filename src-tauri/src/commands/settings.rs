//! Preferences of the user.

use tauri::AppHandle;

use crate::error::Result;
use crate::preferences::{self, Preferences};
use crate::state::at_desk;

#[tauri::command]
#[specta::specta]
pub(crate) async fn preferences(app: AppHandle) -> Result<Preferences> {
    at_desk(&app, |desk| preferences::load(desk.folder())).await
}

/// Keeps the preferences and returns them as kept: an empty name becomes the one of the system.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_preferences(app: AppHandle, preferences: Preferences) -> Result<Preferences> {
    at_desk(&app, |desk| {
        preferences::save(desk.folder(), preferences)?;
        preferences::load(desk.folder())
    })
    .await
}
