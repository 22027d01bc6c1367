//! Talking to a destination: what every destination can be asked and told, in words that name none of them.
//!
//! Owns the [`Destination`] trait, the plain types that cross it, and what all destinations share: the connection
//! (`http`), patience (`retry`), pace (`limit`), comparison (`difference`) and records as JSON (`record`). Each destination
//! is a folder with the same file names in it. Knows schema, values and secrets; never the migration file. Recording intent before and outcome
//! after is the business of `upload`.

mod address;
pub mod check;
pub mod difference;
pub mod heard;
mod http;
pub mod kustomer;
mod limit;
pub mod mask;
pub mod patience;
mod reach;
mod record;
pub mod retry;
mod touched;
pub mod zenskar;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

pub use self::check::{Check, CheckState};
use self::difference::{FieldDifference, differences};
use self::heard::Heard;
use self::patience::Patience;
use self::retry::{Pause, Traffic};
use crate::keychain::Secret;
use crate::schema::{Kind, Schema};
use crate::settings::connection::{Connection, ConnectionError};
use crate::transform;

/// A destination account that can be written to.
///
/// A dataset goes in by [`stages`](Self::stages). For each of them: [`encode`](Self::encode) the records, look up what
/// they need and what is there ([`existing`](Self::existing)), [`plan`](Self::plan), and [`send`](Self::send) what is to
/// be created or updated. After [`Answer::Doubtful`], [`ask`](Self::ask) before anything is sent again.
pub trait Destination: Send + Sync {
    /// What has to go in for a dataset, in order; the last is the dataset itself.
    fn stages(&self, dataset: &str) -> &'static [&'static str];

    /// The requests one stage needs for these records. The same records give the same bytes.
    fn encode(&self, stage: &str, records: &Records<'_>, known: &Known) -> Vec<Encoded>;

    /// What an upload would do with a record, given what is at the destination under its key. `replaced`: lists that become
    /// what is sent; to all others it is added.
    fn plan(&self, outgoing: Outgoing, existing: &[Existing], replaced: &BTreeSet<String>) -> Planned;

    /// What the members that are sent will be like, given what is there.
    fn wanted(&self, outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Value;

    /// Field by field, where what is there is not what it is to be. Members that are not sent are not compared.
    fn difference(
        &self,
        outgoing: &Outgoing,
        existing: &Existing,
        replaced: &BTreeSet<String>,
    ) -> Vec<FieldDifference> {
        differences(&self.wanted(outgoing, existing, replaced), &existing.value)
    }

    /// Cuts a batch in two before the item at `at`, to find the one that is refused. `rows` are the batch's rows, in
    /// order. `None` for what is not a batch or cannot be cut there.
    fn split(&self, _outgoing: &Outgoing, _rows: &[i64], _at: usize) -> Option<[Outgoing; 2]> {
        None
    }

    /// How many requests like this one are best handed over at once for each that goes over the line: more than one where the
    /// destination takes records together that are told apart in its answer.
    fn together(&self, _outgoing: &Outgoing) -> usize {
        1
    }

    /// The exact request as it would go out, with the key masked and the body laid out for reading.
    fn describe(&self, outgoing: &Outgoing) -> String;

    /// The text without the account's key, wherever that stands in it.
    fn masked(&self, text: String) -> String;

    /// What the destination holds under these keys. More than one record under a key is told, not hidden.
    fn existing<'a>(&'a self, dataset: &'a str, keys: &'a [String]) -> BoxFuture<'a, Result<Found, ReadError>>;

    /// Sends one request and repeats it where a repeat is safe. Dropping the future leaves it open whether the request
    /// arrived: treat it as doubtful. `heard` gets every call that is made for it.
    fn send<'a>(&'a self, outgoing: &'a Outgoing, heard: &'a Heard) -> BoxFuture<'a, Answer>;

    /// After a doubt: whether the request has arrived. Takes its time before it says no, because a request whose answer
    /// was lost may still be at work over there. Where the answer is unknown, a request that is
    /// [`repeatable`](Outgoing::repeatable) may be sent again.
    fn ask<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Arrived>;

    /// What is there of each of these requests now; asked all at once where that can be, and without waiting. For requests
    /// that have surely ended over there, and for those that were never sent.
    fn arrived<'a>(&'a self, outgoing: &'a [Outgoing]) -> BoxFuture<'a, Result<Vec<Arrived>, ReadError>> {
        Box::pin(async move {
            let mut arrived = Vec::with_capacity(outgoing.len());
            for outgoing in outgoing {
                arrived.push(self.ask(outgoing).await);
            }
            Ok(arrived)
        })
    }

    /// Waits until a request whose answer was lost has surely ended over there. Not needed where [`arrived`](Self::arrived)
    /// asks one by one, because [`ask`](Self::ask) takes its time.
    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// How many records lie where this request would put its own, whoever sent them. `None` where each record is looked up
    /// by its key, and where the destination does not say.
    fn beside<'a>(&'a self, _outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Option<u64>, ReadError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// How many events with these ids a usage stream holds. An event that is there twice counts twice.
    fn count_usage<'a>(&'a self, stream: &'a str, _event_ids: &'a [String]) -> BoxFuture<'a, Result<u64, ReadError>> {
        let reason = format!("The destination has no usage, so “{stream}” cannot be counted.");
        Box::pin(std::future::ready(Err(ReadError::Unreadable { reason })))
    }

    /// The free fields that the account knows for a dataset. `None` where any free field is taken as it comes.
    fn attributes<'a>(&'a self, _dataset: &'a str) -> BoxFuture<'a, Result<Option<Vec<Attribute>>, ReadError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// A free field as [`create_attribute`](Self::create_attribute) would make it.
    fn new_attribute(&self, _dataset: &str, field: &str) -> Attribute {
        Attribute { field: field.to_owned(), label: field.to_owned(), kind: Kind::Text, allowed: Vec::new() }
    }

    /// Makes a free field known to the account. Only ever called when somebody has agreed to it.
    fn create_attribute<'a>(&'a self, _dataset: &'a str, field: &'a str) -> BoxFuture<'a, Result<(), ReadError>> {
        let reason = format!("The destination takes “{field}” without knowing it first.");
        Box::pin(std::future::ready(Err(ReadError::Unreadable { reason })))
    }

    /// Why nothing of a stage can ever be taken back from here; `None` where single records can.
    fn keeps(&self, stage: &str) -> Option<&'static str>;

    /// Reads records of one stage back, which were made from here, and says of each how it is taken back or why it stays. What
    /// hangs on them and goes as well (`going`, by the destination's ids) is no reason to stay. Changes nothing.
    fn take_back<'a>(
        &'a self,
        made: &'a [Made],
        going: &'a HashSet<String>,
    ) -> BoxFuture<'a, Result<Vec<TakeBack>, ReadError>>;

    /// Tests the connection without changing anything. `tell` hears each check as soon as it is decided.
    fn test<'a>(&'a self, tell: &'a (dyn Fn(&Check) + Sync)) -> BoxFuture<'a, Vec<Check>>;

    /// Waits before another try, where the destination could not be reached.
    fn wait<'a>(&'a self, length: Duration, _reason: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(tokio::time::sleep(length))
    }

    /// Cuts short what waits because the destination could not be reached. A pause it asked for is kept.
    fn try_now(&self) {}

    /// Where to watch for pauses: the latest one, `None` while nothing waits.
    fn pauses(&self) -> watch::Receiver<Option<Pause>>;

    /// What has gone over the line since the destination was opened.
    fn traffic(&self) -> Traffic;

    /// Changes the pace at once; `None` is as fast as it goes.
    fn set_pace(&self, requests_per_minute: Option<u32>);
}

