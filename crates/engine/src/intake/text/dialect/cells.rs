//! Delimited text to cells, with the soundness of their quotes, which the reader of records does not tell. Slower than
//! `csv-core` and wider: delimiters of several bytes, blanks around cells, quotes that their writer forgot to double.

use super::{Blanks, Dialect};

/// How a cell is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    None,
    Clean,
    /// There are undoubled quotes inside, but the last character is one.
    Loose,
    /// Text follows the closing quote.
    Broken,
    /// There is no closing quote.
    Open,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// Without the quotes of a clean or loose cell, but as escaped as it stands.
    pub(crate) raw: &'a [u8],
    pub(crate) quoting: Quoting,
    /// The last of its record.
    pub(crate) last: bool,
}

/// The cells of a text, record after record. A line end of two bytes gives an empty record.
#[derive(Debug, Clone)]
pub(crate) struct Cells<'a> {
    bytes: &'a [u8],
    /// Where the next cell begins; behind the text after its last line.
    at: usize,
    /// A delimiter stood before: an empty cell follows even where the text ends.
    open: bool,
    dialect: Dialect,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        Self { bytes, at: 0, open: false, dialect }
    }

    /// How far the cells given so far reach, with the line end behind them.
    pub(crate) fn position(&self) -> usize {
        self.at.min(self.bytes.len())
    }

    /// The position behind the first quote that is neither doubled nor escaped.
    fn close(&self, start: usize, quote: u8) -> Option<usize> {
        let mut at = start + 1;
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

    /// The position behind a later quote of the same line with which the cell ends: its writer doubled none.
    fn close_late(&self, from: usize, quote: u8) -> Option<usize> {
        let rest = &self.bytes[from..];
        let line = &rest[..memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len())];
        memchr::memchr_iter(quote, line).map(|at| from + at + 1).find(|&behind| self.ends_quoted(behind))
    }

    /// Whether a closing quote may stand before this position.
    fn ends_quoted(&self, at: usize) -> bool {
        self.ends_cell(if self.dialect.blanks == Blanks::Skipped { self.skip_blanks(at) } else { at })
    }

    fn ends_cell(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.first().is_none_or(|byte| b"\r\n".contains(byte)) || self.delimits(rest)
    }

    fn delimits(&self, rest: &[u8]) -> bool {
        !self.dialect.single && rest.starts_with(self.dialect.delimiter.as_bytes())
    }

    fn skip_blanks(&self, at: usize) -> usize {
        at + self.bytes.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count()
    }

    /// The end of a cell that is read as it stands.
    fn end(&self, start: usize) -> usize {
        let delimiter = self.dialect.delimiter.as_bytes();
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr3(delimiter[0], b'\r', b'\n', rest) else { return self.bytes.len() };
            at += found;
            if self.ends_cell(at) {
                return at;
            }
            at += 1;
        }
    }

    /// A quoted cell from its opening quote: its end, its inside and how sound it is. `None` when it never closes.
    fn quoted(&self, start: usize, quote: u8) -> Option<(usize, &'a [u8], Quoting)> {
        let inside = |end: usize| &self.bytes[start + 1..end - 1];
        let first = self.close(start, quote)?;
        if self.ends_quoted(first) {
            return Some((first, inside(first), Quoting::Clean));
        }
        if let Some(late) = self.close_late(first, quote) {
            return Some((late, inside(late), Quoting::Loose));
        }
        let end = self.end(first);
        Some((end, &self.bytes[start..end], Quoting::Broken))
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        if self.dialect.blanks != Blanks::Kept {
            self.at = self.skip_blanks(self.at);
        }
        if self.at >= self.bytes.len() && !std::mem::take(&mut self.open) {
            return None;
        }
        let start = self.at.min(self.bytes.len());
        let opened = self.dialect.quote.filter(|quote| self.bytes.get(start) == Some(quote));
        let (end, raw, quoting) = opened.and_then(|quote| self.quoted(start, quote)).unwrap_or_else(|| {
            let end = self.end(start);
            (end, &self.bytes[start..end], if opened.is_some() { Quoting::Open } else { Quoting::None })
        });
        let mut end = if self.dialect.blanks == Blanks::Skipped { self.skip_blanks(end) } else { end };
        let delimiter = self.dialect.delimiter.as_bytes();
        self.open = self.delimits(&self.bytes[end..]);
        if self.open && self.dialect.blanks == Blanks::Joined {
            let behind = self.skip_blanks(end);
            self.open = self.bytes.get(behind).is_some_and(|byte| !b"\r\n".contains(byte));
            end = if self.open { behind - delimiter.len() } else { behind };
        }
        self.at = end + if self.open { delimiter.len() } else { 1 };
        Some(Cell { raw, quoting, last: !self.open })
    }
}
