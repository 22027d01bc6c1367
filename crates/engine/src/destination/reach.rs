//! How far a question of a connection test got, the same for every destination.

use super::http::{Reply, Request};
use super::retry::{Line, Outcome, Repeat};
use super::{Check, Stop, StopCause};

pub(super) enum Reached {
    Nowhere { reason: String },
    Stopped(Stop),
    Answered(Reply),
}

impl Reached {
    /// Asks. `stop` knows the answers after which nothing can be sent at all.
    pub(super) async fn by(line: &Line, request: &Request, stop: fn(&Reply) -> Option<Stop>) -> Self {
        match line.carry(request, Repeat::Safe).await {
            Outcome::Unsent { reason } | Outcome::Unclear { reason } => Self::Nowhere { reason },
            Outcome::Answered { reply, .. } => match stop(&reply) {
                Some(stop) => Self::Stopped(stop),
                None => Self::Answered(reply),
            },
        }
    }

    /// The first line of a connection test, by its first question. `name`: the destination's.
    pub(super) fn check(&self, name: &str) -> Check {
        match self {
            Self::Nowhere { reason } => Check::failed(
                "reached",
                reason,
                "Check the internet connection, the proxy and the address, then test again.",
            ),
            Self::Stopped(stop) if stop.cause == StopCause::Address => {
                Check::failed("reached", &stop.reason, &stop.remedy)
            }
            _ => Check::passed("reached", &format!("{name} answers.")),
        }
    }
}
