//! What a file is, without a migration.

use std::io::{BufWriter, Write};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Serialize;

use super::{ApiError, Result};
use crate::intake::{self, Chunk, ColumnProfile, FileProfile, Glance, Hints, Layout, RowSink, TableProfile};
use crate::mapping::Confidence;
use crate::private;
use crate::recognise;
use crate::schema::{self, Schema};

/// Printed by `inspect --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Inspection {
    pub files: Vec<InspectedFile>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct InspectedFile {
    pub path: String,
    /// `None` where not all of it was read.
    pub sha256: Option<String>,
    pub bytes: u64,
    /// What of a large file was looked at; `None` where all of it was.
    pub looked_at: Option<LookedAt>,
    pub format: intake::Format,
    pub encoding: Option<String>,
    pub delimiter: Option<String>,
    pub quote: Option<String>,
    pub tables: Vec<InspectedTable>,
    /// What could not be read cleanly: line and plain words.
    pub remarks: Vec<Remark>,
}

/// Of a large file: everything else in it is unknown, and the members named in `estimated` are scaled up.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct LookedAt {
    pub bytes: u64,
    pub parts: Vec<Part>,
    pub estimated: Vec<&'static str>,
}

/// A run of bytes, from 0, its end not included.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Part {
    pub from: u64,
    pub to: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Remark {
    pub line: u64,
    pub message: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct InspectedTable {
    pub sheet: Option<String>,
    pub header_row: Option<u64>,
    pub first_row: u64,
    pub last_row: u64,
    pub preamble_rows: u32,
    pub footer_rows: u32,
    pub rows: u64,
    pub hidden: bool,
    /// Whether it lies on its side and was read turned: its rows are columns of the file.
    pub transposed: bool,
    pub columns: Vec<InspectedColumn>,
    pub recognised: Option<Recognised>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct InspectedColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: intake::ColumnType,
    pub format: Option<String>,
    /// All formats that fit, when more than one does.
    pub also: Vec<String>,
    pub empty: u64,
    pub distinct: u64,
    pub samples: Vec<String>,
}

/// Which known export a table is, and what it is about.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Recognised {
    /// `unknown` where only the dataset is known.
    pub system: String,
    pub export: String,
    pub dataset: String,
    pub confidence: Confidence,
    pub why: String,
}

/// Values shown per column.
const SHOWN: usize = 5;

/// Looks at files; the columns are held against the schema of `destination` to tell what they are about. A large text is
/// only read in full where that is asked for.
pub fn inspect(paths: &[PathBuf], hints: &Hints, destination: &str, full: bool) -> Result<Inspection> {
    let schema = super::schema_of(destination)?;
    let look = |path: &PathBuf| {
        let glance = if full { None } else { intake::glance(path, hints)? };
        Ok(match glance {
            Some(glance) => glanced(path, &glance, schema),
            None => file(&intake::inspect(path, hints)?, schema),
        })
    };
    Ok(Inspection { files: at_once(paths, look).into_iter().collect::<Result<_>>()? })
}

/// What is made of each item, in their order; as many at once as there are cores.
fn at_once<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let places = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
        places.map_while(|place| Some((place, each(items.get(place)?)))).collect::<Vec<_>>()
    };
    let mut made: Vec<(usize, R)> = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Writes each table of a file as read: UTF-8, RFC 4180, header first. Returns the files written.
pub fn write_csv(path: &Path, hints: &Hints, folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|error| ApiError::io(folder, &error))?;
    let mut opened = intake::open(path)?;
    let layout = opened.layout(hints)?;
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let mut written = Vec::new();
    for (index, table) in layout.tables.iter().enumerate() {
        let sheet = table.sheet.as_ref().map(|sheet| format!(".{}", file_safe(sheet))).unwrap_or_default();
        let target = folder.join(format!("{stem}{sheet}.csv"));
        let create = private::create(&target).map_err(|error| ApiError::io(&target, &error))?;
        let mut sink =
            CsvSink { out: csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(create)), failed: None };
        sink.record(table.columns.iter().map(String::as_str));
        opened.read(&layout, index, &mut sink)?;
        sink.finish().map_err(|error| ApiError::io(&target, &error))?;
        written.push(target);
    }
    Ok(written)
}

