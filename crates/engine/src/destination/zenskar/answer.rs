//! What Zenskar's answers mean, in plain words. Bodies of errors are only partly published (zenskar.md section 1,
//! “Errors”), so every shape that was ever seen is read, and none is relied on.

use serde_json::Value;

use crate::destination::http::{Content, Reply, quote};
use crate::destination::{Action, Answer, Outgoing, ReadError, Stop, StopCause};

/// One thing Zenskar objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Objection {
    field: Option<String>,
    item: Option<usize>,
    reason: String,
}

/// The answer to something that was sent.
pub(super) fn of(outgoing: &Outgoing, reply: &Reply) -> Answer {
    match (reply.status, &outgoing.action) {
        // What comes back from deleting is not published; that it is gone is enough, whoever did it.
        (200..=299 | 404, Action::Delete { remote_id }) => Answer::Accepted { remote_id: Some(remote_id.clone()) },
        (200..=299, _) => accepted(outgoing, &reply.content),
        (status, _) => match stop(reply) {
            Some(stop) => Answer::Stopped(stop),
            // The id or the slug is chosen here, and nothing was there before: it may well be this very record.
            None if status == 409 && matches!(outgoing.dataset.as_str(), "contracts" | "streams") => {
                Answer::Doubtful { reason: "Zenskar says that it is there already.".to_owned() }
            }
            None => refused(outgoing, reply),
        },
    }
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
                Err(ReadError::Unreadable { reason: "The answer of Zenskar could not be read.".to_owned() })
            }
        },
        _ => Err(ReadError::Refused { status, reason: objection(&reply.content, status).reason }),
    }
}

/// Whether the answer means that nothing can be sent at all.
pub(super) fn stop(reply: &Reply) -> Option<Stop> {
    let (cause, reason, remedy) = match reply.status {
        300..=399 => (
            StopCause::Address,
            "The address of the connection answers with a redirect, which Carryover does not follow.".to_owned(),
            "Compare the address with https://api.zenskar.com.",
        ),
        401 => (
            StopCause::Key,
            "Zenskar does not accept this key. It may have been replaced.".to_owned(),
            "Make a new one in Zenskar under Settings and enter it here.",
        ),
        403 if is_gateway(&reply.content) => (
            StopCause::Organisation,
            "The key belongs to another organisation than the one entered.".to_owned(),
            "Compare the organisation id in Zenskar under Settings, General.",
        ),
        403 => (
            StopCause::Permission,
            match message(&reply.content) {
                Some(text) => format!("Zenskar does not let this key do that: “{text}”."),
                None => "Zenskar does not let this key do that.".to_owned(),
            },
            "Use a key with the right to read and write customers, usage and contracts.",
        ),
        _ => return None,
    };
    Some(Stop { cause, reason, remedy: remedy.to_owned() })
}

fn accepted(outgoing: &Outgoing, content: &Content) -> Answer {
    // What comes back for usage is not published; that it came is enough (zenskar.md section 3).
    if outgoing.dataset == "usage" {
        return Answer::Accepted { remote_id: None };
    }
    match content {
        Content::Json(value) if id(value).is_some() => Answer::Accepted { remote_id: id(value) },
        _ => Answer::Doubtful { reason: "Zenskar agreed, but did not say under which id.".to_owned() },
    }
}

fn refused(outgoing: &Outgoing, reply: &Reply) -> Answer {
    let mut objection = objection(&reply.content, reply.status);
    match reply.status {
        400 | 409 => name_the_double(outgoing, &mut objection),
        404 => objection.reason = missing(outgoing, &reply.content),
        413 => "The request is too large for Zenskar. Lower the batch size.".clone_into(&mut objection.reason),
        _ => {}
    }
    let Objection { field, item, reason } = objection;
    Answer::Refused { status: reply.status, reason, field, item }
}

pub(super) fn id(value: &Value) -> Option<String> {
    value.get("id")?.as_str().map(str::to_owned)
}

/// `{"Message": "… explicit deny"}`, with a capital M, is the gateway's refusal of an organisation.
fn is_gateway(content: &Content) -> bool {
    matches!(content, Content::Json(value) if value.get("Message").is_some()) || *content == Content::Empty
}

