//! `carryover attributes -m M --with CONNECTION`

use engine::api::syncing::DatasetAttributes;
use engine::api::{Result, connections, sending};
use indexmap::IndexMap;
use serde_json::json;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::Attributes;
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, args: &Attributes) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    let connection = connections::find(&settings_folder()?, &args.with)?;
    let destination = migration.connect(&connection, key_from_environment().as_ref())?;
    let mut created = IndexMap::new();
    if args.create {
        sending::confirm(&connection, args.confirm.as_deref())?;
        created = wait(migration.create_attributes(destination.as_ref()))?;
    }
    let datasets = wait(migration.attributes(destination.as_ref()))?;
    let told = json!({ "datasets": datasets, "created": created });
    output::result(front.json, &told, || shown(&datasets));
    Ok(Outcome::wrong_if(datasets.values().any(|of| !of.missing.is_empty())))
}

fn shown(datasets: &IndexMap<String, DatasetAttributes>) -> String {
    if datasets.is_empty() {
        return "This destination takes any field of your own.".to_owned();
    }
    let rows = datasets.iter().flat_map(|(dataset, of)| {
        let known = of.known.iter().map(|attribute| {
            let allowed = attribute.allowed.join(", ");
            vec![dataset.clone(), attribute.field.clone(), attribute.label.clone(), "known".to_owned(), allowed]
        });
        let missing = of.missing.iter().map(|field| {
            vec![dataset.clone(), field.clone(), String::new(), "missing: add --create".to_owned(), String::new()]
        });
        known.chain(missing).collect::<Vec<_>>()
    });
    table(&["Dataset", "Field", "Called", "", "Takes"], 0..0, rows)
}
