//! Accounts at destinations: named in the settings, their keys in the keychain.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Code, Result};
use crate::destination::{self, Check, Destination};
use crate::keychain::{self, KeychainError, Secret};
use crate::schema::Schema;
use crate::settings::Settings;
use crate::settings::connection::{Connection, Environment};

/// A connection as shown: everything but the key.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Shown {
    pub name: String,
    pub destination: String,
    pub url: String,
    pub organisation: String,
    pub environment: Environment,
}

impl From<&Connection> for Shown {
    fn from(connection: &Connection) -> Self {
        Self {
            name: connection.name.clone(),
            destination: connection.destination.clone(),
            url: connection.url.clone(),
            organisation: connection.organisation.clone(),
            environment: connection.environment,
        }
    }
}

/// Printed by `connect test --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Tested {
    pub connection: Shown,
    pub passed: bool,
    pub checks: Vec<Check>,
}

pub fn list(folder: &Path) -> Result<Vec<Shown>> {
    Ok(Settings::load(folder)?.connections().iter().map(Shown::from).collect())
}

/// Adds a connection and puts its key into the keychain. `None` leaves the keychain alone: the key then comes from the
/// environment at each use.
pub fn add(folder: &Path, connection: Connection, key: Option<&Secret>) -> Result<Shown> {
    let mut settings = Settings::load(folder)?;
    let shown = Shown::from(&connection);
    settings.add(connection)?;
    if let Some(key) = key {
        keychain::save(&shown.name, key)?;
    }
    settings.save(folder)?;
    Ok(shown)
}

/// Changes a connection. A new key takes the place of the old one; without one the old key stays, also under a new name.
pub fn replace(folder: &Path, name: &str, connection: Connection, key: Option<&Secret>) -> Result<Shown> {
    let mut settings = Settings::load(folder)?;
    let old = settings.connection(name).cloned().ok_or_else(|| unknown(name, &settings))?;
    let shown = Shown::from(&connection);
    settings.replace(name, connection)?;
    let renamed = old.name != shown.name;
    let moved = if renamed && key.is_none() { kept(&old.name)? } else { None };
    if let Some(key) = key.or(moved.as_ref()) {
        keychain::save(&shown.name, key)?;
    }
    settings.save(folder)?;
    if renamed {
        forget(&old.name)?;
    }
    Ok(shown)
}

/// The last four characters of the key that is kept; `None` when there is none.
pub fn key_ending(name: &str) -> Result<Option<String>> {
    Ok(kept(name)?.map(|key| key.ending()))
}

/// Whether this may be what the destination knows an organisation by.
pub fn is_organisation(destination: &str, text: &str) -> bool {
    destination::is_organisation(destination, text)
}

fn kept(name: &str) -> Result<Option<Secret>> {
    match keychain::read(name) {
        Ok(key) => Ok(Some(key)),
        Err(KeychainError::Absent { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Removes a connection and its key.
pub fn remove(folder: &Path, name: &str) -> Result<()> {
    let mut settings = Settings::load(folder)?;
    if settings.remove(name).is_none() {
        return Err(unknown(name, &settings));
    }
    forget(name)?;
    Ok(settings.save(folder)?)
}

fn forget(name: &str) -> Result<()> {
    match keychain::delete(name) {
        // A connection whose key came from the environment has none in the keychain, and perhaps there is no keychain.
        Ok(()) | Err(KeychainError::Absent { .. } | KeychainError::Unavailable { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A connection by name.
pub fn find(folder: &Path, name: &str) -> Result<Connection> {
    let settings = Settings::load(folder)?;
    settings.connection(name).cloned().ok_or_else(|| unknown(name, &settings))
}

/// Opens a connection with the key given, or else the one in the keychain.
pub(super) fn open(
    connection: &Connection,
    key: Option<&Secret>,
    migration: Uuid,
    schema: &Schema,
) -> Result<Arc<dyn Destination>> {
    let kept;
    let key = if let Some(key) = key {
        key
    } else {
        kept = keychain::read(&connection.name)?;
        &kept
    };
    Ok(destination::open(connection, key, migration, schema)?)
}

/// Tests a connection point by point; `tell` hears each check as soon as it is decided.
pub async fn test(connection: &Connection, key: Option<&Secret>, tell: &(dyn Fn(&Check) + Sync)) -> Result<Tested> {
    let checks = super::syncing::unkeyed(connection, key)?.test(tell).await;
    let passed = checks
        .iter()
        .all(|check| matches!(check.state, destination::CheckState::Passed | destination::CheckState::Warned));
    Ok(Tested { connection: connection.into(), passed, checks })
}

fn unknown(name: &str, settings: &Settings) -> ApiError {
    let known: Vec<&str> = settings.connections().iter().map(|connection| connection.name.as_str()).collect();
    let hint = if known.is_empty() {
        "Add one with `carryover connect add`.".to_owned()
    } else {
        format!("Known are: {}.", known.join(", "))
    };
    ApiError::new(Code::NotFound, format!("there is no connection “{name}”"), hint)
}
