//! Searching by attributes, a minute behind.

use serde_json::{Value, json};

use crate::support::Practice;

async fn found(practice: &Practice, body: &Value) -> Vec<String> {
    let answer = practice.post("/v1/customers/search?page=1&pageSize=500", body).await.ok();
    let hits = answer["data"].as_array().cloned().expect("hits");
    hits.iter().map(|hit| hit["attributes"]["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn what_was_written_a_minute_ago_is_found() {
    let practice = Practice::start().await;
    practice.define("customer", &["accountStr"]).await;
    for (name, account) in [("Maren", "A-1"), ("Jonas", "A-2"), ("Greta", "A-2")] {
        practice.create("/v1/customers", &json!({ "name": name, "custom": { "accountStr": account } })).await;
    }
    let by = |account: &str| json!({ "customer_custom_accountStr": { "equals": account } });
    let two = json!({ "queryContext": "customer", "or": [by("A-2"), by("A-3")] });
    assert_eq!(found(&practice, &two).await, [""; 0], "not yet in the index");
    practice.later(61);
    assert_eq!(found(&practice, &two).await, ["Jonas", "Greta"]);
    let not = json!({ "and": [{ "customer_name": { "contains": "r" } }], "not": [by("A-1")] });
    assert_eq!(found(&practice, &not).await, ["Greta"]);
    assert_eq!(found(&practice, &json!({ "queryContext": "company" })).await, [""; 0]);
    for body in [json!({ "queryContext": "kobject_x" }), json!({ "and": [{ "customer_shoe_size": { "equals": 1 } }] })]
    {
        assert_eq!(practice.post("/v1/customers/search", &body).await.status, 400, "{body}");
    }
}
