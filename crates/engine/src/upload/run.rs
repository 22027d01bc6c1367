//! An upload from its first batch to its last, and on from wherever an earlier one ended.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::behaviour::planned;
use super::changed::{By, Mark, Sent, Sorted, Standing, moved};
use super::kept;
use super::needs;
use super::others::Others;
use super::plan::QUESTION;
use super::rows::{Held, Windows, first_of, known_ids};
use super::send::{End, settle};
use super::threshold::Refusals;
use super::{Control, Event, Options, Result, UploadError};
use crate::destination::heard::{Call, Heard};
use crate::destination::retry::Pause;
use crate::destination::{Arrived, Destination, Encoded, Existing, Known, Outgoing, Planned, Records};
use crate::schema::sync;
use crate::schema::{Dataset, Schema};
use crate::store::ledger::{Batch, BatchState, Outcome};
use crate::store::{Place, Store, hex};

/// For how long a destination surely remembers an idempotency key: 24 h (zenskar.md, section 1), less an hour for clocks
/// that differ.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(23);
/// Outcomes written together when they arrive together.
const TOGETHER: usize = 64;
/// Intents written down ahead of sending. A crash leaves at most so many batches to ask about.
const AHEAD: usize = 64;
/// How often a paused upload looks whether it may go on.
const PAUSE_LOOK: Duration = Duration::from_millis(200);

/// Everything an upload needs beside the rows.
pub struct Upload<'u> {
    pub store: &'u mut Store,
    pub schema: &'static Schema,
    pub destination: &'u dyn Destination,
    pub run: i64,
    pub options: Options,
    pub control: &'u Control,
    pub now: &'u (dyn Fn() -> Timestamp + Sync),
    pub tell: &'u mut dyn FnMut(Event),
    /// Begins empty.
    pub others: Others,
    /// Of the rows under way. Begins empty.
    pub marks: Marks,
    /// Begins empty.
    pub refusals: Refusals,
}

/// What is written down with the rows of a dataset that are under way.
#[derive(Default)]
pub struct Marks {
    dataset: &'static str,
    rows: HashMap<i64, Mark>,
}

