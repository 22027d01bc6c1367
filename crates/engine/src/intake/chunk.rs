//! Rows packed into one run of bytes: the form in which they travel between threads and rest in the migration file.
//!
//! ```text
//! row   = line:varint  cells:varint  length:varint × cells  bytes
//! ```
//!
//! `line` is the row's physical line (sheet row) less the chunk's first line, counted up from row to row. Lengths are in
//! bytes of UTF-8. LEB128 varints: nearly always one byte each. Nothing here can fail on its own output; a damaged chunk
//! yields [`Damaged`], never a panic.

use std::str;

/// Rows per chunk at most. Small enough that one edited row is found by decoding one chunk, large enough that the writer
/// has few statements to step.
pub const ROWS: usize = 1024;
/// Bytes after which a chunk is closed early.
pub const BYTES: usize = 256 * 1024;

/// A closed run of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Number of the first row within its source, from 1.
    pub first_row: u64,
    pub rows: u32,
    pub bytes: Vec<u8>,
}

/// A chunk that does not decode: the migration file was damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored rows are damaged")]
pub struct Damaged;

/// One row inside a chunk whose text was not looked at: bytes of UTF-8, unless the chunk is damaged.
#[derive(Debug, Clone)]
pub(super) struct RawRow<'a> {
    pub(super) row: u64,
    line: u64,
    lengths: &'a [u8],
    cells: usize,
    text: &'a [u8],
}

impl<'a> RawRow<'a> {
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (mut lengths, mut text) = (self.lengths, self.text);
        (0..self.cells).map_while(move |_| {
            let length = usize::try_from(take_varint(&mut lengths)?).ok()?;
            let (cell, rest) = text.split_at_checked(length)?;
            text = rest;
            Some(cell)
        })
    }
}

/// One row inside a chunk.
#[derive(Debug, Clone)]
pub struct RowRef<'a> {
    /// Number within the source, from 1.
    pub row: u64,
    /// Physical line in the file or row of the sheet.
    pub line: u64,
    lengths: &'a [u8],
    cells: usize,
    text: &'a str,
}

impl<'a> RowRef<'a> {
    pub fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (mut lengths, mut text) = (self.lengths, self.text);
        (0..self.cells).map_while(move |_| {
            let length = usize::try_from(take_varint(&mut lengths)?).ok()?;
            let (cell, rest) = text.split_at_checked(length)?;
            text = rest;
            Some(cell)
        })
    }

    pub fn len(&self) -> usize {
        self.cells
    }

    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }
}

impl Chunk {
    /// The rows in order. Stops with [`Damaged`] at the first that does not decode.
    pub fn iter(&self) -> Rows<'_> {
        Rows { bytes: &self.bytes, row: self.first_row, left: self.rows, line: 0 }
    }
}

impl Chunk {
    /// The rows for whoever needs no text: it need not be looked at whether it is any.
    pub(super) fn raw(&self) -> impl Iterator<Item = RawRow<'_>> {
        let mut rows = self.iter();
        (0..self.rows).map_while(move |_| rows.raw())
    }

    /// The same rows with nothing in these columns.
    pub fn without(&self, columns: &[usize]) -> Result<Self, Damaged> {
        let mut builder = ChunkBuilder::new(self.first_row);
        let (mut text, mut ends) = (String::new(), Vec::new());
        for row in self {
            let row = row?;
            text.clear();
            ends.clear();
            for (place, cell) in row.cells().enumerate() {
                text.push_str(if columns.contains(&place) { "" } else { cell });
                ends.push(text.len());
            }
            builder.push(row.line, &text, ends.iter().copied());
        }
        Ok(builder.close())
    }
}

impl<'a> IntoIterator for &'a Chunk {
    type Item = Result<RowRef<'a>, Damaged>;
    type IntoIter = Rows<'a>;

    fn into_iter(self) -> Rows<'a> {
        self.iter()
    }
}

/// Iterator over the rows of a chunk.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    row: u64,
    left: u32,
    line: u64,
}

impl<'a> Rows<'a> {
    /// Passes over the rows before `row` without decoding their text.
    pub fn advance_to(&mut self, row: u64) {
        while self.row < row && self.left > 0 {
            self.left -= 1;
            if self.pass().is_none() {
                self.left = 0;
            }
        }
    }

    fn pass(&mut self) -> Option<()> {
        self.line += take_varint(&mut self.bytes)?;
        let (_, total) = take_lengths(&mut self.bytes)?;
        self.bytes = self.bytes.get(total..)?;
        self.row += 1;
        Some(())
    }

