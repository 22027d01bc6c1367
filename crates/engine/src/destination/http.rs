//! One exchange with a destination: encrypted, without detours, bounded in time and size, and with the key kept out of
//! everything that could be printed.
//!
//! Says only what happened on the wire. Whether to repeat is `retry`'s business, what an answer means the destination's.

use std::io::ErrorKind;
use std::sync::Once;
use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use serde_json::Value;

use super::patience::Patience;
use super::{Method, OpenError};
use crate::keychain::Secret;
use crate::settings::connection::Connection;

/// Answers are read up to this size; a destination that sends more is not making sense.
const LARGEST_ANSWER: usize = 16 << 20;
/// What stands in place of the key wherever a request is shown.
pub(super) const MASK: &str = "••••••••";

/// A way to one address with one key.
pub(super) struct Http {
    client: reqwest::Client,
    /// Without a slash at the end.
    base: String,
    key_header: (HeaderName, HeaderValue),
    key: Secret,
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
        key_header: HeaderName,
        patience: &Patience,
    ) -> Result<Self, OpenError> {
        let address = connection.address()?;
        let mut value = HeaderValue::from_str(key.expose()).map_err(|_| OpenError::Key)?;
        if value.is_empty() {
            return Err(OpenError::Key);
        }
        value.set_sensitive(true);
        let client = client(connection, address.scheme(), patience)
            .map_err(|error| OpenError::Encryption { detail: causes(&error.without_url()) })?;
        let base = address.as_str().trim_end_matches('/').to_owned();
        Ok(Self { client, base, key_header: (key_header, value), key: key.clone() })
    }

    /// Sends the request once.
    pub(super) async fn exchange(&self, request: &Request) -> Result<Reply, Broken> {
        let outcome = self.prepare(request).send().await;
        let response = outcome.map_err(|error| broken(&error.without_url()))?;
        let status = response.status().as_u16();
        tracing::debug!(method = ?request.method, path = request.path.split('?').next(), status, "answered");
        let wait = asked_pause(response.headers(), Timestamp::now());
        Ok(Reply { status, wait, content: self.content(response).await })
    }

    /// The request as text, with the key masked.
    pub(super) fn describe(&self, request: &Request) -> String {
        let method = reqwest::Method::from(request.method);
        let mut lines =
            vec![format!("{method} {}{}", self.base, request.path), format!("{}: {MASK}", self.key_header.0)];
        lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if let Some(body) = &request.body {
            let pretty = serde_json::from_str::<Value>(body).and_then(|body| serde_json::to_string_pretty(&body));
            lines.extend(["content-type: application/json".to_owned(), String::new()]);
            lines.push(pretty.unwrap_or_else(|_| body.clone()));
        }
        self.redacted(lines.join("\n"))
    }

    fn prepare(&self, request: &Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let (name, key) = &self.key_header;
        let mut builder = self.client.request(request.method.into(), url).header(name, key);
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
        match serde_json::from_str(&self.redacted(String::from_utf8_lossy(&bytes).into_owned())) {
            Ok(value) => Content::Json(value),
            Err(error) => Content::Unreadable(format!("its JSON is damaged at line {}", error.line())),
        }
    }

    fn redacted(&self, text: String) -> String {
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
        }
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
