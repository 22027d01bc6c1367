//! Files: what was read, more of it, read again, removed. Reading happens away from the open migration, so that it can be
//! worked on meanwhile; what was read is taken at the end, whole.

use std::path::{Path, PathBuf};

use engine::api::cards::{self, FileCard, FilePreview};
use engine::api::draft::{self, Draft, NotTaken};
use engine::api::files::{Again, ImportRequest, Imported};
use engine::api::matching::Change;
use engine::api::watch::{self, ChangedSource};
use engine::api::{ApiError, Code, Migration};
use engine::intake::Hints;
use engine::private;
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_plugin_dialog::FileDialogBuilder;

use crate::dialog;
use crate::drop::{self, Dropped};
use crate::error::Result;
use crate::events::Teller;
use crate::state::{Desk, at_desk};

const READABLE: [&str; 9] = ["csv", "tsv", "txt", "tab", "xlsx", "xlsm", "xlsb", "xls", "ods"];
const PACKED: [&str; 2] = ["gz", "zip"];

/// A file to be read, with what the user said about it.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct ToRead {
    pub(crate) path: String,
    pub(crate) sheet: Option<String>,
    /// Recognised when not said.
    pub(crate) dataset: Option<String>,
}

/// A source to be read again, with what is said about it now.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct ToReadAgain {
    pub(crate) source: u32,
    pub(crate) hints: Hints,
    pub(crate) dataset: Option<String>,
    /// The user agreed that edits are dropped.
    pub(crate) drop_edits: bool,
}

/// What came of reading: one of the two.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ReadOutcome {
    pub(crate) taken: Option<Imported>,
    pub(crate) not_taken: Option<NotTaken>,
}

/// Every source as a card.
#[tauri::command]
#[specta::specta]
pub(crate) async fn file_cards(app: AppHandle) -> Result<Vec<FileCard>> {
    at_desk(&app, |desk| desk.with(|migration| migration.file_cards())).await
}

/// The system's dialog for files with tables in them.
pub(super) fn tables(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let all: Vec<&str> = READABLE.into_iter().chain(PACKED).collect();
    dialog::file(app).add_filter("CSV, TSV, TXT, Excel", &all)
}

/// Asks for files by the system's dialog; none when the user cancels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_files(app: AppHandle) -> Result<Vec<Dropped>> {
    let dialog = tables(&app);
    at_desk(&app, move |desk| {
        let paths = dialog.blocking_pick_files().unwrap_or_default();
        let paths: Vec<PathBuf> = paths.into_iter().filter_map(|path| path.into_path().ok()).collect();
        for path in &paths {
            desk.choose(path);
        }
        Ok(drop::files(&paths))
    })
    .await
}

/// Keeps a pasted table as a file beside the migration, so that it is read, known and proven as any other.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_pasted(app: AppHandle, text: String) -> Result<Vec<Dropped>> {
    at_desk(&app, move |desk| {
        let migration = desk.with(|migration| Ok(migration.path().to_owned()))?;
        let name = migration.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let at = Zoned::now().strftime("%Y-%m-%d %H.%M.%S");
        let path = migration.with_file_name(format!("{name}, pasted {at}.tsv"));
        private::write(&path, text).map_err(|error| ApiError::io(&path, &error))?;
        desk.choose(&path);
        Ok(drop::files(&[path]))
    })
    .await
}

/// Reads a file into the open migration. Why it was not taken is an answer, not an error.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_file(app: AppHandle, task: u32, file: ToRead) -> Result<ReadOutcome> {
    let taken = read(
        app,
        task,
        move |desk, migration| {
            let hints = Hints { sheet: file.sheet.clone(), ..Hints::default() };
            Ok(ImportRequest { path: named(desk, migration, &file.path)?, dataset: file.dataset.clone(), hints })
        },
        |_, migration, draft| migration.take(draft),
    );
    taken.await.map(outcome)
}

