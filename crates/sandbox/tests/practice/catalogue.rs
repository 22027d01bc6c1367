//! Products and pricings.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Practice, refused_at};

fn pricing(amount: &str) -> Value {
    let amount: Value = serde_json::from_str(amount).expect("the amount is JSON");
    json!({
        "name": "Monthly",
        "pricing_data": { "pricing_type": "flat_fee", "currency": "EUR", "unit_amount": amount },
        "quantity": { "type": "fixed", "quantity": 1, "unit": "seat" },
        "billing_period": { "cadence": "P1M", "offset": "prepaid" },
    })
}

#[tokio::test]
async fn products_come_and_go() {
    let practice = Practice::start().await;
    let body = json!({ "name": "Seats", "type": "product", "sku": "S-1", "tax_codes": ["P0"] });
    let first = practice.post("/products", &body).await.ok();
    let second = practice.create("/products", &body).await;
    assert_ne!(first["id"], json!(second), "equal products are not merged");
    let path = format!("/products/{second}");
    let changed = practice.patch(&path, &json!({ "name": "Licences" })).await.ok();
    assert_eq!((&changed["name"], &changed["sku"]), (&json!("Licences"), &json!("S-1")));
    assert_eq!(practice.get("/products?name__ilike=seat").await.ok()["results"], json!([first]));
    practice.delete(&path).await.ok();
    assert_eq!(practice.get(&path).await.status, 404);
    refused_at(&practice.post("/products", &json!({ "name": "Seats" })).await, "body.type");
    refused_at(&practice.post("/products", &json!({ "name": "Seats", "type": "service" })).await, "body.type");
    assert_eq!(practice.sandbox.counts().products, 1);
}

#[tokio::test]
async fn an_equal_pricing_is_returned_on_request() {
    let practice = Practice::start().await;
    let product = practice.create("/products", &json!({ "name": "Seats", "type": "product" })).await;
    let other = practice.create("/products", &json!({ "name": "Calls", "type": "product" })).await;
    let path = format!("/products/{product}/pricing");
    let asking = format!("{path}?return_existing=true");
    let first = practice.post(&asking, &pricing("10.50")).await.ok();
    assert_eq!(first["pricing_data"]["unit_amount"].to_string(), "10.50", "digits are kept");
    let mut turned = pricing("10.5");
    let name = turned["name"].take();
    turned["pricing_data"] =
        json!({ "unit_amount": turned["pricing_data"]["unit_amount"], "currency": "EUR", "pricing_type": "flat_fee" });
    turned["name"] = name;
    assert_eq!(practice.post(&asking, &turned).await.ok(), first, "numbers compare by value, members in any order");
    assert_ne!(practice.post(&asking, &pricing("10.51")).await.ok()["id"], first["id"]);
    assert_ne!(practice.post(&path, &pricing("10.50")).await.ok()["id"], first["id"], "unless it is not asked for");
    let elsewhere =
        practice.post(&format!("/products/{other}/pricing?return_existing=true"), &pricing("10.50")).await.ok();
    assert_ne!(elsewhere["id"], first["id"], "a pricing belongs to its product");
    assert_eq!(practice.get(&path).await.ok()["total_count"], 3);
    assert_eq!(practice.get(&format!("{path}?limit=2")).await.ok()["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(practice.sandbox.counts().pricings, 4);
    practice.delete(&format!("/products/{product}")).await.ok();
    assert_eq!(practice.sandbox.counts().pricings, 1);
    let nowhere = format!("/products/{}/pricing", Uuid::nil());
    assert_eq!(practice.post(&nowhere, &pricing("1")).await.status, 404);
}

#[tokio::test]
async fn pricings_make_sense() {
    let practice = Practice::start().await;
    let product = practice.create("/products", &json!({ "name": "Seats", "type": "product" })).await;
    let path = format!("/products/{product}/pricing");
    let with = |pointer: &str, value: Value| {
        let mut body = pricing("10");
        *body.pointer_mut(pointer).expect("the member is there") = value;
        body
    };
    let tiers = |amounts: Value, bounds: Value| {
        let data = json!({ "pricing_type": "tiered", "currency": "EUR", "unit_amount": amounts, "up_to": bounds });
        with("/pricing_data", data)
    };
    let cases = [
        (with("/pricing_data/currency", json!("euro")), "body.pricing_data.currency"),
        (with("/pricing_data/currency", json!("QQQ")), "body.pricing_data.currency"),
        (with("/pricing_data/pricing_type", json!("free")), "body.pricing_data.pricing_type"),
        (with("/pricing_data/unit_amount", json!("10.00")), "body.pricing_data.unit_amount"),
        (with("/quantity", json!({ "type": "fixed", "quantity": 1 })), "body.quantity.unit"),
        (with("/quantity", json!({ "type": "fixed", "unit": "seat" })), "body.quantity.quantity"),
        (with("/quantity", json!({ "type": "metered" })), "body.quantity.aggregate_id"),
        (with("/billing_period", json!({ "cadence": "P1M" })), "body.billing_period.offset"),
        (tiers(json!([1, 2]), json!([10])), "body.pricing_data.up_to"),
        (tiers(json!([1, 2]), json!([10, 20])), "body.pricing_data.up_to"),
        (json!({}), "body.pricing_data"),
    ];
    for (body, place) in cases {
        refused_at(&practice.post(&path, &body).await, place);
    }
    practice.create(&path, &tiers(json!([1, 2]), json!([10, null]))).await;
    practice.create(&path, &with("/quantity", json!({ "type": "metered", "aggregate_id": Uuid::nil() }))).await;
}
