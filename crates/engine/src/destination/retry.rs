//! Which exchanges may be repeated, and what is known about a request in the end.
//!
//! Knows status codes that mean the same everywhere, but no destination.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use super::heard::{Call, Heard};
use super::http::{Allowance, Broken, Content, Http, Reply, Request};
use super::limit::Limit;
use super::patience::Patience;
use super::{Method, mask};

/// A wait that is going on, for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Why, as a plain sentence.
    pub told: String,
    pub length: Duration,
    /// The destination answered, if only to be left alone for a while.
    pub reached: bool,
    /// Tells one pause from the next.
    started: Instant,
}

/// What has gone over the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Exchanges begun, repeats included.
    pub requests: u64,
    pub retries: u64,
}

/// A connection with patience and pace.
pub(super) struct Line {
    http: Http,
    limit: Limit,
    patience: Patience,
    /// The destination as its users call it.
    name: &'static str,
    /// Per cent of the destination's own limit that is used, where it tells its limit and nobody set a pace.
    share: Option<u32>,
    /// Whether somebody set a pace since.
    paced: AtomicBool,
    pause: watch::Sender<Option<Pause>>,
    /// Somebody wants the next try at once.
    hurry: Notify,
    requests: AtomicU64,
    retries: AtomicU64,
}

/// Requests of a window that are left to others (kustomer.md section 13).
const RESERVE: u32 = 5;

/// Whether a request may go out again although it may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Safe,
    Unsafe,
}

/// How a request ended after all attempts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// `doubted`: an earlier attempt may have arrived too.
    Answered { reply: Reply, doubted: bool },
    /// No attempt has arrived.
    Unsent { reason: String },
    /// At least one attempt may have arrived.
    Unclear { reason: String },
}

/// How one attempt ended.
enum Attempt {
    Answered(Reply),
    /// Turned away at the door.
    Later {
        reason: String,
        asked: Option<Duration>,
    },
    Unsent {
        reason: String,
    },
    Unclear {
        reason: String,
        asked: Option<Duration>,
    },
}

impl Line {
    pub(super) fn new(http: Http, limit: Limit, patience: Patience, name: &'static str) -> Self {
        let (pause, _) = watch::channel(None);
        let (requests, retries) = (AtomicU64::new(0), AtomicU64::new(0));
        let paced = AtomicBool::new(false);
        Self { http, limit, patience, name, share: None, paced, pause, hurry: Notify::new(), requests, retries }
    }

    /// As fast as this share (in per cent) of the limit that the destination tells.
    pub(super) fn taking(self, share: u32) -> Self {
        Self { share: Some(share), ..self }
    }

    /// Sends a request, again and again where that is safe.
    pub(super) async fn carry(&self, request: &Request, repeat: Repeat) -> Outcome {
        self.carry_within(None, request, repeat).await
    }

    /// The same, for all that goes over the line to be heard.
    pub(super) async fn carry_heard(&self, request: &Request, repeat: Repeat, heard: &Heard) -> Outcome {
        self.attempts((None, Some(heard)), request, repeat).await
    }

    /// The same, where the destination counts these requests for themselves too. What it tells of its limit is then that
    /// one's.
    pub(super) async fn carry_within(&self, own: Option<&Limit>, request: &Request, repeat: Repeat) -> Outcome {
        self.attempts((own, None), request, repeat).await
    }

    async fn attempts(
        &self,
        (own, heard): (Option<&Limit>, Option<&Heard>),
        request: &Request,
        repeat: Repeat,
    ) -> Outcome {
        let mut waits = self.patience.waits();
        let mut doubted = false;
        loop {
            let attempt = self.attempt((own, heard), request).await;
            let reached = !matches!(attempt, Attempt::Unsent { .. });
            let (reason, asked) = match attempt {
                Attempt::Answered(reply) => return Outcome::Answered { reply, doubted },
                Attempt::Later { reason, asked } => (reason, asked),
                Attempt::Unsent { reason } => (reason, None),
                Attempt::Unclear { reason, .. } if repeat == Repeat::Unsafe => return Outcome::Unclear { reason },
                Attempt::Unclear { reason, asked } => {
                    doubted = true;
                    (reason, asked)
                }
            };
            // A destination that asks for no pause at all is not asked again at once.
            let asked = asked.filter(|asked| !asked.is_zero());
            let wait = waits.next().map(|wait| asked.unwrap_or(wait));
            match wait.filter(|wait| *wait <= self.patience.longest_asked) {
                Some(wait) if asked.is_some() => self.wait(wait, asked_for(self.name, wait), reached).await,
                Some(wait) => self.wait(wait, reason, reached).await,
                None if doubted => return Outcome::Unclear { reason },
                None => return Outcome::Unsent { reason },
            }
        }
    }

    /// Waits until a request whose answer was lost has surely ended over there.
    pub(super) async fn settle(&self) {
        sleep(self.patience.settle).await;
    }

    pub(super) fn describe(&self, request: &Request) -> String {
        self.http.describe(request)
    }

    pub(super) fn masked(&self, text: String) -> String {
        self.http.masked(text)
    }

    /// A value as the history keeps it: with neither key nor card number nor bank account in it.
    pub(super) fn as_kept(&self, value: &Value) -> Value {
        serde_json::from_str(&mask::masked(self.masked(value.to_string()))).unwrap_or_default()
    }

