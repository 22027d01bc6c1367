//! Batches as they are written down before they are sent, and taken apart where one of their rows is turned down.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::changed::Mark;
use super::run::Upload;
use crate::destination::Outgoing;
use crate::store::ledger::{Batch, BatchState};
use crate::store::{Place, hex};

/// What is written down with the rows of a dataset that are under way.
#[derive(Default)]
pub(super) struct Marks {
    pub dataset: &'static str,
    pub rows: HashMap<i64, Mark>,
}

impl Upload<'_> {
    /// The digests of these rows, and the batches of which a new one takes the place.
    pub(super) fn marked(&self, stage: &str, rows: &[i64]) -> (Vec<u128>, Vec<i64>) {
        let of = |row: &i64| self.marks.rows.get(row).filter(|_| self.marks.dataset == stage);
        let Some(marks) = rows.iter().map(of).collect::<Option<Vec<&Mark>>>() else { return Default::default() };
        let mut replaces: Vec<i64> = marks.iter().flat_map(|mark| mark.replaces.iter().copied()).collect();
        replaces.sort_unstable();
        replaces.dedup();
        (marks.iter().map(|mark| mark.digest).collect(), replaces)
    }

    pub(super) fn batch(&self, outgoing: &Outgoing, action: &str, rows: &[i64]) -> Batch {
        let bare = Outgoing { body: String::new(), ..outgoing.clone() };
        let (digests, replaces) = self.marked(&outgoing.dataset, rows);
        Batch {
            id: 0,
            run: self.run,
            dataset: outgoing.dataset.clone(),
            key: outgoing.key.clone(),
            action: action.to_owned(),
            places: rows.iter().map(|&row| Place::unpack(row)).collect(),
            digests,
            since: None,
            replaces,
            request: serde_json::to_string(&bare).ok(),
            body_sha256: hex(&Sha256::digest(outgoing.body.as_bytes())),
            body: Some(outgoing.body.clone()),
            state: BatchState::Intended,
            attempts: 0,
            remote_id: None,
            status: None,
            reason: None,
            intended_at: (self.now)().to_string(),
        }
    }

    pub(super) fn refused_by_us(&self, stage: &str, key: &str, rows: &[i64], reason: &str) -> Batch {
        let (_, replaces) = self.marked(stage, rows);
        Batch {
            id: 0,
            run: self.run,
            dataset: stage.to_owned(),
            key: key.to_owned(),
            action: "create".to_owned(),
            places: rows.iter().map(|&row| Place::unpack(row)).collect(),
            digests: Vec::new(),
            since: None,
            replaces,
            request: None,
            body: None,
            body_sha256: String::new(),
            state: BatchState::Refused,
            attempts: 0,
            remote_id: None,
            status: None,
            reason: Some(reason.to_owned()),
            intended_at: (self.now)().to_string(),
        }
    }

    /// Two smaller batches, so that only the record that is refused is left behind.
    pub(super) fn take_apart(
        &self,
        batch: &Batch,
        outgoing: &Outgoing,
        item: Option<usize>,
    ) -> Option<Vec<(Batch, Outgoing)>> {
        let rows: Vec<i64> = batch.places.iter().map(|place| place.packed()).collect();
        if rows.len() < 2 {
            return None;
        }
        let at = item.map_or(rows.len() / 2, |item| item.max(1));
        let at = if at < rows.len() { at } else { rows.len() / 2 };
        let [first, second] = self.destination.split(outgoing, &rows, at)?;
        let (left, right) = rows.split_at(at);
        // Also of a batch that an earlier run wrote down.
        let (of_left, of_right) = batch.digests.split_at(at.min(batch.digests.len()));
        let part = |outgoing: &Outgoing, rows, digests: &[u128]| Batch {
            digests: digests.to_vec(),
            replaces: batch.replaces.clone(),
            ..self.batch(outgoing, "create", rows)
        };
        Some(vec![(part(&first, left, of_left), first), (part(&second, right, of_right), second)])
    }
}

/// The frozen request of a batch.
pub(super) fn restore(batch: &Batch) -> Option<Outgoing> {
    let bare: Outgoing = serde_json::from_str(batch.request.as_deref()?).ok()?;
    Some(Outgoing { body: batch.body.clone()?, ..bare })
}
