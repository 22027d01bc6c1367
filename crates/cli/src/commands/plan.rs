//! `carryover plan -m M --with CONNECTION`

use engine::api::Result;
use engine::api::connections;
use engine::api::sending::Plan as Planned;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Plan;
use crate::output::{self, Outcome, count, table};

pub(super) fn run(front: &Front, args: &Plan) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    let connection = connections::find(&settings_folder()?, &args.with)?;
    let destination = connections::open(&connection, key_from_environment().as_ref(), migration.id()?)?;
    let plan = wait(migration.plan(&connection, destination.as_ref()))?;
    output::result(front.json, &plan, || shown(&plan));
    Ok(Outcome::Clean)
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
