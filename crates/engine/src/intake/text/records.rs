//! Delimited text to records. `csv-core`, the engine of the `csv` crate, splits; this adds what the crate does not tell:
//! the physical line of every record whatever ends the lines, a limit on length, and a way out of a quote that is
//! opened by mistake. A line in which no quote stands ends each cell at a delimiter and is split by searching for these,
//! which takes a fraction of the time. What `csv-core` cannot split (delimiters of several bytes, aligned columns, quotes
//! that nobody doubled) is split by the iterator that the dialect was found with.
//!
//! Blank lines are no records. A carriage return, a line feed or both end a line.

use std::io::{self, Read};

use csv_core::ReadRecordResult;
use memchr::{memchr_iter, memchr2, memchr2_iter, memchr3};

use super::dialect::{Dialect, Quoting};
use crate::intake::MAX_RECORD;

/// Bytes read at a time.
const BLOCK: usize = 128 * 1024;
/// Bytes of a cell that is copied without looking how long it is.
const SHORT: usize = 16;

/// One record: its cells lie one after the other in `text`, ending at `ends`.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) line: u64,
    pub(crate) text: &'a [u8],
    pub(crate) ends: &'a [usize],
    /// The record began with a quote that is never closed, so its first line was read without quotes.
    pub(crate) unclosed: bool,
}

impl<'a> Record<'a> {
    pub(crate) fn cells(&self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        let text = self.text;
        let ends = self.ends;
        (0..ends.len()).map(move |index| &text[index.checked_sub(1).map_or(0, |before| ends[before])..ends[index]])
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("the text could not be read on")]
    Read(#[from] io::Error),
    #[error("line {0} does not end")]
    TooLong(u64),
}

/// Splits what a reader of UTF-8 gives.
#[derive(Debug)]
pub(crate) struct Records<R> {
    reader: R,
    /// Bytes read and not yet split lie in `pending`; the current record starts at its start.
    buffer: Vec<u8>,
    pending: std::ops::Range<usize>,
    drained: bool,
    splitter: csv_core::Reader,
    unquoted: csv_core::Reader,
    dialect: Dialect,
    /// Cells that a sound record has, to tell a stray quote from a quoted line break.
    columns: Option<usize>,
    line: u64,
    /// The last line ended with a carriage return; a line feed now belongs to it.
    returned: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(reader: R, dialect: Dialect, columns: Option<usize>) -> Self {
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(dialect.delimiter.as_bytes()[0]).escape(dialect.escape);
        if let Some(quote) = dialect.quote {
            builder.quote(quote);
        }
        Self {
            reader,
            buffer: vec![0; BLOCK],
            pending: 0..0,
            drained: false,
            splitter: builder.quoting(dialect.quote.is_some()).build(),
            unquoted: builder.quoting(false).build(),
            dialect,
            columns,
            line: 0,
            returned: false,
            text: vec![0; 4096],
            ends: vec![0; 256],
        }
    }

    /// The next record, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, RecordError> {
        if self.line == 0 {
            self.start()?;
        }
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let line = self.line;
        if let Some((length, cells)) = self.split_plain() {
            self.pending.start += length;
            self.returned = self.buffer[self.pending.start - 1] == b'\r';
            self.line += 1;
            return Ok(Some(self.record(line, cells, false)));
        }
        let (length, cells, closed) = if self.dialect.is_regular() { self.split()? } else { self.split_irregular()? };
        let (length, cells, unclosed) =
            if closed && !self.is_stray(length, cells) { (length, cells, false) } else { self.split_unquoted() };
        let consumed = self.pending.start..self.pending.start + length;
        self.advance(consumed);
        Ok(Some(self.record(line, cells, unclosed)))
    }

