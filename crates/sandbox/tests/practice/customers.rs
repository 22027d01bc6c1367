//! Customers: creation, uniqueness, change, deletion.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Practice, refused_at};

#[tokio::test]
async fn a_customer_is_read_back_as_created() {
    let practice = Practice::start().await;
    let sent = json!({
        "customer_name": "Nordlicht GmbH", "external_id": "C-1", "email": "rechnung@nordlicht.example",
        "phone_number": "+49 30 1234567", "custom_data": { "tier": 1.50 }, "address": { "line1": "Hafen 1" },
        "tax_info": [{ "country_code": "EU", "tax_code": "VAT", "tax_id": "DE1" }], "auto_charge_enabled": false,
        "unheard_of": 1,
    });
    let created = practice.post("/customers", &sent).await.ok();
    let id = created["id"].as_str().expect("a customer has an id");
    assert_eq!(practice.get(&format!("/customers/{id}")).await.ok(), created);
    for member in ["customer_name", "external_id", "email", "custom_data", "address", "tax_info"] {
        assert_eq!(created[member], sent[member], "{member}");
    }
    assert_eq!(created["custom_data"]["tier"].to_string(), "1.5", "numbers keep the digits they were sent with");
    assert_eq!(
        (&created["communications_enabled"], &created["auto_charge_enabled"], &created["ship_to_address"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    assert_eq!(created.get("unheard_of"), None, "what the contract does not know is not kept");
    assert_eq!(practice.sandbox.records().customers, [created]);
}

#[tokio::test]
async fn malformed_customers_are_refused() {
    let practice = Practice::start().await;
    let tax = |item: Value| json!({ "customer_name": "A", "tax_info": [item] });
    let cases = [
        (json!({}), "body.customer_name"),
        (json!({ "customer_name": "  " }), "body.customer_name"),
        (json!({ "customer_name": 7 }), "body.customer_name"),
        (json!({ "customer_name": "A", "email": "not an address" }), "body.email"),
        (json!({ "customer_name": "A", "email": "a@localhost" }), "body.email"),
        (json!({ "customer_name": "A", "email": "" }), "body.email"),
        (json!({ "customer_name": "A", "external_id": "x".repeat(256) }), "body.external_id"),
        (json!({ "customer_name": "A", "external_id": 17 }), "body.external_id"),
        (json!({ "customer_name": "A", "phone_number": "030 1234567" }), "body.phone_number"),
        (json!({ "customer_name": "A", "phone_number": "+123456" }), "body.phone_number"),
        (json!({ "customer_name": "A", "phone_number": "+1234567890123456" }), "body.phone_number"),
        (json!({ "customer_name": "A", "phone_number": "+49 30 CALL US" }), "body.phone_number"),
        (json!({ "customer_name": "A", "phone_number": "" }), "body.phone_number"),
        (json!({ "customer_name": "A", "address": { "line1": 5 } }), "body.address.line1"),
        (json!({ "customer_name": "A", "business_entity_id": "main" }), "body.business_entity_id"),
        (json!({ "customer_name": "A", "auto_charge_enabled": "no" }), "body.auto_charge_enabled"),
        (tax(json!({ "country_code": "EU", "tax_code": "VAT" })), "body.tax_info.0.tax_id"),
        (tax(json!({ "country_code": "EU", "tax_id": "1" })), "body.tax_info.0.tax_code"),
        (tax(json!({ "country_code": "", "tax_code": "VAT", "tax_id": "1" })), "body.tax_info.0.country_code"),
    ];
    for (body, place) in cases {
        refused_at(&practice.post("/customers", &body).await, place);
    }
    assert_eq!(practice.sandbox.counts().customers, 0);
}

#[tokio::test]
async fn refusals_do_not_repeat_what_was_sent() {
    let practice = Practice::start().await;
    let answer = practice.post("/customers", &json!({ "customer_name": "A", "email": "hush hush" })).await;
    refused_at(&answer, "body.email");
    assert!(!answer.body.to_string().contains("hush"), "{}", answer.body);
}

#[tokio::test]
async fn an_email_belongs_to_one_customer() {
    let practice = Practice::start().await;
    let customer = |name: &str, email: Value| json!({ "customer_name": name, "email": email });
    practice.create("/customers", &customer("One", json!("ann@acme.example"))).await;
    let second = practice.post("/customers", &customer("Two", json!("ANN@Acme.example"))).await;
    assert_eq!((second.status, &second.body["detail"]), (400, &json!("Customer with this email already exists")));
    let other = practice.create("/customers", &customer("Two", json!("bob@acme.example"))).await;
    let path = format!("/customers/{other}");
    assert_eq!(practice.patch(&path, &json!({ "email": "ann@acme.example" })).await.status, 400);
    practice.patch(&path, &json!({ "email": "BOB@acme.example" })).await.ok();
    practice.patch(&path, &json!({ "email": null })).await.ok();
    practice.create("/customers", &customer("Three", json!("bob@acme.example"))).await;
    practice.create("/customers", &customer("Four", Value::Null)).await;
    practice.create("/customers", &customer("Five", Value::Null)).await;
}

#[tokio::test]
async fn an_external_id_may_be_doubled_unless_it_is_a_uuid() {
    let practice = Practice::start().await;
    let customer = |external_id: &str| json!({ "customer_name": "Acme", "external_id": external_id });
    let first = practice.create("/customers", &customer("C-1")).await;
    let second = practice.create("/customers", &customer("C-1")).await;
    assert_ne!(first, second, "a repeated create doubles, and that must show");
    let found = practice.get("/customers?external_id=C-1").await.ok();
    assert_eq!(found["total_count"], 2);

    let uuid = Uuid::new_v4().to_string().to_uppercase();
    assert_eq!(practice.create("/customers", &customer(&uuid)).await, uuid.to_lowercase());
    assert_eq!(practice.post("/customers", &customer(&uuid)).await.status, 400);
    assert_eq!(practice.get(&format!("/customers/{uuid}")).await.ok()["external_id"], uuid);

    let none = practice.post("/customers", &customer("")).await.ok();
    assert_eq!(none["external_id"], Value::Null);
    let hash = practice.post("/customers", &customer("0b0f8a3e6f0c4b0e8f571c7f6d1d9a10")).await.ok();
    assert_ne!(hash["id"], "0b0f8a3e-6f0c-4b0e-8f57-1c7f6d1d9a10");
}

#[tokio::test]
async fn an_update_touches_only_what_it_names() {
    let practice = Practice::start().await;
    let sent = json!({ "customer_name": "Acme", "external_id": "C-1", "custom_data": { "a": 1, "b": 2 } });
    let before = practice.post("/customers", &sent).await.ok();
    let path = format!("/customers/{}", before["id"].as_str().expect("a customer has an id"));
    let after = practice.patch(&path, &json!({ "custom_data": { "b": 3 }, "external_id": "C-2" })).await.ok();
    assert_eq!(after["custom_data"], json!({ "b": 3 }), "replaced, not merged");
    assert_eq!((&after["customer_name"], &after["created_at"]), (&before["customer_name"], &before["created_at"]));
    assert_eq!(practice.get("/customers?external_id=C-1").await.ok()["total_count"], 0);
    assert_eq!(practice.get("/customers?external_id=C-2").await.ok()["results"], json!([after]));

    refused_at(&practice.patch(&path, &json!({ "customer_name": null })).await, "body.customer_name");
    refused_at(&practice.patch(&path, &json!({ "phone_number": "12" })).await, "body.phone_number");
    let entities = practice.get("/business_entities").await.ok();
    let entity = json!({ "business_entity_id": entities["results"][0]["id"] });
    assert_eq!(practice.patch(&path, &entity).await.status, 400, "the entity is fixed at creation");
    assert_eq!(practice.patch(&format!("/customers/{}", Uuid::nil()), &json!({})).await.status, 404);
    assert_eq!(practice.patch(&path, &json!({ "custom_data": null })).await.ok()["custom_data"], Value::Null);
}

#[tokio::test]
async fn the_business_entity_must_exist() {
    let practice = Practice::start().await;
    let entities = practice.get("/business_entities").await.ok();
    let customer = |entity: &Value| json!({ "customer_name": "Acme", "business_entity_id": entity });
    practice.create("/customers", &customer(&entities["results"][0]["id"])).await;
    assert_eq!(practice.post("/customers", &customer(&json!(Uuid::nil()))).await.status, 404);
}

#[tokio::test]
async fn a_customer_without_contracts_can_be_deleted() {
    let practice = Practice::start().await;
    let id = practice.create("/customers", &json!({ "customer_name": "Acme", "external_id": "C-1" })).await;
    let path = format!("/customers/{id}");
    assert_eq!(practice.get(&format!("{path}/addresses")).await.ok(), json!([]));
    let contract = crate::contracts::contract(&id);
    let contract = practice.create("/contract_v2", &contract).await;
    assert_eq!(practice.delete(&path).await.status, 400);
    practice.delete(&format!("/contract_v2/{contract}")).await.ok();
    practice.delete(&path).await.ok();
    assert_eq!(practice.get(&path).await.status, 404);
    assert_eq!(practice.delete(&path).await.status, 404);
    assert_eq!(practice.get("/customers?external_id=C-1").await.ok()["total_count"], 0);
}
