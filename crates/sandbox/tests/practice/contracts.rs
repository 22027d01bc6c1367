//! Contracts: terms, identity, replacement, and their life from draft to expired.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Practice, refused_at};

/// A draft over 2026 with one phase and no lines.
pub(crate) fn contract(customer: &str) -> Value {
    json!({
        "customer_id": customer, "name": "Acme 2026", "status": "draft", "currency": "EUR",
        "start_date": "2026-01-01T00:00:00Z", "end_date": "2099-01-01T00:00:00Z", "phases": [{ "name": "Standard" }],
    })
}

struct Scene {
    practice: Practice,
    customer: String,
    product: String,
    pricing: String,
}

impl Scene {
    async fn set() -> Self {
        let practice = Practice::start().await;
        let customer = practice.create("/customers", &json!({ "customer_name": "Acme" })).await;
        let product = practice.create("/products", &json!({ "name": "Seats", "type": "product" })).await;
        let pricing = practice.create(&format!("/products/{product}/pricing"), &inline("EUR")).await;
        Self { practice, customer, product, pricing }
    }

    fn contract(&self) -> Value {
        contract(&self.customer)
    }

    /// A contract with one member set.
    fn with(&self, member: &str, value: Value) -> Value {
        let mut contract = self.contract();
        contract[member] = value;
        contract
    }

    /// A contract whose only phase has one line.
    fn with_line(&self, line: Value) -> Value {
        let mut phase = json!({ "name": "Standard" });
        phase["pricings"] = Value::Array(vec![line]);
        self.with("phases", Value::Array(vec![phase]))
    }

    async fn create(&self, body: &Value) -> String {
        let id = self.practice.create("/contract_v2", body).await;
        format!("/contract_v2/{id}")
    }

    async fn status(&self, path: &str) -> Value {
        self.practice.get(path).await.ok()["status"].clone()
    }
}

fn inline(currency: &str) -> Value {
    json!({ "pricing_data": { "pricing_type": "flat_fee", "currency": currency, "unit_amount": 10 } })
}

#[tokio::test]
async fn a_contract_is_read_back_as_created() {
    let scene = Scene::set().await;
    let id = Uuid::new_v4().to_string();
    let mut sent = scene.with_line(json!({
        "pricing_id": scene.pricing, "product_id": scene.product, "external_id": "L-1", "custom_data": { "a": 1 },
    }));
    sent["id"] = json!(id.to_uppercase());
    sent["source"] = json!({ "source_type": "carryover", "source_id": "K-1" });
    sent["renewal_policy"] = json!("do_not_renew");
    sent["external_id"] = json!("K-1");
    let created = scene.practice.post("/contract_v2", &sent).await.ok();
    assert_eq!(created["id"], id, "the client's id is honoured");
    for member in ["name", "status", "currency", "start_date", "end_date", "customer_id", "source", "renewal_policy"] {
        assert_eq!(created[member], sent[member], "{member}");
    }
    assert_eq!(created.get("external_id"), None, "contracts have none");
    let line = &created["phases"][0]["pricings"][0];
    assert_eq!((&line["external_id"], &line["pricing_id"]), (&json!("L-1"), &json!(scene.pricing)));
    assert!(line["id"].is_string() && created["phases"][0]["id"].is_string());
    assert_eq!(scene.practice.get(&format!("/contract_v2/{id}")).await.ok(), created);
    assert_eq!(scene.practice.sandbox.records().contracts, [created]);
    assert_eq!(scene.practice.post("/contract_v2", &sent).await.status, 409);
    assert_eq!(scene.practice.get(&format!("/contract_v2/{}", Uuid::nil())).await.status, 404);
}

