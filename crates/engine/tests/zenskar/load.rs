//! Loads into the practice destination by the same steps an upload takes, with and without accidents.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use engine::destination::heard::Heard;
use engine::destination::zenskar::Zenskar;
use engine::destination::{
    Answer, Arrived, CheckState, Destination, Encoded, Existing, Known, Outgoing, Planned, ReadError, Record, Records,
};
use engine::schema::Kind;
use engine::transform::Value;
use sandbox::{Options, Sandbox};
use serde_json::json;

use super::super::open;

fn text(value: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(value))
}

fn number(value: &str) -> Value<'static> {
    Value::Number(value.parse().expect("a number"))
}

fn customer<'a>(row: i64, number: &'a str, name: &'a str) -> Record<'a> {
    Record {
        row,
        values: vec![("external_id", text(number)), ("customer_name", text(name)), ("address.city", text("Leeds"))],
    }
}

fn event(row: i64, id: &str) -> Record<'_> {
    let values = vec![
        ("stream", text("calls")),
        ("customer_id", text("00417")),
        ("timestamp", Value::Instant("2026-04-01T12:30:00Z".parse().expect("an instant"))),
        ("data.event_id", text(id)),
        ("data.amount", number("0.10")),
    ];
    Record { row, values }
}

fn line(row: i64, amount: &str) -> Record<'_> {
    let day = |value: &str| Value::Date(value.parse().expect("a date"));
    let values = vec![
        ("contract_reference", text("C-88")),
        ("customer_external_id", text("00417")),
        ("currency", text("EUR")),
        ("start_date", day("2026-04-01")),
        ("end_date", day("2027-03-31")),
        ("product_name", text("Platform fee")),
        ("product_sku", text("PF-1")),
        ("unit_amount", number(amount)),
        ("cadence", text("P1M")),
    ];
    Record { row, values }
}

fn usage_fields() -> Vec<(String, Kind)> {
    vec![
        ("stream".to_owned(), Kind::Slug),
        ("customer_id".to_owned(), Kind::Id),
        ("timestamp".to_owned(), Kind::DateTime),
        ("data.event_id".to_owned(), Kind::Id),
        ("data.amount".to_owned(), Kind::Decimal),
    ]
}

async fn practice() -> (Sandbox, Zenskar) {
    let sandbox = Sandbox::start(Options::default()).await.expect("the sandbox starts");
    let zenskar = open(&sandbox.url(), sandbox.api_key(), &sandbox.organisation().to_string());
    (sandbox, zenskar)
}

/// What became of the records of a dataset and of what they need: how often each happened.
type Outcome = HashMap<&'static str, usize>;

