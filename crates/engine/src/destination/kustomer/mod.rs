//! Kustomer: its API as one of Carryover's destinations.
//!
//! `encode` makes requests of records, `plan` compares them with what is there, `request` knows the paths, `answer` the
//! meaning of what comes back, `lookup` asks, `health` tests the connection; `bulk` sends what can go together as one job,
//! `take_back` says what can be deleted.
//!
//! Facts and their certainty: kustomer.md. What is marked A there is an assumption, and is marked so where it is used
//! here.

mod answer;
mod bulk;
pub(super) mod config;
mod encode;
mod health;
mod lookup;
mod plan;
mod request;
mod roles;
mod take_back;

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use tokio::sync::watch;

use self::bulk::Bulk;
use self::config::{Config, NAME, SEARCHES_PER_MINUTE, SHARE};
use super::heard::Heard;
use super::http::{Carrier, Http};
use super::limit::Limit;
use super::patience::Patience;
use super::retry::{Line, Outcome, Pause, Repeat, Traffic};
use super::{
    Action, Answer, Arrived, Attribute, Check, Destination, Encoded, Existing, Found, Known, Made, OpenError, Outgoing,
    Planned, ReadError, Records, TakeBack,
};
use crate::keychain::Secret;
use crate::schema::Schema;
use crate::settings::connection::Connection;

const CARRIER: Carrier = Carrier { header: AUTHORIZATION, word: "Bearer " };

/// An open Kustomer account.
pub struct Kustomer {
    config: Config,
    line: Line,
    /// Searches are counted for themselves, and more narrowly.
    search: Limit,
    bulk: Bulk,
    local: bool,
}

impl Kustomer {
    /// `schema` says by which fields companies and customers are matched.
    pub fn open(connection: &Connection, key: &Secret, schema: &Schema, patience: Patience) -> Result<Self, OpenError> {
        connection.check()?;
        let config = Config::of(connection, schema)?;
        let http = Http::open(connection, key, CARRIER, &patience)?;
        let limit = Limit::new(connection.pace(), connection.concurrency);
        let mut line = Line::new(http, limit, patience, NAME);
        if connection.requests_per_minute.is_none() && !connection.is_local() {
            line = line.taking(SHARE);
        }
        Ok(Self {
            config,
            line,
            search: Limit::new(Some(SEARCHES_PER_MINUTE), connection.concurrency),
            bulk: Bulk::default(),
            local: connection.is_local(),
        })
    }

    async fn deliver(&self, outgoing: &Outgoing, heard: &Heard) -> Answer {
        if self.goes_together(outgoing).await {
            self.deliver_together(outgoing, heard).await
        } else {
            self.deliver_alone(outgoing, heard).await
        }
    }

    async fn deliver_alone(&self, outgoing: &Outgoing, heard: &Heard) -> Answer {
        let repeat = if outgoing.repeatable { Repeat::Safe } else { Repeat::Unsafe };
        let (reply, doubted) = match self.line.carry_heard(&request::of(outgoing), repeat, heard).await {
            Outcome::Answered { reply, doubted } => (reply, doubted),
            Outcome::Unsent { reason } => return Answer::NotSent { reason },
            Outcome::Unclear { reason } => return Answer::Doubtful { reason },
        };
        match answer::of(outgoing, &reply) {
            // Only this attempt was turned down; an earlier one may have been taken.
            Answer::Refused { reason, .. } | Answer::Stopped(super::Stop { reason, .. }) if doubted => {
                Answer::Doubtful { reason }
            }
            refused @ Answer::Refused { .. } if outgoing.action == Action::Create => {
                let taken = answer::objection(outgoing, &reply.content, reply.status).taken;
                if taken { self.clashed(outgoing, refused).await } else { refused }
            }
            other => other,
        }
    }

    /// An identifier of a new record is taken. If the very same record is there, it is ours: a job of an upload that
    /// was cut off may have written it meanwhile.
    async fn clashed(&self, outgoing: &Outgoing, refused: Answer) -> Answer {
        let keys = std::slice::from_ref(&outgoing.key);
        match self.look_up(&outgoing.dataset, keys).await {
            Ok(mut found) => match found.remove(&outgoing.key).unwrap_or_default().as_slice() {
                [one] if self.difference(outgoing, one, &BTreeSet::new()).is_empty() => {
                    Answer::Accepted { remote_id: Some(one.remote_id.clone()) }
                }
                _ => refused,
            },
            Err(error) => Answer::Doubtful { reason: error.to_string() },
        }
    }
}

impl Destination for Kustomer {
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

    fn together(&self, outgoing: &Outgoing) -> usize {
        if self.fits_a_job(outgoing) { self.config.together } else { 1 }
    }

    fn describe(&self, outgoing: &Outgoing) -> String {
        self.line.describe(&request::of(outgoing))
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

    fn attributes<'a>(&'a self, dataset: &'a str) -> BoxFuture<'a, Result<Option<Vec<Attribute>>, ReadError>> {
        Box::pin(async move { self.known_attributes(dataset).await.map(Some) })
    }

    fn new_attribute(&self, _dataset: &str, field: &str) -> Attribute {
        lookup::new_attribute(field)
    }

    fn create_attribute<'a>(&'a self, dataset: &'a str, field: &'a str) -> BoxFuture<'a, Result<(), ReadError>> {
        Box::pin(self.define(dataset, field))
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
