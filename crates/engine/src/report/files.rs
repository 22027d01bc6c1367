//! The files of a report: what was loaded, what was not and why, the tie-out, and a pack of all of it as evidence.
//!
//! Result files keep the columns of the source, so that what was rejected can be corrected and loaded again. A value that
//! a spreadsheet would run as a formula is written with a leading apostrophe in CSV and as plain text in workbooks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use zip::write::SimpleFileOptions;

use super::tie_out::{Fate, TieOut};
use crate::intake::Chunk;
use crate::schema::Schema;
use crate::schema::finding::Severity;
use crate::store::finding::Wanted;
use crate::store::ledger::BatchState;
use crate::store::source::Source;
use crate::store::{Place, Store, StoreError, chunk};
use crate::upload::rows::Held;
use crate::validation::CheckError;
use crate::validation::scan::Piece;

/// How often every row is gone through for the files.
pub const PASSES: u64 = 4;

/// Hears how many more rows were gone through.
type Tell<'t> = &'t mut dyn FnMut(u64) -> ControlFlow<()>;

/// Rows of a sheet below its header (Excel's limit).
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
}

type Result<T> = std::result::Result<T, FilesError>;

/// Writes every result file into `folder` and returns their names, the evidence pack last.
///
/// `environment` goes into the pack's file name. `tell` hears how many rows were gone through, [`PASSES`] times all of them
/// in the end, and may stop it.
pub fn write(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    environment: &str,
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
    for source in store.sources()? {
        for (name, fates) in [
            ("loaded", &[Fate::Loaded][..]),
            ("rejected", &[Fate::Refused, Fate::Stopped, Fate::Doubtful]),
            ("excluded", &[Fate::Excluded]),
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
    tie_out_workbook(store, schema, tie_out, (&held, &reasons), &workbook, tell)?;
    written.push(workbook);
    let trail = folder.join("audit_trail.csv");
    trail_file(store, &trail)?;
    written.push(trail);
    let prints = folder.join("source_fingerprints.csv");
    fingerprints(store, &prints)?;
    written.push(prints);
    let pack = folder.join(format!("evidence_{environment}.zip"));
    evidence(&written, &pack)?;
    written.push(pack);
    Ok(written)
}

/// A value as a cell of CSV: what a spreadsheet would run as a formula gets an apostrophe in front.
pub fn harmless(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number =
        value.trim_start_matches(['+', '-']).chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    if formula && !number { format!("'{value}") } else { value.to_owned() }
}

/// Why rows are where they are, and the destination's id of those that are there.
struct Reasons(std::collections::HashMap<i64, String>);

impl Reasons {
    fn of(store: &Store) -> Result<Self> {
        let mut reasons = std::collections::HashMap::new();
        store.findings(&Wanted::default(), |finding| {
            if finding.severity == Severity::Error {
                let reason: &mut String = reasons.entry(finding.place.packed()).or_default();
                if !reason.is_empty() {
                    reason.push(' ');
                }
                reason.push_str(&finding.message);
            }
            Ok(())
        })?;
        store.each_batch(|batch| {
            let told = match batch.state {
                BatchState::Accepted => batch.remote_id,
                BatchState::Refused | BatchState::Doubtful => batch.reason,
                BatchState::Intended => {
                    Some("Perhaps sent; the upload ended before an answer came. Resume it.".to_owned())
                }
                BatchState::Split | BatchState::Superseded => None,
            };
            for place in batch.places {
                if let Some(told) = &told {
                    reasons.insert(place.packed(), told.clone());
                }
            }
        })?;
        for (place, reason, who) in store.exclusions()? {
            reasons.insert(place.packed(), format!("{reason} ({who})"));
        }
        Ok(Self(reasons))
    }

    fn of_row(&self, place: Place) -> &str {
        self.0.get(&place.packed()).map_or("", String::as_str)
    }
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

fn tie_out_workbook(
    store: &Store,
    schema: &'static Schema,
    tie_out: &TieOut,
    (held, reasons): (&Held, &Reasons),
    path: &Path,
    tell: Tell<'_>,
) -> Result<()> {
    let failed = |source| FilesError::Workbook { path: path.to_owned(), source };
    let mut workbook = Workbook::new();
    tie_out_sheet(workbook.add_worksheet(), schema, tie_out).map_err(failed)?;
    let not_loaded = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    let bold = Format::new().set_bold();
    not_loaded.set_name("Not loaded").map_err(failed)?;
    for (column, title) in (0..).zip(["Dataset", "File", "Line", "What", "Reason"]) {
        not_loaded.write_string_with_format(0, column, title, &bold).map_err(failed)?;
    }
    let mut row = 0;
    for source in store.sources()? {
        each_row(store, &source, tell, |place, line, _| {
            let what = match held.fate(place) {
                Fate::Loaded => return Ok(()),
                Fate::Refused => "rejected",
                Fate::Stopped => "stopped: has errors",
                Fate::Excluded => "excluded",
                Fate::Doubtful => "in doubt",
                Fate::NotSent => "not sent",
            };
            row += 1;
            if row > SHEET_ROWS {
                return Ok(());
            }
            let line = line.to_string();
            for (column, text) in (0..).zip([&source.dataset, &source.file, &line, what, reasons.of_row(place)]) {
                not_loaded.write_string(row, column, text).map_err(failed)?;
            }
            Ok(())
        })?;
    }
    workbook.save(path).map_err(failed)
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
    for (column, title) in
        (0..).zip(["Dataset", "In", "Read", "Corrected", "Loaded", "Rejected", "Excluded", "Difference", ""])
    {
        sheet.write_string_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, 16)?;
    }
    let mut row = 0;
    let mut put = |cells: [String; 9]| -> std::result::Result<(), XlsxError> {
        row += 1;
        for (column, text) in (0..).zip(&cells) {
            let format = if (2..8).contains(&column) { &right } else { &bold };
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Ok(())
    };
    for line in &tie_out.lines {
        let label = schema.dataset(&line.dataset).map_or(line.dataset.as_str(), |dataset| dataset.label);
        let state = |closed: bool| if closed { "Closed" } else { "Open" }.to_owned();
        let rejected = line.refused + line.stopped;
        let rows = [line.extracted, 0, line.loaded, rejected, line.excluded].map(|count| count.to_string());
        let [extracted, corrected, loaded, rejected, excluded] = rows;
        let difference = line.difference();
        put([
            label.to_owned(),
            "rows".to_owned(),
            extracted,
            corrected,
            loaded,
            rejected,
            excluded,
            difference.to_string(),
            state(difference == 0),
        ])?;
        for money in &line.money {
            let sums =
                [money.extracted, money.corrected, money.loaded, money.rejected, money.excluded, money.difference()];
            let [extracted, corrected, loaded, rejected, excluded, difference] = sums.map(|sum| sum.to_string());
            put([
                String::new(),
                money.currency.clone(),
                extracted,
                corrected,
                loaded,
                rejected,
                excluded,
                difference,
                state(money.difference().is_zero()),
            ])?;
        }
    }
    Ok(())
}

/// The audit trail as CSV, oldest entry first.
pub fn trail_file(store: &Store, path: &Path) -> Result<()> {
    let failed = |source| FilesError::Csv { path: path.to_owned(), source };
    let mut out = csv::Writer::from_writer(create(path)?);
    out.write_record(["Number", "At", "Who", "Step", "What", "Detail", "Seal"]).map_err(failed)?;
    for entry in store.trail()? {
        let number = entry.id.to_string();
        let cells = [&number, &entry.at, &entry.who, &entry.step, &entry.what, &entry.detail, &entry.seal];
        out.write_record(cells.map(|cell| harmless(cell))).map_err(failed)?;
    }
    out.flush().map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

fn fingerprints(store: &Store, path: &Path) -> Result<()> {
    let failed = |source| FilesError::Csv { path: path.to_owned(), source };
    let mut out = csv::Writer::from_writer(create(path)?);
    out.write_record(["File", "Sheet", "Dataset", "Rows", "Bytes", "SHA-256"]).map_err(failed)?;
    for source in store.sources()? {
        let (rows, bytes) = (source.rows.to_string(), source.bytes.to_string());
        let cells =
            [&source.file, source.sheet.as_deref().unwrap_or_default(), &source.dataset, &rows, &bytes, &source.sha256];
        out.write_record(cells.map(harmless)).map_err(failed)?;
    }
    out.flush().map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

fn evidence(files: &[PathBuf], path: &Path) -> Result<()> {
    let failed = |source| FilesError::Pack { path: path.to_owned(), source };
    let mut pack = zip::ZipWriter::new(create(path)?);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        pack.start_file(name, SimpleFileOptions::default().large_file(true)).map_err(failed)?;
        let copied = File::open(file).and_then(|mut from| std::io::copy(&mut from, &mut pack));
        copied.map_err(|source| FilesError::Io { path: file.clone(), source })?;
    }
    let mut out = pack.finish().map_err(failed)?;
    out.flush().map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    File::create(path).map(BufWriter::new).map_err(|source| FilesError::Io { path: path.to_owned(), source })
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
