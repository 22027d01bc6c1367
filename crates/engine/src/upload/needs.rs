//! What records refer to and this migration did not load itself: looked up before their requests are written.

use std::collections::BTreeMap;

use super::Result;
use super::plan::QUESTION;
use crate::destination::{Destination, Encoded, Known, Need, Records};
use crate::schema::Schema;

/// Finds the destination's ids of what these requests wait for. Says whether there are any new ones.
pub(super) async fn learn(destination: &dyn Destination, encoded: &[Encoded], known: &mut Known) -> Result<bool> {
    learn_those(destination, encoded, known, |_| true).await
}

/// Requests for records that are there already, or would be sent together with what they refer to.
pub(super) async fn encode(
    destination: &dyn Destination,
    dataset: &str,
    records: &Records<'_>,
    known: &mut Known,
) -> Result<Vec<Encoded>> {
    let encoded = destination.encode(dataset, records, known);
    let again = learn(destination, &encoded, known).await?;
    Ok(if again { destination.encode(dataset, records, known) } else { encoded })
}

/// The same for a plan, which does not ask for what only an upload makes on its way: one such need leaves the record
/// waiting anyway.
pub(super) async fn encode_for_plan(
    destination: &dyn Destination,
    schema: &Schema,
    dataset: &str,
    records: &Records<'_>,
    known: &mut Known,
) -> Result<Vec<Encoded>> {
    let encoded = destination.encode(dataset, records, known);
    let carried = |needs: &[Need]| needs.iter().all(|need| schema.dataset(need.dataset).is_some());
    let again = learn_those(destination, &encoded, known, carried).await?;
    Ok(if again { destination.encode(dataset, records, known) } else { encoded })
}

async fn learn_those(
    destination: &dyn Destination,
    encoded: &[Encoded],
    known: &mut Known,
    wanted: impl Fn(&[Need]) -> bool,
) -> Result<bool> {
    let mut needs: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for encoded in encoded {
        if let Encoded::Waiting { needs: missing, .. } = encoded
            && wanted(missing)
        {
            for need in missing {
                needs.entry(need.dataset).or_default().push(need.key.clone());
            }
        }
    }
    let mut any = false;
    for (dataset, mut keys) in needs {
        keys.sort();
        keys.dedup();
        for keys in keys.chunks(QUESTION) {
            for (key, existing) in destination.existing(dataset, keys).await? {
                if let [only] = existing.as_slice() {
                    known.insert(dataset, key, only.remote_id.clone());
                    any = true;
                }
            }
        }
    }
    Ok(any)
}
