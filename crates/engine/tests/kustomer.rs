//! Kustomer over a real connection, against the practice destination: what an upload does step by step, with and without
//! accidents.

mod kustomer {
    mod jobs;
    mod load;
}

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use engine::destination::heard::Heard;
use engine::destination::kustomer::Kustomer;
use engine::destination::patience::Patience;
use engine::destination::{
    Answer, Arrived, Destination, Encoded, Existing, Known, Outgoing, Planned, ReadError, Record, Records,
};
use engine::keychain::Secret;
use engine::schema::sync::{Sync, Syncs, keyed};
use engine::schema::{Schema, kustomer as schema};
use engine::settings::connection::{Connection, Environment};
use engine::transform::Value;
use sandbox::{Account, Options, Plays, Sandbox};

async fn practice(account: Account) -> (Sandbox, Kustomer) {
    let options = Options { plays: Plays::Kustomer, account, ..Options::default() };
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    let kustomer = open(&sandbox, schema::schema());
    (sandbox, kustomer)
}

/// An account in which a test need not count its requests.
fn spacious() -> Account {
    Account { requests_per_minute: 100_000, ..Account::default() }
}

fn open(sandbox: &Sandbox, schema: &Schema) -> Kustomer {
    let organisation = sandbox.organisation().to_string();
    let connection = Connection::new("Practice", "kustomer", sandbox.url(), organisation, Environment::Practice);
    let patience = Patience {
        retries: 3,
        first_wait: Duration::from_millis(5),
        settle: Duration::from_millis(300),
        ..Patience::with(&connection)
    };
    Kustomer::open(&connection, &Secret::new(sandbox.api_key()), schema, patience).expect("a good connection")
}

/// The schema when a dataset is matched by another field.
fn by(dataset: &str, key: &str) -> &'static Schema {
    let sync = Sync { key: Some(key.to_owned()), ..Sync::default() };
    keyed(schema::schema(), &Syncs::from([(dataset.to_owned(), sync)])).expect("a key")
}

fn text(value: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(value))
}

fn record<'a>(row: i64, values: &[(&'a str, &'a str)]) -> Record<'a> {
    Record { row, values: values.iter().map(|(field, value)| (*field, text(value))).collect() }
}

/// The requests of a dataset; a record that waits is a failed test.
fn requests(kustomer: &Kustomer, dataset: &str, rows: &[Record<'_>], known: &Known) -> Vec<Outgoing> {
    let encoded = kustomer.encode(dataset, &Records { fields: &[], rows }, known);
    let ready = encoded.into_iter().map(|encoded| match encoded {
        Encoded::Ready { outgoing, .. } => outgoing,
        Encoded::Waiting { key, .. } => unreachable!("{key} waits"),
    });
    ready.collect()
}

async fn existing(kustomer: &Kustomer, dataset: &str, key: &str) -> Vec<Existing> {
    let keys = [key.to_owned()];
    loop {
        match kustomer.existing(dataset, &keys).await {
            Ok(mut found) => return found.remove(key).unwrap_or_default(),
            Err(error) => assert!(matches!(error, ReadError::Unreachable { .. }), "{error:?}"),
        }
    }
}

/// What an upload does with records, all of them at once: how often each thing happened.
async fn load(kustomer: &Kustomer, dataset: &str, rows: &[Record<'_>], known: &Known) -> Vec<(&'static str, usize)> {
    let mut tally = std::collections::BTreeMap::new();
    let mut to_send = Vec::new();
    for outgoing in requests(kustomer, dataset, rows, known) {
        let there = existing(kustomer, dataset, &outgoing.key).await;
        match kustomer.plan(outgoing, &there, &BTreeSet::new()) {
            Planned::Create(outgoing) => to_send.push(("created", outgoing)),
            Planned::Update { outgoing, .. } => to_send.push(("updated", outgoing)),
            Planned::Unchanged { .. } => *tally.entry("unchanged").or_default() += 1,
            Planned::Skip { .. } => *tally.entry("skipped").or_default() += 1,
        }
    }
    let sent = to_send.iter().map(|(what, outgoing)| async move { (*what, deliver(kustomer, outgoing).await) });
    for (what, arrived) in futures::future::join_all(sent).await {
        *tally.entry(if arrived { what } else { "refused" }).or_default() += 1;
    }
    tally.into_iter().collect()
}

/// Whether a request was taken in the end.
async fn deliver(kustomer: &Kustomer, outgoing: &Outgoing) -> bool {
    loop {
        match kustomer.send(outgoing, &Heard::default()).await {
            Answer::Accepted { .. } => return true,
            Answer::Refused { .. } => return false,
            Answer::NotSent { .. } => {}
            Answer::Doubtful { .. } => loop {
                match kustomer.ask(outgoing).await {
                    Arrived::Yes { .. } => return true,
                    Arrived::No => break,
                    Arrived::Part { .. } | Arrived::Unknown { .. } | Arrived::Unanswered { .. } => {}
                }
            },
            Answer::Stopped(stop) => unreachable!("{stop}"),
        }
    }
}
