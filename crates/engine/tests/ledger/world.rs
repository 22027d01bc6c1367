//! A destination whose every answer is drawn. It takes Zenskar's requests as its contract says, the strict side of it: what is
//! posted twice is there twice, unless the contract gives it an id, a key or a content by which it is known.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use engine::destination::heard::Heard;
use engine::destination::patience::Patience;
use engine::destination::retry::{Pause, Traffic};
use engine::destination::zenskar::Zenskar;
use engine::destination::{
    Action, Answer, Arrived, Check, Destination, Encoded, Existing, Found, Known, Made, Method, Outgoing, Planned,
    ReadError, Records, Stop, StopCause, TakeBack,
};
use engine::keychain::Secret;
use engine::upload::Clock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Taken,
    LostBefore,
    /// Taken, and the answer lost.
    LostAfter,
    /// The answer lost, and the request taken only after a while.
    LostAndLate,
    NotSent,
    /// Turned down, this time.
    Refused,
    KeyExpired,
    CrashBefore,
    CrashAfter,
    /// The program crashes, and what it had sent is taken only after a while.
    CrashAndLate,
    /// Taken and the answer lost, and the next question is not answered either.
    Unheard,
}

#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<State>>, Arc<Notify>);

struct State {
    fates: VecDeque<Fate>,
    /// By kind: key, id and body of each record, in the order of their coming.
    records: Vec<(String, String, String, Value)>,
    /// Requests that are still at work.
    late: Vec<Outgoing>,
    idempotency_keys: Vec<String>,
    deaf: bool,
    clock: Timestamp,
    /// All that happened, for a failing test.
    story: Vec<String>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.state().story.join("\n"))
    }
}

impl World {
    pub(crate) fn new(fates: Vec<Fate>) -> Self {
        let state = State {
            fates: fates.into(),
            records: Vec::new(),
            late: Vec::new(),
            idempotency_keys: Vec::new(),
            deaf: false,
            clock: "2026-10-12T08:00:00Z".parse().expect("a moment"),
            story: Vec::new(),
        };
        Self(Arc::new(Mutex::new(state)), Arc::new(Notify::new()))
    }

    pub(crate) fn open(&self, migration: Uuid) -> Arc<dyn Destination> {
        let connection = super::super::connection();
        let patience = Patience::with(&connection);
        let zenskar = Zenskar::open(&connection, &Secret::new("practice"), migration, patience);
        let zenskar = zenskar.expect("a good connection");
        Arc::new(Opened { world: self.clone(), zenskar, pauses: watch::channel(None).0 })
    }

    /// Its time, for an upload.
    pub(crate) fn clock(&self) -> Clock {
        let world = self.clone();
        Arc::new(move || world.now())
    }

    /// Comes to pass when the program is to crash.
    pub(crate) async fn crash(&self) {
        self.1.notified().await;
    }

    /// Whatever was still at work is done.
    pub(crate) fn settle(&self) {
        let mut state = self.state();
        for outgoing in std::mem::take(&mut state.late) {
            state.take(&outgoing);
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.state().clock
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        let mut state = self.state();
        state.clock = state.clock.checked_add(time).expect("still a moment");
        state.story.push(format!("{time} pass"));
    }

    pub(crate) fn forget_keys(&self) {
        let mut state = self.state();
        state.idempotency_keys.clear();
        state.story.push("keys are forgotten".to_owned());
    }

    /// What becomes of the next requests.
    pub(crate) fn draw(&self, fates: Vec<Fate>) {
        self.state().fates = fates.into();
    }

    /// Somebody else changes a record.
    pub(crate) fn change(&self, kind: &str, key: &str) {
        let mut state = self.state();
        let record = state.records.iter_mut().find(|(of, other, ..)| of == kind && other == key);
        if let Some(record) = record {
            record.3["changed"] = json!(true);
        }
        state.story.push(format!("somebody changes {kind} {key}"));
    }

    /// Of all records of a kind, sorted.
    pub(crate) fn keys(&self, kind: &str) -> Vec<String> {
        let state = self.state();
        let mut keys: Vec<String> = state.of(kind).map(|(_, key, _, _)| key.clone()).collect();
        keys.sort();
        keys
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test has failed in between")
    }
}

impl State {
    fn of(&self, kind: &str) -> impl Iterator<Item = &(String, String, String, Value)> {
        self.records.iter().filter(move |(of, ..)| of == kind)
    }

    fn put(&mut self, kind: &str, key: &str, body: Value) -> String {
        let id = body["id"].as_str().map_or_else(|| format!("id-{}", self.records.len()), str::to_owned);
        self.records.push((kind.to_owned(), key.to_owned(), id.clone(), body));
        id
    }

