//! What the user prefers, in the folder of the settings beside the connections.

use std::path::Path;

use engine::settings::file;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;

const FILE: &str = "preferences.json";
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub(crate) struct Preferences {
    /// Under this name edits and signatures stand in the audit trail.
    pub(crate) who: String,
    pub(crate) language: Language,
    pub(crate) theme: Theme,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    #[default]
    System,
    En,
    De,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    preferences: Preferences,
}

pub(crate) fn load(folder: &Path) -> Result<Preferences> {
    let kept: Option<Kept> = file::load(folder, FILE, VERSION)?;
    let unset = || Preferences { who: login_name(), language: Language::default(), theme: Theme::default() };
    Ok(kept.map_or_else(unset, |kept| kept.preferences))
}

pub(crate) fn save(folder: &Path, mut preferences: Preferences) -> Result<()> {
    if preferences.who.trim().is_empty() {
        preferences.who = login_name();
    }
    Ok(file::save(folder, FILE, &Kept { version: VERSION, preferences })?)
}

fn login_name() -> String {
    let name = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    name.unwrap_or_else(|| "unknown".to_owned())
}
