//! Usage: streams, what they take, all or nothing, and idempotency keys.

use jiff::SignedDuration;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Practice, event, refused_at, stream};

async fn practice_with_stream() -> Practice {
    let practice = Practice::start().await;
    practice.create("/rawmetric", &stream("calls")).await;
    practice
}

async fn send_keyed(practice: &Practice, key: &str, body: &Value) -> Answer {
    practice.send(practice.request(Method::POST, "/usage/calls").header("Idempotency-Key", key).json(body)).await
}

fn count(practice: &Practice) -> usize {
    practice.sandbox.counts().usage["calls"]
}

#[tokio::test]
async fn streams_are_made_once_and_found_again() {
    let practice = Practice::start().await;
    assert_eq!(practice.get("/rawmetric/slug/calls").await.ok(), Value::Null, "an unknown slug is no error");
    let made = practice.post("/rawmetric", &stream("calls")).await.ok();
    assert_eq!((&made["api_type"], &made["column_order"]), (&json!("PUSH"), &json!(["timestamp"])));
    assert_eq!(practice.post("/rawmetric", &stream("calls")).await.status, 409);
    practice.create("/rawmetric", &stream("Calls-2")).await;
    let id = made["id"].as_str().expect("a stream has an id");
    assert_eq!(practice.get(&format!("/rawmetric/{id}")).await.ok(), made);
    assert_eq!(practice.get("/rawmetric/slug/calls").await.ok(), made);
    assert_eq!(practice.get("/rawmetric/slug/CALLS").await.ok(), Value::Null);
    for (query, expected) in [("name__ilike=calls", 2), ("api_slug__ilike=-2", 1), ("api_slug__ilike=none", 0)] {
        assert_eq!(practice.get(&format!("/rawmetric?{query}")).await.ok()["total_count"], expected, "{query}");
    }
    assert_eq!(practice.sandbox.records().streams.len(), 2);
}

#[tokio::test]
async fn malformed_streams_are_refused() {
    let practice = Practice::start().await;
    let with = |member: &str, value: Value| {
        let mut body = stream("calls");
        body[member] = value;
        body
    };
    let columns =
        |data: Value| with("dataschema", json!({ "customer_id": "String", "timestamp": "DateTime64", "data": data }));
    let cases = [
        (with("api_slug", json!("two words")), "body.api_slug"),
        (with("column_order", json!(["customer_id"])), "body.column_order"),
        (with("dataschema", json!({ "amount": "Decimal" })), "body.dataschema.data"),
        (columns(json!({ "amount": "Money" })), "body.dataschema.data.amount"),
        (columns(json!({ "tags": "Array(Money)" })), "body.dataschema.data.tags"),
        (columns(json!({ "timestamp": "DateTime64" })), "body.dataschema.data.timestamp"),
        (with("name", Value::Null), "body.name"),
    ];
    for (body, place) in cases {
        refused_at(&practice.post("/rawmetric", &body).await, place);
    }
    practice.create("/rawmetric", &columns(json!({ "tags": "Array(String)" }))).await;
}

#[tokio::test]
async fn events_come_singly_or_in_arrays_of_up_to_500() {
    let practice = practice_with_stream().await;
    practice.post("/usage/calls", &event("0", "1.50")).await.ok();
    let batch = |size: usize| json!((0..size).map(|number| event(&number.to_string(), "1.50")).collect::<Vec<_>>());
    for (size, expected) in [(0, 422), (1, 200), (500, 200), (501, 422)] {
        assert_eq!(practice.post("/usage/calls", &batch(size)).await.status, expected, "{size}");
    }
    assert_eq!(count(&practice), 502);
    assert_eq!(practice.post("/usage/unknown", &event("0", "1")).await.status, 404);
    let empty = json!({ "customer_id": "A", "timestamp": "2025-06-17 14:03:12.731", "data": {} });
    practice.post("/usage/calls", &empty).await.ok();
    assert_eq!(practice.sandbox.records().usage["calls"].last(), Some(&empty));
}

