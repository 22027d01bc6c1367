//! Taking a run back: what it made and nobody has changed since is deleted at the destination, last first, through the ledger.
//!
//! Nothing is deleted on memory's word: each record is read back just before, and whatever is not as it was made stays, with the
//! reason. A run that takes back can be cut off anywhere and be gone on with: what is still there is read and judged anew.
//! Which calls delete is the destination's to know. The states: docs/LEDGER.md.

use std::collections::HashSet;
use std::ops::ControlFlow;

use futures::{StreamExt, stream};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::intent::restore;
use super::plan::QUESTION;
use super::send::{End, settle};
use super::{Result, UploadError, kept};
use crate::destination::difference::leaves;
use crate::destination::heard::{Call, Heard};
use crate::destination::{Arrived, Destination, Made, Outgoing, TakeBack};
use crate::schema::Schema;
use crate::store::ledger::{Batch, BatchState, Outcome};
use crate::store::take_back::TakenBack;
use crate::store::{Store, StoreError};

/// Keys that are told of one group; the counts are always of all.
const KEYS_TOLD: usize = 1000;
/// Records that are read, then deleted, before the next are read: nobody should change one in between.
const AT_ONCE: usize = 50;
const UPDATED: &str = "It was there before, and this run changed it. What it held before was not kept.";
const REFERRED: &str = "Records that stay refer to it.";
const IN_DOUBT: &str = "It is not certain whether it arrived.";
const NOT_SENT: &str = "It was never sent, and the run it belonged to was taken back.";

/// What becomes of records when a run is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is deleted, or would be.
    Deleted,
    /// Somebody else has deleted it.
    Gone,
    Stays,
    /// The request was sent, and it is not known what came of it.
    Doubtful,
}

/// Records of one stage that fare alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TakenGroup {
    pub dataset: String,
    pub what: Fate,
    /// Why they stay, or why nothing is known; empty otherwise.
    pub reason: String,
    pub records: u64,
    pub rows: u64,
    /// The first of them, as far as they are told one by one.
    pub keys: Vec<String>,
}

/// Groups in the order in which they were met.
#[derive(Debug, Default)]
pub struct Groups(IndexMap<(String, Fate, String), TakenGroup>);

impl Groups {
    fn add(&mut self, dataset: &str, what: Fate, reason: &str, (records, rows): (u64, u64), key: Option<&str>) {
        let group = self.0.entry((dataset.to_owned(), what, reason.to_owned())).or_insert_with(|| TakenGroup {
            dataset: dataset.to_owned(),
            what,
            reason: reason.to_owned(),
            records: 0,
            rows: 0,
            keys: Vec::new(),
        });
        group.records += records;
        group.rows += rows;
        group.keys.extend(key.filter(|_| group.keys.len() < KEYS_TOLD).map(str::to_owned));
    }

    fn one(&mut self, batch: &Batch, what: Fate, reason: &str) {
        self.add(&batch.dataset, what, reason, (1, batch.places.len() as u64), Some(&batch.key));
    }

    pub fn into_groups(self) -> Vec<TakenGroup> {
        self.0.into_values().collect()
    }
}

/// Everything that taking back needs. `as_run` is the run that does it; without one nothing is deleted, only looked at.
pub struct Undo<'u> {
    pub store: &'u mut Store,
    pub schema: &'static Schema,
    pub destination: &'u dyn Destination,
    pub run: i64,
    pub as_run: Option<i64>,
    /// Requests under way at once.
    pub concurrency: usize,
    pub now: &'u (dyn Fn() -> Timestamp + Sync),
    /// Hears how many records were looked at, and may stop it.
    pub tell: &'u mut dyn FnMut(u64) -> ControlFlow<()>,
    /// Begins empty.
    pub groups: Groups,
}

/// What is known while stage after stage is gone through.
#[derive(Default)]
struct Around {
    /// The destination's ids of everything the run made.
    made: HashSet<String>,
    /// Of these, what goes.
    going: HashSet<String>,
    /// Of these, what something that stays refers to.
    referred: HashSet<String>,
    looked_at: u64,
}

