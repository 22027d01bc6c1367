//! The time the sandbox believes in: the machine's, plus whatever it was told to run ahead.
//!
//! Everything that ages (idempotency keys, rate windows, contracts that end) asks this clock, so a day passes in a
//! test without waiting for one.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::locked;

/// A clock that can be put forward.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: Mutex<SignedDuration>,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = *locked(&self.ahead);
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut ahead = locked(&self.ahead);
        *ahead = ahead.saturating_add(by);
    }
}
