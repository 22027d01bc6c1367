//! The upload under way: what it publishes for everybody who looks, and the levers by which it is held.
//!
//! The upload alone has the migration while it runs. Nobody else reads its file; they read what stands here.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::api::summary::{Summary, UploadStanding};
use engine::upload::progress::UploadProgress;
use engine::upload::{Control, Event};
use jiff::Timestamp;
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event as _;

use crate::events::UploadTold;
use crate::state::locked;

/// Figures four times a second can be read; more only cost.
const BETWEEN_TELLINGS: Duration = Duration::from_millis(250);

/// An upload as shown.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct RunningUpload {
    pub(crate) connection: String,
    /// Since when, UTC.
    pub(crate) since: String,
    /// The user asked for a pause; what is under way is finished first.
    pub(crate) paused: bool,
    /// The user asked it to end after what is under way.
    pub(crate) stopping: bool,
    pub(crate) progress: UploadProgress,
}

#[derive(Default)]
pub(crate) struct Sending(Mutex<Option<Upload>>);

struct Upload {
    control: Arc<Control>,
    connection: String,
    since: String,
    progress: UploadProgress,
    told: Option<Instant>,
}

impl Sending {
    /// Notes that an upload begins, and hands out the lever by which it is held.
    pub(crate) fn begin(&self, connection: &str) -> Arc<Control> {
        let control = Arc::new(Control::default());
        *locked(&self.0) = Some(Upload {
            control: control.clone(),
            connection: connection.to_owned(),
            since: Timestamp::now().to_string(),
            progress: UploadProgress::default(),
            told: None,
        });
        control
    }

    pub(crate) fn end(&self) {
        *locked(&self.0) = None;
    }

    pub(crate) fn is_running(&self) -> bool {
        locked(&self.0).is_some()
    }

    pub(crate) fn running(&self) -> Option<RunningUpload> {
        locked(&self.0).as_ref().map(Upload::shown)
    }

    /// Pulls a lever, and tells at once that it was pulled.
    pub(crate) fn hold(&self, app: &AppHandle, pull: impl FnOnce(&Control)) {
        if let Some(upload) = locked(&self.0).as_mut() {
            pull(&upload.control);
            upload.tell(app);
        }
    }

    /// Takes in what happened and tells it, not too often.
    pub(crate) fn take(&self, app: &AppHandle, event: Event) {
        if let Some(upload) = locked(&self.0).as_mut() {
            let worth = !matches!(event, Event::Settled { .. });
            upload.progress.take(event, &Timestamp::now().to_string());
            if worth || upload.told.is_none_or(|told| told.elapsed() >= BETWEEN_TELLINGS) {
                upload.tell(app);
            }
        }
    }

    /// The summary from before the upload, with what has been settled since.
    pub(crate) fn shown_in(&self, summary: &Summary) -> Summary {
        let mut summary = summary.clone();
        if let Some(upload) = locked(&self.0).as_ref().filter(|upload| !upload.progress.datasets.is_empty()) {
            let settled = upload.progress.datasets.iter().map(|dataset| dataset.settled).sum();
            let of = upload.progress.datasets.iter().map(|dataset| dataset.rows).sum();
            summary.standing.upload = Some(UploadStanding { finished: false, broken_off: false, settled, of });
        }
        summary
    }
}

impl Upload {
    fn shown(&self) -> RunningUpload {
        RunningUpload {
            connection: self.connection.clone(),
            since: self.since.clone(),
            paused: self.control.is_paused(),
            stopping: self.control.is_stopped(),
            progress: self.progress.clone(),
        }
    }

    fn tell(&mut self, app: &AppHandle) {
        self.told = Some(Instant::now());
        // Nobody listens while the window closes.
        UploadTold { upload: self.shown() }.emit(app).ok();
    }
}
