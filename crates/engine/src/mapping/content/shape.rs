//! Columns of free text: names, identifiers, addresses of every kind. Judged by what the values look like.

use std::collections::BTreeSet;

use super::{Fit, Values, Verdict, Wanted, count, different, readable, verdict};
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::{Concept as C, Kind};
use crate::transform::{Case, Otherwise, Pipeline, Step, fold, is_email, read, slug, trim};

/// Text and identifiers, which any value can be.
pub(super) fn text(wanted: Wanted, profile: &ColumnProfile, values: &Values) -> Fit {
    match wanted.concept {
        C::TaxId => tax_numbers(profile, values),
        C::PostCode => {
            Fit::new(unless_figures(profile, values.percent(is_postcode)), vec![Step::Trim], different(profile))
        }
        C::Entity => {
            let percent = values.percent(|value| uuid::Uuid::parse_str(trim(value)).is_ok());
            Fit::new(verdict(percent), vec![Step::Trim], different(profile))
        }
        _ if wanted.kind == Kind::Id => {
            Fit::new(identifier(wanted.unique, profile, values), vec![Step::Trim], different(profile))
        }
        _ => {
            let why = format!("{} filled, longest {}", count(profile.filled), profile.longest);
            Fit::new(named(wanted.concept, profile, values), vec![Step::Trim], why)
        }
    }
}

fn tax_numbers(profile: &ColumnProfile, values: &Values) -> Fit {
    let percent = values.percent(is_tax_number);
    let why = if percent == 100 { "Looks like tax numbers".to_owned() } else { different(profile) };
    Fit::new(unless_figures(profile, percent), vec![Step::Trim, Step::RemoveBlanks], why)
}

/// Amounts and dates are no identifiers.
fn is_figure(profile: &ColumnProfile) -> bool {
    matches!(profile.kind, ColumnType::Decimal | ColumnType::Date | ColumnType::DateTime | ColumnType::Boolean)
}

fn unless_figures(profile: &ColumnProfile, percent: u64) -> Verdict {
    if is_figure(profile) { Verdict::Against } else { verdict(percent) }
}

fn identifier(unique: bool, profile: &ColumnProfile, values: &Values) -> Verdict {
    if is_figure(profile) || values.percent(is_bank_account) > 90 {
        return Verdict::Against;
    }
    let shape = match values.percent(is_identifier) {
        80.. => Verdict::Agrees,
        40.. => Verdict::Unsure,
        _ if values.percent(is_email) > 90 => Verdict::Unsure,
        _ => Verdict::Against,
    };
    let distinct = profile.distinct * 100 / profile.filled.max(1);
    match (unique, distinct) {
        (true, ..50) => Verdict::Against,
        (true, ..90) => shape.min(Verdict::Unsure),
        _ => shape,
    }
}

/// Short, with a digit or all capitals, and hardly a blank.
fn is_identifier(value: &str) -> bool {
    let value = trim(value);
    let telling = value.bytes().any(|byte| byte.is_ascii_digit()) || value.chars().all(|letter| !letter.is_lowercase());
    telling && value.len() <= 64 && !value.contains('@') && value.split(' ').count() <= 2
}

/// An IBAN: a country, two digits to check it by, and the account.
fn is_bank_account(value: &str) -> bool {
    let letters: Vec<u8> = value.bytes().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let [country @ .., _, _] = letters.get(..4).unwrap_or_default() else { return false };
    (15..=34).contains(&letters.len())
        && country.iter().all(u8::is_ascii_uppercase)
        && letters[2..4].iter().all(u8::is_ascii_digit)
        && letters.iter().all(u8::is_ascii_alphanumeric)
        && ACCOUNT_LENGTHS.iter().all(|(known, length)| known.as_bytes() != country || *length == letters.len())
}

/// Letters of an IBAN by country, as the registry of ISO 13616 has them: a Spanish supply point begins like one.
const ACCOUNT_LENGTHS: [(&str, usize); 14] = [
    ("AT", 20),
    ("BE", 16),
    ("CH", 21),
    ("DE", 22),
    ("DK", 18),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("IE", 22),
    ("IT", 27),
    ("LU", 20),
    ("NL", 18),
    ("PT", 25),
];

fn is_tax_number(value: &str) -> bool {
    let letters: Vec<char> = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let digits = letters.iter().filter(|letter| letter.is_ascii_digit()).count();
    (6..=20).contains(&letters.len()) && digits >= 5 && digits * 2 >= letters.len()
}

fn is_postcode(value: &str) -> bool {
    let value = trim(value);
    (3..=10).contains(&value.len()) && value.bytes().any(|byte| byte.is_ascii_digit())
}

