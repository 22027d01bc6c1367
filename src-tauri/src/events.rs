//! What the program tells the page without being asked.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::destination::Check;
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;

use crate::drop::Dropped;
use crate::sending::RunningUpload;

/// Twenty a second look smooth; more only cost.
const BETWEEN_TELLINGS: Duration = Duration::from_millis(50);

/// How far a piece of long work is.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct Progress {
    /// The number the page gave to the work; [`crate::commands::about::stop_task`] takes it too.
    pub(crate) task: u32,
    /// What is worked on, such as the file that is read.
    pub(crate) what: String,
    /// Rows so far.
    pub(crate) done: u64,
    /// Rows in all, where that is known beforehand.
    pub(crate) of: Option<u64>,
}

/// Files from the file manager above the window, or let go over it.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct Dragged {
    pub(crate) phase: DragPhase,
    pub(crate) files: Vec<Dropped>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DragPhase {
    Over,
    Left,
    Dropped,
}

/// The system asks to open a migration: a double click while Carryover runs already.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct OpenRequested {
    pub(crate) path: String,
}

/// A check of a connection test has been decided.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct CheckTold {
    /// The number the page gave to the test.
    pub(crate) task: u32,
    pub(crate) check: Check,
}

/// How far the upload is.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct UploadTold {
    pub(crate) upload: RunningUpload,
}

/// The user wants to close the window while an upload is under way.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct CloseAsked {}

/// Tells how far a task is, not too often, and hears whether it shall stop.
pub(crate) struct Teller {
    app: AppHandle,
    task: u32,
    stop: Arc<AtomicBool>,
    told: Option<Instant>,
}

impl Teller {
    pub(crate) fn new(app: AppHandle, task: u32, stop: Arc<AtomicBool>) -> Self {
        Self { app, task, stop, told: None }
    }

    pub(crate) fn tell(&mut self, what: &str, done: u64, of: Option<u64>) -> ControlFlow<()> {
        if self.told.is_none_or(|told| told.elapsed() >= BETWEEN_TELLINGS) {
            self.told = Some(Instant::now());
            // Nobody listens while the window closes.
            Progress { task: self.task, what: what.to_owned(), done, of }.emit(&self.app).ok();
        }
        if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
