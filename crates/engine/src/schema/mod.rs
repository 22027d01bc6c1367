//! What a destination takes: datasets, fields and the rules that hold for them, as data.
//!
//! Pure: no files, no clock, no network. A destination's schema is one `const`-like value built in its own file
//! ([`zenskar`], [`kustomer`]); everything else (matching, checking, encoding) reads it and knows no field by name that it
//! does not own.

mod consequences;
mod field;
pub mod finding;
pub mod kustomer;
pub mod sync;
pub mod zenskar;

use serde::{Deserialize, Serialize};

pub use self::consequences::Consequences;

/// The datasets one destination takes, in the order in which they must be loaded.
#[derive(Debug, Clone)]
pub struct Schema {
    /// `zenskar` or `kustomer`, as on the command line and in the migration file.
    pub destination: &'static str,
    pub datasets: Vec<Dataset>,
}

impl Schema {
    pub fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.id == id)
    }
}

/// The destinations, by their names on the command line.
pub const DESTINATIONS: [&str; 2] = ["zenskar", "kustomer"];

/// The schema of a destination by its name on the command line.
pub fn of(destination: &str) -> Option<&'static Schema> {
    match destination {
        "zenskar" => Some(zenskar::schema()),
        "kustomer" => Some(kustomer::schema()),
        _ => None,
    }
}

/// What a source can be about.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// `customers`, `usage`, `contracts`, `companies`.
    pub id: &'static str,
    /// As on screen: `Customers`.
    pub label: &'static str,
    pub fields: Vec<Field>,
    /// The field that names a record: unique among customers and events, shared by the lines of one contract.
    pub identity: &'static str,
    /// Fields by which records can be matched with those at the destination; the first is meant unless another is chosen
    /// ([`sync`]).
    pub keys: &'static [&'static str],
    /// Whether a record that is there can be changed from here; otherwise records are only ever added.
    pub changes: bool,
    /// Lists of the destination that fields here are entries of.
    pub lists: &'static [List],
    /// Parts of a request that are no field by themselves.
    pub parts: &'static [Part],
    /// Prefix of the free fields a user may add for left-over columns: `custom_data.`, `data.`.
    pub open_prefix: Option<&'static str>,
    /// Endings by which the destination tells what a free field holds. Without any, names are free.
    pub suffixes: &'static [(&'static str, Kind)],
    /// Characters a free field of text may have.
    pub longest_free: Option<usize>,
    /// The field that groups several rows into one record: the contract reference.
    pub grouped_by: Option<&'static str>,
    pub money: Option<Money>,
    pub consequences: Consequences,
}

impl Dataset {
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field behind a path of a request: places in a list are no part of its name.
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        self.field(&without_places(path))
    }

    /// What a part of a request is called on screen, by its path. `None` of what is not the schema's to name, such as a free
    /// field.
    pub fn label_at(&self, path: &str) -> Option<&'static str> {
        let id = without_places(path);
        let part = || self.parts.iter().find(|part| part.path == id).map(|part| part.label);
        let list = || self.lists.iter().find(|list| id.split('.').next() == Some(list.name)).map(|list| list.label);
        self.field(&id).map(|field| field.label).or_else(part).or_else(list)
    }

    /// The free field behind a path, wherever in the request it stands.
    pub fn free_at<'p>(&self, path: &'p str) -> Option<&'p str> {
        let prefix = self.open_prefix?;
        let starts = |at: &usize| *at == 0 || path[..*at].ends_with('.');
        let at = path.match_indices(prefix).map(|(at, _)| at).find(starts)?;
        Some(&path[at..]).filter(|id| id.len() > prefix.len())
    }

    /// The field that is about `concept`, whatever it is called.
    pub fn by_concept(&self, concept: Concept) -> Option<&Field> {
        self.fields.iter().find(|field| field.concept == concept)
    }

    /// The field by which people call a record.
    pub fn name_field(&self) -> Option<&Field> {
        let names = [Concept::CustomerName, Concept::CompanyName, Concept::ContactName];
        names.into_iter().find_map(|concept| self.by_concept(concept))
    }

    /// Whether `id` may name a free field here: its prefix, a name, and an ending where the destination asks for one.
    pub fn takes_free(&self, id: &str) -> bool {
        let name = self.open_prefix.and_then(|prefix| id.strip_prefix(prefix)).filter(|name| !name.is_empty());
        name.is_some_and(|name| self.suffixes.is_empty() || self.ending(name).is_some())
    }

    /// What a free field holds, where its ending says so.
    pub fn free_kind(&self, id: &str) -> Option<Kind> {
        self.ending(id).map(|(_, kind)| *kind)
    }

    /// The ending of a new free field that is to hold this kind; `None` where names are free.
    pub fn suffix(&self, kind: Kind) -> Option<&'static str> {
        let held = match kind {
            Kind::Integer | Kind::Decimal => Kind::Decimal,
            Kind::Date | Kind::DateTime => Kind::DateTime,
            Kind::Boolean => Kind::Boolean,
            _ => Kind::Text,
        };
        self.suffixes.iter().find(|(_, kind)| *kind == held).map(|(suffix, _)| *suffix)
    }

    fn ending(&self, name: &str) -> Option<&(&'static str, Kind)> {
        self.suffixes.iter().find(|(suffix, _)| name.len() > suffix.len() && name.ends_with(suffix))
    }
}

