//! What to do about a record that may be in Zenskar already. Never loses what others have added there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::request;
use crate::destination::difference::differences;
use crate::destination::{Action, Existing, Method, Outgoing, Planned};

/// Members of addresses that Zenskar sets itself; a changed address has to be checked anew.
const SET_BY_ZENSKAR: &[&str] = &["validation_status", "connector_validation"];

pub(super) fn plan(outgoing: Outgoing, existing: &[Existing], replaced: &BTreeSet<String>) -> Planned {
    match existing {
        [] => Planned::Create(outgoing),
        [one] => match outgoing.dataset.as_str() {
            "customers" => customer(&outgoing, one, replaced),
            "contracts" => contract(&outgoing, one),
            "streams" => stream(&outgoing, one),
            // Products and prices are shared by many contracts; they are used as they are.
            _ => Planned::Unchanged { remote_id: one.remote_id.clone() },
        },
        several if outgoing.dataset == "products" => Planned::Skip {
            reason: format!(
                "Zenskar has {} products like “{}”. Map the product number (SKU) to say which one is meant.",
                several.len(),
                outgoing.key.replace('\t', " ")
            ),
        },
        several => Planned::Skip {
            reason: format!(
                "Zenskar has {} records for “{}”, and only one of them can be right. Remove the others there first.",
                several.len(),
                outgoing.key
            ),
        },
    }
}

