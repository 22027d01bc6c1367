//! Repairs: many rows or one cell, always one entry that can be undone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Repair, Repaired, Scope, Spot, column, reason_given};
use crate::api::{ApiError, Code, Migration, Result};
use crate::schema::finding::Severity;
use crate::store::Place;
use crate::store::edit::{About, Edit, Kept};
use crate::store::finding::{Finding, Wanted};
use crate::store::source::Source;
use crate::validation::{again, look};

/// One cell with its new text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct CellEdit {
    pub spot: Spot,
    /// As the grid names its column.
    pub field: String,
    pub text: String,
}

impl Migration {
    /// Repairs in bulk, as one entry that can be undone.
    pub fn fix(&mut self, scope: &Scope, repair: &Repair) -> Result<Repaired> {
        let started = std::time::Instant::now();
        self.must_be_checked()?;
        let (edit, left) = self.edit(scope, repair)?;
        let rows = rows_of(&edit).len() as u64;
        if rows == 0 {
            return Err(nothing_would_change());
        }
        self.apply(&edit)?;
        Ok(Repaired { rows, label: edit.label, left, seconds: started.elapsed().as_secs_f64() })
    }

    /// Changes cells, as one entry. Cells that stand so already are passed over.
    pub fn edit_cells(&mut self, cells: &[CellEdit]) -> Result<Repaired> {
        let started = std::time::Instant::now();
        self.must_be_checked()?;
        let sources = self.store.sources()?;
        let mut edit = Edit::default();
        for CellEdit { spot, field, text } in cells {
            let place = Place::from(*spot);
            let at = column(&sources, place.source, field).ok_or_else(|| several_columns(field))?;
            let now = self.cell(place, at)?;
            if now != *text {
                edit.cells.push((place, at, text.clone()));
            }
        }
        edit.cells.sort();
        edit.cells.dedup_by(|next, first| (next.0, next.1) == (first.0, first.1));
        let rows = rows_of(&edit).len() as u64;
        if let (Some(first), 1) = (cells.first(), edit.cells.len()) {
            edit.label = format!("Changed {} in row {}", plain(&first.field), first.spot.row);
            edit.about = self.about_cell(first, &sources)?;
        } else {
            edit.label = format!("Changed {}", super::cells(edit.cells.len()));
        }
        if rows > 0 {
            self.apply(&edit)?;
        }
        Ok(Repaired { rows, label: edit.label, left: 0, seconds: started.elapsed().as_secs_f64() })
    }

    /// The reasons given last, newest first.
    pub fn last_reasons(&self) -> Result<Vec<String>> {
        Ok(self.store.last_reasons(5)?)
    }

    fn apply(&mut self, edit: &Edit) -> Result<()> {
        self.act(|this| {
            again::apply(&mut this.store, this.schema, &this.actor.context(), edit, &this.actor.name)?;
            this.note("Review", &edit.label, edit.reason.as_deref().unwrap_or_default())
        })
    }

    pub(super) fn must_be_checked(&self) -> Result<()> {
        if self.store.checked()?.is_empty() {
            return Err(ApiError::new(
                Code::Precondition,
                "the rows have not been checked since the files or the mapping changed",
                "Run `carryover check` first.",
            ));
        }
        Ok(())
    }

    /// What names the record of a row, as it stands in the file.
    pub(super) fn identity(&self, sources: &[Source], place: Place, cells: &[&str]) -> String {
        let source = sources.iter().find(|source| source.id == place.source);
        let dataset = source.and_then(|source| self.schema.dataset(&source.dataset));
        let at = dataset.and_then(|dataset| column(sources, place.source, dataset.identity));
        at.and_then(|at| cells.get(at)).map(|cell| cell.trim().to_owned()).unwrap_or_default()
    }

