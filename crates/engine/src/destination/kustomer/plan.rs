//! What to do about a record that may be in Kustomer already. Never loses what others have added there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::request::{self, Object};
use crate::destination::difference::differences;
use crate::destination::{Action, Existing, Method, Outgoing, Planned};

/// Sent when a record is made and never afterwards (kustomer.md section 7: updates of companies do not take them).
const ONCE: &[&str] = &["createdAt", "importedAt"];
/// Entries a list may have, and tags (kustomer.md section 5, mark D).
const MOST_ENTRIES: usize = 10;
const MOST_TAGS: usize = 20;

/// A list whose entries are objects.
struct List {
    name: &'static str,
    /// Two entries with equal values in these are the same entry.
    same_by: &'static [&'static str],
    /// What may be written; answers carry more.
    members: &'static [&'static str],
}

const LISTS: &[List] = &[
    List { name: "emails", same_by: &["email"], members: &["email", "type", "verified"] },
    List { name: "phones", same_by: &["phone"], members: &["phone", "type", "verified"] },
    List { name: "urls", same_by: &["url"], members: &["url", "type"] },
    List { name: "domains", same_by: &["domain"], members: &["domain"] },
    List {
        name: "socials",
        same_by: &["type", "username"],
        members: &["type", "username", "userid", "url", "verified"],
    },
    List {
        name: "locations",
        same_by: &["type"],
        members: &[
            "type",
            "name",
            "address",
            "address2",
            "address3",
            "latitude",
            "longitude",
            "countryCode",
            "countryName",
            "regionCode",
            "regionName",
            "cityName",
            "zipCode",
            "areaCode",
        ],
    },
];

pub(super) fn plan(outgoing: Outgoing, existing: &[Existing], replaced: &BTreeSet<String>) -> Planned {
    match existing {
        [] => Planned::Create(outgoing),
        [one] => change(&outgoing, one, replaced),
        several => Planned::Skip {
            reason: format!(
                "Kustomer has {} records for “{}”, and only one of them can be right. Remove the others there first.",
                several.len(),
                outgoing.key
            ),
        },
    }
}

