//! What a connection to Zenskar consists of, checked once when it is opened.

use uuid::Uuid;

use crate::destination::OpenError;
use crate::settings::connection::{Connection, Environment};

/// The one published host, for sandbox and production accounts alike (zenskar.md section 1).
pub const ADDRESS: &str = "https://api.zenskar.com";
pub(super) const NAME: &str = "Zenskar";
/// Sandbox keys can be told by it (zenskar.md section 1, mark V).
pub(super) const SANDBOX_KEY: &str = "sandbox_";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Config {
    pub organisation: Uuid,
    /// The root of contract ids.
    pub migration: Uuid,
    pub environment: Environment,
    /// Events in one usage request.
    pub batch_size: usize,
}

impl Config {
    pub(super) fn of(connection: &Connection, migration: Uuid) -> Result<Self, OpenError> {
        let organisation = connection.organisation.trim();
        Ok(Self {
            organisation: Uuid::parse_str(organisation).map_err(|_| OpenError::Organisation {
                organisation: organisation.to_owned(),
                place: "Zenskar under Settings, General",
            })?,
            migration,
            environment: connection.environment,
            batch_size: usize::from(connection.batch_size),
        })
    }
}
