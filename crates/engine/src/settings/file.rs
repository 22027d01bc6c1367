//! One JSON file in the folder of the settings: read with its version, written whole, for its owner only.
//!
//! Knows no file by name; whoever keeps something between migrations names its own.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;

use super::SettingsError;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// What the file holds; `None` when it is not there yet. One of a newer version than `known` is refused.
pub fn load<T: DeserializeOwned>(folder: &Path, name: &str, known: u32) -> Result<Option<T>, SettingsError> {
    let path = folder.join(name);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SettingsError::Read { path, source }),
    };
    // The version is read first: a newer file may not have the shape that is expected here.
    match serde_json::from_slice::<Versioned>(&text) {
        Ok(Versioned { version }) if version > known => Err(SettingsError::Newer { path }),
        _ => serde_json::from_slice(&text).map(Some).map_err(|source| SettingsError::Damaged { path, source }),
    }
}

/// Saves all at once: after a crash the file is either the old one or the new one.
pub fn save<T: Serialize>(folder: &Path, name: &str, value: &T) -> Result<(), SettingsError> {
    write(folder, name, value).map_err(|source| SettingsError::Write { path: folder.join(name), source })
}

fn write<T: Serialize>(folder: &Path, name: &str, value: &T) -> io::Result<()> {
    make_private(folder)?;
    // Temporary files are made for their owner only (0600), and stay so when they take the final name.
    let mut file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, value)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name))?;
    Ok(())
}

/// Makes the folder for its owner only. One that was there before keeps the rights the user gave it.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
