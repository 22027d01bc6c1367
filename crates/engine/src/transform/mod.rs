//! What happens to a cell on its way to a field: a closed list of pure steps from text to text, then one reading of that
//! text as the field's kind.
//!
//! A step never sees another row, the clock or the network, so the same list can later be compiled to SQL. Text between
//! steps is canonical: dates `2026-04-01`, instants `2026-04-01T12:30:00Z`, numbers `-1234.50`, yes/no `true` and `false`.
//! Bad data is a [`Fault`], never an `Err` of the program; `Err` is kept for a list of steps that makes no sense.

mod canonical;
mod date;
mod number;
mod phone;
mod place;
mod read;
mod shortened;
mod text;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::tz::Offset;
use jiff::{Timestamp, civil::Date};
use phonenumber::country::Id as Region;
use regex::Regex;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::schema::Kind;
use crate::schema::finding::{Fault, Rule};
use date::DateFormats;
use number::NumberFormats;

pub use read::{damaged, read};
pub use text::slug;
pub use words::ONCE;

pub(crate) use place::currency;
pub(crate) use read::is_email;
pub(crate) use text::{fold, trim};

/// One step of a mapping, as saved in templates and shown on Match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Blanks (also no-break and zero-width ones) off both ends.
    Trim,
    /// Runs of blanks and line breaks to one blank.
    CollapseBlanks,
    /// Every blank out: `DE 811 907 980` → `DE811907980`.
    RemoveBlanks,
    Case {
        to: Case,
    },
    /// One part of the text, counted from 1; a negative number counts from the end. A missing part is empty.
    Split {
        separator: String,
        part: i32,
    },
    /// Several columns to one text; empty ones are left out. Only as the first step; without it, the first column that
    /// is not empty counts.
    Join {
        separator: String,
    },
    /// The value where the cell is empty.
    Default {
        value: String,
    },
    /// A date or instant written in `format` (see `date`) to its canonical text.
    Date {
        format: String,
    },
    /// A number written in `format` (see `number`) to its canonical text.
    Number {
        format: String,
    },
    /// A country's name, alpha-2 or alpha-3 code to alpha-2.
    Country,
    /// A currency's symbol, name or code to ISO 4217. `$` alone is ambiguous unless `dollar` says which.
    Currency {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dollar: Option<String>,
    },
    /// A telephone number to E.164; `region` (alpha-2) is for numbers without a country code. With `by_country`, the
    /// last of the columns is not part of the number: it holds the row's country, which goes before `region`.
    Phone {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_country: bool,
    },
    /// Words for yes and no (four languages, 1/0, x) to `true` and `false`.
    Boolean,
    /// Words for a billing period (four languages, abbreviations) to ISO 8601: `monthly` → `P1M`.
    Cadence,
    /// Replace whole values, compared without regard to case or outer blanks.
    ValueMap {
        values: BTreeMap<String, String>,
        #[serde(default)]
        otherwise: Otherwise,
    },
    /// The first match of a regular expression, or its first group when it has one. No match is empty.
    Extract {
        pattern: String,
    },
    /// Fill up with zeros on the left.
    PadZeros {
        width: usize,
    },
    /// A Salesforce id of 15 characters, in which case matters, to the one of 18, in which it does not.
    SalesforceId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Case {
    Upper,
    Lower,
    Title,
}

/// What a value map does with a value it does not list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    #[default]
    Keep,
    Empty,
    /// A finding of rule `allowed`.
    Refuse,
}

/// A field's value, typed. Borrows from the source row where nothing had to be changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    /// Whole numbers too. Never a float.
    Number(Decimal),
    Boolean(bool),
    Date(Date),
    Instant(Timestamp),
}

/// Its one canonical text: as it is compared, and as it is shown before it is sent.
impl Value<'_> {
    /// The day of a date or instant. An instant's day is its day in UTC: nothing is shifted.
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Instant(instant) => Some(Offset::UTC.to_datetime(*instant).date()),
            _ => None,
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => formatter.write_str(text),
            Value::Number(number) => number.normalize().fmt(formatter),
            Value::Boolean(boolean) => boolean.fmt(formatter),
            Value::Date(date) => date.fmt(formatter),
            Value::Instant(instant) => instant.fmt(formatter),
        }
    }
}

/// What a step made of a text; `None` leaves it as it is.
type Rewrite = Result<Option<String>, Box<Fault>>;

/// The steps of one field made ready to run over many rows: patterns compiled, value maps folded.
#[derive(Debug)]
pub struct Pipeline {
    /// Between the columns, when they are joined.
    separator: Option<String>,
    /// Whether the last column is only the country of a telephone number.
    by_country: bool,
    steps: Vec<Ready>,
}

