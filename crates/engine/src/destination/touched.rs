//! Whether somebody has changed a record since it was made from here.
//!
//! Strict, because what follows from it is deletion: any difference from what the destination answered when the record was
//! made counts, its own stamp of the last change included. Where that answer is not known, what was sent is compared, and the
//! two stamps of the record with each other.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Made;
use super::difference::differences;

/// A record's two stamps may be taken one after the other while it is made.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);

/// Names of members by which a destination says when a record was made and when it was last changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamps {
    pub made: &'static str,
    pub changed: &'static str,
    /// Counts the changes, where the destination does.
    pub revision: Option<&'static str>,
}

impl Stamps {
    /// Whether a member only says that there was a change, not which.
    fn hold(self, member: &str) -> bool {
        member == self.changed || self.revision == Some(member)
    }
}

/// The first member that is not as it was, without the stamp where there is another one. `None` where nobody has touched it.
pub(super) fn touched(made: &Made, now: &Value, stamps: Stamps) -> Option<String> {
    let known = if made.answer.is_null() { &made.sent } else { &made.answer };
    if known.is_null() {
        return Some(stamps.changed.to_owned());
    }
    let mut changed: Vec<String> = differences(known, now).into_iter().map(|difference| difference.field).collect();
    if made.answer.is_null() && is_later(now, stamps) {
        changed.push(stamps.changed.to_owned());
    }
    let telling = changed.iter().position(|field| !stamps.hold(field)).unwrap_or(0);
    (!changed.is_empty()).then(|| changed.swap_remove(telling))
}

/// A record that does not say is taken for changed.
fn is_later(now: &Value, stamps: Stamps) -> bool {
    let stamp = |name: &str| now[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    match (stamp(stamps.made), stamp(stamps.changed)) {
        (Some(made), Some(changed)) => changed.duration_since(made) > AT_ONCE,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STAMPS: Stamps = Stamps { made: "created_at", changed: "updated_at", revision: None };

    #[test]
    fn any_change_is_seen_and_named() {
        let at = |changed: &str, name: &str| json!({"id": "1", "name": name, "created_at": "2026-04-01T10:00:00Z", "updated_at": changed});
        let (early, late) = ("2026-04-01T10:00:00Z", "2026-04-01T12:00:00Z");
        let answered = at(early, "A");
        let sent = json!({"name": "A"});
        for (answer, sent, now, expected) in [
            (answered.clone(), sent.clone(), at(early, "A"), None),
            (answered.clone(), sent.clone(), at("2026-04-01T10:00:00+00:00", "A"), None),
            (answered.clone(), sent.clone(), at(late, "B"), Some("name")),
            // Changed and changed back, or something that is not shown.
            (answered, sent.clone(), at(late, "A"), Some("updated_at")),
            (Value::Null, sent.clone(), at(early, "A"), None),
            (Value::Null, sent.clone(), at("2026-04-01T10:00:01Z", "A"), None),
            (Value::Null, sent.clone(), at(early, "B"), Some("name")),
            (Value::Null, sent.clone(), at(late, "A"), Some("updated_at")),
            (Value::Null, sent, json!({"name": "A"}), Some("updated_at")),
            (Value::Null, Value::Null, at(early, "A"), Some("updated_at")),
        ] {
            let made =
                Made { dataset: "customers".to_owned(), key: "1".to_owned(), remote_id: "1".to_owned(), sent, answer };
            assert_eq!(touched(&made, &now, STAMPS).as_deref(), expected, "{made:?} {now}");
        }
    }
}
