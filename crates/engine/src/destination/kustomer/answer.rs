//! What Kustomer's answers mean, in plain words. Errors come in two shapes (kustomer.md section 4, marks D and T); both are
//! read, and neither is relied on.

use serde_json::{Map, Value};

use super::config::REGIONS;
use crate::destination::http::{Content, Reply, quote};
use crate::destination::{Action, Answer, Existing, Outgoing, ReadError, Stop, StopCause};

/// One thing Kustomer objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Objection {
    pub field: Option<String>,
    pub reason: String,
    /// Whether an identifier belongs to another record already. Status and wording are not published (kustomer.md U3): 409,
    /// and 400 that says so, are taken alike.
    pub taken: bool,
}

/// Words by which an error says that a value belongs to another record.
const TAKEN: &[&str] = &["exist", "already", "duplicate", "unique", "taken", "in use", "conflict"];

/// Identifiers that belong to one record: as errors name them, where they stand in a body, and as people call them.
const IDENTIFIERS: &[(&str, &str, &str)] = &[
    ("externalid", "/externalId", "number"),
    ("email", "/emails/0/email", "e-mail address"),
    ("phone", "/phones/0/phone", "telephone number"),
];

/// The answer to something that was sent by itself.
pub(super) fn of(outgoing: &Outgoing, reply: &Reply) -> Answer {
    // Gone is gone, whoever did it.
    if let (200..=299 | 404, Action::Delete { remote_id }) = (reply.status, &outgoing.action) {
        return Answer::Accepted { remote_id: Some(remote_id.clone()) };
    }
    match reply.status {
        200..=299 => match id(&reply.content) {
            Some(id) => Answer::Accepted { remote_id: Some(id) },
            None => Answer::Doubtful { reason: "Kustomer agreed, but did not say under which id.".to_owned() },
        },
        status => match stop(reply) {
            Some(stop) => Answer::Stopped(stop),
            None => refused(outgoing, status, objection(outgoing, &reply.content, status)),
        },
    }
}

pub(super) fn refused(outgoing: &Outgoing, status: u16, objection: Objection) -> Answer {
    let reason = match (status, &outgoing.action) {
        (404, Action::Update { .. }) => format!("“{}” is no longer in Kustomer. Make the plan again.", outgoing.key),
        (413, _) => "The record is too large for Kustomer, which takes 100 kB.".to_owned(),
        _ => objection.reason,
    };
    Answer::Refused { status, reason, field: objection.field, item: None }
}

/// The answer to a question: the value, or nothing where there is none.
pub(super) fn read(reply: Reply) -> Result<Option<Value>, ReadError> {
    let status = reply.status;
    match (status, stop(&reply)) {
        (_, Some(stop)) => Err(stop.into()),
        (404, _) => Ok(None),
        (200..=299, _) => match reply.content {
            Content::Json(value) => Ok(Some(value)),
            Content::Empty | Content::Unreadable(_) => {
                Err(ReadError::Unreadable { reason: "The answer of Kustomer could not be read.".to_owned() })
            }
        },
        _ => {
            let reason = match message(&reply.content) {
                Some(text) => format!("Kustomer refuses the question: “{text}”."),
                None => format!("Kustomer refuses the question without saying why (status {status})."),
            };
            Err(ReadError::Refused { status, reason })
        }
    }
}

/// Whether the answer means that nothing can be sent at all.
pub(super) fn stop(reply: &Reply) -> Option<Stop> {
    let (cause, reason, remedy) = match reply.status {
        300..=399 => (
            StopCause::Address,
            "The address of the connection answers with a redirect, which Carryover does not follow.".to_owned(),
            "Compare the address with https://organisation.api.kustomerapp.com.".to_owned(),
        ),
        401 => match message(&reply.content).as_deref().and_then(home) {
            Some(address) => (
                StopCause::Key,
                "The key belongs to another region of Kustomer than the address.".to_owned(),
                format!("Change the address of the connection to {address}."),
            ),
            None => (
                StopCause::Key,
                "Kustomer does not accept this key. It may have expired or been withdrawn.".to_owned(),
                "Make a new one in Kustomer under Settings, Security, API Keys and enter it here.".to_owned(),
            ),
        },
        403 => (
            StopCause::Permission,
            match message(&reply.content) {
                Some(text) => format!("Kustomer does not let this key do that: “{text}”."),
                None => "Kustomer does not let this key do that.".to_owned(),
            },
            "The roles of a key never change: test the connection to see which are missing, make a new key with them, and enter it here."
                .to_owned(),
        ),
        _ => return None,
    };
    Some(Stop { cause, reason, remedy })
}

