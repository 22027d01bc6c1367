//! The one written form of dates, instants and numbers between the steps, read fast.
//!
//! Every cell of a million rows passes here, so the usual forms are read by hand from their bytes; what is rarer goes to
//! the libraries' own parsers. Ranges that make sense are `read`'s business.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, civil::DateTime};
use rust_decimal::Decimal;

/// Digits a number may have: what `Decimal` keeps exactly, whatever they are.
pub(super) const MAX_DIGITS: usize = 28;
/// A longer run may not fit an `i64`.
const DIGITS_AT_ONCE: usize = 18;

/// A day, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    Instant(Timestamp),
}

impl Moment {
    /// A day and time without zone is taken as UTC and not shifted.
    #[inline]
    pub(super) fn at(date: Date, time: Time, offset: Option<Offset>) -> Option<Self> {
        let offset = offset.unwrap_or(Offset::UTC);
        offset.to_timestamp(DateTime::from_parts(date, time)).ok().map(Self::Instant)
    }

    pub(super) fn date(self) -> Date {
        match self {
            Self::Day(date) => date,
            Self::Instant(instant) => Offset::UTC.to_datetime(instant).date(),
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(date) => date.fmt(formatter),
            Self::Instant(instant) => instant.fmt(formatter),
        }
    }
}

/// Why a text is no canonical number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotANumber {
    Written,
    TooManyDigits,
}

/// `yyyy-MM-dd` and nothing else.
pub(super) fn date(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    Date::new(year, number(&[m1, m2])? as i8, number(&[d1, d2])? as i8).ok()
}

/// A day, or a day and a time after `T` or a blank, with or without seconds, fraction and zone.
#[expect(clippy::inline_always, reason = "a value handed over in memory costs more than reading it")]
#[inline(always)]
pub(super) fn moment(text: &str) -> Option<Moment> {
    let (day, rest) = text.split_at_checked(10)?;
    let date = date(day)?;
    let Some(clock) = rest.strip_prefix(['T', ' ']) else {
        return rest.is_empty().then_some(Moment::Day(date));
    };
    match time_and_zone(clock) {
        Some((time, offset)) => Moment::at(date, time, offset),
        None => text.parse().ok().map(Moment::Instant),
    }
}

/// Whether a text [`moment`] reads is also written as it would write it, so that nothing has to be rewritten.
pub(super) fn is_written(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        10 => true,
        20 => bytes[10] == b'T' && bytes[19] == b'Z',
        _ => false,
    }
}

fn time_and_zone(text: &str) -> Option<(Time, Option<Offset>)> {
    let (hour_minute, mut rest) = text.as_bytes().split_first_chunk::<5>()?;
    let &[h1, h2, b':', m1, m2] = hour_minute else { return None };
    let (mut second, mut nanosecond) = (0, 0);
    if let [b':', s1, s2, after @ ..] = rest {
        second = number(&[*s1, *s2])? as i8;
        (nanosecond, rest) = fraction(after)?;
    }
    let time = Time::new(number(&[h1, h2])? as i8, number(&[m1, m2])? as i8, second, nanosecond).ok()?;
    Some((time, zone(rest)?))
}

/// Nanoseconds after a point or comma, and what follows them.
pub(super) fn fraction(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.' | b',', after @ ..] = bytes else { return Some((0, bytes)) };
    let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = after.get(..length).filter(|digits| (1..=9).contains(&digits.len()))?;
    let value = digits.iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
    Some((value * 10_i32.pow(9 - length as u32), &after[length..]))
}

/// Nothing (the inner `None`), `Z`, `+02`, `+0200` or `+02:00`.
#[expect(clippy::option_option, reason = "outside: the text is a zone; inside: it names one")]
pub(super) fn zone(bytes: &[u8]) -> Option<Option<Offset>> {
    let (sign, hours, minutes) = match *bytes {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(Offset::UTC)),
        [sign, h1, h2] => (sign, [h1, h2], [b'0', b'0']),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, [h1, h2], [m1, m2]),
        _ => return None,
    };
    let seconds = i32::from(number(&hours)?) * 3600 + i32::from(number(&minutes)?) * 60;
    let offset = match sign {
        b'+' => Offset::from_seconds(seconds),
        b'-' => Offset::from_seconds(-seconds),
        _ => return None,
    };
    offset.ok().map(Some)
}

/// A short run of ASCII digits as a number.
pub(super) fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0')))
}

/// `-?\d+(\.\d+)?` with at most [`MAX_DIGITS`] digits.
#[expect(clippy::inline_always, reason = "a value handed over in memory costs more than reading it")]
#[inline(always)]
pub(super) fn decimal(text: &str) -> Result<Decimal, NotANumber> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > DIGITS_AT_ONCE {
        return long_decimal(text, digits);
    }
    let (mut value, mut scale, mut pointed) = (0_u64, 0, false);
    for (index, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + u64::from(byte - b'0');
                scale += u32::from(pointed);
            }
            b'.' if !pointed && index > 0 => pointed = true,
            _ => return Err(NotANumber::Written),
        }
    }
    if digits.is_empty() || (pointed && scale == 0) {
        return Err(NotANumber::Written);
    }
    Ok(Decimal::from_parts(value as u32, (value >> 32) as u32, 0, digits.len() < text.len(), scale))
}

fn long_decimal(text: &str, digits: &str) -> Result<Decimal, NotANumber> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NotANumber::Written);
    }
    let zeros = whole.bytes().take_while(|byte| *byte == b'0').count();
    if digits.len() - zeros > MAX_DIGITS + usize::from(digits.contains('.')) {
        return Err(NotANumber::TooManyDigits);
    }
    Decimal::from_str_exact(text).map_err(|_| NotANumber::TooManyDigits)
}
