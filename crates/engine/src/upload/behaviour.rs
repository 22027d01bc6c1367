//! What a plan comes to once it is known what an upload may do: see [`Behaviour`] and [`Sync::fill`].

use serde_json::Value;

use crate::destination::{Destination, Existing, Outgoing, Planned};
use crate::schema::sync::{Behaviour, Sync};

/// What the destination plans for a record, within what the user allows. `existing`: what is there under its key.
pub(super) fn planned(
    destination: &dyn Destination,
    sync: &Sync,
    outgoing: &Outgoing,
    existing: &[Existing],
) -> Planned {
    let outgoing = match existing {
        [one] => leaving(outgoing, one, sync),
        _ => outgoing.clone(),
    };
    allowed(sync.behaviour, destination.plan(outgoing, existing, &sync.replace), existing)
}

fn allowed(behaviour: Behaviour, planned: Planned, existing: &[Existing]) -> Planned {
    match (behaviour, planned, existing) {
        (Behaviour::UpdateOnly, Planned::Create(_), _) => Planned::Skip { reason: NOT_THERE.to_owned() },
        (Behaviour::CreateOnly, Planned::Update { .. }, [one, ..]) => {
            Planned::Unchanged { remote_id: one.remote_id.clone() }
        }
        (_, planned, _) => planned,
    }
}

/// Without the fields that are only to be filled and hold something else already.
pub(super) fn leaving(outgoing: &Outgoing, existing: &Existing, sync: &Sync) -> Outgoing {
    let mut outgoing = outgoing.clone();
    if sync.fill.is_empty() {
        return outgoing;
    }
    if let Ok(mut body) = serde_json::from_str(&outgoing.body) {
        for field in &sync.fill {
            leave(&mut body, &existing.value, field);
        }
        outgoing.body = body.to_string();
    }
    outgoing
}

/// A dot in a field's id parts an object from its member, once.
fn leave(body: &mut Value, there: &Value, field: &str) {
    let Some(members) = body.as_object_mut() else { return };
    let Some((object, member)) = field.split_once('.') else {
        if holds_other(&there[field], members.get(field)) {
            members.shift_remove(field);
        }
        return;
    };
    let Some(Value::Object(inner)) = members.get_mut(object) else { return };
    if holds_other(&there[object][member], inner.get(member)) {
        inner.shift_remove(member);
    }
    if inner.is_empty() {
        members.shift_remove(object);
    }
}

fn holds_other(there: &Value, ours: Option<&Value>) -> bool {
    !there.is_null() && there.as_str() != Some("") && ours != Some(there)
}

/// Why nothing is created where only changes are wanted.
pub(super) const NOT_THERE: &str = "It is not at the destination, and this migration only changes what is there. Create it there, or let the migration create records too.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::destination::{Action, Method};

    fn outgoing(body: &Value) -> Outgoing {
        Outgoing {
            dataset: "customers".to_owned(),
            key: "1".to_owned(),
            action: Action::Create,
            method: Method::Post,
            path: String::new(),
            body: body.to_string(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        }
    }

    #[test]
    fn only_what_is_wanted_is_done() {
        let there = [Existing { remote_id: "r".to_owned(), value: Value::Null }];
        let create = || Planned::Create(outgoing(&Value::Null));
        let update = || Planned::Update { outgoing: outgoing(&Value::Null), differences: Vec::new() };
        let unchanged = || Planned::Unchanged { remote_id: "r".to_owned() };
        for behaviour in [Behaviour::UpdateOrCreate, Behaviour::UpdateOnly, Behaviour::CreateOnly] {
            let of_new = allowed(behaviour, create(), &[]);
            let of_other = allowed(behaviour, update(), &there);
            assert_eq!(matches!(of_new, Planned::Skip { .. }), behaviour == Behaviour::UpdateOnly, "{of_new:?}");
            let left = if behaviour == Behaviour::CreateOnly { unchanged() } else { update() };
            assert_eq!(of_other, left);
            assert_eq!(allowed(behaviour, unchanged(), &there), unchanged());
        }
    }

    #[test]
    fn what_is_only_to_be_filled_is_left_where_it_holds_something() {
        let fill = BTreeSet::from(["name", "custom.tierStr", "custom.a.b"].map(str::to_owned));
        let sync = Sync { fill, ..Sync::default() };
        let ours = json!({"name": "Ours", "gender": "f", "custom": {"tierStr": "gold"}});
        for (theirs, left) in [
            (json!({}), ours.clone()),
            (json!({"name": "", "gender": "m", "custom": {"tierStr": null}}), ours.clone()),
            (json!({"name": "Theirs"}), json!({"gender": "f", "custom": {"tierStr": "gold"}})),
            (json!({"custom": {"tierStr": "iron"}}), json!({"name": "Ours", "gender": "f"})),
            (json!({"custom": {"tierStr": false}, "name": 0}), json!({"gender": "f"})),
            (ours.clone(), ours.clone()),
        ] {
            let existing = Existing { remote_id: "r".to_owned(), value: theirs };
            assert_eq!(leaving(&outgoing(&ours), &existing, &sync).body, left.to_string());
        }
    }
}