/// A duplicate: says which value is taken, so that it can be found in the file.
fn name_the_double(outgoing: &Outgoing, objection: &mut Objection) {
    let told = objection.reason.to_lowercase();
    if outgoing.dataset != "customers"
        || !["exist", "already", "duplicate", "unique", "taken"].iter().any(|word| told.contains(word))
    {
        return;
    }
    let body: Value = serde_json::from_str(&outgoing.body).unwrap_or_default();
    let fields = [("email", "e-mail address"), ("external_id", "customer number")];
    let named = fields.into_iter().find(|(field, _)| told.contains(field) || told.contains(&field.replace('_', " ")));
    if let Some((field, label)) = named {
        let value = body.get(field).and_then(Value::as_str).unwrap_or(&outgoing.key);
        objection.reason = format!("The {label} “{value}” already belongs to another customer.");
        objection.field = Some(field.to_owned());
    }
}

fn missing(outgoing: &Outgoing, content: &Content) -> String {
    match (outgoing.dataset.as_str(), &outgoing.action) {
        (_, Action::Update { .. }) => {
            format!("“{}” is no longer in Zenskar. Make the plan again.", outgoing.key)
        }
        ("usage", _) => {
            let stream = outgoing.path.rsplit('/').next().unwrap_or_default();
            format!("There is no usage stream “{stream}” in Zenskar. Make the plan again.")
        }
        ("prices", _) => "The product of this price is no longer in Zenskar. Make the plan again.".to_owned(),
        _ => match message(content) {
            Some(text) => format!("Zenskar does not find something this record refers to: “{text}”."),
            None => "Zenskar does not find something this record refers to.".to_owned(),
        },
    }
}

/// The first thing that is objected to, and how many more there are.
fn objection(content: &Content, status: u16) -> Objection {
    let detail = match content {
        Content::Json(value) => value.get("detail").and_then(Value::as_array),
        _ => None,
    };
    let mut objections = detail.into_iter().flatten().filter_map(located);
    if let Some(first) = objections.next() {
        let more = match objections.count() {
            0 => String::new(),
            1 => " One more thing is wrong with it.".to_owned(),
            count => format!(" {count} more things are wrong with it."),
        };
        return Objection { reason: first.reason + &more, ..first };
    }
    let reason = match message(content) {
        Some(text) => format!("Zenskar refuses it: “{text}”."),
        None => format!("Zenskar refuses it without saying why (status {status})."),
    };
    Objection { field: None, item: None, reason }
}

/// One entry of a 422: `{"loc": ["body", 3, "data", "amount"], "msg": "…", "type": "…"}`.
fn located(entry: &Value) -> Option<Objection> {
    let mut loc = entry.get("loc")?.as_array()?.iter().peekable();
    loc.next_if(|part| part.as_str().is_some_and(|part| ["body", "query", "path", "header"].contains(&part)));
    let item = loc.next_if(|part| part.is_u64()).and_then(Value::as_u64).map(|item| item as usize);
    let parts: Vec<_> = loc.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
    let field = (!parts.is_empty()).then(|| parts.join("."));
    let text = |member| entry.get(member).and_then(Value::as_str).unwrap_or_default();
    let reason = in_plain_words(field.as_deref(), text("type"), text("msg"));
    Some(Objection { field, item, reason })
}

fn in_plain_words(field: Option<&str>, kind: &str, text: &str) -> String {
    let subject = field.map_or_else(|| "The record".to_owned(), |field| format!("“{field}”"));
    let kind = kind.strip_prefix("value_error.").unwrap_or(kind);
    match kind {
        "missing" => format!("{subject} is missing."),
        "email" => format!("{subject} is not an e-mail address that Zenskar accepts."),
        "extra" | "extra_forbidden" => format!("Zenskar does not know {subject}."),
        _ if text.is_empty() => format!("Zenskar refuses {subject}."),
        _ => format!("Zenskar refuses {subject}: “{}”.", quote(text)),
    }
}

