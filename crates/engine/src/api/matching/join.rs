//! Files of one system find each other: what a known export lacks is looked up where the system keeps it, as soon as the
//! other file is there.

use crate::api::{Migration, Result};
use crate::mapping::{Confidence, FieldMapping, Lookup, Mapper, Mapping, choose, suggest};
use crate::recognise::{self, Known, KnownJoin};
use crate::store::lookup::{LOOK_UP, sources_of};
use crate::store::source::Source;

use super::lookup::table;
use super::preview::Share;

/// Percent of the keys that have to be found for files of one system to be joined: with fewer they are of different days.
const JOINED: u64 = 50;

impl Migration {
    /// Settles what a file is for beside its fellows: of two that tell the same, the one with less detail is only looked
    /// in. `said`: the user said what the new one is about.
    pub(in crate::api) fn settle_roles(&mut self, new: u32, said: bool) -> Result<()> {
        let sources = self.store.sources()?;
        let known = known(&sources);
        let Some(at) = sources.iter().position(|source| source.id == new) else { return Ok(()) };
        let Some(own) = known[at].as_ref().filter(|_| sources[at].dataset != LOOK_UP) else { return Ok(()) };
        let others = || sources.iter().zip(&known).filter(|(other, _)| other.id != new && other.dataset != LOOK_UP);
        let lesser = others().filter(|(_, known)| known.as_ref().is_some_and(|known| own.stands_for(known)));
        let mut only_looked_in: Vec<&Source> = lesser.map(|(other, _)| other).collect();
        let greater = others().any(|(_, known)| known.as_ref().is_some_and(|known| known.stands_for(own)));
        if greater && !said {
            only_looked_in.push(&sources[at]);
        }
        for source in only_looked_in {
            self.store.set_dataset(source.id, LOOK_UP)?;
            self.note(
                "Files",
                &format!("{} is only looked in: another file tells more", source.file),
                &source.dataset,
            )?;
        }
        Ok(())
    }

    /// Looks up whatever known exports lack and others of their system have, and no longer what has gone. What the user
    /// decided stays.
    pub(in crate::api) fn join_known(&mut self) -> Result<()> {
        let sources = self.store.sources()?;
        let known = known(&sources);
        for (source, own) in sources.iter().zip(&known) {
            let (Some(own), Some(_)) = (own, self.schema.dataset(&source.dataset)) else { continue };
            let tables: Vec<(Option<Known>, &[String])> = sources
                .iter()
                .zip(&known)
                .map(|(other, known)| (known.clone().filter(|_| other.id != source.id), other.columns.as_slice()))
                .collect();
            // Columns of its own that the export has for a field go before what others know; a mere likeness of names does not.
            let has = own.settled(&source.dataset, &source.columns);
            let mut joins = own.joined(&source.columns, &tables);
            joins.retain(|join| join.first || !has.fields.iter().any(|settled| settled.field == join.field));
            let left = self.without_gone(own, source, &sources)?;
            self.join(source, left, &sources, &joins)?;
        }
        Ok(())
    }

    /// The mapping of a source in which nothing that was joined by itself looks in files that are gone.
    fn without_gone(&self, known: &Known, source: &Source, sources: &[Source]) -> Result<Mapping> {
        let mut mapping = source.mapping.clone();
        let is_gone = |own: &FieldMapping| {
            let mut tables = own.lookups.iter().map(|lookup| sources_of(lookup, sources));
            own.confidence != Confidence::User && tables.any(|table| table.is_empty())
        };
        if mapping.fields.iter().any(is_gone) {
            let profiles = self.store.reading(source.id)?.profile.columns;
            let settled = known.settled(&source.dataset, &source.columns);
            let anew = suggest(self.schema.destination, self.dataset(&source.dataset)?, &profiles, &settled);
            for own in mapping.fields.iter_mut().filter(|own| is_gone(own)) {
                *own = anew.field(&own.field).cloned().unwrap_or_else(|| FieldMapping::unmapped(&own.field));
            }
        }
        Ok(mapping)
    }

    fn join(&mut self, source: &Source, mut mapping: Mapping, sources: &[Source], joins: &[KnownJoin]) -> Result<()> {
        let schema = self.dataset(&source.dataset)?;
        for ways in joins.chunk_by(|one, other| one.field == other.field) {
            let own = mapping.fields.iter_mut().find(|own| own.field == ways[0].field);
            if own.as_ref().is_some_and(|own| own.confidence == Confidence::User) {
                continue;
            }
            // Of several ways the first counts by which most rows are found.
            let mut best: Option<(u64, FieldMapping)> = None;
            for way in ways {
                let Some((found, joined)) = self.joined_field(source, sources, way)? else { continue };
                if best.as_ref().is_none_or(|(most, _)| found > *most) {
                    best = Some((found, joined));
                }
            }
            match (own, best) {
                (Some(own), Some((_, joined))) => *own = joined,
                (None, Some((_, joined))) => mapping.fields.push(joined),
                (_, None) => {}
            }
        }
        if mapping != source.mapping {
            Mapper::compile(schema, &mapping, &source.columns)?;
            self.store.set_mapping(&Source { mapping, ..source.clone() })?;
        }
        Ok(())
    }

    /// The field by a join, and how many rows find something; `None` where too few do.
    fn joined_field(
        &self,
        source: &Source,
        sources: &[Source],
        join: &KnownJoin,
    ) -> Result<Option<(u64, FieldMapping)>> {
        let schema = self.dataset(&source.dataset)?;
        let lookup = |through: &recognise::KnownLookup| Lookup {
            table: table(&sources[through.table]),
            keys: through.keys.clone(),
            take: through.take.clone(),
            steps: through.steps.to_vec(),
        };
        let lookups: Vec<Lookup> = join.through.iter().map(lookup).collect();
        let profiles = self.with_taken(self.store.reading(source.id)?.profile.columns, &join.columns, &lookups)?;
        let read: Vec<_> = profiles.iter().filter(|profile| join.columns.first() == Some(&profile.name)).collect();
        let mut field = FieldMapping { columns: join.columns.clone(), lookups, ..choose(schema, join.field, &read) };
        field.steps.splice(0..0, join.steps.iter().cloned());
        let (Share { found, of }, _) = self.try_out(schema, source, &field)?;
        if of == 0 || found * 100 < of * JOINED {
            return Ok(None);
        }
        if field.confidence == Confidence::User {
            field.confidence = if found == of { Confidence::Certain } else { Confidence::Likely };
            let files: Vec<String> = field.lookups.iter().map(|lookup| lookup.table.name()).collect();
            field.why = format!("Looked up in {}: {found} of {of} found", files.join(", "));
        }
        Ok(Some((found, field)))
    }
}

fn known(sources: &[Source]) -> Vec<Option<Known>> {
    let certain = |known: &Known| known.confidence == Confidence::Certain;
    sources.iter().map(|source| recognise::export(&source.columns).filter(certain)).collect()
}
