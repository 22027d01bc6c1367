//! Characters as separators: which of them are worth trying on a text, and how each is used in it.

use super::trial::{self, Trial};
use super::{Blanks, Delimiter, Dialect};
use crate::intake::shape::Shape;

/// How customary a separator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Custom {
    Usual,
    /// Hardly ever stands inside a value: `^`, `~`, `§`, a control character.
    Odd,
    /// Also stands inside values and sentences.
    Unusual,
}

/// How a separator is used: the share of its places inside dates, times, addresses and the like, and the share of those
/// where a blank follows but none stands before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) in_values: f64,
    pub(super) in_prose: f64,
}

pub(super) const USUAL: &[u8] = b",;\t|";
/// ASCII characters that never separate: they pair, they are part of names and figures, or they end lines.
const NEVER: &[u8] = b"\"'_-.()[]{}<>\\`?\0\n\r";
/// Places of a separator that are looked at.
const PLACES: usize = 400;
/// Lines in which a separator that also stands inside values must be found, in per cent, to be worth a trial. Line breaks
/// in quoted cells make it less than all.
const LINES: usize = 30;
/// The same for one that hardly ever does.
const LINES_ODD: usize = 5;

pub(super) fn custom(delimiter: Delimiter) -> Custom {
    match delimiter.as_bytes() {
        [byte] if USUAL.contains(byte) => Custom::Usual,
        [byte] if byte.is_ascii_punctuation() && !b"^~".contains(byte) => Custom::Unusual,
        b" " => Custom::Unusual,
        _ => Custom::Odd,
    }
}

/// The usual separators that are in a text.
pub(super) fn usual(sample: &[u8]) -> Vec<Delimiter> {
    USUAL.iter().filter(|byte| memchr::memchr(**byte, sample).is_some()).copied().map(Delimiter::byte).collect()
}

/// All separators worth trying: the usual ones that are there, and what else is in most lines.
pub(super) fn candidates(sample: &[u8]) -> Vec<Delimiter> {
    let lines: Vec<&[u8]> =
        sample.split(|byte| b"\r\n".contains(byte)).filter(|line| !line.trim_ascii().is_empty()).take(PLACES).collect();
    let everywhere = |sign: &[u8]| {
        let found = lines.iter().filter(|line| memchr::memmem::find(line, sign).is_some()).count();
        let least = if Delimiter::new(sign).map(custom) == Some(Custom::Odd) { LINES_ODD } else { LINES };
        found > 0 && found * 100 >= lines.len() * least
    };
    let ascii = (1..128_u8).filter(|byte| !byte.is_ascii_alphanumeric() && !NEVER.contains(byte));
    let rare = ascii.filter(|byte| !USUAL.contains(byte) && everywhere(&[*byte])).map(Delimiter::byte);
    let foreign = signs(&lines).into_iter().filter(|sign| everywhere(sign.as_bytes()));
    usual(sample).into_iter().chain(rare).chain(foreign).collect()
}

/// Signs beyond ASCII in the first line with some: `§`, `¦`. Letters, marks of money and blanks are none.
fn signs(lines: &[&[u8]]) -> Vec<Delimiter> {
    let mut signs: Vec<Delimiter> = Vec::new();
    let first = lines.iter().filter_map(|line| std::str::from_utf8(line).ok()).find(|line| !line.is_ascii());
    let separates =
        |c: &char| matches!(c, '¦' | '§' | '¬' | '¶' | '·' | '¤' | '•' | '│' | '‖' | '†' | '‡' | '\u{80}'..='\u{9f}');
    for sign in first.into_iter().flat_map(str::chars).filter(separates) {
        let sign = Delimiter::new(sign.encode_utf8(&mut [0; 4]).as_bytes());
        signs.extend(sign.filter(|sign| !signs.contains(sign)));
    }
    signs
}

/// Looks at the places of a separator outside of quoted cells.
pub(super) fn usage(sample: &[u8], dialect: Dialect) -> Usage {
    let (mut places, mut values, mut prose) = (0_u32, 0_u32, 0_u32);
    let length = dialect.delimiter.as_bytes().len();
    let mut cells = dialect.cells(sample);
    while let Some(cell) = cells.next() {
        if cell.last {
            continue;
        }
        if places as usize == PLACES {
            break;
        }
        places += 1;
        let (at, behind) = (cells.position() - length, cells.position());
        let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let is_blank = (blank(at.checked_sub(1).and_then(|before| sample.get(before))), blank(sample.get(behind)));
        let ends = sample.get(behind).is_none_or(|byte| b"\r\n".contains(byte));
        prose += u32::from(!ends && is_blank.0 != is_blank.1);
        values += u32::from(length == 1 && is_inside_value(sample, at));
    }
    let share = |count: u32| f64::from(count) / f64::from(places.max(1));
    Usage { in_values: share(values), in_prose: share(prose) }
}