/// The loop of an upload: stage by stage look up, plan, send, and ask before sending again.
async fn load(zenskar: &Zenskar, dataset: &str, fields: &[(String, Kind)], rows: &[Record<'_>]) -> Outcome {
    let (records, mut known, mut outcome) = (Records { fields, rows }, Known::default(), Outcome::new());
    for stage in zenskar.stages(dataset) {
        learn_needs(zenskar, &zenskar.encode(stage, &records, &known), &mut known).await;
        for encoded in zenskar.encode(stage, &records, &known) {
            let Encoded::Ready { outgoing, .. } = encoded else {
                *outcome.entry("waiting").or_default() += 1;
                continue;
            };
            let (key, (what, remote_id)) = (outgoing.key.clone(), settle(zenskar, outgoing).await);
            *outcome.entry(what).or_default() += 1;
            if let Some(id) = remote_id {
                known.insert(stage, key, id);
            }
        }
    }
    outcome
}

async fn learn_needs(zenskar: &Zenskar, encoded: &[Encoded], known: &mut Known) {
    for encoded in encoded {
        let Encoded::Waiting { needs, .. } = encoded else { continue };
        for need in needs {
            if let [one] = existing(zenskar, need.dataset, &need.key).await.as_slice() {
                known.insert(need.dataset, need.key.clone(), one.remote_id.clone());
            }
        }
    }
}

async fn settle(zenskar: &Zenskar, outgoing: Outgoing) -> (&'static str, Option<String>) {
    let existing = existing(zenskar, &outgoing.dataset, &outgoing.key).await;
    match zenskar.plan(outgoing, &existing, &BTreeSet::new()) {
        Planned::Create(outgoing) => ("created", deliver(zenskar, &outgoing).await),
        Planned::Update { outgoing, .. } => ("updated", deliver(zenskar, &outgoing).await),
        Planned::Unchanged { remote_id } => ("unchanged", Some(remote_id)),
        Planned::Skip { reason } => unreachable!("{reason}"),
    }
}

async fn existing(zenskar: &Zenskar, dataset: &str, key: &str) -> Vec<Existing> {
    let keys = [key.to_owned()];
    loop {
        match zenskar.existing(dataset, &keys).await {
            Ok(mut found) => return found.remove(key).unwrap_or_default(),
            Err(error) => assert!(matches!(error, ReadError::Unreachable { .. }), "{error:?}"),
        }
    }
}

async fn deliver(zenskar: &Zenskar, outgoing: &Outgoing) -> Option<String> {
    loop {
        match zenskar.send(outgoing, &Heard::default()).await {
            Answer::Accepted { remote_id } => return remote_id,
            Answer::NotSent { .. } => {}
            Answer::Doubtful { .. } => {
                if let Arrived::Yes { remote_id } = certainty(zenskar, outgoing).await {
                    return remote_id;
                }
            }
            answer => unreachable!("{answer:?} to {}", outgoing.body),
        }
    }
}

/// Asks until it is known, or until it does not matter because a repeat is safe.
async fn certainty(zenskar: &Zenskar, outgoing: &Outgoing) -> Arrived {
    loop {
        match zenskar.ask(outgoing).await {
            Arrived::Part { .. } | Arrived::Unanswered { .. } => {}
            Arrived::Unknown { .. } if !outgoing.repeatable => {}
            arrived => return arrived,
        }
    }
}

fn happened(outcome: &[(&'static str, usize)]) -> Outcome {
    outcome.iter().copied().collect()
}

#[tokio::test]
async fn customers_are_created_updated_and_left_alone() {
    let (sandbox, zenskar) = practice().await;
    let rows =
        [customer(1, "00417", "Quillfeather Ltd"), customer(2, "A,1", "Comma & Co"), customer(3, "ß 9", "Søn A/S")];
    assert_eq!(load(&zenskar, "customers", &[], &rows).await, happened(&[("created", 3)]));
    assert_eq!(load(&zenskar, "customers", &[], &rows).await, happened(&[("unchanged", 3)]));
    let renamed = [customer(1, "00417", "Quillfeather Limited"), rows[1].clone(), rows[2].clone()];
    assert_eq!(load(&zenskar, "customers", &[], &renamed).await, happened(&[("updated", 1), ("unchanged", 2)]));

    let customers = sandbox.records().customers;
    assert_eq!(customers.len(), 3);
    let renamed = customers.iter().find(|customer| customer["external_id"] == "00417").expect("still there");
    assert_eq!(renamed["customer_name"], "Quillfeather Limited");
    assert_eq!(renamed["address"]["city"], "Leeds");
    assert_eq!((&renamed["communications_enabled"], &renamed["auto_charge_enabled"]), (&json!(false), &json!(false)));
    sandbox.stop().await;
}

#[tokio::test]
async fn customers_are_found_by_any_number() {
    let (sandbox, zenskar) = practice().await;
    let uuid = "7d9c3c1e-4a52-4a0e-9a63-0c1f2e3d4b5a";
    let long: Vec<_> = (0..60).map(|number| format!("{number}-{}", "ü".repeat(100))).collect();
    let numbers =
        ["00417", "417", "A,1", " B ", "a&b=c", "50%", uuid].into_iter().chain(long.iter().map(String::as_str));
    let rows: Vec<_> = numbers.zip(1..).map(|(number, row)| customer(row, number, "Quillfeather Ltd")).collect();
    load(&zenskar, "customers", &[], &rows).await;
    assert_eq!(sandbox.records().customers.len(), rows.len());
    assert_eq!(load(&zenskar, "customers", &[], &rows).await, happened(&[("unchanged", rows.len())]));

    let mut keys: Vec<_> =
        sandbox.records().customers.iter().map(|one| one["external_id"].as_str().map(str::to_owned)).collect();
    keys.push(Some("nobody".to_owned()));
    let keys: Vec<_> = keys.into_iter().flatten().collect();
    let found = zenskar.existing("customers", &keys).await.expect("all at once");
    assert_eq!(found.len(), rows.len());
    assert!(found.values().all(|found| found.len() == 1), "{found:?}");
    sandbox.stop().await;
}

#[tokio::test]
async fn usage_is_counted_and_kept_to_the_digit() {
    let (sandbox, zenskar) = practice().await;
    let ids: Vec<_> = (1..=450).map(|id| format!("e-{id}")).collect();
    let rows: Vec<_> = ids.iter().zip(1..).map(|(id, row)| event(row, id)).collect();
    assert_eq!(
        load(&zenskar, "usage", &usage_fields(), &rows).await,
        happened(&[("created", 4)]),
        "a stream, three batches"
    );
    assert_eq!(sandbox.records().usage["calls"].len(), 450);
    assert_eq!(sandbox.records().usage["calls"][0]["data"]["amount"].to_string(), "0.1");
    assert_eq!(zenskar.count_usage("calls", &ids).await, Ok(450));
    assert_eq!(zenskar.count_usage("calls", &["e-450".to_owned(), "e-451".to_owned()]).await, Ok(1));

    // The same rows again are the same batches, which Zenskar recognises by their keys.
    assert_eq!(load(&zenskar, "usage", &usage_fields(), &rows).await, happened(&[("created", 3), ("unchanged", 1)]));
    assert_eq!(sandbox.records().usage["calls"].len(), 450);
    sandbox.stop().await;
}

#[tokio::test]
async fn after_a_doubt_usage_is_counted() {
    let (sandbox, zenskar) = practice().await;
    let rows: Vec<_> = [event(1, "e-1"), event(2, "e-2"), event(3, "e-3")].into();
    let (fields, known) = (usage_fields(), Known::default());
    let records = Records { fields: &fields, rows: &rows };
    load(&zenskar, "usage", &fields, &rows[..1]).await;
    let batch = |records| zenskar.encode("usage", &records, &known).remove(0);
    let (Encoded::Ready { outgoing: all, .. }, Encoded::Ready { outgoing: others, .. }) =
        (batch(records), batch(Records { rows: &rows[1..], ..records }))
    else {
        unreachable!("usage needs nothing")
    };
    assert_eq!(zenskar.ask(&others).await, Arrived::No);
    let Arrived::Part { reason } = zenskar.ask(&all).await else { unreachable!("one of three is there") };
    assert_eq!(reason, "Zenskar has 1 of the 3 events of this batch.");
    assert_eq!(zenskar.beside(&all).await, Ok(Some(1)), "whoever sent them");
    deliver(&zenskar, &others).await;
    assert_eq!(zenskar.ask(&all).await, Arrived::Yes { remote_id: None });
    assert_eq!(
        zenskar.arrived(&[all.clone(), super::super::customer(), others]).await,
        Ok(vec![Arrived::Yes { remote_id: None }, Arrived::No, Arrived::Yes { remote_id: None }]),
        "many at once, of any kind"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn contracts_bring_their_products_and_prices() {
    let (sandbox, zenskar) = practice().await;
    let rows = [line(1, "1200.00"), line(2, "5.25"), line(3, "1200")];
    let nothing = load(&zenskar, "contracts", &[], &rows).await;
    assert_eq!(nothing, happened(&[("created", 3), ("waiting", 1)]), "a product, two prices; the customer is missing");

    load(&zenskar, "customers", &[], &[customer(1, "00417", "Quillfeather Ltd")]).await;
    let made = load(&zenskar, "contracts", &[], &rows).await;
    assert_eq!(made, happened(&[("unchanged", 1), ("created", 3)]));
    let records = sandbox.records();
    assert_eq!((records.products.len(), records.pricings.len(), records.contracts.len()), (1, 2, 1));
    let contract = &records.contracts[0];
    assert_eq!((&contract["status"], &contract["renewal_policy"]), (&json!("draft"), &json!("do_not_renew")));
    assert_eq!(contract["phases"][0]["pricings"].as_array().map(Vec::len), Some(3));
    let again = load(&zenskar, "contracts", &[], &rows).await;
    assert_eq!(again, happened(&[("unchanged", 2), ("created", 2)]), "an equal price is given back, not made again");
    let fewer = load(&zenskar, "contracts", &[], &rows[..2]).await;
    assert_eq!(fewer, happened(&[("unchanged", 1), ("created", 2), ("updated", 1)]));
    assert_eq!(sandbox.records().contracts[0]["phases"][0]["pricings"].as_array().map(Vec::len), Some(2));
    sandbox.stop().await;
}

#[tokio::test]
async fn whatever_goes_wrong_nothing_is_lost_or_doubled() {
    let (sandbox, zenskar) = practice().await;
    let names: Vec<_> = (1..=40).map(|name| format!("K-{name}")).collect();
    let customers: Vec<_> = names.iter().zip(1..).map(|(name, row)| customer(row, name, name)).collect();
    let ids: Vec<_> = (1..=2000).map(|id| format!("e-{id}")).collect();
    let events: Vec<_> = ids.iter().zip(1..).map(|(id, row)| event(row, id)).collect();
    let faults = "429=0.05,retry-after=0,500-before=0.05,500-after=0.05,cut-before=0.05,cut-after=0.05,truncated=0.05,wrong-type=0.05,408=0.03";
    sandbox.set_faults(faults.parse().expect("known faults"));
    load(&zenskar, "customers", &[], &customers).await;
    load(&zenskar, "usage", &usage_fields(), &events).await;
    sandbox.set_faults("".parse().expect("no faults"));
    let records = sandbox.records();
    assert_eq!((records.customers.len(), records.usage["calls"].len(), records.streams.len()), (40, 2000, 1));
    assert!(zenskar.traffic().retries > 0, "there was something to survive");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_practice_connection_passes_its_test_and_changes_nothing() {
    let (sandbox, zenskar) = practice().await;
    let checks = zenskar.test(&|_| ()).await;
    assert!(checks.iter().all(|check| check.state == CheckState::Passed), "{checks:?}");
    assert_eq!(sandbox.records().customers.len(), 0);

    let organisation = sandbox.organisation().to_string();
    let failed = async |key: &str, organisation: &str| {
        let checks = open(&sandbox.url(), key, organisation).test(&|_| ()).await;
        checks.iter().find(|check| check.state == CheckState::Failed).map(|check| check.name)
    };
    assert_eq!(failed("sandbox_wrong", &organisation).await, Some("key"));
    assert_eq!(failed(sandbox.api_key(), "00000000-0000-4000-8000-000000000001").await, Some("organisation"));
    sandbox.stop().await;
}
