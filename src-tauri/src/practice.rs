//! The practice destination inside the program: started when it is first wanted, gone when the window closes.

use engine::api::{ApiError, Code};
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use sandbox::{Options, Sandbox};
use tokio::sync::Mutex;

use crate::error::Result;

/// Tried first, so that a migration finds the practice destination where it was the last time. Otherwise any that is free.
const PORT: u16 = 47_110;

#[derive(Default)]
pub(crate) struct Practice(Mutex<Option<Sandbox>>);

/// Under which name the practice destination stands among the connections.
pub(crate) const NAME: &str = "Practice";

impl Practice {
    /// Its key; it is no secret.
    pub(crate) fn key() -> Secret {
        Secret::new(Options::default().api_key)
    }

    /// The connection to the practice destination, which is started if it is not there.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        let mut running = self.0.lock().await;
        if running.is_none() {
            *running = Some(start().await?);
        }
        let (url, organisation) =
            running.as_ref().map(|sandbox| (sandbox.url(), sandbox.organisation().to_string())).unwrap_or_default();
        Ok(Connection::new(NAME, "zenskar", url, organisation, Environment::Practice))
    }
}

async fn start() -> Result<Sandbox> {
    let at = |port| Sandbox::start(Options { port, ..Options::default() });
    let started = match at(PORT).await {
        Ok(sandbox) => Ok(sandbox),
        Err(_) => at(0).await,
    };
    started.map_err(|error| {
        let message = format!("the practice destination could not be started: {error}");
        ApiError::new(Code::Io, message, "Close other programs that use the network on this computer and try again.")
    })
}