/// The host of the region a key belongs to: an error names that one's pod first, then the one that was asked (kustomer.md
/// section 1, mark D; the order is assumed).
fn home(message: &str) -> Option<&'static str> {
    let named = REGIONS.iter().filter_map(|region| Some((message.find(region.pod)?, region)));
    named.min_by_key(|(place, _)| *place).map(|(_, region)| region.address)
}

/// The first thing that is objected to.
pub(super) fn objection(outgoing: &Outgoing, content: &Content, status: u16) -> Objection {
    let first = errors(content).next();
    let source = |name: &str| first.and_then(|error| error["source"][name].as_str());
    let pointer = source("pointer").map(|pointer| pointer.trim_start_matches("/data/attributes/").trim_matches('/'));
    let field = source("parameter").or(pointer).filter(|field| !field.is_empty()).map(str::to_owned);
    let text = first.and_then(text_of);
    let told = format!("{} {}", field.as_deref().unwrap_or_default(), text.as_deref().unwrap_or_default());
    if let Some(taken) = taken(outgoing, &told, status) {
        return taken;
    }
    let reason = match (&field, text) {
        (Some(field), Some(text)) => format!("Kustomer refuses “{field}”: “{text}”."),
        (Some(field), None) => format!("Kustomer refuses “{field}”."),
        (None, Some(text)) => format!("Kustomer refuses it: “{text}”."),
        (None, None) => format!("Kustomer refuses it without saying why (status {status})."),
    };
    Objection { field, reason, taken: status == 409 }
}

/// Which value belongs to another record, so that it can be found in the file.
pub(super) fn taken(outgoing: &Outgoing, told: &str, status: u16) -> Option<Objection> {
    let told = told.to_lowercase();
    if !matches!(status, 400 | 409) || !TAKEN.iter().any(|word| told.contains(word)) {
        return None;
    }
    let (name, place, label) = IDENTIFIERS.iter().find(|(name, ..)| told.contains(name))?;
    let body: Value = serde_json::from_str(&outgoing.body).unwrap_or_default();
    let value = body.pointer(place).and_then(Value::as_str).unwrap_or(&outgoing.key);
    Some(Objection {
        field: Some((*name).to_owned()),
        reason: format!("The {label} “{value}” already belongs to another record in Kustomer."),
        taken: true,
    })
}

/// The id in `{"data": {"id": …}}`.
pub(super) fn id(content: &Content) -> Option<String> {
    let Content::Json(value) = content else { return None };
    value["data"]["id"].as_str().map(str::to_owned)
}

/// A record as it is compared: its attributes, with the company it belongs to as it would be written.
pub(super) fn record(resource: &Value) -> Option<Existing> {
    let attributes = resource["attributes"].as_object()?;
    if attributes.get("deleted") == Some(&Value::Bool(true)) {
        return None;
    }
    let mut value: Map<String, Value> = attributes.clone();
    let company = &resource["relationships"]["company"]["data"]["id"];
    if !company.is_null() {
        value.insert("company".to_owned(), company.clone());
    }
    Some(Existing { remote_id: resource["id"].as_str()?.to_owned(), value: Value::Object(value) })
}

fn errors(content: &Content) -> impl Iterator<Item = &Value> {
    let errors = match content {
        Content::Json(value) => value["errors"].as_array(),
        _ => None,
    };
    errors.into_iter().flatten()
}

/// The message of an error in either shape.
fn text_of(error: &Value) -> Option<String> {
    let said = ["detail", "message", "title", "code"].iter().find_map(|name| error[*name].as_str());
    said.map(quote).filter(|text| !text.is_empty())
}

