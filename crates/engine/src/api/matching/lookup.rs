//! Fields that take their values from another file: the table named is found, and the column that is taken speaks for the
//! field's own.

use super::Change;
use crate::api::{ApiError, Code, Migration, Result};
use crate::intake::ColumnProfile;
use crate::mapping::template::Applied;
use crate::mapping::{FieldMapping, Lookup, Mapper, Table};
use crate::store::lookup::sources_of;
use crate::store::source::Source;

impl Migration {
    /// The change with the tables it names as they are known: with sheet and headings.
    pub(super) fn resolved(&self, change: &Change) -> Result<Change> {
        let Change::LookUp { field, columns, lookups } = change else { return Ok(change.clone()) };
        let sources = self.store.sources()?;
        let lookups = lookups.iter().map(|lookup| found(lookup, &sources)).collect::<Result<_>>()?;
        Ok(Change::LookUp { field: field.clone(), columns: columns.clone(), lookups })
    }

    /// What is known of a source's columns, as a change of it has to see them.
    pub(super) fn profiles_for(&self, source: &Source, change: &Change) -> Result<Vec<ColumnProfile>> {
        let profiles = self.store.reading(source.id)?.profile.columns;
        match change {
            Change::LookUp { columns, lookups, .. } => self.with_taken(profiles, columns, lookups),
            Change::Columns { .. } => Ok(profiles),
            change => match change.field().and_then(|field| source.mapping.field(field)) {
                Some(own) => self.with_taken(profiles, &own.columns, &own.lookups),
                None => Ok(profiles),
            },
        }
    }

    /// The profiles with that of the column a field takes from another table in the place of its own first one.
    pub(super) fn with_taken(
        &self,
        mut profiles: Vec<ColumnProfile>,
        columns: &[String],
        lookups: &[Lookup],
    ) -> Result<Vec<ColumnProfile>> {
        let (Some(own), Some(last)) = (columns.first(), lookups.last()) else { return Ok(profiles) };
        let Some(taken) = self.taken(last)? else { return Ok(profiles) };
        if let Some(place) = profiles.iter_mut().find(|profile| profile.name == *own) {
            *place = ColumnProfile { name: own.clone(), ..taken };
        }
        Ok(profiles)
    }

    /// The column that a look-up takes.
    pub(super) fn taken(&self, lookup: &Lookup) -> Result<Option<ColumnProfile>> {
        let sources = self.store.sources()?;
        let Some(source) = sources_of(lookup, &sources).into_iter().next() else { return Ok(None) };
        let mut profiles = self.store.reading(source.id)?.profile.columns.into_iter();
        Ok(profiles.find(|profile| profile.name == lookup.take))
    }

    /// Readies what a field looks in, for rows to be shown.
    pub(super) fn lend(&self, mapper: &mut Mapper, field: &FieldMapping) -> Result<()> {
        if field.lookups.is_empty() {
            return Ok(());
        }
        let sources = self.store.sources()?;
        mapper.lend(|lookup| self.store.lent(lookup, &sources))?;
        Ok(())
    }
}

/// A source as a table to look in.
pub(super) fn table(source: &Source) -> Table {
    Table { file: source.file.clone(), sheet: source.sheet.clone(), headings: source.columns.clone() }
}

/// Finds the tables of a template among these sources by what their headings are. A field whose table is not here is left
/// unmatched.
pub(super) fn bind(applied: &mut Applied, sources: &[Source]) {
    for field in &mut applied.mapping.fields {
        let mut gone = None;
        for lookup in &mut field.lookups {
            match sources_of(lookup, sources).first() {
                Some(source) => lookup.table = table(source),
                None => gone = Some(lookup.table.name()),
            }
        }
        let Some(gone) = gone else { continue };
        let why = format!("No file here is like {gone}, in which it was looked up");
        *field = FieldMapping { why, kind: field.kind, ..FieldMapping::unmapped(&field.field) };
        applied.missing.push((field.field.clone(), gone));
    }
}

/// A look-up with its table as it is in the migration; a sheet need not be named where the file has only one.
fn found(lookup: &Lookup, sources: &[Source]) -> Result<Lookup> {
    let Table { file, sheet, .. } = &lookup.table;
    let named = |source: &&Source| source.file == *file && (sheet.is_none() || source.sheet == *sheet);
    let mut of_name = sources.iter().filter(named);
    let Some(source) =
        of_name.clone().find(|source| lookup.needs().all(|column| source.columns.contains(column))).or(of_name.next())
    else {
        let files = sources.iter().map(|source| table(source).name()).collect::<Vec<_>>().join(", ");
        let message = format!("there is no file “{}” in this migration", lookup.table.name());
        return Err(ApiError::new(Code::NotFound, message, format!("Its files are: {files}.")));
    };
    if let Some(missing) = lookup.needs().find(|column| !source.columns.contains(column)) {
        let message = format!("“{}” has no column “{missing}”", table(source).name());
        return Err(ApiError::new(Code::NotFound, message, format!("Its columns are: {}.", source.columns.join(", "))));
    }
    Ok(Lookup { table: table(source), ..lookup.clone() })
}
