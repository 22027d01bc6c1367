//! The migration file: one SQLite database that holds sources, mapping, edits, findings, ledger and audit trail. Never a
//! secret. The only SQL of the engine lives below this module, one file per table.
//!
//! One process writes at a time, held by a lock file beside the migration. A newer file than this program knows is
//! refused untouched. Anything that changes rows in more than one table is one transaction.

pub mod audit;
pub mod chunk;
pub mod decision;
pub mod edit;
pub mod explanation;
pub mod finding;
pub mod history;
pub mod key;
pub mod known;
pub mod ledger;
pub mod look;
pub mod lookup;
mod packed;
pub mod plan;
pub mod signature;
pub mod source;
pub mod sync;
pub mod take_back;
pub mod total;
pub mod view;

use std::cell::RefCell;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Savepoint};
use uuid::Uuid;

use crate::private;

/// Marks a SQLite file as ours: `CRYO`.
const APPLICATION_ID: i32 = 0x4352_594f;
/// Steps that bring an older file up to date; the count is the file's version.
const STEPS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_review.sql"),
    include_str!("tie_out.sql"),
    include_str!("schema_lent.sql"),
    include_str!("schema_history.sql"),
    include_str!("schema_since.sql"),
];
/// Fewer, larger pages: a chunk of rows then spans a handful of them.
const PAGE_BYTES: u32 = 16_384;
/// Another connection of this same process may hold the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a row stands: its source and its number in it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub source: u32,
    pub row: u64,
}

impl Place {
    const ROW_BITS: u32 = 40;

    pub fn new(source: u32, row: u64) -> Self {
        Self { source, row }
    }

    /// One number that sorts by source, then row; the form in the database.
    pub fn packed(self) -> i64 {
        (i64::from(self.source) << Self::ROW_BITS) | self.row.cast_signed()
    }

    pub fn unpack(packed: i64) -> Self {
        Self { source: (packed >> Self::ROW_BITS) as u32, row: (packed & ((1 << Self::ROW_BITS) - 1)).cast_unsigned() }
    }
}

