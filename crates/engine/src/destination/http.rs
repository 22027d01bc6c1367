//! One exchange with a destination: encrypted, without detours, bounded in time and size, and with the key kept out of
//! everything that could be printed.
//!
//! Says only what happened on the wire. Whether to repeat is `retry`'s business, what an answer means the destination's.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Once;
use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use serde_json::Value;
use zeroize::Zeroizing;

use super::patience::Patience;
use super::{Method, OpenError};
use crate::keychain::Secret;
use crate::settings::connection::Connection;

/// Answers are read up to this size; a destination that sends more is not making sense.
const LARGEST_ANSWER: usize = 16 << 20;
/// Characters of a foreign message that are shown.
const LONGEST_QUOTE: usize = 300;
/// What stands in place of the key wherever a request is shown.
pub(super) const MASK: &str = "••••••••";

/// A way to one address with one key.
pub(super) struct Http {
    client: reqwest::Client,
    /// Without a slash at the end.
    base: String,
    carrier: Carrier,
    key_value: HeaderValue,
    key: Secret,
}

/// How a destination wants its key: in which header, and behind which word.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    pub header: HeaderName,
    /// With the blank that parts it from the key: `Bearer `.
    pub word: &'static str,
}

/// What an answer tells about the destination's own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Requests in a window.
    pub limit: u32,
    /// Requests left in this window.
    pub remaining: u32,
    /// Until the next window.
    pub reset: Duration,
}

/// What is to be sent. The key is added on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub method: Method,
    /// From the root of the address, with query.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

/// An answer that arrived.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub status: u16,
    /// The pause the destination asked for.
    pub wait: Option<Duration>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Empty,
    Json(Value),
    /// Not JSON, cut off or too long, and in which way.
    Unreadable(String),
}

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Broken {
    /// Not one byte of the request has left: no name, no connection, no encryption.
    Unsent(String),
    /// The request may have been read.
    Cut(String),
}

impl Http {
    pub(super) fn open(
        connection: &Connection,
        key: &Secret,
        carrier: Carrier,
        patience: &Patience,
    ) -> Result<Self, OpenError> {
        let address = connection.address()?;
        if key.expose().is_empty() {
            return Err(OpenError::Key);
        }
        let header = Zeroizing::new(format!("{}{}", carrier.word, key.expose()));
        let mut key_value = HeaderValue::from_str(&header).map_err(|_| OpenError::Key)?;
        key_value.set_sensitive(true);
        let client = client(connection, address.scheme(), patience)
            .map_err(|error| OpenError::Encryption { detail: causes(&error.without_url()) })?;
        let base = address.as_str().trim_end_matches('/').to_owned();
        Ok(Self { client, base, carrier, key_value, key: key.clone() })
    }

    /// Sends the request once. With the answer comes what it says about the destination's limit, if anything.
    pub(super) async fn exchange(&self, request: &Request) -> Result<(Reply, Option<Allowance>), Broken> {
        let outcome = self.prepare(request).send().await;
        let response = outcome.map_err(|error| broken(&error.without_url()))?;
        let status = response.status().as_u16();
        tracing::debug!(method = ?request.method, path = request.path.split('?').next(), status, "answered");
        let now = Timestamp::now();
        let allowance = allowance(response.headers(), now);
        let full = allowance.filter(|allowance| allowance.remaining == 0).map(|allowance| allowance.reset);
        let wait = asked_pause(response.headers(), now).or(full);
        Ok((Reply { status, wait, content: self.content(response).await }, allowance))
    }

    /// The request as text, with the key masked.
    pub(super) fn describe(&self, request: &Request) -> String {
        let mut lines = vec![
            format!("{} {}{}", request.method, self.base, request.path),
            format!("{}: {}{MASK}", self.carrier.header, self.carrier.word),
        ];
        lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if let Some(body) = &request.body {
            let pretty = serde_json::from_str::<Value>(body).and_then(|body| serde_json::to_string_pretty(&body));
            lines.extend(["content-type: application/json".to_owned(), String::new()]);
            lines.push(pretty.unwrap_or_else(|_| body.clone()));
        }
        self.masked(lines.join("\n"))
    }

    fn prepare(&self, request: &Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = self.client.request(request.method.into(), url).header(&self.carrier.header, &self.key_value);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        match &request.body {
            Some(body) => builder.header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => builder,
        }
    }

    async fn content(&self, mut response: reqwest::Response) -> Content {
        let is_json = response.headers().get(CONTENT_TYPE).is_some_and(names_json);
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > LARGEST_ANSWER => {
                    return Content::Unreadable("it is longer than 16 MB".to_owned());
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Content::Unreadable(format!("it broke off: {}", causes(&error.without_url()))),
            }
        }
        if bytes.is_empty() {
            return Content::Empty;
        }
        if !is_json {
            return Content::Unreadable("it is not JSON, but perhaps a page of something in between".to_owned());
        }
        // A destination that repeats the key in an error message must not get it onto the screen or into the ledger.
        match serde_json::from_str(&self.masked(String::from_utf8_lossy(&bytes).into_owned())) {
            Ok(value) => Content::Json(value),
            Err(error) => Content::Unreadable(format!("its JSON is damaged at line {}", error.line())),
        }
    }

    /// The text without the key, wherever that stands in it.
    pub(super) fn masked(&self, text: String) -> String {
        if text.contains(self.key.expose()) { text.replace(self.key.expose(), MASK) } else { text }
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Patch => Self::PATCH,
            Method::Put => Self::PUT,
            Method::Delete => Self::DELETE,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        reqwest::Method::from(*self).fmt(f)
    }
}