pub(super) fn message(content: &Content) -> Option<String> {
    let bare = || match content {
        Content::Json(value) => text_of(value),
        _ => None,
    };
    errors(content).next().and_then(text_of).or_else(bare)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::destination::Method;

    fn outgoing() -> Outgoing {
        Outgoing {
            dataset: "customers".to_owned(),
            key: "P-1".to_owned(),
            action: Action::Create,
            method: Method::Post,
            path: "/v1/customers".to_owned(),
            body: r#"{"externalId":"P-1","emails":[{"email":"maren@quill.example"}]}"#.to_owned(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        }
    }

    fn answer(status: u16, body: Value) -> Answer {
        of(&outgoing(), &Reply { status, wait: None, content: Content::Json(body) })
    }

    #[test]
    fn both_shapes_of_errors_are_told_in_plain_words() {
        let first = |code: &str, message: &str| json!({"errors": [{"code": code, "message": message, "meta": {}}]});
        let second = |parameter: &str, detail: &str| json!({"errors": [{"status": 400, "code": "badparam", "title": "Bad", "detail": detail, "source": {"parameter": parameter}}]});
        for (status, body, reason, field) in [
            (400, first("bad_request", "No good."), "Kustomer refuses it: “No good”.", None),
            (
                400,
                second("tierFoo", "additional properties not allowed"),
                "Kustomer refuses “tierFoo”: “additional properties not allowed”.",
                Some("tierFoo"),
            ),
            (
                409,
                first("conflict", "email already in use"),
                "The e-mail address “maren@quill.example” already belongs to another record in Kustomer.",
                Some("email"),
            ),
            (
                400,
                second("externalId", "must be unique"),
                "The number “P-1” already belongs to another record in Kustomer.",
                Some("externalid"),
            ),
            (409, first("conflict", "rev mismatch"), "Kustomer refuses it: “rev mismatch”.", None),
            (413, json!({}), "The record is too large for Kustomer, which takes 100 kB.", None),
            (400, json!({}), "Kustomer refuses it without saying why (status 400).", None),
        ] {
            let expected =
                Answer::Refused { status, reason: reason.to_owned(), field: field.map(str::to_owned), item: None };
            assert_eq!(answer(status, body), expected);
        }
    }

    #[test]
    fn some_answers_stop_everything() {
        let stop = |status, message: &str| match answer(status, json!({"errors": [{"code": "x", "message": message}]}))
        {
            Answer::Stopped(stop) => Some((stop.cause, stop.remedy)),
            _ => None,
        };
        let (cause, remedy) = stop(401, "token belongs to prod2, request went to prod1").expect("a stop");
        assert_eq!((cause, remedy.contains("https://api.prod2.kustomerapp.com")), (StopCause::Key, true), "{remedy}");
        assert_eq!(stop(401, "expired").map(|(cause, _)| cause), Some(StopCause::Key));
        let (cause, remedy) = stop(403, "missing role").expect("a stop");
        assert_eq!((cause, remedy.starts_with("The roles of a key never change")), (StopCause::Permission, true));
        assert_eq!(stop(302, "moved").map(|(cause, _)| cause), Some(StopCause::Address));
        assert_eq!(stop(404, "nobody"), None);
    }

    #[test]
    fn what_is_accepted_has_an_id() {
        let accepted = answer(201, json!({"data": {"type": "customer", "id": "5f", "attributes": {}}}));
        assert_eq!(accepted, Answer::Accepted { remote_id: Some("5f".to_owned()) });
        assert!(matches!(answer(200, json!({"ok": true})), Answer::Doubtful { .. }));
    }

    #[test]
    fn a_record_shows_its_company_as_it_would_be_written() {
        let resource = json!({"id": "5f", "attributes": {"name": "Maren"}, "relationships": {"company": {"data": {"type": "company", "id": "c1"}}}});
        let existing = record(&resource).expect("a record");
        assert_eq!((existing.remote_id.as_str(), existing.value), ("5f", json!({"name": "Maren", "company": "c1"})));
        assert_eq!(record(&json!({"id": "5f", "attributes": {"deleted": true}})), None);
    }
}