/// One request, frozen: what is recorded as intent is byte for byte what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Outgoing {
    /// The stage it belongs to: `customers`, `products` …
    pub dataset: String,
    /// What the destination knows the record by, before it has given it an id of its own.
    pub key: String,
    pub action: Action,
    pub method: Method,
    /// From the root of the destination's address, with query.
    pub path: String,
    /// JSON.
    pub body: String,
    pub idempotency_key: Option<String>,
    /// Whether the destination takes a repeat of the very same request for the same one; where there is an idempotency
    /// key, for as long as the destination keeps it.
    pub repeatable: bool,
    /// How many of the user's rows travel in it; 0 for what is only made on their way, such as a product.
    pub rows: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update { remote_id: String },
    Delete { remote_id: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

/// How a request ended. Reasons are plain sentences for the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Accepted {
        /// The destination's own id of the record, where it gives one.
        remote_id: Option<String>,
    },
    /// Final for this request: it was read and turned down, and nothing of it was taken.
    Refused {
        status: u16,
        reason: String,
        /// In the destination's words: `email`, `data.amount`.
        field: Option<String>,
        /// Which item of a batch, from 0, if the destination named one.
        item: Option<usize>,
    },
    /// It may or may not have arrived. Ask before sending again.
    Doubtful { reason: String },
    /// It has surely not arrived. Try again later.
    NotSent { reason: String },
    /// Nothing can be sent over this connection until somebody has done something about it.
    Stopped(Stop),
}

/// Why a whole upload cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason} {remedy}")]
pub struct Stop {
    pub cause: StopCause,
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// The key is not accepted.
    Key,
    /// The key does not belong to the organisation.
    Organisation,
    /// The key may not do this.
    Permission,
    /// Something else answers at this address.
    Address,
}

/// What asking after a doubt brought to light.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    Yes {
        remote_id: Option<String>,
    },
    No,
    /// Some of its records are there and some are not.
    Part {
        reason: String,
    },
    /// Asking cannot tell.
    Unknown {
        reason: String,
    },
    /// The question was not answered; asking again later may help.
    Unanswered {
        reason: String,
    },
}

/// A free field that an account knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Attribute {
    /// As in a mapping: `custom.tierStr`.
    pub field: String,
    /// As the destination's users see it.
    pub label: String,
    pub kind: Kind,
    /// The values it takes, where it takes only some.
    pub allowed: Vec<String>,
}