/// Whether a separator's place is inside a date, a time, an address or a figure.
fn is_inside_value(sample: &[u8], at: usize) -> bool {
    let sign = sample[at];
    let ends = |byte: &u8| *byte != sign && (byte.is_ascii_whitespace() || b"\"'|;<>()".contains(byte));
    let start = sample[..at].iter().rposition(ends).map_or(0, |before| before + 1);
    let end = sample[at..].iter().position(ends).map_or(sample.len(), |length| at + length);
    let Ok(word) = std::str::from_utf8(&sample[start..end]) else { return false };
    let (before, behind) = (&sample[start..at], &sample[at + 1..end]);
    let before = before.rsplit(|byte| *byte == sign).next().unwrap_or_default();
    let behind = behind.split(|byte| *byte == sign).next().unwrap_or_default();
    let in_address = match sign {
        b'/' => word.contains("://"),
        b':' => sample[at + 1..end].starts_with(b"//"),
        b'@' => behind.contains(&b'.') && !before.is_empty() && !trial::is_value(behind),
        b'$' => before.is_empty() && behind.first().is_some_and(u8::is_ascii_digit),
        b'%' => behind.is_empty() && before.last().is_some_and(u8::is_ascii_digit),
        _ => memchr::memmem::find(before, b"://").is_some(),
    };
    let short = word.bytes().filter(|byte| *byte == sign).count() <= 3;
    let is_time = sign == b':' && (4..=12).contains(&word.len()) && word.split(':').all(is_sixty);
    in_address || is_time || (short && Shape::of(word).is_typed())
}

/// A part of a time of day: two digits, the first of which may be missing, or seconds with a fraction.
fn is_sixty(part: &str) -> bool {
    let whole = part.split_once('.').map_or(part, |(whole, _)| whole);
    (1..=2).contains(&whole.len()) && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The delimiter with what stands beside it at every place: `|` in `a||b` or `a~|~b`.
pub(super) fn widened(sample: &[u8], delimiter: Delimiter) -> Delimiter {
    let [sign] = *delimiter.as_bytes() else { return delimiter };
    let runs = memchr::memchr_iter(sign, sample).take(PLACES).map(|at| run(sample, at));
    let Some(run) = runs.min_by_key(|run| run.len()).filter(|run| (2..=4).contains(&run.len())) else {
        return delimiter;
    };
    let signs = memchr::memchr_iter(sign, run).count();
    let whole = memchr::memmem::find_iter(sample, run).count();
    let everywhere = whole > 1 && whole * signs == memchr::memchr_iter(sign, sample).count();
    Delimiter::new(run).filter(|_| everywhere).unwrap_or(delimiter)
}

/// The signs around a place that make one together.
fn run(sample: &[u8], at: usize) -> &[u8] {
    let joins = |byte: &u8| b"~^#$%&*@!|:=+".contains(byte);
    let start = sample[..at].iter().rposition(|byte| !joins(byte)).map_or(0, |before| before + 1);
    let end = sample[at..].iter().position(|byte| !joins(byte)).map_or(sample.len(), |length| at + length);
    if end > start { &sample[start..end] } else { &sample[at..=at] }
}

/// Whether the commas of a column only stand inside values and sentences.
pub(super) fn separates_nothing(sample: &[u8], column: Dialect) -> bool {
    let comma = usage(sample, column);
    comma.in_values.max(comma.in_prose) > 0.7
}

/// Whether one blank stands behind every delimiter, so that it belongs to it: `a, "b"`. Behind nearly every one is enough
/// where quotes would not be seen otherwise.
pub(super) fn is_followed_by_blanks(sample: &[u8], dialect: Dialect, skipped: &Trial) -> bool {
    let delimiter = dialect.delimiter.as_bytes();
    if dialect.blanks != Blanks::Kept || matches!(delimiter, b" " | b"\t") || !skipped.is_clean() {
        return false;
    }
    let (mut cells, mut blanks, mut quotes) = (0, 0, 0);
    let mut open = false;
    for cell in dialect.cells(sample) {
        if open {
            cells += 1;
            blanks += usize::from(cell.raw.starts_with(b" ") && cell.raw.get(1) != Some(&b' '));
            quotes += usize::from(cell.raw.first() == Some(&b' ') && cell.raw.get(1).copied() == dialect.quote);
        }
        open = !cell.last;
    }
    (quotes > 0 && blanks * 10 >= cells * 9) || (blanks == cells && cells > 3)
}