/// Why the migration file could not be used. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no migration “{0}”")]
    Missing(PathBuf),
    #[error("“{0}” exists already; choose another name, or open it")]
    Exists(PathBuf),
    #[error("“{0}” is not a migration of Carryover; nothing was changed in it")]
    Foreign(PathBuf),
    #[error("“{0}” was made with a newer Carryover; update Carryover to open it. Nothing was changed in it")]
    Newer(PathBuf),
    #[error("“{0}” is open in another Carryover; close it there, then try again")]
    Busy(PathBuf),
    #[error("“{path}” is damaged ({reason}); go back to a copy. Nothing was changed in it")]
    Damaged { path: PathBuf, reason: String },
    #[error("the disk is full: “{0}” could not grow. Make room and try again; what was done before is safe")]
    DiskFull(PathBuf),
    #[error("“{path}” cannot be opened: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the migration file could not be used: {0}")]
    Sqlite(#[source] rusqlite::Error),
    #[error("a temporary file could not be used: {0}")]
    Temporary(std::io::Error),
    #[error("stopped; nothing of what was under way was kept")]
    Stopped,
    #[error("the migration file holds something unreadable: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<crate::intake::chunk::Damaged> for StoreError {
    fn from(damaged: crate::intake::chunk::Damaged) -> Self {
        Self::Damaged { path: PathBuf::new(), reason: damaged.to_string() }
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// An open migration. Holds the write lock until dropped.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// What was lent of tables that others look in.
    lent: RefCell<lookup::Lent>,
    /// Released when dropped.
    _lock: File,
}

impl Store {
    /// Makes an empty migration for a destination, readable by its owner only. Refuses to replace anything.
    pub fn create(path: &Path, destination: &str, at: &str) -> Result<Self> {
        if path.exists() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        let lock = lock(path)?;
        owner_only(path)?;
        let mut store =
            Self { connection: connect(path)?, path: path.to_owned(), lent: RefCell::default(), _lock: lock };
        store.connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        store.connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        store.upgrade(0)?;
        store.set_meta("id", &Uuid::new_v4().to_string())?;
        store.set_meta("destination", destination)?;
        store.set_meta("created_at", at)?;
        Ok(store)
    }

    /// Opens a migration and brings an older file up to date.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        let lock = lock(path)?;
        let mut store =
            Self { connection: connect(path)?, path: path.to_owned(), lent: RefCell::default(), _lock: lock };
        let version = store.verify().map_err(|error| store.explain(error))?;
        store.upgrade(version)?;
        Ok(store)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names this migration wherever it is copied to; the root of ids made for the destination.
    pub fn id(&self) -> Result<Uuid> {
        let text = self.meta("id")?.unwrap_or_default();
        Uuid::parse_str(&text).map_err(|error| self.damaged(&error))
    }

    pub fn destination(&self) -> Result<String> {
        Ok(self.meta("destination")?.unwrap_or_default())
    }

    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("select value from meta where key = ?")?;
        let mut rows = statement.query([key])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    pub fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.connection.execute("insert or replace into meta values (?, ?)", [key, value])?;
        Ok(())
    }

    /// Runs `work` as one transaction: all of it is kept, or none. Within [`Store::begin_act`], as a part of the act.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let transaction = self.connection.savepoint()?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// A transaction for work that spans several tables; rolled back unless committed.
    pub(crate) fn begin(&mut self) -> Result<Savepoint<'_>> {
        Ok(self.connection.savepoint()?)
    }

    /// From here on everything is kept together, or nothing of it: what the user did and its line in the audit trail.
    pub(crate) fn begin_act(&self) -> Result<()> {
        Ok(self.connection.execute_batch("begin")?)
    }

    /// Keeps the act, or takes it back.
    pub(crate) fn end_act(&self, keep: bool) -> Result<()> {
        // A full disk may have rolled back by itself.
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection
            .execute_batch(if keep { "commit" } else { "rollback" })
            .map_err(|error| self.explain(error.into()))
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Turns a failure of SQLite into what it means for the user's file.
    pub fn explain(&self, error: StoreError) -> StoreError {
        let StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) = &error else { return error };
        match failure.code {
            ErrorCode::DiskFull => StoreError::DiskFull(self.path.clone()),
            ErrorCode::NotADatabase => StoreError::Foreign(self.path.clone()),
            ErrorCode::DatabaseCorrupt => self.damaged(&failure),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy(self.path.clone()),
            _ => error,
        }
    }

    fn damaged(&self, reason: &dyn std::fmt::Display) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), reason: reason.to_string() }
    }

    /// The file's version, once it is known to be ours and sound.
    fn verify(&self) -> Result<usize> {
        let application: i32 = self.connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if application != APPLICATION_ID {
            return Err(StoreError::Foreign(self.path.clone()));
        }
        // Carryover makes tables and indexes. A trigger or a view was put there by somebody who wants something done or shown.
        let foreign = "select exists (select 1 from sqlite_schema where type in ('trigger', 'view'))";
        if self.connection.query_row(foreign, [], |row| row.get(0))? {
            return Err(StoreError::Foreign(self.path.clone()));
        }
        let version: usize = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > STEPS.len() {
            return Err(StoreError::Newer(self.path.clone()));
        }
        Ok(version)
    }

    fn upgrade(&mut self, version: usize) -> Result<()> {
        if version == STEPS.len() {
            return Ok(());
        }
        self.transaction(|connection| {
            for step in &STEPS[version..] {
                connection.execute_batch(step)?;
            }
            connection.pragma_update(None, "user_version", STEPS.len())?;
            Ok(())
        })
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // The file may come from anybody: what its schema says is data, not something to be run.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The lock file stands beside the migration, so that two machines on one share see each other. It stays when released:
/// removing it would let a third process lock a new file of the same name.
fn lock(path: &Path) -> Result<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.lock"));
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&beside).map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { path: path.to_owned(), source }),
    }
}

fn owner_only(path: &Path) -> Result<()> {
    private::create_new(path).map(drop).map_err(|source| StoreError::Io { path: path.to_owned(), source })
}
