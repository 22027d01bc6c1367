//! An upload from its first batch to its last, and on from wherever an earlier one ended.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::behaviour::planned;
use super::changed::{By, Mark, Sent, Sorted, Standing, moved};
use super::needs;
use super::others::Others;
use super::plan::QUESTION;
use super::rows::{Held, Windows, first_of, known_ids};
use super::send::End;
use super::sending::{Ended, Means, Open, Sending};
use super::threshold::Refusals;
use super::{Clock, Control, Event, Options, Result, UploadError};
use crate::destination::retry::Pause;
use crate::destination::{Arrived, Destination, Encoded, Existing, Found, Known, Outgoing, Planned, Records};
use crate::schema::sync;
use crate::schema::{Dataset, Schema};
use crate::store::history::KeptCall;
use crate::store::ledger::{Batch, BatchState, Outcome};
use crate::store::{Place, Store, hex};

/// Intents written down ahead of sending. A crash leaves at most so many batches to ask about.
const AHEAD: usize = 64;

/// Everything an upload needs beside the rows, and what it learns on its way.
pub struct Upload<'u> {
    pub(super) store: &'u mut Store,
    schema: &'static Schema,
    pub(super) destination: Arc<dyn Destination>,
    run: i64,
    options: Options,
    control: Arc<Control>,
    now: Clock,
    pub(super) tell: &'u mut dyn FnMut(Event),
    pub(super) others: Others,
    /// Of the rows that are readied.
    marks: Marks,
    refusals: Refusals,
    known: Known,
    sending: Sending,
    pauses: watch::Receiver<Option<Pause>>,
    /// Whose settled rows are told.
    telling: Option<&'static Dataset>,
}

/// By whom, where to and when records are sent.
pub struct Way {
    pub schema: &'static Schema,
    pub destination: Arc<dyn Destination>,
    pub control: Arc<Control>,
    pub now: Clock,
}

/// What is written down with the rows of a dataset that are under way.
#[derive(Default)]
pub struct Marks {
    dataset: &'static str,
    rows: HashMap<i64, Mark>,
}

impl<'u> Upload<'u> {
    pub fn new(store: &'u mut Store, way: Way, run: i64, options: Options, tell: &'u mut dyn FnMut(Event)) -> Self {
        let Way { schema, destination, control, now } = way;
        let means =
            Means { destination: Arc::clone(&destination), control: Arc::clone(&control), now: Arc::clone(&now), run };
        let sending = Sending::new(means, options.concurrency.max(1));
        let pauses = destination.pauses();
        Self {
            store,
            schema,
            destination,
            run,
            options,
            control,
            now,
            tell,
            others: Others::default(),
            marks: Marks::default(),
            refusals: Refusals::default(),
            known: Known::default(),
            sending,
            pauses,
            telling: None,
        }
    }

    /// Settles what an earlier run left open, then sends what is left. However it ends, what is under way is waited for and
    /// written down first.
    pub async fn go(&mut self) -> Result<()> {
        let outcome = self.everything().await;
        if outcome.is_err() {
            self.control.stop();
        }
        let rest = self.drain().await;
        outcome.and(rest)
    }

    async fn everything(&mut self) -> Result<()> {
        self.settle_open().await?;
        self.known = known_ids(self.store)?;
        let schema = self.schema;
        for dataset in &schema.datasets {
            self.telling = Some(dataset);
            let sent = self.dataset(dataset).await?;
            self.drain().await?;
            if self.options.first.is_some() && sent > 0 {
                break;
            }
        }
        Ok(())
    }

