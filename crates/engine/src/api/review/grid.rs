//! Pages of rows for the grid of Review, by key, and the way from finding to finding.

use serde::{Deserialize, Serialize};

use super::{Spot, column, overview};
use crate::api::{ApiError, Code, Migration, Result};
use crate::schema::finding::{Rule, Severity};
use crate::store::Place;
use crate::store::edit::About;
use crate::store::finding::Wanted;
use crate::store::source::Source;
use crate::store::view::View;
use crate::validation::look;

/// Which rows of a dataset are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Filter {
    pub dataset: String,
    pub show: Show,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Show {
    All,
    Errors,
    Edited,
    Excluded,
    /// Rows with an open finding of this rule.
    Rule {
        rule: Rule,
        field: String,
        severity: Severity,
    },
    /// Rows on which something was decided for this rule.
    Decided {
        rule: Rule,
        field: String,
    },
}

/// A row as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewRow {
    pub spot: Spot,
    /// Physical line in the file or row of the sheet.
    pub line: u64,
    /// The reason, where the row is left out.
    pub excluded: Option<String>,
    /// One per column of the dataset, in its order.
    pub cells: Vec<ReviewCell>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ReviewCell {
    pub text: String,
    /// As read, where the user changed it.
    pub was: Option<String>,
    /// The worst that is open about it.
    pub mark: Option<Severity>,
}

/// The next finding, and where its row stands among those of its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Found {
    pub filter: Filter,
    pub spot: Spot,
    pub index: u64,
}

impl Migration {
    pub fn row_count(&self, filter: &Filter) -> Result<u64> {
        match view(filter) {
            Some(view) => Ok(self.store.view_count(&view)?),
            None => Ok(self.sources_of(filter)?.iter().map(|source| source.rows).sum()),
        }
    }

    /// At most `limit` rows behind `after`, passing over the first `skip` of them.
    pub fn rows(&self, filter: &Filter, after: Option<Spot>, skip: u64, limit: u32) -> Result<Vec<ReviewRow>> {
        let after = after.map(Place::from);
        let places = match view(filter) {
            Some(view) => self.store.view_page(&view, after, skip, limit)?,
            None => counted(&self.sources_of(filter)?, after, skip, limit),
        };
        self.rows_at(&filter.dataset, &places)
    }

    /// The rows named, as they stand now.
    pub fn rows_named(&self, dataset: &str, spots: &[Spot]) -> Result<Vec<ReviewRow>> {
        let mut places: Vec<Place> = spots.iter().copied().map(Place::from).collect();
        places.sort_unstable();
        places.dedup();
        self.rows_at(dataset, &places)
    }

    /// Where a row stands among those shown; `None` when it is not shown.
    pub fn row_index(&self, filter: &Filter, spot: Spot) -> Result<Option<u64>> {
        let place = Place::from(spot);
        let Some(view) = view(filter) else {
            let sources = self.sources_of(filter)?;
            let before: u64 =
                sources.iter().take_while(|source| source.id != spot.source).map(|source| source.rows).sum();
            let is_there =
                sources.iter().any(|source| source.id == spot.source && (1..=source.rows).contains(&spot.row));
            return Ok(is_there.then(|| before + spot.row - 1));
        };
        let just_before = Place::new(place.source, place.row - 1);
        let first = self.store.view_page(&view, Some(just_before), 0, 1)?;
        if first.first() != Some(&place) {
            return Ok(None);
        }
        Ok(Some(self.store.view_rank(&view, place)?))
    }

    /// The finding behind a row of a rule, or before it; of the next rule where there is none, and round from the last to
    /// the first. `None` when nothing is open.
    pub fn next_finding(&self, from: Option<(&Filter, Spot)>, backwards: bool) -> Result<Option<Found>> {
        let filters: Vec<Filter> = self
            .store
            .rules()?
            .into_iter()
            .map(|rule| Filter {
                dataset: rule.dataset,
                show: Show::Rule { rule: rule.rule, field: rule.field, severity: rule.severity },
            })
            .collect();
        let here = from.and_then(|(filter, _)| filters.iter().position(|other| other == filter));
        if let (Some(here), Some((_, spot))) = (here, from)
            && let Some(found) = self.beside(&filters[here], Some(spot.into()), backwards)?
        {
            return Ok(Some(found));
        }
        let count = filters.len();
        let next = match (here, backwards) {
            (Some(here), false) => (here + 1) % count.max(1),
            (Some(here), true) => (here + count - 1) % count.max(1),
            (None, false) => 0,
            (None, true) => count.saturating_sub(1),
        };
        filters.get(next).map_or(Ok(None), |filter| self.beside(filter, None, backwards))
    }

