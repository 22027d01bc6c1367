//! Files into a migration: taken, read again, removed.

use std::ops::ControlFlow;
use std::path::Path;

use serde::Serialize;

use super::draft::{self, Draft, NotTaken, Reason};
use super::{ApiError, Code, Migration, Result};
use crate::intake::{ColumnProfile, Hints, IntakeError, Spool, TableProfile};
use crate::mapping::reference::{self, Key};
use crate::mapping::{Confidence, Learned, Mapping, suggest};
use crate::recognise;
use crate::schema::Schema;
use crate::store::lookup::{self, LOOK_UP};
use crate::store::source::{self, Reading, Source};
use crate::store::{self, StoreError};

pub use super::draft::{ImportRequest, ReadProgress};

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

/// A source to be read again, in place of what was read of it.
#[derive(Debug, Clone)]
pub struct Again {
    pub source: u32,
    /// Edits that lie over it are dropped. Without this they are a reason to refuse.
    pub drop_edits: bool,
}

/// A table of a draft that the migration takes.
struct Taken {
    dataset: &'static str,
    why: String,
    profile: TableProfile,
    rows: Spool,
    table: usize,
}

impl Migration {
    /// Reads the tables of one file that are about something the destination takes. All of them, or on any error none.
    pub fn import(
        &mut self,
        request: &ImportRequest,
        progress: &mut dyn FnMut(ReadProgress) -> ControlFlow<()>,
    ) -> Result<Imported> {
        self.knows(request)?;
        Ok(self.take(draft::read(request, progress)?)?)
    }

    /// Whether what a file is said to be about is a dataset.
    pub fn knows(&self, request: &ImportRequest) -> Result<()> {
        let said = request.dataset.as_deref().filter(|dataset| *dataset != LOOK_UP);
        said.map_or(Ok(()), |dataset| self.dataset(dataset).map(drop))
    }

    /// Takes a file that was read.
    pub fn take(&mut self, draft: Draft) -> std::result::Result<Imported, NotTaken> {
        self.put(draft, None)
    }

    /// What to read so as to read a source again: the same table of the same file, or of the `newer` one that takes its
    /// place. `hints` and `dataset` are said anew; without them everything is as it was said before.
    pub fn request_again(
        &self,
        source: u32,
        newer: Option<&Path>,
        hints: Option<Hints>,
        dataset: Option<String>,
    ) -> Result<ImportRequest> {
        let source = self.source(source)?;
        let mut hints = hints.map_or_else(|| Ok(self.store.reading(source.id)?.layout.said), Ok::<_, ApiError>)?;
        hints.sheet = hints.sheet.or(source.sheet);
        let path = newer.map_or_else(|| source.path.into(), Path::to_owned);
        Ok(ImportRequest { path, dataset: Some(dataset.unwrap_or(source.dataset)), hints })
    }

    /// Puts a file that was read in the place of an earlier source. The mapping is kept where it still fits, and so is what
    /// is known of the rows that were sent: only what changed is sent again.
    pub fn replace(&mut self, again: &Again, draft: Draft) -> std::result::Result<Imported, NotTaken> {
        let old = self.source(again.source)?;
        let edits = self.store.edits_of(old.id)?;
        if edits > 0 && !again.drop_edits {
            let message = format!("“{}” has {edits} changes that would be dropped", old.file);
            let hint = "Say that they may be dropped, or go on with what was read.";
            return Err(ApiError::new(Code::Precondition, message, hint).into());
        }
        self.put(draft, Some(&old))
    }

    /// Takes a source out, with its rows and the edits laid over them. Its number is not used again.
    pub fn remove(&mut self, source: u32) -> Result<()> {
        let old = self.source(source)?;
        self.may_go(&old)?;
        self.act(|this| {
            this.store.transaction(|connection| source::remove(connection, old.id))?;
            this.join_known()?;
            this.note("Files", &format!("Removed {}", told(&old)), &format!("{} rows, {}", old.rows, old.dataset))
        })
    }

    /// Whether a source was read from this file.
    pub fn holds_file(&self, path: &Path) -> Result<bool> {
        Ok(self.store.sources()?.iter().any(|source| Path::new(&source.path) == path))
    }

    pub(super) fn source(&self, id: u32) -> Result<Source> {
        let mut sources = self.store.sources()?.into_iter();
        sources.find(|source| source.id == id).ok_or_else(|| {
            let message = format!("there is no file number {id} in this migration");
            ApiError::new(Code::NotFound, message, "See which there are with `carryover files`.")
        })
    }