    /// Acts on a request as the contract has it; its id, or a refusal.
    fn take(&mut self, outgoing: &Outgoing) -> Answer {
        if let Action::Delete { remote_id } = &outgoing.action {
            self.story.push(format!("deleted: {} {}", outgoing.dataset, outgoing.key));
            self.records.retain(|(_, _, id, _)| id != remote_id);
            return Answer::Accepted { remote_id: Some(remote_id.clone()) };
        }
        let body: Value = serde_json::from_str(&outgoing.body).expect("bodies are JSON");
        self.story.push(format!("taken: {} {}", outgoing.dataset, outgoing.key));
        let accepted = |remote_id| Answer::Accepted { remote_id };
        if let Action::Update { remote_id } = &outgoing.action {
            let record = self.records.iter_mut().find(|(_, _, id, _)| id == remote_id).expect("it was looked up");
            let members = body.as_object().cloned().unwrap_or_default();
            record.3.as_object_mut().expect("an object").extend(members);
            return accepted(Some(remote_id.clone()));
        }
        let known =
            self.of(&outgoing.dataset).find(|(_, key, _, _)| *key == outgoing.key).map(|record| record.2.clone());
        match (outgoing.dataset.as_str(), known) {
            ("usage", _) if self.of("streams").next().is_none() => refused("there is no such stream"),
            ("usage", _) => {
                let key = outgoing.idempotency_key.clone().expect("events have a key");
                if !self.idempotency_keys.contains(&key) {
                    self.idempotency_keys.push(key);
                    for event in body.as_array().expect("a batch") {
                        let id = event["data"]["event_id"].as_str().expect("each has a number").to_owned();
                        self.put("usage", &id, event.clone());
                    }
                }
                accepted(None)
            }
            ("prices", Some(id)) => accepted(Some(id)),
            ("contracts" | "streams", Some(_)) => Answer::Doubtful { reason: "it is there already".to_owned() },
            (kind, _) => {
                let id = self.put(kind, &outgoing.key, body);
                accepted(Some(id))
            }
        }
    }

    /// What is there of a request now.
    fn arrived(&self, outgoing: &Outgoing) -> Arrived {
        if let Action::Delete { remote_id } = &outgoing.action {
            let there = self.records.iter().any(|(_, _, id, _)| id == remote_id);
            return if there { Arrived::No } else { Arrived::Yes { remote_id: Some(remote_id.clone()) } };
        }
        if outgoing.dataset == "usage" {
            let body: Value = serde_json::from_str(&outgoing.body).expect("bodies are JSON");
            let events = body.as_array().expect("a batch");
            let there =
                |event: &Value| self.of("usage").filter(|(_, key, _, _)| event["data"]["event_id"] == *key).count();
            return match events.iter().map(there).sum::<usize>() {
                0 => Arrived::No,
                count if count == events.len() => Arrived::Yes { remote_id: None },
                count if count < events.len() => Arrived::Part { reason: format!("{count} are there") },
                count => Arrived::Unknown { reason: format!("{count} are there") },
            };
        }
        if outgoing.dataset == "prices" {
            return Arrived::Unknown { reason: "prices cannot be looked up".to_owned() };
        }
        let found: Vec<_> = self.of(&outgoing.dataset).filter(|(_, key, _, _)| *key == outgoing.key).collect();
        match found.as_slice() {
            [] => Arrived::No,
            [one] => Arrived::Yes { remote_id: Some(one.2.clone()) },
            several => Arrived::Unknown { reason: format!("{} are there", several.len()) },
        }
    }
}

fn refused(reason: &str) -> Answer {
    Answer::Refused { status: 400, reason: reason.to_owned(), field: None, item: None }
}

/// The destination as one start of the program has it.
pub(crate) struct Opened {
    world: World,
    /// For everything that is not on the wire.
    zenskar: Zenskar,
    pauses: watch::Sender<Option<Pause>>,
}

impl Opened {
    async fn deliver(&self, outgoing: &Outgoing) -> Answer {
        // Another request may come first.
        tokio::task::yield_now().await;
        let lost = || Answer::Doubtful { reason: "the answer was lost".to_owned() };
        let fate = {
            let mut state = self.world.state();
            let fate = state.fates.pop_front().unwrap_or(Fate::Taken);
            state.story.push(format!("{fate:?}: {} {}", outgoing.dataset, outgoing.key));
            if matches!(fate, Fate::LostAndLate | Fate::CrashAndLate) {
                state.late.push(outgoing.clone());
            }
            if fate == Fate::Unheard {
                state.deaf = true;
            }
            let taken = matches!(fate, Fate::Taken | Fate::LostAfter | Fate::CrashAfter | Fate::Unheard);
            let answer = if taken { state.take(outgoing) } else { lost() };
            if fate == Fate::Taken {
                return answer;
            }
            fate
        };
        match fate {
            Fate::NotSent => Answer::NotSent { reason: "nothing answers".to_owned() },
            Fate::Refused => refused("not today"),
            Fate::KeyExpired => Answer::Stopped(Stop {
                cause: StopCause::Key,
                reason: "the key is not accepted".to_owned(),
                remedy: "make a new one".to_owned(),
            }),
            Fate::CrashBefore | Fate::CrashAfter | Fate::CrashAndLate => {
                self.world.1.notify_one();
                std::future::pending().await
            }
            _ => lost(),
        }
    }