    /// Batches whose outcome was never written down: asked about before anything is sent.
    async fn settle_open(&mut self) -> Result<()> {
        let frozen = |batch: Batch| restore(&batch).map(|outgoing| (batch, outgoing));
        let open: Vec<(Batch, Outgoing)> = self.store.unsettled()?.into_iter().filter_map(frozen).collect();
        if open.is_empty() {
            return Ok(());
        }
        // Whatever the run that ended had sent last may still be at work over there.
        self.destination.settle().await;
        let (batches, outgoing): (Vec<Batch>, Vec<Outgoing>) = open.into_iter().unzip();
        let mut arrived = Vec::with_capacity(outgoing.len());
        for part in outgoing.chunks(QUESTION) {
            arrived.extend(self.destination.arrived(part).await?);
        }
        self.widen(&outgoing).await?;
        for ((batch, outgoing), arrived) in batches.into_iter().zip(outgoing).zip(arrived) {
            self.sending.start(Open { batch, outgoing, before: Some(arrived) });
        }
        self.drain().await
    }

    /// Hands one dataset over and returns how many records went out; the last of them may still be under way.
    async fn dataset(&mut self, dataset: &'static Dataset) -> Result<usize> {
        let held = Held::of(self.store)?;
        let mut windows = Windows::of(self.store, dataset)?;
        if self.options.first.is_some() {
            windows = windows.small(dataset);
        }
        let mut sent_before = self.sent_before(dataset)?;
        (self.tell)(Event::Begins { dataset: dataset.id.to_owned(), rows: windows.rows() });
        let fields = windows.fields();
        let mut made: HashSet<String> = HashSet::new();
        let mut sent = 0;
        while let Some(window) = windows.next(self.store)? {
            let only = self.options.only.as_ref();
            let goes =
                |place: Place| !held.stands_back(place) && only.is_none_or(|only| only.contains(&place.packed()));
            let sorted = sent_before.sort(windows.records(&window, goes)?, &held);
            self.write_settled(dataset, &sorted)?;
            let mut rows = sorted.go;
            self.marks = Marks { dataset: dataset.id, rows: sorted.marks };
            if let Some(first) = self.options.first {
                rows = first_of(dataset, rows, first.saturating_sub(sent));
            }
            if rows.is_empty() {
                continue;
            }
            sent += rows.len();
            let records = Records { fields: &fields, rows: &rows };
            let mut referred = false;
            for stage in self.destination.stages(dataset.id) {
                if referred {
                    // What comes next refers to what is under way.
                    self.drain().await?;
                }
                referred = self.stage(dataset, stage, &records, &mut made).await?;
            }
            if self.options.first.is_some_and(|first| sent >= first) {
                break;
            }
        }
        Ok(sent)
    }

    fn sent_before(&mut self, dataset: &'static Dataset) -> Result<Sent> {
        let sync = self.store.syncs()?.remove(dataset.id).unwrap_or_default();
        let by = if self.options.all { By::Only(self.run) } else { By::Any };
        let sent = Sent::of(self.store, dataset, &sync, by)?;
        self.others = Others::suspected(sent.blind);
        Ok(sent)
    }

