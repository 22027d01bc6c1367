//! `carryover map -m M [DATASET]`

use engine::api::matching::{Change, DatasetMapping, GroupMapping, Mappings, MatchedField, Proposal, Share, Which};
use engine::api::syncing::DatasetSync;
use engine::api::{ApiError, Code, Result};
use engine::mapping::{Confidence, Meter};
use engine::schema::sync::Behaviour;
use engine::transform::Step;

use super::{Front, pair, path};
use crate::args::{Behaviour as Typed, Map};
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, args: &Map) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let changes = changes(args)?;
    let synced = args.key.is_some() || args.behaviour.is_some();
    let switched = [&args.fill, &args.overwrite, &args.replace, &args.merge].iter().any(|fields| !fields.is_empty());
    let needs_dataset =
        !changes.is_empty() || synced || switched || args.template.is_some() || args.save.is_some() || args.undo;
    match &args.dataset {
        Some(dataset) => {
            let which = which(dataset, args.file.as_deref());
            if let Some(template) = &args.template {
                let missing = migration.load_template(which, template)?;
                if !missing.is_empty() {
                    output::say(&format!(
                        "The template asks for columns that are not there: {}. Their fields are not matched.",
                        missing.join(", ")
                    ));
                }
            }
            if args.undo {
                let undone = migration.undo_mapping(which)?;
                output::say(&undone.map_or_else(
                    || "There is no change of the mapping to take back.".to_owned(),
                    |what| format!("Took back: {what}"),
                ));
            }
            if synced {
                migration.set_sync(dataset, args.key.as_deref(), args.behaviour.map(Into::into))?;
            }
            for (fields, fill) in [(&args.fill, true), (&args.overwrite, false)] {
                fields.iter().try_for_each(|field| migration.set_fill(dataset, field, fill))?;
            }
            for (lists, replace) in [(&args.replace, true), (&args.merge, false)] {
                lists.iter().try_for_each(|list| migration.set_list(dataset, list, replace))?;
            }
            let kept = migration.change_mapping(which, &changes)?.steps_kept;
            for field in &kept {
                output::say(&format!("“{field}” kept its steps: they fit the new column too."));
            }
            if let Some(path) = &args.save {
                migration.save_template(which, path)?;
            }
        }
        None if needs_dataset => {
            return Err(ApiError::new(
                Code::Argument,
                "it is not said whose mapping to change",
                "Name the dataset: `carryover map -m M customers …`.",
            ));
        }
        None => {}
    }
    let which = args.dataset.as_deref().map(|dataset| which(dataset, args.file.as_deref()));
    let mappings = migration.mappings(which)?;
    output::result(front.json, &mappings, || shown(&mappings));
    Ok(Outcome::Clean)
}

fn which<'a>(dataset: &'a str, file: Option<&'a str>) -> Which<'a> {
    match file.map(|file| file.split_once('#').map_or((file, None), |(file, sheet)| (file, Some(sheet)))) {
        Some((file, sheet)) => Which::File { dataset, file, sheet },
        None => Which::Dataset(dataset),
    }
}

impl From<Typed> for Behaviour {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::UpdateOrCreate => Self::UpdateOrCreate,
            Typed::UpdateOnly => Self::UpdateOnly,
            Typed::CreateOnly => Self::CreateOnly,
        }
    }
}

fn changes(args: &Map) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for typed in &args.set {
        let (field, from) = pair(typed, "FIELD=COLUMN")?;
        let (field, (columns, lookups)) = (field.to_owned(), path::read(from)?);
        changes.push(if lookups.is_empty() {
            Change::Columns { field, columns }
        } else {
            Change::LookUp { field, columns, lookups }
        });
    }
    for typed in &args.compare {
        let (field, how) = pair(typed, "FIELD=HOW")?;
        compare(&mut changes, field, &path::compared(how)?)?;
    }
    for typed in &args.constant {
        let (field, value) = pair(typed, "FIELD=VALUE")?;
        changes.push(Change::Constant { field: field.to_owned(), value: value.to_owned() });
    }
    for typed in &args.steps {
        let (field, steps) = pair(typed, "FIELD=JSON")?;
        let steps = serde_json::from_str(steps).map_err(|error| {
            ApiError::new(
                Code::Argument,
                format!("the steps of {field} cannot be read: {error}"),
                "Write them as `carryover map --json` prints them.",
            )
        })?;
        changes.push(Change::Steps { field: field.to_owned(), steps });
    }
    for typed in &args.format {
        let (field, format) = pair(typed, "FIELD=FORMAT")?;
        changes.push(Change::Format { field: field.to_owned(), format: format.to_owned() });
    }
    for typed in &args.region {
        let (field, region) = pair(typed, "FIELD=COUNTRY")?;
        changes.push(Change::Region { field: field.to_owned(), region: region.to_owned() });
    }
    for typed in &args.word {
        let (word, to) = pair(typed, "FIELD:WORD=VALUE")?;
        let (field, from) = word.split_once(':').ok_or_else(|| {
            ApiError::new(Code::Argument, format!("“{typed}” names no word"), "Write it as FIELD:WORD=VALUE.")
        })?;
        changes.push(Change::Word { field: field.to_owned(), from: from.to_owned(), to: to.to_owned() });
    }
    changes.extend(args.accept.iter().map(|field| Change::Accept { field: field.clone() }));
    changes.extend(args.keep.iter().map(|column| Change::Keep { column: column.clone() }));
    changes.extend(args.ignore.iter().map(|column| Change::Ignore { column: column.clone() }));
    changes.extend(meters(args)?);
    Ok(changes)
}

