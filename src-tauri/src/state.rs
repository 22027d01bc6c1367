//! What lies on the desk: the open migration, the paths the user chose, the work under way.
//!
//! One window, one migration. The page names paths, but only those are used that the user chose in a dialog, dropped,
//! or opened before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::api::draft::Draft;
use engine::api::summary::Summary;
use engine::api::{Actor, Migration};
use jiff::{Timestamp, Zoned};
use tauri::{AppHandle, Manager};
use uuid::Uuid;

use crate::error::{Result, defect, not_chosen, nothing_open, still_working};
use crate::practice::{Owner, Practice};
use crate::sending::Sending;
use crate::{preferences, recent};

pub(crate) struct Desk {
    /// The folder of the settings.
    folder: PathBuf,
    migration: Mutex<OnDesk>,
    chosen: Mutex<BTreeSet<PathBuf>>,
    /// The migration that the system asked for last.
    asked_for: Mutex<Option<PathBuf>>,
    tasks: Mutex<BTreeMap<u32, Arc<AtomicBool>>>,
    /// A newer file that was read and waits for the user's word.
    pub(crate) newer: Mutex<Option<ReadFile>>,
    pub(crate) practice: Practice,
    pub(crate) sending: Sending,
}

/// A file that was read so as to take the place of a source.
pub(crate) struct ReadFile {
    pub(crate) migration: Uuid,
    pub(crate) source: u32,
    pub(crate) draft: Draft,
}

/// Where the open migration is.
#[derive(Default)]
enum OnDesk {
    #[default]
    Nothing,
    Here(Box<Migration>),
    /// Long work has it; this is how it was shown when it was handed out.
    Lent(Box<Summary>),
}

/// A migration that is handed out, and comes back when the work has ended, however it ends.
struct Loan<'d> {
    desk: &'d Desk,
    migration: Option<Box<Migration>>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        *locked(&self.desk.migration) = self.migration.take().map_or(OnDesk::Nothing, OnDesk::Here);
    }
}

impl Desk {
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            migration: Mutex::default(),
            chosen: Mutex::default(),
            asked_for: Mutex::default(),
            tasks: Mutex::default(),
            newer: Mutex::default(),
            practice: Practice::default(),
            sending: Sending::default(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The user chose this path; the page may use it from now on.
    pub(crate) fn choose(&self, path: &Path) {
        locked(&self.chosen).insert(path.to_owned());
    }

    /// The system asks for this migration in the user's name, as by a double click.
    pub(crate) fn ask_for(&self, path: PathBuf) {
        self.choose(&path);
        *locked(&self.asked_for) = Some(path);
    }

    /// What the system has asked for; once.
    pub(crate) fn asked_for(&self) -> Option<PathBuf> {
        locked(&self.asked_for).take()
    }

    /// The path the page named, if the user chose it.
    pub(crate) fn chosen(&self, path: &str) -> Result<PathBuf> {
        let path = PathBuf::from(path);
        let was_open = || recent::load(&self.folder).is_ok_and(|recent| recent.holds(&path));
        if locked(&self.chosen).contains(&path) || was_open() { Ok(path) } else { Err(not_chosen()) }
    }

    /// Who is at work, and when.
    pub(crate) fn actor(&self) -> Result<Actor> {
        let name = preferences::load(&self.folder)?.who;
        Ok(Actor { name, now: Timestamp::now(), today: Zoned::now().date() })
    }

    /// Lays a migration on the desk instead of the one that is there, and remembers it.
    pub(crate) fn put(&self, mut migration: Migration) -> Result<Summary> {
        migration.learn_in(self.folder());
        let summary = migration.summary()?;
        let mut on_desk = locked(&self.migration);
        if matches!(*on_desk, OnDesk::Lent(_)) {
            return Err(still_working());
        }
        *on_desk = OnDesk::Here(Box::new(migration));
        drop(on_desk);
        self.remember(&summary);
        Ok(summary)
    }

    /// Whether the migration on the desk is the one kept in this file.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        matches!(&*locked(&self.migration), OnDesk::Here(migration) if migration.path() == path)
    }

