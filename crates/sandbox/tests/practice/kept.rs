//! What a practice destination was sent outlives it when it is told where to keep it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use reqwest::Method;
use sandbox::{Options, Sandbox};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Practice, event, stream};

async fn kept_in(path: &std::path::Path) -> Practice {
    Practice::with(Options { kept: Some(path.to_owned()), ..Options::default() }).await
}

/// A customer, a stream with an event, a product with a price, a contract, and one that is deleted again.
async fn fill(practice: &Practice) {
    practice.create("/customers", &json!({ "customer_name": "Acme", "external_id": "00217" })).await;
    let gone = practice.create("/customers", &json!({ "customer_name": "Gone", "external_id": "00218" })).await;
    practice.delete(&format!("/customers/{gone}")).await.ok();
    practice.create("/rawmetric", &stream("calls")).await;
    let sent = practice.request(Method::POST, "/usage/calls").header("idempotency-key", "one");
    practice.send(sent.json(&event("e1", "1.2300"))).await.ok();
    practice.create("/products", &json!({ "name": "Sampling", "type": "product" })).await;
}

#[tokio::test]
async fn started_again_it_holds_what_it_held() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let first = kept_in(&path).await;
    assert!(!path.exists(), "nothing was written yet");
    fill(&first).await;
    let held = first.sandbox.records();
    assert_eq!((held.customers.len(), held.usage["calls"].len(), held.products.len()), (1, 1, 1));
    first.sandbox.stop().await;

    let second = kept_in(&path).await;
    assert_eq!(second.sandbox.records(), held, "with the same ids and times");
    let again = second.request(Method::POST, "/usage/calls").header("idempotency-key", "one");
    second.send(again.json(&event("e1", "1.2300"))).await.ok();
    assert_eq!(second.sandbox.counts().usage["calls"], 1, "a receipt is kept too");
    fill_more(&second).await;
    let held = second.sandbox.records();
    second.sandbox.stop().await;
    assert_eq!(kept_in(&path).await.sandbox.records(), held);
}

async fn fill_more(practice: &Practice) {
    practice.create("/customers", &json!({ "customer_name": "Beta", "external_id": "00219" })).await;
}

#[tokio::test]
async fn a_forgetful_one_takes_a_repeat_for_something_new_and_keeps_both() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let first = kept_in(&path).await;
    fill(&first).await;
    first.sandbox.stop().await;
    let forgetful = Options { kept: Some(path.clone()), forgetful: true, ..Options::default() };
    for (options, expected) in [(forgetful, 2), (Options { kept: Some(path), ..Options::default() }, 2)] {
        let practice = Practice::with(options).await;
        let again = practice.request(Method::POST, "/usage/calls").header("idempotency-key", "one");
        practice.send(again.json(&event("e1", "1.2300"))).await.ok();
        assert_eq!(practice.sandbox.counts().usage["calls"], expected);
        practice.sandbox.stop().await;
    }
}

#[tokio::test]
async fn another_organisation_starts_empty_in_the_same_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let first = kept_in(&path).await;
    fill(&first).await;
    first.sandbox.stop().await;
    let options = Options { kept: Some(path), organisation: Uuid::new_v4(), ..Options::default() };
    let other = Practice::with(options.clone()).await;
    assert_eq!(other.sandbox.counts().customers, 0);
    fill_more(&other).await;
    other.sandbox.stop().await;
    assert_eq!(Practice::with(options).await.sandbox.counts().customers, 1);
}

#[tokio::test]
async fn reading_and_asking_leave_no_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let practice = kept_in(&path).await;
    practice.get("/customers").await.ok();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_line_cut_off_is_dropped_and_any_other_damage_is_told() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let first = kept_in(&path).await;
    fill(&first).await;
    let held = first.sandbox.records();
    first.sandbox.stop().await;
    add(&path, "{\"at\":\"2026-10-12T");
    let second = kept_in(&path).await;
    assert_eq!(second.sandbox.records(), held);
    fill_more(&second).await;
    second.sandbox.stop().await;

    assert_eq!(kept_in(&path).await.sandbox.counts().customers, 2);
    add(&path, "not a line\n");
    let before = fs::read(&path).expect("the file is there");
    let error = Sandbox::start(Options { kept: Some(path.clone()), ..Options::default() }).await.err();
    assert!(error.expect("it does not start").to_string().contains("m.carryover-practice"));
    assert_eq!(fs::read(&path).expect("the file is there"), before, "and is left as it was");
}

fn add(path: &PathBuf, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).expect("the file is there");
    file.write_all(text.as_bytes()).expect("and can be written");
}