/// Has the keys of a field's look-ups compared after these steps.
fn compare(changes: &mut [Change], field: &str, after: &[Step]) -> Result<()> {
    let lookups = changes.iter_mut().find_map(|change| match change {
        Change::LookUp { field: own, lookups, .. } if own == field => Some(lookups),
        _ => None,
    });
    let lookups = lookups.ok_or_else(|| {
        let message = format!("“{field}” is not looked up by this command");
        ApiError::new(Code::Argument, message, "Say where with `--set \"FIELD=COLUMN -> FILE[KEY].TAKE\"`.")
    })?;
    for lookup in lookups {
        lookup.steps = after.to_vec();
    }
    Ok(())
}

/// Each meter's number goes into the field that usage has for it.
fn meters(args: &Map) -> Result<Option<Change>> {
    let mut meters = Vec::new();
    for typed in &args.meter {
        let (column, stream) = pair(typed, "COLUMN=STREAM")?;
        let field = "data.quantity".to_owned();
        meters.push(Meter { column: column.to_owned(), stream: stream.to_owned(), field });
    }
    Ok((args.no_meters || !meters.is_empty()).then_some(Change::Meters { meters }))
}

fn shown(mappings: &Mappings) -> String {
    mappings.datasets.iter().map(|(name, mapping)| dataset(name, mapping)).collect::<Vec<_>>().join("\n\n")
}

fn dataset(name: &str, mapping: &DatasetMapping) -> String {
    let sync = &mapping.sync;
    let met = format!("matched by {}; {}{}", sync.key, behaviour(sync.behaviour), switches(sync));
    let groups = [&mapping.first].into_iter().chain(&mapping.others);
    groups.map(|mapping| group(name, mapping, &met)).collect::<Vec<_>>().join("\n\n")
}

fn group(name: &str, mapping: &GroupMapping, met: &str) -> String {
    let matched = mapping.fields.iter().filter(|field| field.required || field.confidence != Confidence::None);
    let rows = matched.map(|field| {
        let from = field
            .constant
            .as_ref()
            .map_or_else(|| path::shown(&field.columns, &field.lookups), |constant| format!("always “{constant}”"));
        let required = if field.required { "required" } else { "" };
        vec![field.field.clone(), required.to_owned(), from, sureness(field.confidence).to_owned(), field.why.clone()]
    });
    let left = if mapping.unused_columns.is_empty() {
        String::new()
    } else {
        format!("\nleft over: {}", mapping.unused_columns.join(", "))
    };
    let proposals: String = mapping.fields.iter().filter_map(proposed).collect();
    format!(
        "{name}, from {}\n{met}\n{}{left}{proposals}",
        mapping.sources.join(", "),
        table(&["Field", "", "From column", "How sure", "Why"], 0..0, rows)
    )
}

/// What differs from field to field.
fn switches(sync: &DatasetSync) -> String {
    let told = |what: &str, names: &[String]| {
        if names.is_empty() { String::new() } else { format!("; {what}: {}", names.join(", ")) }
    };
    told("set only where empty", &sync.fill) + &told("lists replaced", &sync.replace)
}

/// A look-up that suggests itself, as it is typed.
fn proposed(field: &MatchedField) -> Option<String> {
    let Proposal { column, lookup, share, .. } = field.proposal.as_ref()?;
    let path = path::shown(std::slice::from_ref(column), std::slice::from_ref(lookup));
    let Share { found, of } = share;
    Some(format!("\ncould be looked up: --set \"{}={path}\" ({found} of {of} rows found)", field.field))
}

fn sureness(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::None => "Not matched",
        Confidence::Question => "Asks you",
        Confidence::Likely => "Likely",
        Confidence::Certain => "Certain",
        Confidence::Fixed => "Fixed value",
        Confidence::User => "Set by you",
    }
}

fn behaviour(behaviour: Behaviour) -> &'static str {
    match behaviour {
        Behaviour::UpdateOrCreate => "what is there is changed, what is missing created",
        Behaviour::UpdateOnly => "what is there is changed, nothing is created",
        Behaviour::CreateOnly => "what is missing is created, what is there is left as it is",
    }
}
