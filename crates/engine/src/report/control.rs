//! A control total: what was read, held against what the old system's report says.

use serde::Serialize;

/// One dataset in one currency and month; both are empty in the line of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TotalLine {
    pub dataset: String,
    pub currency: String,
    pub month: String,
    /// Rows, or money in the currency's main unit.
    pub read: String,
    pub expected: Option<String>,
    pub difference: Option<String>,
    /// The part of a difference that was left out or corrected with a reason, or explained in words. Where nothing
    /// differs, nothing needs an explanation.
    pub explained: Option<String>,
    /// The part that is still without one.
    pub open: Option<String>,
}
