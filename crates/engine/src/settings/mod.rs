//! What Carryover remembers between migrations: the connections. One JSON file in the user's configuration folder.
//!
//! Never holds a secret: keys live in the keychain under the connection's name. Knows no destination by name; whether a
//! connection works is the destination's to test.

pub mod connection;
pub mod file;

use std::{
    env, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use self::connection::{Connection, ConnectionError};

/// The environment variable that names another folder for the settings.
pub const FOLDER_VARIABLE: &str = "CARRYOVER_CONFIG_DIR";
const FILE: &str = "settings.json";
/// Version written into the file; a newer one is refused, so that an older Carryover never drops what it cannot read.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    version: u32,
    /// In the order in which they were made. Names are unique, without regard to case.
    #[serde(default)]
    connections: Vec<Connection>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("This system names no folder for settings. Set CARRYOVER_CONFIG_DIR to a folder of your own.")]
    NoFolder,
    #[error("The settings in “{}” could not be read: {source}. Check that the file may be read.", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("The settings in “{}” are damaged (line {}). Repair the file, or rename it and add the connections again.", path.display(), source.line())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("The settings in “{}” were made with a newer Carryover. Update Carryover. Nothing was changed.", path.display())]
    Newer { path: PathBuf },
    #[error("The settings could not be saved in “{}”: {source}. What was saved before is untouched.", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("There is already a connection “{name}”. Choose another name.")]
    Taken { name: String },
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl Default for Settings {
    fn default() -> Self {
        Self { version: VERSION, connections: Vec::new() }
    }
}

impl Settings {
    /// What is saved in `folder`; nothing yet is not an error.
    pub fn load(folder: &Path) -> Result<Self, SettingsError> {
        Ok(file::load(folder, FILE, VERSION)?.unwrap_or_default())
    }

    /// Saves all at once: after a crash the file is either the old one or the new one. Only the owner may read it.
    pub fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        file::save(folder, FILE, self)
    }

    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    pub fn connection(&self, name: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| same_name(&connection.name, name))
    }

    /// Adds a connection that makes sense and whose name is free.
    pub fn add(&mut self, connection: Connection) -> Result<(), SettingsError> {
        connection.check()?;
        if self.connection(&connection.name).is_some() {
            return Err(SettingsError::Taken { name: connection.name });
        }
        self.connections.push(connection);
        Ok(())
    }

    /// Puts `connection` in the place of the one called `name`, which may give it another name.
    pub fn replace(&mut self, name: &str, connection: Connection) -> Result<(), SettingsError> {
        connection.check()?;
        let renamed = !same_name(name, &connection.name);
        if renamed && self.connection(&connection.name).is_some() {
            return Err(SettingsError::Taken { name: connection.name });
        }
        if let Some(kept) = self.connections.iter_mut().find(|kept| same_name(&kept.name, name)) {
            *kept = connection;
        }
        Ok(())
    }

    /// Takes a connection out; its key stays in the keychain until it is deleted there too.
    pub fn remove(&mut self, name: &str) -> Option<Connection> {
        let position = self.connections.iter().position(|connection| same_name(&connection.name, name))?;
        Some(self.connections.remove(position))
    }
}

/// The folder of the settings: the one in [`FOLDER_VARIABLE`], otherwise `carryover` in the system's place for settings.
pub fn folder() -> Result<PathBuf, SettingsError> {
    match env::var_os(FOLDER_VARIABLE).filter(|chosen| !chosen.is_empty()) {
        Some(chosen) => Ok(chosen.into()),
        None => dirs::config_dir().map(|parent| parent.join("carryover")).ok_or(SettingsError::NoFolder),
    }
}

fn same_name(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::connection::Environment;
    use super::*;

    fn connection(name: &str) -> Connection {
        Connection::new(name, "zenskar", "https://api.zenskar.com", "b7e6a4c2", Environment::Live)
    }

    #[test]
    fn what_is_saved_is_loaded_and_only_the_owner_may_read_it() {
        let parent = tempfile::tempdir().expect("a folder to write in");
        let folder = parent.path().join("deep/carryover");
        assert_eq!(Settings::load(&folder).expect("nothing saved yet is fine"), Settings::default());

        let mut settings = Settings::default();
        settings.add(connection("Brackwater live")).expect("a good connection");
        settings.save(&folder).expect("saved");
        assert_eq!(Settings::load(&folder).expect("loaded"), settings);
        assert!(settings.remove("BRACKWATER LIVE").is_some());
        settings.save(&folder).expect("saved over the old one");
        assert_eq!(Settings::load(&folder).expect("loaded"), settings);
        assert_eq!(fs::read_dir(&folder).expect("listed").count(), 1, "no temporary file is left behind");
        #[cfg(unix)]
        for (path, mode) in [(folder.join(FILE), 0o600), (folder, 0o700)] {
            let found = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("there").permissions());
            assert_eq!(found & 0o777, mode, "{}", path.display());
        }
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_left_alone() {
        let cases = [
            (r#"{"version":2,"shapes":"unknown"}"#, "newer Carryover"),
            ("{\n \"version\": 1,\n \"connections\": [}", "damaged (line 3)"),
        ];
        for (text, expected) in cases {
            let folder = tempfile::tempdir().expect("a folder to write in");
            fs::write(folder.path().join(FILE), text).expect("written");
            let error = Settings::load(folder.path()).expect_err("not understood").to_string();
            assert!(error.contains(expected), "{error}");
            assert_eq!(fs::read_to_string(folder.path().join(FILE)).expect("still there"), text);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut settings = Settings::default();
        settings.add(connection("Acme")).expect("the first");
        let error = settings.add(connection("ACME")).expect_err("the same name");
        assert_eq!(error.to_string(), "There is already a connection “ACME”. Choose another name.");
        assert_eq!(settings.connections().len(), 1);
    }
}
