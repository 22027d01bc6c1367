//! Files to rows of text: what a file is, where its table starts and ends, and every cell exactly as it stands.
//!
//! Intake knows formats, not schemas: it never says what a column means and never changes a stored character. What it
//! decides (encoding, delimiter, header row, types) is a guess that is shown and can be overridden by [`Hints`]. Rows
//! stream in packed [`Chunk`]s, so memory stays flat however long the file.

pub mod chunk;
pub mod profile;

mod blocks;
mod distinct;
mod error;
mod fingerprint;
mod footer;
mod glance;
mod groups;
mod header;
mod kind;
mod shape;
mod source;
mod spool;
mod table;
mod text;
mod turned;
mod workbook;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};

pub use chunk::{Chunk, ChunkBuilder, RowRef};
pub use error::IntakeError;
pub use fingerprint::{Fingerprint, fingerprint};
pub use glance::{Glance, LARGE, glance};
pub use profile::{ColumnProfile, ColumnType};
pub use spool::Spool;
pub use text::Blanks;
pub use turned::Turned;

use source::{Content, Source};
use workbook::Book;

/// Columns of a table at most.
pub const MAX_COLUMNS: usize = 50_000;
/// Bytes of one record of text at most. What is longer is no table, or its quotes are broken.
pub const MAX_RECORD: usize = 64 << 20;

/// What the user said about a file, in place of what would be guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Hints {
    pub sheet: Option<String>,
    /// From 1; `Some(0)` says there is none.
    pub header_row: Option<u64>,
    /// WHATWG label.
    pub encoding: Option<String>,
    pub delimiter: Option<char>,
    pub quote: Option<char>,
    /// Whether the table lies on its side, each record a column, and is read turned.
    pub transpose: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Tsv,
    Txt,
    Xlsx,
    Xlsm,
    Xlsb,
    Xls,
    Ods,
}

/// How a file is built: everything needed to read any of its tables again, the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    pub format: Format,
    /// The member of a `.zip` that is read; `None` for a plain or `.gz` file.
    pub member: Option<String>,
    /// WHATWG label, lower case; `None` for workbooks.
    pub encoding: Option<String>,
    /// Mostly one character; `||` and the like exist.
    pub delimiter: Option<String>,
    pub quote: Option<char>,
    /// `\` where quotes inside quotes are written `\"`.
    pub escape: Option<char>,
    /// What becomes of blanks around cells.
    #[serde(default)]
    pub blanks: Blanks,
    /// Quotes stand inside quoted cells undoubled; one closes only where a cell can end.
    #[serde(default)]
    pub lenient: bool,
    /// There is one column: what stands for a delimiter is part of its values.
    #[serde(default)]
    pub single: bool,
    pub tables: Vec<TableLayout>,
    /// What of it the user said; the rest was guessed.
    #[serde(default)]
    pub said: Hints,
    /// All sheets of a workbook, also those without a table; the tables of a text or a sheet with several.
    #[serde(default)]
    pub sheets: Vec<String>,
}

/// Where one table lies. Rows count from 1 as a person would count them in the file (physical lines, sheet rows); in a table
/// that is read turned they are columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableLayout {
    /// `None` for text files with one table.
    pub sheet: Option<String>,
    /// The sheet in which it lies, where that holds several tables and `sheet` names only this one.
    #[serde(default)]
    pub within: Option<String>,
    /// First line of the header; `None` when the file has none.
    pub header_row: Option<u64>,
    /// How many rows make up the header (2 when a group row stands above the names).
    pub header_rows: u32,
    /// Line of the first data row.
    pub first_row: u64,
    /// Line at which the next table below begins; `None` when this is the last.
    #[serde(default)]
    pub end: Option<u64>,
    /// Non-blank rows above the header.
    pub preamble_rows: u32,
    /// Their text, so that nothing is dropped silently.
    #[serde(default)]
    pub preamble: Vec<Vec<String>>,
    /// Column names, made unique: an empty one becomes `Column 3`, a repeated one gets ` (2)`.
    pub columns: Vec<String>,
    /// The sheet's column in which the table starts, from 1; always 1 for text files.
    pub first_column: u32,
    /// The sheet's columns, from 1, that are this table's, where others lie beside it.
    #[serde(default)]
    pub span: Option<(u32, u32)>,
    /// Where it lies on its side and is read turned.
    #[serde(default)]
    pub turned: Option<Turned>,
    /// Hidden sheets are told, not dropped.
    pub hidden: bool,
    /// Rows stand under headings of their own, which belong into the first column of each.
    #[serde(default)]
    pub grouped: bool,
}

