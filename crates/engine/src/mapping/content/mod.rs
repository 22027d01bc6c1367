//! Whether a column's values are what a field holds, and the steps that make them so.

use std::collections::HashSet;

mod closed;
mod figures;
mod shape;

use crate::intake::profile::DISTINCT_EXACT;
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::{Concept, Dataset, Field, Kind};
use crate::transform::{Pipeline, Step, read};

pub(super) use closed::unknown;
pub(super) use shape::is_international;

/// What the matching needs to know of a field, whether the schema or the user made it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) concept: Concept,
    pub(super) unique: bool,
    pub(super) allowed: &'static [&'static str],
}

impl Wanted {
    /// As a field by itself asks for it, whatever the dataset is about.
    pub(super) fn loosely(field: &Field) -> Self {
        Self { kind: field.kind, concept: field.concept, unique: field.unique, allowed: field.allowed }
    }
}

/// A column seen as the source of one field.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) verdict: Verdict,
    pub(super) steps: Vec<Step>,
    /// What the user has to say before the column can be used.
    pub(super) question: Option<String>,
    /// What the values are, in a few words.
    pub(super) why: String,
}

impl Fit {
    fn new(verdict: Verdict, steps: Vec<Step>, why: impl Into<String>) -> Self {
        Self { verdict, steps, question: None, why: why.into() }
    }

    fn against(why: &str) -> Self {
        Self::new(Verdict::Against, vec![Step::Trim], why)
    }
}

/// What the values say to the question whether the column is the field's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Against,
    Unsure,
    Agrees,
}

/// A column's values with how often each stands there, as far as that is known.
pub(super) struct Values<'a> {
    weighted: Vec<(&'a str, u64)>,
    total: u64,
}

impl<'a> Values<'a> {
    pub(super) fn of(profile: &'a ColumnProfile) -> Self {
        let common = profile.common.iter().map(|(value, count)| (value.as_str(), *count));
        let mut weighted: Vec<_> = common.collect();
        let counted: HashSet<&str> = weighted.iter().map(|(value, _)| *value).collect();
        let samples = profile.samples.iter().map(String::as_str).filter(|value| !counted.contains(value));
        weighted.extend(samples.map(|value| (value, 1)));
        let total = weighted.iter().map(|(_, count)| count).sum();
        Self { weighted, total }
    }

    /// Of a hundred rows, how many satisfy `fits`.
    pub(super) fn percent(&self, fits: impl Fn(&str) -> bool) -> u64 {
        let fitting: u64 = self.weighted.iter().filter(|(value, _)| fits(value)).map(|(_, count)| count).sum();
        (fitting * 100).checked_div(self.total).unwrap_or(0)
    }

    fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.weighted.iter().any(|(value, _)| fits(value))
    }

    fn each(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.weighted.iter().map(|(value, _)| *value)
    }
}

/// Judges a column for a field and finds the steps.
pub(super) fn fit(wanted: Wanted, profile: &ColumnProfile) -> Fit {
    fit_of(wanted, profile, &Values::of(profile))
}

/// The same for whoever has gathered the column's values.
pub(super) fn fit_of(wanted: Wanted, profile: &ColumnProfile, values: &Values) -> Fit {
    if profile.filled == 0 || values.total == 0 {
        return Fit::new(Verdict::Unsure, vec![Step::Trim], "The column is empty");
    }
    match wanted.kind {
        Kind::Text | Kind::Id => shape::text(wanted, profile, values),
        Kind::Slug => shape::slugs(profile, values),
        Kind::Phone => shape::phones(profile, values),
        Kind::Email => shape::emails(profile, values),
        Kind::Date | Kind::DateTime => figures::dates(wanted.kind, profile, values),
        Kind::Integer | Kind::Decimal => figures::numbers(wanted, profile, values),
        Kind::Choice => closed::choices(wanted.allowed, profile, values),
        Kind::Country => closed::words(wanted.kind, Step::Country, ["name", "names"], values),
        Kind::Currency => {
            closed::words(wanted.kind, Step::Currency { dollar: None }, ["currency", "currencies"], values)
        }
        Kind::Cadence => closed::words(wanted.kind, Step::Cadence, ["word", "words"], values),
        Kind::Boolean => closed::words(wanted.kind, Step::Boolean, ["word", "words"], values),
    }
}

/// Whether a column's values do not speak against a field.
pub(super) fn may_be(dataset: &Dataset, field: &str, profile: &ColumnProfile) -> bool {
    dataset.field(field).is_some_and(|field| fit(Wanted::loosely(field), profile).verdict != Verdict::Against)
}

/// What is done to a column's values before they are read as a field's.
pub(super) fn steps(field: &Field, profile: &ColumnProfile) -> Vec<Step> {
    fit(Wanted::loosely(field), profile).steps
}

/// A count as a person writes it: `1,201`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// What an identifier's column is like: how many different ones, how many empty.
pub(super) fn different(profile: &ColumnProfile) -> String {
    let empty = if profile.empty == 0 { "none".to_owned() } else { count(profile.empty) };
    // An estimate may come out above what there is.
    let distinct = count(profile.distinct.min(profile.filled));
    if profile.distinct > DISTINCT_EXACT {
        format!("about {distinct} different, {empty} empty")
    } else {
        format!("{distinct} different, {empty} empty")
    }
}

/// How many of a hundred of a column's values come through `steps` and are read as `kind`.
pub(super) fn reads(kind: Kind, steps: &[Step], profile: &ColumnProfile) -> u64 {
    readable(kind, steps, &Values::of(profile))
}

/// How many of a hundred values come through `steps` and are read as `kind`.
fn readable(kind: Kind, steps: &[Step], values: &Values) -> u64 {
    let Ok(pipeline) = Pipeline::compile(steps) else { return 0 };
    values.percent(|value| is_readable(kind, &pipeline, value))
}

fn is_readable(kind: Kind, pipeline: &Pipeline, value: &str) -> bool {
    match pipeline.apply(&[value]) {
        Ok(Some(text)) => read(kind, text, &[]).is_ok(),
        _ => false,
    }
}

fn verdict(percent: u64) -> Verdict {
    match percent {
        90.. => Verdict::Agrees,
        50.. => Verdict::Unsure,
        _ => Verdict::Against,
    }
}

/// The kind of a free field made from a left-over column, and the steps to it.
pub(super) fn free(profile: &ColumnProfile) -> (Kind, Fit) {
    let kind = match profile.kind {
        ColumnType::Integer => Kind::Integer,
        ColumnType::Decimal => Kind::Decimal,
        ColumnType::Date => Kind::Date,
        ColumnType::DateTime => Kind::DateTime,
        ColumnType::Boolean => Kind::Boolean,
        ColumnType::Text | ColumnType::Empty if profile.leading_zeros > 0 => Kind::Id,
        ColumnType::Text | ColumnType::Empty => Kind::Text,
    };
    (kind, free_as(kind, profile))
}

/// The steps to a free field that is known to hold this kind.
pub(super) fn free_as(kind: Kind, profile: &ColumnProfile) -> Fit {
    fit(Wanted { kind, concept: Concept::Description, unique: false, allowed: &[] }, profile)
}
