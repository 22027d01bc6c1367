//! One change made to one mapping.

use std::collections::BTreeMap;

use super::Change;
use crate::api::{ApiError, Code, Result};
use crate::intake::ColumnProfile;
use crate::mapping::{Confidence, FieldMapping, Lookup, Mapping, Meter, choose, choose_again, keep, unknown_words};
use crate::schema::{Concept, Dataset, Kind};
use crate::store::source::Source;
use crate::transform::{Otherwise, Step};

impl Change {
    /// The columns a file must have for the change to concern it.
    pub(super) fn columns(&self) -> Vec<&str> {
        match self {
            Self::Columns { columns, .. } | Self::LookUp { columns, .. } => {
                columns.iter().map(String::as_str).collect()
            }
            Self::Keep { column } | Self::Ignore { column } => vec![column],
            Self::Meters { meters } => meters.iter().map(|meter| meter.column.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn concerns(&self, source: &Source) -> bool {
        self.columns().iter().all(|wanted| source.columns.iter().any(|column| column == wanted))
    }

    /// The field whose column has something to say to the change.
    pub(super) fn field(&self) -> Option<&str> {
        match self {
            Self::Columns { field, .. }
            | Self::LookUp { field, .. }
            | Self::Constant { field, .. }
            | Self::Format { field, .. }
            | Self::Word { field, .. }
            | Self::Steps { field, .. }
            | Self::Region { field, .. }
            | Self::Accept { field } => Some(field),
            Self::Keep { .. } | Self::Ignore { .. } | Self::Meters { .. } => None,
        }
    }

    /// Whether the field has a column whose steps can be changed. Other changes need none.
    pub(super) fn finds_field(&self, source: &Source) -> bool {
        match self {
            Self::Format { field, .. }
            | Self::Word { field, .. }
            | Self::Steps { field, .. }
            | Self::Region { field, .. }
            | Self::Accept { field } => source.mapping.field(field).is_some_and(|own| !own.columns.is_empty()),
            _ => true,
        }
    }

    /// As in the audit trail.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Columns { field, columns } if columns.is_empty() => format!("Took {field} off"),
            Self::Columns { field, columns } => format!("Matched {field} with {}", columns.join(", ")),
            Self::LookUp { field, columns, lookups } => {
                let files: Vec<String> = lookups.iter().map(|lookup| lookup.table.name()).collect();
                format!("Looked up {field} in {} by {}", files.join(", "), columns.join(", "))
            }
            Self::Constant { field, value } => format!("Set {field} to “{value}” everywhere"),
            Self::Format { field, format } => format!("Chose {format} for {field}"),
            Self::Word { field, from, to } => format!("Set “{from}” to “{to}” in {field}"),
            Self::Steps { field, .. } => format!("Changed the steps of {field}"),
            Self::Region { field, region } => format!("Chose {region} for {field}"),
            Self::Accept { field } => format!("Accepted {field} as it is"),
            Self::Keep { column } => format!("Kept the column {column}"),
            Self::Ignore { column } => format!("Left the column {column} out"),
            Self::Meters { meters } if meters.is_empty() => "Made each row one event".to_owned(),
            Self::Meters { meters } => {
                let columns: Vec<&str> = meters.iter().map(|meter| meter.column.as_str()).collect();
                format!("Made meters of the columns {}", columns.join(", "))
            }
        }
    }
}

/// Makes a change. Returns the label of the field that got another column and kept its steps.
pub(super) fn make(
    dataset: &'static Dataset,
    mapping: &mut Mapping,
    profiles: &[ColumnProfile],
    change: &Change,
) -> Result<Option<String>> {
    match change {
        Change::Columns { field, columns } => return another_column(dataset, mapping, profiles, field, columns),
        Change::LookUp { field, columns, lookups } => look_up(dataset, mapping, profiles, (field, columns), lookups)?,
        Change::Constant { field, value } => fix(dataset, mapping, field, value)?,
        Change::Format { field, format } => {
            with_steps(mapping, field, |steps| set_format(dataset, field, steps, format))?;
        }
        Change::Word { field, from, to } => {
            with_steps(mapping, field, |steps| set_word(steps, from, to))?;
            ask_on(dataset, mapping, profiles, field);
        }
        Change::Steps { field, steps: new } => with_steps(mapping, field, |steps| steps.clone_from(new))?,
        Change::Region { field, region } => with_steps(mapping, field, |steps| {
            for step in steps.iter_mut() {
                if let Step::Phone { region: old, .. } = step {
                    *old = Some(region.clone());
                }
            }
        })?,
        Change::Accept { field } => with_steps(mapping, field, |_| {})?,
        Change::Keep { column } => keep_along(dataset, mapping, profiles, column)?,
        Change::Ignore { column } => {
            let kept = |own: &FieldMapping| own.columns == [column.clone()] && own.lookups.is_empty();
            mapping.fields.retain(|own| dataset.field(&own.field).is_some() || !kept(own));
        }
        Change::Meters { meters } => set_meters(dataset, mapping, profiles, meters)?,
    }
    Ok(None)
}

fn another_column(
    dataset: &Dataset,
    mapping: &mut Mapping,
    profiles: &[ColumnProfile],
    field: &str,
    columns: &[String],
) -> Result<Option<String>> {
    let profiles: Vec<&ColumnProfile> = columns.iter().filter_map(|column| profile(profiles, column)).collect();
    let old = mapping.field(field).filter(|old| !old.columns.is_empty() && old.lookups.is_empty());
    let (new, kept) = match old {
        Some(old) => choose_again(dataset, old, &profiles),
        None => (choose(dataset, field, &profiles), false),
    };
    let_go(dataset, mapping, field, columns);
    put(dataset, mapping, new)?;
    let label = dataset.field(field).map_or(field, |field| field.label);
    Ok(kept.then(|| label.to_owned()))
}

/// The steps are those that the column asks for which is taken; its profile stands under the name of the field's own.
fn look_up(
    dataset: &Dataset,
    mapping: &mut Mapping,
    profiles: &[ColumnProfile],
    (field, columns): (&str, &[String]),
    lookups: &[Lookup],
) -> Result<()> {
    let taken: Vec<&ColumnProfile> = columns.first().and_then(|column| profile(profiles, column)).into_iter().collect();
    let mut chosen = choose(dataset, field, &taken);
    if chosen.confidence == Confidence::User {
        let files: Vec<String> = lookups.iter().map(|lookup| lookup.table.name()).collect();
        chosen.why = format!("Looked up in {}", files.join(", "));
    }
    let_go(dataset, mapping, field, columns);
    put(dataset, mapping, FieldMapping { columns: columns.to_vec(), lookups: lookups.to_vec(), ..chosen })
}

fn profile<'a>(profiles: &'a [ColumnProfile], column: &str) -> Option<&'a ColumnProfile> {
    profiles.iter().find(|profile| profile.name == column)
}

