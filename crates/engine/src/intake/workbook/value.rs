//! A cell of a sheet as text.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};

/// Appends a cell's value; nothing for an empty cell.
pub(crate) fn write_value(value: &DataRef<'_>, text: &mut String) {
    let written = match value {
        DataRef::Empty => Ok(()),
        DataRef::Int(value) => write!(text, "{value}"),
        DataRef::Float(value) => write_number(*value, text),
        DataRef::String(value) => text.write_str(value),
        DataRef::SharedString(value) => text.write_str(value),
        DataRef::Bool(value) => write!(text, "{value}"),
        DataRef::DateTime(value) if value.is_duration() => write_duration(value.as_f64() * 86_400.0, text),
        DataRef::DateTime(value) => write_date(*value, text),
        DataRef::DateTimeIso(value) => write_iso(value, text),
        DataRef::DurationIso(value) => match value.parse::<jiff::SignedDuration>() {
            Ok(duration) => write_duration(duration.as_secs_f64(), text),
            Err(_) => text.write_str(value),
        },
        DataRef::Error(error) => write!(text, "{error}"),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

/// The shortest decimal text that is the same number: no exponent, no `.0`.
fn write_number(value: f64, text: &mut String) -> std::fmt::Result {
    // Whole numbers, which most are, need no search for the shortest digits.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return write!(text, "{}", value as i64);
    }
    // Adding zero makes a negative zero a plain one.
    write!(text, "{}", value + 0.0)
}

/// `2026-04-01`, `2026-04-01T12:30:00`, `12:30:00` for a time of no day.
fn write_date(value: ExcelDateTime, text: &mut String) -> std::fmt::Result {
    // Beyond the last day that Excel knows the number is no date, whatever its format says.
    const DAYS: std::ops::Range<f64> = 0.0..2_958_466.0;
    if !DAYS.contains(&value.as_f64()) {
        return write_number(value.as_f64(), text);
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

/// A date that the file holds as text already; a fraction of nothing but zeros and a midnight are left out.
fn write_iso(value: &str, text: &mut String) -> std::fmt::Result {
    let (before, fraction) = value.rsplit_once('.').unwrap_or((value, ""));
    let value = if fraction.bytes().all(|byte| byte == b'0') { before } else { value };
    text.write_str(value.strip_suffix("T00:00:00").unwrap_or(value))
}
