//! Columns of words from a closed list: countries, currencies, billing periods, yes and no, choices.

use std::collections::BTreeMap;

use super::{Fit, Values, Verdict, is_readable, readable, verdict};
use crate::intake::ColumnProfile;
use crate::schema::Kind;
use crate::transform::{Otherwise, Pipeline, Step, fold, read, trim};

/// Billing words by the value they mean. Folded.
const CHOICES: &[(&str, &str)] = &[
    ("prepaid", "in advance, advance, prepaid, pre paid, upfront, up front"),
    ("prepaid", "vorschussig, vorschuessig, im voraus, voraus, vorab, vorauskasse"),
    ("prepaid", "a echoir, d avance, avance, terme a echoir"),
    ("prepaid", "por adelantado, adelantado, anticipado, por anticipado, prepago"),
    ("postpaid", "in arrears, in arrear, arrears, arrear, postpaid, post paid"),
    ("postpaid", "nachschussig, nachschuessig, nachtraglich, nachtraeglich, im nachhinein"),
    ("postpaid", "echu, a terme echu, terme echu"),
    ("postpaid", "vencido, a mes vencido, mes vencido, a posteriori, pospago"),
    ("flat_fee", "flat, flat fee, flatfee, flat rate, fixed, fixed fee, fixed price, lump sum"),
    ("flat_fee", "pauschal, pauschale, pauschalpreis, festpreis, fix"),
    ("flat_fee", "forfait, forfaitaire, fixe, prix fixe, fijo, tarifa plana, precio fijo, tarifa fija"),
    ("per_unit", "per unit, unit, unit price, per seat, per user, per license, per licence, licensed, seat"),
    ("per_unit", "pro einheit, je einheit, stuckpreis, stueckpreis, einzelpreis, pro stuck"),
    ("per_unit", "par unite, unitaire, a l unite, prix unitaire, por unidad, unitario, precio unitario"),
];
/// More different values than this are no choice between a few.
const MOST_CHOICES: u64 = 50;
/// Of a hundred rows, so many must be understood before the rest is asked about.
const WORTH_ASKING: u64 = 30;

/// Words that a step knows. Codes that can be sent as they stand need no step.
pub(super) fn words(kind: Kind, step: Step, nouns: [&str; 2], values: &Values) -> Fit {
    // A few words that only look like codes are findings with a suggestion, not a reason to translate the column.
    let plain = vec![Step::Trim];
    let steps = if readable(kind, &plain, values) >= 95 { plain } else { vec![Step::Trim, step] };
    let Ok(pipeline) = Pipeline::compile(&steps) else { return Fit::against("Unknown words") };
    let is_known = |value: &str| is_readable(kind, &pipeline, value);
    let percent = values.percent(is_known);
    let (why, unknown) = known_of(values, nouns, is_known);
    if kind == Kind::Cadence && unknown > 0 && percent >= WORTH_ASKING {
        return Fit { question: Some(why.clone()), ..Fit::new(Verdict::Unsure, steps, why) };
    }
    Fit::new(verdict(percent), steps, why)
}

/// One of a few values, under whatever words.
pub(super) fn choices(allowed: &[&str], profile: &ColumnProfile, values: &Values) -> Fit {
    let is_known = |value: &str| meaning(value, allowed).is_some();
    let (why, unknown) = known_of(values, ["word", "words"], is_known);
    let mut steps = vec![Step::Trim];
    if values.percent(|value| allowed.contains(&trim(value))) < 100 {
        let known =
            values.each().filter_map(|value| Some((trim(value).to_owned(), meaning(value, allowed)?.to_owned())));
        let values: BTreeMap<_, _> = known.collect();
        steps.push(Step::ValueMap { values, otherwise: Otherwise::Keep });
    }
    match unknown {
        _ if profile.distinct > MOST_CHOICES => Fit::against("Too many different values"),
        0 => Fit::new(Verdict::Agrees, steps, why),
        _ if values.percent(is_known) < WORTH_ASKING => Fit::new(Verdict::Against, steps, why),
        _ => Fit { question: Some(why.clone()), ..Fit::new(Verdict::Unsure, steps, why) },
    }
}

/// `6 words, 2 not known`, while there are words that `steps` do not make one of the values a field takes.
pub(in crate::mapping) fn unknown(
    kind: Kind,
    allowed: &[&str],
    steps: &[Step],
    profile: &ColumnProfile,
) -> Option<String> {
    let pipeline = Pipeline::compile(steps).ok()?;
    let is_known = |value: &str| match pipeline.apply(&[value]) {
        Ok(Some(text)) => read(kind, text, allowed).is_ok(),
        Ok(None) => true,
        Err(_) => false,
    };
    let (why, unknown) = known_of(&Values::of(profile), ["word", "words"], is_known);
    (unknown > 0).then_some(why)
}

/// `6 words, 2 not known`, and the 2.
fn known_of(values: &Values, nouns: [&str; 2], is_known: impl Fn(&str) -> bool) -> (String, usize) {
    let (all, unknown) = (values.each().count(), values.each().filter(|value| !is_known(value)).count());
    let noun = if all == 1 { nouns[0] } else { nouns[1] };
    match unknown {
        0 => (format!("{all} {noun}, all known"), 0),
        _ => (format!("{all} {noun}, {unknown} not known"), unknown),
    }
}

/// The allowed value that a word stands for.
fn meaning<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let word = fold(word);
    let known = CHOICES.iter().filter(|(_, words)| words.split(", ").any(|known| known == word));
    let mut meant = known.map(|(choice, _)| *choice);
    allowed
        .iter()
        .copied()
        .find(|value| fold(value) == word)
        .or_else(|| meant.find_map(|choice| allowed.iter().copied().find(|value| *value == choice)))
}
