//! What a field that is needed may come from when no heading names it: the one column left that holds such values, or, of
//! several, the one that comes nearest.
//!
//! Proposed, never certain. Where several columns would do, an order that people keep to decides first: the number of a
//! record stands first, a beginning before its end. What is left after that goes by whatever a heading hints at, and to
//! the leftmost between equals.

use super::content::{Values, Wanted};
use super::heading::Reading;
use super::{content, words};
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::{Concept as C, Dataset, Field, Kind};
use crate::transform::is_email;

/// Of a hundred rows, so many different values make an identifier that repeats.
const REPEATING: u64 = 90;

/// More different words than these are no choice of a few.
const FEW: u64 = 50;

/// Whether a heading says that a column is about something that the field does not hold.
pub(super) fn is_named_otherwise(dataset: &Dataset, wanted: Wanted, reading: &Reading) -> bool {
    let other = |word: &String| {
        let own = wanted.concept == C::CustomerId && words::is_of_customer(dataset, word);
        let property = wanted.kind == Kind::Text && word != "name" && words::is_other(dataset, word);
        !own && (words::is_foreign(dataset, word) || property)
    };
    reading.words.iter().any(other) || (wanted.concept == C::EventId && !is_number(reading))
}

/// Whether a field that may stay empty is worth the same: an event's number and its quantity.
pub(super) fn is_worth(dataset: &Dataset, field: &Field) -> bool {
    let wanted = dataset.by_concept(C::EventTime).is_some() && matches!(field.concept, C::EventId | C::Quantity);
    field.required || wanted
}

/// Whether a heading says that the column is somebody's number.
fn is_number(reading: &Reading) -> bool {
    reading.words.iter().any(|word| matches!(word.as_str(), "id" | "number" | "code" | "key" | "reference"))
}

/// Of the columns `left`, the one that the field must come from.
pub(super) fn only(wanted: Wanted, columns: &[ColumnProfile], left: impl Iterator<Item = usize>) -> Option<usize> {
    let mut fitting = left.filter(|column| is_such(wanted, &columns[*column])).peekable();
    let first = *fitting.peek()?;
    if is_first(wanted) {
        return Some(first);
    }
    let mut fitting = fitting.fuse();
    match (fitting.next(), fitting.next()) {
        (only, None) => only,
        _ => None,
    }
}

/// Of such columns, the first is the one.
fn is_first(wanted: Wanted) -> bool {
    matches!(wanted.concept, C::EventTime | C::StartDate | C::ContractReference) || wanted.unique
}

/// Whether a heading says that a column is about another person, time or document. What kind of thing is sold or counted
/// may well be its name: `Beitragsart`, `Job type`.
pub(super) fn is_for_another(dataset: &Dataset, wanted: Wanted, reading: &Reading) -> bool {
    let kind = matches!(wanted.concept, C::Product | C::Stream);
    let mut words = reading.words.iter().filter(|word| !(kind && is_kind(word)) && *word != "name");
    let other = |word: &String| {
        let own = wanted.concept == C::CustomerId && words::is_of_customer(dataset, word);
        let property = wanted.kind == Kind::Text && words::is_other(dataset, word);
        !own && (words::is_foreign(dataset, word) || property)
    };
    words.any(other)
}

fn is_kind(word: &str) -> bool {
    matches!(word, "type" | "category" | "class" | "group")
}

/// Of the columns `left`, the one that comes nearest to the field; `name` is what its heading says of it, however little.
pub(super) fn nearest(
    wanted: Wanted,
    columns: &[ColumnProfile],
    readings: &[Vec<Reading>],
    name: impl Fn(usize) -> u32,
    left: impl Iterator<Item = usize>,
) -> Option<usize> {
    let hinted = |column: &usize| {
        let own = |reading: &Reading| match wanted.kind {
            Kind::Id => is_number(reading),
            Kind::Text => reading.words.iter().any(|word| is_kind(word) || word == "name"),
            Kind::Slug => reading.words.iter().any(|word| is_kind(word)),
            _ => false,
        };
        readings[*column].iter().any(own)
    };
    // Any identifier or list of words could be it: without a hint none is.
    let needs_hint = matches!(wanted.kind, Kind::Id | Kind::Slug);
    let near = left.filter(|column| is_near(wanted, &columns[*column]));
    let ranked = near.map(|column| ((name(column), hinted(&column)), column));
    let hinting = ranked.filter(|((name, hinted), _)| *name > 0 || *hinted || !needs_hint);
    hinting.max_by_key(|(rank, column)| (*rank, std::cmp::Reverse(*column))).map(|(_, column)| column)
}