    #[expect(clippy::inline_always, reason = "a row handed over in memory costs more than finding it")]
    #[inline(always)]
    fn decode(&mut self) -> Option<RowRef<'a>> {
        let RawRow { row, line, lengths, cells, text } = self.raw()?;
        Some(RowRef { row, line, lengths, cells, text: str::from_utf8(text).ok()? })
    }

    #[expect(clippy::inline_always, reason = "a row handed over in memory costs more than finding it")]
    #[inline(always)]
    fn raw(&mut self) -> Option<RawRow<'a>> {
        self.line += take_varint(&mut self.bytes)?;
        let start = self.bytes;
        let (cells, total) = take_lengths(&mut self.bytes)?;
        let mut lengths = &start[..start.len() - self.bytes.len()];
        take_varint(&mut lengths)?;
        let (text, rest) = self.bytes.split_at_checked(total)?;
        self.bytes = rest;
        let row = self.row;
        self.row += 1;
        Some(RawRow { row, line: self.line, lengths, cells, text })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<RowRef<'a>, Damaged>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let row = self.decode().ok_or(Damaged);
        if row.is_err() {
            self.left = 0;
        }
        Some(row)
    }
}

/// Packs rows one by one and hands out a chunk whenever one is full.
#[derive(Debug)]
pub struct ChunkBuilder {
    chunk: Chunk,
    line: u64,
}

impl ChunkBuilder {
    pub fn new(first_row: u64) -> Self {
        Self { chunk: Chunk { first_row, rows: 0, bytes: Vec::with_capacity(BYTES + BYTES / 4) }, line: 0 }
    }

    /// Adds a row whose cells lie one after the other in `text`, ending at the given offsets (as `csv` keeps them).
    pub fn push(&mut self, line: u64, text: &str, ends: impl ExactSizeIterator<Item = usize>) {
        let bytes = &mut self.chunk.bytes;
        put_varint(bytes, line.saturating_sub(self.line));
        self.line = line;
        put_varint(bytes, ends.len() as u64);
        let mut start = 0;
        for end in ends {
            put_varint(bytes, (end - start) as u64);
            start = end;
        }
        bytes.extend_from_slice(&text.as_bytes()[..start]);
        self.chunk.rows += 1;
    }

    pub fn is_full(&self) -> bool {
        self.chunk.rows as usize >= ROWS || self.chunk.bytes.len() >= BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.chunk.rows == 0
    }

    /// The rows so far; the builder goes on behind them.
    pub fn close(&mut self) -> Chunk {
        let next = self.chunk.first_row + u64::from(self.chunk.rows);
        self.line = 0;
        std::mem::replace(&mut self.chunk, Self::new(next).chunk)
    }
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value as u8) | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The number of a row's cells, and their length together.
#[inline]
fn take_lengths(bytes: &mut &[u8]) -> Option<(usize, usize)> {
    let cells = usize::try_from(take_varint(bytes)?).ok()?;
    let mut total = 0_usize;
    for _ in 0..cells {
        total = total.checked_add(usize::try_from(take_varint(bytes)?).ok()?)?;
    }
    Some((cells, total))
}

#[inline]
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    match **bytes {
        [byte, ref rest @ ..] if byte < 0x80 => {
            *bytes = rest;
            Some(u64::from(byte))
        }
        _ => take_long_varint(bytes),
    }
}

fn take_long_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_back_as_they_went_in(rows in prop::collection::vec((0_u64..5, prop::collection::vec(".{0,300}", 0..6)), 0..40)) {
            let mut builder = ChunkBuilder::new(7);
            let mut line = 0;
            let mut expected = Vec::new();
            for (gap, cells) in rows {
                line += gap;
                let mut text = String::new();
                let ends: Vec<usize> = cells.iter().map(|cell| { text.push_str(cell); text.len() }).collect();
                builder.push(line, &text, ends.into_iter());
                expected.push((line, cells));
            }
            let chunk = builder.close();
            let got: Vec<_> = chunk.iter().map(|row| row.map(|row| (row.line, row.cells().map(str::to_owned).collect::<Vec<_>>()))).collect::<Result<_, _>>().expect("own output decodes");
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn damaged_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), rows in 0_u32..50) {
            let chunk = Chunk { first_row: 1, rows, bytes };
            for row in chunk.iter().flatten() {
                let _ = row.cells().count();
            }
        }
    }
}
