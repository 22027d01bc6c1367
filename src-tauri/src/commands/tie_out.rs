//! Tie out: the old system's figures, what was read, and what makes a difference.

use engine::api::difference::{Apart, ApartRows, ApartWanted, TotalKey};
use engine::api::review::CheckedRule;
use engine::api::totals::{Attached, Expected, NewExplanation, Totals};
use tauri::AppHandle;

use crate::dialog;
use crate::error::Result;
use crate::events::Teller;
use crate::state::at_desk;

/// What was read against what was expected. Refused before every dataset has been checked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn totals(app: AppHandle) -> Result<Totals> {
    at_desk(&app, |desk| desk.with(|migration| migration.totals())).await
}

/// The old system's figures as typed last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn expected_totals(app: AppHandle) -> Result<Expected> {
    at_desk(&app, |desk| desk.with(|migration| migration.expected())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_expected_totals(app: AppHandle, expected: Expected) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.set_expected(&expected))).await
}

/// Asks for a CSV with the old system's figures and takes them; how many, or `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_expected_totals(app: AppHandle) -> Result<Option<u32>> {
    let dialog = dialog::file(&app).add_filter("CSV", &["csv"]);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| migration.expect(&path)).map(|taken| Some(taken as u32))
    })
    .await
}

/// Asks for the old system's report and notes its name and SHA-256; `null` when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn attach_report(app: AppHandle) -> Result<Option<Attached>> {
    let dialog = dialog::file(&app);
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_pick_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        desk.with(|migration| migration.attach_report(&path)).map(Some)
    })
    .await
}

/// Keeps what the user says about a difference.
#[tauri::command]
#[specta::specta]
pub(crate) async fn explain_difference(app: AppHandle, explanation: NewExplanation) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.explain(&explanation))).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn withdraw_explanation(app: AppHandle, id: i64) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.withdraw_explanation(id))).await
}

/// The rows of a total by what may make a difference. Progress counts the rows looked at.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_apart(app: AppHandle, task: u32, total: TotalKey) -> Result<Apart> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let apart = desk.with(|migration| migration.take_apart(&total, &mut |rows| teller.tell("", rows, None)));
        desk.end(task);
        apart
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn apart_rows(app: AppHandle, wanted: ApartWanted) -> Result<ApartRows> {
    at_desk(&app, move |desk| desk.with(|migration| migration.apart_rows(&wanted))).await
}

/// Leaves out the second copies in a total and says how many; one edit, which can be undone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn exclude_repeated(app: AppHandle, total: TotalKey, reason: String) -> Result<u64> {
    at_desk(&app, move |desk| desk.with(|migration| migration.exclude_repeated(&total, &reason))).await
}

/// Goes on although a difference is open, or without expected figures.
#[tauri::command]
#[specta::specta]
pub(crate) async fn go_on_open(app: AppHandle, reason: String) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.go_on_open(&reason))).await
}

/// How often each rule was broken, as the last check found it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn findings_by_rule(app: AppHandle) -> Result<Vec<CheckedRule>> {
    at_desk(&app, |desk| desk.with(|migration| Ok(migration.last_check()?.rules))).await
}
