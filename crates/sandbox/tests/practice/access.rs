//! Who may ask, what a request must look like, and the doors under `/_practice`.

use reqwest::{Method, StatusCode};
use sandbox::{Counts, LoggedRequest, Options, Records};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Practice, event, refused_at, stream};

#[tokio::test]
async fn credentials_are_asked_for_everywhere() {
    let practice = Practice::start().await;
    let organisation = practice.sandbox.organisation().to_string();
    let foreign = Uuid::nil().to_string();
    let cases = [
        (None, Some(&*organisation), 401),
        (Some("wrong"), Some(&*organisation), 401),
        (Some("wrong"), None, 401),
        (Some("sandbox_practice"), None, 403),
        (Some("sandbox_practice"), Some(""), 403),
        (Some("sandbox_practice"), Some(&*foreign), 403),
        (Some("sandbox_practice"), Some(&*organisation), 200),
    ];
    for (key, organisation, expected) in cases {
        let mut request = practice.client.get(format!("{}/customers", practice.sandbox.url()));
        for (name, value) in [("x-api-key", key), ("organisation", organisation)] {
            request = value.map_or(request.try_clone().expect("no body"), |value| request.header(name, value));
        }
        let answer = practice.send(request).await;
        assert_eq!(answer.status, expected, "{key:?} {organisation:?}");
        match expected {
            401 => assert!(answer.body["detail"].is_string()),
            403 => assert_eq!(
                answer.body,
                json!({ "Message": "User is not authorized to access this resource with an explicit deny" })
            ),
            _ => {}
        }
    }
    let outside = practice.client.get(format!("{}/nowhere", practice.sandbox.url())).send().await;
    assert_eq!(outside.expect("the sandbox answers").status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn unknown_paths_and_methods_and_operations_say_so() {
    let practice = Practice::start().await;
    assert_eq!(practice.get("/nowhere").await.status, 404);
    assert_eq!(practice.delete("/customers").await.status, 405);
    let absent = practice.post("/payments", &json!({ "amount": 1, "currency_code": "EUR" })).await;
    assert_eq!(absent.status, 501);
    assert!(absent.body["detail"].as_str().is_some_and(|detail| detail.contains("createPayment")), "{}", absent.body);
}

#[tokio::test]
async fn the_version_header_is_a_date() {
    let practice = Practice::start().await;
    for (version, expected) in [("20240301", 200), ("20230501", 200), ("1", 422), ("2024-03-01", 422), ("latest", 422)]
    {
        let answer = practice.send(practice.request(Method::GET, "/customers").header("apiversion", version)).await;
        assert_eq!(answer.status, expected, "{version}");
    }
}

#[tokio::test]
async fn bodies_are_json_and_called_so() {
    let practice = Practice::start().await;
    let post = || practice.request(Method::POST, "/customers");
    let typed = |kind: &'static str, body: &'static str| post().header("content-type", kind).body(body);
    let good = r#"{"customer_name":"Acme"}"#;
    let cases = [
        (typed("application/json", good), 200),
        (typed("application/json; charset=utf-8", good), 200),
        (typed("text/plain", good), 422),
        (post().body(good), 422),
        (typed("application/json", "{\"customer_name\":"), 422),
        (typed("application/json", "[]"), 422),
        (typed("application/json", "null"), 422),
        (post(), 422),
    ];
    for (request, expected) in cases {
        let answer = practice.send(request).await;
        assert_eq!(answer.status, expected, "{}", answer.body);
        if expected == 422 {
            refused_at(&answer, "body");
        }
    }
}

#[tokio::test]
async fn parameters_follow_the_contract() {
    let practice = Practice::start().await;
    let cases = [
        ("/customers?external_id__isnull=perhaps", "query.external_id__isnull"),
        ("/customers?created_at__gte=yesterday", "query.created_at__gte"),
        ("/customers?limit=ten", "query.limit"),
        ("/customers?extern_id=7", "query.extern_id"),
        ("/customers/ACME-1", "path.customer_id"),
        ("/contract_v2?status=open", "query.status"),
        ("/custom_attributes?module=cars", "query.module"),
    ];
    for (path, place) in cases {
        refused_at(&practice.get(path).await, place);
    }
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_too_large() {
    let practice = Practice::start().await;
    let body = json!({ "customer_name": "x".repeat(10 * 1024 * 1024) });
    assert_eq!(practice.post("/customers", &body).await.status, 413);
    let smaller = json!({ "customer_name": "x".repeat(9 * 1024 * 1024) });
    assert_eq!(practice.post("/customers", &smaller).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_made_is_listed_as_empty() {
    let practice = Practice::start().await;
    for path in ["/custom_attributes?module=customers", "/contacts", "/aggregates", "/plans", "/jobs"] {
        let page = practice.get(path).await.ok();
        assert_eq!((&page["results"], &page["total_count"]), (&json!([]), &json!(0)), "{path}");
    }
    let entities = practice.get("/business_entities").await.ok();
    assert_eq!(entities["results"][0]["is_default"], true);
    let id = entities["results"][0]["id"].as_str().expect("the entity has an id");
    assert_eq!(practice.get(&format!("/business_entities/{id}")).await.ok()["id"], id);
    let nil = Uuid::nil();
    for path in [format!("/business_entities/{nil}"), format!("/plans/{nil}"), "/invoices/external_id/7".into()] {
        assert_eq!(practice.get(&path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn practice_doors_need_no_key() {
    let practice = Practice::start().await;
    practice.create("/customers", &json!({ "customer_name": "Acme" })).await;
    practice.create("/rawmetric", &stream("calls")).await;
    practice.post("/usage/calls", &json!([event("1", "1.50"), event("2", "2.50")])).await.ok();
    practice.faults("cut-before=1");
    let door = |path: &str| format!("{}/_practice/{path}", practice.sandbox.url());
    let get = async |path: &str| practice.client.get(door(path)).send().await.expect("the door opens");

    let records: Records = get("records").await.json().await.expect("records are records");
    assert_eq!(records, practice.sandbox.records());
    assert_eq!((records.customers.len(), records.usage["calls"].len()), (1, 2));
    let counts: Counts = get("counts").await.json().await.expect("counts are counts");
    assert_eq!(counts, practice.sandbox.counts());
    assert_eq!(counts.usage["calls"], 2);
    let log: Vec<LoggedRequest> = get("log").await.json().await.expect("the log is a log");
    assert_eq!(log.len(), 3);

    let put = async |text: &'static str| practice.client.put(door("faults")).body(text).send().await;
    let answer = put("408=1, latency=1ms").await.expect("the door opens");
    assert_eq!(answer.text().await.expect("it answers text"), "latency=1ms,408=1");
    assert_eq!(practice.get("/customers").await.status, 408);
    let wrong = put("earthquake=1").await.expect("the door opens");
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_log_never_holds_the_key() {
    let options = Options { api_key: "sandbox_hush".into(), ..Options::default() };
    let practice = Practice::with(options).await;
    practice.get("/customers?external_id=sandbox_hush").await.ok();
    practice.get("/rawmetric/slug/sandbox_hush").await.ok();
    let post = practice.request(Method::POST, "/usage/sandbox_hush").header("Idempotency-Key", "k-sandbox_hush");
    practice.send(post.json(&event("1", "1"))).await;
    let log = practice.sandbox.log();
    let text = serde_json::to_string(&log).expect("the log is JSON") + &format!("{log:?}");
    assert!(!text.contains("sandbox_hush"), "{text}");
    assert_eq!(log[2].idempotency_key.as_deref(), Some("k-<redacted>"));
    assert_eq!((log[0].method.as_str(), log[0].status, log[2].status), ("GET", Some(200), Some(404)));
}

#[tokio::test]
async fn sandboxes_are_independent_and_free_their_port() {
    let (one, other) = (Practice::start().await, Practice::start().await);
    one.create("/customers", &json!({ "customer_name": "Acme" })).await;
    assert_eq!((one.sandbox.counts().customers, other.sandbox.counts().customers), (1, 0));
    let port = one.sandbox.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL ends in a port");
    one.sandbox.stop().await;
    let again = Practice::with(Options { port, ..Options::default() }).await;
    assert_eq!(again.get("/customers").await.ok()["results"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let practice = Practice::start().await;
    let port =
        practice.sandbox.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL ends in a port");
    let error = sandbox::Sandbox::start(Options { port, ..Options::default() }).await.err();
    assert!(error.is_some_and(|error| error.to_string().contains(&port.to_string())));
}