fn fix(dataset: &Dataset, mapping: &mut Mapping, field: &str, value: &str) -> Result<()> {
    let new = FieldMapping {
        constant: Some(value.to_owned()),
        confidence: Confidence::User,
        why: "Set by you".to_owned(),
        kind: free_kind(dataset, mapping, field),
        ..FieldMapping::unmapped(field)
    };
    put(dataset, mapping, new)
}

fn set_format(dataset: &Dataset, field: &str, steps: &mut Vec<Step>, format: &str) {
    let mut set = false;
    for step in steps.iter_mut() {
        if let Step::Date { format: old } | Step::Number { format: old } = step {
            format.clone_into(old);
            set = true;
        }
    }
    if !set {
        let date = dataset.field(field).is_some_and(|field| field.kind.is_date()) || format.contains('y');
        let format = format.to_owned();
        steps.push(if date { Step::Date { format } } else { Step::Number { format } });
    }
}

fn set_word(steps: &mut Vec<Step>, from: &str, to: &str) {
    let map = steps.iter_mut().find(|step| matches!(step, Step::ValueMap { .. }));
    if let Some(Step::ValueMap { values, .. }) = map {
        values.insert(from.to_owned(), to.to_owned());
        return;
    }
    let first = |step: &Step| !matches!(step, Step::Trim | Step::CollapseBlanks | Step::Join { .. });
    let at = steps.iter().position(first).unwrap_or(steps.len());
    let values = BTreeMap::from([(from.to_owned(), to.to_owned())]);
    steps.insert(at, Step::ValueMap { values, otherwise: Otherwise::Keep });
}

