//! The files of a report: what was loaded, what was not and why, the tie-out, the evidence as PDF, and a pack of all of it.
//!
//! Every row is gone through once, for all files together, of which none is held in memory. A value that a spreadsheet would
//! run as a formula is written with a leading apostrophe in CSV and as plain text in workbooks.

mod rows;
mod table;
mod workbook;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;
use zip::write::SimpleFileOptions;

use self::rows::RowFiles;
pub(super) use self::table::Csv;
pub use self::table::harmless;
use self::workbook::TieOutBook;
use super::evidence::{Cover, Evidence, PdfError, Written, pdf};
use super::reasons::{Group, Reasons};
use super::tie_out::TieOut;
use crate::intake::{Chunk, Fingerprint, IntakeError, fingerprint};
use crate::private;
use crate::schema::Schema;
use crate::store::lookup::LOOK_UP;
use crate::store::source::Source;
use crate::store::{Place, Store, StoreError, chunk};
use crate::upload::rows::Held;
use crate::validation::CheckError;
use crate::validation::scan::Piece;

/// Hears how many more rows were gone through.
type Tell<'t> = &'t mut dyn FnMut(u64) -> ControlFlow<()>;

/// What stands for the dataset of a file that made room for a newer one.
const REPLACED: &str = "replaced by a newer file";

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error("“{path}” could not be written: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("“{path}” could not be written: {source}")]
    Csv { path: PathBuf, source: csv::Error },
    #[error("“{path}” could not be written: {source}")]
    Workbook { path: PathBuf, source: XlsxError },
    #[error("“{path}” could not be written: {source}")]
    Pack { path: PathBuf, source: zip::result::ZipError },
    #[error(transparent)]
    Read(#[from] IntakeError),
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

type Result<T> = std::result::Result<T, FilesError>;

/// Writes every result file into `folder` and returns their names, the evidence pack last.
///
/// The environment goes into the names of the evidence. `tell` hears how many rows were gone through, all of them in the end,
/// and may stop it.
pub fn write(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    cover: &Cover,
    folder: &Path,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|source| FilesError::Io { path: folder.to_owned(), source })?;
    let (mut written, not_loaded) = about_rows(store, schema, tie_out, folder, tell)?;
    let trail = folder.join("audit_trail.csv");
    trail_file(store, &trail)?;
    written.push(trail);
    let prints = folder.join("source_fingerprints.csv");
    fingerprints(store, &prints)?;
    written.push(prints);
    let paper = folder.join(format!("evidence_{}.pdf", cover.environment));
    on_paper(store, schema, tie_out, (cover, &not_loaded), &written, &paper)?;
    written.push(paper);
    let pack = folder.join(format!("evidence_{}.zip", cover.environment));
    pack_all(&written, &pack)?;
    written.push(pack);
    Ok(written)
}

/// Writes the files of rows and the workbook, and counts what was not loaded by reason.
fn about_rows(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    folder: &Path,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(Vec<PathBuf>, Vec<Group>)> {
    let mut gone_through = 0;
    let tell: Tell<'_> = &mut |rows| {
        gone_through += rows;
        tell(gone_through)
    };
    let (held, reasons) = (Held::of(store)?, Reasons::of(store)?);
    let mut book = TieOutBook::begin(schema, tie_out, folder.join("tie-out.xlsx"))?;
    let mut written = Vec::new();
    for source in store.sources()? {
        // Of what is only looked in, nothing is sent and there is nothing to account for.
        if source.dataset == LOOK_UP {
            continue;
        }
        let mut files = RowFiles::begin(&source, folder)?;
        each_row(store, &source, tell, |place, line, cells| {
            let (fate, told) = (held.fate(place), reasons.of_row(place));
            files.put(fate, line, cells, told)?;
            book.put(&source, fate, line, told)
        })?;
        written.extend(files.end()?);
    }
    let (workbook, not_loaded) = book.end()?;
    written.push(workbook);
    Ok((written, not_loaded))
}

/// Every row of a source as it stands now.
fn each_row(
    store: &Store,
    source: &Source,
    tell: Tell<'_>,
    mut visit: impl FnMut(Place, u64, &[&str]) -> Result<()>,
) -> Result<()> {
    let mut outcome = Ok(());
    chunk::scan(store.connection(), source.id, |chunk: Chunk| {
        if outcome.is_err() {
            return Ok(());
        }
        let overlay = store.overlay(source.id, chunk.first_row, chunk.first_row + u64::from(chunk.rows))?;
        let rows = u64::from(chunk.rows);
        let piece = Piece { source: source.id, chunk, overlay };
        piece.each(|seen| {
            if outcome.is_ok() {
                outcome = visit(seen.place, seen.line, seen.cells);
            }
        })?;
        if tell(rows).is_break() { Err(StoreError::Stopped) } else { Ok(()) }
    })?;
    outcome
}

/// The audit trail as CSV, oldest entry first.
pub fn trail_file(store: &Store, path: &Path) -> Result<()> {
    let mut out = Csv::begin(path, &["Number", "At", "Who", "Step", "What", "Detail", "Seal"])?;
    for entry in store.trail()? {
        let number = entry.id.to_string();
        out.row(&[&number, &entry.at, &entry.who, &entry.step, &entry.what, &entry.detail, &entry.seal])?;
    }
    out.end().map(|_| ())
}

fn fingerprints(store: &Store, path: &Path) -> Result<()> {
    let mut out = Csv::begin(path, &["File", "Sheet", "Dataset", "Rows", "Bytes", "SHA-256"])?;
    let earlier = store.earlier_sources()?.into_iter().map(|source| Source { dataset: REPLACED.to_owned(), ..source });
    for source in store.sources()?.into_iter().chain(earlier) {
        let (rows, bytes) = (source.rows.to_string(), source.bytes.to_string());
        let sheet = source.sheet.as_deref().unwrap_or_default();
        out.row(&[&source.file, sheet, &source.dataset, &rows, &bytes, &source.sha256])?;
    }
    out.end().map(|_| ())
}

/// The evidence as PDF; it names the files written so far with their SHA-256.
fn on_paper(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    (cover, not_loaded): (&Cover, &[Group]),
    written: &[PathBuf],
    path: &Path,
) -> Result<()> {
    let mut files = Vec::with_capacity(written.len());
    for file in written {
        let Fingerprint { sha256, bytes } = fingerprint(file)?;
        files.push(Written { name: name(file), bytes, sha256 });
    }
    let evidence = Evidence {
        cover,
        schema,
        tie_out,
        not_loaded,
        explanations: store.explanations()?,
        signatures: store.signatures()?,
        sources: store.sources()?,
        files,
    };
    let bytes = pdf(&evidence)?;
    private::write(path, bytes).map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

fn pack_all(files: &[PathBuf], path: &Path) -> Result<()> {
    let failed = |source| FilesError::Pack { path: path.to_owned(), source };
    let mut pack = zip::ZipWriter::new(create(path)?);
    for file in files {
        pack.start_file(name(file), SimpleFileOptions::default().large_file(true)).map_err(failed)?;
        let copied = File::open(file).and_then(|mut from| std::io::copy(&mut from, &mut pack));
        copied.map_err(|source| FilesError::Io { path: file.clone(), source })?;
    }
    let mut out = pack.finish().map_err(failed)?;
    out.flush().map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    private::create(path).map(BufWriter::new).map_err(|source| FilesError::Io { path: path.to_owned(), source })
}
