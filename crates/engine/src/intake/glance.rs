//! A look at a text that is too large to be read while somebody waits: its head, its middle and its tail.
//!
//! What is found is that of the parts; counts are scaled up to the whole and marked as estimates by whoever shows them.
//! Importing a file never glances: it reads everything.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::source::{Content, Source};
use super::{Hints, IntakeError, Layout, Nowhere, TableProfile, source, text};

/// Bytes up to which a file is read in full.
pub const LARGE: u64 = 64 << 20;
const HEAD: u64 = 4 << 20;
/// The middle and the tail, each.
const PART: u64 = 2 << 20;
/// Bytes in which a record must begin.
const ALIGNED_WITHIN: usize = 256 << 10;

/// A large text as its parts show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub bytes: u64,
    pub layout: Layout,
    /// Its rows, its last row and the filled and empty cells of its columns are estimates.
    pub table: TableProfile,
    /// Bytes of the file that were looked at.
    pub parts: Vec<Range<u64>>,
}

/// Looks at a file. `None` when it has to be read in full: it is small, packed, a workbook, or no part of it begins a record.
pub fn glance(path: &Path, hints: &Hints) -> Result<Option<Glance>, IntakeError> {
    let failed = |error| IntakeError::reading(path, error);
    let bytes = path.metadata().map_err(failed)?.len();
    if bytes < LARGE {
        return Ok(None);
    }
    let mut source = source::identify(path)?;
    if source.content != Content::Text || !source.is_plain() {
        return Ok(None);
    }
    let Some(head) = head(path).map_err(failed)? else { return Ok(None) };
    source.only(std::iter::once(0..head.bytes).collect());
    let layout = text::layout(&source, hints)?;
    let [table] = layout.tables.as_slice() else { return Ok(None) };
    let columns = table.columns.len();
    let middle = aligned(&source, &layout, columns, bytes / 2)?;
    let tail = aligned(&source, &layout, columns, bytes - PART)?;
    let (Some(middle), Some(tail)) = (middle, tail) else { return Ok(None) };
    let Some(end) = aligned(&source, &layout, columns, middle + PART)? else { return Ok(None) };
    let parts = vec![0..head.bytes, middle..end, tail..bytes];
    source.only(parts.clone());
    // Again, since an encoding may only show in the middle.
    let layout = text::layout(&source, hints)?;
    let [table] = layout.tables.as_slice() else { return Ok(None) };
    let mut table = text::read(&source, &layout, table, &mut Nowhere)?;
    scale(&mut table, bytes, &parts, head.lines);
    Ok(Some(Glance { bytes, layout, table, parts }))
}

/// The beginning of a file up to the end of a line.
struct Head {
    bytes: u64,
    lines: u64,
}

/// `None` for a text whose lines are longer than the head, or whose characters have two bytes.
fn head(path: &Path) -> std::io::Result<Option<Head>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    if text::encoding::utf16(&head).is_some() {
        return Ok(None);
    }
    let end = memchr::memrchr2(b'\n', b'\r', &head).map(|at| at + 1);
    let lines = |end: usize| memchr::memchr2_iter(b'\n', b'\r', &head[..end]).count() as u64;
    Ok(end.map(|end| Head { bytes: end as u64, lines: lines(end) }))
}

/// Where the first record behind a position begins.
fn aligned(source: &Source, layout: &Layout, columns: usize, from: u64) -> Result<Option<u64>, IntakeError> {
    let read = || {
        let mut file = File::open(&source.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(ALIGNED_WITHIN as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| IntakeError::reading(&source.path, error))?;
    Ok(text::first_record(source, layout, columns, &bytes)?.map(|at| from + at as u64))
}

/// Counts of the parts as those of the whole; lines are known in the head only.
fn scale(table: &mut TableProfile, bytes: u64, parts: &[Range<u64>], head_lines: u64) {
    let read: u64 = parts.iter().map(|part| part.end - part.start).sum();
    let whole =
        |count: u64| u64::try_from(u128::from(count) * u128::from(bytes) / u128::from(read.max(1))).unwrap_or(count);
    table.rows = whole(table.rows);
    table.last_row = table.layout.first_row + table.rows.saturating_sub(1);
    table.ragged.retain(|(line, _)| *line <= head_lines);
    table.ragged_rows = whole(table.ragged_rows);
    table.remarks.retain(|(line, _)| *line <= head_lines);
    for column in &mut table.columns {
        (column.filled, column.empty, column.misfits) =
            (whole(column.filled), whole(column.empty), whole(column.misfits));
    }
}
