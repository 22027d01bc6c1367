//! The practice destination inside the program: started when it is first wanted. Each migration has one of its own, kept in
//! a file beside it, so that an upload goes on where it was after a restart.

use std::path::PathBuf;

use engine::api::{ApiError, Code};
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use sandbox::{Options, Plays, Sandbox, SandboxError};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::error::Result;

/// Tried first. Another one is no harm: the engine knows the practice destination of a migration by its organisation.
const PORT: u16 = 47_110;

/// Under which name the practice destination stands among the connections.
pub(crate) const NAME: &str = "Practice";

/// What is played while no migration is open.
const USUAL: &str = "zenskar";

/// Beside `acme.carryover`.
const EXTENSION: &str = "carryover-practice";

#[derive(Default)]
pub(crate) struct Practice(Mutex<Option<Running>>);

struct Running {
    owner: Option<Owner>,
    sandbox: Sandbox,
}

/// The migration a practice destination belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) path: PathBuf,
    pub(crate) id: Uuid,
    /// The billing system it goes to, which is then the one that is played.
    pub(crate) destination: String,
}

impl Practice {
    /// Its key; it is no secret.
    pub(crate) fn key() -> Secret {
        Secret::new(Options::default().api_key)
    }

    /// The connection to the practice destination of a migration, which takes the place of the one that runs. Without a
    /// migration it is one that keeps nothing.
    pub(crate) async fn connection(&self, owner: Option<Owner>) -> Result<Connection> {
        let destination = owner.as_ref().map_or(USUAL, |owner| owner.destination.as_str()).to_owned();
        let mut running = self.0.lock().await;
        if let Some(other) = running.take_if(|running| running.owner != owner) {
            other.sandbox.stop().await;
        }
        let sandbox = match &mut *running {
            Some(running) => &running.sandbox,
            none => &none.insert(Running { sandbox: start(owner.as_ref()).await?, owner }).sandbox,
        };
        let organisation = sandbox.organisation().to_string();
        Ok(Connection::new(NAME, destination, sandbox.url(), organisation, Environment::Practice))
    }
}

async fn start(owner: Option<&Owner>) -> Result<Sandbox> {
    let mut options = Options { port: PORT, ..Options::default() };
    if let Some(Owner { path, id, destination }) = owner {
        options.plays = Plays::called(destination).unwrap_or_default();
        options.kept = Some(path.with_extension(EXTENSION));
        options.organisation = *id;
    }
    let started = match Sandbox::start(options.clone()).await {
        Err(SandboxError::Listen { .. }) => Sandbox::start(Options { port: 0, ..options }).await,
        started => started,
    };
    started.map_err(|error| {
        let hint = match &error {
            SandboxError::Kept { .. } => "Move this file away; the practice destination then starts empty.",
            _ => "Close other programs that use the network on this computer and try again.",
        };
        ApiError::new(Code::Io, format!("the practice destination could not be started: {error}"), hint)
    })
}
