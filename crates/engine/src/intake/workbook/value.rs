//! A cell of a sheet as text.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};

use super::cells::Look;
use super::figure::{self, write_plain};
use super::format::Shown;
use super::formats::Formats;
use crate::intake::shape::Shape;
use crate::intake::shape::number::{Digits, digits};

/// What is to be said of a cell that was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Its marks need no question.
    pub(super) is_number: bool,
    pub(super) note: Option<Note>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The cell shows `shown`, which is less than it holds.
    Withheld { shown: String },
    /// A whole number with more digits than a spreadsheet keeps.
    Long,
}

/// Appends a cell's value; nothing for an empty cell.
pub(super) fn write_value(value: &DataRef<'_>, look: &Look, formats: &Formats, text: &mut String) -> Written {
    let mut said = Written::default();
    let written = match value {
        DataRef::Empty => Ok(()),
        DataRef::Int(value) => return write_number(*value as f64, look, formats, text),
        DataRef::Float(value) => return write_number(*value, look, formats, text),
        DataRef::String(value) => write_text(value, look, formats, text),
        DataRef::SharedString(value) => write_text(value, look, formats, text),
        DataRef::Bool(value) => text.write_str(if *value { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(value) => return write_moment(*value, look, formats, text),
        DataRef::DateTimeIso(value) => write_iso(value, text),
        DataRef::DurationIso(value) => match value.parse::<jiff::SignedDuration>() {
            Ok(duration) => {
                said.note = write_shown_duration(duration, look, text);
                Ok(())
            }
            Err(_) => text.write_str(value),
        },
        DataRef::Error(error) => write!(text, "{error}"),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    said
}

/// As shown where that is the same number, whole where it is not.
fn write_number(value: f64, look: &Look, formats: &Formats, text: &mut String) -> Written {
    let shown = match look {
        Look::Plain => None,
        Look::Style(style) => formats.get(*style).and_then(|format| format.number(value)),
        Look::Text(shown) => Some(shown_number(shown, value)),
    };
    let mut withheld = None;
    match shown {
        Some(Shown::Whole(shown)) => text.push_str(&shown),
        // Accountants write a dash for nothing.
        Some(Shown::Part(shown)) if value != 0.0 => {
            text.push_str(&figure::whole(&shown, value));
            withheld = Some(Note::Withheld { shown });
        }
        _ => {
            let written = write_plain(value, text);
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
    }
    Written { is_number: true, note: if figure::is_long(value) { Some(Note::Long) } else { withheld } }
}

/// A number of which the file itself holds how it is shown, in the language of who saved it.
fn shown_number(shown: &str, value: f64) -> Shown {
    let shown = shown.trim();
    let signed = figure::shows_sign(shown, value);
    // LibreOffice keeps what `=TRUE()` gives as 1.
    let is_yes_or_no = Shape::of(shown) == Shape::Boolean && ["0", "1"].contains(&figure::plain(value).as_str());
    // Nothing is nothing either way: `0,00`.
    let with_comma = value == 0.0 && shown.rfind(',') > shown.rfind('.');
    if is_yes_or_no || (signed && !with_comma && figure::reads_as(shown, value, '.')) {
        Shown::Whole(shown.to_owned())
    } else if signed && figure::reads_as(shown, value, ',') {
        // `123.456.789-09` is no number with commas.
        let is_number = matches!(digits(shown), Digits::Number(_));
        Shown::Whole(if is_number { figure::with_point(shown) } else { shown.to_owned() })
    } else {
        Shown::Part(shown.to_owned())
    }
}

fn write_text(value: &str, look: &Look, formats: &Formats, text: &mut String) -> std::fmt::Result {
    let shown = match look {
        Look::Style(style) if !value.is_empty() => formats.get(*style).and_then(|format| format.text(value)),
        _ => None,
    };
    text.write_str(shown.as_deref().unwrap_or(value))
}

/// A day is written so that nobody has to ask which it is, whatever the format; a time without a day as shown.
fn write_moment(value: ExcelDateTime, look: &Look, formats: &Formats, text: &mut String) -> Written {
    let days = value.as_f64();
    let shown = match look {
        Look::Style(style) if value.is_duration() || (0.0..1.0).contains(&days) => {
            formats.get(*style).and_then(|format| format.time(days))
        }
        _ => None,
    };
    let withheld = match shown {
        Some(Shown::Whole(shown)) => {
            text.push_str(&shown);
            return Written::default();
        }
        Some(Shown::Part(shown)) => Some(shown),
        None => None,
    };
    let written = if value.is_duration() { write_duration(days * 86_400.0, text) } else { write_date(value, text) };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    Written { is_number: false, note: withheld.map(|shown| Note::Withheld { shown }) }
}

/// `2026-04-01`, `2026-04-01T12:30:00`, `12:30:00` for a time of no day.
fn write_date(value: ExcelDateTime, text: &mut String) -> std::fmt::Result {
    // Beyond the last day that Excel knows the number is no date, whatever its format says.
    const DAYS: std::ops::Range<f64> = 0.0..2_958_466.0;
    if !DAYS.contains(&value.as_f64()) {
        return write_plain(value.as_f64(), text);
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let has_day = value.as_f64() >= 1.0;
    let has_time = !has_day || (hour, minute, second, milli) != (0, 0, 0, 0);
    if has_day {
        write!(text, "{year:04}-{month:02}-{day:02}")?;
    }
    if has_day && has_time {
        text.push('T');
    }
    if has_time {
        write!(text, "{hour:02}:{minute:02}:{second:02}")?;
    }
    if milli > 0 { write!(text, ".{milli:03}") } else { Ok(()) }
}

/// `26:30:00`.
fn write_duration(seconds: f64, text: &mut String) -> std::fmt::Result {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let whole = seconds.abs().round() as u64;
    write!(text, "{sign}{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// A duration as shown, if all of its hours, minutes and seconds stand in that.
fn write_shown_duration(duration: jiff::SignedDuration, look: &Look, text: &mut String) -> Option<Note> {
    let start = text.len();
    let written = write_duration(duration.as_secs_f64(), text);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    let Look::Text(shown) = look else { return None };
    let parts = |text: &str| -> Option<Vec<u64>> {
        let parts = text.trim_start_matches('-').split(':').map(|part| part.trim().parse().ok());
        parts.chain([Some(0)]).take(3).collect()
    };
    if shown.starts_with('-') == text[start..].starts_with('-') && parts(shown) == parts(&text[start..]) {
        text.truncate(start);
        text.push_str(shown);
        return None;
    }
    Some(Note::Withheld { shown: shown.to_string() })
}

/// A date that the file holds as text already; a fraction of nothing but zeros and a midnight are left out.
fn write_iso(value: &str, text: &mut String) -> std::fmt::Result {
    let (before, fraction) = value.rsplit_once('.').unwrap_or((value, ""));
    let value = if fraction.bytes().all(|byte| byte == b'0') { before } else { value };
    text.write_str(value.strip_suffix("T00:00:00").unwrap_or(value))
}
