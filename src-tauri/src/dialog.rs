//! The system's dialogs for choosing a file.

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

/// Begins in a folder of the user's, not among recent files: there GTK's dialog takes no typed path.
pub(crate) fn file(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    app.dialog().file().set_directory(dirs::document_dir().or_else(dirs::home_dir).unwrap_or_default())
}