impl Upload<'_> {
    /// Settles what an earlier run left open, then sends what is left.
    pub async fn go(&mut self) -> Result<()> {
        self.settle_open().await?;
        let mut known = known_ids(self.store)?;
        let schema = self.schema;
        for dataset in &schema.datasets {
            let sent = self.dataset(dataset, &mut known).await?;
            if self.options.first.is_some() && sent > 0 {
                break;
            }
        }
        Ok(())
    }

    /// Batches whose outcome was never written down: asked about before anything is sent.
    async fn settle_open(&mut self) -> Result<()> {
        let open: Vec<(Batch, Outgoing)> = self
            .store
            .unsettled()?
            .into_iter()
            .filter_map(|batch| {
                let outgoing = restore(&batch)?;
                Some((batch, outgoing))
            })
            .collect();
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
        let asked = batches.into_iter().zip(outgoing).zip(arrived);
        let mut queue: Vec<Open> =
            asked.map(|((batch, outgoing), arrived)| Open { batch, outgoing, before: Some(arrived) }).collect();
        let mut known = Known::default();
        while !queue.is_empty() {
            queue = self.send_queue(None, queue, &mut known).await?;
        }
        Ok(())
    }

    /// Sends one dataset and returns how many records went out.
    async fn dataset(&mut self, dataset: &'static Dataset, known: &mut Known) -> Result<usize> {
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
            for stage in self.destination.stages(dataset.id) {
                self.stage(dataset, stage, &records, known, &mut made).await?;
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

    /// One stage of a window: what is there is left or changed, the rest is created.
    async fn stage(
        &mut self,
        dataset: &'static Dataset,
        stage: &'static str,
        records: &Records<'_>,
        known: &mut Known,
        made: &mut HashSet<String>,
    ) -> Result<()> {
        let encoded = needs::encode(self.destination, stage, records, known).await?;
        let sync = self.store.syncs()?.remove(stage).unwrap_or_default();
        for part in encoded.chunks(QUESTION) {
            let fresh: Vec<&Encoded> = part.iter().filter(|encoded| made.insert(name(stage, encoded))).collect();
            self.part(dataset, (stage, &sync), &fresh, known).await?;
        }
        Ok(())
    }

    /// So many records of a stage as one question asks about, sent as soon as it is answered.
    async fn part(
        &mut self,
        dataset: &'static Dataset,
        (stage, sync): (&'static str, &sync::Sync),
        encoded: &[&Encoded],
        known: &mut Known,
    ) -> Result<()> {
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
                known.insert(stage, batch.key, id);
            }
        }
        self.send_all(dataset, to_send, known).await
    }

    async fn existing(&self, stage: &str, encoded: &[&Encoded]) -> Result<crate::destination::Found> {
        let keys: Vec<String> = encoded
            .iter()
            .filter_map(|encoded| match encoded {
                Encoded::Ready { outgoing, .. } => Some(outgoing.key.clone()),
                Encoded::Waiting { .. } => None,
            })
            .collect();
        if keys.is_empty() {
            Ok(crate::destination::Found::new())
        } else {
            Ok(self.destination.existing(stage, &keys).await?)
        }
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
        match planned(self.destination, sync, outgoing, existing) {
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

    /// Writes down the intents, sends with bounded concurrency, writes down each outcome as it comes.
    async fn send_all(
        &mut self,
        dataset: &'static Dataset,
        batches: Vec<(Batch, Outgoing)>,
        known: &mut Known,
    ) -> Result<()> {
        let ahead = AHEAD.max(self.at_once(batches.iter().map(|(_, outgoing)| outgoing)));
        let mut batches = batches.into_iter().peekable();
        while batches.peek().is_some() {
            let (mut intents, outgoing): (Vec<Batch>, Vec<Outgoing>) = batches.by_ref().take(ahead).unzip();
            self.store.intend(&mut intents)?;
            let mut queue: Vec<Open> =
                intents.into_iter().zip(outgoing).map(|(batch, outgoing)| Open::new(batch, outgoing)).collect();
            while !queue.is_empty() {
                queue = self.send_queue(Some(dataset), queue, known).await?;
            }
        }
        Ok(())
    }

    /// How many of these requests are handed to the destination at once.
    fn at_once<'o>(&self, outgoing: impl Iterator<Item = &'o Outgoing>) -> usize {
        let together = outgoing.map(|outgoing| self.destination.together(outgoing)).max();
        self.options.concurrency.max(1) * together.unwrap_or(1)
    }

    /// Sends a queue and returns the halves of batches that were taken apart, which are written down already.
    async fn send_queue(
        &mut self,
        dataset: Option<&'static Dataset>,
        queue: Vec<Open>,
        known: &mut Known,
    ) -> Result<Vec<Open>> {
        let (destination, control, now) = (self.destination, self.control, self.now);
        let at_once = self.at_once(queue.iter().map(|open| &open.outgoing));
        let answers = stream::iter(queue)
            .map(|open| async move {
                if held_back(control).await {
                    return (open, None, Vec::new());
                }
                let (heard, before) = (Heard::default(), open.before.clone());
                let remembered = || is_remembered(&open.batch.intended_at, now());
                let end = settle(destination, &open.outgoing, (before, &heard), &remembered).await;
                (open, Some(end), heard.take())
            })
            .buffer_unordered(at_once);
        let mut answers = std::pin::pin!(answers.ready_chunks(TOGETHER));
        let mut halves = Vec::new();
        let mut stop = None;
        let mut pauses = destination.pauses();
        loop {
            let ended = tokio::select! {
                ended = answers.next() => ended,
                () = control.hurried() => {
                    destination.try_now();
                    continue;
                }
                Ok(()) = pauses.changed() => {
                    tell_pause(pauses.borrow_and_update().as_ref(), self.tell);
                    continue;
                }
            };
            let Some(ended) = ended else { break };
            let mut written = Vec::new();
            for (open, end, calls) in ended {
                match end {
                    Some(End::Stopped(reason)) => {
                        control.stop();
                        stop.get_or_insert(UploadError::Stopped(reason));
                    }
                    Some(End::Unreachable { reason }) => {
                        control.stop();
                        stop.get_or_insert(UploadError::Unreachable { reason });
                    }
                    None => {
                        stop.get_or_insert(UploadError::Cancelled);
                    }
                    Some(end) => {
                        if let End::Accepted { remote_id: Some(id) } = &end {
                            known.insert(&open.batch.dataset, open.batch.key.clone(), id.clone());
                        }
                        if let Some(before) = &open.before {
                            (self.tell)(Event::Cleared {
                                dataset: open.batch.dataset.clone(),
                                key: open.batch.key.clone(),
                                arrived: matches!(before, Arrived::Yes { .. }),
                            });
                        }
                        written.push((open, end, calls));
                    }
                }
            }
            let mut batches: Vec<Batch> = written.iter().map(|(open, ..)| open.batch.clone()).collect();
            let parts = self.write_down(written)?;
            if let Some(beyond) = self.refusals.beyond(self.options.stop_at) {
                control.stop();
                stop.get_or_insert(beyond);
            }
            // The rows of a batch that was taken apart are settled with its halves.
            let open: HashSet<Place> = parts.iter().flat_map(|part| part.batch.places.iter().copied()).collect();
            batches.retain(|batch| !batch.places.iter().any(|place| open.contains(place)));
            halves.extend(parts);
            if let Some(dataset) = dataset {
                self.tell_settled(dataset, &batches);
            }
        }
        match stop {
            Some(reason) => Err(reason),
            None => Ok(halves),
        }
    }

    /// Outcomes, and the halves of what was taken apart, in one transaction each.
    fn write_down(&mut self, ended: Vec<(Open, End, Vec<Call>)>) -> Result<Vec<Open>> {
        let mut outcomes = Vec::new();
        let mut halves: Vec<(Batch, Outgoing)> = Vec::new();
        for (Open { batch, outgoing, .. }, end, calls) in ended {
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
            let body = match state {
                BatchState::Doubtful => None,
                _ => kept::body(self.destination, &outgoing.body),
            };
            let calls = kept::calls(self.destination, self.run, calls);
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

/// Waits of less than this are over before they are read.
const WORTH_TELLING: Duration = Duration::from_secs(1);

fn tell_pause(pause: Option<&Pause>, tell: &mut dyn FnMut(Event)) {
    if let Some(pause) = pause.filter(|pause| pause.length >= WORTH_TELLING) {
        let Pause { told, length, reached, .. } = pause.clone();
        tell(Event::Waiting { told, seconds: length.as_secs(), reached });
    }
}

/// A batch that is written down and whose fate is open.
struct Open {
    batch: Batch,
    outgoing: Outgoing,
    /// Perhaps sent by a run that ended; what the destination then said it has of it.
    before: Option<Arrived>,
}

impl Open {
    fn new(batch: Batch, outgoing: Outgoing) -> Self {
        Self { batch, outgoing, before: None }
    }
}

/// Why an event stays away that was sent with other values.
pub(super) fn sent_otherwise(run: i64) -> String {
    format!(
        "It was sent in run {run} with other values, and what was sent of usage is not changed afterwards. Leave the row out, or leave out what was added on Match since."
    )
}

/// Whether the destination surely still knows an idempotency key. If the clock was put back since, nobody can tell.
fn is_remembered(intended_at: &str, now: Timestamp) -> bool {
    let age = intended_at.parse::<Timestamp>().map(|at| now.duration_since(at));
    age.is_ok_and(|age| (SignedDuration::ZERO..REMEMBERED).contains(&age))
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

/// Waits while paused; says whether the upload was stopped.
async fn held_back(control: &Control) -> bool {
    while control.is_paused() {
        tokio::time::sleep(PAUSE_LOOK).await;
    }
    control.is_stopped()
}

/// The frozen request of a batch.
pub(super) fn restore(batch: &Batch) -> Option<Outgoing> {
    let bare: Outgoing = serde_json::from_str(batch.request.as_deref()?).ok()?;
    Some(Outgoing { body: batch.body.clone()?, ..bare })
}
