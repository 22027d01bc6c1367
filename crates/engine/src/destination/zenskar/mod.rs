//! Zenskar: its API as one of Carryover's destinations.
//!
//! `encode` makes requests of records, `plan` compares them with what is there, `request` knows the paths, `answer` the
//! meaning of what comes back, `lookup` asks, `health` tests the connection, `take_back` says what can be deleted.
//!
//! Facts and their certainty: zenskar.md.

mod answer;
pub mod config;
mod encode;
mod health;
mod lookup;
mod plan;
mod request;
mod take_back;

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::header::HeaderName;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use self::config::{Config, NAME};
use super::heard::Heard;
use super::http::{Carrier, Http};
use super::limit::Limit;
use super::patience::Patience;
use super::retry::{Line, Outcome, Pause, Repeat, Traffic};
use super::{
    Answer, Arrived, Check, Destination, Encoded, Existing, Found, Known, Made, OpenError, Outgoing, Planned,
    ReadError, Records, TakeBack,
};
use crate::keychain::Secret;
use crate::settings::connection::Connection;

const CARRIER: Carrier = Carrier { header: HeaderName::from_static("x-api-key"), word: "" };

/// An open Zenskar account.
pub struct Zenskar {
    config: Config,
    line: Line,
    /// What is said of the key when the connection is tested, without keeping it here.
    sandbox_key: bool,
    local: bool,
}

impl Zenskar {
    pub fn open(connection: &Connection, key: &Secret, migration: Uuid, patience: Patience) -> Result<Self, OpenError> {
        connection.check()?;
        let config = Config::of(connection, migration)?;
        let http = Http::open(connection, key, CARRIER, &patience)?;
        let limit = Limit::new(connection.pace(), connection.concurrency);
        Ok(Self {
            config,
            line: Line::new(http, limit, patience, NAME),
            sandbox_key: health::is_sandbox_key(key.expose()),
            local: connection.is_local(),
        })
    }

    async fn deliver(&self, outgoing: &Outgoing, heard: &Heard) -> Answer {
        // An idempotency key is good for as long as Zenskar remembers it, and nobody here knows whether it still does.
        let lasting = outgoing.repeatable && outgoing.idempotency_key.is_none();
        let repeat = if lasting { Repeat::Safe } else { Repeat::Unsafe };
        let request = request::of(outgoing, self.config.organisation);
        let (reply, doubted) = match self.line.carry_heard(&request, repeat, heard).await {
            Outcome::Answered { reply, doubted } => (reply, doubted),
            Outcome::Unsent { reason } => return Answer::NotSent { reason },
            Outcome::Unclear { reason } => return Answer::Doubtful { reason },
        };
        match answer::of(outgoing, &reply) {
            accepted @ Answer::Accepted { .. } => accepted,
            // Only this attempt was turned down; an earlier one may have been taken.
            Answer::Refused { reason, .. } | Answer::Stopped(super::Stop { reason, .. }) if doubted => {
                Answer::Doubtful { reason }
            }
            other => other,
        }
    }
}

impl Destination for Zenskar {
    fn stages(&self, dataset: &str) -> &'static [&'static str] {
        encode::stages(dataset)
    }

    fn encode(&self, stage: &str, records: &Records<'_>, known: &Known) -> Vec<Encoded> {
        encode::encode(stage, records, known, &self.config)
    }

    fn plan(&self, outgoing: Outgoing, existing: &[Existing], replaced: &BTreeSet<String>) -> Planned {
        plan::plan(outgoing, existing, replaced)
    }

    fn wanted(&self, outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Value {
        plan::wanted(outgoing, existing, replaced)
    }

    fn split(&self, outgoing: &Outgoing, rows: &[i64], at: usize) -> Option<[Outgoing; 2]> {
        encode::usage::split(outgoing, rows, at, &self.config)
    }

    fn describe(&self, outgoing: &Outgoing) -> String {
        self.line.describe(&request::of(outgoing, self.config.organisation))
    }

    fn masked(&self, text: String) -> String {
        self.line.masked(text)
    }

    fn existing<'a>(&'a self, dataset: &'a str, keys: &'a [String]) -> BoxFuture<'a, Result<Found, ReadError>> {
        Box::pin(self.look_up(dataset, keys))
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing, heard: &'a Heard) -> BoxFuture<'a, Answer> {
        Box::pin(self.deliver(outgoing, heard))
    }

    fn ask<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Arrived> {
        Box::pin(self.has_arrived(outgoing))
    }

    fn arrived<'a>(&'a self, outgoing: &'a [Outgoing]) -> BoxFuture<'a, Result<Vec<Arrived>, ReadError>> {
        Box::pin(self.have_arrived(outgoing))
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.line.settle())
    }

    fn beside<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Option<u64>, ReadError>> {
        Box::pin(self.in_stream(outgoing))
    }

    fn count_usage<'a>(&'a self, stream: &'a str, event_ids: &'a [String]) -> BoxFuture<'a, Result<u64, ReadError>> {
        Box::pin(self.count(stream, event_ids))
    }

    fn keeps(&self, stage: &str) -> Option<&'static str> {
        take_back::keeps(stage)
    }

    fn take_back<'a>(
        &'a self,
        made: &'a [Made],
        going: &'a HashSet<String>,
    ) -> BoxFuture<'a, Result<Vec<TakeBack>, ReadError>> {
        Box::pin(self.taken_back(made, going))
    }

    fn test<'a>(&'a self, tell: &'a (dyn Fn(&Check) + Sync)) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(self.check(tell))
    }

    fn wait<'a>(&'a self, length: Duration, reason: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(self.line.wait(length, reason.to_owned(), false))
    }

    fn try_now(&self) {
        self.line.try_now();
    }

    fn pauses(&self) -> watch::Receiver<Option<Pause>> {
        self.line.pauses()
    }

    fn traffic(&self) -> Traffic {
        self.line.traffic()
    }

    fn set_pace(&self, requests_per_minute: Option<u32>) {
        self.line.set_pace(requests_per_minute);
    }
}
