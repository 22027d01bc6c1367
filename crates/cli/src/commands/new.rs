//! `carryover new FILE.carryover --to zenskar`

use engine::api::{Migration, Result};
use serde_json::json;

use super::Front;
use crate::args::New;
use crate::output::{self, Outcome};

pub(super) fn run(front: &Front, args: &New) -> Result<Outcome> {
    let migration = Migration::create(&args.file, &args.to, front.actor.clone())?;
    let made = json!({ "migration": migration.path(), "destination": migration.destination() });
    output::result(front.json, &made, || {
        format!("Made {} for {}. Add files with `carryover import`.", args.file.display(), args.to)
    });
    Ok(Outcome::Clean)
}
