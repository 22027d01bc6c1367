//! `carryover trail -m M`

use engine::api::Result;

use super::Front;
use crate::args::Trail;
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, args: &Trail) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    let trail = migration.trail()?;
    output::result(front.json, &trail, || {
        let rows = trail.entries.iter().map(|entry| {
            vec![entry.at.clone(), entry.who.clone(), entry.step.clone(), entry.what.clone(), entry.detail.clone()]
        });
        let chain = trail.broken_at.map_or("The chain of seals is unbroken.".to_owned(), |number| {
            format!("Entry {number} was changed after it was written.")
        });
        format!("{}\n{chain}", table(&["At", "Who", "Step", "What", ""], 0..0, rows))
    });
    Ok(Outcome::wrong_if(trail.broken_at.is_some()))
}