/// The message in any of the shapes that were seen.
fn message(content: &Content) -> Option<String> {
    let Content::Json(value) = content else { return None };
    let candidates = [value.get("detail"), value.get("message"), value.get("Message"), value.get("error"), Some(value)];
    candidates.into_iter().flatten().find_map(|candidate| {
        let inner = || ["message", "msg", "detail"].iter().find_map(|name| candidate.get(name)?.as_str());
        candidate.as_str().or_else(inner).map(quote).filter(|text| !text.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::destination::Method;

    fn outgoing(dataset: &str) -> Outgoing {
        Outgoing {
            dataset: dataset.to_owned(),
            key: "10417".to_owned(),
            action: Action::Create,
            method: Method::Post,
            path: format!("/{dataset}/calls"),
            body: r#"{"customer_name":"Quillfeather Ltd","external_id":"10417","email":"ap@quillfeather.example"}"#
                .to_owned(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        }
    }

    fn answer(dataset: &str, status: u16, body: Value) -> Answer {
        of(&outgoing(dataset), &Reply { status, wait: None, content: Content::Json(body) })
    }

    /// `expected` is reason, field, item.
    fn check(dataset: &str, status: u16, body: Value, expected: (&str, Option<&str>, Option<usize>)) {
        let (reason, field, item) = expected;
        let expected = Answer::Refused { status, reason: reason.to_owned(), field: field.map(str::to_owned), item };
        assert_eq!(answer(dataset, status, body), expected);
    }

    #[test]
    fn every_refusal_is_told_in_plain_words() {
        let duplicate = "The e-mail address “ap@quillfeather.example” already belongs to another customer.";
        let email = "Customer with this email already exists";
        check("customers", 400, json!({"detail": email}), (duplicate, Some("email"), None));
        check("customers", 409, json!({"message": email}), (duplicate, Some("email"), None));
        check(
            "customers",
            400,
            json!({"detail": {"code": "X", "message": "external_id must be unique"}}),
            ("The customer number “10417” already belongs to another customer.", Some("external_id"), None),
        );
        check("customers", 400, json!({"detail": "No good."}), ("Zenskar refuses it: “No good”.", None, None));
        check("customers", 400, json!({}), ("Zenskar refuses it without saying why (status 400).", None, None));
        check(
            "customers",
            422,
            json!({"detail": [{"loc": ["body", "customer_name"], "msg": "field required", "type": "value_error.missing"}]}),
            ("“customer_name” is missing.", Some("customer_name"), None),
        );
        check(
            "customers",
            422,
            json!({"detail": [
                {"loc": ["body", "email"], "msg": "value is not a valid email address", "type": "value_error.email"},
                {"loc": ["body", "phone_number"], "msg": "bad", "type": "value_error"},
                {"loc": ["body"], "msg": "bad", "type": "value_error"},
            ]}),
            (
                "“email” is not an e-mail address that Zenskar accepts. 2 more things are wrong with it.",
                Some("email"),
                None,
            ),
        );
        check(
            "usage",
            422,
            json!({"detail": [{"loc": ["body", 3, "data", "amount"], "msg": "not a Decimal.", "type": "type_error"}]}),
            ("Zenskar refuses “data.amount”: “not a Decimal”.", Some("data.amount"), Some(3)),
        );
        check(
            "contracts",
            422,
            json!({"detail": [{"loc": ["body", "phases", 0, "pricings", 1], "msg": "", "type": "x"}]}),
            ("Zenskar refuses “phases.0.pricings.1”.", Some("phases.0.pricings.1"), None),
        );
        check(
            "usage",
            404,
            json!({"detail": "Not found"}),
            ("There is no usage stream “calls” in Zenskar. Make the plan again.", None, None),
        );
        check(
            "contracts",
            404,
            json!({"detail": "Customer not found"}),
            ("Zenskar does not find something this record refers to: “Customer not found”.", None, None),
        );
        check("usage", 413, json!({}), ("The request is too large for Zenskar. Lower the batch size.", None, None));
        check("products", 409, json!({"detail": "Taken"}), ("Zenskar refuses it: “Taken”.", None, None));
    }

    #[test]
    fn long_messages_are_cut() {
        let Answer::Refused { reason, .. } = answer("customers", 400, json!({"detail": "ü".repeat(5000)})) else {
            unreachable!("a 400 is a refusal");
        };
        assert!(reason.chars().count() < 350, "{reason}");
    }

    #[test]
    fn some_answers_stop_everything() {
        let cause = |status, body| match answer("customers", status, body) {
            Answer::Stopped(stop) => Some(stop.cause),
            _ => None,
        };
        assert_eq!(cause(401, json!({"detail": "nope"})), Some(StopCause::Key));
        let denied = "User is not authorized to access this resource with an explicit deny";
        assert_eq!(cause(403, json!({"Message": denied})), Some(StopCause::Organisation));
        assert_eq!(cause(403, json!({"detail": "read only"})), Some(StopCause::Permission));
        assert_eq!(cause(302, json!({})), Some(StopCause::Address));
        assert_eq!(cause(404, json!({})), None);
    }

    #[test]
    fn what_is_accepted_has_an_id_except_usage() {
        let accepted = |id: Option<&str>| Answer::Accepted { remote_id: id.map(str::to_owned) };
        assert_eq!(answer("customers", 200, json!({"id": "c-1"})), accepted(Some("c-1")));
        assert_eq!(answer("usage", 202, json!({"message": "queued"})), accepted(None));
        assert!(matches!(answer("customers", 200, json!({"ok": true})), Answer::Doubtful { .. }));
        for dataset in ["contracts", "streams"] {
            assert!(matches!(answer(dataset, 409, json!({})), Answer::Doubtful { .. }), "{dataset}");
        }
    }
}
