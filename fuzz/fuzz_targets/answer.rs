//! What a destination answers, over a real connection: the first byte chooses the destination, the status and the type, the
//! rest is the body. Everything that is ever asked of a destination is asked.
#![no_main]

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

use engine::destination::heard::Heard;
use engine::destination::kustomer::Kustomer;
use engine::destination::patience::Patience;
use engine::destination::zenskar::Zenskar;
use engine::destination::{Action, Destination, Made, Method, Outgoing};
use engine::keychain::Secret;
use engine::schema;
use engine::settings::connection::{Connection, Environment};
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const STATUS: [u16; 8] = [200, 201, 400, 403, 404, 409, 422, 500];
const TYPES: [&str; 4] = ["application/json", "application/problem+json", "text/html", ""];
const KEY: &str = "00417";

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

fn outgoing(dataset: &str, body: &str) -> Outgoing {
    Outgoing {
        dataset: dataset.to_owned(),
        key: KEY.to_owned(),
        action: Action::Create,
        method: Method::Post,
        path: format!("/{dataset}/calls"),
        body: body.to_owned(),
        idempotency_key: None,
        repeatable: false,
        rows: 1,
    }
}

fn open(name: &str, organisation: &str, url: String) -> Box<dyn Destination> {
    let connection = Connection::new("Practice", name, url, organisation, Environment::Practice);
    let hasty = Patience { retries: 0, settle: Duration::ZERO, ..Patience::with(&connection) };
    let key = Secret::new("sandbox_key");
    if name == "zenskar" {
        return Box::new(Zenskar::open(&connection, &key, Uuid::nil(), hasty).expect("a connection"));
    }
    let schema = schema::of(name).expect("a known destination");
    Box::new(Kustomer::open(&connection, &key, schema, hasty).expect("a connection"))
}

/// Everything that is read of one record, and what is made of it.
async fn ask(destination: &dyn Destination, stage: &str, sent: &Outgoing) {
    destination.send(sent, &Heard::default()).await;
    if let Ok(found) = destination.existing(stage, &[KEY.to_owned()]).await {
        for existing in found.values().flatten() {
            destination.difference(sent, existing, &BTreeSet::new());
            destination.plan(sent.clone(), std::slice::from_ref(existing), &BTreeSet::new());
        }
    }
    destination.arrived(std::slice::from_ref(sent)).await.ok();
    destination.attributes(stage).await.ok();
    let made = Made {
        dataset: stage.to_owned(),
        key: KEY.to_owned(),
        remote_id: "5f0c".to_owned(),
        sent: sent.body.parse().unwrap_or_default(),
        answer: sent.body.parse().unwrap_or_default(),
    };
    destination.take_back(&[made], &HashSet::new()).await.ok();
}

async fn ask_zenskar(url: String) {
    let zenskar = open("zenskar", "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90", url);
    let customer = outgoing("customers", r#"{"customer_name":"Hoorn","external_id":"00417"}"#);
    for stage in ["customers", "products", "contracts"] {
        ask(&*zenskar, stage, &Outgoing { dataset: stage.to_owned(), ..customer.clone() }).await;
    }
    let usage = r#"[{"customer_id":"1","timestamp":"2026-03-01T10:00:00Z","data":{"event_id":"e1"}}]"#;
    zenskar.arrived(&[outgoing("usage", usage)]).await.ok();
    zenskar.count_usage("calls", &["e1".to_owned()]).await.ok();
    zenskar.test(&|_| {}).await;
}

async fn ask_kustomer(url: String) {
    let kustomer = open("kustomer", "brackwater", url);
    let record = r#"{"externalId":"00417","name":"Hoorn","emails":[{"email":"a@hoorn.example","type":"work"}]}"#;
    for stage in ["companies", "customers"] {
        ask(&*kustomer, stage, &outgoing(stage, record)).await;
    }
    kustomer.test(&|_| {}).await;
}

async fn answered(choice: u8, body: &[u8]) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let choice = usize::from(choice);
    let status = STATUS[choice % STATUS.len()];
    let kind = TYPES[choice / STATUS.len() % TYPES.len()];
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let answer = [head.as_bytes(), body].concat();
    let serve = async {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            stream.read(&mut request).await.ok();
            stream.write_all(&answer).await.ok();
        }
    };
    let asking = async {
        if choice / (STATUS.len() * TYPES.len()) % 2 == 0 { ask_zenskar(url).await } else { ask_kustomer(url).await }
    };
    tokio::select! {
        () = serve => {}
        () = asking => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Some((choice, body)) = bytes.split_first() {
        RUNTIME.block_on(answered(*choice, body));
    }
});
