//! Canonical text to a typed value, by the kind of its field.
//!
//! This is the last gate before a record: what passes can be sent. What does not is a [`Fault`] that says so in plain
//! words and, where only one value can be meant, names it.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::canonical::{self, Moment, NotANumber};
use super::shortened::{self, Power};
use super::text::{slug, trim};
use super::{Value, date, number, phone, place, words};
use crate::schema::Kind;
use crate::schema::finding::{Fault, Rule};

/// Years between which a date can be meant. Anything else is a slip of the keyboard.
const YEARS: std::ops::Range<i16> = 1900..2200;

/// Reads canonical text as a value of `kind`. `allowed` are the values a [`Kind::Choice`] may have.
#[expect(clippy::inline_always, reason = "a value handed over in memory costs more than reading it")]
#[inline(always)]
pub fn read<'a>(kind: Kind, text: Cow<'a, str>, allowed: &[&str]) -> Result<Value<'a>, Box<Fault>> {
    if !matches!(kind, Kind::Text | Kind::Id)
        && let Some(value) = typed(kind, &text, allowed)?
    {
        return Ok(value);
    }
    Ok(Value::Text(text))
}

/// The value of a text that is not sent as text; `None` for one that is, once it is found to be sound.
#[inline]
fn typed(kind: Kind, text: &str, allowed: &[&str]) -> Result<Option<Value<'static>>, Box<Fault>> {
    let checked = |fine: bool, fault: fn(&str) -> Fault| if fine { None } else { Some(fault(text)) };
    let fault = match kind {
        Kind::Integer => return whole_number(text).map(|number| Some(Value::Number(number))),
        Kind::Decimal => return decimal(text).map(|number| Some(Value::Number(number))),
        Kind::Boolean => return boolean(text).map(|boolean| Some(Value::Boolean(boolean))),
        Kind::Date => return day(text).map(|day| Some(Value::Date(day))),
        Kind::DateTime => return instant(text).map(|instant| Some(Value::Instant(instant))),
        Kind::Text | Kind::Id => None,
        Kind::Email => email(text),
        Kind::Phone => checked(is_e164(text), not_e164),
        Kind::Country => checked(place::is_country(text), no_country),
        Kind::Currency => checked(place::is_currency(text), no_currency),
        Kind::Cadence => checked(words::is_period(text), no_period),
        Kind::Slug => checked(is_slug(text), no_slug),
        Kind::Choice => choice(text, allowed),
    };
    fault.map_or(Ok(None), |fault| Err(fault.into()))
}

/// A value spoilt by a spreadsheet: an error cell, a column that was too narrow, an id turned into a rounded number.
///
/// Excel writes such numbers with a signed exponent of two digits or more (`4.27167E+18`); an id like `12E5` is let pass.
pub fn damaged(text: &str) -> Option<Fault> {
    let text = trim(text);
    match text.as_bytes().first()? {
        b'#' if is_error_cell(text) => {
            let message = format!(
                "“{text}” is what a spreadsheet shows for a value it lost. Take the value from the old system."
            );
            Some(Fault::error(Rule::Spreadsheet, message))
        }
        b'0'..=b'9' | b'-' if is_rounded(text) => Some(rounded(text)),
        _ => None,
    }
}

/// What stands there of the number, and the number itself where all of it does.
fn rounded(text: &str) -> Fault {
    let power = shortened::power(text);
    let message = match &power {
        Some(Power { number, is_whole: true }) => {
            format!("“{text}” is {number}, shortened by the program that wrote it. Write it out.")
        }
        Some(Power { number, is_whole: false }) => format!(
            "“{text}” was rounded by a spreadsheet to about {number}; the last digits may be lost. Take the value from the old system."
        ),
        None => format!(
            "“{text}” was rounded by a spreadsheet; the last digits are lost. Take the value from the old system."
        ),
    };
    let fault = Fault::error(Rule::Spreadsheet, message);
    match power {
        // How the column writes a fraction is not known here.
        Some(Power { number, is_whole: true }) if !number.contains('.') => fault.suggest(number),
        _ => fault,
    }
}

fn is_error_cell(text: &str) -> bool {
    const ERRORS: &[&str] = &[
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#BEZUG!",
        "#NV",
        "#WERT!",
        "#ZAHL!",
        "#VALEUR!",
        "#NOM?",
        "#NOMBRE!",
        "#¡REF!",
        "#¡VALOR!",
        "#¿NOMBRE?",
        "#¡DIV/0!",
    ];
    ERRORS.contains(&text) || (text.len() > 2 && text.bytes().all(|byte| byte == b'#'))
}

fn is_rounded(text: &str) -> bool {
    // From the end, where nearly every other number already shows that it is none of these.
    let exponent = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let before = &text[..text.len() - exponent];
    let Some(figure) = before.strip_suffix(['+', '-']).and_then(|before| before.strip_suffix(['E', 'e'])) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let figure = figure.strip_prefix('-').unwrap_or(figure);
    let (whole, fraction) = figure.split_once(['.', ',']).unwrap_or((figure, "0"));
    exponent >= 2 && digits(whole) && digits(fraction)
}

#[inline]
fn decimal(text: &str) -> Result<Decimal, Box<Fault>> {
    canonical::decimal(text).map_err(|error| match error {
        NotANumber::TooManyDigits => number::too_long(text).into(),
        NotANumber::Written => {
            Fault::error(Rule::Type, format!("“{text}” is not a number. Write it like 1234.56.")).into()
        }
    })
}

