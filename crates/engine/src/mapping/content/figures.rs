//! Columns of dates and numbers: their formats come from the profile, what is ambiguous becomes a question.

use super::{Fit, Values, Verdict, Wanted, count, is_readable, readable, verdict};
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::finding::Rule;
use crate::schema::{Concept as C, Kind};
use crate::transform::{Pipeline, Step};

const DATE_ORDER: &str = "Date order fits both ways";
const DECIMAL_MARK: &str = "Decimal mark fits both ways";

/// Lakhs and crores.
const INDIAN: &str = "12,34,567.89";

/// Other ways to write a day that are told from plain numbers only by what the column is for.
const NUMBERED_DAYS: &[&str] = &["yyyyMMdd", "unix", "excel"];
/// Years a company's records fall into. Plain numbers read as days would fall into any.
const RECENT: std::ops::Range<u16> = 1990..2060;

pub(super) fn dates(kind: Kind, profile: &ColumnProfile, values: &Values) -> Fit {
    let format = match profile.kind {
        ColumnType::Date | ColumnType::DateTime => profile.format.clone().or_else(|| Some("iso".to_owned())),
        ColumnType::Integer | ColumnType::Decimal => {
            let recent = |format: &&&str| values.percent(|value| is_recent(format, value)) >= 95;
            NUMBERED_DAYS.iter().find(recent).map(|format| (*format).to_owned())
        }
        _ => None,
    };
    let Some(format) = format else { return Fit::against("Not dates") };
    let open = open_formats(profile, values, |format| Step::Date { format });
    let mut steps = vec![Step::Trim, Step::Date { format: open.clone().unwrap_or_else(|| format.clone()) }];
    if kind == Kind::Date && profile.kind != ColumnType::Date {
        // The day alone, as a step the user sees: a time of day is never dropped in silence.
        steps.push(Step::Split { separator: "T".to_owned(), part: 1 });
    }
    let described = Described { what: "dates", format: &format, question: open.map(|_| DATE_ORDER) };
    judged(kind, steps, profile, values, &described)
}

pub(super) fn numbers(wanted: Wanted, profile: &ColumnProfile, values: &Values) -> Fit {
    let format = match profile.kind {
        ColumnType::Integer | ColumnType::Decimal => written(profile, values),
        ColumnType::Text if wanted.concept == C::PaymentDays => return payment_terms(values),
        _ => return Fit::against("Not numbers"),
    };
    let open = open_formats(profile, values, |format| Step::Number { format });
    let steps = vec![Step::Trim, Step::Number { format: open.clone().unwrap_or_else(|| format.clone()) }];
    let described = Described { what: "numbers", format: &format, question: open.map(|_| DECIMAL_MARK) };
    judged(wanted.kind, steps, profile, values, &described)
}

/// The profile's format, or that of India where more values are grouped its way; with per cent where most have it.
fn written(profile: &ColumnProfile, values: &Values) -> String {
    let format = profile.format.as_deref().unwrap_or("1234.56");
    let read_as =
        |format: &str| readable(Kind::Decimal, &[Step::Trim, Step::Number { format: format.to_owned() }], values);
    let indian = format == "1,234.56" && read_as(format) < read_as(INDIAN);
    let format = if indian { INDIAN } else { format };
    if values.percent(|value| value.trim_end().ends_with('%')) > 50 { format!("{format} %") } else { format.to_owned() }
}

/// `Net 30`, `30 Tage netto`: the number in it.
fn payment_terms(values: &Values) -> Fit {
    let steps = vec![Step::Trim, Step::Extract { pattern: r"\d+".to_owned() }];
    let percent = readable(Kind::Integer, &steps, values);
    Fit::new(verdict(percent).min(Verdict::Unsure), steps, "The number in the words")
}

/// How a column of figures is told.
struct Described<'a> {
    what: &'a str,
    format: &'a str,
    question: Option<&'a str>,
}

fn judged(kind: Kind, steps: Vec<Step>, profile: &ColumnProfile, values: &Values, described: &Described) -> Fit {
    let Described { what, format, question } = *described;
    let Ok(pipeline) = Pipeline::compile(&steps) else { return Fit::against("Written in a form that is not known") };
    let percent = values.percent(|value| is_readable(kind, &pipeline, value) || is_ambiguous(&pipeline, value));
    let plain = matches!(format, "1234" | "1234.56" | "iso");
    let figures = if plain { what.to_owned() } else { format!("{what} as {format}") };
    let why = match (percent, profile.misfits) {
        (100, 0) => format!("All {figures}"),
        (_, 0) => format!("Nearly all {figures}"),
        // Short enough to be read in its column: what they are is seen beside it.
        (_, misfits) if !plain => {
            format!("{} as {format}, {} not", count(profile.filled.saturating_sub(misfits)), count(misfits))
        }
        (_, misfits) => format!("{} {what}, {} not", count(profile.filled.saturating_sub(misfits)), count(misfits)),
    };
    Fit { question: question.map(str::to_owned), ..Fit::new(verdict(percent), steps, why) }
}

/// Whether a plain number, read as a day in `format`, falls into the years of a company's records.
fn is_recent(format: &str, value: &str) -> bool {
    let steps = [Step::Trim, Step::Date { format: format.to_owned() }];
    let year = |text: &str| text.get(..4).and_then(|year| year.parse().ok());
    let Ok(pipeline) = Pipeline::compile(&steps) else { return false };
    matches!(pipeline.apply(&[value]), Ok(Some(text)) if year(&text).is_some_and(|year| RECENT.contains(&year)))
}

/// Whether a value can be read in two ways; a short year, for which there is a suggestion, is no question of the column.
fn is_ambiguous(pipeline: &Pipeline, value: &str) -> bool {
    pipeline.apply(&[value]).is_err_and(|fault| fault.rule == Rule::Ambiguous && fault.suggestion.is_none())
}

/// All formats that fit, joined, when there is a value that they read differently: a question.
fn open_formats(profile: &ColumnProfile, values: &Values, step: impl Fn(String) -> Step) -> Option<String> {
    let mut formats: Vec<&str> = Vec::new();
    for format in profile.format.iter().chain(&profile.also) {
        if !formats.contains(&format.as_str()) {
            formats.push(format);
        }
    }
    let joined = formats.join("|");
    let pipeline = Pipeline::compile(&[Step::Trim, step(joined.clone())]).ok()?;
    let any = values.any(|value| is_ambiguous(&pipeline, value))
        || profile.samples.iter().any(|value| is_ambiguous(&pipeline, value));
    (formats.len() > 1 && any).then_some(joined)
}
