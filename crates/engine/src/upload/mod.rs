//! From checked rows to the destination, with a ledger in between: the one place that knows both store and destination.
//!
//! Nothing is sent that is not written down as intended first; nothing is sent again after a doubt before the destination
//! was asked. What stops an upload, a crash or a lost line costs at most a question. Encoding, retrying and wording belong
//! to `destination`; what rows are is `validation`'s business.

mod behaviour;
pub mod changed;
pub mod fields;
pub mod first;
mod intent;
mod kept;
mod needs;
pub mod others;
mod outcome;
pub mod plan;
pub mod progress;
pub mod read_back;
pub mod rows;
pub mod run;
mod send;
mod sending;
pub mod take_back;
pub mod tally;
pub mod threshold;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;

use crate::destination::{ReadError, Stop};
use crate::store::{Place, StoreError};
use crate::validation::CheckError;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a person can say while an upload runs; shared with whoever draws the buttons.
#[derive(Debug, Default)]
pub struct Control {
    state: AtomicU8,
    hurry: Notify,
}

impl Control {
    const GO: u8 = 0;
    const PAUSED: u8 = 1;
    const STOPPED: u8 = 2;

    pub fn pause(&self) {
        self.state.store(Self::PAUSED, Ordering::Relaxed);
    }

    pub fn go_on(&self) {
        self.state.store(Self::GO, Ordering::Relaxed);
    }

    /// Ends the upload after what is under way.
    pub fn stop(&self) {
        self.state.store(Self::STOPPED, Ordering::Relaxed);
    }

    /// Does not wait any longer for a destination that could not be reached.
    pub fn try_now(&self) {
        self.hurry.notify_waiters();
    }

    /// Returns when somebody wants the next try at once.
    pub(crate) async fn hurried(&self) {
        self.hurry.notified().await;
    }

    pub fn is_paused(&self) -> bool {
        self.state.load(Ordering::Relaxed) == Self::PAUSED
    }

    pub fn is_stopped(&self) -> bool {
        self.state.load(Ordering::Relaxed) == Self::STOPPED
    }
}

/// How an upload is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only so many records of the first dataset that has any: to send a few and look.
    pub first: Option<usize>,
    /// Only these rows, whatever else is ready.
    pub only: Option<HashSet<i64>>,
    /// Also what was sent before and is as it was: the destination is asked about it again.
    pub all: bool,
    pub stop_at: threshold::StopAt,
    /// Requests under way at once.
    pub concurrency: usize,
}

/// Rows of one dataset by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Tally {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Turned down by the destination.
    pub refused: u64,
    /// Left out by the user.
    pub excluded: u64,
    /// Stopped by us: they have errors.
    pub stopped: u64,
    /// Sent, and not yet known whether they arrived.
    pub doubtful: u64,
    /// Deleted at the destination from here, and not sent again.
    pub taken_back: u64,
}

/// A row of the migration, for the way back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RowPlace {
    pub source: u32,
    /// Of the source, from 1.
    pub row: u64,
}

impl From<Place> for RowPlace {
    fn from(place: Place) -> Self {
        Self { source: place.source, row: place.row }
    }
}

/// Something worth telling while an upload runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Before anything is sent: what earlier uploads have settled, and how much there is.
    Standing {
        datasets: Vec<progress::DatasetProgress>,
    },
    /// A dataset begins, with so many rows to send.
    Begins {
        dataset: String,
        rows: u64,
    },
    /// So many rows of the dataset are settled.
    Settled {
        dataset: String,
        rows: u64,
    },
    Refused {
        dataset: String,
        key: String,
        reason: String,
        /// The first of its rows; `null` for what was only made on their way, such as a product.
        place: Option<RowPlace>,
        rows: u64,
    },
    Doubtful {
        dataset: String,
        key: String,
        reason: String,
    },
    /// After a doubt, the destination said what is there.
    Cleared {
        dataset: String,
        key: String,
        arrived: bool,
    },
    /// The destination asked for a pause, or cannot be reached for the moment.
    Waiting {
        /// Why, as a plain sentence.
        told: String,
        seconds: u64,
        /// It answered.
        reached: bool,
    },
}

/// Why an upload ended early. What was sent is in the ledger; it can be resumed.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Stopped(#[from] Stop),
    #[error(transparent)]
    Read(ReadError),
    #[error("{reason} What was sent so far is written down; nothing will be sent twice")]
    Unreachable { reason: String },
    #[error("the upload was stopped; what was sent so far is written down")]
    Cancelled,
    #[error(
        "the upload stopped by itself: {refused} of {sent} rows were turned down, which is more than {percent} %. The last reason: {reason}"
    )]
    TooManyRefused { refused: u64, sent: u64, percent: u8, reason: String },
    #[error("an upload with “{connection}” was not finished; resume it before starting another")]
    Unfinished { connection: String },
}

impl From<ReadError> for UploadError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Stopped(stop) => Self::Stopped(stop),
            ReadError::Unreachable { reason } => Self::Unreachable { reason },
            other => Self::Read(other),
        }
    }
}

pub type Result<T> = std::result::Result<T, UploadError>;
