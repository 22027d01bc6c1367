//! One batch on its way: sent, asked about after a doubt, taken apart when one of its records is refused.
//!
//! Touches no store: it says what is to be written down, and the caller writes it before anything else happens.

use std::time::Duration;

use crate::destination::{Answer, Arrived, Destination, Outgoing, Stop};

/// How often a batch goes round between sending and asking before it is left in doubt.
const ROUNDS: u32 = 4;
/// Pauses before a batch that surely did not arrive is tried once more.
const PATIENCE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9), Duration::from_secs(20)];

/// What became of a batch, to be written into the ledger.
#[derive(Debug)]
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

/// Sends a batch until its fate is known. `asked` says whether it may have been sent before (by a run that ended): then
/// the destination is asked first.
pub(super) async fn settle(destination: &dyn Destination, outgoing: &Outgoing, asked: bool, young: bool) -> End {
    let mut doubt = asked.then(|| "the answer of an earlier attempt was lost".to_owned());
    let mut unreached = 0;
    for _ in 0..ROUNDS {
        if let Some(reason) = doubt.take() {
            match destination.ask(outgoing).await {
                Arrived::Yes { remote_id } => return End::Accepted { remote_id },
                Arrived::No => {}
                // The destination takes a repeat of the same request for the same one, for a while.
                Arrived::Unknown { .. } if outgoing.repeatable && young => {}
                Arrived::Unknown { reason: unknown } => {
                    return End::Doubtful { reason: format!("{reason}; {unknown}") };
                }
            }
        }
        match destination.send(outgoing).await {
            Answer::Accepted { remote_id } => return End::Accepted { remote_id },
            Answer::Refused { status, reason, item, .. } => return End::Refused { status, reason, item },
            Answer::Doubtful { reason } => doubt = Some(reason),
            Answer::NotSent { reason } => match PATIENCE.get(unreached) {
                Some(pause) => {
                    unreached += 1;
                    tokio::time::sleep(*pause).await;
                }
                None => return End::Unreachable { reason },
            },
            Answer::Stopped(stop) => return End::Stopped(stop),
        }
    }
    match doubt {
        Some(reason) => last_question(destination, outgoing, reason).await,
        None => End::Unreachable { reason: format!("{} could not be sent", outgoing.key) },
    }
}

async fn last_question(destination: &dyn Destination, outgoing: &Outgoing, reason: String) -> End {
    match destination.ask(outgoing).await {
        Arrived::Yes { remote_id } => End::Accepted { remote_id },
        Arrived::No => End::Unreachable { reason },
        Arrived::Unknown { .. } => End::Doubtful { reason },
    }
}