impl Undo<'_> {
    /// The last stage first, because what was made later may hang on what was made before.
    pub async fn go(&mut self) -> Result<()> {
        self.settle_open().await?;
        let mut around = Around { made: self.store.ids_made_in_run(self.run)?, ..Around::default() };
        let schema = self.schema;
        for dataset in schema.datasets.iter().rev() {
            for stage in self.destination.stages(dataset.id).iter().rev() {
                self.stage(stage, &mut around).await?;
            }
        }
        Ok(())
    }

    /// What was perhaps sent is asked about first: what arrived is taken back with the rest, what did not is not sent any more.
    async fn settle_open(&mut self) -> Result<()> {
        let open: Vec<Batch> = self.store.unsettled()?.into_iter().filter(|batch| batch.run == self.run).collect();
        if self.as_run.is_none() {
            for batch in &open {
                self.groups.one(batch, Fate::Doubtful, IN_DOUBT);
            }
            return Ok(());
        }
        // Whatever was sent last may still be at work over there: a record, or its deletion.
        if !open.is_empty() || self.store.has_open_take_back(self.run)? {
            self.destination.settle().await;
        }
        let frozen = |batch: Batch| restore(&batch).map(|outgoing| (batch, outgoing));
        let open: Vec<(Batch, Outgoing)> = open.into_iter().filter_map(frozen).collect();
        for part in open.chunks(QUESTION) {
            let outgoing: Vec<Outgoing> = part.iter().map(|(_, outgoing)| outgoing.clone()).collect();
            let arrived = self.destination.arrived(&outgoing).await?;
            self.settle_asked(part.iter().map(|(batch, _)| batch).zip(arrived))?;
        }
        Ok(())
    }

    fn settle_asked<'b>(&mut self, asked: impl Iterator<Item = (&'b Batch, Arrived)>) -> Result<()> {
        let at = (self.now)().to_string();
        let (mut outcomes, mut aside) = (Vec::new(), Vec::new());
        for (batch, arrived) in asked {
            match arrived {
                Arrived::Yes { remote_id } => outcomes.push(Outcome {
                    batch: batch.id,
                    state: BatchState::Accepted,
                    remote_id,
                    status: None,
                    reason: None,
                    body: batch.body.as_deref().and_then(|body| kept::body(self.destination, body)),
                    calls: Vec::new(),
                }),
                Arrived::No => aside.push(batch.id),
                Arrived::Part { reason } | Arrived::Unknown { reason } | Arrived::Unanswered { reason } => {
                    self.groups.one(batch, Fate::Doubtful, &format!("{IN_DOUBT} {reason}"));
                }
            }
        }
        self.store.settle(&outcomes, &mut [], &at)?;
        self.store.stand_aside(&aside, NOT_SENT, &at)?;
        Ok(())
    }

    async fn stage(&mut self, stage: &'static str, around: &mut Around) -> Result<()> {
        let changed = self.store.done_in_run(self.run, stage, "update")?;
        if changed.records > 0 {
            self.groups.add(stage, Fate::Stays, UPDATED, (changed.records, changed.rows), None);
        }
        match self.destination.keeps(stage) {
            Some(reason) => {
                let made = self.store.done_in_run(self.run, stage, "create")?;
                if made.records > 0 {
                    // Events travel together, and each is a record; what is made on the way of rows is not the rows.
                    let records = if self.schema.dataset(stage).is_some() { made.rows } else { made.records };
                    self.groups.add(stage, Fate::Stays, reason, (records, made.rows), None);
                }
            }
            None => self.each_page(stage, around).await?,
        }
        self.refer(stage, around)
    }

    async fn each_page(&mut self, stage: &'static str, around: &mut Around) -> Result<()> {
        let mut after = 0;
        loop {
            let page = self.store.made_in_run(self.run, stage, after, AT_ONCE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            around.looked_at += page.len() as u64;
            self.page(page, around).await?;
            if (self.tell)(around.looked_at).is_break() {
                return Err(StoreError::Stopped.into());
            }
        }
    }

    /// Reads so many records back, and deletes those that may go.
    async fn page(&mut self, page: Vec<Batch>, around: &mut Around) -> Result<()> {
        let (mut gone, mut go) = (Vec::new(), Vec::new());
        let mut known: Vec<(Batch, Made)> = Vec::new();
        for batch in page {
            match &batch.remote_id {
                Some(id) if around.referred.contains(id) => self.groups.one(&batch, Fate::Stays, REFERRED),
                Some(_) => known.push(self.made(batch)?),
                None => self.groups.one(&batch, Fate::Stays, "The destination gave it no id by which to delete it."),
            }
        }
        let (batches, made): (Vec<Batch>, Vec<Made>) = known.into_iter().unzip();
        let judged =
            if made.is_empty() { Vec::new() } else { self.destination.take_back(&made, &around.going).await? };
        for (batch, judged) in batches.into_iter().zip(judged) {
            match judged {
                TakeBack::Stays { reason } => self.groups.one(&batch, Fate::Stays, &reason),
                TakeBack::Gone => {
                    self.groups.one(&batch, Fate::Gone, "");
                    gone.push(batch);
                }
                TakeBack::Delete(outgoing) => go.push((batch, outgoing)),
            }
        }
        around.going.extend(gone.iter().filter_map(|batch| batch.remote_id.clone()));
        let Some(run) = self.as_run else {
            for (batch, _) in go {
                around.going.extend(batch.remote_id.clone());
                self.groups.one(&batch, Fate::Deleted, "");
            }
            return Ok(());
        };
        let gone: Vec<TakenBack> = gone.iter().map(|batch| outcome(batch, BatchState::Accepted, None, None)).collect();
        self.store.settle_take_back(run, &gone, &(self.now)().to_string())?;
        self.delete(run, go, around).await
    }

    /// The record a batch made, with what is known of its making.
    fn made(&self, batch: Batch) -> Result<(Batch, Made)> {
        let json = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        let calls = self.store.calls(batch.id)?;
        // The answer to the request that made it, if that is known; a job's answer is not the record's.
        let answer = calls
            .iter()
            .rev()
            .find(|call| call.run == self.run && call.status.is_some_and(|status| status < 300))
            .and_then(|call| call.answer.as_deref());
        let made = Made {
            dataset: batch.dataset.clone(),
            key: batch.key.clone(),
            remote_id: batch.remote_id.clone().unwrap_or_default(),
            sent: json(batch.body.as_deref()),
            answer: json(answer),
        };
        Ok((batch, made))
    }

    /// Writes down the intents, deletes with bounded concurrency, writes down each outcome as it comes.
    async fn delete(&mut self, run: i64, go: Vec<(Batch, Outgoing)>, around: &mut Around) -> Result<()> {
        let intents: Vec<(i64, String)> = go
            .iter()
            .map(|(batch, outgoing)| Ok((batch.id, serde_json::to_string(outgoing).map_err(StoreError::from)?)))
            .collect::<Result<_>>()?;
        self.store.intend_take_back(run, &intents, &(self.now)().to_string())?;
        let destination = self.destination;
        let ended = stream::iter(go)
            .map(|(batch, outgoing)| async move {
                let heard = Heard::default();
                let end = settle(destination, &outgoing, (None, &heard), &|| true).await;
                (batch, end, heard.take())
            })
            .buffer_unordered(self.concurrency.max(1));
        let mut ended = std::pin::pin!(ended);
        let mut stop = None;
        while let Some((batch, end, calls)) = ended.next().await {
            match self.written_down(run, batch, end, calls)? {
                Ok(deleted) => around.going.extend(deleted),
                Err(reason) => stop = Some(reason),
            }
        }
        stop.map_or(Ok(()), Err)
    }

    /// The id of what is gone; or why nothing more can be done.
    fn written_down(
        &mut self,
        run: i64,
        batch: Batch,
        end: End,
        calls: Vec<Call>,
    ) -> Result<std::result::Result<Option<String>, UploadError>> {
        let (state, status, reason, what) = match end {
            End::Accepted { .. } => (BatchState::Accepted, None, None, Fate::Deleted),
            End::Refused { status, reason, .. } => (BatchState::Refused, Some(status), Some(reason), Fate::Stays),
            End::Doubtful { reason } => (BatchState::Doubtful, None, Some(reason), Fate::Doubtful),
            End::Unreachable { reason } => return Ok(Err(UploadError::Unreachable { reason })),
            End::Stopped(stop) => return Ok(Err(UploadError::Stopped(stop))),
        };
        self.groups.one(&batch, what, reason.as_deref().unwrap_or_default());
        let calls = kept::calls(self.destination, run, calls);
        let taken = TakenBack { calls, ..outcome(&batch, state, status, reason) };
        self.store.settle_take_back(run, &[taken], &(self.now)().to_string())?;
        Ok(Ok(batch.remote_id.filter(|_| state == BatchState::Accepted)))
    }

    /// Remembers what of the run the records of a stage refer to that stay. Events refer to customers by number only.
    fn refer(&self, stage: &str, around: &mut Around) -> Result<()> {
        if stage == "usage" || around.made.is_empty() {
            return Ok(());
        }
        let Around { made, going, referred, .. } = around;
        self.store.bodies_there(stage, |remote_id, body| {
            if remote_id.is_none_or(|id| !going.contains(&id)) {
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                referred.extend(leaves(&body).into_iter().map(|(_, leaf)| leaf).filter(|leaf| made.contains(leaf)));
            }
        })?;
        Ok(())
    }
}

fn outcome(batch: &Batch, state: BatchState, status: Option<u16>, reason: Option<String>) -> TakenBack {
    TakenBack { batch: batch.id, state, status, reason, calls: Vec::new() }
}