fn without_places(path: &str) -> String {
    let is_place = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    path.split('.').filter(|part| !is_place(part)).collect::<Vec<_>>().join(".")
}

/// A list of the destination, of which fields here are entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// In the destination's own words: `emails`.
    pub name: &'static str,
    /// As on screen: `e-mail addresses`.
    pub label: &'static str,
    /// Ids; one that ends in a dot stands for all that begin so.
    pub fields: &'static [&'static str],
}

/// A part of a request that is made of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// In the destination's own words, without places in lists: `phases.pricings.pricing_id`.
    pub path: &'static str,
    /// As on screen: `Price`.
    pub label: &'static str,
}

impl List {
    fn has(&self, id: &str) -> bool {
        self.fields.iter().any(|field| if field.ends_with('.') { id.starts_with(field) } else { id == *field })
    }
}

/// Which fields make up the money of a row, for control totals and the tie-out.
#[derive(Debug, Clone, Copy)]
pub struct Money {
    pub amount: &'static str,
    /// A factor of the amount, where there is one (unit amount × quantity).
    pub quantity: Option<&'static str>,
    /// The billing period, where the amount is one of a period: money is then what it comes to in a year.
    pub cadence: Option<&'static str>,
    pub currency: &'static str,
    /// The field that says which month an amount belongs to.
    pub date: &'static str,
}

/// One field of a dataset.
#[derive(Debug, Clone)]
pub struct Field {
    /// Path in the destination's own words, e.g. `address.country_code`.
    pub id: &'static str,
    /// As on screen: `Country`.
    pub label: &'static str,
    pub help: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub unique: bool,
    /// In characters.
    pub min_length: Option<usize>,
    /// In characters.
    pub max_length: Option<usize>,
    /// The least value a number may have, and whether that value itself is allowed.
    pub minimum: Option<(i64, bool)>,
    /// Values the destination takes, where it takes only some.
    pub allowed: &'static [&'static str],
    pub reference: Option<Reference>,
    /// The value a new mapping starts with when no column fits (`false` for charges and messages).
    pub preset: Option<&'static str>,
    /// The idea behind the field, shared between destinations: key of the word lists that matching uses.
    pub concept: Concept,
}

/// A field whose value must exist in another dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub dataset: &'static str,
    pub field: &'static str,
}

/// What values a field holds. Text is never reinterpreted; the others have one canonical text form (see `transform`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "FieldKind", rename_all = "snake_case")]
pub enum Kind {
    /// Any text.
    Text,
    /// An identifier: text in which every character counts, leading zeros too.
    Id,
    /// An exact whole number.
    Integer,
    /// An exact decimal number.
    Decimal,
    Boolean,
    /// A day without time or zone, `2026-04-01`.
    Date,
    /// An instant; without a zone in the file it is taken as UTC. `2026-04-01T12:30:00Z`.
    DateTime,
    Email,
    /// E.164, `+441566550192`.
    Phone,
    /// ISO 3166-1 alpha-2.
    Country,
    /// ISO 4217.
    Currency,
    /// ISO 8601 period, `P1M`.
    Cadence,
    /// One of [`Field::allowed`].
    Choice,
    /// Name of a usage stream: letters, digits, `_` and `-` (zenskar.md, section 3).
    Slug,
}

impl Kind {
    pub fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
}

/// What a field is about, whatever a destination calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Concept {
    CustomerId,
    CustomerName,
    Email,
    Phone,
    AddressLine1,
    AddressLine2,
    AddressLine3,
    City,
    State,
    PostCode,
    Country,
    ShipLine1,
    ShipLine2,
    ShipCity,
    ShipState,
    ShipPostCode,
    ShipCountry,
    TaxId,
    TaxCountry,
    TaxKind,
    SendMessages,
    ChargeAutomatically,
    Entity,
    Stream,
    EventTime,
    EventId,
    Quantity,
    Unit,
    Amount,
    Currency,
    ContractReference,
    ContractName,
    StartDate,
    EndDate,
    PhaseName,
    PhaseStart,
    PhaseEnd,
    LineReference,
    Product,
    Sku,
    PriceModel,
    UnitAmount,
    Cadence,
    BillingTiming,
    PaymentDays,
    AutoRenew,
    Description,
    CustomerSince,
    CompanyId,
    CompanyName,
    /// The company a person belongs to.
    Employer,
    ContactId,
    ContactName,
    OtherEmail,
    Mobile,
    Website,
    Domain,
    Employees,
    Tags,
    Language,
    TimeZone,
    Birthday,
    Gender,
    LinkedIn,
    Twitter,
    ImportedAt,
    /// A field of the user's own, about which nothing is known.
    Own,
}
