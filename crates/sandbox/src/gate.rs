//! What every request passes before a practice destination sees it: the body is read, the faults are applied, and a
//! line is logged. Plays the part of the gateway in front of the platform and knows no billing system.

use std::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    clock::Clock,
    faults::{Dice, Fault, Faults, Turn},
    line::Line,
    locked,
};

/// The largest body an API gateway of the usual make passes on (10 MB). zenskar.md section 1, [A].
pub(crate) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Older lines are dropped: a practice server may run for days.
const MAX_LOGGED: usize = 200_000;
const DRIBBLES: usize = 10;
const DRIBBLE_PAUSE: Duration = Duration::from_millis(50);

type Act = Box<dyn FnOnce() + Send>;

/// The gate of one sandbox.
pub(crate) struct Gate {
    clock: Arc<Clock>,
    seed: u64,
    /// Blotted out wherever it turns up in a logged line.
    secret: String,
    dice: Mutex<Dice>,
    log: Mutex<VecDeque<LoggedRequest>>,
    /// Requests answered (or cut off) so far.
    answered: AtomicU64,
    /// What is to be done once there are so many.
    then: Mutex<Option<(u64, Act)>>,
    /// How often each fault struck, by its word.
    met: Mutex<BTreeMap<String, u64>>,
}

/// One request as it went by. Never holds the key, nor any body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub idempotency_key: Option<String>,
    pub body_bytes: usize,
    /// None when the connection was cut.
    pub status: Option<u16>,
    /// The word of the fault it met.
    pub fault: Option<String>,
}

/// The fault that will spoil the answer of a request that is let through, for those who must know beforehand.
#[derive(Clone, Copy)]
pub(crate) struct Spoiled(pub(crate) Fault);

enum Unread {
    TooLarge,
    Broken,
}

impl Gate {
    pub(crate) fn new(clock: Arc<Clock>, faults: Faults, seed: u64, secret: String) -> Self {
        Self {
            clock,
            seed,
            secret,
            dice: Mutex::new(Dice::new(faults, seed)),
            log: Mutex::default(),
            answered: AtomicU64::new(0),
            then: Mutex::default(),
            met: Mutex::default(),
        }
    }

    /// From the next request on; the dice start again from the seed.
    pub(crate) fn set_faults(&self, faults: Faults) {
        *locked(&self.dice) = Dice::new(faults, self.seed);
    }

    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    pub(crate) fn when_answered(&self, requests: u64, act: Act) {
        *locked(&self.then) = Some((requests, act));
        self.act();
    }

    /// Does what is due.
    fn act(&self) {
        let due = locked(&self.then).take_if(|(requests, _)| *requests <= self.answered());
        if let Some((_, act)) = due {
            act();
        }
    }

    /// How often each fault struck, by its word.
    pub(crate) fn met(&self) -> BTreeMap<String, u64> {
        locked(&self.met).clone()
    }

    /// Oldest first.
    pub(crate) fn log(&self) -> Vec<LoggedRequest> {
        locked(&self.log).iter().cloned().collect()
    }

    fn roll(&self) -> (Duration, Turn) {
        let mut dice = locked(&self.dice);
        (dice.faults.latency, dice.roll(self.clock.now()))
    }

    fn line(&self, parts: &Parts, body_bytes: usize, turn: Turn) -> LoggedRequest {
        let blotted = |text: &str| text.replace(&self.secret, "<redacted>");
        let key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        LoggedRequest {
            at: self.clock.now(),
            method: parts.method.to_string(),
            path: blotted(parts.uri.path()),
            query: parts.uri.query().map(blotted),
            idempotency_key: key.map(blotted),
            body_bytes,
            status: None,
            fault: turn.word().map(str::to_owned),
        }
    }

