//! `carryover trail -m M`

use engine::api::Result;
use engine::api::audit::TrailWanted;
use jiff::civil::Date;

use super::Front;
use crate::args::Trail;
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, args: &Trail) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    if let Some(path) = &args.out {
        migration.export_trail(path)?;
        output::say(&format!("wrote the trail to {}", path.display()));
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let midnight = |day: Option<Date>| day.map(|day| format!("{day}T00:00:00Z")).unwrap_or_default();
    let wanted = TrailWanted {
        texts: args.find.clone().into_iter().collect(),
        step: text(&args.step),
        who: text(&args.by),
        since: midnight(args.since),
        until: midnight(args.until.and_then(|day| day.tomorrow().ok())),
        offset: 0,
        limit: u32::MAX,
    };
    let mut trail = migration.trail()?;
    if wanted.is_narrow() {
        trail.entries = migration.trail_page(&wanted)?.entries;
        trail.entries.reverse();
    }
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
