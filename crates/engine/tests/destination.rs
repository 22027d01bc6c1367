//! Zenskar over a real connection: what each accident on the wire is taken for, and a whole load into the practice
//! destination.
//!
//! Accidents come from a server that plays a script, byte by byte; behaviour comes from the sandbox.

mod zenskar {
    mod load;
    mod script;
    mod wire;
}

use std::time::Duration;

use engine::destination::patience::Patience;
use engine::destination::zenskar::Zenskar;
use engine::destination::{Action, Method, Outgoing};
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use uuid::Uuid;

const KEY: &str = "sandbox_4f7c1a9e0d2b";
const ORGANISATION: &str = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";

/// As for practice, but with shorter waits.
fn hasty() -> Patience {
    Patience {
        retries: 3,
        first_wait: Duration::from_millis(1),
        settle: Duration::from_millis(10),
        ..Patience::with(&practice("http://127.0.0.1", ORGANISATION))
    }
}

fn open(url: &str, key: &str, organisation: &str) -> Zenskar {
    open_with(hasty(), url, key, organisation)
}

fn open_with(patience: Patience, url: &str, key: &str, organisation: &str) -> Zenskar {
    let connection = practice(url, organisation);
    Zenskar::open(&connection, &Secret::new(key), Uuid::from_u128(7), patience).expect("a good connection")
}

fn practice(url: &str, organisation: &str) -> Connection {
    Connection::new("Practice", "zenskar", url, organisation, Environment::Practice)
}

fn customer() -> Outgoing {
    Outgoing {
        dataset: "customers".to_owned(),
        key: "00417".to_owned(),
        action: Action::Create,
        method: Method::Post,
        path: "/customers".to_owned(),
        body: r#"{"customer_name":"Quillfeather Ltd","external_id":"00417"}"#.to_owned(),
        idempotency_key: None,
        repeatable: false,
        rows: 1,
    }
}

/// The same change twice is one change.
fn change() -> Outgoing {
    Outgoing {
        action: Action::Update { remote_id: "c-1".to_owned() },
        method: Method::Patch,
        path: "/customers/c-1".to_owned(),
        body: r#"{"customer_name":"Quillfeather Limited"}"#.to_owned(),
        repeatable: true,
        ..customer()
    }
}

fn batch() -> Outgoing {
    let event = r#"{"customer_id":"00417","timestamp":"2026-04-01T00:00:00Z","data":{"event_id":"e-1"}}"#;
    Outgoing {
        dataset: "usage".to_owned(),
        key: "batch".to_owned(),
        path: "/usage/calls".to_owned(),
        body: format!("[{event}]"),
        idempotency_key: Some("0b0e6c1e-7d0a-5f5e-9a59-0d7c3a5f0f11".to_owned()),
        repeatable: true,
        ..customer()
    }
}
