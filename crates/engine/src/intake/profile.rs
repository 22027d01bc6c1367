//! What the values of a column look like, decided from all of them.
//!
//! A value fits a kind or it does not; a column is of a kind when at least 95 per cent of its filled values
//! fit. Only readings that differ in what they mean make a column ambiguous: `1.234` does, `2026` does not.

use serde::{Deserialize, Serialize};

use super::chunk::Chunk;
use super::distinct::Distinct;
use super::shape::Shape;
use super::shape::date::{Date, Form, Order};
use super::shape::number::{Number, Reading};
use super::shape::writing::{Writing, Writings};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    Text,
    Integer,
    Decimal,
    Date,
    DateTime,
    Boolean,
    #[default]
    Empty,
}

/// One column, as seen over every row. Values are kept as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    pub name: String,
    pub kind: ColumnType,
    /// How the values are written, in the notation of `transform` (`dd.MM.yyyy`, `1.234,56`); `None` for text.
    pub format: Option<String>,
    /// Every format that fits all values, when more than one does: the column is ambiguous and the user is asked.
    pub also: Vec<String>,
    /// Values that the formats in `also` read differently, and so what the question is about. 0 for a profile made before
    /// these were counted.
    #[serde(default)]
    pub ambiguous: u64,
    /// Values that do not fit `kind` although nearly all others do.
    pub misfits: u64,
    pub filled: u64,
    pub empty: u64,
    /// Different values; exact up to [`DISTINCT_EXACT`], an estimate above.
    pub distinct: u64,
    /// Longest value in characters.
    pub longest: u32,
    /// Values with a leading zero followed by another digit: never a number.
    pub leading_zeros: u64,
    /// The most frequent values with their counts, when there are few different ones.
    pub common: Vec<(String, u64)>,
    /// Different values spread over the file, at most [`SAMPLES`].
    pub samples: Vec<String>,
}

pub const DISTINCT_EXACT: u64 = 1_000;
pub const SAMPLES: usize = 200;

/// Per cent of the filled values that must fit a kind.
const FITTING: u64 = 95;
/// Values told as the most frequent ones at most.
const COMMON: usize = 100;
/// Different values kept over all columns together, so that a table of 20,000 columns stays within memory.
const KEPT: usize = 500_000;

impl ColumnProfile {
    /// A column of which nothing was kept.
    pub fn blank(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: ColumnType::Empty,
            format: None,
            also: Vec::new(),
            ambiguous: 0,
            misfits: 0,
            filled: 0,
            empty: 0,
            distinct: 0,
            longest: 0,
            leading_zeros: 0,
            common: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// Tells that `numbers` of the values are numbers in the file itself, written here with a point: when nearly all
    /// are, their marks mean what they say.
    pub(super) fn settle(&mut self, numbers: u64) {
        if numbers * 100 >= self.filled * FITTING && !self.also.is_empty() {
            // The first is the one with a point.
            self.format = self.also.drain(..).next();
            self.ambiguous = 0;
        }
    }
}

/// Profiles rows as they come; [`Profiler::finish`] decides.
#[derive(Debug)]
pub(super) struct Profiler {
    columns: Vec<Column>,
    rows: u64,
}

impl Profiler {
    pub(super) fn new(names: &[String]) -> Self {
        let keep = (KEPT / names.len().max(1)).clamp(32, DISTINCT_EXACT as usize);
        Self { columns: names.iter().map(|name| Column::new(name, keep)).collect(), rows: 0 }
    }

    /// Cells beyond the last column are not looked at: such rows are reported as ragged.
    pub(super) fn add(&mut self, chunk: &Chunk) {
        for row in chunk.raw() {
            self.rows += 1;
            for (column, cell) in self.columns.iter_mut().zip(row.cells()) {
                column.add(cell, row.row);
            }
        }
    }

    pub(super) fn finish(self) -> Vec<ColumnProfile> {
        self.columns.into_iter().map(|column| column.finish(self.rows)).collect()
    }
}

#[derive(Debug)]
struct Column {
    profile: ColumnProfile,
    distinct: Distinct,
    shapes: Shapes,
}

/// The shapes that a column's values have, with counts. Few: a column is mostly written in one way.
#[derive(Debug, Default)]
struct Shapes {
    met: Vec<(Shape, u64)>,
    writings: Writings,
}

impl Shapes {
    /// The place of a value's shape among those met.
    #[inline]
    fn of(&mut self, value: &[u8]) -> usize {
        let writing = Writing::of(value);
        let known = writing.and_then(|writing| self.writings.shape(&writing, value));
        known.unwrap_or_else(|| self.look(value, writing))
    }

