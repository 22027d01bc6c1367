//! A running sandbox and a client for it. Every answer a test sees has been held against the published contract.

use std::sync::OnceLock;

use jiff::SignedDuration;
use reqwest::{Client, Method, header::HeaderMap};
use sandbox::{KUSTOMER_CONTRACT, Options, Plays, Sandbox, contract::Contract};
use serde_json::{Value, json};

pub(crate) struct Practice {
    pub(crate) sandbox: Sandbox,
    client: Client,
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
        let sandbox =
            Sandbox::start(Options { plays: Plays::Kustomer, ..options }).await.expect("a free port is found");
        // Refused when another test was first, which is as good.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder().no_proxy().build().expect("a client needs no set-up");
        Self { sandbox, client }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.sandbox.url()));
        request.bearer_auth(self.sandbox.api_key())
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
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["data"]["id"].as_str().expect("what is created has an id").to_owned()
    }

    pub(crate) async fn attributes(&self, path: &str) -> Value {
        self.get(path).await.ok()["data"]["attributes"].clone()
    }

    pub(crate) async fn define(&self, resource: &str, names: &[&str]) {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        self.put(&format!("/v1/metadata/{resource}"), &json!({ "properties": properties })).await.ok();
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.sandbox.advance_clock(SignedDuration::from_secs(seconds));
    }
}

impl Answer {
    /// The body of an answer that must be 200.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Status, and the code and the parameter of the first error.
    pub(crate) fn refusal(&self) -> (u16, &str, &str) {
        let error = &self.body["errors"][0];
        let text = |value: &'static str| error[value].as_str().unwrap_or_default();
        (self.status, text("code"), error["source"]["parameter"].as_str().unwrap_or_default())
    }
}

fn check_answer(method: &str, path: &str, status: u16, body: &Value) {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    let contract = CONTRACT.get_or_init(|| Contract::parse(KUSTOMER_CONTRACT).expect("the contract compiles"));
    let Some((template, _)) = contract.find(path) else { return };
    if let Some(operation) = contract.operation(method, template) {
        let violations = operation.answer_violations(status, body);
        assert_eq!(violations, [], "{method} {path} answered {status} {body}");
    }
}
