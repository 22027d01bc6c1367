//! What Kustomer holds: by key before anything is sent, by request after a doubt.
//!
//! A search knows what was so about a minute ago, and only of the last two years (kustomer.md section 8); so it is asked
//! only where there is no call that reads by the key, every hit is read again by its id, and “nobody” is believed only
//! where another identifier says so too.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::config::Key;
use super::request::{self, Object};
use super::{Kustomer, answer, plan};
use crate::destination::http::Request;
use crate::destination::retry::{Outcome, Repeat};
use crate::destination::{Action, Arrived, Attribute, Existing, Found, Outgoing, ReadError};
use crate::schema::kustomer::CUSTOM;
use crate::schema::{self, Kind};

/// Questions asked side by side; how many are under way is decided by the connection.
const SIDE_BY_SIDE: usize = 16;

impl Kustomer {
    /// Records by the key chosen for their dataset.
    pub(super) async fn look_up(&self, dataset: &str, keys: &[String]) -> Result<Found, ReadError> {
        let object = Object::of(dataset);
        if let Key::Custom(attribute) = self.config.key(dataset) {
            return self.found_by_search(object, attribute, keys).await;
        }
        let asked: Vec<_> = keys.iter().map(|key| self.under(object, self.config.key(dataset), key)).collect();
        // In the order of the keys.
        let found: Vec<Vec<Existing>> = stream::iter(asked).buffered(SIDE_BY_SIDE).try_collect().await?;
        let found = keys.iter().cloned().zip(found);
        Ok(found.filter(|(_, records)| !records.is_empty()).collect())
    }

    pub(super) async fn has_arrived(&self, outgoing: &Outgoing) -> Arrived {
        let mut arrived = self.asked(outgoing).await;
        if arrived == Arrived::No {
            self.line.settle().await;
            arrived = self.asked(outgoing).await;
        }
        arrived
    }

    /// One question, repeated as often as it takes; asking changes nothing. `None` is 404.
    pub(super) async fn read(&self, question: &Request) -> Result<Option<Value>, ReadError> {
        read_outcome(self.line.carry(question, Repeat::Safe).await)
    }

    /// The custom attributes the account knows. Those it has by itself are not among them (kustomer.md section 8, mark A).
    pub(super) async fn known_attributes(&self, dataset: &str) -> Result<Vec<Attribute>, ReadError> {
        let answer = self.read(&request::metadata(Object::of(dataset))).await?.unwrap_or_default();
        let properties = answer["data"]["attributes"]["properties"].as_object();
        Ok(properties.into_iter().flatten().filter_map(|(name, meta)| attribute(name, meta)).collect())
    }

    pub(super) async fn define(&self, dataset: &str, field: &str) -> Result<(), ReadError> {
        let name = field.strip_prefix(CUSTOM).unwrap_or(field);
        self.read(&request::define(Object::of(dataset), name, &new_attribute(field).label)).await.map(drop)
    }

    async fn asked(&self, outgoing: &Outgoing) -> Arrived {
        let found = match &outgoing.action {
            Action::Delete { remote_id } => return self.asked_for_deleted(outgoing, remote_id).await,
            Action::Update { remote_id } => self.by_id(Object::of(&outgoing.dataset), remote_id).await,
            Action::Create => return self.asked_for_new(outgoing).await,
        };
        match found {
            Ok(Some(one)) if plan::holds(&one, outgoing) => Arrived::Yes { remote_id: Some(one.remote_id) },
            Ok(Some(_)) => Arrived::No,
            Ok(None) => Arrived::Unknown { reason: format!("“{}” is no longer in Kustomer.", outgoing.key) },
            Err(error) => Arrived::Unanswered { reason: error.to_string() },
        }
    }

    async fn asked_for_deleted(&self, outgoing: &Outgoing, id: &str) -> Arrived {
        match self.by_id(Object::of(&outgoing.dataset), id).await {
            Ok(Some(_)) => Arrived::No,
            Ok(None) => Arrived::Yes { remote_id: Some(id.to_owned()) },
            Err(error) => Arrived::Unanswered { reason: error.to_string() },
        }
    }

    async fn asked_for_new(&self, outgoing: &Outgoing) -> Arrived {
        let asked = if let Some((key, value)) = self.identifier(outgoing) {
            self.under(Object::of(&outgoing.dataset), key, &value).await
        } else {
            let found = self.look_up(&outgoing.dataset, std::slice::from_ref(&outgoing.key)).await;
            found.map(|mut found| found.remove(&outgoing.key).unwrap_or_default())
        };
        match asked.as_deref() {
            Ok([]) if self.identifier(outgoing).is_none() => Arrived::Unknown {
                reason: "The search of Kustomer is about a minute behind, and the record has no other identifier by which to ask.".to_owned(),
            },
            Ok([]) => Arrived::No,
            Ok([one]) => Arrived::Yes { remote_id: Some(one.remote_id.clone()) },
            Ok(several) => Arrived::Unknown {
                reason: format!("Kustomer has {} records for “{}” instead of one.", several.len(), outgoing.key),
            },
            Err(error) => Arrived::Unanswered { reason: error.to_string() },
        }
    }

