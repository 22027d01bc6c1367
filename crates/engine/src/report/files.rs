//! The files of a report: what was loaded, what was not and why, the tie-out, the evidence as PDF, and a pack of all of it.
//!
//! Result files keep the columns of the source, so that what was rejected can be corrected and loaded again. A value that
//! a spreadsheet would run as a formula is written with a leading apostrophe in CSV and as plain text in workbooks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use zip::write::SimpleFileOptions;

use super::evidence::{Cover, Evidence, PdfError, Written, pdf};
use super::reasons::{Group, Groups, Reasons, word};
use super::tie_out::{Fate, TieOut};
use crate::intake::{Chunk, Fingerprint, IntakeError, fingerprint};
use crate::private;
use crate::schema::Schema;
use crate::store::lookup::LOOK_UP;
use crate::store::source::Source;
use crate::store::{Place, Store, StoreError, chunk};
use crate::upload::rows::Held;
use crate::validation::CheckError;
use crate::validation::scan::Piece;

/// How often every row is gone through for the files.
pub const PASSES: u64 = 5;

/// Hears how many more rows were gone through.
type Tell<'t> = &'t mut dyn FnMut(u64) -> ControlFlow<()>;

/// Rows of a sheet below its header (Excel's limit).
/// What stands for the dataset of a file that made room for a newer one.
const REPLACED: &str = "replaced by a newer file";
const SHEET_ROWS: u32 = 1_048_575;

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
/// The environment goes into the names of the evidence. `tell` hears how many rows were gone through, [`PASSES`] times all of them
/// in the end, and may stop it.
pub fn write(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    cover: &Cover,
    folder: &Path,
    tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Vec<PathBuf>> {
    let mut gone_through = 0;
    let tell: Tell<'_> = &mut |rows| {
        gone_through += rows;
        tell(gone_through)
    };
    std::fs::create_dir_all(folder).map_err(|source| FilesError::Io { path: folder.to_owned(), source })?;
    let held = Held::of(store)?;
    let reasons = Reasons::of(store)?;
    let mut written = Vec::new();
    for source in sent_from(store)? {
        for (name, fates) in [
            ("loaded", &[Fate::Loaded][..]),
            ("rejected", &[Fate::Refused, Fate::Stopped, Fate::Doubtful]),
            ("excluded", &[Fate::Excluded]),
            ("taken_back", &[Fate::TakenBack]),
        ] {
            let path = folder.join(format!("{}_{name}_{}.csv", source.dataset, source.id));
            if rows_file(store, &source, (&held, &reasons), fates, &path, tell)? {
                written.push(path);
            } else {
                std::fs::remove_file(&path).map_err(|source| FilesError::Io { path, source })?;
            }
        }
    }
    let workbook = folder.join("tie-out.xlsx");
    let not_loaded = tie_out_workbook(store, schema, tie_out, (&held, &reasons), &workbook, tell)?;
    written.push(workbook);
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

/// A CSV of our own words, being written. Cells are made harmless.
pub(super) struct Csv<'p> {
    out: csv::Writer<BufWriter<File>>,
    path: &'p Path,
}

/// Begins a CSV with its header.
pub(super) fn table<'p>(path: &'p Path, header: &[&str]) -> Result<Csv<'p>> {
    let mut table = Csv { out: csv::Writer::from_writer(create(path)?), path };
    table.row(header)?;
    Ok(table)
}

impl Csv<'_> {
    pub(super) fn row(&mut self, cells: &[&str]) -> Result<()> {
        let failed = |source| FilesError::Csv { path: self.path.to_owned(), source };
        self.out.write_record(cells.iter().map(|cell| harmless(cell))).map_err(failed)
    }

    pub(super) fn end(mut self) -> Result<()> {
        self.out.flush().map_err(|source| FilesError::Io { path: self.path.to_owned(), source })
    }
}

/// A value as a cell of CSV: what a spreadsheet would run as a formula gets an apostrophe in front.
pub fn harmless(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number =
        value.trim_start_matches(['+', '-']).chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    if formula && !number { format!("'{value}") } else { value.to_owned() }
}

