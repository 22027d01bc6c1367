//! What became of batches: written down, told, and acted upon. Whatever has ended is written before anything is made of it.

use std::collections::HashSet;
use std::time::Duration;

use super::changed::{Sorted, Standing, moved};
use super::run::Upload;
use super::send::End;
use super::sending::{Ended, Open};
use super::{Event, Result, UploadError};
use crate::destination::retry::Pause;
use crate::destination::{Arrived, Outgoing};
use crate::schema::Dataset;
use crate::store::Place;
use crate::store::history::KeptCall;
use crate::store::ledger::{Batch, BatchState, Outcome};

/// Waits of less than this are over before they are read.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// A body and calls as they are kept.
type Kept = (Option<String>, Vec<KeptCall>);

impl Upload<'_> {
    /// Something of what is under way; tells of pauses until then. While nothing is under way, nothing ever ends.
    pub(super) async fn ended(&mut self) -> Vec<Ended> {
        loop {
            tokio::select! {
                ended = self.sending.ended(), if self.sending.len() > 0 => return ended,
                () = self.control.hurried() => self.destination.try_now(),
                Ok(()) = self.pauses.changed() => tell_pause(self.pauses.borrow_and_update().as_ref(), self.tell),
            }
        }
    }

    /// Writes down what became of batches, and hands over the halves of those that were taken apart. An error says why
    /// nothing more is to be sent.
    pub(super) fn settle(&mut self, ended: Vec<Ended>) -> Result<()> {
        let mut stop = None;
        let mut known_fate = Vec::with_capacity(ended.len());
        for Ended { open, end, body, calls } in ended {
            match end {
                Some(End::Stopped(reason)) => stop = stop.or(Some(UploadError::Stopped(reason))),
                Some(End::Unreachable { reason }) => stop = stop.or(Some(UploadError::Unreachable { reason })),
                None => stop = stop.or(Some(UploadError::Cancelled)),
                Some(end) => {
                    if let End::Accepted { remote_id: Some(id) } = &end {
                        self.known.insert(&open.batch.dataset, open.batch.key.clone(), id.clone());
                    }
                    if let Some(before) = &open.before {
                        (self.tell)(Event::Cleared {
                            dataset: open.batch.dataset.clone(),
                            key: open.batch.key.clone(),
                            arrived: matches!(before, Arrived::Yes { .. }),
                        });
                    }
                    known_fate.push((open, end, (body, calls)));
                }
            }
        }
        let mut batches: Vec<Batch> = known_fate.iter().map(|(open, ..)| open.batch.clone()).collect();
        let parts = self.write_down(known_fate)?;
        // The rows of a batch that was taken apart are settled with its halves.
        let open: HashSet<Place> = parts.iter().flat_map(|part| part.batch.places.iter().copied()).collect();
        batches.retain(|batch| !batch.places.iter().any(|place| open.contains(place)));
        for part in parts {
            self.sending.start(part);
        }
        if let Some(dataset) = self.telling {
            self.tell_settled(dataset, &batches);
        }
        stop.or_else(|| self.refusals.beyond(self.options.stop_at)).map_or(Ok(()), Err)
    }

    /// Outcomes, and the halves of what was taken apart, in one transaction each.
    fn write_down(&mut self, ended: Vec<(Open, End, Kept)>) -> Result<Vec<Open>> {
        let mut outcomes = Vec::new();
        let mut halves: Vec<(Batch, Outgoing)> = Vec::new();
        for (Open { batch, outgoing, .. }, end, (kept, calls)) in ended {
            let rows = if self.schema.dataset(&batch.dataset).is_some() { batch.places.len() } else { 0 };
            let (state, remote_id, status, reason) = match end {
                End::Accepted { remote_id } => {
                    self.refusals.accepted(rows);
                    (BatchState::Accepted, remote_id, None, None)
                }
                End::Refused { status, reason, item } => {
                    if let Some(parts) = self.take_apart(&batch, &outgoing, item) {
                        halves.extend(parts);
                        (BatchState::Split, None, Some(status), Some(reason))
                    } else {
                        self.refusals.refused(rows, &reason);
                        (self.tell)(refused(&batch, reason.clone()));
                        (BatchState::Refused, None, Some(status), Some(reason))
                    }
                }
                End::Doubtful { reason } => {
                    (self.tell)(Event::Doubtful {
                        dataset: batch.dataset.clone(),
                        key: batch.key.clone(),
                        reason: reason.clone(),
                    });
                    (BatchState::Doubtful, None, None, Some(reason))
                }
                End::Unreachable { reason } => return Err(UploadError::Unreachable { reason }),
                End::Stopped(stop) => return Err(UploadError::Stopped(stop)),
            };
            // It may have to be sent again, exactly as it is.
            let body = kept.filter(|_| state != BatchState::Doubtful);
            outcomes.push(Outcome { batch: batch.id, state, remote_id, status, reason, body, calls });
        }
        let (mut intents, outgoing): (Vec<Batch>, Vec<Outgoing>) = halves.into_iter().unzip();
        self.store.settle(&outcomes, &mut intents, &(self.now)().to_string())?;
        Ok(intents.into_iter().zip(outgoing).map(|(batch, outgoing)| Open::new(batch, outgoing)).collect())
    }

    /// What is not sent because it was sent before: where it stands now, or that it cannot be changed any more.
    pub(super) fn write_settled(&mut self, dataset: &'static Dataset, sorted: &Sorted<'_>) -> Result<()> {
        let at = (self.now)().to_string();
        let mut batches = moved(dataset.id, self.run, &at, &sorted.settled, dataset.changes);
        for one in sorted.settled.iter().filter(|one| one.standing == Standing::Otherwise { here: false }) {
            batches.push(self.refused_by_us(dataset.id, &one.key, &one.rows, &sent_otherwise(one.run)));
        }
        self.store.intend(&mut batches)?;
        self.tell_refused(&batches);
        self.tell_settled(dataset, &batches);
        Ok(())
    }

    pub(super) fn tell_refused(&mut self, batches: &[Batch]) {
        for batch in batches.iter().filter(|batch| batch.state == BatchState::Refused) {
            (self.tell)(refused(batch, batch.reason.clone().unwrap_or_default()));
        }
    }

    pub(super) fn tell_settled(&mut self, dataset: &'static Dataset, batches: &[Batch]) {
        let rows: u64 =
            batches.iter().filter(|batch| batch.dataset == dataset.id).map(|batch| batch.places.len() as u64).sum();
        if rows > 0 {
            (self.tell)(Event::Settled { dataset: dataset.id.to_owned(), rows });
        }
    }
}

fn tell_pause(pause: Option<&Pause>, tell: &mut dyn FnMut(Event)) {
    if let Some(pause) = pause.filter(|pause| pause.length >= WORTH_TELLING) {
        let Pause { told, length, reached, .. } = pause.clone();
        tell(Event::Waiting { told, seconds: length.as_secs(), reached });
    }
}

/// Why an event stays away that was sent with other values.
fn sent_otherwise(run: i64) -> String {
    format!(
        "It was sent in run {run} with other values, and what was sent of usage is not changed afterwards. Leave the row out, or leave out what was added on Match since."
    )
}

fn refused(batch: &Batch, reason: String) -> Event {
    Event::Refused {
        dataset: batch.dataset.clone(),
        key: batch.key.clone(),
        reason,
        place: batch.places.first().map(|&place| place.into()),
        rows: batch.places.len() as u64,
    }
}
