//! Files into a migration: read, recognised, matched.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;
use serde::Serialize;

use super::{ApiError, Code, Migration, Result};
use crate::intake::{self, Chunk, Fingerprint, Hints, IntakeError, Layout, RowSink, TableProfile};
use crate::mapping::{Confidence, Mapping, suggest};
use crate::recognise;
use crate::schema::Schema;
use crate::store::source::{self, Reading, Source};
use crate::store::{self, StoreError};

/// Chunks between the reading and the writing thread.
const UNDER_WAY: usize = 32;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    pub path: PathBuf,
    /// What the file is about; recognised when not said.
    pub dataset: Option<String>,
    pub hints: Hints,
}

/// How far the reading of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReadProgress {
    pub rows: u64,
}

/// What came of one file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Imported {
    pub file: String,
    pub sources: Vec<ImportedSource>,
    /// Tables that were not taken, and why.
    pub skipped: Vec<Skipped>,
    pub seconds: f64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ImportedSource {
    pub id: u32,
    pub dataset: String,
    pub sheet: Option<String>,
    pub rows: u64,
    pub columns: usize,
    /// Required fields without a column, and questions to answer on Match.
    pub unmatched: Vec<String>,
    pub questions: Vec<String>,
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Skipped {
    pub sheet: Option<String>,
    pub reason: String,
}

impl Migration {
    /// Reads the tables of one file that are about something the destination takes. All of them, or on any error none.
    pub fn import(
        &mut self,
        request: &ImportRequest,
        progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
    ) -> Result<Imported> {
        if let Some(dataset) = &request.dataset {
            self.dataset(dataset)?;
        }
        let path = request.path.as_path();
        // The file is fingerprinted beside the reading: both need all of its bytes, neither the other's answer.
        thread::scope(|scope| {
            let print = scope.spawn(|| intake::fingerprint(path));
            let print = || match print.join() {
                Ok(print) => print,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            self.act(|this| {
                let imported = this.read_tables(request, progress, print)?;
                for source in &imported.sources {
                    let what = format!("Read {}", imported.file);
                    this.note("Files", &what, &format!("{} rows, {}", source.rows, source.dataset))?;
                }
                Ok(imported)
            })
        })
    }

    fn read_tables(
        &mut self,
        request: &ImportRequest,
        progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
        print: impl FnOnce() -> std::result::Result<Fingerprint, IntakeError>,
    ) -> Result<Imported> {
        let started = std::time::Instant::now();
        let layout = intake::layout(&request.path, &request.hints)?;
        let file = request.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (existing, at, schema) = (self.store.sources()?, self.actor.at(), self.schema);
        let transaction = self.store.begin()?;
        let (mut sources, mut skipped) = (Vec::new(), Vec::new());
        for table in 0..layout.tables.len() {
            let id = source::next_id(&transaction)?;
            let profile = read_into(&transaction, id, &request.path, &layout, table, progress)?;
            match about(request, schema, &profile, layout.tables.len()) {
                Ok((dataset, why)) => {
                    let (mapping, layout) = (mapping(schema, dataset, &profile, &existing), layout.clone());
                    let source = Source { mapping, ..new_source(id, dataset, request, &file, &profile)? };
                    source::insert(&transaction, &source, &Reading { layout, table_index: table, profile }, &at)?;
                    sources.push((source, why));
                }
                Err(reason) => {
                    store::chunk::remove(&transaction, id)?;
                    skipped.push(Skipped { sheet: layout.tables[table].sheet.clone(), reason });
                }
            }
        }
        let print = print()?;
        let twin = existing
            .iter()
            .find(|twin| twin.sha256 == print.sha256 && sources.iter().any(|(source, _)| source.sheet == twin.sheet));
        if let Some(twin) = twin {
            let message =
                format!("“{file}” is already here, byte for byte (as “{}”). It was not added again", twin.file);
            return Err(ApiError::new(Code::Exists, message, "Nothing to do."));
        }
        if sources.is_empty() {
            let reason = skipped.first().map(|skipped: &Skipped| skipped.reason.clone()).unwrap_or_default();
            let message = format!("nothing in “{file}” could be taken: {reason}");
            return Err(ApiError::new(
                Code::Unreadable,
                message,
                "Say what it is with `--as customers`, `--as usage` or `--as contracts`.",
            ));
        }
        for (source, _) in &sources {
            source::set_fingerprint(&transaction, source.id, &print.sha256)?;
        }
        transaction.commit().map_err(StoreError::from)?;
        let sources = sources.into_iter().map(|(source, why)| summary(&source, schema, why)).collect();
        Ok(Imported { file, sources, skipped, seconds: started.elapsed().as_secs_f64() })
    }

    /// Files that are no longer what was read: gone, or with other content.
    pub fn changed_files(&self) -> Result<Vec<(String, String)>> {
        let mut changed = Vec::new();
        // Rows entered by hand stand in no file.
        for source in self.store.sources()?.into_iter().filter(|source| !source.path.is_empty()) {
            let path = Path::new(&source.path);
            match std::fs::metadata(path) {
                Err(_) => {
                    changed
                        .push((source.file, "is no longer where it was read; what was read is kept here".to_owned()));
                }
                Ok(metadata) if metadata.len() != source.bytes || modified(&metadata) != source.modified => {
                    if intake::fingerprint(path).ok().map(|print| print.sha256) != Some(source.sha256.clone()) {
                        changed.push((
                            source.file,
                            "has changed since it was read; go on with what was read, or read it again".to_owned(),
                        ));
                    }
                }
                Ok(_) => {}
            }
        }
        Ok(changed)
    }
}

/// What the table is about, and why; the reason where it is not taken.
fn about(
    request: &ImportRequest,
    schema: &'static Schema,
    profile: &TableProfile,
    tables: usize,
) -> std::result::Result<(&'static str, String), String> {
    let guess = recognise::dataset(schema, &profile.columns);
    if let Some(wanted) = request.dataset.as_deref().and_then(|wanted| schema.dataset(wanted)) {
        let chosen = tables == 1 || request.hints.sheet.is_some();
        if chosen || guess.as_ref().is_some_and(|guess| guess.dataset == wanted.id) {
            return Ok((wanted.id, "set by you".to_owned()));
        }
        return Err(format!("does not look like {}", wanted.label.to_lowercase()));
    }
    if profile.layout.hidden {
        return Err("the sheet is hidden; name it with `--sheet` to take it".to_owned());
    }
    guess.map(|guess| (guess.dataset, guess.why)).ok_or_else(|| "it is not clear what it is about".to_owned())
}

/// Reads one table on its own thread while this one writes.
fn read_into(
    connection: &rusqlite::Connection,
    source: u32,
    path: &Path,
    layout: &Layout,
    table: usize,
    progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
) -> Result<TableProfile> {
    let (send, receive) = sync_channel(UNDER_WAY);
    thread::scope(|scope| {
        let reading = scope.spawn(move || intake::read(path, layout, table, &mut Channel(send)));
        let mut rows = 0;
        let mut stored = Ok(());
        for chunk in &receive {
            rows += u64::from(chunk.rows);
            stored = store::chunk::insert(connection, source, &chunk);
            if stored.is_err() {
                break;
            }
            if progress(ReadProgress { rows }).is_break() {
                stored = Err(StoreError::Stopped);
                break;
            }
        }
        drop(receive);
        let read = reading.join();
        stored?;
        match read {
            Ok(profile) => Ok(profile?),
            Err(_) => Err(ApiError::new(
                Code::Unreadable,
                format!("“{}” could not be read to its end", path.display()),
                "Save it again from the program it comes from, and add that.",
            )),
        }
    })
}

struct Channel(SyncSender<Arc<Chunk>>);

impl RowSink for Channel {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        if self.0.send(chunk).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// A source without its fingerprint and mapping.
fn new_source(
    id: u32,
    dataset: &'static str,
    request: &ImportRequest,
    file: &str,
    profile: &TableProfile,
) -> Result<Source> {
    let path = std::fs::canonicalize(&request.path).map_err(|error| ApiError::io(&request.path, &error))?;
    let metadata = std::fs::metadata(&path).map_err(|error| ApiError::io(&path, &error))?;
    Ok(Source {
        id,
        dataset: dataset.to_owned(),
        sha256: String::new(),
        path: path.display().to_string(),
        file: file.to_owned(),
        sheet: profile.layout.sheet.clone(),
        bytes: metadata.len(),
        modified: modified(&metadata),
        columns: profile.layout.columns.clone(),
        rows: profile.rows,
        mapping: Mapping::empty("", dataset),
    })
}

/// The mapping of an earlier file with the same columns, or else a suggestion.
fn mapping(schema: &'static Schema, dataset: &str, profile: &TableProfile, existing: &[Source]) -> Mapping {
    let twin = existing.iter().find(|twin| twin.dataset == dataset && twin.columns == profile.layout.columns);
    match (twin, schema.dataset(dataset)) {
        (Some(twin), _) => twin.mapping.clone(),
        (None, Some(dataset)) => suggest(schema.destination, dataset, &profile.columns),
        (None, None) => Mapping::empty(schema.destination, dataset),
    }
}

fn summary(source: &Source, schema: &'static Schema, why: String) -> ImportedSource {
    let required = |field: &str| {
        schema.dataset(&source.dataset).and_then(|dataset| dataset.field(field)).is_some_and(|field| field.required)
    };
    let with = |confidence, needed: bool| {
        let fields = source
            .mapping
            .fields
            .iter()
            .filter(|field| field.confidence == confidence && (!needed || required(&field.field)));
        fields.map(|field| field.field.clone()).collect::<Vec<_>>()
    };
    ImportedSource {
        id: source.id,
        dataset: source.dataset.clone(),
        sheet: source.sheet.clone(),
        rows: source.rows,
        columns: source.columns.len(),
        unmatched: with(Confidence::None, true),
        questions: with(Confidence::Question, false),
        why,
    }
}

fn modified(metadata: &std::fs::Metadata) -> Option<String> {
    metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok()).map(|time| time.to_string())
}
