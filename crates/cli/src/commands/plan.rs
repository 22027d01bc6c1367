//! `carryover plan -m M --with CONNECTION`

use std::ops::ControlFlow;

use engine::api::sending::{Plan as Planned, PlanQuery, PlannedRecord};
use engine::api::{Migration, Result, connections};
use engine::upload::fields::{FieldFate, RecordFields};
use engine::upload::plan::{PlannedDataset, SinceRun};
use serde_json::json;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Plan;
use crate::output::{self, Outcome, count, table};

/// Records asked for at once.
const PAGE: u64 = 500;

pub(super) fn run(front: &Front, args: &Plan) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let connection = connections::find(&settings_folder()?, &args.with)?;
    let destination = migration.connect(&connection, key_from_environment().as_ref())?;
    migration.choose(&connection)?;
    let mut tell = |_: &str, _, _| ControlFlow::Continue(());
    let plan = wait(migration.plan(&connection, destination.as_ref(), args.all, &mut tell))?;
    if let Some(path) = &args.out {
        let written = migration.export_plan(path)?;
        output::say(&format!("wrote {} records to {}", count(written), path.display()));
    }
    if let Some(key) = &args.request {
        let request = wait(migration.plan_request_of(destination.as_ref(), key))?;
        output::result(front.json, &json!({ "key": key, "request": request }), || {
            request.clone().unwrap_or_else(|| "Nothing would be sent for it now.".to_owned())
        });
    } else if let Some(key) = &args.record {
        let record = wait(migration.plan_fields_of(destination.as_ref(), key))?;
        output::result(front.json, &record, || fields(&record));
    } else if let Some(dataset) = &args.rows {
        let records = records(&migration, dataset, args.only.as_deref().unwrap_or_default())?;
        output::result(front.json, &json!({ "plan": plan, "records": records }), || listed(&records));
    } else {
        output::result(front.json, &plan, || shown(&plan));
    }
    Ok(Outcome::Clean)
}

fn records(migration: &Migration, dataset: &str, action: &str) -> Result<Vec<PlannedRecord>> {
    let mut records = Vec::new();
    loop {
        let query = PlanQuery {
            dataset: dataset.to_owned(),
            action: action.to_owned(),
            find: String::new(),
            offset: records.len() as u64,
            limit: PAGE,
        };
        let page = migration.plan_page(&query)?;
        if page.records.is_empty() {
            return Ok(records);
        }
        records.extend(page.records);
    }
}

/// Field by field: what is there, what it will be, and why something is left alone.
fn fields(record: &RecordFields) -> String {
    let rows = record.fields.iter().map(|field| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![field.field.clone(), text(&field.there), text(&field.will_be), fate(field.fate).to_owned()]
    });
    let first = record.first_of.map(|events| format!(", the first of {} events", count(events))).unwrap_or_default();
    format!(
        "{} ({}{first})\n{}",
        record.key,
        record.action,
        table(&["Field", "There now", "Will be", "Why"], 0..0, rows)
    )
}

fn fate(fate: FieldFate) -> &'static str {
    match fate {
        FieldFate::Set => "nothing there yet",
        FieldFate::Changed => "changed",
        FieldFate::Same => "same",
        FieldFate::Added => "list, added to",
        FieldFate::Replaced => "list, replaced",
        FieldFate::Filled => "left alone: set only where empty",
        FieldFate::Empty => "left alone: empty here, and not sent",
        FieldFate::Kept => "left alone: nothing there is changed",
        FieldFate::Later => "compared when what it refers to is there",
    }
}

fn listed(records: &[PlannedRecord]) -> String {
    let rows = records
        .iter()
        .map(|record| vec![record.key.clone(), record.name.clone(), record.action.clone(), count(record.rows)]);
    table(&["Record", "Name", "What happens", "Rows"], 3..4, rows)
}

pub(super) fn shown(plan: &Planned) -> String {
    let rows = plan.datasets.iter().map(|(name, planned)| {
        let counts = [planned.create, planned.update, planned.unchanged, planned.skip, planned.requests].map(count);
        std::iter::once(name.clone()).chain(counts).collect()
    });
    let since: String = plan.datasets.iter().flat_map(|(name, planned)| since(name, planned)).collect();
    format!(
        "{} ({})\n{}\n{since}Nothing has been sent yet.",
        plan.connection,
        plan.environment,
        table(&["Rows of", "Create", "Update", "Unchanged", "Skip", "Requests"], 1..6, rows)
    )
}

/// What is as it was loaded, and is not sent again.
fn since(dataset: &str, planned: &PlannedDataset) -> Vec<String> {
    let told = |since: &SinceRun| format!("{dataset}: {} unchanged since run {}\n", count(since.rows), since.run);
    planned.since.iter().map(told).collect()
}
