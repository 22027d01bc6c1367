//! The rules a record can break, and how a single break is told. Names are a promise to scripts (`check --json`).

use serde::{Deserialize, Serialize};

/// Why a value was objected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A required field has no value.
    Required,
    /// Not a number, date or yes/no at all.
    Type,
    /// The right kind of thing, written wrongly: an incomplete e-mail address, an impossible phone number.
    Format,
    /// Longer than the destination takes.
    Length,
    /// Not among the values the destination takes, an unknown country, currency or cadence.
    Allowed,
    /// Used by more than one row within the migration.
    Unique,
    /// Names a record that is in no file and not at the destination.
    Reference,
    /// What is looked up in another file is not there.
    Lookup,
    /// The end lies before the start.
    Order,
    /// Two terms of one customer and product, or two phases of one contract, cover the same days.
    Overlap,
    /// A number outside what makes sense: a negative price, a date outside 1970 to 2100.
    Range,
    /// Can be read in two ways and nobody said which.
    Ambiguous,
    /// Two customers who are probably one.
    NearDuplicate,
    /// Damaged by a spreadsheet: `4.27167E+18`, `#REF!`.
    Spreadsheet,
    /// Blanks around the value that are not sent.
    Blanks,
    /// A phase or line outside its contract.
    Inside,
    /// Usage on a day on which the customer has no contract.
    OutsideTerm,
    /// Lines of one contract disagree: two currencies, customers, start or end dates.
    Consistent,
    /// Allowed, but likely to surprise at the destination (zenskar.md, section 9).
    Hazard,
    /// A row with more cells than the header names.
    Shape,
}

impl Rule {
    /// Whether a row breaks it together with others.
    pub fn is_of_several(self) -> bool {
        matches!(self, Self::Unique | Self::NearDuplicate | Self::Consistent | Self::Overlap)
    }
}

/// How bad a finding is. Errors keep a row from being sent; warnings and notes do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// What is wrong with one value, before it is known in which row it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub rule: Rule,
    pub severity: Severity,
    /// A plain sentence: what is wrong, then what to do. The value in quotes as it stands in the file.
    pub message: String,
    /// The value that would be right, where one can be named with confidence.
    pub suggestion: Option<String>,
}

impl Fault {
    pub fn error(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Error, message: message.into(), suggestion: None }
    }

    pub fn warning(rule: Rule, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, message) }
    }

    #[must_use]
    pub fn suggest(mut self, value: impl Into<String>) -> Self {
        self.suggestion = Some(value.into());
        self
    }
}
