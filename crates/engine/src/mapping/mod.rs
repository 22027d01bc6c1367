//! From which columns each field of a dataset comes, through which steps. A pure function of a row, saved as plain data.

mod content;
mod finish;
mod header;
mod heading;
pub mod learned;
mod left_over;
pub mod lookup;
mod record;
pub mod reference;
mod score;
mod suggest;
pub mod template;
mod words;

use serde::{Deserialize, Serialize};

pub use learned::Learned;
pub use lookup::{Index, IndexBuilder, Lookup, Table};
pub use record::{FieldFault, MappedField, Mapper, MappingError, Record};
pub use suggest::{Settled, SettledField, choose, choose_again, keep, suggest, told, unknown_words};

use crate::schema::Kind;
use crate::transform::Step;

/// Version written into migration files and into templates that say nothing else; a newer one is refused.
pub const VERSION: u32 = 1;

/// The mapping of one source onto one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub version: u32,
    pub destination: String,
    pub dataset: String,
    /// In the schema's order, then the free fields the user added.
    pub fields: Vec<FieldMapping>,
    /// Columns that stand side by side, one per meter: each filled cell is an event of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<Meter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct FieldMapping {
    /// `external_id`, `address.city`, or a free field such as `custom_data.region`.
    pub field: String,
    /// By name, as in the source's header. Empty when nothing is mapped.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Where the columns hold only a key: the tables through which it leads to the text, one after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookups: Vec<Lookup>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    #[serde(default)]
    pub steps: Vec<Step>,
    pub confidence: Confidence,
    /// Why, in a few words of the user's language: `1,201 different, none empty`.
    #[serde(default)]
    pub why: String,
    /// Set for free fields, whose kind no schema knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

/// The field that names the stream of a usage event, which a meter fixes.
pub(crate) const STREAM: &str = "stream";

impl Mapping {
    /// A mapping with nothing in it yet.
    pub fn empty(destination: &str, dataset: &str) -> Self {
        let (destination, dataset) = (destination.to_owned(), dataset.to_owned());
        Self { version: VERSION, destination, dataset, fields: Vec::new(), meters: Vec::new() }
    }

    pub fn field(&self, id: &str) -> Option<&FieldMapping> {
        self.fields.iter().find(|field| field.field == id)
    }

    /// Whether a field gets values: from columns, a fixed one, or from meters.
    pub fn fills(&self, id: &str) -> bool {
        let by_meter = |meter: &Meter| id == STREAM || meter.field == id;
        self.field(id).is_some_and(FieldMapping::is_mapped) || self.meters.iter().any(by_meter)
    }
}

impl FieldMapping {
    /// A field that gets nothing.
    pub fn unmapped(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            columns: Vec::new(),
            lookups: Vec::new(),
            constant: None,
            steps: Vec::new(),
            confidence: Confidence::None,
            why: String::new(),
            kind: None,
        }
    }

    /// Whether its column can be read in more than one way and nobody has said which: what its steps leave open is in their
    /// formats.
    pub fn asks_for_format(&self) -> bool {
        let is_open =
            |step: &Step| matches!(step, Step::Date { format } | Step::Number { format } if format.contains('|'));
        self.confidence == Confidence::Question && self.lookups.is_empty() && self.steps.iter().any(is_open)
    }

    /// Whether the field gets values: from columns, or a fixed one.
    pub fn is_mapped(&self) -> bool {
        self.constant.is_some() || !self.columns.is_empty()
    }
}

/// A meter of a wide usage file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct Meter {
    pub column: String,
    /// Slug of the stream its events go to.
    pub stream: String,
    /// The free field that takes the number, e.g. `data.quantity`.
    pub field: String,
}

/// How sure a mapping is. On screen: Certain, Likely, Asks you, Not matched, Set by you, Fixed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nothing fits.
    None,
    /// The user has to say something first (date order, decimal mark, an unknown word).
    Question,
    Likely,
    Certain,
    Fixed,
    User,
}