fn whole_number(text: &str) -> Result<Decimal, Box<Fault>> {
    let value = decimal(text)?;
    if value.fract().is_zero() {
        return Ok(value);
    }
    Err(Fault::error(Rule::Type, format!("“{text}” is not a whole number. Write it without decimals.")).into())
}

fn boolean(text: &str) -> Result<bool, Box<Fault>> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let fault = words::not_boolean(text);
            Err(words::boolean(text).map(|value| fault.clone().suggest(value.to_string())).unwrap_or(fault).into())
        }
    }
}

#[inline]
fn moment(text: &str) -> Result<Moment, Box<Fault>> {
    let fault = || Fault::error(Rule::Type, format!("“{text}” is not a date. Write it like 2026-12-31."));
    let moment = canonical::moment(text).ok_or_else(fault)?;
    let year = moment.date().year();
    if YEARS.contains(&year) {
        return Ok(moment);
    }
    let message =
        format!("“{text}” lies in the year {year}, outside {} to {}. Check the year.", YEARS.start, YEARS.end - 1);
    Err(Fault::error(Rule::Range, message).into())
}

/// A day. An instant at midnight is its day; any other time of day would be lost, and the user is told.
fn day(text: &str) -> Result<Date, Box<Fault>> {
    let moment = moment(text)?;
    let date = moment.date();
    if moment == Moment::Day(date) || text.get(10..).is_some_and(is_midnight) {
        return Ok(date);
    }
    let message = format!("“{text}” has a time of day, but only a day can be sent. Write {}.", date::long(date));
    Err(Fault::error(Rule::Format, message).suggest(date.to_string()).into())
}

fn is_midnight(clock: &str) -> bool {
    clock.trim_end_matches('Z').bytes().all(|byte| matches!(byte, b'T' | b' ' | b':' | b'.' | b'0'))
}

#[inline]
fn instant(text: &str) -> Result<Timestamp, Box<Fault>> {
    match moment(text)? {
        Moment::Instant(instant) => Ok(instant),
        Moment::Day(date) => match Moment::at(date, jiff::civil::Time::midnight(), None) {
            Some(Moment::Instant(instant)) => Ok(instant),
            _ => {
                Err(Fault::error(Rule::Range, format!("“{text}” is not a date that can be sent. Check the year."))
                    .into())
            }
        },
    }
}

/// One address with a local part and a domain of at least two names.
pub(crate) fn is_email(text: &str) -> bool {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    let plain = text.bytes().all(|byte| byte > b' ' && byte != b'"');
    let top_level = text.rsplit(['.', '@']).next().unwrap_or_default();
    let domain_ends_well =
        top_level.len() >= 2 && !top_level.bytes().any(|byte| byte.is_ascii_digit() && !text.contains("xn--"));
    plain && domain_ends_well && EmailAddress::parse_with_options(text, options).is_ok()
}

fn email(text: &str) -> Option<Fault> {
    if is_email(text) {
        return None;
    }
    let message = match text.split_once('@') {
        None => format!("“{text}” is not an e-mail address: it has no @. Write it like name@company.com."),
        Some(("", _)) => format!("“{text}” is incomplete: there is nothing before the @. Write the whole address."),
        Some((_, domain)) if domain.contains('@') => {
            format!("“{text}” is more than one e-mail address. Keep one of them.")
        }
        Some((_, domain)) if !domain.contains('.') => {
            format!("“{text}” is incomplete: the part after the @ has no ending such as .com. Write the whole address.")
        }
        Some(_) => format!("“{text}” is not an e-mail address that mail can be sent to. Correct it."),
    };
    Some(Fault::error(Rule::Format, message))
}

fn is_e164(text: &str) -> bool {
    text.starts_with('+') && phone::canonical(text, None).is_some_and(|number| number == text)
}

fn not_e164(text: &str) -> Fault {
    match phone::canonical(text, None) {
        Some(number) => {
            Fault::error(Rule::Format, format!("“{text}” must be written without blanks and signs: {number}."))
                .suggest(number)
        }
        None => phone::fault(text, None),
    }
}

fn no_country(text: &str) -> Fault {
    let fault =
        Fault::error(Rule::Allowed, format!("“{text}” is no two-letter code of a country. Write a code such as GB."));
    place::country(text).map(|code| fault.clone().suggest(code)).unwrap_or(fault)
}

fn no_currency(text: &str) -> Fault {
    let fault = Fault::error(Rule::Allowed, format!("“{text}” is no currency code. Write a code such as EUR."));
    place::currency(text, None).map(|code| fault.clone().suggest(code)).unwrap_or(fault)
}

fn no_period(text: &str) -> Fault {
    let fault = words::unknown_cadence(text);
    words::cadence(text).map(|period| fault.clone().suggest(period)).unwrap_or(fault)
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn no_slug(text: &str) -> Fault {
    let message = format!("“{text}” cannot name a usage stream. Use letters, digits, _ and - only.");
    let fault = Fault::error(Rule::Format, message);
    let slug = slug(text);
    if slug.is_empty() { fault } else { fault.suggest(slug) }
}

fn choice(text: &str, allowed: &[&str]) -> Option<Fault> {
    if allowed.contains(&text) {
        return None;
    }
    let message =
        format!("“{text}” is not one of the values that can be sent: {}. Choose one of them.", allowed.join(", "));
    let fault = Fault::error(Rule::Allowed, message);
    let same = allowed.iter().find(|value| value.eq_ignore_ascii_case(trim(text)));
    Some(same.map(|value| fault.clone().suggest(*value)).unwrap_or(fault))
}
