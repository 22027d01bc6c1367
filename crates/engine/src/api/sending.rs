//! Sending: which account a migration goes to, and what must be so before anything goes there.
//!
//! What would be sent is in `plan`, sending in `upload`, how far it came in `standing`, what came of it in `report`.

mod plan;
mod report;
mod standing;
mod upload;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::plan::{FirstPlanned, Plan, PlanPage, PlanQuery, PlannedRecord};
pub(super) use self::report::line;
pub use self::report::{REPORT_PASSES, Report, ReportLine, ReportMoney};
pub use self::standing::{LastRun, RejectedPage, RejectedRecord, UploadState};
pub use self::upload::{UploadRequest, Uploaded};
use super::{ApiError, Code, Migration, Result};
use crate::settings::connection::{Connection, Environment};
use crate::store::ledger::Run;
use crate::store::lookup::LOOK_UP;

/// Under which name the store keeps what this module owns.
const CHOSEN: &str = "connection";
/// Records that are sent to be looked at.
pub const FIRST: usize = 3;
/// The most lines one page may have, of the plan or of what was turned down.
const LONGEST_PAGE: u64 = 500;

/// The connection chosen last, as the migration remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) environment: Environment,
}

/// Live accounts are confirmed by their name, exact up to outer blanks: nobody types it by accident.
pub fn confirm(connection: &Connection, typed: Option<&str>) -> Result<()> {
    if connection.environment == Environment::Live && typed.map(str::trim) != Some(connection.name.as_str()) {
        let message = format!("“{}” is LIVE: what is sent reaches real customers", connection.name);
        let hint = format!("If that is what you want, add `--confirm {}`.", connection.name);
        return Err(ApiError::new(Code::Precondition, message, hint));
    }
    Ok(())
}

impl Migration {
    /// Names the migration wherever its file is copied to; the root of the ids it chooses at a destination.
    pub fn id(&self) -> Result<Uuid> {
        Ok(self.store.id()?)
    }

    /// Chooses where the records go. It decides whether the migration is PRACTICE or LIVE; a change is in the audit trail.
    pub fn choose(&mut self, connection: &Connection) -> Result<()> {
        let chosen = Chosen { name: connection.name.clone(), environment: connection.environment };
        if self.chosen()?.as_ref() == Some(&chosen) {
            return Ok(());
        }
        self.act(|migration| {
            let text = serde_json::to_string(&chosen).map_err(crate::store::StoreError::from)?;
            migration.store.set_meta(CHOSEN, &text)?;
            let kind = chosen.environment.to_string().to_uppercase();
            migration.note("Upload", &format!("Chose the connection {}", chosen.name), &kind)
        })
    }

    pub(super) fn chosen(&self) -> Result<Option<Chosen>> {
        Ok(self.store.meta(CHOSEN)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// A run that begins now; not yet written down.
    pub(super) fn new_run(&self, connection: &Connection, mode: &str) -> Run {
        Run {
            who: self.actor.name.clone(),
            mode: mode.to_owned(),
            connection: connection.name.clone(),
            environment: connection.environment.to_string(),
            url: connection.url.clone(),
            organisation: connection.organisation.clone(),
            started_at: self.actor.at(),
            ..Run::default()
        }
    }

    /// Everything that was ever sent went to the account of this connection.
    pub(super) fn same_account(&self, connection: &Connection) -> Result<()> {
        let id = self.id()?;
        match self.store.runs()?.iter().find(|run| !went_to(run, connection, id)) {
            Some(other) => {
                let message =
                    format!("this migration was uploaded with “{}”, which is another account", other.connection);
                let hint = "One migration goes to one account. Make a new migration for the other one.";
                Err(ApiError::new(Code::Precondition, message, hint))
            }
            None => Ok(()),
        }
    }

    fn ready_to_send(&self, connection: &Connection) -> Result<()> {
        if connection.destination != self.schema.destination {
            let message = format!(
                "“{}” is a connection to {}, this migration is for {}",
                connection.name, connection.destination, self.schema.destination
            );
            return Err(ApiError::new(Code::Argument, message, "Choose another connection."));
        }
        let checked = self.store.checked()?;
        match self
            .store
            .sources()?
            .iter()
            .filter(|source| source.dataset != LOOK_UP)
            .find(|source| !checked.iter().any(|checked| checked.dataset == source.dataset))
        {
            Some(source) => Err(ApiError::new(
                Code::Precondition,
                format!("{} has not been checked since its files or mapping changed", source.dataset),
                "Run `carryover check` first.",
            )),
            None if checked.is_empty() => Err(ApiError::new(
                Code::Precondition,
                "there are no files in this migration",
                "Add files with `carryover import` first.",
            )),
            None => Ok(()),
        }
    }
}

/// Whether a run sent to the account of `connection`. The practice destination kept with a migration has the migration's id for
/// its organisation, and another port whenever its own is taken; any other account is known by its address as well.
fn went_to(run: &Run, connection: &Connection, migration: Uuid) -> bool {
    let own = || connection.is_local() && connection.organisation == migration.to_string();
    run.organisation == connection.organisation && (run.url == connection.url || own())
}