fn file_safe(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.') { c } else { '_' }).collect()
}

struct CsvSink<W: Write> {
    out: csv::Writer<W>,
    failed: Option<csv::Error>,
}

impl<W: Write> CsvSink<W> {
    fn record<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        if let Err(error) = self.out.write_record(cells) {
            self.failed.get_or_insert(error);
        }
    }

    fn finish(mut self) -> std::io::Result<()> {
        match self.failed {
            Some(error) => Err(error.into()),
            None => self.out.flush(),
        }
    }
}

impl<W: Write> RowSink for CsvSink<W> {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        for row in chunk.iter().flatten() {
            self.record(row.cells());
        }
        if self.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn file(profile: &FileProfile, schema: &'static Schema) -> InspectedFile {
    let tables = profile.tables.iter().map(|table| self::table(table, schema)).collect();
    let remarks = remarks(&profile.remarks);
    InspectedFile {
        sha256: Some(profile.sha256.clone()),
        remarks,
        ..built(&profile.path, profile.bytes, &profile.layout, tables)
    }
}

fn glanced(path: &Path, glance: &Glance, schema: &'static Schema) -> InspectedFile {
    let parts: Vec<Part> = glance.parts.iter().map(|part| Part { from: part.start, to: part.end }).collect();
    let looked_at = LookedAt {
        bytes: parts.iter().map(|part| part.to - part.from).sum(),
        parts,
        estimated: vec!["rows", "last_row", "empty", "distinct"],
    };
    let tables = vec![table(&glance.table, schema)];
    let remarks = remarks(&glance.table.remarks);
    InspectedFile { looked_at: Some(looked_at), remarks, ..built(path, glance.bytes, &glance.layout, tables) }
}

fn built(path: &Path, bytes: u64, layout: &Layout, tables: Vec<InspectedTable>) -> InspectedFile {
    InspectedFile {
        path: path.display().to_string(),
        sha256: None,
        bytes,
        looked_at: None,
        format: layout.format,
        encoding: layout.encoding.clone(),
        delimiter: layout.delimiter.clone(),
        quote: layout.quote.map(String::from),
        tables,
        remarks: Vec::new(),
    }
}

fn remarks(remarks: &[(u64, String)]) -> Vec<Remark> {
    remarks.iter().map(|(line, message)| Remark { line: *line, message: message.clone() }).collect()
}

fn table(table: &TableProfile, schema: &'static schema::Schema) -> InspectedTable {
    InspectedTable {
        sheet: table.layout.sheet.clone(),
        header_row: table.layout.header_row,
        first_row: table.layout.first_row,
        last_row: table.last_row,
        preamble_rows: table.layout.preamble_rows,
        footer_rows: table.footer_rows,
        rows: table.rows,
        hidden: table.layout.hidden,
        transposed: table.layout.turned.is_some(),
        columns: table.columns.iter().map(column).collect(),
        recognised: recognise::dataset(schema, &table.columns).map(|guess| Recognised {
            system: guess.known.as_ref().map_or("unknown", |known| known.system).to_owned(),
            export: guess.known.as_ref().map_or("", |known| known.export).to_owned(),
            dataset: guess.dataset.to_owned(),
            confidence: guess.confidence,
            why: guess.why,
        }),
    }
}

fn column(column: &ColumnProfile) -> InspectedColumn {
    InspectedColumn {
        name: column.name.clone(),
        kind: column.kind,
        format: column.format.clone(),
        also: column.also.clone(),
        empty: column.empty,
        distinct: column.distinct,
        samples: column.samples.iter().take(SHOWN).cloned().collect(),
    }
}