    /// Takes the migration off the desk; its file is then free for others.
    pub(crate) fn clear(&self) -> Result<()> {
        let mut on_desk = locked(&self.migration);
        if matches!(*on_desk, OnDesk::Lent(_)) {
            return Err(still_working());
        }
        *on_desk = OnDesk::Nothing;
        Ok(())
    }

    /// Works on the open migration, in the name of who is at work now.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Migration) -> Result<T>) -> Result<T> {
        match &mut *locked(&self.migration) {
            OnDesk::Nothing => Err(nothing_open()),
            OnDesk::Lent(_) => Err(still_working()),
            OnDesk::Here(migration) => {
                self.sign(migration)?;
                work(migration)
            }
        }
    }

    /// Hands the migration to long work. Until it is back everything else that wants it is told so, at once.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Migration) -> Result<T>) -> Result<T> {
        let mut loan = self.hand_out()?;
        match &mut loan.migration {
            Some(migration) => work(migration),
            None => Err(nothing_open()),
        }
    }

    fn hand_out(&self) -> Result<Loan<'_>> {
        let mut on_desk = locked(&self.migration);
        let summary = match &mut *on_desk {
            OnDesk::Nothing => return Err(nothing_open()),
            OnDesk::Lent(_) => return Err(still_working()),
            OnDesk::Here(migration) => {
                self.sign(migration)?;
                Box::new(migration.summary()?)
            }
        };
        let OnDesk::Here(migration) = std::mem::replace(&mut *on_desk, OnDesk::Lent(summary)) else {
            return Err(nothing_open());
        };
        Ok(Loan { desk: self, migration: Some(migration) })
    }

    /// The open migration as its practice destination knows it; `None` when none is open.
    pub(crate) fn owner(&self) -> Result<Option<Owner>> {
        let (path, id, destination) = match &*locked(&self.migration) {
            OnDesk::Nothing => return Ok(None),
            OnDesk::Here(migration) => {
                (migration.path().to_owned(), migration.id()?, migration.destination().to_owned())
            }
            OnDesk::Lent(summary) => {
                let id = summary.id.parse().unwrap_or_default();
                (PathBuf::from(&summary.path), id, summary.destination.clone())
            }
        };
        Ok(Some(Owner { path, id, destination }))
    }

    /// Whether long work has the migration.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(*locked(&self.migration), OnDesk::Lent(_))
    }

    fn sign(&self, migration: &mut Migration) -> Result<()> {
        let actor = self.actor()?;
        let today = migration.told_on()?.unwrap_or(actor.today);
        migration.set_actor(Actor { today, ..actor });
        Ok(())
    }

    /// The open migration as shown, also in the list of recent ones; `None` when none is open.
    pub(crate) fn summary(&self) -> Result<Option<Summary>> {
        let summary = match &*locked(&self.migration) {
            OnDesk::Here(migration) => migration.summary()?,
            OnDesk::Lent(summary) => return Ok(Some(self.sending.shown_in(summary))),
            OnDesk::Nothing => return Ok(None),
        };
        self.remember(&summary);
        Ok(Some(summary))
    }

    /// A list that cannot be kept is no reason not to work.
    fn remember(&self, summary: &Summary) {
        let kept = self.actor().and_then(|actor| recent::remember(&self.folder, summary, &actor));
        if let Err(error) = kept {
            tracing::warn!(%error, "the list of recent migrations could not be kept");
        }
    }

    /// The flag by which work numbered `task` is stopped.
    pub(crate) fn begin(&self, task: u32) -> Arc<AtomicBool> {
        locked(&self.tasks).entry(task).or_default().clone()
    }

    pub(crate) fn end(&self, task: u32) {
        locked(&self.tasks).remove(&task);
    }

    pub(crate) fn stop(&self, task: u32) {
        if let Some(flag) = locked(&self.tasks).get(&task) {
            flag.store(true, Ordering::Relaxed);
        }
    }
}

/// Does what may take a while on a thread of its own, so that the window goes on answering.
pub(crate) async fn at_desk<T: Send + 'static>(
    app: &AppHandle,
    work: impl FnOnce(&Desk) -> Result<T> + Send + 'static,
) -> Result<T> {
    let app = app.clone();
    let done = tauri::async_runtime::spawn_blocking(move || work(&app.state::<Desk>()));
    done.await.map_err(|error| defect(&error))?
}

/// A panic while a lock was held is that command's failure, not the window's.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