    pub(super) fn pauses(&self) -> watch::Receiver<Option<Pause>> {
        self.pause.subscribe()
    }

    pub(super) fn traffic(&self) -> Traffic {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic { requests: count(&self.requests), retries: count(&self.retries) }
    }

    /// The pauses that suit the connection.
    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn set_pace(&self, requests_per_minute: Option<u32>) {
        self.paced.store(true, Ordering::Relaxed);
        self.limit.set_pace(requests_per_minute);
    }

    async fn attempt(&self, (own, heard): (Option<&Limit>, Option<&Heard>), request: &Request) -> Attempt {
        let _own_place = match own {
            Some(own) => own.enter().await,
            None => None,
        };
        let _place = self.limit.enter().await;
        self.pause.send_if_modified(|current| current.as_ref().is_some_and(Pause::is_over) && current.take().is_some());
        self.requests.fetch_add(1, Ordering::Relaxed);
        let is_write = request.method != Method::Get;
        let (at, begun) = (Timestamp::now(), Instant::now());
        let exchange = self.http.exchange(request).await.map(|(reply, allowance)| {
            if let Some(allowance) = allowance {
                self.heed(own, allowance);
            }
            reply
        });
        if let Some(heard) = heard {
            heard.note(Call::of(request, at, begun.elapsed(), &exchange));
        }
        let attempt = judge(exchange, self.name, is_write);
        if let Attempt::Later { asked, .. } = &attempt {
            let asked = asked.unwrap_or(Duration::ZERO);
            own.unwrap_or(&self.limit).ease(asked.min(self.patience.longest_asked));
        }
        attempt
    }

    /// Keeps to what the destination says of its limit before it has to complain.
    fn heed(&self, own: Option<&Limit>, allowance: Allowance) {
        let length = allowance.reset.min(self.patience.longest_asked);
        if allowance.remaining <= RESERVE && own.unwrap_or(&self.limit).hold(length) {
            let told = asked_for(self.name, length);
            self.pause.send_replace(Some(Pause { told, length, reached: true, started: Instant::now() }));
        }
        if let (Some(share), None, false) = (self.share, own, self.paced.load(Ordering::Relaxed)) {
            self.limit.set_pace(Some((allowance.limit * share / 100).max(1)));
        }
    }

    /// Cuts short the waits for a destination that could not be reached.
    pub(super) fn try_now(&self) {
        self.hurry.notify_waiters();
    }

    /// Waits before the next try, for all to see.
    pub(super) async fn wait(&self, length: Duration, told: String, reached: bool) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        let pause = Pause { told, length, reached, started: Instant::now() };
        self.pause.send_replace(Some(pause.clone()));
        tokio::select! {
            () = sleep(length) => {}
            () = self.hurry.notified(), if !reached => {}
        }
        // Another request may have begun a pause of its own meanwhile; that one stays visible.
        self.pause.send_if_modified(|current| current.as_ref() == Some(&pause) && current.take().is_some());
    }
}

impl Pause {
    fn is_over(&self) -> bool {
        self.started.elapsed() >= self.length
    }
}

fn asked_for(name: &str, length: Duration) -> String {
    format!("{name} asked for a pause of {}.", spelled(length))
}

/// What an exchange says about the fate of its request (DESIGN, “Sending”: 408, 429, 5xx and broken connections).
fn judge(exchange: Result<Reply, Broken>, name: &str, is_write: bool) -> Attempt {
    let reply = match exchange {
        Ok(reply) => reply,
        Err(Broken::Unsent(cause)) => {
            return Attempt::Unsent { reason: format!("{name} cannot be reached ({cause}).") };
        }
        Err(Broken::Cut(cause)) => {
            let reason = format!("The connection to {name} broke before the answer was there ({cause}).");
            return Attempt::Unclear { reason, asked: None };
        }
    };
    let asked = reply.wait;
    match (reply.status, &reply.content) {
        (429, _) => Attempt::Later { reason: format!("{name} has too many requests at the moment."), asked },
        (408, _) => Attempt::Unclear { reason: format!("{name} did not get the whole request in time."), asked },
        // 501 says that the request will never be understood.
        (status @ (500 | 502..=599), _) => {
            Attempt::Unclear { reason: format!("{name} had an error of its own (status {status})."), asked }
        }
        (200..=299, Content::Unreadable(how)) => {
            Attempt::Unclear { reason: format!("The answer of {name} could not be read: {how}."), asked }
        }
        (200..=299, Content::Empty) if !is_write => {
            Attempt::Unclear { reason: format!("The answer of {name} was empty."), asked }
        }
        _ => Attempt::Answered(reply),
    }
}

fn spelled(length: Duration) -> String {
    match length.as_millis().div_ceil(1000) {
        1 => "1 second".to_owned(),
        seconds @ 0..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spelled_out() {
        for (milliseconds, expected) in [
            (0, "0 seconds"),
            (300, "1 second"),
            (12_000, "12 seconds"),
            (119_500, "2 minutes"),
            (180_000, "3 minutes"),
        ] {
            assert_eq!(spelled(Duration::from_millis(milliseconds)), expected);
        }
    }
}
