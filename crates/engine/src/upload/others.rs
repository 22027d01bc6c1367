//! What somebody else has sent: another copy of this migration on another computer, or this one before it was put back to an
//! older state.
//!
//! Records with a key of their own are looked up before they are sent, so others' are met there. Events are only counted.
//! Counting every batch would double the questions, so first the stream is counted as a whole: as long as it holds what
//! this migration knows of and nothing else, nothing of ours can be in it that we do not know of. See docs/LEDGER.md.

use std::collections::HashMap;

use super::plan::QUESTION;
use super::run::Upload;
use super::{Event, Result};
use crate::destination::{Action, Arrived, Destination, Outgoing};
use crate::store::Store;
use crate::store::ledger::{Batch, BatchState};

/// Where others have sent records to: paths, each asked about once in a run.
#[derive(Debug, Default)]
pub struct Others {
    by_path: HashMap<String, bool>,
    /// This migration itself has sent what it cannot tell from new rows.
    suspected: bool,
}

impl Others {
    /// `suspected`: whatever a stream holds, each batch is asked about before it is sent.
    pub fn suspected(suspected: bool) -> Self {
        Self { suspected, ..Self::default() }
    }

    /// Whether there is more where this request goes than the ledger knows of.
    pub async fn sent_to(&mut self, store: &Store, destination: &dyn Destination, outgoing: &Outgoing) -> Result<bool> {
        if let Some(sent) = self.by_path.get(&outgoing.path) {
            return Ok(*sent);
        }
        let sent = match destination.beside(outgoing).await? {
            Some(_) if self.suspected => true,
            Some(there) => there != store.rows_sent_to(&outgoing.dataset, &outgoing.path)?,
            None => false,
        };
        self.by_path.insert(outgoing.path.clone(), sent);
        Ok(sent)
    }
}

impl Upload<'_> {
    /// Leaves out of what is to be sent what the destination has already; that goes to `settled` as unchanged.
    pub(super) async fn without_those_there(
        &mut self,
        to_send: Vec<(Batch, Outgoing)>,
        settled: &mut Vec<Batch>,
    ) -> Result<Vec<(Batch, Outgoing)>> {
        let (mut free, mut suspect) = (Vec::new(), Vec::new());
        for (batch, outgoing) in to_send {
            let suspected = outgoing.action == Action::Create
                && self.others.sent_to(self.store, self.destination.as_ref(), &outgoing).await?;
            if suspected { &mut suspect } else { &mut free }.push((batch, outgoing));
        }
        while !suspect.is_empty() {
            suspect = self.told_apart(suspect, &mut free, settled).await?;
        }
        Ok(free)
    }

    /// Asks about each; returns the halves of those that are there in part, which have to be asked about again.
    async fn told_apart(
        &mut self,
        suspect: Vec<(Batch, Outgoing)>,
        free: &mut Vec<(Batch, Outgoing)>,
        settled: &mut Vec<Batch>,
    ) -> Result<Vec<(Batch, Outgoing)>> {
        let (batches, outgoing): (Vec<Batch>, Vec<Outgoing>) = suspect.into_iter().unzip();
        let mut arrived = Vec::with_capacity(outgoing.len());
        for part in outgoing.chunks(QUESTION) {
            arrived.extend(self.destination.arrived(part).await?);
        }
        let mut halves = Vec::new();
        for ((batch, outgoing), arrived) in batches.into_iter().zip(outgoing).zip(arrived) {
            let rows: Vec<i64> = batch.places.iter().map(|place| place.packed()).collect();
            match arrived {
                Arrived::No => free.push((batch, outgoing)),
                Arrived::Yes { remote_id } => settled.push(self.found(batch, remote_id)),
                Arrived::Part { reason } => match self.take_apart(&batch, &outgoing, None) {
                    Some(parts) => halves.extend(parts),
                    None => settled.push(self.refused_by_us(&batch.dataset, &batch.key, &rows, &reason)),
                },
                Arrived::Unknown { reason } | Arrived::Unanswered { reason } => {
                    let reason = format!(
                        "Others have sent records to the same place, and it cannot be told whether this one is among them. {reason}"
                    );
                    settled.push(self.refused_by_us(&batch.dataset, &batch.key, &rows, &reason));
                }
            }
        }
        Ok(halves)
    }

    fn found(&mut self, batch: Batch, remote_id: Option<String>) -> Batch {
        (self.tell)(Event::Cleared { dataset: batch.dataset.clone(), key: batch.key.clone(), arrived: true });
        Batch { action: "unchanged".to_owned(), state: BatchState::Accepted, remote_id, body: None, ..batch }
    }
}
