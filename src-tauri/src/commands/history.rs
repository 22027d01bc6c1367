//! The history of runs: the list, the records of a run with their calls, and taking a run back.

use engine::api::history::{RunLine, RunPage, RunQuery, RunRecordCalls};
use engine::api::sending;
use engine::api::taking_back::TakenBack;
use jiff::Timestamp;
use tauri::AppHandle;
use tauri::async_runtime::block_on;

use super::connections::account;
use crate::error::Result;
use crate::events::Teller;
use crate::state::at_desk;

/// Every run of the open migration, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn runs(app: AppHandle) -> Result<Vec<RunLine>> {
    at_desk(&app, |desk| desk.with(|migration| migration.runs())).await
}

/// A page of the records of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_page(app: AppHandle, query: RunQuery) -> Result<RunPage> {
    at_desk(&app, move |desk| desk.with(|migration| migration.run_page(&query))).await
}

/// A record of a run with every call that was made for it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_record(app: AppHandle, run: i64, id: i64) -> Result<RunRecordCalls> {
    at_desk(&app, move |desk| desk.with(|migration| migration.run_record(run, id))).await
}

/// What taking a run back would delete, what stays and why. Deletes nothing. Progress counts records.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_take_back(app: AppHandle, task: u32, run: i64) -> Result<TakenBack> {
    let name = at_desk(&app, move |desk| desk.with(|migration| migration.connection_of_run(run))).await?;
    let (connection, key) = account(&app, name).await?;
    let handle = app.clone();
    at_desk(&app, move |desk| {
        desk.lend(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            let mut teller = Teller::new(handle, task, desk.begin(task));
            let mut tell = |done, of| teller.tell("", done, Some(of));
            let planned = block_on(migration.plan_take_back(&connection, destination.as_ref(), run, &mut tell));
            desk.end(task);
            planned
        })
    })
    .await
}

/// Deletes what a run made and nobody has changed since. A live account takes its name, typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_back(app: AppHandle, task: u32, run: i64, confirmed: Option<String>) -> Result<TakenBack> {
    let name = at_desk(&app, move |desk| desk.with(|migration| migration.connection_of_run(run))).await?;
    let (connection, key) = account(&app, name).await?;
    sending::confirm(&connection, confirmed.as_deref())?;
    let handle = app.clone();
    at_desk(&app, move |desk| {
        desk.lend(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            let mut teller = Teller::new(handle, task, desk.begin(task));
            let mut tell = |done, of| teller.tell("", done, Some(of));
            let now = &Timestamp::now;
            let taken = block_on(migration.take_back(&connection, destination.as_ref(), run, now, &mut tell));
            desk.end(task);
            taken
        })
    })
    .await
}
