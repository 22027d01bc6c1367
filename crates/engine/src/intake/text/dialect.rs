//! Which characters separate, quote and escape the cells of a text, decided from its beginning.
//!
//! Every candidate is tried on the sample and scored: how regular the records become, how much their cells look like
//! values, how cleanly the quotes close. `csv-nose` 1.4 was tried first: on a par with this on the W3C's annotated files, it
//! does not know `:`, `\x01` and escapes, and cuts single columns of dates at their slashes and blanks.

use crate::intake::shape::Shape;

/// How the cells of a text are told apart. All three are ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
}

/// What was decided before looking.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fixed {
    pub(crate) delimiter: Option<u8>,
    pub(crate) quote: Option<u8>,
}

const USUAL: &[u8] = b",;\t|";
/// Tried where they are in the sample.
const UNUSUAL: &[u8] = b"^~\x01\x1c\x1d\x1e\x1f:#&!*%@=+$ ";
/// Of these, the ones that hardly ever stand inside a value; the others only count where every record has them.
const ODD: &[u8] = b"^~\x01\x1c\x1d\x1e\x1f";
/// Bytes and records of the sample that are looked at.
const BYTES: usize = 128 * 1024;
const RECORDS: usize = 1_000;
/// Records above the table that do not count against a delimiter.
const PREAMBLE: usize = 30;

/// Decides from the beginning of a text; `whole` when that is all of it. Also tells how many cells its records mostly
/// have.
pub(crate) fn detect(sample: &str, whole: bool, fixed: Fixed) -> (Dialect, Option<usize>) {
    let sample = cut(sample.as_bytes(), whole);
    let fixed = Fixed { delimiter: fixed.delimiter.or_else(|| declared(sample)), ..fixed };
    let values = lines_are_values(sample);
    let delimiters: Vec<u8> = match fixed.delimiter {
        Some(delimiter) => vec![delimiter],
        None if values => USUAL.to_vec(),
        None => USUAL.iter().chain(UNUSUAL).copied().filter(|byte| memchr::memchr(*byte, sample).is_some()).collect(),
    };
    let column =
        Dialect { delimiter: fixed.delimiter.unwrap_or(b','), quote: Some(fixed.quote.unwrap_or(b'"')), escape: None };
    let mut best = (Trial::run(sample, column).score_as_column(), column);
    for delimiter in delimiters {
        for (quote, escape) in quotings(sample, delimiter, fixed.quote) {
            let dialect = Dialect { delimiter, quote, escape };
            let trial = Trial::run(sample, dialect);
            let alone = values && trial.records.first().is_some_and(|&(cells, _)| cells == 1);
            let score = if alone { 0.0 } else { trial.score(dialect) };
            if score > best.0 {
                best = (score, dialect);
            }
        }
    }
    let width = Trial::run(sample, best.1).usual_width();
    (with_quotes(sample, best.1), width)
}

/// Whether the lines below the first are values as they stand: a column of dates, of times, of amounts.
fn lines_are_values(sample: &[u8]) -> bool {
    let lines = sample.split(|byte| b"\r\n".contains(byte)).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut values, mut all) = (0, 0);
    for line in lines.skip(1).take(RECORDS) {
        all += 1;
        values += usize::from(is_value(line) || line.iter().all(|byte| byte.is_ascii_digit() || b":.".contains(byte)));
    }
    values * 10 >= all * 9 && all > 0
}

fn is_value(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| Shape::of(text).is_typed())
}

/// `sep=;` in the first line, as Excel writes and reads it.
fn declared(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|byte| b"\r\n".contains(byte)).next()?.trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some(*delimiter).filter(u8::is_ascii_punctuation),
        // The tab was trimmed away with the blanks.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(b'\t'),
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

/// Quotes and escapes worth trying. Double quotes are assumed even when none is in the sample: one may come later.
fn quotings(sample: &[u8], delimiter: u8, fixed: Option<u8>) -> Vec<(Option<u8>, Option<u8>)> {
    let mut quotings = Vec::new();
    let quotes: &[u8] = match &fixed {
        Some(quote) => std::slice::from_ref(quote),
        None => b"\"'",
    };
    for &quote in quotes {
        if quote == b'\'' && fixed.is_none() && !opens_cells(sample, delimiter, quote) {
            continue;
        }
        quotings.push((Some(quote), None));
        // A text whose quotes all close where a cell ends doubles them; a backslash before one is a backslash.
        let Trial { loose, broken, .. } = Trial::run(sample, Dialect { delimiter, quote: Some(quote), escape: None });
        if loose + broken > 0 && memchr::memmem::find(sample, &[b'\\', quote]).is_some() {
            quotings.push((Some(quote), Some(b'\\')));
        }
    }
    let broken = || Trial::run(sample, Dialect { delimiter, quote: Some(b'"'), escape: None }).broken > 0;
    if fixed.is_none() && opens_cells(sample, delimiter, b'"') && broken() {
        quotings.push((None, None));
    }
    quotings
}