#[tokio::test]
async fn values_fit_their_columns() {
    let practice = practice_with_stream().await;
    let good = [
        ("amount", "12.3400"),
        ("amount", "\"0.01\""),
        ("calls", "7"),
        ("share", "0.25"),
        ("paid", "true"),
        ("day", "\"2025-06-17\""),
        ("seen", "\"2025-06-17T14:03:12Z\""),
        ("event_id", "\"\""),
        ("device", "\"0b0f8a3e-6f0c-4b0e-8f57-1c7f6d1d9a10\""),
    ];
    let bad = [
        ("amount", "null"),
        ("amount", "\"12,34\""),
        ("amount", "true"),
        ("calls", "7.5"),
        ("calls", "\"7\""),
        ("share", "\"0.25\""),
        ("paid", "\"yes\""),
        ("day", "\"17.06.2025\""),
        ("seen", "\"2025-06-17\""),
        ("event_id", "17"),
        ("device", "\"phone\""),
        ("unknown", "1"),
    ];
    let with = |(column, json): (&str, &str)| {
        let value: Value = serde_json::from_str(json).expect("the case is JSON");
        json!({ "customer_id": "A", "timestamp": "2025-06-17T14:03:12Z", "data": { column: value } })
    };
    for case in good {
        practice.post("/usage/calls", &with(case)).await.ok();
    }
    let stored = &practice.sandbox.records().usage["calls"];
    assert_eq!(*stored, good.map(with));
    assert_eq!(stored[0]["data"]["amount"].to_string(), "12.3400", "digits are kept");
    for case in bad {
        refused_at(&practice.post("/usage/calls", &with(case)).await, &format!("body.data.{}", case.0));
        let batch = json!([event("1", "1"), with(case)]);
        refused_at(&practice.post("/usage/calls", &batch).await, &format!("body.1.data.{}", case.0));
    }
    assert_eq!(count(&practice), good.len());
}

#[tokio::test]
async fn events_have_all_three_members() {
    let practice = practice_with_stream().await;
    for (member, value, place) in [
        ("timestamp", json!("17.06.2025"), "timestamp"),
        ("timestamp", json!("2025-06-17T14:03:12+02:00"), "timestamp"),
        ("timestamp", json!(1_750_000_000), "timestamp"),
        ("customer_id", json!(7), "customer_id"),
        ("data", json!([]), "data"),
    ] {
        let mut wrong = event("1", "1");
        wrong[member] = value;
        refused_at(&practice.post("/usage/calls", &wrong).await, &format!("body.{place}"));
        let batch = json!([event("1", "1"), wrong]);
        refused_at(&practice.post("/usage/calls", &batch).await, &format!("body.1.{place}"));
    }
    refused_at(&practice.post("/usage/calls", &json!([{ "customer_id": "A", "data": {} }])).await, "body.0.timestamp");
    assert_eq!(count(&practice), 0);
}

#[tokio::test]
async fn a_key_writes_once_for_a_day() {
    let practice = practice_with_stream().await;
    let batch = json!([event("1", "1.50"), event("2", "2.50")]);
    let first = send_keyed(&practice, "k", &batch).await.ok();
    assert_eq!(send_keyed(&practice, "k", &batch).await.ok(), first);
    practice.sandbox.advance_clock(SignedDuration::from_secs(24 * 3600 - 60));
    assert_eq!(send_keyed(&practice, "k", &batch).await.ok(), first);
    assert_eq!(count(&practice), 2);
    let other = send_keyed(&practice, "k", &event("3", "1")).await;
    refused_at(&other, "header.Idempotency-Key");
    assert_eq!(other.body["detail"][0]["msg"], "Idempotency-Key was already used with a different request");
    practice.create("/rawmetric", &stream("visits")).await;
    let elsewhere = practice.request(Method::POST, "/usage/visits").header("Idempotency-Key", "k").json(&batch);
    assert_eq!(practice.send(elsewhere).await.status, 422, "another stream is another request");
    practice.sandbox.advance_clock(SignedDuration::from_secs(120));
    send_keyed(&practice, "k", &batch).await.ok();
    assert_eq!(count(&practice), 4, "after a day the key is forgotten and the batch is doubled");
    refused_at(&send_keyed(&practice, " ", &batch).await, "header.Idempotency-Key");
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let practice = practice_with_stream().await;
    let wrong = json!([event("1", "1"), event("2", "not a number")]);
    refused_at(&send_keyed(&practice, "k", &wrong).await, "body.1.data.amount");
    send_keyed(&practice, "k", &json!([event("1", "1")])).await.ok();
    assert_eq!(count(&practice), 1);
}

