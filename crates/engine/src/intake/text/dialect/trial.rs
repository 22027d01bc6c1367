//! What a dialect makes of a sample, and what that is worth: the more regular the records, the more plausible their cells,
//! the more alike the cells of a column and the fewer quotes left over, the better.
//!
//! The measure is that of CleverCSV and of Hipp's table uniformity (pattern times types), with three things added: the
//! regularity counts nearly right records a little, quotes that a dialect leaves outside of quoted cells speak against it,
//! and separators that also stand inside values need more evidence than others (see [`super::sign`]).

use super::{Blanks, Dialect, Quoting, RECORDS, sign};
use crate::intake::shape::Shape;

/// Records above the table that do not count against a delimiter.
const PREAMBLE: usize = 30;
/// Records whose columns are compared.
const COMPARED: usize = 200;

/// What a dialect makes of the sample.
pub(super) struct Trial {
    dialect: Dialect,
    records: Vec<Record>,
    /// Whether each cell is a value, is words or is blank, record after record.
    kinds: Vec<Kind>,
    clean: usize,
    loose: usize,
    broken: usize,
    /// Double quotes, and those of them in cells that are not quoted.
    quotes: usize,
    outside: usize,
}

#[derive(Clone, Copy)]
struct Record {
    cells: usize,
    /// The sum of its cells' plausibility.
    plausible: f64,
    /// Where its kinds begin.
    kinds: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Value,
    Words,
}

impl Trial {
    pub(super) fn run(sample: &[u8], dialect: Dialect) -> Self {
        let mut trial = Self {
            dialect,
            records: Vec::new(),
            kinds: Vec::new(),
            clean: 0,
            loose: 0,
            broken: 0,
            quotes: 0,
            outside: 0,
        };
        let mut record = Record { cells: 0, plausible: 0.0, kinds: 0 };
        for cell in dialect.cells(sample) {
            trial.count_quotes(cell.quoting, cell.raw);
            let (plausible, kind) = plausibility(cell.raw, cell.quoting, dialect);
            trial.kinds.push(kind);
            record.cells += 1;
            record.plausible += plausible;
            if cell.last {
                let blank = record.cells == 1 && kind == Kind::Blank;
                if !blank {
                    trial.records.push(record);
                }
                record = Record { cells: 0, plausible: 0.0, kinds: trial.kinds.len() };
                if trial.records.len() == RECORDS {
                    break;
                }
            }
        }
        trial
    }

    fn count_quotes(&mut self, quoting: Quoting, raw: &[u8]) {
        self.clean += usize::from(quoting == Quoting::Clean);
        self.loose += usize::from(quoting == Quoting::Loose);
        self.broken += usize::from(matches!(quoting, Quoting::Broken | Quoting::Open));
        let inside = memchr::memchr_iter(b'"', raw).count();
        let around = matches!(quoting, Quoting::Clean | Quoting::Loose) && self.dialect.quote == Some(b'"');
        self.quotes += inside + 2 * usize::from(around);
        self.outside += if matches!(quoting, Quoting::Clean | Quoting::Loose) { 0 } else { inside };
    }

    /// 0 for a dialect that makes no table; the more regular, plausible and clean, the nearer to 1, and beyond it where
    /// all records agree.
    pub(super) fn score(&self, sample: &[u8]) -> f64 {
        let Some(width) = self.usual_width() else { return 0.0 };
        let first = self.records.iter().position(|record| record.cells == width).unwrap_or(0).min(PREAMBLE);
        let table = &self.records[first..];
        let regular: Vec<Record> = table.iter().copied().filter(|record| record.cells == width).collect();
        let regularity = 0.7 * regular.len() as f64 / table.len() as f64 + 0.3 * nearness(table, width);
        let preamble = 1.0 - 0.3 * first as f64 / self.records.len() as f64;
        let plausible = regular.iter().map(|record| record.plausible).sum::<f64>() / (regular.len() * width) as f64;
        let wide = 1.0 - 0.5 / width as f64;
        // Records that all agree, the first included, are no accident: lists inside cells are less regular.
        let agreed = regular.len() == self.records.len() && self.records.len() > 1;
        let custom = match sign::custom(self.dialect.delimiter) {
            sign::Custom::Usual | sign::Custom::Odd if agreed => 4.0,
            sign::Custom::Usual | sign::Custom::Odd => 1.0,
            sign::Custom::Unusual => self.unusual(sample, width, first),
        };
        let likeness = 0.7 + 0.3 * self.likeness(&regular, width);
        regularity * regularity * preamble * plausible * wide * likeness * self.cleanness() * custom
    }

    /// What the sample is worth as a single column, in which the delimiter only stands inside quotes.
    pub(super) fn score_as_column(&self) -> f64 {
        let single = self.records.iter().filter(|record| record.cells == 1);
        let plausible: f64 = single.map(|record| record.plausible).sum();
        0.4 * self.cleanness() * plausible / self.records.len().max(1) as f64
    }

    /// The commonest number of cells above one; of equally common ones the largest.
    pub(super) fn usual_width(&self) -> Option<usize> {
        let mut counts = std::collections::BTreeMap::new();
        for record in self.records.iter().filter(|record| record.cells > 1) {
            *counts.entry(record.cells).or_insert(0) += 1;
        }
        counts.into_iter().max_by_key(|&(cells, count)| (count, cells)).map(|(cells, _)| cells)
    }

    /// Whether the first record is a single cell.
    pub(super) fn starts_alone(&self) -> bool {
        self.records.first().is_some_and(|record| record.cells == 1)
    }