/// A few broken quotes among sound ones do not make a text without quotes: the reader of records copes with them.
fn with_quotes(sample: &[u8], dialect: Dialect) -> Dialect {
    let quoted = Dialect { quote: Some(b'"'), ..dialect };
    let Trial { clean, loose, broken, .. } = Trial::run(sample, quoted);
    if dialect.quote.is_none() && broken <= clean + loose { quoted } else { dialect }
}

fn opens_cells(bytes: &[u8], delimiter: u8, quote: u8) -> bool {
    memchr::memchr_iter(quote, bytes)
        .any(|at| at == 0 || bytes[at - 1] == delimiter || b"\r\n".contains(&bytes[at - 1]))
}

impl Dialect {
    /// Whether every quoted cell of a record ends where its quote closes.
    pub(crate) fn closes_cleanly(self, record: &[u8]) -> bool {
        Cells { bytes: record, at: 0, dialect: self }.all(|cell| matches!(cell.quoting, Quoting::None | Quoting::Clean))
    }

    /// The cells of a line whose quotes are characters like others.
    pub(crate) fn count_unquoted(self, line: &[u8]) -> usize {
        memchr::memchr_iter(self.delimiter, line).count() + 1
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Clean,
    /// There are unescaped quotes inside, but the last character is one: its writer forgot to double them.
    Loose,
    /// Text follows the closing quote, or there is none.
    Broken,
}

struct Cell<'a> {
    raw: &'a [u8],
    quoting: Quoting,
    /// The last of its record.
    last: bool,
}

/// The cells of a text with their quotes' soundness, which the reader of records does not tell.
struct Cells<'a> {
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl Cells<'_> {
    /// Where an opened quote closes: the position behind it.
    fn close(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            let byte = *self.bytes.get(at)?;
            if Some(byte) == self.dialect.escape && byte != quote {
                at += 2;
            } else if byte != quote {
                at += 1;
            } else if self.bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return Some(at + 1);
            }
        }
    }

    fn ends_cell(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| *byte == self.dialect.delimiter || b"\r\n".contains(byte))
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        if self.at > self.bytes.len()
            || (self.at == self.bytes.len() && self.bytes.last() != Some(&self.dialect.delimiter))
        {
            return None;
        }
        let start = self.at;
        let mut quoting = Quoting::None;
        let mut end = start;
        if let Some(quote) = self.dialect.quote.filter(|quote| self.bytes.get(start) == Some(quote)) {
            let closed = self.close(quote);
            end = closed.unwrap_or(self.bytes.len());
            quoting = if closed.is_some() && self.ends_cell(end) { Quoting::Clean } else { Quoting::Broken };
        }
        while !self.ends_cell(end) {
            end += 1;
        }
        if quoting == Quoting::Broken && end > start + 1 && self.bytes.get(end - 1).copied() == self.dialect.quote {
            quoting = Quoting::Loose;
        }
        let last = self.bytes.get(end) != Some(&self.dialect.delimiter);
        let raw = if quoting == Quoting::Clean { &self.bytes[start + 1..end - 1] } else { &self.bytes[start..end] };
        self.at = end + 1;
        Some(Cell { raw, quoting, last })
    }
}

/// What a dialect makes of the sample.
#[derive(Default)]
struct Trial {
    /// Cells and the sum of their plausibility, by record.
    records: Vec<(usize, f64)>,
    clean: usize,
    loose: usize,
    broken: usize,
    typed: usize,
}

impl Trial {
    fn run(sample: &[u8], dialect: Dialect) -> Self {
        let mut trial = Self::default();
        let (mut cells, mut plausible) = (0, 0.0);
        for cell in (Cells { bytes: sample, at: 0, dialect }) {
            trial.clean += usize::from(cell.quoting == Quoting::Clean);
            trial.loose += usize::from(cell.quoting == Quoting::Loose);
            trial.broken += usize::from(cell.quoting == Quoting::Broken);
            let (likely, typed) = plausibility(&cell, dialect.delimiter);
            trial.typed += usize::from(typed);
            cells += 1;
            plausible += likely;
            if cell.last {
                let blank = cells == 1 && cell.raw.trim_ascii().is_empty();
                if !blank {
                    trial.records.push((cells, plausible));
                }
                (cells, plausible) = (0, 0.0);
                if trial.records.len() == RECORDS {
                    break;
                }
            }
        }
        trial
    }

