//! Customers and companies: creation, identifiers, change, custom attributes.

use serde_json::{Value, json};

use crate::support::Practice;

#[tokio::test]
async fn a_customer_is_read_back_by_every_identifier() {
    let practice = Practice::start().await;
    let company = practice.create("/v1/companies", &json!({ "name": "Quillfeather" })).await;
    let sent = json!({
        "name": "Maren", "externalId": "P/1 ü", "company": company,
        "emails": [{ "email": "maren+a@quill.example", "type": "work" }], "phones": [{ "phone": "+4520123456" }],
    });
    let id = practice.create("/v1/customers", &sent).await;
    let by_id = practice.get(&format!("/v1/customers/{id}")).await.ok();
    for path in [
        "/v1/customers/externalId=P%2F1%20%C3%BC",
        "/v1/customers/email=MAREN%2Ba%40quill.example",
        "/v1/customers/phone=%2B4520123456",
    ] {
        assert_eq!(practice.get(path).await.ok(), by_id, "{path}");
    }
    let data = &by_id["data"];
    assert_eq!(data["relationships"]["company"]["data"]["id"], company);
    assert_eq!(data["attributes"]["externalIds"], json!([{ "externalId": "P/1 ü", "verified": true }]));
    assert_eq!(
        data["attributes"]["emails"][0],
        json!({ "email": "maren+a@quill.example", "type": "work", "verified": false })
    );
    assert_eq!((&data["attributes"]["displayName"], id.len()), (&json!("Maren"), 24));
    assert_eq!(practice.get("/v1/customers/externalId=P").await.refusal(), (404, "notfound", "externalId"));
    let nameless = practice.post("/v1/customers", &json!({ "emails": [{ "email": "x@quill.example" }] })).await;
    assert_eq!(nameless.body["data"]["attributes"]["displayName"], "x@quill.example");
}

#[tokio::test]
async fn what_the_contract_does_not_allow_is_refused() {
    let practice = Practice::start().await;
    for (path, body, parameter) in [
        ("/v1/customers", json!({ "nickname": "M" }), ""),
        ("/v1/customers", json!({ "externalId": 7 }), "externalId"),
        ("/v1/customers", json!({ "emails": [{ "address": "a" }] }), "emails.0"),
        ("/v1/customers", json!({ "emails": "a@quill.example" }), "emails"),
        ("/v1/customers", json!({ "phones": [{ "phone": "030 12" }] }), "phones.0.phone"),
        ("/v1/customers", json!({ "gender": "x" }), "gender"),
        ("/v1/customers", json!({ "createdAt": "yesterday" }), "createdAt"),
        ("/v1/customers", json!({ "company": "17" }), "company"),
        ("/v1/companies", json!({}), "name"),
        ("/v1/companies", json!({ "name": "Zu" }), "name"),
        ("/v1/companies", json!({ "name": "Quill", "tags": ["!"] }), "tags.0"),
        ("/v1/companies", json!({ "name": "Quill", "deleted": true }), ""),
    ] {
        let answer = practice.post(path, &body).await;
        let (status, code, found) = answer.refusal();
        assert_eq!((status, code), (400, "badparam"), "{body}: {}", answer.body);
        assert!(found.starts_with(parameter), "{body}: {}", answer.body);
    }
    let nobody = json!({ "company": "000000000000000000000001" });
    assert_eq!(practice.post("/v1/customers", &nobody).await.refusal(), (400, "badparam", "company"));
    assert_eq!(practice.sandbox.counts().customers, 0);
    let id = practice.create("/v1/companies", &json!({ "name": "Quill" })).await;
    let times = json!({ "importedAt": "2026-01-01T00:00:00Z" });
    assert_eq!(practice.put(&format!("/v1/companies/{id}"), &times).await.status, 400, "only when it is created");
}

#[tokio::test]
async fn an_identifier_belongs_to_one_customer() {
    let practice = Practice::start().await;
    let first = json!({ "externalId": "P-1", "emails": [{ "email": "a@quill.example" }], "phones": [{ "phone": "+4520123456" }] });
    practice.create("/v1/customers", &first).await;
    let other = practice.create("/v1/customers", &json!({ "externalId": "P-2" })).await;
    for body in [
        json!({ "externalId": "P-1" }),
        json!({ "emails": [{ "email": "A@Quill.example" }] }),
        json!({ "phones": [{ "phone": "+4520123456" }] }),
    ] {
        assert_eq!(practice.post("/v1/customers", &body).await.refusal().0, 409, "{body}");
        assert_eq!(practice.patch(&format!("/v1/customers/{other}"), &body).await.refusal().0, 409, "{body}");
    }
    practice.create("/v1/customers", &json!({ "sharedEmails": [{ "email": "a@quill.example" }] })).await;
    let numbers = ["C-1", "C-1"].map(|number| json!({ "name": "Quill", "externalId": number }));
    for company in &numbers {
        practice.create("/v1/companies", company).await;
    }
    let found = practice.get("/v1/companies?externalId=C-1").await.ok();
    assert_eq!(found["meta"]["total"], 2, "a repeated company doubles, and that must show");
}

