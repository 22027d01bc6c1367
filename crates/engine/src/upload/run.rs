//! An upload from its first batch to its last, and on from wherever an earlier one ended.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

use super::behaviour::planned;
use super::changed::{By, Sent};
use super::intent::{Marks, restore};
use super::needs;
use super::others::Others;
use super::plan::QUESTION;
use super::rows::{Held, Windows, first_of, known_ids};
use super::sending::{Means, Open, Sending};
use super::threshold::Refusals;
use super::{Clock, Control, Event, Options, Result, UploadError};
use crate::destination::retry::Pause;
use crate::destination::{Destination, Encoded, Existing, Found, Known, Outgoing, Planned, Records};
use crate::schema::sync;
use crate::schema::{Dataset, Schema};
use crate::store::ledger::{Batch, BatchState};
use crate::store::{Place, Store};

/// Intents written down ahead of sending. A crash leaves at most so many batches to ask about.
const AHEAD: usize = 64;

/// Everything an upload needs beside the rows, and what it learns on its way.
pub struct Upload<'u> {
    pub(super) store: &'u mut Store,
    pub(super) schema: &'static Schema,
    pub(super) destination: Arc<dyn Destination>,
    pub(super) run: i64,
    pub(super) options: Options,
    pub(super) control: Arc<Control>,
    pub(super) now: Clock,
    pub(super) tell: &'u mut dyn FnMut(Event),
    pub(super) others: Others,
    /// Of the rows that are readied.
    pub(super) marks: Marks,
    pub(super) refusals: Refusals,
    pub(super) known: Known,
    pub(super) sending: Sending,
    pub(super) pauses: watch::Receiver<Option<Pause>>,
    /// Whose settled rows are told.
    pub(super) telling: Option<&'static Dataset>,
}

/// By whom, where to and when records are sent.
pub struct Way {
    pub schema: &'static Schema,
    pub destination: Arc<dyn Destination>,
    pub control: Arc<Control>,
    pub now: Clock,
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
}

fn name(stage: &str, encoded: &Encoded) -> String {
    match encoded {
        Encoded::Ready { outgoing, .. } => format!("{stage}\u{0}{}", outgoing.key),
        Encoded::Waiting { key, .. } => format!("{stage}\u{0}{key}"),
    }
}
