//! One connection: where an account of a destination is and how gently it is to be treated. Its key is not here.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An account of a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Chosen by the user; also the account under which the key stands in the keychain.
    pub name: String,
    /// `zenskar` or `kustomer`, as in the schema.
    pub destination: String,
    /// `https`, or `http` to this computer only.
    pub url: String,
    pub organisation: String,
    pub environment: Environment,
    /// `None` leaves the pace to [`Connection::pace`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Requests under way at the same time.
    #[serde(default = "concurrency")]
    pub concurrency: u8,
    /// Records in one request, where the destination takes several.
    #[serde(default = "batch_size")]
    pub batch_size: u16,
}

/// Whether changes reach real customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Practice,
    Live,
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Practice => "practice",
            Self::Live => "live",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    #[error("A connection needs a name of 1 to 64 characters without line breaks.")]
    Name,
    #[error("“{url}” is not an address Carryover can use. Write it like https://api.example.com.")]
    Address { url: String },
    #[error("“{url}” is not encrypted, so the key could be read on the way. Use https://.")]
    Unencrypted { url: String },
    #[error("The address of a connection may not hold a user name or a password. Keys belong in the keychain.")]
    KeyInAddress,
    #[error("“{value}” is not possible for {what}. Choose a number from {least} to {most}.")]
    Number { what: &'static str, value: u32, least: u32, most: u32 },
}

impl Connection {
    /// A connection with the gentle defaults.
    pub fn new(
        name: impl Into<String>,
        destination: impl Into<String>,
        url: impl Into<String>,
        organisation: impl Into<String>,
        environment: Environment,
    ) -> Self {
        Self {
            name: name.into(),
            destination: destination.into(),
            url: url.into(),
            organisation: organisation.into(),
            environment,
            requests_per_minute: None,
            concurrency: concurrency(),
            batch_size: batch_size(),
        }
    }

    /// Requests per minute: as set; otherwise as fast as it goes on this computer, and 600 anywhere else, because ten a
    /// second trouble nobody where no limit is published.
    pub fn pace(&self) -> Option<u32> {
        self.requests_per_minute.or(if self.is_local() { None } else { Some(600) })
    }

    /// Whether the destination runs on this computer. Practice accounts need not: a vendor's sandbox is elsewhere.
    pub fn is_local(&self) -> bool {
        self.address().is_ok_and(|address| is_loopback(&address))
    }

    /// Whether the connection makes sense; says nothing about whether the destination answers.
    pub fn check(&self) -> Result<(), ConnectionError> {
        let length = self.name.trim().chars().count();
        if length == 0 || length > 64 || self.name.chars().any(char::is_control) {
            return Err(ConnectionError::Name);
        }
        within("the number of requests at a time", u32::from(self.concurrency), 1, 16)?;
        within("the number of records in a batch", u32::from(self.batch_size), 1, 500)?;
        if let Some(rate) = self.requests_per_minute {
            within("the number of requests per minute", rate, 1, 60_000)?;
        }
        self.address().map(drop)
    }

    /// The address, if a key may be sent there: https anywhere, http to this computer only.
    pub fn address(&self) -> Result<Url, ConnectionError> {
        let unusable = || ConnectionError::Address { url: self.url.clone() };
        let address = Url::parse(self.url.trim()).map_err(|_| unusable())?;
        if !address.username().is_empty() || address.password().is_some() {
            return Err(ConnectionError::KeyInAddress);
        }
        if address.host().is_none() || address.query().is_some() || address.fragment().is_some() {
            return Err(unusable());
        }
        match address.scheme() {
            "https" => Ok(address),
            "http" if is_loopback(&address) => Ok(address),
            "http" => Err(ConnectionError::Unencrypted { url: self.url.clone() }),
            _ => Err(unusable()),
        }
    }
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn concurrency() -> u8 {
    4
}

fn batch_size() -> u16 {
    200
}

fn within(what: &'static str, value: u32, least: u32, most: u32) -> Result<(), ConnectionError> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(ConnectionError::Number { what, value, least, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Connection)) -> Result<(), ConnectionError> {
        let mut connection = Connection::new("Acme", "zenskar", "https://api.zenskar.com", "", Environment::Live);
        change(&mut connection);
        connection.check()
    }

    #[test]
    fn a_key_goes_only_where_it_cannot_be_read_on_the_way() {
        let cases = [
            ("https://api.zenskar.com", None),
            ("https://gateway.example.com/billing/", None),
            ("http://127.0.0.1:8080", None),
            ("http://127.8.9.1", None),
            ("http://localhost:8080", None),
            ("http://[::1]:8080", None),
            ("http://api.zenskar.com", Some("not encrypted")),
            ("http://localhost.example.com", Some("not encrypted")),
            ("http://127.0.0.1.example.com", Some("not encrypted")),
            ("http://192.168.1.4", Some("not encrypted")),
            ("https://me:hunter2@api.zenskar.com", Some("Keys belong in the keychain")),
            ("https://api.zenskar.com/?key=1", Some("not an address")),
            ("https://api.zenskar.com/#a", Some("not an address")),
            ("ftp://api.zenskar.com", Some("not an address")),
            ("api.zenskar.com", Some("not an address")),
            ("", Some("not an address")),
        ];
        for (url, expected) in cases {
            let outcome = with(|connection| connection.url = url.to_owned()).map_err(|error| error.to_string());
            match expected {
                None => assert_eq!(outcome, Ok(()), "{url}"),
                Some(part) => assert!(outcome.as_ref().is_err_and(|error| error.contains(part)), "{url}: {outcome:?}"),
            }
        }
    }

    #[test]
    fn numbers_and_names_have_bounds() {
        assert!(with(|_| ()).is_ok());
        assert!(with(|c| c.name = " ".to_owned()).is_err());
        assert!(with(|c| c.name = "a\nb".to_owned()).is_err());
        assert!(with(|c| c.name = "x".repeat(65)).is_err());
        assert!(with(|c| c.concurrency = 0).is_err());
        assert!(with(|c| c.concurrency = 17).is_err());
        assert!(with(|c| c.batch_size = 0).is_err());
        assert!(with(|c| c.batch_size = 501).is_err());
        assert!(with(|c| c.requests_per_minute = Some(0)).is_err());
        assert!(with(|c| c.requests_per_minute = Some(60)).is_ok());
    }

    #[test]
    fn the_default_pace_spares_every_account_elsewhere() {
        let mut connection = Connection::new("a", "zenskar", "http://localhost", "", Environment::Practice);
        assert_eq!((connection.is_local(), connection.pace()), (true, None));
        connection.url = "https://api.zenskar.com".to_owned();
        assert_eq!((connection.is_local(), connection.pace()), (false, Some(600)));
        connection.requests_per_minute = Some(30);
        assert_eq!(connection.pace(), Some(30));
    }
}
