//! A running sandbox and a client for it. Every answer a test sees has been held against the published contract.

use std::sync::OnceLock;

use reqwest::{Client, Method, header::HeaderMap};
use sandbox::{Faults, Options, Sandbox, ZENSKAR_CONTRACT, contract::Contract};
use serde_json::{Value, json};

pub(crate) struct Practice {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Practice {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.expect("a free port is found");
        Self { sandbox, client: client() }
    }

    /// A request with credentials, to be finished by the test.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.sandbox.url()));
        let organisation = self.sandbox.organisation().to_string();
        request.header("x-api-key", self.sandbox.api_key()).header("organisation", organisation)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("the request is well formed");
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = self.client.execute(request).await.expect("the sandbox answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.json().await.expect("answers are JSON");
        check_answer(&method, &path, status, &body);
        Answer { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Creates something and gives back its id.
    pub(crate) async fn create(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await.ok();
        answer["id"].as_str().expect("what is created has an id").to_owned()
    }

    pub(crate) fn faults(&self, text: &str) {
        self.sandbox.set_faults(text.parse::<Faults>().expect("the faults are known"));
    }
}

impl Answer {
    /// The body of an answer that must be 200.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The `loc` of each problem of an answer that must be 422, as text.
    pub(crate) fn locations(&self) -> Vec<String> {
        assert_eq!(self.status, 422, "{}", self.body);
        let details = self.body["detail"].as_array().expect("a 422 lists its details");
        let steps = |detail: &Value| detail["loc"].as_array().expect("a detail has a loc").iter().map(step).collect();
        details.iter().map(steps).map(|steps: Vec<_>| steps.join(".")).collect()
    }
}

/// Asserts that a request with this body is refused, with a problem at this place (`body.name`).
pub(crate) fn refused_at(answer: &Answer, place: &str) {
    assert!(answer.locations().iter().any(|found| found == place), "{place} is not in {}", answer.body);
}

/// A stream for metering with one column of each common type.
pub(crate) fn stream(slug: &str) -> Value {
    let data = json!({
        "event_id": "String", "amount": "Decimal", "calls": "Int64", "share": "Float64", "paid": "Bool",
        "day": "Date32", "seen": "DateTime64", "device": "UUID",
    });
    let dataschema = json!({ "customer_id": "String", "timestamp": "DateTime64", "data": data });
    json!({ "name": "Calls", "api_slug": slug, "dataschema": dataschema })
}

/// One event of [`stream`].
pub(crate) fn event(id: &str, amount: &str) -> Value {
    let data = json!({ "event_id": id, "amount": amount });
    json!({ "customer_id": "ACME-1", "timestamp": "2025-06-17T14:03:12Z", "data": data })
}

fn client() -> Client {
    // Refused when another test was first, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().build().expect("a client needs no set-up")
}

fn check_answer(method: &str, path: &str, status: u16, body: &Value) {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    let contract = CONTRACT.get_or_init(|| Contract::parse(ZENSKAR_CONTRACT).expect("the contract compiles"));
    let templates = contract.paths().filter(|template| fits(template, path));
    // A path with fewer parameters is the better fit: `/rawmetric/slug/x` before `/rawmetric/{id}/x`.
    let Some(template) = templates.min_by_key(|template| template.matches('{').count()) else { return };
    if let Some(operation) = contract.operation(method, template) {
        let violations = operation.answer_violations(status, body);
        assert_eq!(violations, [], "{method} {path} answered {status} {body}");
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, step)| wanted.starts_with('{') || wanted == step)
}

fn step(step: &Value) -> String {
    step.as_str().map_or_else(|| step.to_string(), str::to_owned)
}
