//! What is kept of a request and of its answers, for the history of runs: without the account's key, without card numbers and
//! bank accounts, and not more of an answer than anybody reads.
//!
//! This is the one way by which a call gets into the ledger. A body is exact as long as it may have to be sent again.

use crate::destination::heard::Call;
use crate::destination::{Destination, mask};
use crate::store::history::KeptCall;

/// Characters of an answer that are kept. A record's own answer is far shorter.
const LONGEST_ANSWER: usize = 64 << 10;

/// The body as it is kept once its outcome is known; `None` where that is what was sent.
pub(super) fn body(destination: &dyn Destination, sent: &str) -> Option<String> {
    let kept = mask::masked(destination.masked(sent.to_owned()));
    (kept != sent).then_some(kept)
}

/// Calls of a run as they are kept.
pub(super) fn calls(destination: &dyn Destination, run: i64, calls: Vec<Call>) -> Vec<KeptCall> {
    let kept = |call: Call| KeptCall {
        run,
        at: call.at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        milliseconds: u64::try_from(call.took.as_millis()).unwrap_or(u64::MAX),
        method: call.method.to_string(),
        path: destination.masked(call.path),
        status: call.status,
        problem: call.problem.map(|problem| destination.masked(problem)),
        answer: call.answer.map(|answer| shortened(mask::masked(destination.masked(answer)))),
    };
    calls.into_iter().map(kept).collect()
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_ANSWER) {
        text.truncate(end);
        text.push('…');
    }
    text
}