    fn look(&mut self, value: &[u8], writing: Option<Writing>) -> usize {
        let shape = str::from_utf8(value).map_or(Shape::Text, Shape::of);
        let place = self.met.iter().position(|(known, _)| *known == shape).unwrap_or_else(|| {
            self.met.push((shape, 0));
            self.met.len() - 1
        });
        if let Some(writing) = writing {
            self.writings.keep(writing, value, shape, place);
        }
        place
    }
}

impl Column {
    fn new(name: &str, keep: usize) -> Self {
        let profile = ColumnProfile { name: name.to_owned(), ..ColumnProfile::default() };
        Self { profile, distinct: Distinct::new(keep), shapes: Shapes::default() }
    }

    fn add(&mut self, cell: &[u8], row: u64) {
        let visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let value = if visible(cell.first()) && visible(cell.last()) { cell } else { trimmed(cell) };
        if value.is_empty() {
            return;
        }
        let profile = &mut self.profile;
        profile.filled += 1;
        if cell.len() > profile.longest as usize {
            let characters = cell.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
            profile.longest = profile.longest.max(u32::try_from(characters).unwrap_or(u32::MAX));
        }
        let place = self.distinct.add(cell, row, || self.shapes.of(value));
        let Some((shape, count)) = self.shapes.met.get_mut(place) else { return };
        *count += 1;
        if matches!(value, [b'0', b'0'..=b'9', ..]) && !matches!(shape, Shape::Date(_)) {
            profile.leading_zeros += 1;
        }
    }

