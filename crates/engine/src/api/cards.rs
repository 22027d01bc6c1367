//! What was read, as shown: a card per source with every guess, its first rows and what it asks; and the first rows of a
//! file as another guess would have them.

use std::path::Path;

use serde::Serialize;

use super::inspect::Remark;
use super::{Migration, Result};
use crate::intake::{self, ColumnProfile, Hints, Layout, TableLayout, TableProfile};
use crate::mapping::Confidence;
use crate::recognise::{self, Fields};
use crate::schema::{Dataset, Schema};
use crate::store::lookup;
use crate::store::source::{Reading, Source};
use crate::transform::{Pipeline, Step};

/// Rows of a table that are shown.
const ROWS: usize = 12;
/// Columns of them; more fit no screen.
const COLUMNS: usize = 40;
/// Characters of a cell.
const CELL: usize = 120;
/// Lines above and below a table, and remarks, that are told.
const LINES: usize = 20;
/// Values that show what an answer means.
const SAMPLES: usize = 3;

/// A source.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FileCard {
    pub source: u32,
    pub dataset: String,
    pub file: String,
    pub path: String,
    pub bytes: u64,
    pub rows: u64,
    pub read_at: String,
    /// What speaks for the dataset; `None` where the user said what it is.
    pub recognised: Option<Fields>,
    /// Who wrote the file, where that is certain.
    pub known: Option<KnownExport>,
    pub preview: FilePreview,
    /// What the user said about the file before.
    pub said: Hints,
    /// Lines below the table that were not taken.
    pub below: Vec<String>,
    /// What could not be read cleanly, the first of it.
    pub remarks: Vec<Remark>,
    /// Rows with more or fewer cells than the header.
    pub ragged_rows: u64,
    pub questions: Vec<FileQuestion>,
    /// The files whose rows take values from this one.
    pub looked_in_by: Vec<String>,
    /// Edits that lie over its rows.
    pub edits: u32,
    /// Sheets of its workbook that no source was made of. Told once, on the first card of the workbook.
    pub other_sheets: Vec<OtherSheet>,
}

/// The export of another system that a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct KnownExport {
    pub system: String,
    pub export: String,
    /// Columns of the file that this export has, and columns in all.
    pub matching: u32,
    pub columns: u32,
}

/// The beginning of a table and how it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FilePreview {
    pub sheet: Option<String>,
    pub sheets: Vec<String>,
    pub header_row: Option<u64>,
    /// Whether it lies on its side and is read turned: its rows are columns of the file.
    pub transposed: bool,
    pub encoding: Option<String>,
    pub delimiter: Option<String>,
    /// The first columns.
    pub columns: Vec<String>,
    pub columns_in_all: u32,
    /// Lines above the table that are not taken.
    pub above: Vec<String>,
    pub rows: Vec<FileRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FileRow {
    /// As a person counts in the file.
    pub line: u64,
    pub cells: Vec<String>,
}

/// A column that can be read in more than one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FileQuestion {
    pub column: String,
    /// The fields that wait for the answer.
    pub fields: Vec<String>,
    pub is_date: bool,
    /// How many values the answers read differently; 0 where they were not counted.
    pub values: u64,
    /// A few values as they stand.
    pub samples: Vec<String>,
    pub answers: Vec<FileAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FileAnswer {
    pub format: String,
    /// What each of the samples then is: an ISO date, or a number with a point.
    pub reads_as: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct OtherSheet {
    pub sheet: String,
    pub reason: SheetReason,
}

/// Why nothing was made of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SheetReason {
    Hidden,
    /// It is not clear what it is about.
    Unclear,
    /// There is no table in it, or it was not looked at.
    NotTaken,
}