    fn cell(&self, place: Place, at: usize) -> Result<String> {
        let cells = again::cells(self.store.connection(), place)?.ok_or_else(|| {
            ApiError::new(Code::NotFound, format!("there is no row {}", place.row), "Rows count from 1.")
        })?;
        Ok(cells.get(at).cloned().unwrap_or_default())
    }

    /// The rule that a correction of this cell answers: the worst that objects to it.
    fn about_cell(&self, cell: &CellEdit, sources: &[Source]) -> Result<Option<About>> {
        let source = sources.iter().find(|source| source.id == cell.spot.source);
        let Some(dataset) = source.map(|source| source.dataset.clone()) else { return Ok(None) };
        let wanted = Wanted {
            field: Some(cell.field.clone()),
            place: Some(cell.spot.into()),
            kept: Some(false),
            ..Wanted::default()
        };
        let mut worst: Option<Finding> = None;
        self.store.findings(&wanted, |finding| {
            if worst.as_ref().is_none_or(|worst| finding.severity < worst.severity) {
                worst = Some(finding);
            }
            Ok(())
        })?;
        Ok(worst.map(|finding| About { dataset, rule: finding.rule, field: finding.field }))
    }

    /// What a repair is about: one rule on one field. Where the field is not named, that of the first finding.
    fn about(&self, scope: &Scope) -> Result<Option<About>> {
        let Some(rule) = scope.rule else { return Ok(None) };
        if let (Some(dataset), Some(field)) = (&scope.dataset, &scope.field) {
            return Ok(Some(About { dataset: dataset.clone(), rule, field: field.clone() }));
        }
        let first = self.open_findings(scope)?.into_iter().next();
        Ok(first.map(|finding| About { dataset: finding.dataset, rule, field: finding.field }))
    }

    pub(super) fn wanted(&self, scope: &Scope) -> Result<Wanted> {
        let place = match (scope.row, &scope.dataset, scope.spots.as_slice()) {
            (None, _, [only]) => Some((*only).into()),
            (Some(row), Some(dataset), _) => {
                let source = self.store.sources()?.into_iter().find(|source| source.dataset == *dataset);
                source.map(|source| Place::new(source.id, row))
            }
            _ => None,
        };
        Ok(Wanted {
            dataset: scope.dataset.clone(),
            rule: scope.rule,
            field: scope.field.clone(),
            severity: scope.severity,
            place,
            kept: None,
        })
    }

    /// The edit that a repair comes to, and how many findings it leaves as they are.
    pub(super) fn edit(&self, scope: &Scope, repair: &Repair) -> Result<(Edit, u64)> {
        let (mut edit, left) = match repair {
            Repair::Set { value } => return self.set(scope, value),
            Repair::Find { find, with, whole, case } => {
                let to = |cell: &str| replaced(cell, find, with, *whole, *case);
                (self.found(scope, find, with, &to)?, 0)
            }
            Repair::Exclude { reason } => (self.excluded(scope, reason)?, 0),
            Repair::Include => (self.put_back(scope)?, 0),
            Repair::Keep { reason } => self.kept(scope, reason)?,
            Repair::Suggested | Repair::Replace { .. } => self.values(scope, repair)?,
        };
        edit.cells.sort();
        edit.cells.dedup_by(|next, first| (next.0, next.1) == (first.0, first.1));
        edit.about = self.about(scope)?;
        Ok((edit, left))
    }