    /// What was split last.
    fn record(&self, line: u64, cells: usize, unclosed: bool) -> Record<'_> {
        let ends = &self.ends[..cells];
        let text = &self.text[..ends.last().copied().unwrap_or(0)];
        Record { line, text, ends, unclosed }
    }

    fn start(&mut self) -> Result<(), RecordError> {
        self.line = 1;
        while self.pending.len() < 3 && self.fill()? {}
        if self.buffer[self.pending.clone()].starts_with(b"\xef\xbb\xbf") {
            self.pending.start += 3;
        }
        Ok(())
    }

    /// Moves to the first byte of a record; `false` when there is none.
    fn skip_line_ends(&mut self) -> Result<bool, RecordError> {
        loop {
            let pending = &self.buffer[self.pending.clone()];
            let blank = pending.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(pending.len());
            let range = self.pending.start..self.pending.start + blank;
            let found = blank < pending.len();
            self.advance(range);
            if found || !self.fill()? {
                return Ok(found);
            }
        }
    }

    /// Counts the lines that end in a range of the buffer and moves behind it.
    fn advance(&mut self, range: std::ops::Range<usize>) {
        self.pending.start = range.end;
        let bytes = &self.buffer[range];
        let Some(&last) = bytes.last() else { return };
        for at in memchr2_iter(b'\r', b'\n', bytes) {
            let after_return = at.checked_sub(1).map_or(self.returned, |before| bytes[before] == b'\r');
            self.line += u64::from(bytes[at] == b'\r' || !after_return);
        }
        self.returned = last == b'\r';
    }

    /// Splits off a line without quotes that ends within the pending bytes: its length with the first byte of its end,
    /// and its cells.
    fn split_plain(&mut self) -> Option<(usize, usize)> {
        if !self.dialect.is_regular() {
            return None;
        }
        let pending = &self.buffer[self.pending.clone()];
        let end = match self.dialect.quote {
            Some(quote) => memchr3(b'\r', b'\n', quote, pending).filter(|&at| pending[at] != quote)?,
            None => memchr2(b'\r', b'\n', pending)?,
        };
        let line = &pending[..end];
        if self.text.len() < end + SHORT {
            self.text.resize(end + SHORT, 0);
        }
        let (mut start, mut written, mut cells) = (0, 0, 0);
        for at in memchr_iter(self.dialect.delimiter.as_bytes()[0], line).chain([end]) {
            let length = at - start;
            // A fixed number of bytes, whatever stands behind the cell, is copied sooner than so many as there are.
            match (pending[start..].first_chunk::<SHORT>(), self.text[written..].first_chunk_mut::<SHORT>()) {
                (Some(from), Some(to)) if length <= SHORT => *to = *from,
                _ => self.text[written..written + length].copy_from_slice(&line[start..at]),
            }
            written += length;
            start = at + 1;
            if cells == self.ends.len() {
                self.ends.resize(cells * 2, 0);
            }
            self.ends[cells] = written;
            cells += 1;
        }
        Some((end + 1, cells))
    }

    /// Splits one record off the pending bytes: its length in them, its cells, and whether its quotes are closed.
    fn split(&mut self) -> Result<(usize, usize, bool), RecordError> {
        let (mut input, mut output, mut cells) = (0, 0, 0);
        loop {
            if self.pending.len() == input && !self.fill()? {
                let (cells, closed) = self.end_line(output, cells);
                return Ok((input, cells, closed));
            }
            let pending = &self.buffer[self.pending.start + input..self.pending.end];
            let (result, read, written, ended) =
                self.splitter.read_record(pending, &mut self.text[output..], &mut self.ends[cells..]);
            input += read;
            output += written;
            cells += ended;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Ok((input, cells, true)),
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {}
            }
            if input > MAX_RECORD {
                if self.end_line(output, cells).1 || self.first_line(input).is_none() {
                    return Err(RecordError::TooLong(self.line));
                }
                return Ok((input, cells, false));
            }
        }
    }

    /// The same for what `csv-core` does not split. A record that reaches the end of what was read is split again with more.
    fn split_irregular(&mut self) -> Result<(usize, usize, bool), RecordError> {
        loop {
            let mut closed = true;
            self.text.clear();
            self.ends.clear();
            let pending = &self.buffer[self.pending.clone()];
            let mut cells = self.dialect.cells(pending);
            for cell in cells.by_ref() {
                closed &= cell.quoting != Quoting::Open;
                self.dialect.unquote(&cell, &mut self.text);
                self.ends.push(self.text.len());
                if cell.last {
                    break;
                }
            }
            let length = cells.position();
            if length < self.pending.len() || !self.fill()? {
                return Ok((length, self.ends.len(), closed));
            }
            if length > MAX_RECORD {
                return Err(RecordError::TooLong(self.line));
            }
        }
    }

    /// Tells the splitter that a line ends here, whatever stands in the input: the cells with the last one, and whether
    /// the record ended too. It did not when a quote is open.
    fn end_line(&mut self, output: usize, cells: usize) -> (usize, bool) {
        self.text.resize(self.text.len().max(output + 1), 0);
        self.ends.resize(self.ends.len().max(cells + 1), 0);
        let (result, _, _, ended) = self.splitter.read_record(b"\n", &mut self.text[output..], &mut self.ends[cells..]);
        (cells + ended, result == ReadRecordResult::Record)
    }

    /// The length of the current record's first line, with the first byte of its end, when it has an end.
    fn first_line(&self, input: usize) -> Option<usize> {
        memchr2(b'\r', b'\n', &self.buffer[self.pending.start..self.pending.start + input]).map(|at| at + 1)
    }

    /// Several lines joined by a quote that does not close where a cell ends, where the lines by themselves would be
    /// records of the right size: the quote was no quote.
    fn is_stray(&self, length: usize, cells: usize) -> bool {
        let raw = &self.buffer[self.pending.start..self.pending.start + length];
        let (Some(columns), Some(first)) = (self.columns, memchr2(b'\r', b'\n', &raw[..length.saturating_sub(1)]))
        else {
            return false;
        };
        let right = cells == columns && self.dialect.count_unquoted(&raw[..first]) != columns;
        !right && !self.dialect.closes_cleanly(raw)
    }

    /// Reads the current record's first line as it stands, quotes being characters like others.
    fn split_unquoted(&mut self) -> (usize, usize, bool) {
        let length = self.first_line(self.pending.len()).unwrap_or(self.pending.len());
        let line = &self.buffer[self.pending.start..self.pending.start + length];
        if !self.dialect.is_regular() {
            self.text.clear();
            self.ends.clear();
            for cell in self.dialect.unquoted().cells(line) {
                self.text.extend_from_slice(cell.raw);
                self.ends.push(self.text.len());
                if cell.last {
                    break;
                }
            }
            return (length, self.ends.len(), true);
        }
        self.text.resize(self.text.len().max(length + 1), 0);
        self.ends.resize(self.ends.len().max(self.dialect.count_unquoted(line) + 1), 0);
        self.splitter.reset();
        self.unquoted.reset();
        let (result, _, _, mut cells) = self.unquoted.read_record(line, &mut self.text, &mut self.ends);
        if result != ReadRecordResult::Record {
            cells += self.unquoted.read_record(&[], &mut [], &mut self.ends[cells..]).3;
        }
        (length, cells, true)
    }

    /// Reads more behind the pending bytes; `false` at the end of the input.
    fn fill(&mut self) -> Result<bool, RecordError> {
        if self.drained {
            return Ok(false);
        }
        if self.pending.start > 0 {
            self.buffer.copy_within(self.pending.clone(), 0);
            self.pending = 0..self.pending.len();
        }
        if self.buffer.len() - self.pending.end < BLOCK / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let length = loop {
            match self.reader.read(&mut self.buffer[self.pending.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.pending.end += length;
        self.drained = length == 0;
        Ok(length > 0)
    }
}