/// One word is answered; the question stays while others are not.
fn ask_on(dataset: &Dataset, mapping: &mut Mapping, profiles: &[ColumnProfile], field: &str) {
    let Some(own) = mapping.fields.iter_mut().find(|own| own.field == field) else { return };
    let asked = own.columns.first().and_then(|column| profile(profiles, column));
    if let Some(why) = asked.and_then(|profile| unknown_words(dataset, own, profile)) {
        own.confidence = Confidence::Question;
        own.why = why;
    }
}

fn keep_along(dataset: &Dataset, mapping: &mut Mapping, profiles: &[ColumnProfile], column: &str) -> Result<()> {
    if mapping.fields.iter().any(|own| own.columns == [column.to_owned()]) {
        return Ok(());
    }
    let kept = profile(profiles, column).and_then(|profile| keep(dataset, mapping, profile));
    let kept = kept.ok_or_else(|| {
        ApiError::new(
            Code::Precondition,
            format!("{} takes no fields of your own", dataset.label),
            "Match the column with a field, or leave it out.",
        )
    })?;
    mapping.fields.push(kept);
    Ok(())
}

/// The number of each meter is read as that of the first one's column.
fn set_meters(dataset: &Dataset, mapping: &mut Mapping, profiles: &[ColumnProfile], meters: &[Meter]) -> Result<()> {
    let number = dataset.by_concept(Concept::Quantity).map(|field| field.id);
    let first = meters.first().and_then(|meter| profile(profiles, &meter.column));
    if let (Some(number), Some(first)) = (number, first) {
        let columns: Vec<String> = meters.iter().map(|meter| meter.column.clone()).collect();
        mapping.fields.retain(|own| {
            let kept_along = dataset.field(&own.field).is_none();
            !(kept_along && matches!(own.columns.as_slice(), [only] if columns.contains(only)))
        });
        let chosen = choose(dataset, number, &[first]);
        put(dataset, mapping, FieldMapping { columns: Vec::new(), ..chosen })?;
    }
    mapping.meters = meters.to_vec();
    Ok(())
}

fn free_kind(dataset: &Dataset, mapping: &Mapping, field: &str) -> Option<Kind> {
    let own = || mapping.field(field).and_then(|own| own.kind);
    if dataset.field(field).is_some() { None } else { dataset.free_kind(field).or_else(own).or(Some(Kind::Text)) }
}

fn with_steps(mapping: &mut Mapping, field: &str, change: impl FnOnce(&mut Vec<Step>)) -> Result<()> {
    let Some(own) = mapping.fields.iter_mut().find(|own| own.field == field && !own.columns.is_empty()) else {
        return Err(ApiError::new(
            Code::Precondition,
            format!("“{field}” has no column yet"),
            "Match it with a column first.",
        ));
    };
    change(&mut own.steps);
    own.confidence = Confidence::User;
    "Set by you".clone_into(&mut own.why);
    Ok(())
}

/// A column that was only kept along as a field of its own is that no longer once the user puts it to use.
fn let_go(dataset: &Dataset, mapping: &mut Mapping, field: &str, columns: &[String]) {
    mapping.fields.retain(|own| {
        let kept_along =
            dataset.field(&own.field).is_none() && own.confidence != Confidence::User && own.field != field;
        !(kept_along && matches!(own.columns.as_slice(), [only] if columns.contains(only)))
    });
}

fn put(dataset: &Dataset, mapping: &mut Mapping, new: FieldMapping) -> Result<()> {
    if !dataset.takes_free(&new.field) && dataset.field(&new.field).is_none() {
        let known: Vec<&str> = dataset.fields.iter().map(|field| field.id).collect();
        let known = known.join(", ");
        return Err(ApiError::new(
            Code::NotFound,
            format!("“{}” is no field of {}", new.field, dataset.id),
            match dataset.open_prefix {
                Some(prefix) if !dataset.suffixes.is_empty() => {
                    let endings: Vec<&str> = dataset.suffixes.iter().map(|(suffix, _)| *suffix).collect();
                    let endings = endings.join(", ");
                    format!(
                        "Choose one of: {known} or a field of your own, such as {prefix}nameStr; its ending says what it holds: {endings}."
                    )
                }
                Some(prefix) => format!("Choose one of: {known} or a field of your own, such as {prefix}name."),
                None => format!("Choose one of: {known}."),
            },
        ));
    }
    match mapping.fields.iter_mut().find(|own| own.field == new.field) {
        Some(own) => *own = new,
        None => mapping.fields.push(new),
    }
    Ok(())
}
