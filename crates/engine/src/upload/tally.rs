//! What became of the rows of a migration, counted from its ledger.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::rows::Held;
use super::{Result, Tally};
use crate::schema::Schema;
use crate::store::ledger::BatchState;
use crate::store::{Place, Store};

/// Rows by what became of them, over all runs of the migration.
pub fn tallies(store: &Store, schema: &'static Schema) -> Result<IndexMap<String, Tally>> {
    let sources = store.sources()?;
    let with_rows: HashSet<&str> = sources.iter().map(|source| source.dataset.as_str()).collect();
    let loaded = schema.datasets.iter().filter(|dataset| with_rows.contains(dataset.id));
    let mut tallies: IndexMap<String, Tally> =
        loaded.map(|dataset| (dataset.id.to_owned(), Tally::default())).collect();
    store.each_batch(|batch| {
        let Some(tally) = tallies.get_mut(&batch.dataset) else { return };
        let rows = batch.places.len() as u64;
        match (batch.state, batch.action.as_str()) {
            (BatchState::Accepted, "update") => tally.updated += rows,
            (BatchState::Accepted, "unchanged") => tally.unchanged += rows,
            (BatchState::Accepted, _) => tally.created += rows,
            _ => {}
        }
    })?;
    let datasets: HashMap<u32, String> = sources.into_iter().map(|source| (source.id, source.dataset)).collect();
    let held = Held::of(store)?;
    let mut count = |place: &i64, add: fn(&mut Tally)| {
        if let Some(tally) = datasets.get(&Place::unpack(*place).source).and_then(|dataset| tallies.get_mut(dataset)) {
            add(tally);
        }
    };
    held.refused.iter().for_each(|place| count(place, |tally| tally.refused += 1));
    // A row whose product is in doubt is in doubt itself, as long as it is not loaded.
    held.open.difference(&held.loaded).for_each(|place| count(place, |tally| tally.doubtful += 1));
    held.excluded.iter().for_each(|place| count(place, |tally| tally.excluded += 1));
    let sent_again =
        |place: &&i64| [&held.loaded, &held.refused, &held.open].iter().any(|places| places.contains(*place));
    held.taken_back
        .iter()
        .filter(|place| !sent_again(place))
        .for_each(|place| count(place, |tally| tally.taken_back += 1));
    held.stopped().for_each(|place| count(&place, |tally| tally.stopped += 1));
    Ok(tallies)
}