fn has_digit(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Names and other words, as far as a name's column can be told from a list of codes or states.
fn named(concept: C, profile: &ColumnProfile, values: &Values) -> Verdict {
    let verdict = name_like(profile, values);
    let many_rows = profile.filled >= 20;
    match concept {
        C::State | C::ShipState | C::City | C::ShipCity if profile.kind == ColumnType::Integer => Verdict::Against,
        // A street has a number; names of people and firms have none.
        C::AddressLine1 | C::ShipLine1 if values.percent(has_digit) < 30 => verdict.min(Verdict::Unsure),
        C::Unit if readable(Kind::Cadence, &[Step::Trim, Step::Cadence], values) >= 95 => verdict.min(Verdict::Unsure),
        C::CustomerName if many_rows && profile.distinct * 2 < profile.filled => verdict.min(Verdict::Unsure),
        C::CustomerName if values.percent(is_identifier) >= 80 => verdict.min(Verdict::Unsure),
        C::State
            if values
                .percent(|value| STATUSES.iter().any(|words| words.split(' ').any(|status| status == fold(value))))
                >= 50 =>
        {
            Verdict::Against
        }
        _ => verdict,
    }
}

/// What a `State` says that is no part of a country. Folded.
const STATUSES: [&str; 3] = [
    "active inactive open closed new lead prospect customer enabled disabled archived deleted trial",
    "paid unpaid draft pending paused cancelled canceled blocked",
    "aktiv inaktiv gesperrt actif inactif activo inactivo",
];

fn name_like(profile: &ColumnProfile, values: &Values) -> Verdict {
    let worded = |value: &str| value.chars().any(char::is_alphabetic) && !is_email(trim(value));
    match profile.kind {
        ColumnType::Text | ColumnType::Empty => verdict(values.percent(worded)),
        ColumnType::Integer | ColumnType::Boolean => Verdict::Unsure,
        _ => Verdict::Against,
    }
}

pub(super) fn slugs(profile: &ColumnProfile, values: &Values) -> Fit {
    let repeated = profile.distinct <= 100 && profile.distinct * 2 <= profile.filled.max(2);
    let verdict = match name_like(profile, values) {
        _ if is_figure(profile) || !repeated => Verdict::Against,
        Verdict::Against => Verdict::Unsure,
        _ if values.percent(|value| uuid::Uuid::parse_str(trim(value)).is_ok()) > 90 => Verdict::Unsure,
        verdict => verdict,
    };
    let why = format!("{} different", count(profile.distinct));
    let mut steps = vec![Step::Trim];
    if values.percent(|value| read(Kind::Slug, trim(value).into(), &[]).is_ok()) < 100 {
        let names = values.each().map(|value| (trim(value).to_owned(), slug(value)));
        steps.push(Step::ValueMap { values: names.collect(), otherwise: Otherwise::Keep });
    }
    Fit::new(verdict, steps, why)
}

pub(super) fn phones(profile: &ColumnProfile, values: &Values) -> Fit {
    let shape = |value: &str| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let letters = value.chars().filter(|letter| letter.is_alphabetic()).count();
        (6..=18).contains(&digits) && letters <= 4
    };
    let forms: BTreeSet<String> = values.each().map(form).collect();
    let percent = values.percent(shape);
    let verdict = match percent {
        80.. if !is_figure(profile) => Verdict::Agrees,
        50.. if !is_figure(profile) => Verdict::Unsure,
        _ => Verdict::Against,
    };
    let why = match forms.len() {
        1 => "All in one form".to_owned(),
        forms => format!("{forms} forms"),
    };
    // The step is added once it is known which column holds the country.
    Fit::new(verdict, vec![Step::Trim], why)
}

/// A number's outline: each run of digits as one sign.
fn form(value: &str) -> String {
    let mut outline = String::new();
    for character in trim(value).chars() {
        let sign = if character.is_ascii_digit() { '9' } else { character };
        if sign != '9' || !outline.ends_with('9') {
            outline.push(sign);
        }
    }
    outline
}

/// Whether most numbers can be dialled from anywhere, once these steps are done: an export may write `Phone:+44 117 496 0142`.
pub(in crate::mapping) fn is_international(profile: &ColumnProfile, steps: &[Step]) -> bool {
    let pipeline = Pipeline::compile(steps).ok();
    let is_dialled = |text: &str| trim(text).starts_with('+') || trim(text).starts_with("00");
    let values = Values::of(profile);
    values.percent(|value| {
        let read = pipeline.as_ref().and_then(|pipeline| pipeline.apply(&[value]).ok());
        read.map_or_else(|| is_dialled(value), |text| text.is_some_and(|text| is_dialled(&text)))
    }) >= 95
}

pub(super) fn emails(profile: &ColumnProfile, values: &Values) -> Fit {
    let percent = values.percent(|value| is_email(trim(value)));
    let share = if percent == 100 { "look" } else { "nearly all look" };
    let why = format!("{} filled, {share} like e-mail", count(profile.filled));
    Fit::new(verdict(percent), vec![Step::Trim, Step::Case { to: Case::Lower }], why)
}
