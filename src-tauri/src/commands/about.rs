//! What Carryover is, and what any step needs: stopping work, telling the user that it ended.

use std::collections::BTreeMap;

use engine::schema::Consequences;
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;

use crate::state::Desk;

/// The program as it tells about itself.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct AppInfo {
    pub(crate) version: String,
    /// `linux`, `macos` or `windows`.
    pub(crate) system: String,
    pub(crate) destinations: Vec<DestinationInfo>,
}

/// A billing system that migrations can go to.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct DestinationInfo {
    pub(crate) id: String,
    /// Ids of the datasets, in the order in which they are loaded.
    pub(crate) datasets: Vec<String>,
    /// What a person should know of their records, by dataset.
    pub(crate) consequences: BTreeMap<String, Consequences>,
}

const DESTINATIONS: [&str; 2] = ["zenskar", "kustomer"];

#[tauri::command]
#[specta::specta]
pub(crate) fn app_info(app: AppHandle) -> AppInfo {
    let destinations = DESTINATIONS.into_iter().filter_map(engine::schema::of).map(|schema| DestinationInfo {
        id: schema.destination.to_owned(),
        datasets: schema.datasets.iter().map(|dataset| dataset.id.to_owned()).collect(),
        consequences: schema.datasets.iter().map(|dataset| (dataset.id.to_owned(), dataset.consequences)).collect(),
    });
    AppInfo {
        version: app.package_info().version.to_string(),
        system: std::env::consts::OS.to_owned(),
        destinations: destinations.collect(),
    }
}

/// Stops the work with this number at its next safe place. Nothing happens when it has ended already.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_task(app: AppHandle, task: u32) {
    app.state::<Desk>().stop(task);
}

/// A notification of the system, unless the user is looking at the window anyway.
#[tauri::command]
#[specta::specta]
pub(crate) fn notify(app: AppHandle, title: String, body: String) {
    let looking = app.get_webview_window("main").and_then(|window| window.is_focused().ok()).unwrap_or_default();
    if !looking {
        // A system without notifications is no reason to fail the work that has ended.
        app.notification().builder().title(title).body(body).show().ok();
    }
}