/// A record at the destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Existing {
    pub remote_id: String,
    pub value: Value,
}

/// Records at the destination by key. A key with none is absent.
pub type Found = HashMap<String, Vec<Existing>>;

/// A look-up that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// Nothing is known; asking again later may help.
    #[error("{reason}")]
    Unreachable { reason: String },
    /// The question itself was turned down.
    #[error("{reason}")]
    Refused { status: u16, reason: String },
    #[error("{reason}")]
    Unreadable { reason: String },
}

/// What an upload would do with one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    Create(Outgoing),
    Update {
        outgoing: Outgoing,
        differences: Vec<FieldDifference>,
    },
    Unchanged {
        remote_id: String,
    },
    /// It cannot be sent as it is, and why.
    Skip {
        reason: String,
    },
}

/// A record that was made from here.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub dataset: String,
    pub key: String,
    pub remote_id: String,
    /// What was sent; [`Value::Null`] where that was not kept.
    pub sent: Value,
    /// What the destination answered when it was made; `Null` where that is not known.
    pub answer: Value,
}

impl Made {
    /// The request that deletes it.
    fn deletion(&self, method: Method, path: String, body: String) -> Outgoing {
        Outgoing {
            dataset: self.dataset.clone(),
            key: self.key.clone(),
            action: Action::Delete { remote_id: self.remote_id.clone() },
            method,
            path,
            body,
            idempotency_key: None,
            // What is gone cannot go again.
            repeatable: true,
            rows: 0,
        }
    }
}

/// How a record that was made from here is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeBack {
    Delete(Outgoing),
    /// It is no longer there.
    Gone,
    /// It stays, and why.
    Stays {
        reason: String,
    },
}

/// Mapped and checked rows of one dataset.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// Every mapped field with its kind, whether or not a row has a value for it.
    pub fields: &'a [(String, Kind)],
    pub rows: &'a [Record<'a>],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    /// Names the row within the migration, and stays the same when it is read again.
    pub row: i64,
    /// In the order of the mapping; empty fields are left out.
    pub values: Vec<(&'a str, transform::Value<'a>)>,
}

/// What [`Destination::encode`] makes of some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoded {
    Ready {
        outgoing: Outgoing,
        rows: Vec<i64>,
    },
    /// Cannot be written before the destination's ids of these are known.
    Waiting {
        key: String,
        needs: Vec<Need>,
        rows: Vec<i64>,
    },
}

/// Another record that must be at the destination first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Need {
    pub dataset: &'static str,
    pub key: String,
}

/// The destination's ids of records that are known to be there.
#[derive(Debug, Clone, Default)]
pub struct Known(HashMap<String, HashMap<String, String>>);

impl Known {
    pub fn insert(&mut self, dataset: &str, key: impl Into<String>, remote_id: impl Into<String>) {
        self.0.entry(dataset.to_owned()).or_default().insert(key.into(), remote_id.into());
    }

    pub fn id(&self, dataset: &str, key: &str) -> Option<&str> {
        self.0.get(dataset)?.get(key).map(String::as_str)
    }
}

/// A connection that cannot be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("Carryover does not know the destination “{name}”. It knows: zenskar, kustomer.")]
    Unknown { name: String },
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error("“{organisation}” is not the id of an organisation. Copy it from {place}.")]
    Organisation { organisation: String, place: &'static str },
    #[error("The key is empty or holds characters that no key has. Copy it again and enter it anew.")]
    Key,
    #[error("Encrypted connections could not be set up: {detail}. Check that the system's certificates are installed.")]
    Encryption { detail: String },
}

/// Opens a connection; nothing is sent yet. `migration` is the root of ids that Carryover chooses itself; `schema` says by
/// which fields records are matched.
pub fn open(
    connection: &Connection,
    key: &Secret,
    migration: Uuid,
    schema: &Schema,
) -> Result<Arc<dyn Destination>, OpenError> {
    let patience = Patience::with(connection);
    match connection.destination.as_str() {
        "zenskar" => Ok(Arc::new(zenskar::Zenskar::open(connection, key, migration, patience)?)),
        "kustomer" => Ok(Arc::new(kustomer::Kustomer::open(connection, key, schema, patience)?)),
        name => Err(OpenError::Unknown { name: name.to_owned() }),
    }
}

/// The address of an account, where it follows from the destination, the organisation and the region.
pub fn usual_address(destination: &str, organisation: &str, region: Option<&str>) -> Option<String> {
    match destination {
        "zenskar" => Some(zenskar::config::ADDRESS.to_owned()),
        "kustomer" => kustomer::config::address(organisation, region),
        _ => None,
    }
}

/// Whether this may be what a destination knows an organisation by.
pub fn is_organisation(destination: &str, text: &str) -> bool {
    match destination {
        "kustomer" => kustomer::config::is_organisation(text),
        _ => Uuid::parse_str(text.trim()).is_ok(),
    }
}