/// Reads a source again and puts it in the place of what was read before.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_again(app: AppHandle, task: u32, wanted: ToReadAgain) -> Result<ReadOutcome> {
    let again = Again { source: wanted.source, drop_edits: wanted.drop_edits };
    let taken = read(
        app,
        task,
        move |_, migration| migration.request_again(wanted.source, None, Some(wanted.hints), wanted.dataset),
        move |_, migration, draft| migration.replace(&again, draft),
    );
    taken.await.map(outcome)
}

/// The first rows of a source's file as these hints would have them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_source(app: AppHandle, source: u32, hints: Hints) -> Result<FilePreview> {
    at_desk(&app, move |desk| {
        let (path, hints) = desk.with(|migration| migration.hints_for_preview(source, hints))?;
        cards::preview(&path, &hints)
    })
    .await
}

/// Takes a source out, with its rows and the edits laid over them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_source(app: AppHandle, source: u32) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.remove(source))).await
}

/// Sources whose file is gone or has another content by now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn changed_sources(app: AppHandle) -> Result<Vec<ChangedSource>> {
    at_desk(&app, |desk| {
        let watched = desk.with(|migration| migration.watched())?;
        Ok(watch::changed(&watched))
    })
    .await
}

/// Goes on with what was read although the file is another now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn go_on_with(app: AppHandle, source: u32) -> Result<()> {
    at_desk(&app, move |desk| desk.with(|migration| migration.go_on_with(source))).await
}

/// Answers how the dates or numbers of these fields are written, for a source and those like it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_format(app: AppHandle, source: u32, fields: Vec<String>, format: String) -> Result<()> {
    at_desk(&app, move |desk| {
        let change = |field| Change::Format { field, format: format.clone() };
        let changes: Vec<Change> = fields.into_iter().map(change).collect();
        desk.with(|migration| migration.change_mapping(source, &changes)).map(drop)
    })
    .await
}

/// Reads what `asked` names without holding the migration, then hands it to `take`. Why it was not taken is an answer.
pub(super) async fn read<T: Send + 'static>(
    app: AppHandle,
    task: u32,
    asked: impl FnOnce(&Desk, &Migration) -> Result<ImportRequest> + Send + 'static,
    take: impl FnOnce(&Desk, &mut Migration, Draft) -> std::result::Result<T, NotTaken> + Send + 'static,
) -> Result<std::result::Result<T, NotTaken>> {
    let handle = app.clone();
    let read = at_desk(&app, move |desk| {
        let stop = desk.begin(task);
        let (id, request) = desk.with(|migration| Ok((migration.id()?, asked(desk, migration)?)))?;
        let file = request.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut teller = Teller::new(handle, task, stop);
        let draft = draft::read(&request, &mut |progress| teller.tell(&file, progress.rows, progress.of));
        match draft {
            Ok(draft) => desk.with(|migration| {
                if migration.id()? == id { Ok(take(desk, migration, draft)) } else { Ok(Err(closed().into())) }
            }),
            Err(not_taken) => Ok(Err(not_taken)),
        }
    });
    let read = read.await;
    at_desk(&app, move |desk| {
        desk.end(task);
        Ok(())
    })
    .await?;
    read
}

/// One of the two, as the page has it.
pub(super) fn outcome(taken: std::result::Result<Imported, NotTaken>) -> ReadOutcome {
    match taken {
        Ok(taken) => ReadOutcome { taken: Some(taken), not_taken: None },
        Err(not_taken) => ReadOutcome { taken: None, not_taken: Some(not_taken) },
    }
}

/// A path the user chose, or that of a file that is in the migration already.
fn named(desk: &Desk, migration: &Migration, path: &str) -> Result<PathBuf> {
    if migration.holds_file(Path::new(path))? {
        return Ok(path.into());
    }
    desk.chosen(path)
}

pub(super) fn closed() -> ApiError {
    ApiError::new(Code::Stopped, "the migration was closed meanwhile", "Open it and add the file again.")
}
