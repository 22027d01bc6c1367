//! The plan, and what the destination turned down, as CSV: to be looked through, sorted and sent round.

use std::collections::HashMap;
use std::path::Path;

use super::files::{Csv, FilesError};
use crate::store::plan::{PlanLine, PlanWanted};
use crate::store::{Place, Store, StoreError};
use crate::upload::plan::{Needed, PlannedWhy};

/// Lines fetched at a time.
const PAGE: u64 = 1000;

/// Writes the plan of these datasets, in their order, and says how many records it has.
pub fn plan_file<'d>(
    store: &Store,
    datasets: impl IntoIterator<Item = &'d str>,
    path: &Path,
) -> Result<u64, FilesError> {
    let files = files(store)?;
    let header = ["Dataset", "Record", "Name", "What will happen", "Why", "Rows", "File", "First row"];
    let mut out = Csv::begin(path, &header)?;
    let mut written = 0;
    for dataset in datasets {
        let mut offset = 0;
        loop {
            let wanted = PlanWanted { dataset, action: "", find: "", offset, limit: PAGE };
            let (_, lines) = store.plan_page(&wanted)?;
            if lines.is_empty() {
                break;
            }
            offset += lines.len() as u64;
            for line in lines {
                let PlanLine { dataset, key, name, action, why, run, places, .. } = line;
                let (file, row) = place(&files, &places);
                let rows = places.len().to_string();
                out.row(&[&dataset, &key, &name, &action, &said(&why, run), &rows, file, &row])?;
            }
        }
        written += offset;
    }
    out.end()?;
    Ok(written)
}

/// Writes what is turned down now, newest first, and says how many records that is.
pub fn rejected_file(store: &Store, path: &Path) -> Result<u64, FilesError> {
    let files = files(store)?;
    let mut out = Csv::begin(path, &["Dataset", "Record", "Rejected at", "Reason", "Rows", "File", "First row"])?;
    let mut written = 0;
    loop {
        let (_, refused) = store.refused(written, PAGE)?;
        if refused.is_empty() {
            break;
        }
        written += refused.len() as u64;
        for one in refused {
            let (file, row) = place(&files, &one.places);
            let rows = one.places.len().to_string();
            out.row(&[&one.dataset, &one.key, &one.at, &one.reason, &rows, file, &row])?;
        }
    }
    out.end()?;
    Ok(written)
}

fn files(store: &Store) -> Result<HashMap<u32, String>, StoreError> {
    Ok(store.sources()?.into_iter().map(|source| (source.id, source.file)).collect())
}

/// The file and the row of the first of a record's rows.
fn place<'f>(files: &'f HashMap<u32, String>, places: &[Place]) -> (&'f str, String) {
    let first = places.first();
    let file = first.and_then(|place| files.get(&place.source)).map_or("", String::as_str);
    (file, first.map(|place| place.row.to_string()).unwrap_or_default())
}

/// Why a record is planned as it is, in words.
fn said(why: &str, run: Option<i64>) -> String {
    let Ok(why) = serde_json::from_str(why) else { return String::new() };
    if let (PlannedWhy::Loaded, Some(run)) = (&why, run) {
        return format!("Unchanged since run {run}");
    }
    match why {
        PlannedWhy::New => "Not there yet".to_owned(),
        PlannedWhy::Differs { fields } => {
            let names: Vec<&str> = fields.iter().map(|difference| difference.field.as_str()).collect();
            format!("Differs in {}", names.join(", "))
        }
        PlannedWhy::Equal => "Is there already, and equal".to_owned(),
        PlannedWhy::Loaded => "Loaded before by this migration".to_owned(),
        PlannedWhy::SentOtherwise => "Sent before with other values; usage is not changed".to_owned(),
        PlannedWhy::After { needs } => {
            let names: Vec<String> = needs.iter().map(|Needed { dataset, key }| format!("{dataset} {key}")).collect();
            format!("After {}", names.join(", "))
        }
        PlannedWhy::Excluded { reason } => format!("Excluded: {reason}"),
        PlannedWhy::Wrong => "Has errors".to_owned(),
        PlannedWhy::Refused => "Rejected before; goes again with the next upload".to_owned(),
        PlannedWhy::Doubtful => "Sent, and not known whether it arrived; asked about first".to_owned(),
        PlannedWhy::Cannot { reason } => reason,
    }
}
