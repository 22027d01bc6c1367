//! How fast and how many at once: even spacing of requests, a pause for everybody, and a slower pace for a while after a
//! destination has complained. Knows nothing of HTTP.
//!
//! The whole state is the instant at which the next request may start. A ready-made limiter would have to be rebuilt for
//! every change of pace, and could not be held.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// How long the pace stays halved after a complaint.
const EASED: Duration = Duration::from_mins(1);
/// The pace after a complaint where none was set: 100 a second.
const EASED_INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Limit {
    places: Semaphore,
    pace: Mutex<Pace>,
}

#[derive(Debug)]
struct Pace {
    /// Time from one start to the next; zero for no limit.
    interval: Duration,
    next: Instant,
    held_until: Instant,
    eased_until: Instant,
}

impl Limit {
    pub(super) fn new(requests_per_minute: Option<u32>, concurrency: u8) -> Self {
        let now = Instant::now();
        let interval = interval(requests_per_minute);
        let pace = Pace { interval, next: now, held_until: now, eased_until: now };
        Self { places: Semaphore::new(usize::from(concurrency.max(1))), pace: Mutex::new(pace) }
    }

    /// Waits for a place and for its turn. The place is free again when the permit is dropped. `None` cannot happen: the
    /// places are never closed.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.places.acquire().await.ok();
        loop {
            let turn = self.pace().take_turn();
            sleep_until(turn).await;
            // A pause may have been asked for while this one waited.
            if self.pace().held_until <= Instant::now() {
                return permit;
            }
        }
    }

    /// The destination complained: nobody starts before `pause` is over, and the pace is halved for a while.
    pub(super) fn ease(&self, pause: Duration) {
        let mut pace = self.pace();
        let now = Instant::now();
        pace.held_until = pace.held_until.max(now + pause);
        pace.eased_until = now + pause + EASED;
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
        match (turn < self.eased_until, self.interval) {
            (false, interval) => interval,
            (true, Duration::ZERO) => EASED_INTERVAL,
            (true, interval) => interval * 2,
        }
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
        limit.ease(Duration::from_secs(12));
        assert_eq!(seconds(&limit, 1).await, 12, "held");
        assert_eq!(seconds(&limit, 30).await, 60, "half the pace");
        assert_eq!(seconds(&limit, 10).await, 10, "the old pace again");
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
        limit.ease(Duration::from_secs(12));
        assert_eq!(seconds(&limit, 1).await, 12);
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