impl Migration {
    /// Every source, in the order in which datasets are loaded, then by name.
    pub fn file_cards(&self) -> Result<Vec<FileCard>> {
        let sources = self.store.sources()?;
        let mut read = Vec::new();
        for source in sources.into_iter().filter(|source| !source.path.is_empty()) {
            let reading = self.store.reading(source.id)?;
            read.push((source, reading));
        }
        let place = |source: &Source| self.schema.datasets.iter().position(|dataset| dataset.id == source.dataset);
        // What is only looked in comes last.
        let rank = |source: &Source| place(source).unwrap_or(usize::MAX);
        read.sort_by_cached_key(|(source, _)| (rank(source), source.file.clone(), source.sheet.clone(), source.id));
        let mut cards: Vec<FileCard> = Vec::new();
        for (source, reading) in &read {
            let is_first = !cards.iter().any(|card| card.path == source.path);
            let other_sheets = if is_first { other_sheets(source, &read) } else { Vec::new() };
            cards.push(FileCard { other_sheets, ..self.card(source, reading)? });
        }
        Ok(cards)
    }

    fn card(&self, source: &Source, reading: &Reading) -> Result<FileCard> {
        let Reading { layout, profile, .. } = reading;
        let rows = self.store.first_rows(source.id, ROWS)?;
        let remarks = profile.remarks.iter().take(LINES);
        Ok(FileCard {
            source: source.id,
            dataset: source.dataset.clone(),
            file: source.file.clone(),
            path: source.path.clone(),
            bytes: source.bytes,
            rows: source.rows,
            read_at: self.store.read_at(source.id)?,
            recognised: recognised(self.schema, source, profile),
            known: known(&source.columns),
            preview: shown(layout, &profile.layout, rows),
            said: layout.said.clone(),
            below: lines(&profile.footer),
            remarks: remarks.map(|(line, message)| Remark { line: *line, message: message.clone() }).collect(),
            ragged_rows: profile.ragged_rows,
            questions: self
                .schema
                .dataset(&source.dataset)
                .map_or_else(Vec::new, |dataset| questions(dataset, source, &profile.columns)),
            looked_in_by: self.lookers(source)?,
            edits: self.store.edits_of(source.id)?,
            other_sheets: Vec::new(),
        })
    }

    fn lookers(&self, source: &Source) -> Result<Vec<String>> {
        let sources = self.store.sources()?;
        let lookers = lookup::lookers(source, &sources).into_iter().filter(|looker| looker.id != source.id);
        Ok(lookers.map(|looker| looker.file.clone()).collect())
    }

    /// How a source's file is read when `hints` are said about it; its encoding is not guessed anew.
    pub fn hints_for_preview(&self, source: u32, hints: Hints) -> Result<(std::path::PathBuf, Hints)> {
        let source = self.source(source)?;
        let sheet = hints.sheet.or(source.sheet);
        let encoding = hints.encoding.or(self.store.reading(source.id)?.layout.encoding);
        Ok((source.path.into(), Hints { sheet, encoding, ..hints }))
    }
}

/// The first rows of a file's first table, reading no more of it than its beginning when the encoding is said.
pub fn preview(path: &Path, hints: &Hints) -> Result<FilePreview> {
    let mut opened = intake::open(path)?;
    let layout = opened.layout(hints)?;
    let rows = opened.head(&layout, 0, ROWS)?;
    let table = layout.tables.first().cloned();
    Ok(table.map_or_else(|| shown(&layout, &nothing(), Vec::new()), |table| shown(&layout, &table, rows)))
}

/// A table without anything: intake names at least one in every layout.
fn nothing() -> TableLayout {
    TableLayout { first_row: 1, first_column: 1, ..TableLayout::default() }
}

fn shown(layout: &Layout, table: &TableLayout, rows: Vec<(u64, Vec<String>)>) -> FilePreview {
    let cut = |cells: Vec<String>| cells.into_iter().take(COLUMNS).map(|cell| shortened(&cell)).collect();
    FilePreview {
        sheet: table.sheet.clone(),
        sheets: layout.sheets.clone(),
        header_row: table.header_row,
        transposed: table.turned.is_some(),
        encoding: layout.encoding.clone(),
        delimiter: layout.delimiter.clone(),
        columns: cut(table.columns.clone()),
        columns_in_all: table.columns.len() as u32,
        above: lines(&table.preamble),
        rows: rows.into_iter().map(|(line, cells)| FileRow { line, cells: cut(cells) }).collect(),
    }
}