    /// What went to a live account stays, so that it can be proven what was sent.
    fn may_go(&self, source: &Source) -> Result<()> {
        if !self.went_live(source)? {
            return Ok(());
        }
        let message = format!("rows of “{}” were sent to a live account; what was read of it stays", source.file);
        Err(ApiError::new(Code::Precondition, message, "Put a newer file in its place, or begin a new migration."))
    }

    /// Whether rows of it, or rows that looked in it, were sent to a live account.
    fn went_live(&self, source: &Source) -> Result<bool> {
        let all = self.store.sources()?;
        let looked_in_by = lookup::lookers(source, &all).into_iter().map(|looker| looker.dataset.as_str());
        let mut sent = false;
        for dataset in looked_in_by.chain([source.dataset.as_str()]) {
            sent |= self.store.is_live(dataset)?;
        }
        Ok(sent)
    }

    fn put(&mut self, draft: Draft, old: Option<&Source>) -> std::result::Result<Imported, NotTaken> {
        let mut existing = self.store.sources()?;
        existing.retain(|source| old.is_none_or(|old| old.id != source.id));
        let Draft { request, tables, layout, .. } = &draft;
        let whole = tables.len();
        let about = tables.iter().map(|(profile, _)| about(request, self.schema, profile, whole)).collect::<Vec<_>>();
        let is_taken = |table: &str, sheet: &Option<String>| {
            existing.iter().any(|twin| twin.sha256 == table && twin.sheet == *sheet)
        };
        let twin = tables
            .iter()
            .zip(&about)
            .any(|((profile, _), about)| about.is_ok() && is_taken(&draft.sha256, &profile.layout.sheet));
        if twin {
            return Err(NotTaken::twin(&draft.file));
        }
        if about.iter().all(std::result::Result::is_err) {
            let left: Vec<&Left> = about.iter().filter_map(|about| about.as_ref().err()).collect();
            if let Some(not_taken) = nothing_taken(&draft.file, &left) {
                return Err(not_taken);
            }
        }
        let skipped = about.iter().zip(&layout.tables).filter_map(|(about, table)| {
            let Left { why, .. } = about.as_ref().err()?.clone();
            Some(Skipped { sheet: table.sheet.clone(), reason: why })
        });
        let skipped = skipped.collect();
        let mut draft = draft;
        let taken = std::mem::take(&mut draft.tables).into_iter().zip(about).enumerate();
        let taken = taken.filter_map(|(table, ((profile, rows), about))| {
            let (dataset, why) = about.ok()?;
            Some(Taken { dataset, why, profile, rows, table })
        });
        let taken = taken.collect();
        let sources = self.act(|this| {
            let mut sources = this.write(&draft, taken, &existing, old)?;
            for source in &sources {
                this.settle_roles(source.id, draft.request.dataset.is_some())?;
            }
            this.join_known()?;
            this.tell_joined(&mut sources)?;
            for source in &sources {
                this.leave_out(&this.source(source.id)?)?;
            }
            for source in &sources {
                let file = &draft.file;
                let what = match old {
                    Some(old) if old.file != *file => format!("Put {file} in the place of {}", old.file),
                    Some(_) => format!("Read again {file}"),
                    None => format!("Read {file}"),
                };
                let detail = format!("{} rows, {}", source.rows, source.dataset);
                this.note("Files", &what, &detail)?;
            }
            Ok(sources)
        })?;
        Ok(Imported { file: draft.file, sources, skipped, seconds: draft.seconds })
    }

    /// What was written may have found its fellows since.
    fn tell_joined(&self, written: &mut [ImportedSource]) -> Result<()> {
        for source in self.store.sources()? {
            if let Some(told) = written.iter_mut().find(|told| told.id == source.id) {
                *told = summary(&source, self.schema, std::mem::take(&mut told.why));
            }
        }
        Ok(())
    }