/// A list of steps that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    #[error("the pattern “{pattern}” cannot be used: {source}")]
    Pattern { pattern: String, source: Box<regex::Error> },
    #[error("“{format}” is no date format; write it like dd.MM.yyyy or MM/dd/yyyy HH:mm")]
    DateFormat { format: String },
    #[error("“{format}” is no number format; write it like 1,234.56 or 1.234,56")]
    NumberFormat { format: String },
    #[error("columns can only be joined in the first step; move it to the front")]
    JoinNotFirst,
    #[error("the step that takes a part needs a separator, and a part counted from 1 or from -1")]
    Split,
    #[error("“{code}” is no currency; write its three-letter code")]
    Dollar { code: String },
    #[error("“{code}” is no country; write its two-letter code")]
    Region { code: String },
}

#[derive(Debug)]
enum Ready {
    Trim,
    CollapseBlanks,
    RemoveBlanks,
    Case(Case),
    Split { separator: String, part: i32 },
    Default(String),
    Date(DateFormats),
    Number(NumberFormats),
    Country,
    Currency { dollar: Option<String> },
    Phone { region: Option<Region> },
    Boolean,
    Cadence,
    ValueMap { values: HashMap<String, String>, otherwise: Otherwise },
    Extract(Box<Regex>),
    PadZeros(usize),
    SalesforceId,
}

impl Pipeline {
    pub fn compile(steps: &[Step]) -> Result<Self, StepError> {
        let (separator, rest) = match steps {
            [Step::Join { separator }, rest @ ..] => (Some(separator.clone()), rest),
            _ => (None, steps),
        };
        let by_country = rest.iter().any(|step| matches!(step, Step::Phone { by_country: true, .. }));
        let steps = rest.iter().map(Ready::compile).collect::<Result<_, _>>()?;
        Ok(Self { separator, by_country, steps })
    }

    /// The canonical text of one row's cells; `None` is empty. `cells` are the mapped columns in order.
    ///
    /// A cell of nothing but blanks is empty. What a spreadsheet damaged is a fault, unless a value map replaced it.
    #[inline]
    pub fn apply<'a>(&self, cells: &[&'a str]) -> Result<Option<Cow<'a, str>>, Box<Fault>> {
        let (cells, country) = match cells {
            [own @ .., country] if self.by_country && !own.is_empty() => (own, *country),
            cells => (cells, ""),
        };
        let ran = match self.gather(cells) {
            Cow::Borrowed(text) => self.run(text, country),
            Cow::Owned(text) => self.run_on(text, 0, country).map(Cow::Owned),
        };
        match ran {
            Ok(text) if text.is_empty() => Ok(None),
            Ok(text) => damaged(&text).map_or(Ok(Some(text)), |fault| Err(fault.into())),
            Err(fault) => Err(damaged(&self.gather(cells)).map_or(fault, Box::new)),
        }
    }

    /// Whether what comes out is already known to be of this kind, so that it need not be read again to be sure: a
    /// telephone number costs more to look at than all other fields together.
    pub fn ensures(&self, kind: Kind) -> bool {
        kind == Kind::Phone && matches!(self.steps.last(), Some(Ready::Phone { .. }))
    }

    /// Whether outer blanks of a cell are taken off rather than sent.
    pub fn trims(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Ready::Trim))
    }

    #[inline]
    fn gather<'a>(&self, cells: &[&'a str]) -> Cow<'a, str> {
        if let [only] = cells {
            return Cow::Borrowed(if trim(only).is_empty() { "" } else { only });
        }
        let mut filled = cells.iter().copied().filter(|cell| !trim(cell).is_empty());
        match &self.separator {
            Some(separator) if cells.len() > 1 => Cow::Owned(filled.collect::<Vec<_>>().join(separator)),
            _ => Cow::Borrowed(filled.next().unwrap_or_default()),
        }
    }

    /// As long as no step makes a new text, this only narrows the old one.
    #[inline]
    fn run<'a>(&self, mut text: &'a str, country: &str) -> Result<Cow<'a, str>, Box<Fault>> {
        for (index, step) in self.steps.iter().enumerate() {
            // What nearly every field has, and what makes nothing new.
            if matches!(step, Ready::Trim) {
                text = trim(text);
                continue;
            }
            match step.apply(text, country)? {
                Cow::Borrowed(part) => text = part,
                Cow::Owned(new) => return self.run_on(new, index + 1, country).map(Cow::Owned),
            }
        }
        Ok(Cow::Borrowed(text))
    }

    fn run_on(&self, mut text: String, first: usize, country: &str) -> Result<String, Box<Fault>> {
        for step in &self.steps[first..] {
            match step.apply(&text, country)? {
                Cow::Borrowed(part) if part.len() == text.len() => {}
                Cow::Borrowed(part) => text = part.to_owned(),
                Cow::Owned(new) => text = new,
            }
        }
        Ok(text)
    }
}

