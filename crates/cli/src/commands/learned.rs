//! `carryover learned list|export|import|forget`

use engine::api::Result;
use engine::api::learned::{self, Offer};
use engine::mapping::Learned;

use super::{Front, settings_folder};
use crate::args::LearnedAction;
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, action: LearnedAction) -> Result<Outcome> {
    let folder = settings_folder()?;
    match action {
        LearnedAction::List => {
            let learned = learned::list(&folder)?;
            output::result(front.json, &learned, || listed(&learned));
        }
        LearnedAction::Export { file } => {
            let learned = learned::export(&folder, &file)?;
            output::result(front.json, &learned, || {
                format!("Wrote {} headings to {}. There are no values in it.", learned.matches().len(), file.display())
            });
        }
        LearnedAction::Import { file, preview: true } => {
            let offer = learned::look_into(&folder, &file)?;
            output::result(front.json, &offer, || offered(&offer));
        }
        LearnedAction::Import { file, preview: false } => {
            let learned = learned::import(&folder, &file)?;
            output::result(front.json, &learned, || {
                format!("Took over {}. {} headings are known now.", file.display(), learned.matches().len())
            });
        }
        LearnedAction::Forget { heading: Some(heading), dataset, field } => {
            let learned = learned::forget(&folder, &heading, dataset.as_deref(), field.as_deref())?;
            output::result(front.json, &learned, || {
                format!("Forgot “{heading}”. {} headings are known still.", learned.matches().len())
            });
        }
        LearnedAction::Forget { .. } => {
            learned::forget_all(&folder)?;
            output::result(front.json, &Learned::default(), || "Forgot every heading.".to_owned());
        }
    }
    Ok(Outcome::Clean)
}

fn listed(learned: &Learned) -> String {
    if learned.matches().is_empty() {
        return "Nothing was learned yet. Carryover learns from what you match by hand.".to_owned();
    }
    let rows = learned.matches().iter().map(|matched| {
        let last = matched.last.map(|last| last.to_string()).unwrap_or_default();
        let count = matched.count.to_string();
        vec![matched.dataset.clone(), matched.heading.clone(), matched.field.clone(), count, last]
    });
    table(&["Dataset", "Heading", "Field", "Times", "Last"], 3..4, rows)
}

fn offered(offer: &Offer) -> String {
    if offer.changes.is_empty() {
        return format!("There are {} headings in it. None would be matched otherwise than now.", offer.headings);
    }
    let said = |field: &Option<String>| field.clone().unwrap_or_else(|| "not decided".to_owned());
    let rows = offer
        .changes
        .iter()
        .map(|change| vec![change.dataset.clone(), change.heading.clone(), said(&change.before), said(&change.after)]);
    table(&["Dataset", "Heading", "Now", "Then"], 0..0, rows)
}