    /// Writes the rows of each table, in place of those of `old`.
    fn write(
        &mut self,
        draft: &Draft,
        taken: Vec<Taken>,
        existing: &[Source],
        old: Option<&Source>,
    ) -> Result<Vec<ImportedSource>> {
        let (schema, at, learned) = (self.schema, self.actor.at(), self.learned());
        let keys = self.keys(existing)?;
        let kept = old.map(|old| self.went_live(old)).transpose()?.unwrap_or_default();
        let transaction = self.store.begin()?;
        if let Some(old) = old {
            let take_out = if kept { source::retire } else { source::remove };
            take_out(&transaction, old.id)?;
        }
        let mut sources = Vec::new();
        for Taken { dataset, why, mut profile, mut rows, table } in taken {
            let id = source::next_id(&transaction)?;
            let never = never_kept(&mut profile);
            rows.each(|chunk| {
                let chunk = if never.is_empty() { chunk } else { chunk.without(&never)? };
                store::chunk::insert(&transaction, id, &chunk)
            })
            .map_err(StoreError::Temporary)??;
            let mut mapping = mapping(schema, dataset, &profile, existing, old, &learned);
            refer(schema, dataset, &mut mapping, &profile, &keys);
            let source = Source { mapping, ..new_source(id, dataset, draft, &profile) };
            let reading = Reading { layout: draft.layout.clone(), table_index: table, profile };
            source::insert(&transaction, &source, &reading, &at)?;
            sources.push(summary(&source, schema, why));
        }
        transaction.commit().map_err(StoreError::from)?;
        Ok(sources)
    }
}

/// The key of a file that other files may refer to.
struct OwnKey {
    profile: ColumnProfile,
    dataset: String,
    file: String,
}

impl Migration {
    /// The columns by which files that are here already name their records.
    fn keys(&self, existing: &[Source]) -> Result<Vec<OwnKey>> {
        let mut keys = Vec::new();
        for source in existing {
            // What is only looked in has no records of its own.
            let Some(dataset) = self.schema.dataset(&source.dataset) else { continue };
            let identity = source.mapping.field(dataset.identity).and_then(|field| field.columns.first());
            let Some(column) = identity.filter(|_| dataset.grouped_by.is_none()) else { continue };
            let profiles = self.store.reading(source.id)?.profile.columns;
            let profile = profiles.into_iter().find(|profile| profile.name == *column);
            let (dataset, file) = (source.dataset.clone(), source.file.clone());
            keys.extend(profile.map(|profile| OwnKey { profile, dataset, file }));
        }
        Ok(keys)
    }
}

/// Lets a field that found no column refer to one of the keys.
fn refer(schema: &Schema, dataset: &str, mapping: &mut Mapping, profile: &TableProfile, keys: &[OwnKey]) {
    let Some(dataset) = schema.dataset(dataset) else { return };
    for OwnKey { profile: key, dataset: of, file } in keys {
        reference::refer(dataset, mapping, &profile.columns, Key { profile: key, dataset: of, file });
    }
}

/// Places of the columns of which nothing may be kept. The profile forgets what it saw of them, and says so.
fn never_kept(profile: &mut TableProfile) -> Vec<usize> {
    let never = recognise::never_kept(&profile.layout.columns);
    for &place in &never {
        let Some(column) = profile.columns.get_mut(place) else { continue };
        *column = ColumnProfile::blank(&column.name);
        let remark = format!("“{}” was left empty: card and bank details are never kept.", column.name);
        profile.remarks.push((profile.layout.header_row.unwrap_or(1), remark));
    }
    never
}

/// A source as it is called in the audit trail.
fn told(source: &Source) -> String {
    source.sheet.as_ref().map_or_else(|| source.file.clone(), |sheet| format!("{}, sheet {sheet}", source.file))
}

/// What the table is about, and why; the reason where it is not taken.
fn about(
    request: &ImportRequest,
    schema: &'static Schema,
    profile: &TableProfile,
    tables: usize,
) -> std::result::Result<(&'static str, String), Left> {
    let left = |why: String| Left { reason: Reason::Unclear, why };
    let guess = || recognise::dataset(schema, &profile.columns);
    if request.dataset.as_deref() == Some(LOOK_UP) && (tables == 1 || request.hints.sheet.is_some()) {
        return Ok((LOOK_UP, "set by you".to_owned()));
    }
    if let Some(wanted) = request.dataset.as_deref().and_then(|wanted| schema.dataset(wanted)) {
        let chosen = tables == 1 || request.hints.sheet.is_some();
        if chosen || guess().is_some_and(|guess| guess.dataset == wanted.id) {
            return Ok((wanted.id, "set by you".to_owned()));
        }
        return Err(left(format!("does not look like {}", wanted.label.to_lowercase())));
    }
    if profile.layout.hidden {
        return Err(left("the sheet is hidden; name it with `--sheet` to take it".to_owned()));
    }
    if let Some(known) = recognise::export(&profile.layout.columns).filter(recognise::Known::is_looked_in) {
        return Ok((LOOK_UP, known.why));
    }
    guess().map(|guess| (guess.dataset, guess.why)).ok_or_else(|| unclear(&profile.layout.columns))
}

