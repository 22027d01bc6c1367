//! Review: checking, the rows and their findings, repairs, rows by hand, the marked-up workbook.

use engine::api::review::{
    CellEdit, Filter, Found, HandField, HandRow, Pasted, Repair, RepairPreview, Repaired, ReviewRow, ReviewState,
    RowChange, RowDetail, Scope, Spot,
};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

use crate::error::Result;
use crate::events::Teller;
use crate::state::at_desk;

/// Everything of Review but the rows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review(app: AppHandle) -> Result<ReviewState> {
    at_desk(&app, |desk| desk.with(|migration| migration.review())).await
}

/// Checks what is not known to be as it was. Progress counts rows of a dataset; stopping keeps the last check.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_rows(app: AppHandle, task: u32) -> Result<ReviewState> {
    let handle = app.clone();
    at_desk(&app, move |desk| {
        let mut teller = Teller::new(handle, task, desk.begin(task));
        let checked = desk.with(|migration| {
            migration.check(&mut |progress| teller.tell(&progress.dataset, progress.rows, Some(progress.of)))?;
            migration.review()
        });
        desk.end(task);
        checked
    })
    .await
}

/// How many rows a filter shows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_count(app: AppHandle, filter: Filter) -> Result<u64> {
    at_desk(&app, move |desk| desk.with(|migration| migration.row_count(&filter))).await
}

/// Rows behind `after`, passing over the first `skip`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_rows(
    app: AppHandle,
    filter: Filter,
    after: Option<Spot>,
    skip: u64,
    limit: u32,
) -> Result<Vec<ReviewRow>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.rows(&filter, after, skip, limit))).await
}

/// The rows named, as they stand now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_named(app: AppHandle, dataset: String, spots: Vec<Spot>) -> Result<Vec<ReviewRow>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.rows_named(&dataset, &spots))).await
}

/// One row in full.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_row(app: AppHandle, spot: Spot) -> Result<RowDetail> {
    at_desk(&app, move |desk| desk.with(|migration| migration.row(spot))).await
}

/// Where a row stands among those a filter shows; `null` when it is not shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_index(app: AppHandle, filter: Filter, spot: Spot) -> Result<Option<u64>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.row_index(&filter, spot))).await
}

/// The next finding, or the one before, across rules; `null` when nothing is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn next_finding(
    app: AppHandle,
    filter: Option<Filter>,
    spot: Option<Spot>,
    backwards: bool,
) -> Result<Option<Found>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.next_finding(filter.as_ref().zip(spot), backwards))).await
}

/// Changes cells as one entry, and judges their rows again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_cells(app: AppHandle, cells: Vec<CellEdit>) -> Result<Repaired> {
    at_desk(&app, move |desk| desk.with(|migration| migration.edit_cells(&cells))).await
}

/// Repairs in bulk, as one entry.
#[tauri::command]
#[specta::specta]
pub(crate) async fn fix(app: AppHandle, scope: Scope, repair: Repair) -> Result<Repaired> {
    at_desk(&app, move |desk| desk.with(|migration| migration.fix(&scope, &repair))).await
}

/// What a repair would come to.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_fix(app: AppHandle, scope: Scope, repair: Repair) -> Result<RepairPreview> {
    at_desk(&app, move |desk| desk.with(|migration| migration.preview(&scope, &repair))).await
}

/// The changes a repair would make, page by page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_changes(
    app: AppHandle,
    scope: Scope,
    repair: Repair,
    after: Option<Spot>,
    limit: u32,
) -> Result<Vec<RowChange>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.preview_changes(&scope, &repair, after, limit))).await
}

/// The fields of a row that is entered by hand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hand_fields(app: AppHandle, dataset: String) -> Result<Vec<HandField>> {
    at_desk(&app, move |desk| desk.with(|migration| migration.hand_fields(&dataset))).await
}

/// Adds rows that stand in no file. They wait for the next check.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_by_hand(app: AppHandle, dataset: String, rows: Vec<HandRow>) -> Result<u64> {
    at_desk(&app, move |desk| desk.with(|migration| migration.add_by_hand(&dataset, &rows))).await
}

/// How a pasted table is understood.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_pasted(app: AppHandle, dataset: String, text: String) -> Result<Pasted> {
    at_desk(&app, move |desk| desk.with(|migration| migration.read_pasted(&dataset, &text))).await
}

/// Adds the rows of a pasted table, each column to its field.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_pasted(
    app: AppHandle,
    dataset: String,
    text: String,
    header: bool,
    fields: Vec<Option<String>>,
) -> Result<u64> {
    at_desk(&app, move |desk| desk.with(|migration| migration.add_pasted(&dataset, &text, header, &fields))).await
}

/// Writes all findings where the user says: marked-up workbook, CSV or lines of JSON by the ending. How many; `null` when
/// the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_findings(app: AppHandle, suggested: String) -> Result<Option<u64>> {
    let dialog = app.dialog().file().add_filter("Excel", &["xlsx"]).add_filter("CSV", &["csv"]);
    let dialog = dialog.set_file_name(format!("{suggested}.xlsx"));
    at_desk(&app, move |desk| {
        let Some(path) = dialog.blocking_save_file().and_then(|path| path.into_path().ok()) else { return Ok(None) };
        let path = if path.extension().is_none() { path.with_extension("xlsx") } else { path };
        desk.with(|migration| migration.write_findings(&path)).map(Some)
    })
    .await
}