/// What is known of a table once all its rows were read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableProfile {
    pub layout: TableLayout,
    pub rows: u64,
    /// Line of the last data row; equals `first_row - 1` when there is none.
    pub last_row: u64,
    /// Rows below the data that are not data: totals, notes, signatures.
    pub footer_rows: u32,
    /// Their text, so that nothing is dropped silently.
    pub footer: Vec<Vec<String>>,
    /// Rows with more or fewer cells than the header; the line and cell count of the first few.
    pub ragged: Vec<(u64, u32)>,
    /// How many such rows there are.
    pub ragged_rows: u64,
    /// What could not be read cleanly in this table, at most 200 of it: line and plain words.
    pub remarks: Vec<(u64, String)>,
    pub columns: Vec<ColumnProfile>,
}

/// A file and all its tables, profiled from every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileProfile {
    pub path: PathBuf,
    /// Lower-case hex of the bytes on disk.
    pub sha256: String,
    pub bytes: u64,
    pub layout: Layout,
    pub tables: Vec<TableProfile>,
    /// What could not be read cleanly in any table: invalid bytes, unclosed quotes, NULs. Line and plain words.
    pub remarks: Vec<(u64, String)>,
}

/// Receives a table's rows in file order. `chunk` is packed and self-contained, so it can be stored or sent to another
/// thread as it is; it is shared with the profiler, which reads it at the same moment. Returning `Break` stops the
/// reading (cancel); the profile is then that of the rows sent so far.
pub trait RowSink {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()>;
}

/// A file opened once, for its layout and all its tables.
pub struct Opened(Kind);

enum Kind {
    Text(Source),
    Workbook(Box<Book>),
}

pub fn open(path: &Path) -> Result<Opened, IntakeError> {
    let source = source::identify(path)?;
    Ok(Opened(match source.content {
        Content::Text => Kind::Text(source),
        Content::Workbook(format) => Kind::Workbook(Box::new(Book::open(source, format)?)),
    }))
}

impl Opened {
    /// Decides how the file is built from its head (and, for encodings, all of it). Reads no more than it must.
    pub fn layout(&mut self, hints: &Hints) -> Result<Layout, IntakeError> {
        match &mut self.0 {
            Kind::Text(source) => text::layout(source, hints),
            Kind::Workbook(book) => workbook::layout(book, hints),
        }
    }

    /// Streams one table into `sink` and returns what was learnt of it.
    pub fn read(&mut self, layout: &Layout, table: usize, sink: &mut dyn RowSink) -> Result<TableProfile, IntakeError> {
        let unknown = || IntakeError::UnknownTable { path: self.path().to_path_buf(), number: table + 1 };
        let table = layout.tables.get(table).ok_or_else(unknown)?;
        match &mut self.0 {
            Kind::Text(source) => text::read(source, layout, table, sink),
            Kind::Workbook(book) => workbook::read(book, table, sink),
        }
    }

    /// The first rows of a table, with their lines; as many as there are, at most `rows`.
    pub fn head(&mut self, layout: &Layout, table: usize, rows: usize) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
        let mut head = Head { wanted: rows, rows: Vec::new() };
        self.read(layout, table, &mut head)?;
        Ok(head.rows)
    }

    fn path(&self) -> &Path {
        match &self.0 {
            Kind::Text(source) => &source.path,
            Kind::Workbook(book) => &book.source.path,
        }
    }
}

/// The layout of a file and the profiles of all its tables, keeping no row.
pub fn inspect(path: &Path, hints: &Hints) -> Result<FileProfile, IntakeError> {
    let mut opened = open(path)?;
    thread::scope(|scope| {
        let fingerprint = scope.spawn(|| fingerprint(path));
        let layout = opened.layout(hints)?;
        let tables = (0..layout.tables.len()).map(|table| opened.read(&layout, table, &mut Nowhere));
        let tables: Vec<TableProfile> = tables.collect::<Result<_, _>>()?;
        let fingerprint = fingerprint.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let remarks = tables.iter().flat_map(|table| table.remarks.iter().cloned()).collect();
        let Fingerprint { sha256, bytes } = fingerprint;
        Ok(FileProfile { path: path.to_path_buf(), sha256, bytes, layout, tables, remarks })
    })
}

/// Keeps the first rows and wants no more.
struct Head {
    wanted: usize,
    rows: Vec<(u64, Vec<String>)>,
}

impl RowSink for Head {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        for row in chunk.iter().flatten().take(self.wanted - self.rows.len()) {
            self.rows.push((row.line, row.cells().map(str::to_owned).collect()));
        }
        if self.rows.len() < self.wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// Keeps no row.
struct Nowhere;

impl RowSink for Nowhere {
    fn chunk(&mut self, _chunk: Arc<Chunk>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