/// Writes the rows of a source that met one of `fates`; says whether there were any.
fn rows_file(
    store: &Store,
    source: &Source,
    (held, reasons): (&Held, &Reasons),
    fates: &[Fate],
    path: &Path,
    tell: Tell<'_>,
) -> Result<bool> {
    let failed = |error| FilesError::Csv { path: path.to_owned(), source: error };
    let mut out = csv::Writer::from_writer(create(path)?);
    let told = if fates == [Fate::Loaded] { "Destination id" } else { "Reason" };
    let header = source.columns.iter().map(|column| harmless(column)).chain(["Line".to_owned(), told.to_owned()]);
    out.write_record(header).map_err(failed)?;
    let mut any = false;
    each_row(store, source, tell, |place, line, cells| {
        if !fates.contains(&held.fate(place)) {
            return Ok(());
        }
        any = true;
        let width = source.columns.len();
        let cells = (0..width).map(|at| harmless(cells.get(at).copied().unwrap_or_default()));
        out.write_record(cells.chain([line.to_string(), harmless(reasons.of_row(place))])).map_err(failed)
    })?;
    out.flush().map_err(|source| FilesError::Io { path: path.to_owned(), source })?;
    Ok(any)
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

/// The sources of which something is sent. Of what is only looked in there is nothing to account for.
fn sent_from(store: &Store) -> Result<Vec<Source>> {
    let mut sources = store.sources()?;
    sources.retain(|source| source.dataset != LOOK_UP);
    Ok(sources)
}

/// Writes the workbook, and counts what was not loaded by reason.
fn tie_out_workbook(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    (held, reasons): (&Held, &Reasons),
    path: &Path,
    tell: Tell<'_>,
) -> Result<Vec<Group>> {
    let failed = |source| FilesError::Workbook { path: path.to_owned(), source };
    let mut workbook = Workbook::new();
    tie_out_sheet(workbook.add_worksheet(), schema, tie_out).map_err(failed)?;
    let not_loaded = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    let bold = Format::new().set_bold();
    not_loaded.set_name("Not loaded").map_err(failed)?;
    for (column, title) in (0..).zip(["Dataset", "File", "Line", "What", "Reason"]) {
        not_loaded.write_string_with_format(0, column, title, &bold).map_err(failed)?;
    }
    let mut groups = Groups::default();
    let mut row = 0;
    for source in sent_from(store)? {
        each_row(store, &source, tell, |place, line, _| {
            let Some(what) = word(held.fate(place)) else { return Ok(()) };
            let reason = reasons.of_row(place);
            groups.add(&source.dataset, what, reason, line);
            row += 1;
            if row > SHEET_ROWS {
                return Ok(());
            }
            let line = line.to_string();
            for (column, text) in (0..).zip([&source.dataset, &source.file, &line, what, reason]) {
                not_loaded.write_string(row, column, text).map_err(failed)?;
            }
            Ok(())
        })?;
    }
    workbook.save_to_writer(create(path)?).map_err(failed)?;
    Ok(groups.into_sorted())
}

fn tie_out_sheet(
    sheet: &mut Worksheet,
    schema: &'static Schema,
    tie_out: &TieOut,
) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let right = Format::new().set_align(rust_xlsxwriter::FormatAlign::Right);
    sheet.set_name("Tie-out")?;
    sheet.set_column_width(0, 14)?;
    for (column, title) in (0..).zip([
        "Dataset",
        "In",
        "Read",
        "Corrected",
        "Loaded",
        "Rejected",
        "Excluded",
        "Taken back",
        "Difference",
        "",
    ]) {
        sheet.write_string_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, 16)?;
    }
    let mut row = 0;
    let mut put = |cells: [String; 10]| -> std::result::Result<(), XlsxError> {
        row += 1;
        for (column, text) in (0..).zip(&cells) {
            let format = if (2..9).contains(&column) { &right } else { &bold };
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Ok(())
    };
    for line in &tie_out.lines {
        let label = schema.dataset(&line.dataset).map_or(line.dataset.as_str(), |dataset| dataset.label);
        let state = |closed: bool| if closed { "Closed" } else { "Open" }.to_owned();
        let rejected = line.refused + line.stopped;
        let rows =
            [line.extracted, 0, line.loaded, rejected, line.excluded, line.taken_back].map(|count| count.to_string());
        let [extracted, corrected, loaded, rejected, excluded, taken_back] = rows;
        let difference = line.difference();
        put([
            label.to_owned(),
            "rows".to_owned(),
            extracted,
            corrected,
            loaded,
            rejected,
            excluded,
            taken_back,
            difference.to_string(),
            state(difference == 0),
        ])?;
        for money in &line.money {
            let sums = [
                money.extracted,
                money.corrected,
                money.loaded,
                money.rejected,
                money.excluded,
                money.taken_back,
                money.difference(),
            ];
            let [extracted, corrected, loaded, rejected, excluded, taken_back, difference] =
                sums.map(|sum| sum.to_string());
            put([
                String::new(),
                money.currency.clone(),
                extracted,
                corrected,
                loaded,
                rejected,
                excluded,
                taken_back,
                difference,
                state(money.difference().is_zero()),
            ])?;
        }
    }
    Ok(())
}

/// The audit trail as CSV, oldest entry first.
pub fn trail_file(store: &Store, path: &Path) -> Result<()> {
    let mut out = table(path, &["Number", "At", "Who", "Step", "What", "Detail", "Seal"])?;
    for entry in store.trail()? {
        let number = entry.id.to_string();
        out.row(&[&number, &entry.at, &entry.who, &entry.step, &entry.what, &entry.detail, &entry.seal])?;
    }
    out.end()
}

fn fingerprints(store: &Store, path: &Path) -> Result<()> {
    let mut out = table(path, &["File", "Sheet", "Dataset", "Rows", "Bytes", "SHA-256"])?;
    let earlier = store.earlier_sources()?.into_iter().map(|source| Source { dataset: REPLACED.to_owned(), ..source });
    for source in store.sources()?.into_iter().chain(earlier) {
        let (rows, bytes) = (source.rows.to_string(), source.bytes.to_string());
        let sheet = source.sheet.as_deref().unwrap_or_default();
        out.row(&[&source.file, sheet, &source.dataset, &rows, &bytes, &source.sha256])?;
    }
    out.end()
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

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_disarmed_and_numbers_left_alone() {
        let cases = [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+44 1566 550192", "+44 1566 550192"),
            ("-12.50", "-12.50"),
            ("-1+1|x", "'-1+1|x"),
            ("\t=1", "'\t=1"),
            ("plain", "plain"),
            ("", ""),
        ];
        for (value, written) in cases {
            assert_eq!(harmless(value), written);
        }
    }
}
