//! Dates and instants as they are written in files, to their canonical text.
//!
//! A format is a pattern of tokens (see [`pattern`]), or one of `iso` (only ISO 8601), `excel` (days since 1900 as a
//! spreadsheet counts them) and `unix` (seconds since 1970, or milliseconds when there are 13 digits). Several formats
//! separated by `|` are an unanswered question: a text that they read as different days is ambiguous.
//!
//! Whatever the format, ISO dates and instants are read: a workbook's column may hold real dates, kept as ISO text, beside
//! dates typed as text.

mod month;
mod pattern;

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::{self, Date, Time};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Rewrite;
use super::canonical::{self, Moment};
use crate::schema::finding::{Fault, Rule};
use pattern::Pattern;

/// How else dates are written: to tell a date in another form from something that is no date.
const COMMON: &[&str] = &[
    "yyyyMMdd",
    "yyyy/M/d",
    "yyyy.M.d",
    "d.M.yyyy",
    "d/M/yyyy",
    "M/d/yyyy",
    "d-M-yyyy",
    "M-d-yyyy",
    "d MMM yyyy",
    "d. MMM yyyy",
    "d-MMM-yyyy",
    "MMM d, yyyy",
    "MMM d yyyy",
];

/// Years in which a number of five digits is taken for a spreadsheet's day.
const RECENT: std::ops::Range<i16> = 1990..2060;

/// Every way in which a column's dates may be read; one, unless the user was not asked yet.
#[derive(Debug)]
pub(super) struct DateFormats {
    readings: Vec<Reading>,
    /// A date as the column writes it, for messages.
    example: String,
}

#[derive(Debug)]
enum Reading {
    Pattern(Pattern),
    Iso,
    Excel,
    Unix,
}

impl DateFormats {
    /// `None` when the format makes no sense.
    pub(super) fn compile(format: &str) -> Option<Self> {
        let readings = format.split('|').map(Reading::compile).collect::<Option<Vec<_>>>()?;
        let example = readings.first()?.example();
        Some(Self { readings, example })
    }

    /// The canonical text, or what is wrong with `text`.
    pub(super) fn canonical(&self, text: &str) -> Rewrite {
        if let Some(moment) = canonical::moment(text) {
            return Ok((!canonical::is_written(text)).then(|| moment.to_string()));
        }
        let mut found: Option<(Moment, bool)> = None;
        for (moment, short_year) in self.readings.iter().filter_map(|reading| reading.read(text)) {
            match found {
                Some((first, _)) if first != moment => return Err(ambiguous(text, first, moment).into()),
                _ => found = Some((moment, short_year)),
            }
        }
        match found {
            Some((moment, true)) => Err(short_year(text, moment).into()),
            Some((moment, false)) => Ok(Some(moment.to_string())),
            None => Err(self.unreadable(text).into()),
        }
    }

    fn unreadable(&self, text: &str) -> Fault {
        let example = &self.example;
        let Some(elsewhere) = date_elsewhere(text) else {
            return Fault::error(Rule::Type, format!("“{text}” is not a date. Write it like {example}."));
        };
        let message = format!("“{text}” is written in another way than the other dates. Write it like {example}.");
        let fault = Fault::error(Rule::Format, message);
        match elsewhere {
            Elsewhere::One(moment) => fault.suggest(moment.to_string()),
            Elsewhere::Several => fault,
        }
    }
}

/// What a text says in the usual forms that this column does not have.
#[derive(Debug, Clone, Copy)]
enum Elsewhere {
    /// All that read it agree.
    One(Moment),
    Several,
}

/// Reads a text, or what stands before its time, in the usual forms; five digits as a spreadsheet's day of recent years.
fn date_elsewhere(text: &str) -> Option<Elsewhere> {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| COMMON.iter().filter_map(|format| Pattern::compile(format)).collect());
    let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
    let read = |text: &str| -> Vec<(Moment, bool)> {
        let parts = patterns.iter().filter_map(|pattern| pattern.read(text));
        parts.filter_map(|parts| Some((parts.moment()?, parts.short_year))).collect()
    };
    let whole = read(text);
    if let Some(&(first, _)) = whole.first() {
        let certain = whole.iter().all(|(moment, short_year)| *moment == first && !short_year);
        return Some(if certain { Elsewhere::One(first) } else { Elsewhere::Several });
    }
    if !read(day).is_empty() {
        return Some(Elsewhere::Several);
    }
    let serial = text.split('.').next().filter(|whole| whole.len() == 5);
    let moment = serial.and_then(|_| excel(text)).filter(|moment| RECENT.contains(&moment.date().year()));
    moment.map(Elsewhere::One)
}

impl Reading {
    fn compile(format: &str) -> Option<Self> {
        Some(match format {
            "iso" => Self::Iso,
            "excel" => Self::Excel,
            "unix" => Self::Unix,
            _ => Self::Pattern(Pattern::compile(format).filter(|pattern| !pattern.contradicts_iso())?),
        })
    }

    /// The moment, and whether its year is only guessed from two digits.
    fn read(&self, text: &str) -> Option<(Moment, bool)> {
        match self {
            Self::Pattern(pattern) => {
                let parts = pattern.read(text)?;
                Some((parts.moment()?, parts.short_year))
            }
            Self::Iso => None,
            Self::Excel => Some((excel(text)?, false)),
            Self::Unix => Some((unix(text)?, false)),
        }
    }

    /// The last day of 2026, half past two, as this column would write it.
    fn example(&self) -> String {
        match self {
            Self::Pattern(pattern) => pattern.example(),
            Self::Iso => "2026-12-31".to_owned(),
            Self::Excel => "46387".to_owned(),
            Self::Unix => "1798727400".to_owned(),
        }
    }
}

/// A spreadsheet's day number (1900 system). Its day 60, 29 February 1900, never was.
fn excel(text: &str) -> Option<Moment> {
    let serial = canonical::decimal(text).ok()?;
    let days = serial.trunc().to_i32().filter(|days| (1..=2_958_465).contains(days) && *days != 60)?;
    let first = if days < 60 { civil::date(1899, 12, 31) } else { civil::date(1899, 12, 30) };
    let date = first.checked_add(days.days()).ok()?;
    let seconds = (serial.fract() * Decimal::from(86_400)).round().to_i64()?;
    if seconds == 0 {
        return Some(Moment::Day(date));
    }
    let midnight = Moment::at(date, Time::midnight(), None)?;
    let Moment::Instant(midnight) = midnight else { return None };
    midnight.checked_add(seconds.seconds()).ok().map(Moment::Instant)
}

/// Seconds, or milliseconds, since the start of 1970.
fn unix(text: &str) -> Option<Moment> {
    let count: i64 = text.parse().ok()?;
    let instant = match text.len() {
        13 => jiff::Timestamp::from_millisecond(count),
        _ => jiff::Timestamp::from_second(count),
    };
    instant.ok().map(Moment::Instant)
}

fn ambiguous(text: &str, first: Moment, second: Moment) -> Fault {
    let (first, second) = (long(first.date()), long(second.date()));
    let message =
        format!("“{text}” can be {first} or {second}. Say on Match which order the dates of the column have.");
    Fault::error(Rule::Ambiguous, message)
}

fn short_year(text: &str, moment: Moment) -> Fault {
    let day = long(moment.date());
    let message = format!(
        "“{text}” has a year of two digits, the other dates of the column have four. It is probably {day}; check it."
    );
    Fault::error(Rule::Ambiguous, message).suggest(moment.to_string())
}

/// `31 December 2027`.
pub(super) fn long(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
