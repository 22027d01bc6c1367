//! `carryover add -m M DATASET --set FIELD=VALUE …`

use engine::api::review::HandRow;
use engine::api::{ApiError, Result};
use serde_json::json;

use super::{Front, pair};
use crate::args::Add;
use crate::output::{self, Outcome};

pub(super) fn run(front: &Front, args: &Add) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let added = match &args.table {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| ApiError::io(path, &error))?;
            let pasted = migration.read_pasted(&args.dataset, &text)?;
            let fields: Vec<Option<String>> = pasted.columns.into_iter().map(|column| column.field).collect();
            migration.add_pasted(&args.dataset, &text, pasted.header, &fields)?
        }
        None => migration.add_by_hand(&args.dataset, &[typed(&args.set)?])?,
    };
    output::result(front.json, &json!({ "added": added }), || match added {
        1 => "Added 1 row. Check it with `carryover check`.".to_owned(),
        rows => format!("Added {rows} rows. Check them with `carryover check`."),
    });
    Ok(Outcome::wrong_if(false))
}

fn typed(set: &[String]) -> Result<HandRow> {
    let cells = set.iter().map(|typed| {
        let (field, value) = pair(typed, "FIELD=VALUE")?;
        Ok((field.to_owned(), value.to_owned()))
    });
    Ok(HandRow { cells: cells.collect::<Result<_>>()? })
}
