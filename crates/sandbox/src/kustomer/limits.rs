//! How many requests an organisation and a key may make in a minute, and what every answer says about it. kustomer.md
//! section 5.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Searches by keys. kustomer.md section 5, [D].
const SEARCHES: u32 = 100;

/// Requests counted in a window.
#[derive(Clone, Copy)]
struct Window {
    limit: u32,
    opened: Timestamp,
    used: u32,
}

pub(super) struct Limits {
    all: Window,
    searches: Window,
}

/// Where a request stands in its window.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    limit: u32,
    remaining: u32,
    reset: Timestamp,
    pub(super) over: bool,
}

impl Limits {
    pub(super) fn new(requests_per_minute: u32) -> Self {
        let window = |limit| Window { limit, opened: Timestamp::MIN, used: 0 };
        Self { all: window(requests_per_minute), searches: window(SEARCHES) }
    }

    /// Counts a request; a search in its own window, too, of which is then told.
    pub(super) fn count(&mut self, is_search: bool, now: Timestamp) -> Standing {
        let all = self.all.count(now);
        if is_search && !all.over { self.searches.count(now) } else { all }
    }
}

impl Window {
    fn count(&mut self, now: Timestamp) -> Standing {
        if now.duration_since(self.opened) >= WINDOW {
            (self.opened, self.used) = (now, 0);
        }
        let over = self.used >= self.limit;
        self.used += u32::from(!over);
        let reset = self.opened.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
        Standing { limit: self.limit, remaining: self.limit - self.used, reset, over }
    }
}

impl Standing {
    /// The reset is a moment by the clock of the sandbox, so the answer's own date is by that clock as well.
    pub(super) fn write(&self, headers: &mut HeaderMap, now: Timestamp) {
        // The window closes within this second.
        let reset = self.reset.as_second() + 1;
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = HeaderValue::from_str(&date) {
            headers.insert(header::DATE, date);
        }
    }
}
