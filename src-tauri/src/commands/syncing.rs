//! How records meet those at the destination: by which field they are found again, what may be done to them, and which
//! fields of the user's own the account has yet to know.

use engine::api::sending;
use engine::destination::{Attribute, usual_address as usual};
use engine::schema::sync::Behaviour;
use indexmap::IndexMap;
use tauri::AppHandle;
use tauri::async_runtime::block_on;

use super::connections::{account, at_destination};
use crate::error::Result;
use crate::state::at_desk;

/// Decides for a dataset by which field its records are found again and what may be done to them; `null` leaves what was
/// decided.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_sync(
    app: AppHandle,
    dataset: String,
    key: Option<String>,
    behaviour: Option<Behaviour>,
) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.set_sync(&dataset, key.as_deref(), behaviour))).await
}

/// Decides whether a field is set only where the destination has nothing in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_fill(app: AppHandle, dataset: String, field: String, fill: bool) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.set_fill(&dataset, &field, fill))).await
}

/// Decides whether a list of the destination becomes what is sent, or has it added.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_list(app: AppHandle, dataset: String, list: String, replace: bool) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.set_list(&dataset, &list, replace))).await
}

/// Fields of the user's own that are matched and that the account does not know, as they would be made; by dataset.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lacking_attributes(app: AppHandle, connection: String) -> Result<IndexMap<String, Vec<Attribute>>> {
    let account = account(&app, connection).await?;
    at_destination(&app, account, |migration, destination| block_on(migration.lacking_attributes(destination))).await
}

/// Makes them in the account, and says which were made. The page has asked the user; a live account takes its name, typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_attributes(
    app: AppHandle,
    connection: String,
    confirmed: Option<String>,
) -> Result<IndexMap<String, Vec<String>>> {
    let account = account(&app, connection).await?;
    sending::confirm(&account.0, confirmed.as_deref())?;
    at_destination(&app, account, |migration, destination| block_on(migration.create_attributes(destination))).await
}

/// The address of an account, where it follows from the organisation and the region; `null` where it does not.
#[tauri::command]
#[specta::specta]
pub(crate) fn usual_address(destination: String, organisation: String, region: Option<String>) -> Option<String> {
    usual(&destination, &organisation, region.as_deref())
}