    /// 0 for a dialect that makes no table; the more regular, plausible and clean, the nearer to 1.
    fn score(&self, dialect: Dialect) -> f64 {
        let Some(width) = self.usual_width() else { return 0.0 };
        let first = self.records.iter().position(|&(cells, _)| cells == width).unwrap_or(0).min(PREAMBLE);
        let table = &self.records[first..];
        let regular: Vec<f64> =
            table.iter().filter(|(cells, _)| *cells == width).map(|(_, plausible)| *plausible).collect();
        let regularity = regular.len() as f64 / table.len() as f64;
        let preamble = 1.0 - 0.3 * first as f64 / self.records.len() as f64;
        let plausible = regular.iter().sum::<f64>() / (regular.len() * width) as f64;
        let wide = 1.0 - 0.5 / width as f64;
        // Records that all agree, the first included, are no accident: lists inside cells are less regular.
        let agreed = regular.len() == self.records.len() && self.records.len() > 1;
        let custom = match dialect.delimiter {
            delimiter if !USUAL.contains(&delimiter) && !ODD.contains(&delimiter) => {
                self.unusual(delimiter, width, first)
            }
            _ if agreed => 4.0,
            _ => 1.0,
        };
        regularity * regularity * preamble * plausible * wide * self.cleanness() * custom
    }

    /// What the sample is worth as a single column, in which the delimiter only stands inside quotes.
    fn score_as_column(&self) -> f64 {
        let single = self.records.iter().filter(|(cells, _)| *cells == 1);
        let plausible: f64 = single.map(|(_, plausible)| plausible).sum();
        0.4 * self.cleanness() * plausible / self.records.len().max(1) as f64
    }

    /// The commonest number of cells above one; of equally common ones the largest.
    fn usual_width(&self) -> Option<usize> {
        let mut counts = std::collections::BTreeMap::new();
        for &(cells, _) in self.records.iter().filter(|(cells, _)| *cells > 1) {
            *counts.entry(cells).or_insert(0) += 1;
        }
        counts.into_iter().max_by_key(|&(cells, count)| (count, cells)).map(|(cells, _)| cells)
    }

    fn cleanness(&self) -> f64 {
        (1 + self.clean) as f64 / (1 + self.clean + self.loose + 4 * self.broken) as f64
    }

    /// What an unusual delimiter is worth: nothing unless every record of the table has it, but for a note or a total at
    /// its end. A blank also needs columns of values and no title, for names of people have one too.
    fn unusual(&self, delimiter: u8, width: usize, first: usize) -> f64 {
        let table = &self.records[first..self.records.len() - usize::from(self.records.len() > first + 3)];
        let everywhere = table.iter().all(|(cells, _)| *cells == width);
        let cells = self.records.len() * width;
        match delimiter {
            _ if !everywhere || self.records.len() < 2 => 0.0,
            b':' if first == 0 => 1.5,
            b':' if width > 2 => 0.6,
            b' ' if first == 0 && ((self.typed * 3 >= cells && self.records.len() > 1) || width > 4) => 0.6,
            b' ' | b':' => 0.0,
            _ if width > 2 && first == 0 => 0.6,
            _ => 0.0,
        }
    }
}

/// How much a cell looks like a value, and whether it is a number, a date or the like.
fn plausibility(cell: &Cell<'_>, delimiter: u8) -> (f64, bool) {
    let raw = cell.raw.trim_ascii();
    if raw.is_empty() {
        return (0.5, false);
    }
    // Minutes and seconds, which a colon has cut off their hour.
    if delimiter == b':' && raw.len() == 2 && raw.iter().all(u8::is_ascii_digit) {
        return (0.05, false);
    }
    if is_value(raw) {
        return (1.0, true);
    }
    if matches!(cell.quoting, Quoting::Clean | Quoting::Loose) {
        return (0.8, false);
    }
    let between = |byte: u8| memchr::memchr_iter(byte, raw).any(|at| raw.get(at + 1).is_some_and(|next| *next != b' '));
    if USUAL.iter().any(|&other| other != delimiter && between(other)) {
        return (0.05, false);
    }
    if [raw[0], raw[raw.len() - 1]].iter().any(|edge| b"\"'".contains(edge)) {
        return (0.2, false);
    }
    (if raw.len() <= 40 { 0.7 } else { 0.5 }, false)
}
