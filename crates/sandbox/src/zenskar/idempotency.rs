//! Receipts of usage requests: the same key brings the same answer again, for a day. zenskar.md section 1, [D3].

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answer::{Refusal, header_problem};
use crate::call::Call;

/// How long a key is remembered. zenskar.md section 1, [D3].
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a request that wrote something was answered.
pub(super) type Outcome = Result<Value, Refusal>;

#[derive(Default)]
pub(super) struct Receipts {
    by_key: HashMap<String, Receipt>,
    /// Keys with the time they were taken, oldest first.
    ages: VecDeque<(Timestamp, String)>,
}

struct Receipt {
    request: String,
    outcome: Outcome,
}

impl Receipts {
    /// The answer this request has had already, if any; a refusal when its key belongs to another one.
    pub(super) fn replay(&mut self, key: &str, request: &str, now: Timestamp) -> Option<Outcome> {
        self.forget(now);
        let receipt = self.by_key.get(key)?;
        Some(if receipt.request == request { receipt.outcome.clone() } else { Err(reused()) })
    }

    pub(super) fn keep(&mut self, key: &str, request: String, now: Timestamp, outcome: Outcome) {
        self.by_key.insert(key.to_owned(), Receipt { request, outcome });
        self.ages.push_back((now, key.to_owned()));
    }

    fn forget(&mut self, now: Timestamp) {
        while self.ages.front().is_some_and(|(taken, _)| now.duration_since(*taken) >= KEPT) {
            if let Some((_, key)) = self.ages.pop_front() {
                self.by_key.remove(&key);
            }
        }
    }
}

/// A key that is empty protects nothing, whatever its sender believes. [A]
pub(super) fn key<'a>(call: &Call<'a>) -> Result<Option<&'a str>, Refusal> {
    match call.idempotency_key {
        Some(key) if key.trim().is_empty() => Err(wrong_key("Idempotency-Key must not be empty")),
        key => Ok(key),
    }
}

/// That it is an error is documented, its status is not. zenskar.md section 1, [D3].
fn reused() -> Refusal {
    wrong_key("Idempotency-Key was already used with a different request")
}

fn wrong_key(message: &str) -> Refusal {
    Refusal::problems([header_problem("Idempotency-Key", message)])
}
