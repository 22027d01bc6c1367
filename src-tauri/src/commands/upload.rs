//! Upload: the plan, the first three, sending and holding it. Long work has the migration to itself while it runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::api::Migration;
use engine::api::sending::{
    self, FirstPlanned, Plan, PlanPage, PlanQuery, RejectedPage, UploadRequest, UploadState, Uploaded,
};
use engine::upload::fields::RecordFields;
use engine::upload::first::SentRecord;
use engine::upload::threshold::StopAt;
use engine::upload::{Clock, Control};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::async_runtime::block_on;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;

use super::connections::{account, at_destination};
use crate::error::Result;
use crate::events::Teller;
use crate::sending::RunningUpload;
use crate::state::{Desk, at_desk};

/// How an upload is asked for.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct WantedUpload {
    pub(crate) connection: String,
    pub(crate) what: UploadPart,
    /// Also what is as this migration loaded it.
    pub(crate) all: bool,
    /// The share of refusals, in per cent, beyond which it stops by itself; `null` is never.
    pub(crate) stop_at: Option<u8>,
    /// What was typed to confirm a live account.
    pub(crate) confirmed: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadPart {
    /// Three records, to look at them.
    First,
    Everything,
    /// What the destination turned down before.
    OnlyFailed,
}

/// What the Upload step shows when it is opened.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct UploadShown {
    /// The upload under way.
    pub(crate) running: Option<RunningUpload>,
    /// From the ledger; `null` while long work has the migration.
    pub(crate) state: Option<UploadState>,
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_state(app: AppHandle) -> Result<UploadShown> {
    at_desk(&app, |desk| {
        if desk.is_lent() {
            return Ok(UploadShown { running: desk.sending.running(), state: None });
        }
        Ok(UploadShown { running: None, state: Some(desk.with(|migration| migration.upload_state())?) })
    })
    .await
}

/// Chooses the connection and compares with what is there. Sends nothing. Progress counts rows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_plan(app: AppHandle, task: u32, connection: String, all: bool) -> Result<Plan> {
    let (connection, key) = account(&app, connection).await?;
    let handle = app.clone();
    at_desk(&app, move |desk| {
        desk.lend(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            migration.choose(&connection)?;
            let mut teller = Teller::new(handle, task, desk.begin(task));
            let mut tell = |dataset: &str, done, of| teller.tell(dataset, done, Some(of));
            let planned = block_on(migration.plan(&connection, destination.as_ref(), all, &mut tell));
            desk.end(task);
            planned
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_page(app: AppHandle, query: PlanQuery) -> Result<PlanPage> {
    at_desk(&app, move |desk| desk.with(|migration| migration.plan_page(&query))).await
}

/// What “send the first three” would send; `null` when nothing is left.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_planned(app: AppHandle) -> Result<Option<FirstPlanned>> {
    at_desk(&app, |desk| desk.with(|migration| migration.first_planned())).await
}

/// The exact request of a record of the plan, with the key masked; `null` where nothing would be sent now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_request(app: AppHandle, connection: String, id: i64) -> Result<Option<String>> {
    let (connection, key) = account(&app, connection).await?;
    at_desk(&app, move |desk| {
        desk.with(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            block_on(migration.plan_request(destination.as_ref(), id))
        })
    })
    .await
}

/// A record of the plan field by field, beside what is there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_fields(app: AppHandle, connection: String, id: i64) -> Result<RecordFields> {
    let (connection, key) = account(&app, connection).await?;
    at_desk(&app, move |desk| {
        desk.with(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            block_on(migration.plan_fields(destination.as_ref(), id))
        })
    })
    .await
}

/// Sends, and returns when the upload has ended. A live account takes its name, typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_upload(app: AppHandle, wanted: WantedUpload) -> Result<Uploaded> {
    let (connection, key) = account(&app, wanted.connection).await?;
    sending::confirm(&connection, wanted.confirmed.as_deref())?;
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let sent = desk.lend(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            let unfinished = migration.upload_state()?.last.is_some_and(|last| !last.finished);
            let request = UploadRequest {
                first: (wanted.what == UploadPart::First).then_some(sending::FIRST),
                resume: unfinished,
                only_failed: wanted.what == UploadPart::OnlyFailed && !unfinished,
                all: wanted.all && !unfinished,
                stop_at: wanted.stop_at.map_or(StopAt::NEVER, StopAt::percent),
            };
            let control = desk.sending.begin(&connection.name);
            let mut tell = |event| desk.sending.take(&handle, event);
            let now: Clock = Arc::new(Timestamp::now);
            block_on(migration.upload(&connection, &destination, request, (&control, &now), &mut tell))
        });
        desk.sending.end();
        sent
    })
    .await
}

/// The first three records of run `run`, or of all uploads, read back and compared.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_sent(app: AppHandle, connection: String, run: Option<i64>) -> Result<Vec<SentRecord>> {
    let account = account(&app, connection).await?;
    at_destination(&app, account, move |migration, destination| block_on(migration.first_sent(destination, run))).await
}

/// Pauses after what is under way, or goes on.
#[tauri::command]
#[specta::specta]
pub(crate) fn pause_upload(app: AppHandle, paused: bool) {
    app.state::<Desk>().sending.hold(&app, if paused { Control::pause } else { Control::go_on });
}

/// Tries at once what waits because the destination could not be reached.
#[tauri::command]
#[specta::specta]
pub(crate) fn try_upload_now(app: AppHandle) {
    app.state::<Desk>().sending.hold(&app, Control::try_now);
}

/// Ends the upload after what is under way. It can be continued.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_upload(app: AppHandle) {
    app.state::<Desk>().sending.hold(&app, Control::stop);
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rejected(app: AppHandle, offset: u64, limit: u64) -> Result<RejectedPage> {
    at_desk(&app, move |desk| desk.with(|migration| migration.rejected(offset, limit))).await
}

/// Asks for a place and writes the plan there as CSV; the path, or `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_plan(app: AppHandle) -> Result<Option<String>> {
    save_csv(&app, "plan", Migration::export_plan).await
}

/// The same with what the destination turned down.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_rejected(app: AppHandle) -> Result<Option<String>> {
    save_csv(&app, "rejected", Migration::export_rejected).await
}

/// The name says whether it is of practice: a list may be sent round without what is around it.
async fn save_csv(
    app: &AppHandle,
    name: &'static str,
    write: fn(&Migration, &Path) -> Result<u64>,
) -> Result<Option<String>> {
    let dialog = app.dialog().file().add_filter("CSV", &["csv"]);
    at_desk(app, move |desk| {
        let environment = desk.with(|migration| Ok(migration.summary()?.environment))?;
        let dialog = dialog.set_file_name(format!("{name}_{environment}.csv"));
        let Some(path) = dialog.blocking_save_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| write(migration, &path))?;
        Ok(Some(path.display().to_string()))
    })
    .await
}

/// How long closing waits for what is under way. The ledger is right even if that is cut off.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// Ends the upload after what is under way, then closes the window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle) -> Result<()> {
    app.state::<Desk>().sending.hold(&app, Control::stop);
    at_desk(&app, |desk| {
        let mut waited = Duration::ZERO;
        while desk.sending.is_running() && waited < PATIENCE {
            std::thread::sleep(LOOK);
            waited += LOOK;
        }
        Ok(())
    })
    .await?;
    app.exit(0);
    Ok(())
}
