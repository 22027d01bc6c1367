//! What outlives the sandbox: everything it was sent, jobs included.

use std::path::Path;
use std::time::Duration;

use sandbox::Options;
use serde_json::json;

use crate::support::Practice;

async fn kept_in(path: &Path) -> Practice {
    Practice::with(Options { kept: Some(path.to_owned()), ..Options::default() }).await
}

#[tokio::test]
async fn a_sandbox_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("m.carryover-practice");
    let first = kept_in(&path).await;
    first.get("/v1/customers").await.ok();
    first.post("/v1/customers/search", &json!({})).await.ok();
    assert!(!path.exists(), "asking leaves no file");
    first.define("company", &["tierStr"]).await;
    first.create("/v1/companies", &json!({ "name": "Quill", "custom": { "tierStr": "gold" } })).await;
    let job = first.create("/v1/customers/bulk", &json!([{ "externalId": "P-1" }, { "externalId": "P-2" }])).await;
    while first.attributes(&format!("/v1/bulk/{job}")).await["status"] != "complete" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.create("/v1/customers", &json!({ "externalId": "P-3" })).await;
    let held = first.sandbox.records();
    assert_eq!((held.companies.len(), held.customers.len()), (1, 3));
    first.sandbox.stop().await;
    let second = kept_in(&path).await;
    assert_eq!(second.sandbox.records(), held, "with the same ids and times");
    assert_eq!(second.post("/v1/customers", &json!({ "externalId": "P-2" })).await.status, 409);
}