/// Why a table was left.
#[derive(Debug, Clone)]
struct Left {
    reason: Reason,
    why: String,
}

/// Nobody knows the table, or it is known and holds nothing that is carried.
fn unclear(columns: &[String]) -> Left {
    let Some(known) = recognise::export(columns) else {
        return Left { reason: Reason::Unclear, why: "it is not clear what it is about".to_owned() };
    };
    let is_sure = known.confidence == Confidence::Certain && known.dataset.is_none();
    let reason = if is_sure { Reason::NotNeeded } else { Reason::Unclear };
    let why = format!("it is {}’s export “{}”, of which nothing is carried", known.system, known.export);
    Left { reason, why }
}

/// The first table of a draft that is taken.
pub(super) fn first_taken(draft: &Draft, schema: &'static Schema) -> std::result::Result<usize, NotTaken> {
    let whole = draft.tables.len();
    let about = draft.tables.iter().map(|(profile, _)| about(&draft.request, schema, profile, whole));
    let about: Vec<_> = about.collect();
    let left: Vec<&Left> = about.iter().filter_map(|about| about.as_ref().err()).collect();
    let nothing = || {
        nothing_taken(&draft.file, &left)
            .unwrap_or_else(|| IntakeError::NoTable { path: draft.path.clone().into() }.into())
    };
    about.iter().position(std::result::Result::is_ok).ok_or_else(nothing)
}

/// Why nothing of a file was taken. It is not needed where that is so of every table in it.
fn nothing_taken(file: &str, left: &[&Left]) -> Option<NotTaken> {
    let Left { reason, why } = left.iter().find(|left| left.reason != Reason::NotNeeded).or(left.first())?;
    let error = if *reason == Reason::NotNeeded {
        let hint = "Nothing to do; where it is something else, say what with `--as`.";
        ApiError::new(Code::Unreadable, format!("“{file}” is not needed: {why}"), hint)
    } else {
        let hint = "Say what it is with `--as customers`, `--as usage` or `--as contracts`.";
        ApiError::new(Code::Unreadable, format!("nothing in “{file}” could be taken: {why}"), hint)
    };
    Some(NotTaken::new(*reason, error))
}

/// A source without its mapping.
fn new_source(id: u32, dataset: &'static str, draft: &Draft, profile: &TableProfile) -> Source {
    Source {
        id,
        dataset: dataset.to_owned(),
        sha256: draft.sha256.clone(),
        path: draft.path.clone(),
        file: draft.file.clone(),
        sheet: profile.layout.sheet.clone(),
        bytes: draft.bytes,
        modified: draft.modified.clone(),
        columns: profile.layout.columns.clone(),
        rows: profile.rows,
        mapping: Mapping::empty("", dataset),
    }
}

/// The mapping of an earlier file with the same headings, or else a suggestion; over it whatever the user had decided for
/// the source that is replaced, where its columns are still there.
fn mapping(
    schema: &'static Schema,
    dataset: &str,
    profile: &TableProfile,
    existing: &[Source],
    old: Option<&Source>,
    learned: &Learned,
) -> Mapping {
    let columns = &profile.layout.columns;
    let old = old.filter(|old| old.dataset == dataset);
    let twin = old.into_iter().chain(existing).find(|twin| twin.dataset == dataset && twin.has_headings(columns));
    let mut mapping = match (twin, schema.dataset(dataset)) {
        (Some(twin), _) => return twin.mapping.clone(),
        (None, Some(dataset)) => {
            let settled = learned.over(recognise::settled(dataset.id, columns), dataset, &profile.columns);
            suggest(schema.destination, dataset, &profile.columns, &settled)
        }
        (None, None) => Mapping::empty(schema.destination, dataset),
    };
    let decided = old.into_iter().flat_map(|old| &old.mapping.fields).filter(|field| {
        field.confidence == Confidence::User && field.columns.iter().all(|column| columns.contains(column))
    });
    for field in decided {
        mapping.fields.retain(|suggested| suggested.field != field.field);
        mapping.fields.push(field.clone());
    }
    mapping
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