/// Whether a column could hold what the field holds, at a pinch.
fn is_near(wanted: Wanted, profile: &ColumnProfile) -> bool {
    if profile.filled == 0 || profile.filled < profile.empty {
        return false;
    }
    let figures = matches!(profile.kind, ColumnType::Decimal | ColumnType::Integer);
    let values = Values::of(profile);
    match wanted.kind {
        Kind::Decimal => figures && profile.distinct > 1,
        Kind::Id if wanted.unique => {
            let short = |value: &str| value.len() <= 32 && !is_email(value.trim()) && !value.trim().contains(' ');
            let several = profile.distinct * 100 >= profile.filled * REPEATING;
            several && matches!(profile.kind, ColumnType::Text | ColumnType::Integer) && values.percent(short) >= 90
        }
        Kind::Id if wanted.concept == C::CustomerId => {
            profile.empty == 0 && content::fit(wanted, profile).verdict == content::Verdict::Agrees
        }
        Kind::Text => {
            let worded = |value: &str| value.chars().any(char::is_lowercase) && !is_email(value.trim());
            profile.kind == ColumnType::Text && profile.distinct > 1 && values.percent(worded) >= 90
        }
        Kind::Slug | Kind::Cadence | Kind::Currency => {
            profile.kind == ColumnType::Text
                && profile.distinct <= FEW
                && content::fit(wanted, profile).verdict != content::Verdict::Against
        }
        _ => false,
    }
}

fn is_such(wanted: Wanted, profile: &ColumnProfile) -> bool {
    if profile.filled == 0 || profile.filled < profile.empty {
        return false;
    }
    match wanted.kind {
        Kind::Date | Kind::DateTime => matches!(profile.kind, ColumnType::Date | ColumnType::DateTime),
        Kind::Decimal if wanted.concept == C::Quantity => {
            matches!(profile.kind, ColumnType::Decimal | ColumnType::Integer) && profile.distinct > 2
        }
        Kind::Decimal => profile.kind == ColumnType::Decimal,
        Kind::Id => is_number_of(wanted, profile),
        Kind::Text => is_worded(wanted, profile),
        _ => false,
    }
}

/// Identifiers: of the record where each stands once, of another record where they repeat.
fn is_number_of(wanted: Wanted, profile: &ColumnProfile) -> bool {
    let repeats = profile.distinct * 100 < profile.filled * REPEATING;
    let distinct = match wanted.concept {
        C::ContractReference => profile.distinct * 3 >= profile.filled,
        _ if wanted.unique => !repeats,
        // Not the day of a month or the number of a line.
        _ => repeats && profile.distinct > 2 && profile.longest > 2,
    };
    distinct && profile.empty == 0 && content::fit(wanted, profile).verdict == content::Verdict::Agrees
}

/// Words: names of customers, each its own, or of products, which repeat. No codes, sentences or addresses.
fn is_worded(wanted: Wanted, profile: &ColumnProfile) -> bool {
    let values = Values::of(profile);
    let worded = |value: &str| value.chars().any(char::is_lowercase) && !is_email(value.trim()) && value.len() < 60;
    let repeats = profile.distinct * 2 <= profile.filled;
    profile.kind == ColumnType::Text
        && repeats == (wanted.concept != C::CustomerName)
        && values.percent(worded) >= 90
        && values.percent(|value| value.bytes().any(|byte| byte.is_ascii_digit())) < 50
}
