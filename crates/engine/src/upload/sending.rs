//! Requests under way: as many at once as may be, each until its fate is known, while whoever started them writes the ledger
//! or readies the next rows.
//!
//! Knows no store. What is started here was written down as intended before; what ends here is written down by the caller.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::send::{End, settle};
use super::{Clock, Control, kept};
use crate::destination::heard::Heard;
use crate::destination::{Arrived, Destination, Outgoing};
use crate::store::history::KeptCall;
use crate::store::ledger::Batch;

/// For how long a destination surely remembers an idempotency key: 24 h (zenskar.md, section 1), less an hour for clocks
/// that differ.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(23);
/// Outcomes handed over together: so many, or what ends within so short a time. To write each down takes as long as many.
const TOGETHER: usize = 64;
const MOMENT: Duration = Duration::from_millis(10);
/// How often a paused upload looks whether it may go on.
const PAUSE_LOOK: Duration = Duration::from_millis(200);

/// A batch that is written down and whose fate is open.
pub(super) struct Open {
    pub batch: Batch,
    pub outgoing: Outgoing,
    /// Perhaps sent by a run that ended; what the destination then said it has of it.
    pub before: Option<Arrived>,
}

/// A batch that is no longer under way.
pub(super) struct Ended {
    pub open: Open,
    /// `None` where it was not sent, because the upload was stopped.
    pub end: Option<End>,
    /// The body as it is to be kept, where that is not what was sent.
    pub body: Option<String>,
    pub calls: Vec<KeptCall>,
}

/// What every request needs on its way.
#[derive(Clone)]
pub(super) struct Means {
    pub destination: Arc<dyn Destination>,
    pub control: Arc<Control>,
    pub now: Clock,
    pub run: i64,
}

/// The requests under way. Dropped, it leaves open whether they arrived.
pub(super) struct Sending {
    means: Means,
    lanes: usize,
    free: Arc<Semaphore>,
    under_way: JoinSet<Ended>,
    /// No longer under way, and not yet handed over.
    ended: Vec<Ended>,
}

impl Open {
    pub(super) fn new(batch: Batch, outgoing: Outgoing) -> Self {
        Self { batch, outgoing, before: None }
    }
}

impl Sending {
    /// `lanes`: requests at once.
    pub(super) fn new(means: Means, lanes: usize) -> Self {
        Self { means, lanes, free: Arc::new(Semaphore::new(lanes)), under_way: JoinSet::new(), ended: Vec::new() }
    }

    /// As empty, with other lanes.
    pub(super) fn with(&self, lanes: usize) -> Self {
        Self::new(self.means.clone(), lanes)
    }

    pub(super) fn lanes(&self) -> usize {
        self.lanes
    }

    /// Batches that are not handed over.
    pub(super) fn len(&self) -> usize {
        self.under_way.len() + self.ended.len()
    }

    /// Goes out as soon as a lane is free.
    pub(super) fn start(&mut self, open: Open) {
        let (means, free) = (self.means.clone(), Arc::clone(&self.free));
        self.under_way.spawn(async move {
            // Nobody closes the lanes.
            let _lane = free.acquire_owned().await.ok();
            means.bring(open).await
        });
    }

    /// Waits until something ends, and hands over what has ended by then; nothing when nothing is under way. Whoever stops
    /// waiting loses nothing.
    pub(super) async fn ended(&mut self) -> Vec<Ended> {
        if self.ended.is_empty() && !self.one_more().await {
            return Vec::new();
        }
        // Ends by itself when nothing is under way any more.
        _ = tokio::time::timeout(MOMENT, async { while self.ended.len() < TOGETHER && self.one_more().await {} }).await;
        std::mem::take(&mut self.ended)
    }

    /// Waits until one more ends. Says whether one was under way.
    async fn one_more(&mut self) -> bool {
        let Some(joined) = self.under_way.join_next().await else { return false };
        self.ended.extend(whole(joined));
        true
    }
}

impl Means {
    async fn bring(self, open: Open) -> Ended {
        if held_back(&self.control).await {
            return Ended { open, end: None, body: None, calls: Vec::new() };
        }
        let (heard, before) = (Heard::default(), open.before.clone());
        let remembered = || is_remembered(&open.batch.intended_at, (self.now)());
        let end = settle(self.destination.as_ref(), &open.outgoing, (before, &heard), &remembered).await;
        let body = kept::body(self.destination.as_ref(), &open.outgoing.body);
        let calls = kept::calls(self.destination.as_ref(), self.run, heard.take());
        Ended { open, end: Some(end), body, calls }
    }
}

/// What a task ended with. One that is ended from outside is no longer waited for.
fn whole(joined: Result<Ended, JoinError>) -> Option<Ended> {
    joined.map_err(|error| error.try_into_panic().map(|panic| resume_unwind(panic))).ok()
}

/// Waits while paused; says whether the upload was stopped.
async fn held_back(control: &Control) -> bool {
    while control.is_paused() {
        tokio::time::sleep(PAUSE_LOOK).await;
    }
    control.is_stopped()
}

/// Whether the destination surely still knows an idempotency key. If the clock was put back since, nobody can tell.
fn is_remembered(intended_at: &str, now: Timestamp) -> bool {
    let age = intended_at.parse::<Timestamp>().map(|at| now.duration_since(at));
    age.is_ok_and(|age| (SignedDuration::ZERO..REMEMBERED).contains(&age))
}
