//! The migrations opened last, newest first, with where each stood. A file that is gone stays listed: it can be found again.

use std::path::{Path, PathBuf};

use engine::api::Actor;
use engine::api::summary::{Standing, Summary};
use engine::settings::connection::Environment;
use engine::settings::file;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;

const FILE: &str = "recent.json";
const VERSION: u32 = 1;
/// More than one looks through; older ones are found by “Open a migration”.
const KEPT: usize = 30;

/// A migration in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub(crate) struct RecentMigration {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) destination: String,
    pub(crate) environment: Environment,
    pub(crate) standing: Standing,
    /// UTC.
    pub(crate) opened_at: String,
    pub(crate) opened_by: String,
    /// The file is not where it was. Looked up each time.
    #[serde(default)]
    pub(crate) missing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recent {
    version: u32,
    migrations: Vec<RecentMigration>,
}

impl Recent {
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.migrations.iter().any(|migration| Path::new(&migration.path) == path)
    }

    /// The id of the migration that was at `path`.
    pub(crate) fn id_at(&self, path: &str) -> Option<&str> {
        self.migrations.iter().find(|migration| migration.path == path).map(|migration| migration.id.as_str())
    }

    pub(crate) fn looked_up(mut self) -> Vec<RecentMigration> {
        for migration in &mut self.migrations {
            migration.missing = !PathBuf::from(&migration.path).is_file();
        }
        self.migrations
    }
}

pub(crate) fn load(folder: &Path) -> Result<Recent> {
    let kept = file::load(folder, FILE, VERSION)?;
    Ok(kept.unwrap_or(Recent { version: VERSION, migrations: Vec::new() }))
}

/// Puts a migration on top of the list, with where it stands now.
pub(crate) fn remember(folder: &Path, summary: &Summary, actor: &Actor) -> Result<()> {
    let mut recent = load(folder)?;
    recent.migrations.retain(|migration| migration.path != summary.path);
    recent.migrations.insert(
        0,
        RecentMigration {
            id: summary.id.clone(),
            path: summary.path.clone(),
            name: summary.name.clone(),
            destination: summary.destination.clone(),
            environment: summary.environment,
            standing: summary.standing.clone(),
            opened_at: actor.at(),
            opened_by: actor.name.clone(),
            missing: false,
        },
    );
    recent.migrations.truncate(KEPT);
    Ok(file::save(folder, FILE, &recent)?)
}

/// Takes a migration off the list. Its file is left alone.
pub(crate) fn forget(folder: &Path, path: &str) -> Result<()> {
    let mut recent = load(folder)?;
    recent.migrations.retain(|migration| migration.path != path);
    Ok(file::save(folder, FILE, &recent)?)
}
