//! A cell's number format: how it shows a number, a time or a text, and whether what it shows is the whole of it.
//!
//! `ssfmt` lays out: a port of SheetJS's SSF, tried with its own tables of a million cases, and the one crate that also hands out
//! the parts of a format. `numfmt` and `num-format` know other notations, and calamine only tells dates from numbers.
//! What it lays out is not trusted to be the number: that is looked up again here, digit by digit.

use std::panic::catch_unwind;
use std::sync::OnceLock;

use ssfmt::ast::{DatePart, ElapsedPart, FormatPart, Section, TimeUnit};
use ssfmt::{FormatOptions, NumberFormat};

use super::figure;
use super::frame::Frame;
use crate::intake::shape::number::{Digits, digits};

/// Characters of a format that is looked at; Excel allows 255.
const LONGEST: usize = 1024;

/// A format that changes what is shown.
#[derive(Debug)]
pub(super) struct CellFormat {
    whole: NumberFormat,
    /// The same without its literals.
    bare: NumberFormat,
    clock: Option<Clock>,
    /// The section for texts, where it adds something to them.
    text: Option<usize>,
    /// For positive numbers and for negative ones, once the first is to be shown.
    frames: OnceLock<[Option<Frame>; 2]>,
}

/// A time without a day.
#[derive(Debug)]
struct Clock {
    /// Milliseconds of the smallest part that is shown.
    smallest: i64,
    /// Whether hours, or all minutes or seconds, are shown.
    is_whole: bool,
}

/// What a cell shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of it.
    Whole(String),
    /// Less than the cell holds, or something else.
    Part(String),
}

impl CellFormat {
    /// `None` for a format that shows what the plain text shows too, or the day of a date.
    pub(super) fn compile(code: &str) -> Option<Self> {
        let code = code.trim();
        if code.is_empty() || code.len() > LONGEST || code.eq_ignore_ascii_case("general") || code == "@" {
            return None;
        }
        // To the library an empty section is General; to Excel it shows nothing.
        let code = if code.bytes().all(|byte| byte == b';') { r#""";"";"""# } else { code };
        // A format that the library stumbles over is a format that is not understood.
        let whole = catch_unwind(|| NumberFormat::parse(code)).ok()?.ok()?;
        let first = whole.sections().first()?;
        let text = text_section(&whole);
        if first.parts.iter().any(is_day)
            || (text.is_none() && whole.sections().iter().all(|part| part.parts.is_empty()))
        {
            return None;
        }
        let clock = first.has_date_parts().then(|| Clock::of(first));
        let bare = NumberFormat::from_sections(whole.sections().iter().map(without_literals).collect());
        Some(Self { whole, bare, clock, text, frames: OnceLock::new() })
    }

    /// A number as shown. Formats of times show none.
    pub(super) fn number(&self, value: f64) -> Option<Shown> {
        if self.clock.is_some() {
            return None;
        }
        let framed = self.frame(value < 0.0).and_then(|frame| frame.show(value));
        framed.map(Shown::Whole).or_else(|| self.laid_out(value))
    }

    fn frame(&self, negative: bool) -> Option<&Frame> {
        let is_plain = self.whole.sections().iter().all(|section| section.condition.is_none());
        let learn = |negative| Frame::learn(negative, |value| self.laid_out(value)).filter(|_| is_plain);
        self.frames.get_or_init(|| [learn(false), learn(true)])[usize::from(negative)].as_ref()
    }

    fn laid_out(&self, value: f64) -> Option<Shown> {
        let shown = lay_out(&self.whole, value)?;
        let same = figure::shows_sign(&shown, value)
            && lay_out(&self.bare, value).is_some_and(|bare| figure::reads_as(&bare, value, '.'))
            && is_not_misread(&shown, value);
        Some(if same { Shown::Whole(shown) } else { Shown::Part(shown) })
    }

    /// A time of no day, or a duration, in days.
    pub(super) fn time(&self, days: f64) -> Option<Shown> {
        let clock = self.clock.as_ref()?;
        let shown = lay_out(&self.whole, days)?;
        let milliseconds = (days.abs() * 86_400_000.0).round() as i64;
        let same = !shown.is_empty()
            && milliseconds % clock.smallest == 0
            && (clock.is_whole || milliseconds < 3_600_000)
            && days >= 0.0;
        Some(if same { Shown::Whole(shown) } else { Shown::Part(shown) })
    }

    /// A text with what the format puts around it.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let section = self.whole.sections().get(self.text?)?;
        let mut shown = String::new();
        for part in &section.parts {
            match part {
                FormatPart::TextPlaceholder => shown.push_str(text),
                FormatPart::Literal(literal) | FormatPart::EscapedLiteral(literal) => shown.push_str(literal),
                _ => {}
            }
        }
        Some(shown)
    }
}

