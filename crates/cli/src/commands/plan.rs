//! `carryover plan -m M --with CONNECTION`

use std::ops::ControlFlow;

use engine::api::sending::{Plan as Planned, PlanQuery, PlannedRecord};
use engine::api::{Migration, Result, connections};
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
    let plan = wait(migration.plan(&connection, destination.as_ref(), &mut |_, _, _| ControlFlow::Continue(())))?;
    if let Some(path) = &args.out {
        let written = migration.export_plan(path)?;
        output::say(&format!("wrote {} records to {}", count(written), path.display()));
    }
    if let Some(key) = &args.request {
        let request = wait(migration.plan_request_of(destination.as_ref(), key))?;
        output::result(front.json, &json!({ "key": key, "request": request }), || {
            request.clone().unwrap_or_else(|| "Nothing would be sent for it now.".to_owned())
        });
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
    format!(
        "{} ({})\n{}\nNothing has been sent yet.",
        plan.connection,
        plan.environment,
        table(&["Rows of", "Create", "Update", "Unchanged", "Skip", "Requests"], 1..6, rows)
    )
}
