//! Connections: the accounts in the settings, and the practice destination, which is always there. Keys come in once and
//! go to the keychain; none goes back to the page.

use engine::api::connections::{self, Tested};
use engine::api::{ApiError, Code, Migration};
use engine::destination::Destination;
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;

use crate::error::Result;
use crate::events::CheckTold;
use crate::practice::{self, Practice};
use crate::state::{Desk, at_desk};

/// A connection as listed.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ListedConnection {
    pub(crate) name: String,
    pub(crate) destination: String,
    pub(crate) url: String,
    pub(crate) organisation: String,
    pub(crate) environment: Environment,
    /// The practice destination inside Carryover: it needs no key and cannot be changed.
    pub(crate) built_in: bool,
}

/// What the user typed for a connection.
#[derive(Deserialize, Type)]
pub(crate) struct TypedConnection {
    pub(crate) name: String,
    pub(crate) destination: String,
    pub(crate) url: String,
    pub(crate) organisation: String,
    pub(crate) environment: Environment,
    /// A new key; `null` keeps the old one.
    pub(crate) key: Option<String>,
}

/// What cannot be right in a typed connection, field by field; `null` is all right.
#[derive(Debug, Clone, Default, Serialize, Type)]
pub(crate) struct ConnectionFaults {
    pub(crate) name: Option<ConnectionFault>,
    pub(crate) url: Option<ConnectionFault>,
    pub(crate) organisation: Option<ConnectionFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectionFault {
    Missing,
    Taken,
    NotAnAddress,
    Unencrypted,
    KeyInAddress,
    NotAnId,
    TooLong,
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connections(app: AppHandle) -> Result<Vec<ListedConnection>> {
    let practice = practice_connection(&app).await?;
    at_desk(&app, move |desk| {
        let mut listed = vec![listed(&practice, true)];
        for shown in connections::list(desk.folder())? {
            listed.push(self::listed(&connections::find(desk.folder(), &shown.name)?, false));
        }
        Ok(listed)
    })
    .await
}

/// The last four characters of the key that is kept; `null` when there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connection_key(app: AppHandle, name: String) -> Result<Option<String>> {
    at_desk(&app, move |_| connections::key_ending(&name)).await
}

/// Looks whether a typed connection makes sense. `instead` is the name of the one that is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_connection(
    app: AppHandle,
    typed: TypedConnection,
    instead: Option<String>,
) -> Result<ConnectionFaults> {
    at_desk(&app, move |desk| {
        let same = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
        let name = typed.name.trim();
        let others = connections::list(desk.folder())?;
        let others = others.iter().filter(|other| instead.as_deref().is_none_or(|own| !same(own, &other.name)));
        let taken = same(name, practice::NAME) || others.into_iter().any(|other| same(&other.name, name));
        Ok(ConnectionFaults {
            name: name_fault(name, taken),
            url: url_fault(typed.url.trim()),
            organisation: organisation_fault(&typed.destination, typed.organisation.trim()),
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn add_connection(app: AppHandle, typed: TypedConnection) -> Result<()> {
    at_desk(&app, move |desk| {
        let (connection, key) = unpack(typed)?;
        connections::add(desk.folder(), connection, key.as_ref()).map(drop)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn change_connection(app: AppHandle, name: String, typed: TypedConnection) -> Result<()> {
    at_desk(&app, move |desk| {
        let old = connections::find(desk.folder(), &name)?;
        let (typed, key) = unpack(typed)?;
        let changed = Connection {
            name: typed.name,
            url: typed.url,
            organisation: typed.organisation,
            environment: typed.environment,
            ..old
        };
        connections::replace(desk.folder(), &name, changed, key.as_ref()).map(drop)
    })
    .await
}

/// Removes a connection and its key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_connection(app: AppHandle, name: String) -> Result<()> {
    at_desk(&app, move |desk| connections::remove(desk.folder(), &name)).await
}

/// Tests a connection point by point; each check is told as soon as it is decided.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_connection(app: AppHandle, task: u32, name: String) -> Result<Tested> {
    let (connection, key) = account(&app, name).await?;
    let handle = app.clone();
    at_desk(&app, move |_| {
        let tell = move |check: &engine::destination::Check| {
            CheckTold { task, check: check.clone() }.emit(&handle).ok();
        };
        tauri::async_runtime::block_on(connections::test(&connection, key.as_ref(), &tell))
    })
    .await
}

/// A connection by its name, with its key where that does not come from the keychain.
pub(super) async fn account(app: &AppHandle, name: String) -> Result<(Connection, Option<Secret>)> {
    if name == practice::NAME {
        return Ok((practice_connection(app).await?, Some(Practice::key())));
    }
    at_desk(app, move |desk| Ok((connections::find(desk.folder(), &name)?, None))).await
}

/// Works with the open migration and the destination of an account; meanwhile the migration is lent.
pub(super) async fn at_destination<T: Send + 'static>(
    app: &AppHandle,
    (connection, key): (Connection, Option<Secret>),
    work: impl FnOnce(&mut Migration, &dyn Destination) -> Result<T> + Send + 'static,
) -> Result<T> {
    at_desk(app, move |desk| {
        desk.lend(|migration| {
            let destination = migration.connect(&connection, key.as_ref())?;
            work(migration, destination.as_ref())
        })
    })
    .await
}

/// The connection to the practice destination of the open migration.
pub(super) async fn practice_connection(app: &AppHandle) -> Result<Connection> {
    let owner = at_desk(app, Desk::owner).await?;
    app.state::<Desk>().practice.connection(owner).await
}

fn listed(connection: &Connection, built_in: bool) -> ListedConnection {
    ListedConnection {
        name: connection.name.clone(),
        destination: connection.destination.clone(),
        url: connection.url.clone(),
        organisation: connection.organisation.clone(),
        environment: connection.environment,
        built_in,
    }
}

fn unpack(typed: TypedConnection) -> Result<(Connection, Option<Secret>)> {
    if typed.name.trim().to_lowercase() == practice::NAME.to_lowercase() {
        let message = format!("“{}” is the connection to the practice destination", practice::NAME);
        return Err(ApiError::new(Code::Exists, message, "Choose another name."));
    }
    let key = typed.key.map(Secret::new).filter(|key| !key.expose().is_empty());
    let connection = Connection::new(
        typed.name.trim(),
        typed.destination,
        typed.url.trim(),
        typed.organisation.trim(),
        typed.environment,
    );
    Ok((connection, key))
}

fn name_fault(name: &str, taken: bool) -> Option<ConnectionFault> {
    match name.chars().count() {
        0 => Some(ConnectionFault::Missing),
        65.. => Some(ConnectionFault::TooLong),
        _ => taken.then_some(ConnectionFault::Taken),
    }
}

fn url_fault(url: &str) -> Option<ConnectionFault> {
    use engine::settings::connection::ConnectionError;
    if url.is_empty() {
        return Some(ConnectionFault::Missing);
    }
    match Connection::new("-", "", url, "", Environment::Practice).address() {
        Ok(_) => None,
        Err(ConnectionError::Unencrypted { .. }) => Some(ConnectionFault::Unencrypted),
        Err(ConnectionError::KeyInAddress) => Some(ConnectionFault::KeyInAddress),
        Err(_) => Some(ConnectionFault::NotAnAddress),
    }
}

fn organisation_fault(destination: &str, organisation: &str) -> Option<ConnectionFault> {
    if organisation.is_empty() {
        return Some(ConnectionFault::Missing);
    }
    (!connections::is_organisation(destination, organisation)).then_some(ConnectionFault::NotAnId)
}