    /// Open findings of the scope.
    pub(super) fn open_findings(&self, scope: &Scope) -> Result<Vec<Finding>> {
        let (spots, except) = (places(&scope.spots), places(&scope.except));
        let mut found = Vec::new();
        self.store.findings(&Wanted { kept: Some(false), ..self.wanted(scope)? }, |finding| {
            if !except.contains(&finding.place) && (spots.is_empty() || spots.contains(&finding.place)) {
                found.push(finding);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn values(&self, scope: &Scope, repair: &Repair) -> Result<(Edit, u64)> {
        let sources = self.store.sources()?;
        let (mut edit, mut left) = (Edit::default(), 0);
        for finding in self.open_findings(scope)? {
            let text = match repair {
                Repair::Replace { from, to } => (finding.value == *from).then(|| to.clone()),
                _ => finding.suggestion.clone(),
            };
            match (text, column(&sources, finding.place.source, &finding.field)) {
                (Some(text), Some(column)) => edit.cells.push((finding.place, column, text)),
                _ => left += 1,
            }
        }
        edit.label = match repair {
            Repair::Replace { from, to } => format!("Replaced “{from}” by “{to}” in {}", super::rows(edit.cells.len())),
            _ if edit.cells.len() == 1 => "Took the suggestion for 1 value".to_owned(),
            _ => format!("Took the suggestion for {} values", edit.cells.len()),
        };
        Ok((edit, left))
    }

    /// Text replaced in one column: in the rows of the scope's findings, or in all rows.
    fn found(&self, scope: &Scope, find: &str, with: &str, to: &dyn Fn(&str) -> Option<String>) -> Result<Edit> {
        let (Some(dataset), Some(field), false) = (&scope.dataset, &scope.field, find.is_empty()) else {
            return Err(ApiError::new(
                Code::Argument,
                "it is not said what to look for, and where",
                "Name the dataset, the field and the text to find.",
            ));
        };
        let sources = self.store.sources()?;
        let (spots, except) = (places(&scope.spots), places(&scope.except));
        let mut cells = Vec::new();
        let mut take = |seen: &crate::validation::scan::Seen<'_, '_>| {
            if except.contains(&seen.place) || !(spots.is_empty() || spots.contains(&seen.place)) {
                return;
            }
            let Some(at) = column(&sources, seen.place.source, field) else { return };
            if let Some(text) = seen.cells.get(at).and_then(|cell| to(cell)) {
                cells.push((seen.place, at, text));
            }
        };
        if scope.rule.is_some() {
            let rows: BTreeSet<Place> = self.open_findings(scope)?.iter().map(|finding| finding.place).collect();
            let rows: Vec<Place> = rows.into_iter().collect();
            look::each_at(self.store.connection(), &rows, &mut take)?;
        } else {
            for source in sources.iter().filter(|source| source.dataset == *dataset) {
                look::each_of(self.store.connection(), source.id, &mut take)?;
            }
        }
        let label = format!("Replaced “{find}” by “{with}” in {}", super::cells(cells.len()));
        Ok(Edit { label, cells, ..Edit::default() })
    }

    fn excluded(&self, scope: &Scope, reason: &str) -> Result<Edit> {
        // Rows that are named need no finding to be left out.
        let named = scope.rule.is_none() && !scope.spots.is_empty();
        let mut excluded: Vec<Place> = if named {
            scope.spots.iter().copied().map(Place::from).collect()
        } else {
            self.open_findings(scope)?.iter().map(|finding| finding.place).collect()
        };
        excluded.sort_unstable();
        excluded.dedup();
        let label = format!("Excluded {}", super::rows(excluded.len()));
        let reason = Some(reason_given(reason)?);
        Ok(Edit { label, reason, excluded, ..Edit::default() })
    }

    fn put_back(&self, scope: &Scope) -> Result<Edit> {
        let sources = self.store.sources()?;
        let (spots, except, only) = (places(&scope.spots), places(&scope.except), self.wanted(scope)?.place);
        let of_dataset = |place: Place| {
            let source = sources.iter().find(|source| source.id == place.source);
            scope.dataset.as_ref().is_none_or(|dataset| source.is_some_and(|source| source.dataset == *dataset))
        };
        let put_back = self.store.exclusions()?.into_iter().map(|(place, _, _)| place).filter(|place| {
            of_dataset(*place)
                && !except.contains(place)
                && only.is_none_or(|only| only == *place)
                && (spots.is_empty() || spots.contains(place))
        });
        let put_back: Vec<Place> = put_back.collect();
        Ok(Edit { label: format!("Included {} again", super::rows(put_back.len())), put_back, ..Edit::default() })
    }

    fn kept(&self, scope: &Scope, reason: &str) -> Result<(Edit, u64)> {
        let (errors, warnings): (Vec<Finding>, Vec<Finding>) =
            self.open_findings(scope)?.into_iter().partition(|finding| finding.severity == Severity::Error);
        let kept: Vec<Kept> = warnings
            .into_iter()
            .map(|finding| Kept {
                place: finding.place,
                field: finding.field,
                rule: finding.rule,
                value: finding.value,
            })
            .collect();
        let label = if kept.len() == 1 { "Kept 1 finding".to_owned() } else { format!("Kept {} findings", kept.len()) };
        let reason = Some(reason_given(reason)?);
        Ok((Edit { label, reason, kept, ..Edit::default() }, errors.len() as u64))
    }

    fn set(&self, scope: &Scope, value: &str) -> Result<(Edit, u64)> {
        let (Some(dataset), Some(row), Some(field)) = (&scope.dataset, scope.row, &scope.field) else {
            return Err(ApiError::new(
                Code::Argument,
                "one cell needs its dataset, row and field",
                "Give all three: `fix usage --row 17 --field data.quantity --value 12`.",
            ));
        };
        let sources = self.store.sources()?;
        let source = sources.iter().find(|source| source.dataset == *dataset);
        let place = source.filter(|source| (1..=source.rows).contains(&row)).map(|source| Place::new(source.id, row));
        let place = place.ok_or_else(|| {
            ApiError::new(Code::NotFound, format!("{dataset} has no row {row}"), "Rows count from 1, below the header.")
        })?;
        let at = column(&sources, place.source, field).ok_or_else(|| several_columns(field))?;
        let cell = CellEdit { spot: place.into(), field: field.clone(), text: value.to_owned() };
        let about = self.about_cell(&cell, &sources)?;
        let label = format!("Changed {field} in row {row}");
        Ok((Edit { label, cells: vec![(place, at, value.to_owned())], about, ..Edit::default() }, 0))
    }
}

/// Every row an edit touches, also those whose warnings are kept.
pub(super) fn rows_of(edit: &Edit) -> BTreeSet<Place> {
    edit.places().into_iter().chain(edit.kept.iter().map(|kept| kept.place)).collect()
}

fn places(spots: &[Spot]) -> BTreeSet<Place> {
    spots.iter().copied().map(Place::from).collect()
}

/// The cell with what was found replaced; `None` where nothing was.
fn replaced(cell: &str, find: &str, with: &str, whole: bool, case: bool) -> Option<String> {
    let same = |text: &str| if case { text == find } else { text.to_lowercase() == find.to_lowercase() };
    if whole {
        return same(cell).then(|| with.to_owned()).filter(|text| text != cell);
    }
    let (mut text, mut at) = (String::with_capacity(cell.len()), 0);
    let length = find.chars().count();
    while at < cell.len() {
        let rest = &cell[at..];
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end);
        if same(&rest[..end]) {
            text.push_str(with);
            at += end;
        } else {
            let step = rest.chars().next().map_or(1, char::len_utf8);
            text.push_str(&rest[..step]);
            at += step;
        }
    }
    (text != cell).then_some(text)
}

/// A field as the audit trail names it.
fn plain(field: &str) -> &str {
    field.strip_prefix(super::METER).unwrap_or(field)
}

fn several_columns(field: &str) -> ApiError {
    ApiError::new(
        Code::NotFound,
        format!("“{field}” does not come from one column"),
        "Name a field that is matched with a single column.",
    )
}

fn nothing_would_change() -> ApiError {
    ApiError::new(
        Code::Precondition,
        "nothing would change: no finding fits, or none has a suggestion",
        "Look at the findings with `carryover check`, or name another rule.",
    )
}