/// Rows of cells as lines of text, the first of them.
fn lines(rows: &[Vec<String>]) -> Vec<String> {
    let line = |cells: &Vec<String>| {
        let filled = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        shortened(&filled.collect::<Vec<_>>().join(" "))
    };
    rows.iter().take(LINES).map(line).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What speaks for a dataset, where it is the one that would be recognised.
fn recognised(schema: &'static Schema, source: &Source, profile: &TableProfile) -> Option<Fields> {
    let guess = recognise::dataset(schema, &profile.columns)?;
    (guess.dataset == source.dataset).then_some(guess.fields)
}

fn known(columns: &[String]) -> Option<KnownExport> {
    let known = recognise::export(columns).filter(|known| known.confidence == Confidence::Certain)?;
    Some(KnownExport {
        system: known.system.to_owned(),
        export: known.export.to_owned(),
        matching: known.matching as u32,
        columns: columns.len() as u32,
    })
}

fn questions(dataset: &Dataset, source: &Source, columns: &[ColumnProfile]) -> Vec<FileQuestion> {
    let mut questions: Vec<FileQuestion> = Vec::new();
    for field in source.mapping.fields.iter().filter(|field| field.asks_for_format()) {
        let column = columns.iter().find(|column| field.columns.contains(&column.name) && column.also.len() > 1);
        let Some(column) = column else { continue };
        if let Some(same) = questions.iter_mut().find(|question| question.column == column.name) {
            same.fields.push(field.field.clone());
            continue;
        }
        let is_date = dataset.field(&field.field).is_some_and(|field| field.kind.is_date())
            || column.also.iter().any(|format| format.contains('y'));
        questions.push(question(column, is_date, field.field.clone()));
    }
    questions
}

fn question(column: &ColumnProfile, is_date: bool, field: String) -> FileQuestion {
    let samples = telling(column, is_date);
    let answer = |format: &String| FileAnswer {
        format: format.clone(),
        reads_as: samples.iter().map(|sample| reading(sample, format, is_date).unwrap_or_default()).collect(),
    };
    FileQuestion {
        column: column.name.clone(),
        fields: vec![field],
        is_date,
        values: column.ambiguous,
        answers: column.also.iter().map(answer).collect(),
        samples,
    }
}

/// Values that the formats read differently come first: they show what the answer decides.
fn telling(column: &ColumnProfile, is_date: bool) -> Vec<String> {
    let differs = |sample: &&String| {
        let mut readings = column.also.iter().map(|format| reading(sample, format, is_date));
        let first = readings.next();
        readings.any(|reading| Some(reading) != first)
    };
    let (telling, rest): (Vec<&String>, Vec<&String>) = column.samples.iter().partition(differs);
    telling.into_iter().chain(rest).take(SAMPLES).cloned().collect()
}

/// A value as one format reads it, in its canonical form.
fn reading(sample: &str, format: &str, is_date: bool) -> Option<String> {
    let format = format.to_owned();
    let step = if is_date { Step::Date { format } } else { Step::Number { format } };
    let pipeline = Pipeline::compile(&[Step::Trim, step]).ok()?;
    pipeline.apply(&[sample]).ok().flatten().map(std::borrow::Cow::into_owned)
}

/// The sheets of a source's workbook that no source was made of.
fn other_sheets(source: &Source, all: &[(Source, Reading)]) -> Vec<OtherSheet> {
    let same = || all.iter().filter(|(other, _)| other.path == source.path && other.sha256 == source.sha256);
    let is_taken = |sheet: &String| same().any(|(other, _)| other.sheet.as_ref() == Some(sheet));
    let table = |sheet: &String| {
        let mut tables = same().flat_map(|(_, reading)| &reading.layout.tables);
        tables.find(|table| table.sheet.as_ref() == Some(sheet))
    };
    let sheets = same().flat_map(|(_, reading)| &reading.layout.sheets);
    let mut others: Vec<OtherSheet> = Vec::new();
    for sheet in sheets.filter(|sheet| !is_taken(sheet)) {
        let reason = match table(sheet) {
            Some(table) if table.hidden => SheetReason::Hidden,
            Some(_) => SheetReason::Unclear,
            None => SheetReason::NotTaken,
        };
        if !others.iter().any(|other| other.sheet == *sheet) {
            others.push(OtherSheet { sheet: sheet.clone(), reason });
        }
    }
    others
}
