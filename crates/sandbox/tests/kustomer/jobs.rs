//! Jobs: done later, told apart by reference, refused as a whole for what is malformed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Practice;

/// The results of a job, once it is complete.
async fn results(practice: &Practice, job: &str) -> Vec<Value> {
    while practice.attributes(&format!("/v1/bulk/{job}")).await["status"] != "complete" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let batches = practice.get(&format!("/v1/bulk/{job}/batches")).await.ok();
    batches["data"][0]["results"].as_array().cloned().expect("results")
}

#[tokio::test]
async fn a_job_is_done_a_while_later_and_says_what_became_of_each() {
    let practice = Practice::start().await;
    practice.create("/v1/customers", &json!({ "externalId": "P-1" })).await;
    let items = json!([
        { "_clientRef": "a", "externalId": "P-1" },
        { "_clientRef": "b", "externalId": "P-2", "name": "Jonas" },
    ]);
    let job = practice.create("/v1/customers/bulk", &items).await;
    assert_eq!(practice.attributes(&format!("/v1/bulk/{job}")).await["status"], "queued");
    assert_eq!(practice.get("/v1/customers/externalId=P-2").await.status, 404, "it is still waiting");
    let results = results(&practice, &job).await;
    assert_eq!((&results[0]["_clientRef"], &results[0]["status"]), (&json!("a"), &json!("error")));
    assert!(results[0]["error"].as_str().is_some_and(|error| error.contains("externalId")), "{results:?}");
    assert_eq!((&results[1]["_clientRef"], &results[1]["status"]), (&json!("b"), &json!("created")));

    let id = results[1]["objectId"].as_str().expect("an id");
    let change = practice.put("/v1/customers/bulk", &json!([{ "_clientRef": "x", "id": id, "name": "J" }])).await;
    assert_eq!(change.status, 201, "{}", change.body);
    let job = change.body["data"]["id"].as_str().expect("a job");
    assert_eq!(self::results(&practice, job).await[0]["status"], "updated");
    assert_eq!(practice.attributes(&format!("/v1/customers/{id}")).await["name"], "J");
}

#[tokio::test]
async fn what_is_malformed_refuses_the_whole_job() {
    let practice = Practice::start().await;
    let many: Vec<Value> = (0..101).map(|number| json!({ "externalId": format!("P-{number}") })).collect();
    for items in [
        json!([]),
        json!(many),
        json!([{ "_clientRef": "a", "name": "A" }, { "name": "B" }]),
        json!([{ "_clientRef": "a", "name": "A" }, { "_clientRef": "a", "name": "B" }]),
        json!([{ "name": "A" }, { "nickname": "B" }]),
        json!({ "name": "A" }),
    ] {
        assert_eq!(practice.post("/v1/customers/bulk", &items).await.status, 400);
    }
    assert_eq!(practice.put("/v1/companies/bulk", &json!([{ "name": "Quill" }])).await.status, 400, "no id");
    let large: Vec<Value> = (0..100).map(|_| json!({ "name": "Q".repeat(250), "urls": [{ "url": "u".repeat(200) }], "username": "u".repeat(250), "timeZone": "z".repeat(60), "externalId": "e".repeat(250), "defaultLang": "x".repeat(90) })).collect();
    assert_eq!(practice.post("/v1/customers/bulk", &json!(large)).await.status, 413);
}
