//! Faults: their written form, and what a client sees of each.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use proptest::prelude::*;
use reqwest::Method;
use sandbox::{Faults, FaultsError, Options};
use serde_json::{Value, json};

use crate::support::Practice;

/// A create, sent without looking at the answer.
async fn create(practice: &Practice) -> Result<reqwest::Response, reqwest::Error> {
    practice.request(Method::POST, "/customers").json(&json!({ "customer_name": "Acme" })).send().await
}

#[test]
fn faults_are_read_and_printed() {
    let cases = [
        ("", ""),
        ("latency=5ms", "latency=5ms"),
        ("latency=2s", "latency=2000ms"),
        (" 429=0.05 , rate=1000/min", "rate=1000/min,429=0.05"),
        ("cut-after=0.01,500-before=0.02,", "500-before=0.02,cut-after=0.01"),
        ("retry-after=7,429-bare=1", "retry-after=7,429-bare=1"),
        (
            "429=0.1,429-bare=0.1,408=0.1,500-before=0.1,500-after=0.1,cut-before=0.1,cut-after=0.1,slow=0.1,truncated=0.1,wrong-type=0.1",
            "429=0.1,429-bare=0.1,408=0.1,500-before=0.1,500-after=0.1,cut-before=0.1,cut-after=0.1,slow=0.1,truncated=0.1,wrong-type=0.1",
        ),
        ("401=0.1,malformed=0.2", "malformed=0.2,401=0.1"),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Faults>().expect("the faults are known").to_string(), expected, "{text}");
    }
}

#[test]
fn what_is_no_fault_is_explained() {
    let cases = [
        ("earthquake=1", "earthquake"),
        ("429", "has no value"),
        ("429=1.5", "between 0 and 1"),
        ("429=-0.1", "between 0 and 1"),
        ("429=NaN", "between 0 and 1"),
        ("latency=5", "5ms"),
        ("rate=10/day", "1000/min"),
        ("rate=0/min", "1000/min"),
        ("retry-after=soon", "whole seconds"),
        ("408=0.6,slow=0.6", "more than 1"),
    ];
    for (text, expected) in cases {
        let error = text.parse::<Faults>().expect_err("it is no fault").to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let unknown = "earthquake=1".parse::<Faults>();
    assert_eq!(unknown, Err(FaultsError::Unknown { word: "earthquake".into() }));
    let message = unknown.expect_err("it is no fault").to_string();
    assert!(["latency", "429-bare", "wrong-type"].iter().all(|word| message.contains(word)), "{message}");
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(
        latency in 0_u64..100_000, rate in 1_u32..10_000, retry in 0_u32..100, cut in 0.0_f64..0.5, slow in 0.0_f64..0.5,
    ) {
        let text = format!("latency={latency}ms,rate={rate}/h,retry-after={retry},cut-before={cut},slow={slow}");
        let faults: Faults = text.parse().expect("the faults are known");
        prop_assert_eq!(faults.to_string().parse(), Ok(faults));
    }
}

#[tokio::test]
async fn refusals_write_nothing() {
    let practice = Practice::start().await;
    for (faults, status, retry_after) in [
        ("429=1", 429, Some("1")),
        ("429=1,retry-after=9", 429, Some("9")),
        ("429-bare=1", 429, None),
        ("408=1", 408, None),
        ("500-before=1", 500, None),
        ("401=1", 401, None),
    ] {
        practice.faults(faults);
        let answer = practice.post("/customers", &json!({ "customer_name": "Acme" })).await;
        let header = answer.headers.get("retry-after").and_then(|value| value.to_str().ok());
        assert_eq!((answer.status, header), (status, retry_after), "{faults}");
    }
    assert_eq!(practice.sandbox.counts().customers, 0);
}

#[tokio::test]
async fn a_failure_after_the_write_has_written() {
    let practice = Practice::start().await;
    practice.faults("500-after=1");
    assert_eq!(practice.post("/customers", &json!({ "customer_name": "Acme" })).await.status, 500);
    assert_eq!(practice.sandbox.counts().customers, 1);
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer() {
    let practice = Practice::start().await;
    practice.get("/customers").await.ok();
    for (faults, written) in [("cut-before=1", 0), ("cut-after=1", 1)] {
        practice.faults(faults);
        let error = create(&practice).await.expect_err("nothing comes back");
        assert!(error.is_request() && error.status().is_none() && !error.is_timeout(), "{error:?}");
        assert_eq!(practice.sandbox.counts().customers, written, "{faults}");
        let line = practice.sandbox.log().pop().expect("the request is logged");
        assert_eq!((line.status, line.fault.as_deref()), (None, faults.strip_suffix("=1")));
    }
    practice.faults("");
    practice.get("/customers").await.ok();
}

#[tokio::test]
async fn a_spoiled_answer_is_written_but_unreadable() {
    let practice = Practice::start().await;
    for (faults, written) in [("truncated=1", 1), ("malformed=1", 2)] {
        practice.faults(faults);
        let answer = create(&practice).await.expect("an answer comes");
        assert_eq!(answer.status(), 200);
        let text = answer.text().await.expect("the body arrives");
        assert!(!text.is_empty() && serde_json::from_str::<Value>(&text).is_err(), "{text}");
        assert_eq!(practice.sandbox.counts().customers, written);
    }
    let met = practice.sandbox.faults_met();
    assert_eq!((met["truncated"], met["malformed"], met.len()), (1, 1, 2), "each is counted");
}

#[tokio::test]
async fn a_wrong_type_is_a_page_and_writes_nothing() {
    let practice = Practice::start().await;
    practice.faults("wrong-type=1");
    let answer = create(&practice).await.expect("an answer comes");
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    assert_eq!((answer.status().as_u16(), kind.as_deref()), (200, Some("text/html; charset=utf-8")));
    assert!(answer.text().await.expect("the body arrives").contains("502 Bad Gateway"));
    assert_eq!(practice.sandbox.counts().customers, 0);
}

#[tokio::test]
async fn a_slow_answer_arrives_whole() {
    let practice = Practice::start().await;
    practice.faults("slow=1");
    let started = Instant::now();
    practice.post("/customers", &json!({ "customer_name": "Acme" })).await.ok();
    assert!(started.elapsed() >= Duration::from_millis(400), "{:?}", started.elapsed());
    practice.faults("latency=60ms");
    let started = Instant::now();
    practice.get("/customers").await.ok();
    assert!(started.elapsed() >= Duration::from_millis(60), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_rate_is_a_real_limit() {
    let practice = Practice::start().await;
    practice.faults("rate=3/min");
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(practice.get("/customers").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    let refused = practice.get("/customers").await;
    let wait = refused.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let wait = wait.expect("a limit says when to come back");
    assert!((1..=60).contains(&wait), "{wait}");
    practice.sandbox.advance_clock(SignedDuration::from_secs(wait));
    practice.get("/customers").await.ok();
}

#[tokio::test]
async fn the_same_seed_draws_the_same_faults() {
    let draw = async |seed| {
        let faults = "429=0.2,408=0.2,500-before=0.2".parse().expect("the faults are known");
        let practice = Practice::with(Options { seed, faults, ..Options::default() }).await;
        let mut statuses = Vec::new();
        for _ in 0..60 {
            statuses.push(practice.get("/customers").await.status);
        }
        statuses
    };
    let drawn = draw(7).await;
    assert_eq!(draw(7).await, drawn);
    assert_ne!(draw(8).await, drawn);
    for status in [200, 429, 408, 500] {
        let share = drawn.iter().filter(|drawn| **drawn == status).count();
        assert!((3..=40).contains(&share), "{status} came {share} times of 60");
    }
}
