//! What a destination answers, over a real connection: the first byte chooses the status and the type, the rest is the body.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use engine::destination::heard::Heard;
use engine::destination::patience::Patience;
use engine::destination::zenskar::Zenskar;
use engine::destination::{Action, Destination, Method, Outgoing};
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const STATUS: [u16; 8] = [200, 201, 400, 403, 404, 409, 422, 500];
const TYPES: [&str; 4] = ["application/json", "application/problem+json", "text/html", ""];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

fn outgoing(dataset: &str, body: &str) -> Outgoing {
    Outgoing {
        dataset: dataset.to_owned(),
        key: "00417".to_owned(),
        action: Action::Create,
        method: Method::Post,
        path: format!("/{dataset}/calls"),
        body: body.to_owned(),
        idempotency_key: None,
        repeatable: false,
        rows: 1,
    }
}

async fn ask(choice: u8, body: &[u8]) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let status = STATUS[usize::from(choice) % STATUS.len()];
    let kind = TYPES[usize::from(choice) / STATUS.len() % TYPES.len()];
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
    let organisation = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";
    let connection = Connection::new("Practice", "zenskar", url, organisation, Environment::Practice);
    let hasty = Patience { retries: 0, settle: Duration::ZERO, ..Patience::with(&connection) };
    let zenskar = Zenskar::open(&connection, &Secret::new("sandbox_key"), Uuid::nil(), hasty).expect("a connection");
    let usage = r#"[{"customer_id":"1","timestamp":"2026-03-01T10:00:00Z","data":{"event_id":"e1"}}]"#;
    let asking = async {
        let customer = outgoing("customers", r#"{"customer_name":"Hoorn","external_id":"00417"}"#);
        zenskar.send(&customer, &Heard::default()).await;
        for dataset in ["customers", "products", "contracts"] {
            if let Ok(found) = zenskar.existing(dataset, &["00417".to_owned()]).await {
                for existing in found.values().flatten() {
                    zenskar.difference(&customer, existing);
                    zenskar.plan(customer.clone(), std::slice::from_ref(existing));
                }
            }
        }
        zenskar.arrived(&[outgoing("usage", usage)]).await.ok();
    };
    tokio::select! {
        () = serve => {}
        () = asking => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Some((choice, body)) = bytes.split_first() {
        RUNTIME.block_on(ask(*choice, body));
    }
});
