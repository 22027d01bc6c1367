//! What can go wrong in the front itself, said as the engine says it: `{code, message, hint}`.

use engine::api::{ApiError, Code};

pub(crate) type Result<T> = engine::api::Result<T>;

/// Work on another thread ended by a defect of ours. The migration file is as it was after the last thing that was kept.
pub(crate) fn defect(error: &tauri::Error) -> ApiError {
    tracing::error!(%error, "work ended by itself");
    ApiError::new(
        Code::Internal,
        "Carryover could not finish this because of a mistake in the program",
        "What was saved before is safe. Try again; if it happens again, send the details to support.",
    )
}

pub(crate) fn nothing_open() -> ApiError {
    ApiError::new(Code::Precondition, "no migration is open", "Open one first.")
}

/// Long work has the migration.
pub(crate) fn still_working() -> ApiError {
    ApiError::new(Code::Working, "the migration is at work", "Wait until it has ended, or stop it first.")
}

/// A path that the page named and the user never chose.
pub(crate) fn not_chosen() -> ApiError {
    ApiError::new(Code::Argument, "this file was not chosen in Carryover", "Choose it with the dialog, or drop it.")
}

pub(crate) fn other_migration(name: &str) -> ApiError {
    ApiError::new(
        Code::Precondition,
        format!("the file holds another migration, “{name}”"),
        "Choose the file that was moved, or open this one by “Open a migration”.",
    )
}