/// Without the blanks that only align, and without a point that no digit follows: nobody could read `1.` as a number.
fn lay_out(format: &NumberFormat, value: f64) -> Option<String> {
    let options = FormatOptions::default();
    let shown = catch_unwind(|| format.try_format(value, &options)).ok()?.ok()?;
    let shown = shown.trim();
    Some(
        shown.strip_suffix('.').filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(shown).to_owned(),
    )
}

/// Literals may make another number of it: `0"."00` shows 12345 as 123.45.
fn is_not_misread(shown: &str, value: f64) -> bool {
    match digits(shown) {
        Digits::Number(_) => figure::reads_as(shown, value, '.'),
        Digits::Identifier | Digits::Neither => true,
    }
}

fn is_day(part: &FormatPart) -> bool {
    use DatePart::{Hour, Hour2, Minute, Minute2, Second, Second2, SubSecond};
    let FormatPart::DatePart(part) = part else { return false };
    !matches!(part, Hour | Hour2 | Minute | Minute2 | Second | Second2 | SubSecond(_))
}

impl Clock {
    fn of(section: &Section) -> Self {
        let smallest = match section.metadata.smallest_time_unit {
            TimeUnit::Hours => 3_600_000,
            TimeUnit::Minutes => 60_000,
            TimeUnit::Seconds => 1_000,
            TimeUnit::None | TimeUnit::Subseconds => 1,
        };
        let is_whole = section.parts.iter().any(|part| {
            matches!(part, FormatPart::DatePart(DatePart::Hour | DatePart::Hour2) | FormatPart::Elapsed(_))
        });
        let smallest = if section.parts.iter().any(is_elapsed_hour) { smallest.min(3_600_000) } else { smallest };
        Self { smallest, is_whole }
    }
}

fn is_elapsed_hour(part: &FormatPart) -> bool {
    matches!(part, FormatPart::Elapsed(ElapsedPart::Hours | ElapsedPart::Hours2))
}

/// The digits alone. A section without any stays one that shows nothing: an empty one would be General.
fn without_literals(section: &Section) -> Section {
    let kept = |part: &&FormatPart| {
        part.is_numeric_part() || matches!(part, FormatPart::GeneralNumber | FormatPart::TextPlaceholder)
    };
    let parts: Vec<FormatPart> = section.parts.iter().filter(kept).cloned().collect();
    let nothing = parts.is_empty() && !section.parts.is_empty();
    Section { parts: if nothing { vec![FormatPart::Skip(' ')] } else { parts }, ..section.clone() }
}

fn text_section(format: &NumberFormat) -> Option<usize> {
    let place = format.sections().iter().position(Section::has_text_placeholder)?;
    let says = |part: &FormatPart| match part {
        FormatPart::Literal(literal) | FormatPart::EscapedLiteral(literal) => !literal.trim().is_empty(),
        _ => false,
    };
    format.sections()[place].parts.iter().any(says).then_some(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::CellFormat;
    use crate::intake::workbook::formats::builtin;

    const CODES: [&str; 22] = [
        "0",
        "0.00",
        "#,##0",
        "#,##0.00",
        "0.000",
        "#,##0.00;[Red]-#,##0.00",
        "\"$\"#,##0.00_);(\"$\"#,##0.00)",
        "#,##0.00 €;-#,##0.00 €",
        "[$EUR] #,##0.00",
        "0 \"kg\"",
        "\"INV-\"0000",
        "0.00%",
        "0.00E+00",
        "# ?/?",
        "00000",
        "#,##0.00,,\"M\"",
        "#.##",
        "[>1000]#,##0;0.00",
        "0\".\"00",
        "0.00 \"CR\"",
        "+0.00;-0.00;0",
        "0;0",
    ];

    proptest! {
        /// A number that is put together comes out as it is laid out.
        #[test]
        fn a_frame_changes_nothing(cents in -1_000_000_000_000_i64..1_000_000_000_000, size in 0_i32..9, code in 0..CODES.len()) {
            let Some(format) = CellFormat::compile(CODES[code]) else { return Ok(()) };
            let value = cents as f64 / 10_f64.powi(size);
            prop_assert_eq!(format.number(value), format.laid_out(value), "{} as {}", value, CODES[code]);
        }
    }

    #[test]
    fn usual_formats_have_a_frame() {
        let usual = ["0", "0.00", "#,##0", "#,##0.00", "#,##0.00 €;-#,##0.00 €", "[$EUR] #,##0.00", "0 \"kg\""];
        for code in
            usual.into_iter().chain([5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44].into_iter().filter_map(builtin))
        {
            let format = CellFormat::compile(code);
            let framed = format.is_some_and(|format| [false, true].iter().all(|sign| format.frame(*sign).is_some()));
            assert!(framed, "{code}");
        }
    }
}