    fn finish(self, rows: u64) -> ColumnProfile {
        let mut profile = self.profile;
        profile.empty = rows - profile.filled;
        let verdict = decide(&self.shapes.met, profile.filled);
        profile.kind = verdict.kind;
        profile.misfits = if verdict.kind == ColumnType::Text { 0 } else { profile.filled - verdict.fitting };
        profile.format = verdict.format;
        profile.also = verdict.also;
        profile.ambiguous = verdict.ambiguous;
        profile.distinct = self.distinct.estimate();
        profile.common = common(&self.distinct);
        profile.samples = self
            .distinct
            .sample(SAMPLES)
            .into_iter()
            .filter_map(|value| value.text.as_deref().map(str::to_owned))
            .collect();
        profile
    }
}

/// Without outer blanks of any script.
fn trimmed(cell: &[u8]) -> &[u8] {
    str::from_utf8(cell).map_or(cell, |cell| cell.trim().as_bytes())
}

fn common(distinct: &Distinct) -> Vec<(String, u64)> {
    let Some(values) = distinct.all() else { return Vec::new() };
    let mut values: Vec<_> =
        values.filter_map(|value| Some((value.text.as_deref()?, value.count, value.first_row))).collect();
    values.sort_unstable_by_key(|&(_, count, row)| (std::cmp::Reverse(count), row));
    values.into_iter().take(COMMON).map(|(text, count, _)| (text.to_owned(), count)).collect()
}

/// What a column is, and how many of its values say so.
#[derive(Debug, Default)]
struct Verdict {
    kind: ColumnType,
    format: Option<String>,
    also: Vec<String>,
    /// How many values come out differently by the formats in `also`.
    ambiguous: u64,
    fitting: u64,
}

fn decide(shapes: &[(Shape, u64)], filled: u64) -> Verdict {
    if filled == 0 {
        return Verdict::default();
    }
    let booleans = shapes.iter().filter(|(shape, _)| *shape == Shape::Boolean).map(|(_, count)| count).sum();
    let boolean = Verdict { kind: ColumnType::Boolean, fitting: booleans, ..Verdict::default() };
    let candidates = [dates(shapes), numbers(shapes, filled), boolean];
    let best = candidates.into_iter().max_by_key(|verdict| verdict.fitting);
    best.filter(|verdict| verdict.fitting * 100 >= filled * FITTING)
        .unwrap_or(Verdict { kind: ColumnType::Text, ..Verdict::default() })
}

fn numbers(shapes: &[(Shape, u64)], filled: u64) -> Verdict {
    let mut numbers: Vec<(Number, u64)> = Vec::new();
    for &(shape, count) in shapes {
        match shape {
            Shape::Number(number) => numbers.push((number, count)),
            // One identifier among the numbers makes identifiers of them all.
            Shape::Identifier => return Verdict::default(),
            _ => {}
        }
    }
    if numbers.iter().filter(|(number, _)| number.day).map(|(_, count)| count).sum::<u64>() == filled {
        return Verdict {
            kind: ColumnType::Date,
            format: Some("yyyyMMdd".to_owned()),
            fitting: filled,
            ..Verdict::default()
        };
    }
    let point = read_with(&numbers, |number| number.point);
    let comma = read_with(&numbers, |number| number.comma);
    let differ = numbers.iter().any(|(number, _)| number.point != number.comma);
    let percent = if numbers.iter().any(|(number, _)| number.percent) { " %" } else { "" };
    if point.fitting == comma.fitting && differ {
        let also = vec![point.reading.notation('.') + percent, comma.reading.notation(',') + percent];
        let (kind, format) = (ColumnType::Decimal, also.first().cloned());
        let ambiguous = numbers.iter().filter(|(number, _)| number.is_ambiguous()).map(|(_, count)| count).sum();
        return Verdict { kind, format, also, ambiguous, fitting: point.fitting };
    }
    // As many either way: there are no marks, or only blanks and apostrophes, which mostly go with a comma.
    let by_comma = comma.fitting > point.fitting || (comma.fitting == point.fitting && comma.reading.group.is_some());
    let (read, mark) = if by_comma { (comma, ',') } else { (point, '.') };
    let kind = if read.reading.fraction { ColumnType::Decimal } else { ColumnType::Integer };
    let format = format!("{}{percent}", read.reading.notation(mark));
    Verdict { kind, format: Some(format), fitting: read.fitting, ..Verdict::default() }
}

struct Read {
    fitting: u64,
    reading: Reading,
}

/// All numbers that can be read in one way, and the notation that covers them.
fn read_with(numbers: &[(Number, u64)], way: impl Fn(&Number) -> Option<Reading>) -> Read {
    let mut read = Read { fitting: 0, reading: Reading { group: None, fraction: false } };
    for (number, count) in numbers {
        if let Some(reading) = way(number) {
            read.fitting += count;
            read.reading.group = read.reading.group.or(reading.group);
            read.reading.fraction |= reading.fraction;
        }
    }
    read
}

/// One way to read the dates of a column.
struct Reader {
    order: Order,
    form: Form,
    short: u8,
    fitting: u64,
}

fn dates(shapes: &[(Shape, u64)]) -> Verdict {
    let dates: Vec<(Date, u64)> = shapes
        .iter()
        .filter_map(|(shape, count)| if let Shape::Date(date) = shape { Some((*date, *count)) } else { None })
        .collect();
    let (iso, other): (Vec<_>, Vec<_>) = dates.into_iter().partition(|(date, _)| date.is_iso());
    let unmistakable: u64 = iso.iter().map(|(_, count)| count).sum();
    let with_time = iso.iter().any(|(date, _)| date.form.time.is_some());
    let readers = readers(&other);
    let Some(most) = readers.iter().map(|reader| reader.fitting).max() else {
        let (kind, format) = if with_time { (ColumnType::DateTime, "iso") } else { (ColumnType::Date, "yyyy-MM-dd") };
        return Verdict { kind, format: Some(format.to_owned()), fitting: unmistakable, ..Verdict::default() };
    };
    let mut best: Vec<&Reader> = readers.iter().filter(|reader| reader.fitting == most).collect();
    best.sort_by_key(|reader| reader.order as u8);
    let by_custom = best.iter().all(|reader| reader.form.is_day_first_by_custom());
    let formats: Vec<String> = best
        .iter()
        .take(if by_custom { 1 } else { best.len() })
        .map(|reader| reader.form.notation(reader.order, reader.short))
        .collect();
    let timed = with_time || best.iter().any(|reader| reader.form.time.is_some());
    let kind = if timed { ColumnType::DateTime } else { ColumnType::Date };
    let fitting = unmistakable + most;
    if formats.len() < 2 {
        return Verdict { kind, format: formats.into_iter().next(), fitting, ..Verdict::default() };
    }
    let read_by = |date: &Date, order: Order| best.iter().any(|by| by.order == order && by.form.reads(date.form));
    let both_ways = |date: &Date| date.is_ambiguous() && read_by(date, Order::Day) && read_by(date, Order::Month);
    let ambiguous = other.iter().filter(|(date, _)| both_ways(date)).map(|(_, count)| count).sum();
    Verdict { kind, format: formats.first().cloned(), also: formats, ambiguous, fitting }
}

/// Every form and order met; one that fits fewer values than another is no candidate, so all are counted over all.
fn readers(dates: &[(Date, u64)]) -> Vec<Reader> {
    let mut readers: Vec<Reader> = Vec::new();
    for (date, count) in dates {
        for order in [Order::Day, Order::Month, Order::Year].into_iter().filter(|&order| date.fits(order)) {
            let index = readers
                .iter()
                .position(|reader| reader.order == order && reader.form == date.form)
                .unwrap_or_else(|| {
                    readers.push(Reader { order, form: date.form, short: 0, fitting: 0 });
                    readers.len() - 1
                });
            readers[index].short |= date.short(order);
            readers[index].fitting += count;
        }
    }
    readers
}
