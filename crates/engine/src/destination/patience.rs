//! How long to try and to wait, by where a destination is.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::settings::connection::Connection;

/// How long to try and to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts after the first.
    pub retries: usize,
    /// Wait before the first retry; doubles with each, plus up to as much again by chance.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// A longer pause than this is not waited for; the request counts as not sent.
    pub longest_asked: Duration,
    /// Time for a connection to come about.
    pub connect: Duration,
    /// Time for a whole exchange.
    pub total: Duration,
    /// How long a request whose answer was lost may still be at work before “it is not there” is believed.
    pub settle: Duration,
}

impl Patience {
    /// What suits a connection. Elsewhere a gateway may hold a request for 29 seconds (the limit of a common one), so
    /// nothing is given up or settled sooner; on this computer nothing stands in between.
    pub fn with(connection: &Connection) -> Self {
        let elsewhere = Self {
            retries: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            longest_asked: Duration::from_mins(5),
            connect: Duration::from_secs(10),
            total: Duration::from_mins(1),
            settle: Duration::from_secs(30),
        };
        if !connection.is_local() {
            return elsewhere;
        }
        Self {
            first_wait: Duration::from_millis(50),
            longest_wait: Duration::from_secs(2),
            settle: Duration::from_millis(100),
            ..elsewhere
        }
    }

    /// Before each attempt after the first.
    pub(super) fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::new()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.retries)
            .with_jitter()
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::connection::Environment;

    #[test]
    fn waits_grow_with_chance_and_stay_below_the_cap() {
        let connection = Connection::new("a", "zenskar", "https://api.zenskar.com", "", Environment::Live);
        let patience = Patience::with(&connection);
        let waits: Vec<_> = patience.waits().collect();
        assert_eq!(waits.len(), patience.retries);
        for (attempt, wait) in waits.iter().enumerate() {
            let least = patience.first_wait * 2_u32.pow(attempt as u32);
            assert!((least..=least * 2).contains(wait), "{attempt}: {wait:?}");
            assert!(*wait <= patience.longest_wait * 2);
        }
    }
}