    pub(super) fn is_clean(&self) -> bool {
        self.loose + self.broken == 0
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken > 0
    }

    pub(super) fn is_loose(&self) -> bool {
        self.loose > 0
    }

    pub(super) fn is_mostly_sound(&self) -> bool {
        self.broken <= self.clean + self.loose
    }

    /// Sound quotes among all cells with some, and quotes inside quoted cells among all quotes.
    fn cleanness(&self) -> f64 {
        let sound = (1 + self.clean) as f64 / (1 + self.clean + self.loose + 4 * self.broken) as f64;
        let outside = self.outside as f64 / (4 + self.quotes) as f64;
        sound * (1.0 - 0.6 * outside)
    }

    /// How alike the cells of a column are: the share of the commoner of values and words below the first record.
    fn likeness(&self, regular: &[Record], width: usize) -> f64 {
        let below = &regular[1.min(regular.len())..regular.len().min(COMPARED)];
        let column = |column: usize| {
            let kinds = below.iter().map(|record| self.kinds[record.kinds + column]);
            let (values, words) = kinds.fold((0_u32, 0_u32), |(values, words), kind| match kind {
                Kind::Blank => (values, words),
                Kind::Value => (values + 1, words),
                Kind::Words => (values, words + 1),
            });
            if values + words == 0 { 1.0 } else { f64::from(values.max(words)) / f64::from(values + words) }
        };
        (0..width).map(column).sum::<f64>() / width as f64
    }

    /// What an unusual delimiter is worth: nothing unless every record of the table has it, but for a note or a total at
    /// its end, and nothing where it is used as in sentences or inside values. A blank also needs columns of values, or
    /// quotes around what has blanks, for names of people have one too.
    fn unusual(&self, sample: &[u8], width: usize, first: usize) -> f64 {
        let last = self.records.len() - usize::from(self.records.len() > first + 3);
        let table = &self.records[first..last];
        let agreed = table.iter().filter(|record| record.cells == width).count();
        // In a long table a row may be damaged.
        let damaged = if table.len() < 20 { 0 } else { table.len() / 20 };
        let everywhere = agreed + damaged >= table.len() && self.records.len() > 1;
        if self.dialect.delimiter.as_bytes() == b" " {
            return self.blank(sample, width, first, everywhere);
        }
        let used = sign::usage(sample, self.dialect);
        let enough = if width > 2 { agreed > 1 } else { agreed > 2 };
        if !enough || !everywhere || used.in_values > 0.3 || (width == 2 && used.in_prose > 0.5) {
            return 0.0;
        }
        match first {
            0 => 1.5,
            _ if width > 2 && agreed > 2 => 0.6,
            _ => 0.0,
        }
    }

    fn blank(&self, sample: &[u8], width: usize, first: usize, everywhere: bool) -> f64 {
        let cells: usize = self.records.iter().map(|record| record.cells).sum();
        let typed = self.kinds.iter().filter(|kind| **kind == Kind::Value).count();
        let sound = self.clean + self.loose;
        let quoted = sound * 5 >= self.records.len() * 3 && self.outside * 10 <= self.quotes && self.records.len() > 2;
        let long = width > 2 && self.records.len() > 7;
        let runs = memchr::memmem::find_iter(sample, b"  ").count();
        let aligned = self.dialect.blanks == Blanks::Joined && runs > self.records.len() && self.records.len() > 2;
        match first {
            0 if everywhere && aligned => 1.0,
            _ if quoted && (everywhere || (width > 2 && sound >= self.records.len())) => 1.0,
            0 if everywhere && (typed * 3 >= cells || width > 4 || long) => 0.6,
            _ if everywhere && typed * 2 >= cells && width > 2 && self.records.len() > first + 3 => 0.5,
            _ => 0.0,
        }
    }
}

/// How near the records come to a width, on average: 1 is there, 0 is half of it off.
fn nearness(table: &[Record], width: usize) -> f64 {
    let near = |cells: usize| (1.0 - 2.0 * cells.abs_diff(width) as f64 / width as f64).max(0.0);
    table.iter().map(|record| near(record.cells)).sum::<f64>() / table.len() as f64
}

pub(super) fn is_value(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| Shape::of(text).is_typed())
}

/// How much a cell looks like a value, and what it is.
fn plausibility(raw: &[u8], quoting: Quoting, dialect: Dialect) -> (f64, Kind) {
    let raw = raw.trim_ascii();
    let delimiter = dialect.delimiter.as_bytes();
    if raw.is_empty() {
        return (0.5, Kind::Blank);
    }
    // Minutes and seconds, which a colon has cut off their hour.
    if delimiter == b":" && raw.len() == 2 && raw.iter().all(u8::is_ascii_digit) {
        return (0.05, Kind::Value);
    }
    if is_value(raw) {
        return (1.0, Kind::Value);
    }
    if matches!(quoting, Quoting::Clean | Quoting::Loose) {
        return (0.8, Kind::Words);
    }
    let cut = |at: usize| raw.get(at + 1).map_or(delimiter == b" ", |next| *next != b' ');
    let between = |byte: u8| memchr::memchr_iter(byte, raw).any(cut);
    if sign::USUAL.iter().any(|&other| delimiter != [other] && between(other)) {
        return (0.05, Kind::Words);
    }
    if [raw[0], raw[raw.len() - 1]].iter().any(|edge| b"\"'".contains(edge)) {
        return (0.2, Kind::Words);
    }
    (if raw.len() <= 40 { 0.7 } else { 0.5 }, Kind::Words)
}