#[tokio::test]
async fn terms_must_hold_together() {
    let scene = Scene::set().await;
    let phases = |phases: Value| scene.with("phases", phases);
    let spanning = |start: &str, end: &str| json!({ "name": "P", "start_date": start, "end_date": end });
    let priced = || json!({ "pricing_id": scene.pricing, "product_id": scene.product });
    let without = |member: &str, mut line: Value| {
        line.as_object_mut().expect("a line is an object").remove(member);
        scene.with_line(line)
    };
    let and = |member: &str, value: Value| {
        let mut line = priced();
        line[member] = value;
        scene.with_line(line)
    };
    let (spring, summer, autumn) = ("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-09-01T00:00:00Z");
    let cases = [
        (scene.with("status", json!("paused")), "body.status"),
        (scene.with("status", json!("expired")), "body.status"),
        (scene.with("currency", json!("eur")), "body.currency"),
        (scene.with("currency", json!("QQQ")), "body.currency"),
        (scene.with("start_date", json!("2026-01-01")), "body.start_date"),
        (scene.with("end_date", json!("2025-12-31T00:00:00Z")), "body.end_date"),
        (scene.with("end_date", json!("2026-01-01T00:00:00Z")), "body.end_date"),
        (scene.with("customer_id", json!("ACME-1")), "body.customer_id"),
        (scene.with("renewal_policy", json!("never")), "body.renewal_policy"),
        (phases(json!([])), "body.phases"),
        (phases(json!([{ "start_date": spring }])), "body.phases.0.name"),
        (phases(json!([spanning("2025-01-01T00:00:00Z", summer)])), "body.phases.0"),
        (phases(json!([spanning(spring, "2100-01-01T00:00:00Z")])), "body.phases.0"),
        (phases(json!([spanning(summer, spring)])), "body.phases.0"),
        (phases(json!([spanning(spring, autumn), spanning(summer, "2027-01-01T00:00:00Z")])), "body.phases.1"),
        (phases(json!([spanning(summer, autumn), spanning(spring, autumn)])), "body.phases.0"),
        (phases(json!([{ "name": "P" }, { "name": "Q" }])), "body.phases.1"),
        (without("pricing_id", priced()), "body.phases.0.pricings.0"),
        (without("product_id", priced()), "body.phases.0.pricings.0"),
        (and("pricing", inline("EUR")), "body.phases.0.pricings.0"),
        (and("product", json!({ "name": "Seats" })), "body.phases.0.pricings.0"),
        (and("end_date", json!("soon")), "body.phases.0.pricings.0.end_date"),
        (
            scene.with_line(json!({ "product_id": scene.product, "pricing": inline("euro") })),
            "body.phases.0.pricings.0.pricing.pricing_data.currency",
        ),
    ];
    for (body, place) in cases {
        refused_at(&scene.practice.post("/contract_v2", &body).await, place);
    }
    assert_eq!(scene.practice.sandbox.counts().contracts, 0);
    for good in [
        phases(json!([spanning("2026-01-01T00:00:00Z", summer), spanning(summer, "2099-01-01T00:00:00Z")])),
        phases(json!([{ "name": "P", "end_date": summer }, { "name": "Q" }])),
        phases(json!([{ "name": "P" }, { "name": "Q", "start_date": summer }])),
        scene.with_line(json!({ "product": { "name": "Extra" }, "pricing": inline("EUR") })),
        scene.with("end_date", Value::Null),
    ] {
        scene.create(&good).await;
    }
}

#[tokio::test]
async fn what_a_contract_names_must_exist() {
    let scene = Scene::set().await;
    let nil = Uuid::nil();
    let other = scene.practice.create("/products", &json!({ "name": "Calls", "type": "product" })).await;
    let dollars = scene.practice.create(&format!("/products/{}/pricing", scene.product), &inline("USD")).await;
    let cases = [
        (scene.with("customer_id", json!(nil)), 404),
        (scene.with("invoice_payer_customer_id", json!(nil)), 404),
        (scene.with_line(json!({ "pricing_id": nil, "product_id": scene.product })), 404),
        (scene.with_line(json!({ "pricing_id": scene.pricing, "product_id": nil })), 404),
        (scene.with_line(json!({ "pricing_id": scene.pricing, "product_id": other })), 400),
        (scene.with_line(json!({ "pricing_id": dollars, "product_id": scene.product })), 400),
        (scene.with_line(json!({ "pricing": inline("USD"), "product_id": scene.product })), 400),
    ];
    for (body, expected) in cases {
        assert_eq!(scene.practice.post("/contract_v2", &body).await.status, expected, "{body}");
    }
    let line = json!({ "pricing_id": scene.pricing, "product_id": scene.product });
    scene.create(&scene.with_line(line)).await;
    assert_eq!(scene.practice.delete(&format!("/products/{}", scene.product)).await.status, 400, "it is billed");
}