    /// What is not sent because it was sent before: where it stands now, or that it cannot be changed any more.
    fn write_settled(&mut self, dataset: &'static Dataset, sorted: &Sorted<'_>) -> Result<()> {
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

    fn tell_refused(&mut self, batches: &[Batch]) {
        for batch in batches.iter().filter(|batch| batch.state == BatchState::Refused) {
            (self.tell)(refused(batch, batch.reason.clone().unwrap_or_default()));
        }
    }

    /// One stage of a window: what is there is left or changed, the rest is created. Says whether anything went out.
    async fn stage(
        &mut self,
        dataset: &'static Dataset,
        stage: &'static str,
        records: &Records<'_>,
        made: &mut HashSet<String>,
    ) -> Result<bool> {
        let encoded = needs::encode(self.destination.as_ref(), stage, records, &mut self.known).await?;
        let sync = self.store.syncs()?.remove(stage).unwrap_or_default();
        let mut any = false;
        for part in encoded.chunks(QUESTION) {
            let fresh: Vec<&Encoded> = part.iter().filter(|encoded| made.insert(name(stage, encoded))).collect();
            any |= self.part(dataset, (stage, &sync), &fresh).await?;
        }
        Ok(any)
    }

    /// So many records of a stage as one question asks about, sent as soon as it is answered.
    async fn part(
        &mut self,
        dataset: &'static Dataset,
        (stage, sync): (&'static str, &sync::Sync),
        encoded: &[&Encoded],
    ) -> Result<bool> {
        let (mut to_send, mut settled) = (Vec::new(), Vec::new());
        let found = self.existing(stage, encoded).await?;
        for encoded in encoded {
            match encoded {
                Encoded::Ready { outgoing, rows } => {
                    let existing = found.get(&outgoing.key).map_or(&[][..], Vec::as_slice);
                    self.sort(outgoing, rows, (sync, existing), &mut to_send, &mut settled);
                }
                Encoded::Waiting { key, needs, rows } => {
                    let missing: Vec<String> =
                        needs.iter().map(|need| format!("{} “{}”", need.dataset, need.key)).collect();
                    let reason = format!("It needs {}, which the destination does not have.", missing.join(", "));
                    settled.push(self.refused_by_us(stage, key, rows, &reason));
                }
            }
        }
        let to_send = self.without_those_there(to_send, &mut settled).await?;
        self.store.intend(&mut settled)?;
        self.tell_refused(&settled);
        self.tell_settled(dataset, &settled);
        for batch in settled {
            if let (BatchState::Accepted, Some(id)) = (batch.state, batch.remote_id) {
                self.known.insert(stage, batch.key, id);
            }
        }
        let any = !to_send.is_empty();
        self.send_all(to_send).await?;
        Ok(any)
    }

    /// Asks what is there, while what is under way goes on.
    async fn existing(&mut self, stage: &str, encoded: &[&Encoded]) -> Result<Found> {
        let keys: Vec<String> = encoded
            .iter()
            .filter_map(|encoded| match encoded {
                Encoded::Ready { outgoing, .. } => Some(outgoing.key.clone()),
                Encoded::Waiting { .. } => None,
            })
            .collect();
        if keys.is_empty() {
            return Ok(Found::new());
        }
        let destination = Arc::clone(&self.destination);
        Ok(self.meanwhile(destination.existing(stage, &keys)).await??)
    }

    fn sort(
        &self,
        outgoing: &Outgoing,
        rows: &[i64],
        (sync, existing): (&sync::Sync, &[Existing]),
        to_send: &mut Vec<(Batch, Outgoing)>,
        settled: &mut Vec<Batch>,
    ) {
        let stage = outgoing.dataset.clone();
        let key = outgoing.key.clone();
        match planned(self.destination.as_ref(), sync, outgoing, existing) {
            Planned::Create(outgoing) => to_send.push((self.batch(&outgoing, "create", rows), outgoing)),
            Planned::Update { outgoing, .. } => to_send.push((self.batch(&outgoing, "update", rows), outgoing)),
            Planned::Unchanged { remote_id } => {
                let batch = self.batch(outgoing, "unchanged", rows);
                settled.push(Batch {
                    state: BatchState::Accepted,
                    remote_id: Some(remote_id),
                    request: None,
                    body: None,
                    ..batch
                });
            }
            Planned::Skip { reason } => settled.push(self.refused_by_us(&stage, &key, rows, &reason)),
        }
    }

    /// The digests of these rows, and the batches of which a new one takes the place.
    fn marked(&self, stage: &str, rows: &[i64]) -> (Vec<u128>, Vec<i64>) {
        let of = |row: &i64| self.marks.rows.get(row).filter(|_| self.marks.dataset == stage);
        let Some(marks) = rows.iter().map(of).collect::<Option<Vec<&Mark>>>() else { return Default::default() };
        let mut replaces: Vec<i64> = marks.iter().flat_map(|mark| mark.replaces.iter().copied()).collect();
        replaces.sort_unstable();
        replaces.dedup();
        (marks.iter().map(|mark| mark.digest).collect(), replaces)
    }

    fn batch(&self, outgoing: &Outgoing, action: &str, rows: &[i64]) -> Batch {
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

    /// Writes down the intents and hands over what they are about, a little ahead of what is under way.
    async fn send_all(&mut self, batches: Vec<(Batch, Outgoing)>) -> Result<()> {
        let (mut batches, mut outgoing): (Vec<Batch>, Vec<Outgoing>) = batches.into_iter().unzip();
        self.widen(&outgoing).await?;
        let step = AHEAD.max(self.sending.lanes()) / 2;
        while !batches.is_empty() {
            while self.sending.len() > step {
                self.collect().await?;
            }
            let later = step.min(batches.len());
            let (rest, rest_outgoing) = (batches.split_off(later), outgoing.split_off(later));
            self.store.intend(&mut batches)?;
            for (batch, outgoing) in batches.into_iter().zip(outgoing) {
                self.sending.start(Open::new(batch, outgoing));
            }
            (batches, outgoing) = (rest, rest_outgoing);
        }
        Ok(())
    }

    /// As many lanes as requests like these want.
    async fn widen(&mut self, outgoing: &[Outgoing]) -> Result<()> {
        let together = outgoing.iter().map(|outgoing| self.destination.together(outgoing)).max();
        let lanes = self.options.concurrency.max(1) * together.unwrap_or(1);
        if lanes != self.sending.lanes() {
            self.drain().await?;
            self.sending = self.sending.with(lanes);
        }
        Ok(())
    }

    /// Waits for an answer; what ends before it comes is written down.
    async fn meanwhile<T>(&mut self, answer: impl Future<Output = T>) -> Result<T> {
        let mut answer = std::pin::pin!(answer);
        loop {
            let ended = tokio::select! {
                answer = &mut answer => return Ok(answer),
                ended = self.ended() => ended,
            };
            self.settle(ended)?;
        }
    }

    /// Waits until something that is under way ends, and writes down what became of it.
    async fn collect(&mut self) -> Result<()> {
        let ended = self.ended().await;
        self.settle(ended)
    }

    /// Waits for everything that is under way. What happened first is why it stopped.
    async fn drain(&mut self) -> Result<()> {
        let mut outcome = Ok(());
        while self.sending.len() > 0 {
            match self.collect().await {
                // What cannot be written down need not be waited for.
                Err(error @ UploadError::Store(_)) => return outcome.and(Err(error)),
                Err(error) => {
                    self.control.stop();
                    outcome = outcome.and(Err(error));
                }
                Ok(()) => {}
            }
        }
        outcome
    }

    /// Something of what is under way; tells of pauses until then. While nothing is under way, nothing ever ends.
    async fn ended(&mut self) -> Vec<Ended> {
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
    fn settle(&mut self, ended: Vec<Ended>) -> Result<()> {
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

    fn tell_settled(&mut self, dataset: &'static Dataset, batches: &[Batch]) {
        let rows: u64 =
            batches.iter().filter(|batch| batch.dataset == dataset.id).map(|batch| batch.places.len() as u64).sum();
        if rows > 0 {
            (self.tell)(Event::Settled { dataset: dataset.id.to_owned(), rows });
        }
    }
}

/// A body and calls as they are kept.
type Kept = (Option<String>, Vec<KeptCall>);

/// Waits of less than this are over before they are read.
const WORTH_TELLING: Duration = Duration::from_secs(1);

fn tell_pause(pause: Option<&Pause>, tell: &mut dyn FnMut(Event)) {
    if let Some(pause) = pause.filter(|pause| pause.length >= WORTH_TELLING) {
        let Pause { told, length, reached, .. } = pause.clone();
        tell(Event::Waiting { told, seconds: length.as_secs(), reached });
    }
}

/// Why an event stays away that was sent with other values.
pub(super) fn sent_otherwise(run: i64) -> String {
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

fn name(stage: &str, encoded: &Encoded) -> String {
    match encoded {
        Encoded::Ready { outgoing, .. } => format!("{stage}\u{0}{}", outgoing.key),
        Encoded::Waiting { key, .. } => format!("{stage}\u{0}{key}"),
    }
}

/// The frozen request of a batch.
pub(super) fn restore(batch: &Batch) -> Option<Outgoing> {
    let bare: Outgoing = serde_json::from_str(batch.request.as_deref()?).ok()?;
    Some(Outgoing { body: batch.body.clone()?, ..bare })
}
