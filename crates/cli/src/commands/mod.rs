//! One file per command, each a few calls of `engine::api`.

mod add;
mod attributes;
mod check;
mod connect;
mod demo;
mod files;
mod fix;
mod import;
mod inspect;
mod learned;
mod map;
mod new;
mod path;
mod plan;
mod report;
mod runs;
mod sandbox;
mod sign;
mod totals;
mod trail;
mod undo;
mod upload;

use std::path::{Path, PathBuf};

use engine::api::{Actor, ApiError, Code, Migration, Result};
use engine::intake::Hints;
use engine::keychain::{KEY_VARIABLE, Secret};
use jiff::{Timestamp, Zoned};

use crate::args::{Args, Command, InMigration, Reading};
use crate::output::Outcome;

/// What every command knows beside its own arguments.
pub(crate) struct Front {
    pub(crate) json: bool,
    pub(crate) actor: Actor,
}

pub(crate) fn run(args: Args) -> Result<Outcome> {
    let front = Front { json: args.json, actor: actor(args.who, args.as_of) };
    match args.command {
        Command::Inspect(args) => inspect::run(&front, &args),
        Command::New(args) => new::run(&front, &args),
        Command::Import(args) => import::run(&front, &args),
        Command::Files(args) => files::list(&front, &args),
        Command::Reread(args) => files::reread(&front, &args),
        Command::Remove(args) => files::remove(&front, &args),
        Command::Map(args) => map::run(&front, &args),
        Command::Learned(args) => learned::run(&front, args.action),
        Command::Check(args) => check::run(&front, &args),
        Command::Fix(args) => fix::run(&front, &args),
        Command::Add(args) => add::run(&front, &args),
        Command::Totals(args) => totals::run(&front, &args),
        Command::Connect(args) => connect::run(&front, args.action),
        Command::Attributes(args) => attributes::run(&front, &args),
        Command::Plan(args) => plan::run(&front, &args),
        Command::Upload(args) => upload::run(&front, &args),
        Command::Runs(args) => runs::run(&front, &args),
        Command::Undo(args) => undo::run(&front, &args),
        Command::Report(args) => report::run(&front, &args),
        Command::Sign(args) => sign::run(&front, &args),
        Command::Trail(args) => trail::run(&front, &args),
        Command::Sandbox(args) => sandbox::run(&front, &args),
        Command::Demo(args) => demo::run(&front, &args),
    }
}

impl Front {
    pub(crate) fn open(&self, migration: &InMigration) -> Result<Migration> {
        let mut migration = Migration::open(&migration.migration, self.actor.clone())?;
        // Without a folder of settings nothing is learned, and everything else works.
        if let Ok(folder) = settings_folder() {
            migration.learn_in(&folder);
        }
        Ok(migration)
    }
}

fn actor(who: Option<String>, as_of: Option<jiff::civil::Date>) -> Actor {
    let user = || ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    Actor {
        name: who.or_else(user).unwrap_or_else(|| "unknown".to_owned()),
        now: Timestamp::now(),
        today: as_of.unwrap_or_else(|| Zoned::now().date()),
    }
}

fn hints(reading: &Reading) -> Hints {
    Hints {
        sheet: reading.sheet.clone(),
        header_row: reading.header_row,
        encoding: reading.encoding.clone(),
        delimiter: reading.delimiter,
        quote: reading.quote,
        transpose: reading.transposed(),
    }
}

/// The folder of the settings.
fn settings_folder() -> Result<PathBuf> {
    Ok(engine::settings::folder()?)
}

/// The key from the environment, for machines without a keychain.
fn key_from_environment() -> Option<Secret> {
    std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty()).map(Secret::new)
}

/// `FIELD=VALUE` as typed.
fn pair<'a>(typed: &'a str, form: &str) -> Result<(&'a str, &'a str)> {
    typed
        .split_once('=')
        .ok_or_else(|| ApiError::new(Code::Argument, format!("“{typed}” has no “=”"), format!("Write it as {form}.")))
}

/// Runs what talks to a destination.
fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| ApiError::io(Path::new("network"), &error))?.block_on(work)
}