    fn beside(&self, filter: &Filter, place: Option<Place>, backwards: bool) -> Result<Option<Found>> {
        let Some(view) = view(filter) else { return Ok(None) };
        let found = if backwards {
            self.store.view_last(&view, place)?
        } else {
            self.store.view_page(&view, place, 0, 1)?.first().copied()
        };
        let Some(place) = found else { return Ok(None) };
        let index = self.store.view_rank(&view, place)?;
        Ok(Some(Found { filter: filter.clone(), spot: place.into(), index }))
    }

    fn sources_of(&self, filter: &Filter) -> Result<Vec<Source>> {
        let mut sources = self.store.sources()?;
        sources.retain(|source| source.dataset == filter.dataset);
        Ok(sources)
    }

    fn rows_at(&self, dataset: &str, places: &[Place]) -> Result<Vec<ReviewRow>> {
        let schema = self.dataset(dataset)?;
        let mut sources = self.store.sources()?;
        sources.retain(|source| source.dataset == dataset);
        let columns = overview::columns(schema, &sources.iter().collect::<Vec<_>>());
        let fields: Vec<&str> = columns.iter().map(|column| column.field.as_str()).collect();
        let at: Vec<(u32, Vec<Vec<usize>>)> = sources
            .iter()
            .map(|source| (source.id, fields.iter().map(|field| positions(source, field)).collect()))
            .collect();
        let mut rows = Vec::with_capacity(places.len());
        look::each_at(self.store.connection(), places, |seen| {
            let Some((_, columns)) = at.iter().find(|(source, _)| *source == seen.place.source) else { return };
            let cells = columns.iter().map(|at| {
                let text = joined(seen.cells, at);
                let was = seen.as_read.map(|cells| joined(cells, at)).filter(|was| *was != text);
                ReviewCell { text, was, mark: None }
            });
            rows.push(ReviewRow {
                spot: seen.place.into(),
                line: seen.line,
                excluded: seen.excluded.map(str::to_owned),
                cells: cells.collect(),
            });
        })?;
        for row in &mut rows {
            self.mark(row, &fields)?;
        }
        Ok(rows)
    }

    fn mark(&self, row: &mut ReviewRow, fields: &[&str]) -> Result<()> {
        let wanted = Wanted { place: Some(row.spot.into()), kept: Some(false), ..Wanted::default() };
        self.store.findings(&wanted, |finding| {
            if let Some(at) = fields.iter().position(|field| *field == finding.field) {
                let mark = &mut row.cells[at].mark;
                *mark = Some(mark.map_or(finding.severity, |worst| worst.min(finding.severity)));
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn view(filter: &Filter) -> Option<View> {
    let dataset = filter.dataset.clone();
    let about = |rule: Rule, field: &str| About { dataset: filter.dataset.clone(), rule, field: field.to_owned() };
    Some(match &filter.show {
        Show::All => return None,
        Show::Errors => View::Errors { dataset },
        Show::Edited => View::Edited { dataset },
        Show::Excluded => View::Excluded { dataset },
        Show::Rule { rule, field, severity } => View::Rule { about: about(*rule, field), severity: *severity },
        Show::Decided { rule, field } => View::Decided { about: about(*rule, field) },
    })
}

/// All rows need no look-up: the n-th row of a source is row n.
fn counted(sources: &[Source], after: Option<Place>, skip: u64, limit: u32) -> Vec<Place> {
    let mut skip = skip;
    let mut places = Vec::with_capacity(limit as usize);
    for source in sources.iter().filter(|source| after.is_none_or(|after| source.id >= after.source)) {
        let first = after.filter(|after| after.source == source.id).map_or(1, |after| after.row + 1);
        let there = (source.rows + 1).saturating_sub(first);
        let passed = skip.min(there);
        skip -= passed;
        let wanted = (there - passed).min(u64::from(limit) - places.len() as u64);
        places.extend((first + passed..first + passed + wanted).map(|row| Place::new(source.id, row)));
    }
    places
}

/// Where the columns of a field stand in a source.
fn positions(source: &Source, field: &str) -> Vec<usize> {
    if let Some(one) = column(std::slice::from_ref(source), source.id, field) {
        return vec![one];
    }
    let names = source.mapping.field(field).map(|mapped| mapped.columns.as_slice()).unwrap_or_default();
    names.iter().filter_map(|name| source.columns.iter().position(|column| column == name)).collect()
}

fn joined(cells: &[&str], at: &[usize]) -> String {
    match at {
        [] => String::new(),
        [one] => cells.get(*one).copied().unwrap_or_default().to_owned(),
        several => {
            let texts = several.iter().filter_map(|at| cells.get(*at).copied()).filter(|text| !text.trim().is_empty());
            texts.collect::<Vec<_>>().join(" ")
        }
    }
}

/// The row is not among those that were read.
pub(super) fn no_row(spot: Spot) -> ApiError {
    ApiError::new(Code::NotFound, format!("there is no row {}", spot.row), "Rows count from 1, below the header.")
}
