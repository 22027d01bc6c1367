//! Who may do what, and how much.

use sandbox::{Account, Options};
use serde_json::json;

use crate::support::Practice;

#[tokio::test]
async fn the_key_comes_first_then_its_roles_then_the_rest() {
    let account = Account { roles: vec!["org.user.customer.read".to_owned()], ..Account::default() };
    let practice = Practice::with(Options { account, ..Options::default() }).await;
    let bare = || {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        client.get(format!("{}/v1/customers", practice.sandbox.url()))
    };
    for request in [bare(), bare().bearer_auth("other")] {
        let answer = practice.send(request).await;
        assert_eq!(answer.refusal().0, 401, "{answer:?}");
    }
    let token = practice.attributes("/v1/auth/tokens/current").await;
    assert_eq!(token["roles"], json!(["org.user.customer.read"]));
    assert_eq!(practice.attributes("/v1/users/current").await["userType"], "machine");
    practice.get("/v1/customers").await.ok();
    for (path, body) in [("/v1/customers", json!({ "no such": 1 })), ("/v1/customers/search", json!({}))] {
        let answer = practice.post(path, &body).await;
        assert_eq!(answer.refusal().0, 403, "before the body is looked at: {answer:?}");
    }
    assert_eq!(practice.get("/v1/nothing").await.status, 404);
}

#[tokio::test]
async fn every_answer_tells_the_limit_and_a_full_window_closes_itself() {
    let account = Account { requests_per_minute: 3, ..Account::default() };
    let practice = Practice::with(Options { account, ..Options::default() }).await;
    let mut left = Vec::new();
    for _ in 0..4 {
        let answer = practice.get("/v1/customers").await;
        let header = |name: &str| answer.headers[name].to_str().expect("text").parse::<i64>().expect("a number");
        left.push((answer.status, header("x-ratelimit-remaining")));
        assert_eq!(header("x-ratelimit-limit"), 3);
    }
    assert_eq!(left, [(200, 2), (200, 1), (200, 0), (429, 0)]);
    practice.later(61);
    practice.get("/v1/customers").await.ok();
}

#[tokio::test]
async fn searches_are_counted_for_themselves() {
    let practice = Practice::start().await;
    let mut statuses = Vec::new();
    for _ in 0..101 {
        statuses.push(practice.post("/v1/customers/search", &json!({})).await.status);
    }
    assert_eq!((statuses.iter().filter(|status| **status == 200).count(), statuses[100]), (100, 429));
    practice.get("/v1/customers").await.ok();
}
