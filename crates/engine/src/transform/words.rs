//! Words for yes and no, and for billing periods, in English, German, French and Spanish.
//!
//! A billing period is an ISO 8601 period, in years where it comes to whole years: `quarterly` is `P3M`, `12 months` is
//! `P1Y`. A charge made once is [`ONCE`], the period of no length. Words that mean two things (bi-monthly: twice a month,
//! or every two months) are left to the user.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Rewrite;
use super::text::fold;
use crate::schema::finding::{Fault, Rule};

/// The period of a charge that is made once.
pub const ONCE: &str = "P0D";

const YES: &str = "true, t, yes, y, 1, on, x, enabled, wahr, ja, j, vrai, oui, o, verdadero, si, s";
const NO: &str = "false, f, no, n, 0, off, disabled, falsch, nein, faux, non, falso";

/// Words that say a period by themselves. Folded.
const PERIODS: &[(Period, &str)] = &[
    (DAY, "daily, taglich, taegl, taeglich, quotidien, journalier, diario, diaria"),
    (WEEK, "weekly, wkly, wochentlich, woechentlich, wtl, hebdomadaire, hebdo, semanal"),
    ((2, Unit::Week), "fortnightly, 14 taglich, 14 tagig, zweiwochentlich, quincenal"),
    (MONTH, "monthly, mthly, mnthly, mly, monatlich, monatl, mtl, mensuel, mensuelle, mensuellement"),
    (MONTH, "mensual, mensualmente, m"),
    ((2, Unit::Month), "zweimonatlich, bimestriel, bimestral"),
    (QUARTER, "quarterly, qtrly, qtly, qrtly, qly, q, vierteljahrlich, vierteljaehrlich, vj"),
    (QUARTER, "quartalsweise, quartalsmassig, quartalsmaessig, quartarlich, trimestriel"),
    (QUARTER, "trimestrielle, trimestral, trimestralmente"),
    (HALF, "half yearly, halfyearly, half yr, half yrly, h yearly, semi annual, semi annually"),
    (HALF, "semiannual, semiannually, six monthly, semi yearly, halbjahrlich, halbjaehrlich, hj"),
    (HALF, "semestriel, semestrielle, semestral"),
    (YEAR, "yearly, yrly, annual, annually, anually, per annum, p a, pa, jahrlich, jaehrlich, jhrl"),
    (YEAR, "jahrl, annuel, annuelle, annuellement, anual, anualmente, y"),
    ((2, Unit::Year), "biennial, biennially, zweijahrlich, bienal"),
    ((3, Unit::Year), "triennial, dreijahrlich"),
];

/// Words for a single charge. Folded.
const ONCE_WORDS: &str = "once, one off, oneoff, one time, onetime, one time fee, one off fee, non recurring, nonrecurring, einmalig, \
    einmal, einmalzahlung, ponctuel, ponctuelle, une fois, une seule fois, unique, unico, unica, pago unico, \
    una vez, puntual";

/// Words between the number and the unit, or around them, that add nothing.
const FILLERS: &str = "every, each, per, a, an, the, billed, billing, paid, invoiced, pro, je, jeden, jedes, alle, aller, tous, \
    toutes, chaque, les, par, cada, por, todos, los, al, x";

const NUMBERS: &[(u16, &str)] = &[
    (1, "one, ein, eine, un, une, uno, una"),
    (2, "two, zwei, deux, dos"),
    (3, "three, drei, trois, tres"),
    (4, "four, vier, quatre, cuatro"),
    (6, "six, sechs, seis"),
    (12, "twelve, zwolf, zwoelf, douze, doce"),
];

const UNITS: &[(Period, &str)] = &[
    (DAY, "d, day, days, tag, tage, jour, jours, dia, dias"),
    (WEEK, "w, wk, wks, week, weeks, woche, wochen, semaine, semaines, semana, semanas, weekly"),
    (MONTH, "m, mo, mos, mon, mth, mths, month, months, monthly, monat, monate, monaten, monatlich"),
    (MONTH, "mois, mes, meses"),
    (QUARTER, "qtr, quarter, quarters, quartal, quartale, vierteljahr, trimestre, trimestres"),
    (HALF, "halbjahr, semester, semestre, semestres"),
    (YEAR, "y, yr, yrs, year, years, jahr, jahre, jahren, an, ans, annee, annees, ano, anos"),
];

/// A count of units.
type Period = (u16, Unit);

