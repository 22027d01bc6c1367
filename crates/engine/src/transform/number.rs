//! Numbers as they are written in files, to their canonical text.
//!
//! A format is a sample: `1,234.56` `1.234,56` `1 234,56` `1'234.56` `12,34,567.89` `1234.56` `1234,56`, without decimals
//! `1234` `1,234` …, each with ` %` behind where percentages are meant. A blank in it stands for no-break and narrow ones
//! too, `'` for `’`. Several formats separated by `|` are an unanswered question.
//!
//! What fits is exact: groups, where there are any, stand at every place they belong (`1234.56` fits `1,234.56`, `12,34.56`
//! does not); the other mark is never skipped (`1.234` does not fit `1234,56`). Around the figure may stand a currency's sign
//! or code and a sign: `-5`, `5-`, `−5`, `(5)`, `$(5)`, `5 CR` are negative, `5 DR` and `+5` positive (a credit lowers what a
//! customer owes). A percentage keeps its figure: `12.5 %` is 12.5.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::canonical::{self, MAX_DIGITS, NotANumber};
use super::shortened::{self, Power};
use super::text::{is_blank, trim};
use super::{Rewrite, place};
use crate::schema::finding::{Fault, Rule};

/// Every way in which a column's numbers may be read; one, unless the user was not asked yet.
#[derive(Debug)]
pub(super) struct NumberFormats {
    readings: Vec<NumberFormat>,
    /// The first format, for messages.
    example: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NumberFormat {
    group: Option<char>,
    /// Groups of two behind the first of three, as in India: `12,34,567`.
    pairs: bool,
    mark: Option<char>,
    percent: bool,
}

/// How else numbers are written: to tell a number in another form from something that is none.
const COMMON: &[&str] = &["1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "12,34,567.89"];

impl NumberFormats {
    /// `None` when the format makes no sense.
    pub(super) fn compile(format: &str) -> Option<Self> {
        let readings = format.split('|').map(NumberFormat::compile).collect::<Option<Vec<_>>>()?;
        Some(Self { readings, example: format.split('|').next()?.to_owned() })
    }

    /// The canonical text, or what is wrong with `text`.
    pub(super) fn canonical(&self, text: &str) -> Rewrite {
        if self.readings.iter().all(|format| format.keeps(text)) {
            return Ok(None);
        }
        let mut found: Option<String> = None;
        for number in self.readings.iter().filter_map(|format| format.read(text)) {
            match found {
                Some(first) if first != number => return Err(ambiguous(text, &first, &number).into()),
                _ => found = Some(number),
            }
        }
        let number = found.ok_or_else(|| self.unreadable(text))?;
        match canonical::decimal(&number) {
            Err(NotANumber::TooManyDigits) => Err(too_long(text).into()),
            _ => Ok(Some(number)),
        }
    }

    fn unreadable(&self, text: &str) -> Fault {
        let example = &self.example;
        let common = COMMON.iter().filter_map(|format| NumberFormat::compile(format)?.read(text));
        let readings: BTreeSet<String> = common.collect();
        if let Some(number) = readings.first() {
            let message =
                format!("“{text}” is written in another way than the other numbers. Write it like {example}.");
            let fault = Fault::error(Rule::Format, message);
            // Only what all ways of writing agree on is proposed.
            return if readings.len() == 1 { fault.suggest(self.written(number)) } else { fault };
        }
        let shortened = || self.with_power(text).or_else(|| self.with_word(text));
        shortened()
            .unwrap_or_else(|| Fault::error(Rule::Type, format!("“{text}” is not a number. Write it like {example}.")))
    }

    /// `1.5e3`, where it was not a spreadsheet that shortened it: that is told of any field.
    fn with_power(&self, text: &str) -> Option<Fault> {
        let Power { number, is_whole } = shortened::power(trim(text))?;
        let message = format!("“{text}” is written with a power of ten. Written out it is {number}.");
        let fault = Fault::error(Rule::Format, message);
        Some(if is_whole { fault.suggest(self.written(&number)) } else { fault })
    }

    fn with_word(&self, text: &str) -> Option<Fault> {
        let (figure, word) = shortened::with_word(trim(text))?;
        let readings: BTreeSet<String> = self.readings.iter().filter_map(|format| format.read(figure)).collect();
        let number = readings.first().filter(|_| readings.len() == 1)?;
        Some(if shortened::is_counted(word) {
            let message = format!("“{text}” has the word “{word}” beside the number. Write {figure} alone.");
            Fault::error(Rule::Format, message).suggest(self.written(number))
        } else {
            let message = format!(
                "“{text}” has “{word}” beside the number. Write the number alone, in the unit of the whole column."
            );
            Fault::error(Rule::Format, message)
        })
    }

    /// A canonical number as the column writes it, so that it is read again as itself.
    fn written(&self, number: &str) -> String {
        match self.readings.first().and_then(|format| format.mark) {
            Some(mark) => number.replace('.', &mark.to_string()),
            None => number.to_owned(),
        }
    }
}

impl NumberFormat {
    fn compile(format: &str) -> Option<Self> {
        let (figure, percent) = match format.strip_suffix('%') {
            Some(figure) => (trim(figure), true),
            None => (format, false),
        };
        let figure: String = figure.chars().map(plain).collect();
        let mut marks = figure.chars().filter(|character| !character.is_ascii_digit());
        let (group, pairs, mark) = match figure.as_str() {
            "1234" => (None, false, None),
            "1234.56" | "1234,56" => (None, false, marks.next()),
            "12,34,567" => (marks.next(), true, None),
            "12,34,567.89" => (marks.next(), true, marks.nth(1)),
            "1,234" | "1.234" | "1 234" | "1'234" => (marks.next(), false, None),
            "1,234.56" | "1.234,56" | "1 234,56" | "1 234.56" | "1'234.56" | "1'234,56" => {
                (marks.next(), false, marks.next())
            }
            _ => return None,
        };
        Some(Self { group, pairs, mark, percent })
    }

    /// Whether `text` is canonical already and means the same in this format.
    fn keeps(self, text: &str) -> bool {
        let bytes = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let whole = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let tidy = whole > 0 && whole <= 15 && (bytes[0] != b'0' || (whole == 1 && bytes.len() == text.len()));
        match &bytes[whole..] {
            [] => tidy && text != "-0",
            [b'.', fraction @ ..] => {
                tidy && self.mark == Some('.')
                    && (1..=12).contains(&fraction.len())
                    && fraction.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        }
    }

    fn read(self, text: &str) -> Option<String> {
        let (negative, figure) = self.figure(text)?;
        let (whole, fraction) = match self.mark.and_then(|mark| figure.rsplit_once(mark)) {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (figure.as_ref(), ""),
        };
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let digits = self.ungroup(whole)?;
        Some(join(negative, digits.trim_start_matches('0'), fraction))
    }

    /// The sign, and the digits with their marks: everything that may stand around them taken off.
    fn figure(self, text: &str) -> Option<(bool, Cow<'_, str>)> {
        let mut rest = trim(text);
        let mut signs = Vec::new();
        if let Some(inside) = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
            signs.push(true);
            rest = trim(inside);
        }
        let bare = |character: char| character.is_ascii_digit() || self.mark == Some(character);
        let start = rest.find(bare)?;
        let end = rest.rfind(bare).map(|index| index + 1)?;
        let (mut before, mut after) = (&rest[..start], &rest[end..]);
        // As accountants' formats show it: `$(5.00)`.
        if let Some((currency, close)) = trim(before).strip_suffix('(').zip(trim(after).strip_prefix(')')) {
            signs.push(true);
            (before, after) = (currency, close);
        }
        let before = around(before, false)?;
        let after = around(after, self.percent)?;
        signs.extend([before, after].into_iter().flatten());
        if signs.len() > 1 {
            return None;
        }
        let figure = &rest[start..end];
        let figure = if figure.is_ascii() && !figure.contains('\t') {
            Cow::Borrowed(figure)
        } else {
            Cow::Owned(figure.chars().map(plain).collect())
        };
        Some((signs == [true], figure))
    }

    /// The digits without group marks, if these stand where they belong.
    fn ungroup(self, whole: &str) -> Option<Cow<'_, str>> {
        let digits_only = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits_only(whole) {
            return Some(Cow::Borrowed(whole));
        }
        let parts: Vec<&str> = whole.split(self.group?).collect();
        let [first, middle @ .., last] = parts.as_slice() else { return None };
        let inner = if self.pairs { 2 } else { 3 };
        let fits = (1..=inner).contains(&first.len())
            && middle.iter().all(|part| part.len() == inner)
            && last.len() == 3
            && parts.iter().all(|part| digits_only(part));
        fits.then(|| Cow::Owned(parts.concat()))
    }
}

/// One character for each way to write a blank, an apostrophe and a minus.
fn plain(character: char) -> char {
    match character {
        '’' | '`' | '´' => '\'',
        '−' | '‑' => '-',
        blank if is_blank(blank) => ' ',
        other => other,
    }
}

/// The sign in the text beside a figure (`true` is negative), if nothing else stands there but a currency.
#[expect(clippy::option_option, reason = "outside: the text may stand there; inside: it has a sign")]
fn around(text: &str, percent: bool) -> Option<Option<bool>> {
    let mut sign = None;
    let mut currency = String::new();
    for character in text.chars().map(plain) {
        match character {
            '-' | '+' if sign.is_none() => sign = Some(character == '-'),
            '-' | '+' => return None,
            '%' if percent => {}
            ' ' => {}
            other => currency.push(other),
        }
    }
    match currency.as_str() {
        "" => Some(sign),
        "CR" | "Cr" | "cr" if sign.is_none() => Some(Some(true)),
        "DR" | "Dr" | "dr" if sign.is_none() => Some(Some(false)),
        currency => place::is_money_sign(currency).then_some(sign),
    }
}

fn join(negative: bool, whole: &str, fraction: &str) -> String {
    let zero = whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    let mut text = String::with_capacity(whole.len() + fraction.len() + 3);
    if negative && !zero {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn ambiguous(text: &str, first: &str, second: &str) -> Fault {
    let message = format!("“{text}” can be {first} or {second}. Say on Match which decimal mark the column has.");
    Fault::error(Rule::Ambiguous, message)
}

pub(super) fn too_long(text: &str) -> Fault {
    let message = format!("“{text}” has more than {MAX_DIGITS} digits and cannot be kept exactly. Write fewer digits.");
    Fault::error(Rule::Range, message)
}
