//! A newer file in the place of one that was read: chosen, read and held against the earlier one, then taken or left.
//!
//! What was read waits on the desk until the user has seen how it differs.

use engine::api::Migration;
use engine::api::draft::NotTaken;
use engine::api::files::Again;
use engine::api::newer::Newer;
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;

use super::files::{ReadOutcome, closed, outcome, read, tables};
use crate::drop::{self, Dropped};
use crate::error::Result;
use crate::state::{ReadFile, at_desk, locked};

/// What came of reading a newer file: one of the two.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct NewerOutcome {
    pub(crate) newer: Option<Newer>,
    pub(crate) not_taken: Option<NotTaken>,
}

/// Asks for the newer file by the system's dialog; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_newer(app: AppHandle) -> Result<Option<Dropped>> {
    let dialog = tables(&app);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.choose(&path);
        Ok(drop::files(&[path]).into_iter().next())
    })
    .await
}

/// Reads a newer file beside the source whose place it is to take. Nothing of the migration is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_newer(app: AppHandle, task: u32, source: u32, path: String) -> Result<NewerOutcome> {
    let compared = read(
        app,
        task,
        move |desk, migration| migration.request_newer(source, &desk.chosen(&path)?),
        move |desk, migration, mut draft| {
            let newer = migration.newer(source, &mut draft)?;
            let migration = migration.id()?;
            *locked(&desk.newer) = Some(ReadFile { migration, source, draft });
            Ok(newer)
        },
    );
    Ok(match compared.await? {
        Ok(newer) => NewerOutcome { newer: Some(newer), not_taken: None },
        Err(not_taken) => NewerOutcome { newer: None, not_taken: Some(not_taken) },
    })
}

/// Puts the file that was read last in the place of its source. `drop_edits`: the user agreed that edits are dropped.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_newer(app: AppHandle, drop_edits: bool) -> Result<ReadOutcome> {
    at_desk(&app, move |desk| {
        let Some(ReadFile { migration: id, source, draft }) = locked(&desk.newer).take() else { return Err(closed()) };
        let again = Again { source, drop_edits };
        let take = |migration: &mut Migration| {
            if migration.id()? == id { Ok(migration.replace(&again, draft)) } else { Ok(Err(closed().into())) }
        };
        desk.with(take).map(outcome)
    })
    .await
}

/// Leaves everything as it was.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_newer(app: AppHandle) -> Result<()> {
    at_desk(&app, |desk| {
        *locked(&desk.newer) = None;
        Ok(())
    })
    .await
}