const DAY: Period = (1, Unit::Day);
const WEEK: Period = (1, Unit::Week);
const MONTH: Period = (1, Unit::Month);
const QUARTER: Period = (3, Unit::Month);
const HALF: Period = (6, Unit::Month);
const YEAR: Period = (1, Unit::Year);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

// Looked up for every value of a column that may be about periods.
static ONCE_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| ONCE_WORDS.split(", ").collect());
static FILLER_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| FILLERS.split(", ").collect());
static PERIOD_OF: LazyLock<HashMap<&str, Period>> = LazyLock::new(|| by_word(PERIODS));
static NUMBER_OF: LazyLock<HashMap<&str, u16>> = LazyLock::new(|| by_word(NUMBERS));
static UNIT_OF: LazyLock<HashMap<&str, Period>> = LazyLock::new(|| by_word(UNITS));

/// The meaning of a word for yes or no.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let word = fold(text);
    if lists(YES, &word) {
        return Some(true);
    }
    lists(NO, &word).then_some(false)
}

pub(super) fn boolean_step(text: &str) -> Rewrite {
    match boolean(text) {
        Some(_) if matches!(text, "true" | "false") => Ok(None),
        Some(value) => Ok(Some(value.to_string())),
        None => Err(not_boolean(text).into()),
    }
}

pub(super) fn not_boolean(text: &str) -> Fault {
    Fault::error(Rule::Type, format!("“{text}” is neither yes nor no. Write yes or no."))
}

/// The ISO 8601 period a word or phrase names.
pub(super) fn cadence(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    if is_period(&upper) {
        return Some(upper);
    }
    let phrase = fold(text);
    if ONCE_SET.contains(phrase.as_str()) {
        return Some(ONCE.to_owned());
    }
    phrase_period(&phrase).map(iso)
}

pub(super) fn cadence_step(text: &str) -> Rewrite {
    match cadence(text) {
        Some(period) => Ok((period != text).then_some(period)),
        None => Err(unknown_cadence(text).into()),
    }
}

pub(super) fn unknown_cadence(text: &str) -> Fault {
    let message =
        format!("“{text}” is no billing period Carryover knows. Say on Match what it means, or write P1M, P3M, P1Y.");
    Fault::error(Rule::Allowed, message)
}

/// Whether a text is a period of one unit: `P1M`, `P14D`, or [`ONCE`].
pub(super) fn is_period(text: &str) -> bool {
    let count = text.strip_prefix('P').and_then(|rest| rest.strip_suffix(['D', 'W', 'M', 'Y']));
    let counted = |count: &str| {
        (1..=3).contains(&count.len()) && !count.starts_with('0') && count.bytes().all(|byte| byte.is_ascii_digit())
    };
    text == ONCE || count.is_some_and(counted)
}

fn phrase_period(phrase: &str) -> Option<Period> {
    if let Some(period) = PERIOD_OF.get(phrase) {
        return Some(*period);
    }
    // `12m` and `3mois`: a blank between the digits and the letters.
    let letters = phrase.find(|character: char| !character.is_ascii_digit()).unwrap_or(0);
    let (digits, rest) = phrase.split_at(letters);
    let spaced = format!("{digits} {rest}");
    let words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    // A filler at the end is none: `par an` is French for yearly.
    let tells = |&(index, word): &(usize, &&str)| index + 1 == words.len() || !FILLER_SET.contains(*word);
    let telling: Vec<&str> = words.iter().enumerate().filter(tells).map(|(_, word)| *word).collect();
    match *telling.as_slice() {
        [word] => PERIOD_OF.get(word).or_else(|| UNIT_OF.get(word)).copied(),
        [count, unit] => {
            let (length, unit) = *UNIT_OF.get(unit)?;
            let number = count.parse().ok().filter(|number| (1..=99).contains(number));
            Some((length * number.or_else(|| NUMBER_OF.get(count).copied())?, unit))
        }
        _ => None,
    }
}

fn lists(words: &str, word: &str) -> bool {
    words.split(", ").any(|known| known == word)
}

/// What a table says of each of its words: of two lines with the same word, the first.
fn by_word<T: Copy>(table: &[(T, &'static str)]) -> HashMap<&'static str, T> {
    let lines = table.iter().rev();
    lines.flat_map(|(meaning, words)| words.split(", ").map(|word| (word, *meaning))).collect()
}

fn iso((count, unit): Period) -> String {
    match unit {
        Unit::Day => format!("P{count}D"),
        Unit::Week => format!("P{count}W"),
        Unit::Month if count % 12 == 0 => format!("P{}Y", count / 12),
        Unit::Month => format!("P{count}M"),
        Unit::Year => format!("P{count}Y"),
    }
}