impl Ready {
    fn compile(step: &Step) -> Result<Self, StepError> {
        Ok(match step {
            Step::Trim => Self::Trim,
            Step::CollapseBlanks => Self::CollapseBlanks,
            Step::RemoveBlanks => Self::RemoveBlanks,
            Step::Case { to } => Self::Case(*to),
            Step::Split { separator, part } if separator.is_empty() || *part == 0 => return Err(StepError::Split),
            Step::Split { separator, part } => Self::Split { separator: separator.clone(), part: *part },
            Step::Join { .. } => return Err(StepError::JoinNotFirst),
            Step::Default { value } => Self::Default(value.clone()),
            Step::Date { format } => Self::Date(
                DateFormats::compile(format).ok_or_else(|| StepError::DateFormat { format: format.clone() })?,
            ),
            Step::Number { format } => Self::Number(
                NumberFormats::compile(format).ok_or_else(|| StepError::NumberFormat { format: format.clone() })?,
            ),
            Step::Country => Self::Country,
            Step::Currency { dollar } => Self::Currency { dollar: dollar_code(dollar.as_deref())? },
            Step::Phone { region, .. } => Self::Phone { region: region_id(region.as_deref())? },
            Step::Boolean => Self::Boolean,
            Step::Cadence => Self::Cadence,
            Step::ValueMap { values, otherwise } => Self::ValueMap {
                values: values.iter().map(|(from, to)| (key(from), to.clone())).collect(),
                otherwise: *otherwise,
            },
            Step::Extract { pattern } => Self::Extract(Box::new(
                Regex::new(pattern)
                    .map_err(|source| StepError::Pattern { pattern: pattern.clone(), source: Box::new(source) })?,
            )),
            Step::PadZeros { width } => Self::PadZeros(*width),
            Step::SalesforceId => Self::SalesforceId,
        })
    }

    /// The text behind this step: a part of the old one, or a new one.
    fn apply<'t>(&self, text: &'t str, country: &str) -> Result<Cow<'t, str>, Box<Fault>> {
        let new = match self {
            Self::Default(value) => text.is_empty().then(|| value.clone()),
            _ if text.is_empty() => None,
            Self::Trim => return Ok(Cow::Borrowed(trim(text))),
            Self::Split { separator, part } => return Ok(Cow::Borrowed(text::part(text, separator, *part))),
            Self::Extract(pattern) => return Ok(Cow::Borrowed(extract(text, pattern))),
            Self::CollapseBlanks => text::collapse_blanks(text),
            Self::RemoveBlanks => text::remove_blanks(text),
            Self::Case(to) => text::case(text, *to),
            Self::Date(formats) => formats.canonical(text)?,
            Self::Number(formats) => formats.canonical(text)?,
            Self::Country => place::country_step(text)?,
            Self::Currency { dollar } => place::currency_step(text, dollar.as_deref())?,
            Self::Phone { region } => phone::step(text, place::country(country).and_then(phone::region).or(*region))?,
            Self::Boolean => words::boolean_step(text)?,
            Self::Cadence => words::cadence_step(text)?,
            Self::ValueMap { values, otherwise } => replace(text, values, *otherwise)?,
            Self::PadZeros(width) => text::pad_zeros(text, *width),
            Self::SalesforceId => text::salesforce_id(text),
        };
        Ok(new.map_or(Cow::Borrowed(text), Cow::Owned))
    }
}

fn extract<'a>(text: &'a str, pattern: &Regex) -> &'a str {
    let found = pattern.captures(text).and_then(|captures| captures.get(1).or_else(|| captures.get(0)));
    found.map_or("", |found| found.as_str())
}

fn key(text: &str) -> String {
    trim(text).to_lowercase()
}

fn replace(text: &str, values: &HashMap<String, String>, otherwise: Otherwise) -> Rewrite {
    match (values.get(&key(text)), otherwise) {
        (Some(value), _) => Ok(Some(value.clone())),
        (None, Otherwise::Keep) => Ok(None),
        (None, Otherwise::Empty) => Ok(Some(String::new())),
        (None, Otherwise::Refuse) => {
            let message = format!("“{text}” is not in the list of values to replace. Add it to the list on Match.");
            Err(Fault::error(Rule::Allowed, message).into())
        }
    }
}

fn dollar_code(code: Option<&str>) -> Result<Option<String>, StepError> {
    match code {
        Some(code) if !place::is_currency(code) => Err(StepError::Dollar { code: code.to_owned() }),
        code => Ok(code.map(str::to_owned)),
    }
}

fn region_id(code: Option<&str>) -> Result<Option<Region>, StepError> {
    let region = |code: &str| phone::region(code).ok_or_else(|| StepError::Region { code: code.to_owned() });
    code.map(region).transpose()
}
