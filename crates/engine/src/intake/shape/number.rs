//! The ways in which a text can be read as a number. Knows marks and signs, not values: nothing is ever converted.
//!
//! Taken: digits with groups of three (Indian groups of two and three with commas), a point or a comma before the
//! fraction, a sign or the side of a ledger (`CR`, `DR`), parentheses, per cent, a currency's sign or code. Refused: exponents (a mark of a
//! damaged identifier), leading zeros and whole numbers of more than [`DIGITS`] digits (identifiers).

/// Whole digits beyond which a text is an identifier: spreadsheets keep no more exactly.
const DIGITS: usize = 15;
/// Marks in one number at most; more make no sense within [`DIGITS`].
const MARKS: usize = 6;

/// A number's readings by what stands before its fraction. `1.234` has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    pub(crate) point: Option<Reading>,
    pub(crate) comma: Option<Reading>,
    /// Eight digits that are a day too: `20260401`.
    pub(crate) day: bool,
    pub(crate) percent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reading {
    /// Between thousands; blanks of every kind are ` `, apostrophes are `'`.
    pub(crate) group: Option<char>,
    pub(crate) fraction: bool,
}

/// What digits turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    Number(Number),
    /// Digits that must keep their form: leading zeros, too long.
    Identifier,
    Neither,
}

/// Reads a text without outer blanks.
pub(crate) fn digits(text: &str) -> Digits {
    let Some(Bare { core, plus, percent }) = bare(text) else { return Digits::Neither };
    let mut runs = Runs::default();
    if !runs.fill(core) {
        return Digits::Neither;
    }
    let whole: usize = runs.lengths[..runs.whole()].iter().map(|&length| usize::from(length)).sum();
    let identifier = (core.starts_with('0') && runs.lengths[0] > 1) || whole > DIGITS;
    if runs.marks().is_empty() && identifier {
        return Digits::Identifier;
    }
    // `+49301234567` is a telephone number, `+12.50` an amount.
    if identifier || (plus && runs.marks().is_empty() && whole > 6) {
        return Digits::Neither;
    }
    runs.readings(core).map_or(Digits::Neither, |number| Digits::Number(Number { percent, ..number }))
}

/// A number without sign, currency, per cent and parentheses.
struct Bare<'a> {
    core: &'a str,
    plus: bool,
    percent: bool,
}

fn bare(text: &str) -> Option<Bare<'_>> {
    let bytes = text.as_bytes();
    if bytes.first()?.is_ascii_digit() && bytes.last()?.is_ascii_digit() {
        return Some(Bare { core: text, plus: false, percent: false });
    }
    let text = text.strip_prefix('(').map_or(Some(text), |inner| inner.strip_suffix(')'))?.trim();
    let (text, front) = strip_sign_before(text);
    let (text, currency) = strip_currency_before(text);
    let text =
        if currency { text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text) } else { text };
    let (text, behind) = if front == Sign::None { strip_sign_before(text) } else { (text, front) };
    let (text, behind) = if behind == Sign::None { strip_side(text) } else { (text, behind) };
    let whole = text.strip_suffix('%');
    let (text, percent) = (whole.map_or(text, str::trim_end), whole.is_some());
    let text = if currency { text } else { strip_currency_behind(text) };
    let core = if behind == Sign::None { text.strip_suffix(['-', '−']).map_or(text, str::trim_end) } else { text };
    let edges = core.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
        && core.ends_with(|c: char| c.is_ascii_digit());
    edges.then_some(Bare { core, plus: behind == Sign::Plus, percent })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Plus,
    Minus,
}

fn strip_sign_before(text: &str) -> (&str, Sign) {
    match text.chars().next() {
        Some('+') => (text[1..].trim_start(), Sign::Plus),
        Some(sign @ ('-' | '−')) => (text[sign.len_utf8()..].trim_start(), Sign::Minus),
        _ => (text, Sign::None),
    }
}

/// `5.00 CR`: the side of the ledger, which is a sign.
fn strip_side(text: &str) -> (&str, Sign) {
    let at = text.len().saturating_sub(2);
    match text.get(at..).filter(|_| at > 0) {
        Some("CR" | "Cr" | "cr") => (text[..at].trim_end(), Sign::Minus),
        Some("DR" | "Dr" | "dr") => (text[..at].trim_end(), Sign::Plus),
        _ => (text, Sign::None),
    }
}

fn strip_currency_before(text: &str) -> (&str, bool) {
    if let Some(rest) = text.strip_prefix(is_currency_sign) {
        return (rest.trim_start(), true);
    }
    if let Some(rest) = MONEY.iter().find_map(|sign| text.strip_prefix(sign)) {
        return (rest.trim_start(), true);
    }
    match text.split_at_checked(3) {
        Some((code, rest)) if !rest.starts_with(char::is_alphabetic) && is_currency_code(code) => {
            (rest.trim_start(), true)
        }
        _ => (text, false),
    }
}

