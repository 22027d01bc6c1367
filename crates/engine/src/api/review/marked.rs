//! Findings as a workbook: the list of all of them, then per dataset the rows they are about, with the cells coloured and
//! commented. What a spreadsheet would run as a formula is made harmless.

use std::io::BufWriter;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, Note, Workbook, Worksheet, XlsxError};

use super::files::{HEADER, cells};
use super::{ReviewColumn, ReviewRow, Scope, Spot, overview};
use crate::api::{ApiError, Code, Migration, Result};
use crate::private;
use crate::report::files::harmless;
use crate::schema::finding::Severity;
use crate::store::Place;
use crate::store::finding::{Finding, Wanted};
use crate::store::source::Source;

/// Rows a sheet can hold below its header.
const LONGEST_SHEET: u64 = 1_048_575;
/// Characters a cell can hold.
const LONGEST_CELL: usize = 32_000;
/// Comments in one sheet, beyond which spreadsheets become slow; the words stand in the last column as well.
const MOST_NOTES: usize = 20_000;
const BATCH: usize = 1_000;
/// Columns in front of those of the file: file and line.
const IN_FRONT: u16 = 2;

/// The same tints as on the screen.
struct Looks {
    head: Format,
    error: Format,
    warning: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let tint = |ground: u32, text: u32| {
            Format::new().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(text))
        };
        Self {
            head: Format::new().set_bold(),
            error: tint(0x00fb_eae8, 0x00ab_231c),
            warning: tint(0x00fb_f1dd, 0x0085_5000),
            note: tint(0x00ef_ede7, 0x004d_4a44),
        }
    }

    fn of(&self, severity: Severity) -> &Format {
        match severity {
            Severity::Error => &self.error,
            Severity::Warning => &self.warning,
            Severity::Note => &self.note,
        }
    }
}

impl Migration {
    /// Writes the workbook and returns how many findings are in it.
    pub(super) fn write_workbook(&self, path: &Path) -> Result<u64> {
        let mut workbook = Workbook::new();
        let looks = Looks::new();
        let count =
            self.list(workbook.add_worksheet_with_constant_memory().map_err(|error| broken(&error))?, &looks)?;
        let sources = self.store.sources()?;
        for dataset in &self.schema.datasets {
            let of: Vec<&Source> = sources.iter().filter(|source| source.dataset == dataset.id).collect();
            let found = self.rows_with_findings(dataset.id)?;
            if found.is_empty() {
                continue;
            }
            let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| broken(&error))?;
            sheet.set_name(dataset.label).map_err(|error| broken(&error))?;
            self.sheet(sheet, &looks, dataset.id, &overview::columns(dataset, &of), &found, &sources)?;
        }
        let file = private::create(path).map_err(|error| ApiError::io(path, &error))?;
        let saved = workbook.save_to_writer(BufWriter::new(file));
        saved.map_err(|error| ApiError::io(path, &std::io::Error::other(error.to_string())))?;
        Ok(count)
    }

    fn list(&self, sheet: &mut Worksheet, looks: &Looks) -> Result<u64> {
        sheet.set_name("Findings").map_err(|error| broken(&error))?;
        for (at, title) in (0..).zip(HEADER) {
            sheet.write_string_with_format(0, at, title, &looks.head).map_err(|error| broken(&error))?;
        }
        let (mut count, mut trouble) = (0_u64, None);
        self.each_finding(&Scope::default(), |line| {
            count += 1;
            if count > LONGEST_SHEET {
                return;
            }
            for (at, cell) in (0..).zip(cells(&line)) {
                trouble = trouble.take().or(sheet.write_string(count as u32, at, shown(&cell)).err());
            }
        })?;
        trouble.map_or(Ok(count), |error| Err(broken(&error)))
    }

    fn rows_with_findings(&self, dataset: &str) -> Result<Vec<Spot>> {
        let mut spots: Vec<Spot> = Vec::new();
        let wanted = Wanted { dataset: Some(dataset.to_owned()), ..Wanted::default() };
        self.store.findings(&wanted, |finding| {
            let spot = Spot::from(finding.place);
            if spots.last() != Some(&spot) && (spots.len() as u64) < LONGEST_SHEET {
                spots.push(spot);
            }
            Ok(())
        })?;
        Ok(spots)
    }

    fn sheet(
        &self,
        sheet: &mut Worksheet,
        looks: &Looks,
        dataset: &str,
        columns: &[ReviewColumn],
        found: &[Spot],
        sources: &[Source],
    ) -> Result<()> {
        let titles = ["File", "Line"].into_iter().map(str::to_owned);
        let titles = titles.chain(columns.iter().map(|column| column.title.clone()));
        for (at, title) in (0..).zip(titles.chain(["What was found".to_owned()])) {
            sheet.write_string_with_format(0, at, shown(&title), &looks.head).map_err(|error| broken(&error))?;
        }
        let (mut at, mut notes) = (0, 0);
        for batch in found.chunks(BATCH) {
            for row in self.rows_named(dataset, batch)? {
                at += 1;
                let file = sources.iter().find(|source| source.id == row.spot.source);
                let file = file.map(|source| source.file.as_str()).unwrap_or_default();
                notes = self.row_of(sheet, looks, at, file, &row, columns, notes)?;
            }
        }
        Ok(())
    }

    /// Writes one row; how many comments the sheet then has.
    #[expect(clippy::too_many_arguments, reason = "all of it is about one row of one sheet")]
    fn row_of(
        &self,
        sheet: &mut Worksheet,
        looks: &Looks,
        at: u32,
        file: &str,
        row: &ReviewRow,
        columns: &[ReviewColumn],
        mut notes: usize,
    ) -> Result<usize> {
        let findings = self.findings_at(row.spot)?;
        sheet.write_string(at, 0, shown(file)).map_err(|error| broken(&error))?;
        sheet.write_number(at, 1, row.line as f64).map_err(|error| broken(&error))?;
        for ((cell, column), to) in row.cells.iter().zip(columns).zip(IN_FRONT..) {
            let here: Vec<&Finding> = findings.iter().filter(|finding| finding.field == column.field).collect();
            let Some(worst) = here.iter().map(|finding| finding.severity).min() else {
                sheet.write_string(at, to, shown(&cell.text)).map_err(|error| broken(&error))?;
                continue;
            };
            sheet
                .write_string_with_format(at, to, shown(&cell.text), looks.of(worst))
                .map_err(|error| broken(&error))?;
            if notes < MOST_NOTES {
                notes += 1;
                let words: Vec<&str> = here.iter().map(|finding| finding.message.as_str()).collect();
                let note = Note::new(shown(&words.join("\n"))).add_author_prefix(false).set_author("Carryover");
                sheet.insert_note(at, to, &note).map_err(|error| broken(&error))?;
            }
        }
        let all: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let last = IN_FRONT + columns.len() as u16;
        sheet.write_string(at, last, shown(&all.join(" "))).map_err(|error| broken(&error))?;
        Ok(notes)
    }

    fn findings_at(&self, spot: Spot) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        self.store.findings(&Wanted { place: Some(Place::from(spot)), ..Wanted::default() }, |finding| {
            findings.push(finding);
            Ok(())
        })?;
        Ok(findings)
    }
}

fn shown(text: &str) -> String {
    harmless(text).chars().take(LONGEST_CELL).collect()
}

fn broken(error: &XlsxError) -> ApiError {
    ApiError::new(
        Code::Io,
        format!("the workbook could not be written: {error}"),
        "Make room and try again, or write the findings as CSV.",
    )
}
