//! Report: the tie-out as it stands, read back, written to files, signed.

use std::path::PathBuf;

use engine::api::sending::{REPORT_PASSES, ReportLine};
use engine::api::signing::{Role, SignOff, WrittenFile};
use engine::api::summary::Summary;
use engine::api::{ApiError, Code};
use engine::keychain::Secret;
use engine::settings::connection::Connection;
use engine::upload::read_back::ReadBack;
use indexmap::IndexMap;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;

use super::connections::account;
use crate::dialog;
use crate::error::{Result, not_chosen};
use crate::events::Teller;
use crate::state::at_desk;

/// Read = loaded + rejected + excluded, per dataset. Progress counts the rows looked at.
#[tauri::command]
#[specta::specta]
pub(crate) async fn report_lines(app: AppHandle, task: u32) -> Result<Vec<ReportLine>> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let lines = desk.with(|migration| {
            let rows = migration.summary()?.standing.rows;
            migration.tie_out_lines(&mut |done| teller.tell("", done, Some(rows)))
        });
        desk.end(task);
        lines
    })
    .await
}

/// Asks the destination for everything that was loaded; `null` when nothing was uploaded yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_back(app: AppHandle, task: u32) -> Result<Option<IndexMap<String, ReadBack>>> {
    let summary = at_desk(&app, |desk| desk.with(|migration| migration.summary())).await?;
    let Some((connection, key)) = connection(&app, &summary).await? else { return Ok(None) };
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let loaded = summary.standing.upload.map(|upload| upload.settled);
        let read = desk.with(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            let mut tell = |rows| teller.tell("", rows, loaded);
            tauri::async_runtime::block_on(migration.read_back(destination.as_ref(), &mut tell))
        });
        desk.end(task);
        read.map(Some)
    })
    .await
}

/// Asks for a folder and writes the result files and the evidence pack there; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn write_report(app: AppHandle, task: u32) -> Result<Option<Vec<WrittenFile>>> {
    let (handle, dialog) = (app.clone(), dialog::file(&app));
    at_desk(&app, move |desk| {
        let Some(folder) = dialog.blocking_pick_folder().and_then(|path| path.into_path().ok()) else {
            return Ok(None);
        };
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let written = desk.with(|migration| {
            let rows = migration.summary()?.standing.rows * REPORT_PASSES;
            migration.report(&folder, None, &mut |done| teller.tell("", done, Some(rows)))?;
            migration.written()
        });
        desk.end(task);
        written.map(Some)
    })
    .await
}

/// Files of the report written last that are still there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn written_files(app: AppHandle) -> Result<Vec<WrittenFile>> {
    at_desk(&app, |desk| desk.with(|migration| migration.written())).await
}

/// Shows a file of the report in the file manager. Any other path is refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_file(app: AppHandle, path: String) -> Result<()> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let path = PathBuf::from(path);
        let is_ours = desk.with(|migration| Ok(migration.written()?.iter().any(|file| file.path == path)))?;
        if !is_ours {
            return Err(not_chosen());
        }
        handle.opener().reveal_item_in_dir(&path).map_err(|error| {
            let message = format!("“{}” could not be shown in the file manager: {error}", path.display());
            ApiError::new(Code::Io, message, "Open its folder by hand.")
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_off(app: AppHandle) -> Result<SignOff> {
    at_desk(&app, |desk| desk.with(|migration| migration.sign_off())).await
}

/// Signs the report as it stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_report(
    app: AppHandle,
    task: u32,
    role: Role,
    name: String,
    remark: String,
) -> Result<SignOff> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let signed = desk.with(|migration| {
            let rows = migration.summary()?.standing.rows;
            migration.sign(role, &name, &remark, &mut |done| teller.tell("", done, Some(rows)))
        });
        desk.end(task);
        signed
    })
    .await
}

/// The connection of the last upload, and its key where that is not in the keychain.
async fn connection(app: &AppHandle, summary: &Summary) -> Result<Option<(Connection, Option<Secret>)>> {
    match &summary.account {
        Some(name) => account(app, name.clone()).await.map(Some),
        None => Ok(None),
    }
}
