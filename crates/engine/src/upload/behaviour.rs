//! What a plan comes to once it is known what an upload may do: see [`Behaviour`].

use crate::destination::{Existing, Planned};
use crate::schema::sync::Behaviour;

/// `existing`: what is at the destination under the record's key.
pub(super) fn allowed(behaviour: Behaviour, planned: Planned, existing: &[Existing]) -> Planned {
    match (behaviour, planned, existing) {
        (Behaviour::UpdateOnly, Planned::Create(_), _) => Planned::Skip { reason: NOT_THERE.to_owned() },
        (Behaviour::CreateOnly, Planned::Update { .. }, [one, ..]) => {
            Planned::Unchanged { remote_id: one.remote_id.clone() }
        }
        (_, planned, _) => planned,
    }
}

/// Why nothing is created where only changes are wanted.
pub(super) const NOT_THERE: &str = "It is not at the destination, and this migration only changes what is there. Create it there, or let the migration create records too.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::{Action, Method, Outgoing};

    fn outgoing() -> Outgoing {
        Outgoing {
            dataset: "customers".to_owned(),
            key: "1".to_owned(),
            action: Action::Create,
            method: Method::Post,
            path: String::new(),
            body: String::new(),
            idempotency_key: None,
            repeatable: false,
            rows: 1,
        }
    }

    #[test]
    fn only_what_is_wanted_is_done() {
        let there = [Existing { remote_id: "r".to_owned(), value: serde_json::Value::Null }];
        let create = || Planned::Create(outgoing());
        let update = || Planned::Update { outgoing: outgoing(), differences: Vec::new() };
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
}