fn strip_currency_behind(text: &str) -> &str {
    if let Some(rest) = text.strip_suffix(is_currency_sign) {
        return rest.trim_end();
    }
    if let Some(rest) = MONEY.iter().find_map(|sign| text.strip_suffix(sign)) {
        return rest.trim_end();
    }
    match text.len().checked_sub(3).and_then(|at| text.split_at_checked(at)) {
        Some((rest, code)) if !rest.ends_with(char::is_alphabetic) && is_currency_code(code) => rest.trim_end(),
        _ => text,
    }
}

/// Marks of money in letters, the longer of two first. Those of `transform` that a figure stands beside.
const MONEY: [&str; 20] = [
    "US$", "CA$", "AU$", "NZ$", "HK$", "MX$", "NT$", "A$", "C$", "S$", "R$", "Rs.", "Rs", "kr.", "kr", "Kr", "zł",
    "Kč", "Ft", "SFr.",
];

/// Whether what stands in front of a figure says its currency, the figure's sign or parenthesis included: `EUR-`, `US$`.
pub(super) fn is_money(before: &str) -> bool {
    let bare = before.trim_end_matches(['(', '-', '+', '.', ',']);
    MONEY.contains(&before) || MONEY.contains(&bare) || (bare.len() == 3 && is_currency_code(bare))
}

fn is_currency_sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20c0}')
}

fn is_currency_code(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_uppercase()) && iso_currency::Currency::from_code(code).is_some()
}

/// Runs of digits and the marks between them.
#[derive(Default)]
struct Runs {
    lengths: [u8; MARKS + 1],
    between: [u8; MARKS],
    count: usize,
}

impl Runs {
    /// In place: a struct of single bytes is slow to return by value when every cell of a file passes here.
    fn fill(&mut self, core: &str) -> bool {
        core.chars().all(|c| match c {
            '0'..='9' => {
                let length = &mut self.lengths[self.count];
                *length = length.saturating_add(1);
                *length < u8::MAX
            }
            '.' | ',' => self.mark(c as u8),
            '\'' | '’' => self.mark(b'\''),
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => self.mark(b' '),
            _ => false,
        })
    }

    fn mark(&mut self, mark: u8) -> bool {
        let Some(place) = self.between.get_mut(self.count) else { return false };
        *place = mark;
        self.count += 1;
        true
    }

    fn marks(&self) -> &[u8] {
        &self.between[..self.count]
    }

    /// How many runs stand before the fraction, taking a single point or comma for its mark.
    fn whole(&self) -> usize {
        match self.marks() {
            [] | [b'.' | b','] => 1,
            [.., before, last] if before != last => self.count,
            _ => self.count + 1,
        }
    }

    fn readings(&self, core: &str) -> Option<Number> {
        let none = Number { point: None, comma: None, day: false, percent: false };
        let plain = Some(Reading { group: None, fraction: false });
        match *self.marks() {
            [] => Some(Number { point: plain, comma: plain, day: super::date::is_compact_day(core), ..none }),
            [mark @ (b'.' | b',')] => {
                let fraction = Some(Reading { group: None, fraction: true });
                let group = (self.grouped(mark, 2) && !core.starts_with('0'))
                    .then_some(Reading { group: Some(char::from(mark)), fraction: false });
                Some(by_mark(mark, fraction, group))
            }
            [ref groups @ .., mark @ (b'.' | b',')] if groups[0] != mark => {
                let group = groups[0];
                let regular = groups.iter().all(|&other| other == group) && self.grouped(group, self.count);
                let reading = regular.then_some(Reading { group: Some(char::from(group)), fraction: true })?;
                Some(by_mark(mark, Some(reading), None))
            }
            [group, ref rest @ ..] => {
                let regular = rest.iter().all(|&other| other == group) && self.grouped(group, self.count + 1);
                let reading = regular.then_some(Reading { group: Some(char::from(group)), fraction: false });
                reading?;
                Some(match group {
                    b',' => Number { point: reading, ..none },
                    b'.' => Number { comma: reading, ..none },
                    _ => Number { point: reading, comma: reading, ..none },
                })
            }
        }
    }

    fn grouped(&self, mark: u8, runs: usize) -> bool {
        let [first, middle @ .., last] = &self.lengths[..runs] else { return false };
        let indian = mark == b',';
        (1..=3).contains(first) && *last == 3 && middle.iter().all(|&run| run == 3 || (indian && run == 2))
    }
}

/// The readings of a number whose last mark is `mark`, as the mark of a fraction and as one between thousands.
fn by_mark(mark: u8, fraction: Option<Reading>, group: Option<Reading>) -> Number {
    match mark {
        b'.' => Number { point: fraction, comma: group, day: false, percent: false },
        _ => Number { point: group, comma: fraction, day: false, percent: false },
    }
}

impl Number {
    /// Whether it is another number with a point than with a comma.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.point.is_some() && self.comma.is_some() && self.point != self.comma
    }
}

impl Reading {
    /// The notation of `transform`: `1.234,56`.
    pub(crate) fn notation(self, mark: char) -> String {
        match (self.group, self.fraction) {
            (None, false) => "1234".to_owned(),
            (None, true) => format!("1234{mark}56"),
            (Some(group), _) => format!("1{group}234{mark}56"),
        }
    }
}
