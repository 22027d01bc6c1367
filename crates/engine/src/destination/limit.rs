//! How fast and how many at once: even spacing of requests, a pause for everybody, and a slower pace after a destination
//! has complained. Knows nothing of HTTP.
//!
//! A complaint with a long pause tells the limit: so many requests were let through from the first one to the end of the
//! pause. That pace is kept to from then on, so it does not complain again. A short pause tells no more than that it is
//! busy, and slows down for a while.
//!
//! A ready-made limiter would have to be rebuilt for every change of pace, and could not be held.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// How long the pace stays halved after a complaint.
const EASED: Duration = Duration::from_mins(1);
/// The pace after a complaint where none was set: 100 a second.
const EASED_INTERVAL: Duration = Duration::from_millis(10);
/// From this pause on, a complaint tells the limit.
const TELLING: Duration = Duration::from_secs(5);
/// How much of a limit that was found out is used, in per cent: clocks differ, and requests take unequal times to arrive.
const SHARE: u32 = 98;
/// Fewer requests tell nothing: others may have used up the account's limit before.
const TELLING_REQUESTS: u32 = 50;

#[derive(Debug)]
pub(super) struct Limit {
    places: Semaphore,
    pace: Mutex<Pace>,
}

#[derive(Debug)]
struct Pace {
    /// Time from one start to the next; zero for no limit.
    interval: Duration,
    /// The same, as complaints have told it.
    learned: Duration,
    next: Instant,
    held_until: Instant,
    eased_until: Instant,
    /// When the first request since the last pause started, and how many have since.
    since: Option<Instant>,
    started: u32,
}

impl Limit {
    pub(super) fn new(requests_per_minute: Option<u32>, concurrency: u8) -> Self {
        let now = Instant::now();
        let interval = interval(requests_per_minute);
        let learned = Duration::ZERO;
        let pace = Pace { interval, learned, next: now, held_until: now, eased_until: now, since: None, started: 0 };
        Self { places: Semaphore::new(usize::from(concurrency.max(1))), pace: Mutex::new(pace) }
    }

    /// Waits for a place and for its turn. The place is free again when the permit is dropped. `None` cannot happen: the
    /// places are never closed.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.places.acquire().await.ok();
        loop {
            let turn = self.pace().take_turn();
            // A timer counts in whole milliseconds and would wait for the next one.
            if turn > Instant::now() {
                sleep_until(turn).await;
            }
            // A pause may have been asked for while this one waited.
            if self.pace().begin() {
                return permit;
            }
        }
    }

    /// The destination complained: nobody starts before `pause` is over, and the pace is slower afterwards: by what a long
    /// pause told, or half for a while.
    pub(super) fn ease(&self, pause: Duration) {
        let mut pace = self.pace();
        let now = Instant::now();
        let until = now + pause;
        if pause < TELLING || !pace.learn(until) {
            pace.eased_until = until + EASED;
        }
        pace.held_until = pace.held_until.max(until);
    }

    /// Nobody starts before `pause` is over. No complaint: the pace stays as it is. Says whether everybody was free before.
    pub(super) fn hold(&self, pause: Duration) -> bool {
        let mut pace = self.pace();
        let now = Instant::now();
        let free = pace.held_until <= now;
        pace.held_until = pace.held_until.max(now + pause);
        free
    }

    pub(super) fn set_pace(&self, requests_per_minute: Option<u32>) {
        self.pace().interval = interval(requests_per_minute);
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        // A panic elsewhere leaves at worst a stale instant behind.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn take_turn(&mut self) -> Instant {
        let now = Instant::now();
        let turn = self.next.max(now).max(self.held_until);
        self.next = turn + self.interval_at(turn);
        turn
    }

    fn interval_at(&self, turn: Instant) -> Duration {
        match (turn < self.eased_until, self.interval.max(self.learned)) {
            (false, interval) => interval,
            (true, Duration::ZERO) => EASED_INTERVAL,
            (true, interval) => interval * 2,
        }
    }

    /// Counts a request that may start now; none may while all are held.
    fn begin(&mut self) -> bool {
        let now = Instant::now();
        if now < self.held_until {
            return false;
        }
        self.since.get_or_insert(now);
        self.started += 1;
        true
    }

    /// Whether the pace is known now. The request that was refused is one too many; those refused beside it tell no more.
    fn learn(&mut self, until: Instant) -> bool {
        let Some(since) = self.since.take() else { return !self.learned.is_zero() };
        let allowed = std::mem::take(&mut self.started).saturating_sub(1);
        if allowed < TELLING_REQUESTS {
            return false;
        }
        self.learned = until.duration_since(since) * 100 / SHARE / allowed;
        self.next = until;
        true
    }
}