/// A foreign message as it is shown: without its full stop, and not without end.
pub(super) fn quote(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn client(connection: &Connection, scheme: &str, patience: &Patience) -> reqwest::Result<reqwest::Client> {
    install_encryption();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("carryover/", env!("CARGO_PKG_VERSION")))
        // A redirect could carry the key to another host.
        .redirect(redirect::Policy::none())
        // Repeating is decided in `retry`, where it is known what may be repeated.
        .retry(reqwest::retry::never())
        .connect_timeout(patience.connect)
        .timeout(patience.total);
    if connection.is_local() {
        // What runs on this computer must not be looked for through a proxy.
        builder = builder.no_proxy();
    }
    match scheme {
        // Practice works on a computer without certificates too.
        "http" => builder.tls_certs_only([]).build(),
        _ => builder.https_only(true).build(),
    }
}

/// Encryption is chosen once for the whole process; a front that has chosen already is left its choice.
fn install_encryption() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("a provider of encryption was installed before");
        }
    });
}

fn broken(error: &reqwest::Error) -> Broken {
    // `is_builder` and `is_connect` are raised before the first byte is written.
    if error.is_connect() || error.is_builder() {
        Broken::Unsent(causes(error))
    } else if error.is_timeout() {
        Broken::Cut("no answer came in time".to_owned())
    } else {
        Broken::Cut(causes(error))
    }
}

/// The last cause says most; the system's own words only where there are no plainer ones.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let plain = last.downcast_ref::<std::io::Error>().and_then(|error| plain(error.kind()));
    plain.map_or_else(|| last.to_string(), str::to_owned)
}

fn plain(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::ConnectionRefused => "nothing answers at its address",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "the connection was cut",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "this computer has no way to it"
        }
        ErrorKind::TimedOut => "no answer came in time",
        _ => return None,
    })
}

fn names_json(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

/// `Retry-After` as a duration. A date is taken relative to the answer's own date, so that clocks need not agree.
fn asked_pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(asked)?;
    let from = text(DATE).and_then(http_date).unwrap_or(now);
    Some(Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO))
}

/// `x-ratelimit-limit`, `-remaining` and `-reset`. The last is a moment in seconds since 1970 (kustomer.md section 5, mark T),
/// taken relative to the answer's own date, so that clocks need not agree.
fn allowance(headers: &HeaderMap, now: Timestamp) -> Option<Allowance> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let from = text(DATE.as_str()).and_then(http_date).unwrap_or(now);
    let reset = Timestamp::from_second(text("x-ratelimit-reset")?.parse().ok()?).ok()?;
    Some(Allowance {
        limit: text("x-ratelimit-limit")?.parse().ok()?,
        remaining: text("x-ratelimit-remaining")?.parse().ok()?,
        reset: Duration::try_from(reset.duration_since(from)).unwrap_or(Duration::ZERO),
    })
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = http_date("Wed, 01 Apr 2026 12:00:00 GMT").expect("a date");
        let cases: [(&str, Option<&str>, Option<u64>); 7] = [
            ("12", None, Some(12)),
            (" 0 ", None, Some(0)),
            ("Wed, 01 Apr 2026 12:00:30 GMT", None, Some(30)),
            ("Wed, 01 Apr 2026 09:00:30 GMT", Some("Wed, 01 Apr 2026 09:00:00 GMT"), Some(30)),
            ("Wed, 01 Apr 2026 11:00:00 GMT", None, Some(0)),
            ("soon", None, None),
            ("-3", None, None),
        ];
        for (asked, date, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(asked).expect("a header"));
            if let Some(date) = date {
                headers.insert(DATE, HeaderValue::from_str(date).expect("a header"));
            }
            assert_eq!(asked_pause(&headers, now), expected.map(Duration::from_secs), "{asked}");
        }
        assert_eq!(asked_pause(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_limit_is_read_from_its_headers() {
        let headers = |reset: &str, remaining: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, HeaderValue::from_static("Wed, 01 Apr 2026 12:00:00 GMT"));
            for (name, value) in
                [("x-ratelimit-limit", "1000"), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset)]
            {
                headers.insert(name, HeaderValue::from_str(value).expect("a header"));
            }
            headers
        };
        let read = |reset, remaining| allowance(&headers(reset, remaining), Timestamp::UNIX_EPOCH);
        let reset = Duration::from_secs(42);
        assert_eq!(read("1775044842", "7"), Some(Allowance { limit: 1000, remaining: 7, reset }));
        assert_eq!(read("1775044000", "7").map(|allowance| allowance.reset), Some(Duration::ZERO), "it is over");
        assert_eq!((read("soon", "7"), read("1775044842", "-1")), (None, None));
        assert_eq!(allowance(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn json_is_known_by_its_type() {
        for (name, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("application/jsonp", false),
        ] {
            assert_eq!(names_json(&HeaderValue::from_static(name)), expected, "{name}");
        }
    }
}
