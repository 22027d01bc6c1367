//! A file that was read and is not part of a migration yet. Its rows wait in a temporary file: the reading holds up nobody
//! who works on the migration, and stopping it leaves nothing half-read.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use serde::Serialize;

use super::{ApiError, Code};
use crate::intake::{
    self, Chunk, Fingerprint, Format, Hints, IntakeError, Layout, Opened, RowSink, Spool, TableProfile,
};
use crate::store::StoreError;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    pub path: PathBuf,
    /// What the file is about; recognised when not said.
    pub dataset: Option<String>,
    pub hints: Hints,
}

/// How far the reading of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReadProgress {
    pub rows: u64,
    /// Rows in all, by the share of the file's bytes that they take so far; `None` where that says nothing, as in a
    /// packed file.
    pub of: Option<u64>,
}

/// Why a file was not taken, for fronts that say it in other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Gone,
    Folder,
    NoPermission,
    Unreadable,
    Empty,
    NotATable,
    NoTable,
    Password,
    Damaged,
    TooLarge,
    SeveralInside,
    TooWide,
    UnknownSheet,
    /// The same file, byte for byte, is here already.
    Twin,
    /// It is not clear what it is about.
    Unclear,
    /// It is a known export of which nothing is carried.
    NotNeeded,
    Stopped,
    /// The error itself says it best.
    Other,
}

/// A file that was not taken. Nothing of it is in the migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[error("{error}")]
pub struct NotTaken {
    pub reason: Reason,
    pub error: ApiError,
}

/// A file with all its tables, read to the end.
#[derive(Debug)]
pub struct Draft {
    pub(super) request: ImportRequest,
    /// Its name, without the folder.
    pub(super) file: String,
    /// Where it is, with nothing left to resolve.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) modified: Option<String>,
    pub(super) sha256: String,
    pub(super) layout: Layout,
    pub(super) tables: Vec<(TableProfile, Spool)>,
    pub(super) seconds: f64,
}

/// Reads a file. Needs no migration; [`super::Migration::take`] puts it into one.
pub fn read(
    request: &ImportRequest,
    progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
) -> Result<Draft, NotTaken> {
    let started = std::time::Instant::now();
    let path = request.path.as_path();
    // The file is fingerprinted beside the reading: both need all of its bytes, neither the other's answer.
    thread::scope(|scope| {
        let print = scope.spawn(|| intake::fingerprint(path));
        let mut opened = intake::open(path)?;
        let layout = opened.layout(&request.hints)?;
        let metadata = path.metadata().map_err(|error| ApiError::io(path, &error))?;
        let bytes = comparable(&layout, path).then_some(metadata.len());
        let read = |table| read_table(&mut opened, &layout, table, bytes, progress);
        let tables = (0..layout.tables.len()).map(read).collect::<Result<_, _>>()?;
        let Fingerprint { sha256, bytes } = match print.join() {
            Ok(print) => print?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let full = std::fs::canonicalize(path).map_err(|error| ApiError::io(path, &error))?;
        Ok(Draft {
            request: request.clone(),
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path: full.display().to_string(),
            bytes,
            modified: modified(&metadata),
            sha256,
            tables,
            layout,
            seconds: started.elapsed().as_secs_f64(),
        })
    })
}

/// When a file was changed last, as the store keeps it.
pub(super) fn modified(metadata: &std::fs::Metadata) -> Option<String> {
    metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok()).map(|time| time.to_string())
}

/// Whether the bytes of the rows, as packed, are about those of the file.
fn comparable(layout: &Layout, path: &Path) -> bool {
    let is_text = matches!(layout.format, Format::Csv | Format::Tsv | Format::Txt);
    let is_wide = layout.encoding.as_deref().is_some_and(|encoding| encoding.starts_with("utf-16"));
    let is_packed = layout.member.is_some() || path.extension().is_some_and(|extension| extension == "gz");
    is_text && !is_wide && !is_packed
}

fn read_table(
    opened: &mut Opened,
    layout: &Layout,
    table: usize,
    bytes: Option<u64>,
    progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
) -> Result<(TableProfile, Spool), NotTaken> {
    let spool = Spool::new().map_err(StoreError::Temporary)?;
    let mut sink = Waiting { spool, rows: 0, packed: 0, bytes, progress, failed: None };
    let profile = opened.read(layout, table, &mut sink)?;
    match sink.failed {
        Some(error) => Err(error.into()),
        None => Ok((profile, sink.spool)),
    }
}

/// Puts chunks aside and tells how many rows that makes.
struct Waiting<'a> {
    spool: Spool,
    rows: u64,
    packed: u64,
    /// Bytes of the whole file, where they can be compared with packed ones.
    bytes: Option<u64>,
    progress: &'a mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
    failed: Option<StoreError>,
}

impl RowSink for Waiting<'_> {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        self.rows += u64::from(chunk.rows);
        self.packed += chunk.bytes.len() as u64;
        if let Err(error) = self.spool.push(&chunk) {
            self.failed = Some(StoreError::Temporary(error));
            return ControlFlow::Break(());
        }
        let of = self.bytes.map(|bytes| rows_in_all(self.rows, self.packed, bytes));
        if (self.progress)(ReadProgress { rows: self.rows, of }).is_break() {
            self.failed = Some(StoreError::Stopped);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// Never fewer than were read: the estimate is only that.
fn rows_in_all(rows: u64, packed: u64, bytes: u64) -> u64 {
    let all = u128::from(rows) * u128::from(bytes) / u128::from(packed.max(1));
    u64::try_from(all).unwrap_or(rows).max(rows)
}

impl NotTaken {
    pub(super) fn new(reason: Reason, error: ApiError) -> Self {
        Self { reason, error }
    }

    /// The same file is in the migration under another name or number.
    pub(super) fn twin(file: &str) -> Self {
        let message = format!("“{file}” is already here, byte for byte. It was not added again");
        Self::new(Reason::Twin, ApiError::new(Code::Exists, message, "Nothing to do."))
    }
}

impl From<ApiError> for NotTaken {
    fn from(error: ApiError) -> Self {
        let reason = if error.code == Code::Stopped { Reason::Stopped } else { Reason::Other };
        Self { reason, error }
    }
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<NotTaken> for ApiError {
    fn from(not_taken: NotTaken) -> Self {
        not_taken.error
    }
}

impl From<IntakeError> for NotTaken {
    fn from(error: IntakeError) -> Self {
        let reason = match &error {
            IntakeError::NotFound { .. } => Reason::Gone,
            IntakeError::Folder { .. } => Reason::Folder,
            IntakeError::NoPermission { .. } => Reason::NoPermission,
            IntakeError::Unreadable { .. } => Reason::Unreadable,
            IntakeError::Empty { .. } | IntakeError::Blank { .. } => Reason::Empty,
            IntakeError::NotATable { .. } => Reason::NotATable,
            IntakeError::NoTable { .. } => Reason::NoTable,
            IntakeError::Password { .. } => Reason::Password,
            IntakeError::Damaged { .. } => Reason::Damaged,
            IntakeError::Bomb { .. } => Reason::TooLarge,
            IntakeError::Several { .. } => Reason::SeveralInside,
            IntakeError::TooWide { .. } | IntakeError::LineTooLong { .. } => Reason::TooWide,
            IntakeError::UnknownSheet { .. } => Reason::UnknownSheet,
            IntakeError::UnknownEncoding { .. }
            | IntakeError::Separator { .. }
            | IntakeError::TooLargeToTurn { .. }
            | IntakeError::UnknownTable { .. } => Reason::Other,
        };
        Self { reason, error: error.into() }
    }
}
