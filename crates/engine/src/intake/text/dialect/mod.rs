//! Which characters separate, quote and escape the cells of a text, decided from its beginning.
//!
//! Every candidate is tried on the sample and scored (see [`trial`]): how regular the records become, how much their cells
//! look like values, how much of the quotes it explains. What was tried and not taken, measured by `cargo xtask accuracy`
//! (docs/ACCURACY.md): `csv-nose` 1.4, on a par for the usual separators, knows fewer unusual ones, no `\x01` and no escapes,
//! and cuts single columns of dates at their slashes; `qsv-sniffer` 0.12 is its predecessor; CleverCSV's pattern score alone
//! prefers letters' neighbours in short files; DuckDB's rules hold for five separators.

mod cells;
mod sign;
mod trial;

use serde::{Deserialize, Serialize};

pub(crate) use cells::Quoting;
use cells::{Cell, Cells};
use trial::Trial;

/// How the cells of a text are told apart. Quote and escape are ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
    pub(crate) blanks: Blanks,
    /// Quotes inside quotes may stand undoubled: one closes only where a cell can end.
    pub(crate) lenient: bool,
    /// There is one column, and what stands for a delimiter separates nothing.
    pub(crate) single: bool,
}

/// What becomes of blanks around cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Blanks {
    /// They belong to the cells.
    #[default]
    Kept,
    /// Those around a delimiter belong to it: `a, "b"`.
    Skipped,
    /// A run of them is one delimiter, as in tables aligned for the eye.
    Joined,
}

/// One to four bytes of UTF-8: a character, or a few as in `||`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delimiter {
    bytes: [u8; 4],
    length: u8,
}

/// What was decided before looking.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fixed {
    pub(crate) delimiter: Option<Delimiter>,
    pub(crate) quote: Option<u8>,
}

/// Bytes and records of the sample that are looked at.
const BYTES: usize = 128 * 1024;
const RECORDS: usize = 1_000;

/// Decides from the beginning of a text; `whole` when that is all of it. Also tells how many cells its records mostly
/// have.
pub(crate) fn detect(sample: &str, whole: bool, fixed: Fixed) -> (Dialect, Option<usize>) {
    let all = cut(sample.as_bytes(), whole);
    let uncommented = without_comments(all);
    let sample = uncommented.as_deref().unwrap_or(all);
    let fixed = Fixed { delimiter: fixed.delimiter.or_else(|| declared(sample)), ..fixed };
    let values = lines_are_values(sample);
    let delimiters = match fixed.delimiter {
        Some(delimiter) => vec![delimiter],
        None if values => sign::usual(sample),
        None => sign::candidates(sample),
    };
    let column = Dialect {
        quote: Some(fixed.quote.unwrap_or(b'"')),
        ..Dialect::plain(fixed.delimiter.unwrap_or(Delimiter::byte(b',')))
    };
    let mut best = (Trial::run(sample, column).score_as_column(), None);
    for dialect in delimiters.into_iter().flat_map(|delimiter| quotings(sample, delimiter, fixed.quote)) {
        let trial = Trial::run(sample, dialect);
        // Below a name, what is in every value is part of it.
        let alone = trial.starts_alone() && (values || sign::usage(sample, dialect).in_values > 0.9);
        let score = if alone { 0.0 } else { trial.score(sample) };
        if score > best.0 {
            best = (score, Some(dialect));
        }
    }
    let dialect = best.1.unwrap_or_else(|| match fixed.delimiter {
        Some(_) => column,
        None => Dialect { single: sign::separates_nothing(sample, column), ..column },
    });
    let dialect = refined(sample, dialect, fixed);
    (dialect, Trial::run(sample, dialect).usual_width())
}

/// Whether the lines below the first are values as they stand: a column of dates, of times, of amounts.
fn lines_are_values(sample: &[u8]) -> bool {
    let lines = sample.split(|byte| b"\r\n".contains(byte)).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut values, mut all) = (0, 0);
    for line in lines.skip(1).take(RECORDS) {
        all += 1;
        values +=
            usize::from(trial::is_value(line) || line.iter().all(|byte| byte.is_ascii_digit() || b":.".contains(byte)));
    }
    values * 10 >= all * 9 && all > 0
}

/// `sep=;` in the first line, as Excel writes and reads it.
fn declared(sample: &[u8]) -> Option<Delimiter> {
    let line = sample.split(|byte| b"\r\n".contains(byte)).next()?.trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => {
            Some(*delimiter).filter(u8::is_ascii_punctuation).map(Delimiter::byte)
        }
        // The tab was trimmed away with the blanks.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(Delimiter::byte(b'\t')),
        _ => None,
    }
}

/// The sample without the line that its end cuts in two.
fn cut(sample: &[u8], whole: bool) -> &[u8] {
    if whole && sample.len() <= BYTES {
        return sample;
    }
    let sample = &sample[..sample.len().min(BYTES)];
    memchr::memrchr2(b'\r', b'\n', sample).map_or(sample, |end| &sample[..end])
}

/// The sample without lines that begin with `#`, if it begins with one: what they say is no table.
fn without_comments(sample: &[u8]) -> Option<Vec<u8>> {
    let is_comment = |line: &&[u8]| line.trim_ascii_start().starts_with(b"#");
    let lines: Vec<&[u8]> = sample.split_inclusive(|byte| *byte == b'\n').collect();
    let first = lines.iter().find(|line| !line.trim_ascii().is_empty())?;
    let left: Vec<&[u8]> = lines.iter().copied().filter(|line| !is_comment(line)).collect();
    (is_comment(first) && left.len() > 1).then(|| left.concat())
}