fn interval(requests_per_minute: Option<u32>) -> Duration {
    requests_per_minute.map_or(Duration::ZERO, |rate| Duration::from_mins(1) / rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds until `count` requests have started.
    async fn seconds(limit: &Limit, count: usize) -> u64 {
        let start = Instant::now();
        for _ in 0..count {
            drop(limit.enter().await);
        }
        start.elapsed().as_millis().div_ceil(1000) as u64
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_evenly_without_a_burst() {
        assert_eq!(seconds(&Limit::new(Some(60), 4), 11).await, 10);
        assert_eq!(seconds(&Limit::new(None, 4), 1000).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_complaint_holds_everybody_and_halves_the_pace_for_a_minute() {
        let limit = Limit::new(Some(60), 4);
        limit.ease(Duration::from_secs(2));
        assert_eq!(seconds(&limit, 1).await, 2, "held");
        assert_eq!(seconds(&limit, 30).await, 60, "half the pace");
        assert_eq!(seconds(&limit, 10).await, 10, "the old pace again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_pause_tells_the_limit() {
        let limit = Limit::new(None, 4);
        assert_eq!(seconds(&limit, 1001).await, 0, "1000 a minute are let through, and one is not");
        // All that were under way are refused.
        (0..4).for_each(|_| limit.ease(Duration::from_mins(1)));
        assert_eq!(seconds(&limit, 1).await, 60, "held");
        assert_eq!(seconds(&limit, 980).await, 60, "98 per cent of the limit");
        assert_eq!(seconds(&limit, 9800).await, 600, "and so to the end");
        limit.set_pace(Some(600));
        assert_eq!(seconds(&limit, 600).await, 60, "a slower pace that was set goes first");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_others_used_up_tells_nothing() {
        let limit = Limit::new(Some(60), 4);
        assert_eq!(seconds(&limit, 3).await, 2);
        limit.ease(Duration::from_mins(1));
        assert_eq!(seconds(&limit, 1).await, 60, "held");
        assert_eq!(seconds(&limit, 30).await, 60, "half the pace for a minute, as after any complaint");
        assert_eq!(seconds(&limit, 10).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn holding_back_is_no_complaint() {
        let limit = Limit::new(Some(60), 4);
        assert!(limit.hold(Duration::from_secs(12)) && !limit.hold(Duration::from_secs(1)));
        assert_eq!(seconds(&limit, 31).await, 42);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_pace_of_its_own_it_is_held_and_spaced_too() {
        let limit = Limit::new(None, 4);
        limit.ease(Duration::from_secs(3));
        assert_eq!(seconds(&limit, 1).await, 3);
        assert_eq!(seconds(&limit, 200).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_already_are_held_too() {
        let limit = Limit::new(Some(60), 4);
        assert_eq!(seconds(&limit, 1).await, 0);
        let (waited, ()) = tokio::join!(seconds(&limit, 1), async { limit.ease(Duration::from_secs(5)) });
        assert!(waited >= 5, "{waited}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_can_be_changed_and_places_are_counted() {
        let limit = Limit::new(Some(1), 2);
        limit.set_pace(Some(120));
        assert_eq!(seconds(&limit, 3).await, 1);
        let (_first, _second) = (limit.enter().await, limit.enter().await);
        let third = tokio::time::timeout(Duration::from_hours(1), limit.enter()).await;
        assert!(third.is_err(), "both places are taken");
    }
}
