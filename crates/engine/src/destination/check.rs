//! The lines of a connection test.

use serde::Serialize;

/// One line of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Check {
    /// For scripts: `reached`, `key`, `organisation`, `read`, `write`, `environment`; where a key has roles, instead of
    /// `read` and `write` what they are for: `companies`, `customers`, `attributes`, `bulk`, `search`.
    pub name: &'static str,
    pub state: CheckState,
    /// What was found, as a plain sentence.
    pub told: String,
    /// What to do, unless it passed.
    pub remedy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    Passed,
    /// Works, but look at it before going on.
    Warned,
    Failed,
    /// Not tested, because an earlier one failed.
    Waiting,
}

impl Check {
    pub(super) fn passed(name: &'static str, told: &str) -> Self {
        Self { name, state: CheckState::Passed, told: told.to_owned(), remedy: None }
    }

    pub(super) fn warned(name: &'static str, told: &str, remedy: &str) -> Self {
        Self { name, state: CheckState::Warned, told: told.to_owned(), remedy: Some(remedy.to_owned()) }
    }

    pub(super) fn failed(name: &'static str, told: &str, remedy: &str) -> Self {
        Self { name, state: CheckState::Failed, told: told.to_owned(), remedy: Some(remedy.to_owned()) }
    }

    pub(super) fn waiting(name: &'static str) -> Self {
        let remedy = Some("Settle the one above first, then test again.".to_owned());
        Self { name, state: CheckState::Waiting, told: "Waits for the one above.".to_owned(), remedy }
    }
}