/// Dialects of a delimiter that are worth trying. Double quotes are assumed even when none is in the sample: one may come
/// later.
fn quotings(sample: &[u8], delimiter: Delimiter, fixed: Option<u8>) -> Vec<Dialect> {
    let plain = Dialect::plain(delimiter);
    let is_blank = delimiter == Delimiter::byte(b' ');
    let mut dialects = Vec::new();
    let quotes: &[u8] = match &fixed {
        Some(quote) => std::slice::from_ref(quote),
        None => b"\"'",
    };
    for &quote in quotes {
        if quote == b'\'' && fixed.is_none() && !opens_cells(sample, delimiter, quote) {
            continue;
        }
        let dialect = Dialect { quote: Some(quote), ..plain };
        dialects.push(dialect);
        // A text whose quotes all close where a cell ends doubles them; a backslash before one is a backslash.
        if !Trial::run(sample, dialect).is_clean() && memchr::memmem::find(sample, &[b'\\', quote]).is_some() {
            dialects.push(Dialect { escape: Some(b'\\'), ..dialect });
        }
    }
    let usual = Dialect { quote: Some(b'"'), ..plain };
    if fixed.is_none() && opens_cells(sample, delimiter, b'"') && Trial::run(sample, usual).is_broken() {
        dialects.push(plain);
    }
    let blanks = |kept: &Dialect| Dialect { blanks: if is_blank { Blanks::Joined } else { Blanks::Skipped }, ..*kept };
    let is_spaced = |kept: &&Dialect| is_blank || is_spaced(sample, **kept);
    let further: Vec<Dialect> = dialects.iter().filter(is_spaced).map(blanks).collect();
    dialects.extend(further);
    dialects
}

/// Whether a quote opens behind a delimiter and a blank.
fn is_spaced(sample: &[u8], dialect: Dialect) -> bool {
    let quote = dialect.quote.map(|quote| [dialect.delimiter.as_bytes(), b" ", &[quote]].concat());
    quote.is_some_and(|quote| memchr::memmem::find(sample, &quote).is_some())
}

/// The best dialect with what only shows when its delimiter is known.
fn refined(sample: &[u8], dialect: Dialect, fixed: Fixed) -> Dialect {
    let mut dialect = with_quotes(sample, dialect);
    if fixed.delimiter.is_none() && !dialect.single {
        dialect.delimiter = sign::widened(sample, dialect.delimiter);
    }
    let skipped = Dialect { blanks: Blanks::Skipped, ..dialect };
    if !dialect.single
        && dialect.blanks == Blanks::Kept
        && sign::is_followed_by_blanks(sample, dialect, &Trial::run(sample, skipped))
    {
        dialect = skipped;
    }
    dialect.lenient = Trial::run(sample, dialect).is_loose();
    dialect
}

/// A few broken quotes among sound ones do not make a text without quotes: the reader of records copes with them.
fn with_quotes(sample: &[u8], dialect: Dialect) -> Dialect {
    let quoted = Dialect { quote: Some(b'"'), ..dialect };
    if dialect.quote.is_none() && Trial::run(sample, quoted).is_mostly_sound() { quoted } else { dialect }
}

fn opens_cells(bytes: &[u8], delimiter: Delimiter, quote: u8) -> bool {
    memchr::memchr_iter(quote, bytes).any(|at| {
        let before = &bytes[..at];
        let blank = before.strip_suffix(b" ").unwrap_or(before);
        before.last().is_none_or(|byte| b"\r\n".contains(byte))
            || before.ends_with(delimiter.as_bytes())
            || blank.ends_with(delimiter.as_bytes())
    })
}

impl Dialect {
    pub(crate) fn plain(delimiter: Delimiter) -> Self {
        Self { delimiter, quote: None, escape: None, blanks: Blanks::Kept, lenient: false, single: false }
    }

    /// Whether `csv-core` reads it: a delimiter of one byte, and nothing around it or its quotes.
    pub(crate) fn is_regular(self) -> bool {
        self.delimiter.length == 1 && self.blanks == Blanks::Kept && !self.lenient && !self.single
    }

    pub(crate) fn cells(self, bytes: &[u8]) -> Cells<'_> {
        Cells::new(bytes, self)
    }

    /// Whether every quoted cell of a record ends where its quote closes.
    pub(crate) fn closes_cleanly(self, record: &[u8]) -> bool {
        self.cells(record).all(|cell| matches!(cell.quoting, Quoting::None | Quoting::Clean))
    }

    /// The same with quotes as characters like others.
    pub(crate) fn unquoted(self) -> Self {
        Self { quote: None, escape: None, ..self }
    }

    /// The cells of a line whose quotes are characters like others.
    pub(crate) fn count_unquoted(self, line: &[u8]) -> usize {
        self.unquoted().cells(line).count().max(1)
    }

    /// Appends what a cell says: doubled quotes are one, escaped characters themselves.
    pub(crate) fn unquote(self, cell: &Cell<'_>, text: &mut Vec<u8>) {
        let (Some(quote), Quoting::Clean | Quoting::Loose) = (self.quote, cell.quoting) else {
            return text.extend_from_slice(cell.raw);
        };
        let mut bytes = cell.raw.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let skipped = match byte {
                byte if byte == quote => bytes.next_if_eq(&quote),
                byte if Some(byte) == self.escape => bytes.next(),
                _ => None,
            };
            text.push(skipped.unwrap_or(byte));
        }
    }
}

impl Delimiter {
    pub(crate) const fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    /// `None` when it is empty or too long.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 4];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        let length = u8::try_from(text.len()).ok().filter(|length| *length > 0)?;
        Some(Self { bytes, length })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(crate) fn text(self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }
}