pub(super) fn wanted(outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Value {
    let sent = body(outgoing);
    // The number of a tax registration may stand beside others there.
    if outgoing.dataset == "customers" { overlaid(&sent, &existing.value, replaced) } else { sent }
}

/// Whether an update is there as it was sent. Its lists and objects are whole already.
pub(super) fn holds(existing: &Existing, outgoing: &Outgoing) -> bool {
    differences(&body(outgoing), &existing.value).is_empty()
}

/// PATCH with the members that differ. Whether Zenskar merges or replaces an object is not published (zenskar.md,
/// section 12), so each goes whole: what is there, with ours on top.
fn customer(outgoing: &Outgoing, existing: &Existing, replaced: &BTreeSet<String>) -> Planned {
    let wanted = overlaid(&body(outgoing), &existing.value, replaced);
    let differences = differences(&wanted, &existing.value);
    if differences.is_empty() {
        return Planned::Unchanged { remote_id: existing.remote_id.clone() };
    }
    let differs = |name: &str| differences.iter().any(|difference| difference.field.split('.').next() == Some(name));
    let members = wanted.as_object().cloned().unwrap_or_default();
    let changed: Map<String, Value> = members.into_iter().filter(|(name, _)| differs(name)).collect();
    let path = request::path(&["customers", &existing.remote_id]);
    let outgoing = update(outgoing, existing, Method::Patch, path, &Value::Object(changed));
    Planned::Update { outgoing, differences }
}

/// PUT with everything, as long as the contract is a draft: a contract that is at work is not replaced from a file.
fn contract(outgoing: &Outgoing, existing: &Existing) -> Planned {
    let mut body = body(outgoing);
    let status = existing.value["status"].as_str().unwrap_or_default();
    if let Value::Object(members) = &mut body {
        // Ours by construction, and not a member of an update. The status is compared below, in words.
        members.shift_remove("id");
        if status != "draft" {
            members.shift_remove("status");
        }
    }
    let differences = differences(&body, &existing.value);
    match status {
        _ if differences.is_empty() => Planned::Unchanged { remote_id: existing.remote_id.clone() },
        "draft" => {
            let path = request::path(&["contract_v2", &existing.remote_id]);
            let outgoing = update(outgoing, existing, Method::Put, path, &body);
            Planned::Update { outgoing, differences }
        }
        _ => Planned::Skip {
            reason: format!(
                "The contract “{}” is {status} in Zenskar and differs in “{}”. Only drafts are changed from here; change it in Zenskar.",
                outgoing.key, differences[0].field
            ),
        },
    }
}

/// A stream cannot be changed from here (zenskar.md section 3: the method is unconfirmed). Columns of its own are no harm.
fn stream(outgoing: &Outgoing, existing: &Existing) -> Planned {
    let ours = &body(outgoing)["dataschema"]["data"];
    let theirs = &existing.value["dataschema"]["data"];
    let columns = ours.as_object().into_iter().flatten();
    let mut unfit = columns.filter(|(name, kind)| !takes(theirs[name.as_str()].as_str(), kind.as_str()));
    match unfit.next() {
        None => Planned::Unchanged { remote_id: existing.remote_id.clone() },
        Some((column, kind)) => Planned::Skip {
            reason: format!(
                "The usage stream “{}” in Zenskar has no column “{column}” that takes {}. Add it there, or choose another stream.",
                outgoing.key,
                kind.as_str().unwrap_or_default()
            ),
        },
    }
}

/// Whether a column of one type takes values of another without losing a digit.
fn takes(theirs: Option<&str>, ours: Option<&str>) -> bool {
    match (theirs, ours) {
        (None, _) => false,
        (Some("Decimal"), Some("Int64")) => true,
        (theirs, ours) => theirs == ours,
    }
}

fn update(outgoing: &Outgoing, existing: &Existing, method: Method, path: String, body: &Value) -> Outgoing {
    Outgoing {
        action: Action::Update { remote_id: existing.remote_id.clone() },
        method,
        path,
        body: body.to_string(),
        // The same change twice is one change.
        repeatable: true,
        ..outgoing.clone()
    }
}

/// Our members, with what is there below them: objects by member, tax registrations by country and kind, unless the list is
/// to become ours alone.
fn overlaid(ours: &Value, theirs: &Value, replaced: &BTreeSet<String>) -> Value {
    let Value::Object(members) = ours else { return ours.clone() };
    let overlay = |(name, value): (&String, &Value)| {
        let below = theirs.get(name).unwrap_or(&Value::Null);
        let value = match (name.as_str(), value) {
            ("tax_info", Value::Array(items)) if !replaced.contains(name) => registrations(items, below),
            (_, Value::Object(members)) => Value::Object(on_top(members, below)),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(members.iter().map(overlay).collect())
}

fn on_top(ours: &Map<String, Value>, theirs: &Value) -> Map<String, Value> {
    let kept = theirs.as_object().into_iter().flatten();
    let kept = kept.filter(|(name, value)| !value.is_null() && !SET_BY_ZENSKAR.contains(&name.as_str()));
    let mut members: Map<String, Value> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    members.extend(ours.clone());
    members
}

/// Theirs in their order, ours in place of those of the same country and kind, otherwise at the end.
fn registrations(ours: &[Value], theirs: &Value) -> Value {
    let same = |left: &Value, right: &Value| ["country_code", "tax_code"].iter().all(|name| left[name] == right[name]);
    let mut all: Vec<Value> = theirs.as_array().cloned().unwrap_or_default();
    for item in ours {
        match all.iter_mut().find(|other| same(item, other)) {
            Some(place) => *place = item.clone(),
            None => all.push(item.clone()),
        }
    }
    Value::Array(all)
}

fn body(outgoing: &Outgoing) -> Value {
    serde_json::from_str(&outgoing.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outgoing(dataset: &str, body: &Value) -> Outgoing {
        Outgoing {
            dataset: dataset.to_owned(),
            key: "10417".to_owned(),
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
        Existing { remote_id: "r-1".to_owned(), value }
    }

    /// `expected` is the body of the update; `None` is unchanged.
    fn check(dataset: &str, ours: &Value, theirs: Value, expected: Option<Value>) {
        check_replacing(&[], dataset, ours, theirs, expected);
    }

    fn check_replacing(lists: &[&str], dataset: &str, ours: &Value, theirs: Value, expected: Option<Value>) {
        let replaced = lists.iter().map(|&list| list.to_owned()).collect();
        let planned = plan(outgoing(dataset, ours), &[existing(theirs)], &replaced);
        let told = match &planned {
            Planned::Unchanged { remote_id } if remote_id == "r-1" => Some(None),
            Planned::Update { outgoing, differences } if outgoing.repeatable && !differences.is_empty() => {
                assert_eq!(outgoing.action, Action::Update { remote_id: "r-1".to_owned() });
                Some(Some(outgoing.body.clone()))
            }
            _ => None,
        };
        assert_eq!(told, Some(expected.map(|body| body.to_string())), "{planned:?}");
    }

    #[test]
    fn only_what_differs_is_patched_and_nothing_of_others_is_lost() {
        let ours = json!({"customer_name": "A", "email": "a@a.example", "custom_data": {"region": "north"}});
        let same = json!({"id": "r-1", "customer_name": "A", "email": "a@a.example", "phone_number": "+44", "custom_data": {"region": "north", "exempt_tax": true}});
        check("customers", &ours, same, None);
        check(
            "customers",
            &ours,
            json!({"customer_name": "B", "email": "a@a.example", "custom_data": {"region": "north"}}),
            Some(json!({"customer_name": "A"})),
        );
        check(
            "customers",
            &ours,
            json!({"customer_name": "A", "email": "a@a.example", "custom_data": {"exempt_tax": true, "region": "south"}}),
            Some(json!({"custom_data": {"exempt_tax": true, "region": "north"}})),
        );
        check(
            "customers",
            &json!({"address": {"city": "Leeds", "line1": "1 Mill Lane"}}),
            json!({"address": {"city": "York", "line1": "1 Mill Lane", "line3": "Dock", "line2": null, "validation_status": "valid"}}),
            Some(json!({"address": {"city": "Leeds", "line1": "1 Mill Lane", "line3": "Dock"}})),
        );
        check(
            "customers",
            &json!({"address": {"city": "Leeds"}}),
            json!({"address": null}),
            Some(json!({"address": {"city": "Leeds"}})),
        );
    }

    #[test]
    fn tax_registrations_are_added_to() {
        let ours = json!({"tax_info": [{"country_code": "DE", "tax_code": "VAT", "tax_id": "DE1"}]});
        let french = json!({"country_code": "FR", "tax_code": "VAT", "tax_id": "FR1"});
        let german = |number: &str| json!({"country_code": "DE", "tax_code": "VAT", "tax_id": number});
        check("customers", &ours, json!({"tax_info": [french, german("DE1")]}), None);
        check(
            "customers",
            &ours,
            json!({"tax_info": [german("DE0"), french]}),
            Some(json!({"tax_info": [german("DE1"), french]})),
        );
        check("customers", &ours, json!({"tax_info": [french]}), Some(json!({"tax_info": [french, german("DE1")]})));
        check("customers", &ours, json!({"tax_info": null}), Some(json!({"tax_info": [german("DE1")]})));
        let replaced = |theirs: Value, expected| check_replacing(&["tax_info"], "customers", &ours, theirs, expected);
        replaced(json!({"tax_info": [french, german("DE1")]}), Some(json!({"tax_info": [german("DE1")]})));
        replaced(json!({"tax_info": [german("DE1")]}), None);
    }

    #[test]
    fn drafts_are_replaced_and_contracts_at_work_are_left_alone() {
        let ours = json!({"id": "c", "status": "draft", "name": "A", "start_date": "2026-04-01T00:00:00Z"});
        let theirs = |status: &str, name: &str| json!({"id": "c", "status": status, "name": name, "start_date": "2026-04-01T00:00:00+00:00"});
        let sent = json!({"status": "draft", "name": "A", "start_date": "2026-04-01T00:00:00Z"});
        check("contracts", &ours, theirs("draft", "A"), None);
        check("contracts", &ours, theirs("active", "A"), None);
        check("contracts", &ours, theirs("draft", "B"), Some(sent));
        let planned = plan(outgoing("contracts", &ours), &[existing(theirs("active", "B"))], &BTreeSet::new());
        let Planned::Skip { reason } = planned else { unreachable!("active contracts are not replaced") };
        assert!(reason.starts_with("The contract “10417” is active in Zenskar and differs in “name”."), "{reason}");
    }

    #[test]
    fn a_stream_must_take_every_column() {
        let stream = |columns: Value| json!({"dataschema": {"data": columns}});
        let ours = stream(json!({"event_id": "String", "calls": "Int64", "amount": "Decimal"}));
        let more = json!({"event_id": "String", "calls": "Decimal", "amount": "Decimal", "region": "String"});
        check("streams", &ours, stream(more), None);
        for unfit in [
            json!({"event_id": "String", "calls": "Int64"}),
            json!({"event_id": "String", "calls": "Int64", "amount": "Float64"}),
        ] {
            let planned = plan(outgoing("streams", &ours), &[existing(stream(unfit))], &BTreeSet::new());
            let expected = "no column “amount” that takes Decimal";
            assert!(matches!(&planned, Planned::Skip { reason } if reason.contains(expected)), "{planned:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_made_and_what_is_there_twice_is_not_touched() {
        let ours = json!({"customer_name": "A"});
        assert!(matches!(plan(outgoing("customers", &ours), &[], &BTreeSet::new()), Planned::Create(_)));
        let twice = [existing(ours.clone()), existing(ours.clone())];
        assert!(matches!(plan(outgoing("customers", &ours), &twice, &BTreeSet::new()), Planned::Skip { .. }));
        check("products", &json!({"name": "A"}), json!({"name": "A", "sku": "1"}), None);
    }

    #[test]
    fn what_was_sent_is_compared_with_what_is_read_back() {
        let sent = outgoing("customers", &json!({"customer_name": "A", "address": {"city": "Leeds"}}));
        let read = |city: &str| {
            existing(json!({"customer_name": "A", "address": {"city": city, "validation_status": "pending"}}))
        };
        let difference = |there: &Existing| differences(&wanted(&sent, there, &BTreeSet::new()), &there.value);
        assert_eq!(difference(&read("Leeds")), []);
        assert_eq!(difference(&read("York"))[0].field, "address.city");
    }
}