    /// An identifier of a new record that can be read by: the key itself, or another one that the record has.
    fn identifier(&self, outgoing: &Outgoing) -> Option<(Key, String)> {
        let key = self.config.key(&outgoing.dataset);
        if !matches!(key, Key::Custom(_)) {
            return Some((key, outgoing.key.clone()));
        }
        let body: Value = serde_json::from_str(&outgoing.body).ok()?;
        let text = |pointer| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let email = || text("/emails/0/email").filter(|_| outgoing.dataset == "customers");
        text("/externalId").map(|id| (Key::ExternalId, id)).or_else(|| Some((Key::Email, email()?)))
    }

    /// The records that really have this key.
    async fn under(&self, object: Object, key: Key, value: &str) -> Result<Vec<Existing>, ReadError> {
        match (object, key) {
            (Object::Company, _) => {
                let list = self.read(&request::companies_by_external_id(value)).await?.unwrap_or_default();
                let records = list["data"].as_array().into_iter().flatten().filter_map(answer::record);
                Ok(records.filter(|one| one.value["externalId"].as_str() == Some(value)).collect())
            }
            (Object::Customer, key) => {
                let identifier = if key == Key::Email { "email" } else { "externalId" };
                let found = self.read(&request::customer_by(identifier, value)).await?;
                Ok(found.as_ref().and_then(|found| answer::record(&found["data"])).into_iter().collect())
            }
        }
    }

    pub(super) async fn by_id(&self, object: Object, id: &str) -> Result<Option<Existing>, ReadError> {
        let found = self.read(&request::one(object, id)).await?;
        Ok(found.as_ref().and_then(|found| answer::record(&found["data"])))
    }

    async fn found_by_search(&self, object: Object, attribute: &str, keys: &[String]) -> Result<Found, ReadError> {
        let mut found = Found::new();
        for some in keys.chunks(request::KEYS_AT_ONCE) {
            let question = request::search(object, attribute, some);
            let outcome = self.line.carry_within(Some(&self.search), &question, Repeat::Safe).await;
            let hits = read_outcome(outcome)?.unwrap_or_default();
            let ids = hits["data"].as_array().into_iter().flatten().filter_map(|hit| hit["id"].as_str());
            let asked: Vec<_> = ids.map(|id| self.by_id(object, id)).collect();
            let read: Vec<_> = stream::iter(asked).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
            for record in read.into_iter().flatten() {
                let value = record.value["custom"][attribute].as_str().map(str::to_owned);
                if let Some(key) = value.filter(|value| some.contains(value)) {
                    found.entry(key).or_default().push(record);
                }
            }
        }
        Ok(found)
    }
}

fn read_outcome(outcome: Outcome) -> Result<Option<Value>, ReadError> {
    match outcome {
        Outcome::Answered { reply, .. } => answer::read(reply),
        Outcome::Unsent { reason } | Outcome::Unclear { reason } => Err(ReadError::Unreachable { reason }),
    }
}

pub(super) fn new_attribute(field: &str) -> Attribute {
    let name = field.strip_prefix(CUSTOM).unwrap_or(field);
    Attribute {
        field: field.to_owned(),
        label: label(name),
        kind: held(name).unwrap_or(Kind::Text),
        allowed: Vec::new(),
    }
}

/// What an attribute of this name holds; every dataset has the same endings.
fn held(name: &str) -> Option<Kind> {
    schema::kustomer::schema().dataset("companies")?.free_kind(name)
}

/// The ending of a name says what it holds; names without one are not ours to write.
fn attribute(name: &str, meta: &Value) -> Option<Attribute> {
    let kind = held(name)?;
    let allowed = meta["enumeration"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Some(Attribute {
        field: format!("{CUSTOM}{name}"),
        label: meta["displayName"].as_str().map_or_else(|| label(name), str::to_owned),
        kind,
        allowed: allowed.map(str::to_owned).collect(),
    })
}

/// `creditLimitNum` as `Credit Limit`, which is how Kustomer would name it (kustomer.md section 8, mark D).
fn label(name: &str) -> String {
    let companies = schema::kustomer::schema().dataset("companies");
    let endings = companies.map_or(&[][..], |dataset| dataset.suffixes);
    let stem = endings.iter().find_map(|(ending, _)| name.strip_suffix(ending)).filter(|stem| !stem.is_empty());
    let mut label = String::new();
    for character in stem.unwrap_or(name).chars() {
        if character.is_uppercase() && !label.is_empty() {
            label.push(' ');
        }
        label.extend(if label.is_empty() { character.to_uppercase().collect() } else { vec![character] });
    }
    label
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_called_as_kustomer_would() {
        for (name, expected) in [("creditLimitNum", "Credit Limit"), ("vipBool", "Vip"), ("Str", "Str"), ("x", "X")] {
            assert_eq!(label(name), expected);
        }
        let meta = json!({"type": "string", "displayName": "Tier", "enumeration": ["gold", "iron"]});
        let tier = attribute("tierStr", &meta).expect("an attribute");
        assert_eq!((tier.field.as_str(), tier.label.as_str(), tier.kind), ("custom.tierStr", "Tier", Kind::Text));
        assert_eq!(tier.allowed, ["gold", "iron"]);
        assert_eq!(attribute("tier", &meta), None);
        let new = new_attribute("custom.creditLimitNum");
        assert_eq!((new.label.as_str(), new.kind), ("Credit Limit", Kind::Decimal));
    }
}