#[tokio::test]
async fn keys_are_honoured_for_usage_only() {
    let practice = Practice::start().await;
    for _ in 0..2 {
        let request = practice.request(Method::POST, "/customers").header("Idempotency-Key", "k");
        practice.send(request.json(&json!({ "customer_name": "Acme" }))).await.ok();
    }
    assert_eq!(practice.sandbox.counts().customers, 2);
}

#[tokio::test]
async fn a_failure_after_the_write_is_replayed() {
    let practice = practice_with_stream().await;
    practice.faults("500-after=1");
    assert_eq!(send_keyed(&practice, "k", &event("1", "1")).await.status, 500);
    practice.faults("");
    assert_eq!(send_keyed(&practice, "k", &event("1", "1")).await.status, 500);
    assert_eq!(count(&practice), 1);
    practice.faults("500-before=1");
    assert_eq!(send_keyed(&practice, "other", &event("2", "1")).await.status, 500);
    practice.faults("");
    send_keyed(&practice, "other", &event("2", "1")).await.ok();
    assert_eq!(count(&practice), 2);
}

fn any_event() -> impl Strategy<Value = (Value, bool)> {
    let amount = prop_oneof![
        4 => (any::<i32>(), 0_u32..6).prop_map(|(digits, scale)| {
            (serde_json::from_str(&decimal(digits, scale)).expect("a decimal is JSON"), true)
        }),
        1 => Just((json!("ten"), false)),
        1 => Just((Value::Null, false)),
    ];
    let timestamp = prop_oneof![4 => Just(("2025-06-17T14:03:12Z", true)), 1 => Just(("17.06.2025", false))];
    (amount, timestamp, "\\PC{0,8}").prop_map(|((amount, fits), (timestamp, reads), id)| {
        let data = json!({ "amount": amount, "event_id": id });
        (json!({ "customer_id": id, "timestamp": timestamp, "data": data }), fits && reads)
    })
}

/// `digits` with the point `scale` places from the right.
fn decimal(digits: i32, scale: u32) -> String {
    let power = 10_i64.pow(scale);
    let (whole, rest) = (i64::from(digits).abs() / power, i64::from(digits).abs() % power);
    let sign = if digits < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = scale as usize) }
}

#[test]
fn an_array_is_taken_whole_and_unchanged_or_not_at_all() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let practice = runtime.block_on(practice_with_stream());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(128));
    runner
        .run(&proptest::collection::vec(any_event(), 1..5), |events| {
            let before = count(&practice);
            let all_fit = events.iter().all(|(_, fits)| *fits);
            let events: Vec<_> = events.into_iter().map(|(event, _)| event).collect();
            let answer = runtime.block_on(practice.post("/usage/calls", &json!(events)));
            prop_assert_eq!(answer.status, if all_fit { 200 } else { 422 });
            let stored = &practice.sandbox.records().usage["calls"][before..];
            let expected = if all_fit { events } else { Vec::new() };
            prop_assert_eq!(json!(stored).to_string(), json!(reordered(&expected)).to_string());
            Ok(())
        })
        .expect("arrays are all or nothing");
}

/// Data columns come back in the stream's order.
fn reordered(events: &[Value]) -> Vec<Value> {
    let reorder = |event: &Value| {
        let data = json!({ "event_id": event["data"]["event_id"], "amount": event["data"]["amount"] });
        json!({ "customer_id": event["customer_id"], "timestamp": event["timestamp"], "data": data })
    };
    events.iter().map(reorder).collect()
}
