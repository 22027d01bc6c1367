//! The one window: opened, brought forward, closed, and what is dropped on it.

use std::path::{Path, PathBuf};

use tauri::webview::PageLoadEvent;
use tauri::window::Color;
use tauri::{AppHandle, DragDropEvent, Manager, Theme, Url, WebviewWindowBuilder, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tauri_specta::Event;

use crate::drop;
use crate::events::{CloseAsked, DragPhase, Dragged, OpenRequested};
use crate::state::Desk;

const LABEL: &str = "main";
/// `--paper` of the two themes, so that nothing flashes before the page is drawn.
const PAPER: Color = Color(0xf6, 0xf5, 0xf1, 0xff);
const PAPER_DARK: Color = Color(0x15, 0x15, 0x16, 0xff);

/// Size and place. Visibility is not remembered: the window shows itself when the page is there.
pub(crate) fn remembered() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED
}

/// Opens the window as tauri.conf.json describes it; it is shown once the page has loaded.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == LABEL) else {
        return Err(tauri::Error::WindowNotFound);
    };
    let window = WebviewWindowBuilder::from_config(app, config)?
        .background_color(PAPER)
        .on_navigation(is_ours)
        .on_document_title_changed(|window, title| {
            // The title is only a name; a system that refuses it loses nothing.
            window.set_title(&title).ok();
        })
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                window.show().ok();
            }
        })
        .build()?;
    if window.theme()? == Theme::Dark {
        window.set_background_color(Some(PAPER_DARK))?;
    }
    Ok(())
}

/// The page never leads anywhere else.
fn is_ours(url: &Url) -> bool {
    url.scheme() == "tauri" || matches!(url.host_str(), Some("tauri.localhost" | "localhost"))
}

/// Carryover was started again: the window comes forward, with the migration that was double-clicked.
pub(crate) fn second_start(app: &AppHandle, arguments: &[String], folder: &Path) {
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize().and_then(|()| window.set_focus()).ok();
    }
    if let Some(path) = migration_among(arguments, folder) {
        ask_for(app, path);
    }
}

/// macOS says which file was double-clicked when the program runs already, even where it is started for it.
#[cfg(target_os = "macos")]
pub(crate) fn on_run_event(app: &AppHandle, event: tauri::RunEvent) {
    if let tauri::RunEvent::Opened { urls } = event
        && let Some(path) = urls.iter().filter_map(|url| url.to_file_path().ok()).find(|path| is_migration(path))
    {
        ask_for(app, path);
    }
}

/// Elsewhere it is an argument.
#[cfg(not(target_os = "macos"))]
pub(crate) fn on_run_event(_: &AppHandle, _: tauri::RunEvent) {}

/// The system asks to open a migration. A page that is not there yet finds it when it begins.
fn ask_for(app: &AppHandle, path: PathBuf) {
    let told = OpenRequested { path: path.display().to_string() };
    app.state::<Desk>().ask_for(path);
    told.emit(app).ok();
}

/// The first argument that names a migration.
pub(crate) fn migration_among(arguments: &[String], folder: &Path) -> Option<PathBuf> {
    let named = arguments.iter().skip(1).map(|argument| folder.join(argument));
    named.into_iter().find(|path| is_migration(path))
}

fn is_migration(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "carryover")
}

pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && window.state::<Desk>().sending.is_running()
    {
        api.prevent_close();
        CloseAsked {}.emit(window.app_handle()).ok();
    }
    let WindowEvent::DragDrop(event) = event else { return };
    let (phase, files) = match event {
        DragDropEvent::Enter { paths, .. } => (DragPhase::Over, drop::files(paths)),
        DragDropEvent::Drop { paths, .. } => (DragPhase::Dropped, drop::files(paths)),
        DragDropEvent::Leave => (DragPhase::Left, Vec::new()),
        _ => return,
    };
    if phase == DragPhase::Dropped {
        let desk = window.state::<Desk>();
        for file in &files {
            desk.choose(Path::new(&file.path));
        }
    }
    Dragged { phase, files }.emit(window.app_handle()).ok();
}