    fn record(&self, line: LoggedRequest) {
        tracing::debug!(method = line.method, path = line.path, status = line.status, fault = line.fault, "answered");
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.act();
        if let Some(word) = &line.fault {
            *locked(&self.met).entry(word.clone()).or_default() += 1;
        }
        let mut log = locked(&self.log);
        if log.len() == MAX_LOGGED {
            log.pop_front();
        }
        log.push_back(line);
    }
}

impl Turn {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Pass => None,
            Self::Throttled { retry_after: Some(_) } => Some(Fault::TooMany.word()),
            Self::Throttled { retry_after: None } => Some(Fault::TooManyBare.word()),
            Self::Fault(fault) => Some(fault.word()),
        }
    }
}

/// The middleware.
pub(crate) async fn pass(
    State(gate): State<Arc<Gate>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    // Read to the end whatever follows: closing on a client that still sends would hide the answer from it.
    let body = read(body).await;
    let (latency, turn) = gate.roll();
    tokio::time::sleep(latency).await;
    let mut logged = gate.line(&parts, body.as_ref().map_or(0, Bytes::len), turn);
    let answer = match body {
        Ok(body) => answer(turn, Request::from_parts(parts, Body::from(body)), next).await,
        Err(Unread::TooLarge) => Some(plain(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(Unread::Broken) => Some(plain(StatusCode::BAD_REQUEST)),
    };
    logged.status = answer.as_ref().map(|answer| answer.status().as_u16());
    gate.record(logged);
    answer.unwrap_or_else(|| {
        line.cut();
        Response::default()
    })
}

/// A gateway's own answer: the status and its name, nothing of the platform's wording.
pub(crate) fn plain(status: StatusCode) -> Response {
    (status, Json(json!({ "message": status.canonical_reason() }))).into_response()
}

/// None: the connection is to be cut.
async fn answer(turn: Turn, mut request: Request, next: Next) -> Option<Response> {
    let fault = match turn {
        Turn::Pass => return Some(next.run(request).await),
        Turn::Throttled { retry_after } => return Some(too_many(retry_after)),
        Turn::Fault(fault) => fault,
    };
    match fault {
        Fault::CutBefore => return None,
        Fault::Timeout => return Some(plain(StatusCode::REQUEST_TIMEOUT)),
        Fault::ErrorBefore => return Some(plain(StatusCode::INTERNAL_SERVER_ERROR)),
        Fault::Unauthorised => return Some(plain(StatusCode::UNAUTHORIZED)),
        Fault::WrongType => return Some(bad_gateway_page()),
        _ => request.extensions_mut().insert(Spoiled(fault)),
    };
    spoil(fault, next.run(request).await).await
}

async fn spoil(fault: Fault, answer: Response) -> Option<Response> {
    match fault {
        Fault::CutAfter => None,
        Fault::ErrorAfter => Some(plain(StatusCode::INTERNAL_SERVER_ERROR)),
        Fault::Truncated => Some(rewrite(answer, |body| Body::from(body.slice(..body.len() / 2))).await),
        Fault::Malformed => Some(rewrite(answer, |_| Body::from("{\"id\": undefined}")).await),
        Fault::Slow => Some(rewrite(answer, dribble).await),
        _ => Some(answer),
    }
}

fn too_many(retry_after: Option<u32>) -> Response {
    let mut answer = plain(StatusCode::TOO_MANY_REQUESTS);
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn bad_gateway_page() -> Response {
    Html("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
        .into_response()
}

async fn rewrite(answer: Response, body: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, whole) = answer.into_parts();
    let Ok(whole) = to_bytes(whole, usize::MAX).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    // The server works the length out again from the new body.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body(whole))
}

fn dribble(whole: Bytes) -> Body {
    let size = whole.len().div_ceil(DRIBBLES).max(1);
    Body::from_stream(stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(DRIBBLE_PAUSE).await;
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    }))
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        length += piece.len();
        if length <= MAX_BODY_BYTES {
            whole.extend_from_slice(&piece);
        }
    }
    if length > MAX_BODY_BYTES { Err(Unread::TooLarge) } else { Ok(whole.into()) }
}