    fn hear(&self) -> Result<(), ReadError> {
        if std::mem::take(&mut self.world.state().deaf) {
            return Err(ReadError::Unreachable { reason: "nothing answers".to_owned() });
        }
        Ok(())
    }
}

impl Destination for Opened {
    fn stages(&self, dataset: &str) -> &'static [&'static str] {
        self.zenskar.stages(dataset)
    }

    fn encode(&self, stage: &str, records: &Records<'_>, known: &Known) -> Vec<Encoded> {
        self.zenskar.encode(stage, records, known)
    }

    fn plan(&self, outgoing: Outgoing, existing: &[Existing], replaced: &BTreeSet<String>) -> Planned {
        self.zenskar.plan(outgoing, existing, replaced)
    }

    fn wanted(&self, outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Value {
        self.zenskar.wanted(outgoing, existing, replaced)
    }

    fn split(&self, outgoing: &Outgoing, rows: &[i64], at: usize) -> Option<[Outgoing; 2]> {
        self.zenskar.split(outgoing, rows, at)
    }

    fn describe(&self, outgoing: &Outgoing) -> String {
        self.zenskar.describe(outgoing)
    }

    fn masked(&self, text: String) -> String {
        self.zenskar.masked(text)
    }

    fn keeps(&self, stage: &str) -> Option<&'static str> {
        self.zenskar.keeps(stage)
    }

    fn take_back<'a>(
        &'a self,
        made: &'a [Made],
        _going: &'a HashSet<String>,
    ) -> BoxFuture<'a, Result<Vec<TakeBack>, ReadError>> {
        Box::pin(async move {
            self.hear()?;
            let state = self.world.state();
            let judge = |made: &Made| match state.records.iter().find(|(_, _, id, _)| *id == made.remote_id) {
                None => TakeBack::Gone,
                Some((.., body)) if body["changed"] == true => TakeBack::Stays { reason: "changed".to_owned() },
                Some(_) => TakeBack::Delete(Outgoing {
                    dataset: made.dataset.clone(),
                    key: made.key.clone(),
                    action: Action::Delete { remote_id: made.remote_id.clone() },
                    method: Method::Delete,
                    path: format!("/{}/{}", made.dataset, made.remote_id),
                    body: String::new(),
                    idempotency_key: None,
                    repeatable: true,
                    rows: 0,
                }),
            };
            Ok(made.iter().map(judge).collect())
        })
    }

    fn existing<'a>(&'a self, dataset: &'a str, keys: &'a [String]) -> BoxFuture<'a, Result<Found, ReadError>> {
        Box::pin(async move {
            let state = self.world.state();
            let mut found = Found::new();
            // Prices are given back instead, and events counted.
            let looked_up = state
                .of(dataset)
                .filter(|(_, key, _, _)| !["prices", "usage"].contains(&dataset) && keys.contains(key));
            for (_, key, id, body) in looked_up {
                let mut value = body.clone();
                value["id"] = json!(id);
                found.entry(key.clone()).or_default().push(Existing { remote_id: id.clone(), value });
            }
            Ok(found)
        })
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing, _heard: &'a Heard) -> BoxFuture<'a, Answer> {
        Box::pin(self.deliver(outgoing))
    }

    fn ask<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Arrived> {
        Box::pin(async move {
            if let Err(error) = self.hear() {
                return Arrived::Unanswered { reason: error.to_string() };
            }
            let arrived = self.world.state().arrived(outgoing);
            if !matches!(arrived, Arrived::No | Arrived::Part { .. }) {
                return arrived;
            }
            self.world.settle();
            self.world.state().arrived(outgoing)
        })
    }

    fn arrived<'a>(&'a self, outgoing: &'a [Outgoing]) -> BoxFuture<'a, Result<Vec<Arrived>, ReadError>> {
        Box::pin(async move {
            self.hear()?;
            let state = self.world.state();
            Ok(outgoing.iter().map(|outgoing| state.arrived(outgoing)).collect())
        })
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        self.world.settle();
        Box::pin(std::future::ready(()))
    }

    fn beside<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Option<u64>, ReadError>> {
        let count = || self.world.state().of("usage").count() as u64;
        Box::pin(std::future::ready(Ok((outgoing.dataset == "usage").then(count))))
    }

    fn count_usage<'a>(&'a self, _stream: &'a str, _event_ids: &'a [String]) -> BoxFuture<'a, Result<u64, ReadError>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    fn test<'a>(&'a self, _tell: &'a (dyn Fn(&Check) + Sync)) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    fn pauses(&self) -> watch::Receiver<Option<Pause>> {
        self.pauses.subscribe()
    }

    fn traffic(&self) -> Traffic {
        self.zenskar.traffic()
    }

    fn set_pace(&self, _requests_per_minute: Option<u32>) {}
}
