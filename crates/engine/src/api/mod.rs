//! The only door to the engine: what the window and the command line call, and the plain types that cross.
//!
//! One file per step. Functions take plain values and give plain values; long work reports through a callback that can
//! stop it. Nothing here decides anything that a module below could decide.

pub mod audit;
pub mod cards;
pub mod connections;
pub mod difference;
pub mod draft;
pub mod error;
mod evidence;
pub mod files;
pub mod history;
pub mod inspect;
pub mod learned;
mod left_out;
pub mod lists;
pub mod matching;
pub mod newer;
pub mod review;
pub mod sending;
pub mod signing;
pub mod summary;
pub mod syncing;
pub mod taking_back;
pub mod totals;
pub mod watch;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

pub use error::{ApiError, Code, Result};

use crate::schema::{self, Schema};
use crate::store::Store;
use crate::validation::Context;

/// Who is at work and when, handed in by the front so that the engine asks neither the system nor the clock.
#[derive(Debug, Clone)]
pub struct Actor {
    pub name: String,
    pub now: Timestamp,
    /// The day by which dates count as past.
    pub today: Date,
}

impl Actor {
    pub fn at(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    pub(crate) fn context(&self) -> Context {
        Context { today: self.today, at: self.at() }
    }
}

/// An open migration. The file is locked against other processes until this is dropped.
#[derive(Debug)]
pub struct Migration {
    pub(crate) store: Store,
    pub(crate) schema: &'static Schema,
    pub(crate) actor: Actor,
    /// Folder of what was learned from earlier matchings; `None` learns nothing.
    pub(crate) memory: Option<PathBuf>,
}

impl Migration {
    /// Makes an empty migration for `zenskar` or another destination by its name.
    pub fn create(path: &Path, destination: &str, actor: Actor) -> Result<Self> {
        let schema = schema_of(destination)?;
        let store = Store::create(path, destination, &actor.at())?;
        let migration = Self { store, schema, actor, memory: None };
        migration.note("Start", &format!("Made the migration for {destination}"), "")?;
        Ok(migration)
    }

    pub fn open(path: &Path, actor: Actor) -> Result<Self> {
        let store = Store::open(path)?;
        let schema = syncing::schema_of(&store)?;
        Ok(Self { store, schema, actor, memory: None })
    }

    pub fn path(&self) -> &Path {
        self.store.path()
    }

    pub fn destination(&self) -> &'static str {
        self.schema.destination
    }

    /// Learns from what the user matches by hand, and matches by it, in the folder of the settings.
    pub fn learn_in(&mut self, folder: &Path) {
        self.memory = Some(folder.to_owned());
    }

    pub fn set_actor(&mut self, actor: Actor) {
        self.actor = actor;
    }

    /// Everything `work` does is kept together with its line in the audit trail, or nothing of it.
    pub(crate) fn act<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.store.begin_act()?;
        let done = work(self);
        let ended = self.store.end_act(done.is_ok());
        let done = done?;
        ended?;
        Ok(done)
    }

    pub(crate) fn note(&self, step: &str, what: &str, detail: &str) -> Result<()> {
        Ok(self.store.record(&self.actor.at(), &self.actor.name, step, what, detail)?)
    }

    pub(crate) fn dataset(&self, id: &str) -> Result<&'static schema::Dataset> {
        self.schema.dataset(id).ok_or_else(|| {
            let known: Vec<&str> = self.schema.datasets.iter().map(|dataset| dataset.id).collect();
            ApiError::new(
                Code::NotFound,
                format!("{} has no dataset “{id}”", self.schema.destination),
                format!("Choose one of: {}.", known.join(", ")),
            )
        })
    }
}

fn schema_of(destination: &str) -> Result<&'static Schema> {
    schema::of(destination).ok_or_else(|| {
        ApiError::new(
            Code::NotFound,
            format!("“{destination}” is not a destination of Carryover"),
            format!("Choose one of: {}.", schema::DESTINATIONS.join(", ")),
        )
    })
}