#[tokio::test]
async fn a_past_end_reads_as_expired() {
    let scene = Scene::set().await;
    let mut past = scene.with("start_date", json!("2019-01-01T00:00:00Z"));
    past["end_date"] = json!("2020-01-01T00:00:00Z");
    let draft = scene.create(&past).await;
    past["status"] = json!("active");
    let active = scene.practice.post("/contract_v2", &past).await.ok();
    assert_eq!((&active["status"], scene.status(&draft).await), (&json!("expired"), json!("draft")));
    let listed = scene.practice.get("/contract_v2?status=expired").await.ok();
    assert_eq!(listed["results"], json!([active]));
    assert_eq!(scene.practice.get("/contract_v2?status=active").await.ok()["total_count"], 0);
    assert_eq!(scene.practice.sandbox.records().contracts[1]["status"], "expired");
}

#[tokio::test]
async fn contracts_are_listed_by_what_they_are() {
    let scene = Scene::set().await;
    let other = scene.practice.create("/customers", &json!({ "customer_name": "Other" })).await;
    let one = scene.create(&scene.contract()).await;
    let mut second = contract(&other);
    second["name"] = json!("Other, 2026");
    second["status"] = json!("active");
    second["end_date"] = Value::Null;
    scene.create(&second).await;
    let id = one.rsplit('/').next().expect("a path ends in the id");
    let cases = [
        (String::new(), 2),
        (format!("customer_id={other}"), 1),
        (format!("customer_id__in={other},{}", scene.customer), 2),
        ("name=Acme%202026".into(), 1),
        ("name__ilike=2026".into(), 2),
        ("status=draft".into(), 1),
        ("status__in=draft,active".into(), 2),
        (format!("id__in={id},{}", Uuid::nil()), 1),
        ("end_date__isnull=true".into(), 1),
        ("start_date__gte=2026-01-01T01:00:00%2B01:00".into(), 2),
        ("start_date__gte=2026-01-01T00:00:01Z".into(), 0),
    ];
    for (query, expected) in cases {
        assert_eq!(scene.practice.get(&format!("/contract_v2?{query}")).await.ok()["total_count"], expected, "{query}");
    }
}

#[tokio::test]
async fn a_replacement_replaces_everything() {
    let scene = Scene::set().await;
    let before = scene.practice.post("/contract_v2", &scene.with("description", json!("old"))).await.ok();
    let path = format!("/contract_v2/{}", before["id"].as_str().expect("a contract has an id"));
    let after = scene.practice.put(&path, &scene.with("status", json!("active"))).await.ok();
    assert_eq!((&after["status"], &after["description"]), (&json!("active"), &Value::Null));
    assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
    let mut incomplete = scene.contract();
    incomplete.as_object_mut().expect("a contract is an object").remove("phases");
    assert_eq!(scene.practice.put(&path, &incomplete).await.status, 500, "as the vendor documents");
    refused_at(&scene.practice.put(&path, &scene.with("phases", json!([]))).await, "body.phases");
    refused_at(&scene.practice.put(&path, &scene.with("status", json!("expired"))).await, "body.status");
    let missing = format!("/contract_v2/{}", Uuid::nil());
    assert_eq!(scene.practice.put(&missing, &scene.contract()).await.status, 404);
    assert_eq!(scene.practice.get(&path).await.ok(), after, "a refused replacement changes nothing");
}

#[tokio::test]
async fn only_drafts_are_deleted() {
    let scene = Scene::set().await;
    let draft = scene.create(&scene.contract()).await;
    let active = scene.create(&scene.with("status", json!("active"))).await;
    assert!(scene.practice.delete(&draft).await.ok()["deleted_at"].is_string());
    assert_eq!(scene.practice.get(&draft).await.status, 404);
    assert_eq!(scene.practice.delete(&active).await.status, 400);
}