#[tokio::test]
async fn a_change_replaces_lists_and_leaves_out_the_company() {
    let practice = Practice::start().await;
    practice.define("customer", &["tierStr", "limitNum"]).await;
    let company = practice.create("/v1/companies", &json!({ "name": "Quill" })).await;
    let mails = json!([{ "email": "a@quill.example" }, { "email": "b@quill.example" }]);
    let sent = json!({ "name": "Maren", "company": company, "emails": mails, "custom": { "tierStr": "gold", "limitNum": 2.5 } });
    let id = practice.create("/v1/customers", &sent).await;
    let path = format!("/v1/customers/{id}");
    practice
        .patch(&path, &json!({ "emails": [{ "email": "b@quill.example" }], "custom": { "limitNum": null } }))
        .await
        .ok();
    let changed = practice.get(&path).await.ok();
    let attributes = &changed["data"]["attributes"];
    assert_eq!((&attributes["emails"].as_array().map(Vec::len), &attributes["name"]), (&Some(1), &json!("Maren")));
    assert_eq!(attributes["custom"], json!({ "tierStr": "gold" }));
    assert_eq!(changed["data"]["relationships"].get("company"), None, "not named, so no longer linked");
    practice.create("/v1/customers", &json!({ "emails": [{ "email": "a@quill.example" }] })).await;
    let stale = practice.patch(&path, &json!({ "name": "M", "rev": 1 })).await;
    assert_eq!(stale.refusal().0, 409);
    practice.put(&format!("{path}?replace=true"), &json!({ "externalId": "P-1" })).await.ok();
    assert_eq!(practice.attributes(&path).await["custom"], json!({}), "what replaces, rewrites");
}

#[tokio::test]
async fn attributes_have_endings_and_are_defined_first() {
    let practice = Practice::start().await;
    let customer = |custom: Value| json!({ "custom": custom });
    let refused = practice.post("/v1/customers", &customer(json!({ "tierStr": "gold" }))).await;
    assert_eq!(refused.refusal(), (400, "badparam", "tierStr"));
    assert_eq!(practice.post("/v1/customers", &customer(json!({ "tier": "gold" }))).await.status, 400);
    let wrong = json!({ "properties": { "tier": {} } });
    assert_eq!(practice.put("/v1/metadata/customer", &wrong).await.refusal(), (400, "badparam", "tier"));
    let tier = json!({ "properties": { "tierStr": { "displayName": "Tier", "enumeration": ["gold", "iron"] } } });
    practice.put("/v1/metadata/customer", &tier).await.ok();
    practice.define("customer", &["vipBool"]).await;
    let known = practice.attributes("/v1/metadata/customer").await;
    assert_eq!(known["properties"].as_object().map(serde_json::Map::len), Some(2), "what is left out stays");
    assert_eq!(practice.attributes("/v1/metadata/company").await["properties"], json!({}));
    practice.create("/v1/customers", &customer(json!({ "tierStr": "gold", "vipBool": true }))).await;
    for custom in [json!({ "tierStr": "tin" }), json!({ "vipBool": "yes" })] {
        assert_eq!(practice.post("/v1/customers", &customer(custom.clone())).await.status, 400, "{custom}");
    }
}

#[tokio::test]
async fn a_company_with_customers_is_not_deleted() {
    let practice = Practice::start().await;
    let company = practice.create("/v1/companies", &json!({ "name": "Quill" })).await;
    let path = format!("/v1/companies/{company}");
    let customer = practice.create("/v1/customers", &json!({ "company": company })).await;
    assert_eq!(practice.put(&path, &json!({ "deleted": true })).await.refusal().0, 409);
    practice.patch(&format!("/v1/customers/{customer}"), &json!({ "company": null })).await.ok();
    practice.put(&path, &json!({ "deleted": true })).await.ok();
    assert_eq!(practice.get(&path).await.status, 404);
    assert_eq!(practice.get("/v1/companies").await.ok()["meta"]["total"], 0);
}
