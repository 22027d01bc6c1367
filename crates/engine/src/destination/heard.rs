//! What went over the line for one record: every attempt with what came back, for the history of runs.
//!
//! Never holds the key: headers are not kept, and answers come with the key masked (`http`). How much of it is kept, and in
//! which form, is decided elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::Method;
use super::http::{Broken, Content, Reply, Request};

/// One attempt to send a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub at: Timestamp,
    pub took: Duration,
    pub method: Method,
    /// From the root of the destination's address, with query.
    pub path: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// Why no answer came, or why it could not be read.
    pub problem: Option<String>,
    /// The body of the answer, as JSON.
    pub answer: Option<String>,
}

/// Collects the calls that are made for a record, in their order.
#[derive(Debug, Default)]
pub struct Heard(Mutex<Vec<Call>>);

impl Heard {
    pub fn note(&self, call: Call) {
        self.calls().push(call);
    }

    pub fn extend(&self, calls: impl IntoIterator<Item = Call>) {
        self.calls().extend(calls);
    }

    /// Everything heard so far; afterwards there is nothing.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls())
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    pub(super) fn of(request: &Request, at: Timestamp, took: Duration, exchange: &Result<Reply, Broken>) -> Self {
        let (status, problem, answer) = match exchange {
            Ok(Reply { status, content, .. }) => {
                let (problem, answer) = match content {
                    Content::Empty => (None, None),
                    Content::Json(value) => (None, Some(value.to_string())),
                    Content::Unreadable(how) => (Some(how.clone()), None),
                };
                (Some(*status), problem, answer)
            }
            Err(Broken::Unsent(cause) | Broken::Cut(cause)) => (None, Some(cause.clone()), None),
        };
        Self { at, took, method: request.method, path: request.path.clone(), status, problem, answer }
    }
}
