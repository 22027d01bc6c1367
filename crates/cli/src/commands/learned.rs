//! `carryover learned list|export|import|forget`

use engine::api::Result;
use engine::api::learned;
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
        LearnedAction::Import { file } => {
            let learned = learned::import(&folder, &file)?;
            output::result(front.json, &learned, || {
                format!("Took over {}. {} headings are known now.", file.display(), learned.matches().len())
            });
        }
        LearnedAction::Forget => {
            learned::forget(&folder)?;
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
        vec![matched.dataset.clone(), matched.heading.clone(), matched.field.clone(), matched.count.to_string()]
    });
    table(&["Dataset", "Heading", "Field", "Times"], 3..4, rows)
}