#[tokio::test]
async fn expiry_is_final() {
    let scene = Scene::set().await;
    let draft = scene.create(&scene.contract()).await;
    assert_eq!(scene.practice.patch(&format!("{draft}/expire"), &json!({})).await.status, 400);
    let mut running = scene.with("status", json!("active"));
    running["start_date"] = json!("2020-01-01T00:00:00Z");
    let path = scene.create(&running).await;
    let expire = format!("{path}/expire");
    refused_at(&scene.practice.patch(&expire, &json!({ "expiry_date": "2019-12-31" })).await, "body.expiry_date");
    let ended = scene.practice.patch(&expire, &json!({ "expiry_date": "2021-12-31" })).await.ok();
    assert_eq!(ended["end_date"], "2021-12-31T23:59:59.999999Z");
    assert_eq!(scene.status(&path).await, "expired");
    assert_eq!(scene.practice.patch(&expire, &json!({})).await.status, 400);
    assert_eq!(scene.practice.put(&path, &running).await.status, 400);

    let later = scene.create(&running).await;
    scene.practice.send(scene.practice.request(reqwest::Method::PATCH, &format!("{later}/expire"))).await.ok();
    assert_eq!(scene.status(&later).await, "active", "until the end of the day");
    assert_eq!(scene.practice.patch(&format!("{later}/expire"), &json!({})).await.status, 400);
    scene.practice.sandbox.advance_clock(jiff::SignedDuration::from_hours(24));
    assert_eq!(scene.status(&later).await, "expired");
}

#[tokio::test]
async fn a_pause_is_entered_changed_and_left() {
    let scene = Scene::set().await;
    let path = scene.create(&scene.with("status", json!("active"))).await;
    let pause = |day: &str| json!({ "start_date": day, "unpause_extension_policy": "extend" });
    let (first, second) = (pause("2026-02-01T00:00:00Z"), pause("2026-03-01T00:00:00Z"));
    let target = format!("{path}/pause");
    assert_eq!(scene.practice.patch(&target, &first).await.status, 400, "there is no pause to change");
    assert_eq!(scene.practice.post(&target, &first).await.ok()["status"], "paused");
    assert_eq!(scene.practice.post(&target, &first).await.status, 400);
    assert_eq!(scene.practice.patch(&target, &second).await.ok()["pause"]["start_date"], second["start_date"]);
    let resume = || scene.practice.send(scene.practice.request(reqwest::Method::PATCH, &format!("{path}/resume")));
    assert_eq!(resume().await.ok()["status"], "active");
    assert_eq!(resume().await.status, 400);
    refused_at(&scene.practice.post(&target, &json!({})).await, "body.start_date");
}

#[tokio::test]
async fn phases_and_lines_can_be_added() {
    let scene = Scene::set().await;
    let phases = json!([{ "name": "First", "end_date": "2026-06-01T00:00:00Z" }]);
    let path = scene.create(&scene.with("phases", phases)).await;
    let added = scene.practice.post(&format!("{path}/phases"), &json!({ "name": "Second" })).await.ok();
    let lines = format!("{path}/phases/{}/pricing", added["id"].as_str().expect("a phase has an id"));
    let line = json!({ "pricing_id": scene.pricing, "product_id": scene.product });
    let line = scene.practice.post(&lines, &line).await.ok();
    let contract = scene.practice.get(&path).await.ok();
    assert_eq!(contract["phases"][1]["name"], "Second");
    assert_eq!(contract["phases"][1]["pricings"], json!([line]));
    refused_at(&scene.practice.post(&lines, &json!({})).await, "body.phases.1.pricings.1");
    let nowhere = format!("{path}/phases/{}/pricing", Uuid::nil());
    assert_eq!(scene.practice.post(&nowhere, &line).await.status, 404);
    assert_eq!(scene.practice.get(&path).await.ok(), contract);
    assert_eq!(scene.practice.get(&format!("{path}/amendments")).await.ok()["results"], json!([]));
    let cycles = path.replace("contract_v2", "contracts") + "/billingCycles";
    assert_eq!(scene.practice.get(&cycles).await.ok(), json!([]));
}