pub(super) fn wanted(outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Value {
    Value::Object(merged(&body(outgoing), &existing.value, replaced))
}

/// Whether an update is there as it was sent. Its lists and objects are whole already.
pub(super) fn holds(existing: &Existing, outgoing: &Outgoing) -> bool {
    differences(&Value::Object(body(outgoing)), &existing.value).is_empty()
}

/// The members that differ, and always the company: leaving it out may take the customer out of its company
/// (kustomer.md section 6, mark D for single updates, A for bulk).
fn change(outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Planned {
    let wanted = merged(&body(outgoing), &existing.value, replaced);
    if let Some(member) = overfull(&wanted) {
        return Planned::Skip {
            reason: format!(
                "“{}” would have more entries in “{member}” than Kustomer takes. Remove some there first.",
                outgoing.key
            ),
        };
    }
    let differences = differences(&Value::Object(wanted.clone()), &existing.value);
    if differences.is_empty() {
        return Planned::Unchanged { remote_id: existing.remote_id.clone() };
    }
    let differs = |name: &str| differences.iter().any(|difference| difference.field.split('.').next() == Some(name));
    let mut changed: Map<String, Value> = wanted.into_iter().filter(|(name, _)| differs(name)).collect();
    let company = &existing.value["company"];
    if !company.is_null() {
        changed.entry("company").or_insert_with(|| company.clone());
    }
    let object = Object::of(&outgoing.dataset);
    let outgoing = Outgoing {
        action: Action::Update { remote_id: existing.remote_id.clone() },
        // Never with `replace`, which would rewrite the whole record.
        method: if object == Object::Customer { Method::Patch } else { Method::Put },
        path: request::path(&["v1", object.plural(), &existing.remote_id]),
        body: Value::Object(changed).to_string(),
        // The same change twice is one change.
        repeatable: true,
        ..outgoing.clone()
    };
    Planned::Update { outgoing, differences }
}

/// What an update would bring about: our members, with lists that keep what is there, unless they are to become ours
/// alone. Whether Kustomer adds to lists or replaces them is not published (kustomer.md U1), so they go whole. Custom
/// attributes are merged over there, by name: the values of others may be masked for this key, and must not be written
/// back.
fn merged(ours: &Map<String, Value>, theirs: &Value, replaced: &BTreeSet<String>) -> Map<String, Value> {
    let members = ours.iter().filter(|(name, _)| !ONCE.contains(&name.as_str()));
    let merge = |(name, value): (&String, &Value)| {
        let below = if replaced.contains(name) { &Value::Null } else { &theirs[name.as_str()] };
        let value = match LISTS.iter().find(|list| list.name == name) {
            Some(list) => list.merge(value, below),
            None if name == "tags" => with_tags(value, below),
            None => value.clone(),
        };
        (name.clone(), value)
    };
    members.map(merge).collect()
}

impl List {
    /// Theirs in their order, ours on top of the one that is the same, otherwise at the end.
    fn merge(&self, ours: &Value, theirs: &Value) -> Value {
        let mut all: Vec<Map<String, Value>> = entries(theirs).map(|entry| self.writable(entry)).collect();
        for entry in entries(ours) {
            match all.iter_mut().find(|other| self.is_same(entry, other)) {
                // An address is the same in any case, and stays as it is written there.
                Some(other) => {
                    let new = entry.iter().filter(|(name, _)| !self.same_by.contains(&name.as_str()));
                    other.extend(new.map(|(name, value)| (name.clone(), value.clone())));
                }
                None => all.push(entry.clone()),
            }
        }
        Value::Array(all.into_iter().map(Value::Object).collect())
    }

    fn is_same(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
        let text = |entry: &Map<String, Value>, name: &str| {
            entry.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase()
        };
        self.same_by.iter().all(|name| text(one, name) == text(other, name))
    }

    fn writable(&self, entry: &Map<String, Value>) -> Map<String, Value> {
        let members = entry.iter().filter(|(name, value)| !value.is_null() && self.members.contains(&name.as_str()));
        members.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn with_tags(ours: &Value, theirs: &Value) -> Value {
    let mut all: Vec<Value> = theirs.as_array().cloned().unwrap_or_default();
    for tag in ours.as_array().into_iter().flatten() {
        if !all.contains(tag) {
            all.push(tag.clone());
        }
    }
    Value::Array(all)
}

fn overfull(wanted: &Map<String, Value>) -> Option<&str> {
    let most = |name: &str| match name {
        "tags" => Some(MOST_TAGS),
        name => LISTS.iter().any(|list| list.name == name).then_some(MOST_ENTRIES),
    };
    let length = |value: &Value| value.as_array().map_or(0, Vec::len);
    let mut lists = wanted.iter().filter(|(name, value)| most(name).is_some_and(|most| length(value) > most));
    lists.next().map(|(name, _)| name.as_str())
}

fn entries(list: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    list.as_array().into_iter().flatten().filter_map(Value::as_object)
}

fn body(outgoing: &Outgoing) -> Map<String, Value> {
    serde_json::from_str(&outgoing.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outgoing(dataset: &str, body: &Value) -> Outgoing {
        Outgoing {
            dataset: dataset.to_owned(),
            key: "P-1".to_owned(),
            action: Action::Create,
            method: Method::Post,
            path: "/somewhere".to_owned(),
            body: body.to_string(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        }
    }

    fn existing(value: Value) -> Existing {
        Existing { remote_id: "r1".to_owned(), value }
    }

    /// `expected` is the body of the update; `None` is unchanged.
    fn check(dataset: &str, ours: &Value, theirs: Value, expected: Option<Value>) {
        check_replacing(&[], dataset, ours, theirs, expected);
    }

    fn check_replacing(lists: &[&str], dataset: &str, ours: &Value, theirs: Value, expected: Option<Value>) {
        let replaced = lists.iter().map(|&list| list.to_owned()).collect();
        let planned = plan(outgoing(dataset, ours), &[existing(theirs)], &replaced);
        let told = match &planned {
            Planned::Unchanged { remote_id } if remote_id == "r1" => Some(None),
            Planned::Update { outgoing, differences } if outgoing.repeatable && !differences.is_empty() => {
                assert!(!outgoing.path.contains("replace"), "{}", outgoing.path);
                Some(Some(outgoing.body.clone()))
            }
            _ => None,
        };
        assert_eq!(told, Some(expected.map(|body| body.to_string())), "{planned:?}");
    }

    #[test]
    fn only_what_differs_is_sent_and_always_the_company() {
        let ours = json!({"externalId": "P-1", "name": "Maren", "custom": {"tierStr": "gold"}});
        let theirs = |name: &str, tier: &str| json!({"externalId": "P-1", "name": name, "company": "c1", "custom": {"tierStr": tier, "secretStr": "••••"}});
        check("customers", &ours, theirs("Maren", "gold"), None);
        check("customers", &ours, theirs("Ada", "gold"), Some(json!({"name": "Maren", "company": "c1"})));
        check(
            "customers",
            &ours,
            theirs("Maren", "iron"),
            Some(json!({"custom": {"tierStr": "gold"}, "company": "c1"})),
        );
        check(
            "customers",
            &json!({"company": "c2"}),
            json!({"company": "c1", "name": "A"}),
            Some(json!({"company": "c2"})),
        );
        check("companies", &json!({"name": "B"}), json!({"name": "A"}), Some(json!({"name": "B"})));
    }

    #[test]
    fn lists_are_added_to() {
        let ours = json!({"emails": [{"email": "a@quill.example"}]});
        let mail = |email: &str| json!({"email": email, "type": "home", "verified": true});
        check("customers", &ours, json!({"emails": [{"email": "A@Quill.example", "type": "work", "x": 1}]}), None);
        check("customers", &ours, json!({"emails": [mail("b@quill.example"), mail("a@quill.example")]}), None);
        check(
            "customers",
            &ours,
            json!({"emails": [mail("b@quill.example")]}),
            Some(json!({"emails": [mail("b@quill.example"), {"email": "a@quill.example"}]})),
        );
        check("customers", &ours, json!({"emails": null}), Some(json!({"emails": [{"email": "a@quill.example"}]})));
        check("companies", &json!({"tags": ["b"]}), json!({"tags": ["a", "b"]}), None);
        check("companies", &json!({"tags": ["c"]}), json!({"tags": ["a"]}), Some(json!({"tags": ["a", "c"]})));
        check(
            "companies",
            &json!({"locations": [{"type": "work", "cityName": "Leeds"}]}),
            json!({"locations": [{"type": "home", "cityName": "Hull"}, {"type": "work", "cityName": "York", "name": "HQ"}]}),
            Some(
                json!({"locations": [{"type": "home", "cityName": "Hull"}, {"type": "work", "cityName": "Leeds", "name": "HQ"}]}),
            ),
        );
    }

    #[test]
    fn a_list_that_is_replaced_becomes_what_is_sent() {
        let ours = json!({"emails": [{"email": "a@quill.example"}], "tags": ["b"]});
        let lists: &[&str] = &["emails", "tags"];
        let mail = |email: &str| json!({"email": email, "type": "home"});
        let theirs = |mails: Value, tags: Value| json!({"emails": mails, "tags": tags});
        let same = theirs(json!([mail("a@quill.example")]), json!(["b"]));
        check_replacing(lists, "customers", &ours, same, None);
        let more = theirs(json!([mail("b@quill.example"), mail("a@quill.example")]), json!(["a", "b"]));
        check_replacing(lists, "customers", &ours, more.clone(), Some(ours.clone()));
        let expected = json!({"emails": [mail("b@quill.example"), mail("a@quill.example")], "tags": ["b"]});
        check_replacing(&["tags"], "customers", &ours, more, Some(json!({"tags": expected["tags"]})));
        check_replacing(lists, "customers", &json!({"name": "A"}), json!({"name": "A", "tags": ["a"]}), None);
    }

    #[test]
    fn the_time_of_making_is_sent_once() {
        let ours = json!({"name": "A", "createdAt": "2019-04-01T00:00:00Z", "importedAt": "2026-01-01T00:00:00Z"});
        check("companies", &ours, json!({"name": "A", "createdAt": "2026-01-01T00:00:00Z"}), None);
        check("companies", &ours, json!({"name": "B"}), Some(json!({"name": "A"})));
    }

    #[test]
    fn what_does_not_fit_and_what_is_there_twice_is_not_touched() {
        let many: Vec<Value> = (0..10).map(|number| json!({"email": format!("{number}@quill.example")})).collect();
        let planned = plan(
            outgoing("customers", &json!({"emails": [{"email": "a@quill.example"}]})),
            &[existing(json!({"emails": many}))],
            &BTreeSet::new(),
        );
        assert!(matches!(&planned, Planned::Skip { reason } if reason.contains("emails")), "{planned:?}");
        let twice = [existing(json!({})), existing(json!({}))];
        assert!(matches!(plan(outgoing("companies", &json!({})), &twice, &BTreeSet::new()), Planned::Skip { .. }));
        assert!(matches!(plan(outgoing("companies", &json!({})), &[], &BTreeSet::new()), Planned::Create(_)));
    }
}
