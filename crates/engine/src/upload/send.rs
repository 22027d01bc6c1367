//! One batch on its way: sent, asked about after a doubt, and sent again only if it is surely not there.
//!
//! Touches no store: it says what is to be written down, and the caller writes it before anything else happens. The states
//! and what leads from one to the next: docs/LEDGER.md.

use std::time::Duration;

use crate::destination::heard::Heard;
use crate::destination::{Answer, Arrived, Destination, Outgoing, Stop};

/// How often a batch goes round between sending and asking before it is left in doubt.
const ROUNDS: u32 = 4;
/// Pauses before a batch that surely did not arrive is tried once more.
const PATIENCE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9), Duration::from_secs(20)];

/// What became of a batch, to be written into the ledger.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Accepted {
        remote_id: Option<String>,
    },
    Refused {
        status: u16,
        reason: String,
        item: Option<usize>,
    },
    Doubtful {
        reason: String,
    },
    /// Surely not there, and it makes no sense to go on now.
    Unreachable {
        reason: String,
    },
    Stopped(Stop),
}

/// What to do with a batch that may have been sent before.
enum Next {
    Send,
    Leave(End),
}

/// Sends a batch until its fate is known.
///
/// `before` is what asking brought to light, if an earlier run may have sent it. `remembered` says, whenever it is asked,
/// whether the destination still knows the batch's idempotency key: a computer may sleep between two attempts. `heard` gets
/// every call by which it was sent.
pub(super) async fn settle(
    destination: &dyn Destination,
    outgoing: &Outgoing,
    (before, heard): (Option<Arrived>, &Heard),
    remembered: &(dyn Fn() -> bool + Sync),
) -> End {
    let mut doubted = before.is_some();
    let mut arrived = before.unwrap_or(Arrived::No);
    let mut reason = "the answer of an earlier attempt was lost".to_owned();
    let mut unreached = 0;
    for _ in 0..ROUNDS {
        if let Next::Leave(end) = judge(outgoing, arrived, &reason, remembered) {
            return end;
        }
        arrived = Arrived::No;
        match destination.send(outgoing, heard).await {
            Answer::Accepted { remote_id } => return End::Accepted { remote_id },
            Answer::Refused { status, reason, item, .. } => {
                let refusal = End::Refused { status, reason, item };
                return if doubted { refused(destination, outgoing, refusal).await } else { refusal };
            }
            Answer::Doubtful { reason: lost } => {
                (doubted, reason) = (true, lost);
                arrived = destination.ask(outgoing).await;
            }
            Answer::NotSent { reason } => match PATIENCE.get(unreached) {
                Some(pause) => {
                    unreached += 1;
                    destination.wait(*pause, &reason).await;
                }
                None => return End::Unreachable { reason },
            },
            Answer::Stopped(stop) => return End::Stopped(stop),
        }
    }
    match arrived {
        Arrived::Yes { remote_id } => End::Accepted { remote_id },
        Arrived::No if doubted => End::Unreachable { reason },
        Arrived::No => End::Unreachable { reason: format!("{} could not be sent", outgoing.key) },
        Arrived::Part { .. } | Arrived::Unknown { .. } | Arrived::Unanswered { .. } => End::Doubtful { reason },
    }
}

fn judge(outgoing: &Outgoing, arrived: Arrived, reason: &str, remembered: &(dyn Fn() -> bool + Sync)) -> Next {
    match arrived {
        Arrived::No => Next::Send,
        Arrived::Yes { remote_id } => Next::Leave(End::Accepted { remote_id }),
        // The destination takes a repeat of the same request for the same one, always …
        Arrived::Unknown { .. } | Arrived::Unanswered { .. }
            if outgoing.repeatable && outgoing.idempotency_key.is_none() =>
        {
            Next::Send
        }
        // … or for a while, if nothing better is to be had.
        Arrived::Unknown { .. } if outgoing.repeatable && remembered() => Next::Send,
        // Of what is there in part, more may be on its way.
        Arrived::Part { reason: told } | Arrived::Unknown { reason: told } | Arrived::Unanswered { reason: told } => {
            Next::Leave(End::Doubtful { reason: format!("{reason}; {told}") })
        }
    }
}

/// What is refused may be refused because an earlier attempt was taken.
async fn refused(destination: &dyn Destination, outgoing: &Outgoing, refusal: End) -> End {
    match destination.ask(outgoing).await {
        Arrived::Yes { remote_id } => End::Accepted { remote_id },
        _ => refusal,
    }
}
