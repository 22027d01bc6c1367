//! The key that is used and the user it acts as. kustomer.md section 1.

use serde_json::{Value, json};

use super::answer::Granted;

pub(super) fn token(roles: &[String], organisation: &str) -> Granted {
    let attributes = json!({ "name": "Practice", "lastTokenChars": "tice", "roles": roles });
    Granted::ok(json!({ "data": {
        "type": "token", "id": "0000000000000000000000a1", "attributes": attributes, "relationships": relationships(organisation),
    } }))
}

pub(super) fn user(organisation: &str) -> Granted {
    let attributes = json!({ "name": "Practice", "userType": "machine" });
    Granted::ok(json!({ "data": {
        "type": "user", "id": "0000000000000000000000a2", "attributes": attributes, "relationships": relationships(organisation),
    } }))
}

fn relationships(organisation: &str) -> Value {
    json!({ "org": { "data": { "type": "org", "id": organisation } } })
}
