//! What Zenskar holds: by key before anything is sent, by request after a doubt, and by count for usage.

use std::collections::{HashMap, HashSet};

use futures::future::try_join_all;
use serde_json::Value;
use uuid::Uuid;

use super::encode::{catalogue::ProductKey, contracts::contract_id, usage};
use super::{Zenskar, answer, plan, request};
use crate::destination::http::Request;
use crate::destination::retry::{Outcome, Repeat};
use crate::destination::{Action, Arrived, Existing, Found, Outgoing, ReadError};

/// The stage whose records have no id over there: they are counted.
const USAGE: &str = "usage";
/// More pages than this mean that a filter was not understood.
const MOST_PAGES: usize = 1000;

impl Zenskar {
    /// Customers by number, streams by slug, products by SKU or name, contracts by reference. Prices need no look-up,
    /// because Zenskar returns an equal one; events are counted instead.
    pub(super) async fn look_up(&self, dataset: &str, keys: &[String]) -> Result<Found, ReadError> {
        match dataset {
            "customers" => self.customers(keys).await,
            "streams" => self.streams(keys).await,
            "products" => self.products(keys).await,
            "contracts" => self.contracts(keys).await,
            _ => Ok(Found::new()),
        }
    }

    pub(super) async fn has_arrived(&self, outgoing: &Outgoing) -> Arrived {
        let mut arrived = self.asked(outgoing).await;
        if matches!(arrived, Ok(Arrived::No | Arrived::Part { .. })) {
            self.line.settle().await;
            arrived = self.asked(outgoing).await;
        }
        arrived.unwrap_or_else(|error| Arrived::Unanswered { reason: error.to_string() })
    }

    /// Records by their keys, many at once; events batch by batch.
    pub(super) async fn have_arrived(&self, outgoing: &[Outgoing]) -> Result<Vec<Arrived>, ReadError> {
        let mut keys: HashMap<&str, Vec<String>> = HashMap::new();
        for outgoing in outgoing.iter().filter(|outgoing| outgoing.dataset != USAGE) {
            keys.entry(&outgoing.dataset).or_default().push(outgoing.key.clone());
        }
        let mut found: HashMap<&str, Found> = HashMap::new();
        for (dataset, keys) in keys {
            found.insert(dataset, self.look_up(dataset, &keys).await?);
        }
        let asked = outgoing.iter().map(|outgoing| async {
            match found.get(outgoing.dataset.as_str()) {
                Some(found) => Ok(arrived(outgoing, found.get(&outgoing.key).map_or(&[], Vec::as_slice))),
                None => self.asked_for_events(outgoing).await,
            }
        });
        try_join_all(asked).await
    }

    /// Events in the stream that a batch goes to. Where Zenskar does not take the question, nothing is known.
    pub(super) async fn in_stream(&self, outgoing: &Outgoing) -> Result<Option<u64>, ReadError> {
        if outgoing.dataset != USAGE {
            return Ok(None);
        }
        let question = request::count_stream(stream(outgoing), self.config.organisation);
        match self.read(&question).await {
            // No such stream yet.
            Ok(None) => Ok(Some(0)),
            Ok(Some(answer)) => Ok(counted(&answer)),
            Err(ReadError::Refused { .. } | ReadError::Unreadable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many events with these ids a stream holds.
    pub(super) async fn count(&self, stream: &str, event_ids: &[String]) -> Result<u64, ReadError> {
        let mut count = 0;
        for ids in event_ids.chunks(request::EVENTS_AT_ONCE) {
            let question = request::count_events(stream, ids, self.config.organisation);
            let answer = self.read(&question).await?;
            count += answer.as_ref().and_then(counted).ok_or_else(|| ReadError::Unreadable {
                reason: format!("Zenskar did not say how many events of “{stream}” it has."),
            })?;
        }
        Ok(count)
    }

    /// One question, repeated as often as it takes; asking changes nothing. `None` is 404.
    pub(super) async fn read(&self, question: &Request) -> Result<Option<Value>, ReadError> {
        match self.line.carry(question, Repeat::Safe).await {
            Outcome::Answered { reply, .. } => answer::read(reply),
            Outcome::Unsent { reason } | Outcome::Unclear { reason } => Err(ReadError::Unreachable { reason }),
        }
    }

    async fn asked(&self, outgoing: &Outgoing) -> Result<Arrived, ReadError> {
        if let Action::Delete { remote_id } = &outgoing.action {
            let there = self.by_id(&outgoing.dataset, remote_id).await?.is_some();
            return Ok(if there { Arrived::No } else { Arrived::Yes { remote_id: Some(remote_id.clone()) } });
        }
        if outgoing.dataset == USAGE {
            return self.asked_for_events(outgoing).await;
        }
        let keys = std::slice::from_ref(&outgoing.key);
        let found = self.look_up(&outgoing.dataset, keys).await?;
        Ok(arrived(outgoing, found.get(&outgoing.key).map_or(&[], Vec::as_slice)))
    }

    async fn asked_for_events(&self, outgoing: &Outgoing) -> Result<Arrived, ReadError> {
        let unknown = |reason: &str| Ok(Arrived::Unknown { reason: reason.to_owned() });
        let Some(ids) = usage::event_ids(&outgoing.body) else {
            return unknown("The events carry no numbers of their own, so they cannot be found again.");
        };
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return unknown("Some events carry the same number, so they cannot be counted.");
        }
        let all = ids.len() as u64;
        Ok(match self.count(stream(outgoing), &ids).await? {
            0 => Arrived::No,
            count if count == all => Arrived::Yes { remote_id: None },
            count => {
                let reason = format!("Zenskar has {count} of the {} events of this batch.", ids.len());
                if count < all { Arrived::Part { reason } } else { Arrived::Unknown { reason } }
            }
        })
    }

    async fn customers(&self, keys: &[String]) -> Result<Found, ReadError> {
        // A number with a comma would fall apart in a list.
        let (single, listed): (Vec<&str>, Vec<&str>) =
            keys.iter().map(String::as_str).partition(|key| key.contains(','));
        let mut filters: Vec<_> = lists(&listed).into_iter().map(|list| ("external_id__in", list)).collect();
        filters.extend(single.iter().map(|number| ("external_id", (*number).to_owned())));
        // A number that is a UUID may have become the id itself (zenskar.md section 2, identity rules).
        let ids: Vec<&str> = listed.into_iter().filter(|key| Uuid::parse_str(key).is_ok()).collect();
        filters.extend(lists(&ids).into_iter().map(|list| ("id__in", list)));
        let mut values = Vec::new();
        for (name, list) in filters {
            values.extend(self.list("/customers", Some((name, &list))).await?);
        }
        Ok(by_key(keys, |key| with(&values, &["external_id", "id"], key)))
    }

    async fn streams(&self, keys: &[String]) -> Result<Found, ReadError> {
        let mut values = Vec::new();
        for slug in keys {
            // An unknown slug answers 200 with `null` (zenskar.md section 3).
            let path = request::path(&["rawmetric", "slug", slug]);
            values.extend(self.get(path).await?.filter(Value::is_object));
        }
        Ok(by_key(keys, |key| with(&values, &["api_slug"], key)))
    }

    /// The whole catalogue: there is no filter for the SKU, and the one for names takes patterns.
    async fn products(&self, keys: &[String]) -> Result<Found, ReadError> {
        let values = self.list("/products", None).await?;
        Ok(by_key(keys, |key| ProductKey::parse(key).among(&values)))
    }

    async fn contracts(&self, keys: &[String]) -> Result<Found, ReadError> {
        let id = |reference: &str| contract_id(self.config.migration, reference).to_string();
        let ids: Vec<_> = keys.iter().map(|key| id(key)).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let mut values = Vec::new();
        for list in lists(&ids) {
            for value in self.list("/contract_v2", Some(("id__in", &list))).await? {
                values.push(self.with_phases(value).await?);
            }
        }
        Ok(by_key(keys, |key| with(&values, &["id"], &id(key))))
    }

    /// A list may leave out the phases; the record itself has them.
    async fn with_phases(&self, value: Value) -> Result<Value, ReadError> {
        match answer::id(&value) {
            Some(id) if value["phases"].is_null() && Uuid::parse_str(&id).is_ok() => {
                Ok(self.get(request::path(&["contract_v2", &id])).await?.unwrap_or(value))
            }
            _ => Ok(value),
        }
    }

    /// The contracts of customers, without their phases.
    pub(super) async fn contracts_of(&self, customers: &[&str]) -> Result<Vec<Value>, ReadError> {
        let mut contracts = Vec::new();
        for list in lists(customers) {
            contracts.extend(self.list("/contract_v2", Some(("customer_id__in", &list))).await?);
        }
        Ok(contracts)
    }

    /// Every contract of the account: there is no filter for products.
    pub(super) async fn contracts_with_phases(&self) -> Result<Vec<Value>, ReadError> {
        let mut contracts = Vec::new();
        for contract in self.list("/contract_v2", None).await? {
            contracts.push(self.with_phases(contract).await?);
        }
        Ok(contracts)
    }

    async fn get(&self, path: String) -> Result<Option<Value>, ReadError> {
        self.read(&request::get(path, self.config.organisation)).await
    }

    /// All pages of a list. Zenskar's pages come in two notations (zenskar.md section 11).
    async fn list(&self, path: &str, filter: Option<(&str, &str)>) -> Result<Vec<Value>, ReadError> {
        let (mut values, mut cursor) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.get(request::page(path, filter, cursor.as_deref())).await?.unwrap_or_default();
            let results = page.get("results").or_else(|| page.get("data")).and_then(Value::as_array);
            let Some(results) = results else { break };
            values.extend(results.iter().cloned());
            cursor = page["next"].as_str().filter(|next| !next.is_empty()).map(str::to_owned);
            if cursor.is_none() || results.is_empty() {
                return Ok(values);
            }
        }
        Err(ReadError::Unreadable { reason: format!("Zenskar's list at “{path}” has no end or is not a list.") })
    }
}

/// The stream that a batch of events goes to.
fn stream(outgoing: &Outgoing) -> &str {
    outgoing.path.rsplit('/').next().unwrap_or_default()
}

/// Keys as the lists that filters take, each short enough for one address.
fn lists(keys: &[&str]) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for (count, key) in keys.iter().enumerate() {
        match lists.last_mut() {
            Some(list) if count % request::KEYS_AT_ONCE > 0 && list.len() + key.len() < request::LONGEST_LIST => {
                list.push(',');
                list.push_str(key);
            }
            _ => lists.push((*key).to_owned()),
        }
    }
    lists
}

/// What lies under each key, each record once.
fn by_key<'v>(keys: &[String], of: impl Fn(&str) -> Vec<&'v Value>) -> Found {
    let mut found = Found::new();
    for key in keys {
        let mut records: Vec<Existing> = Vec::new();
        for value in of(key) {
            let Some(remote_id) = answer::id(value) else { continue };
            if records.iter().all(|other| other.remote_id != remote_id) {
                records.push(Existing { remote_id, value: value.clone() });
            }
        }
        if !records.is_empty() {
            found.insert(key.clone(), records);
        }
    }
    found
}

/// The records with exactly this text in one of these members, in case a filter was taken less exactly over there.
fn with<'v>(values: &'v [Value], members: &[&str], text: &str) -> Vec<&'v Value> {
    values.iter().filter(|value| members.iter().any(|member| value[member].as_str() == Some(text))).collect()
}

fn arrived(outgoing: &Outgoing, existing: &[Existing]) -> Arrived {
    match (&outgoing.action, existing) {
        (_, []) if outgoing.dataset == "prices" => Arrived::Unknown {
            reason: "A price cannot be looked up, but sending it again makes no second one.".to_owned(),
        },
        (Action::Create, []) => Arrived::No,
        (Action::Create, [one]) => Arrived::Yes { remote_id: Some(one.remote_id.clone()) },
        (Action::Create, several) => Arrived::Unknown {
            reason: format!("Zenskar has {} records for “{}” instead of one.", several.len(), outgoing.key),
        },
        // Asked by id instead.
        (Action::Delete { .. }, _) => Arrived::Unknown { reason: format!("“{}” was to be deleted.", outgoing.key) },
        (Action::Update { remote_id }, existing) => match existing.iter().find(|one| one.remote_id == *remote_id) {
            Some(one) if plan::holds(one, outgoing) => Arrived::Yes { remote_id: Some(remote_id.clone()) },
            Some(_) => Arrived::No,
            None => Arrived::Unknown { reason: format!("“{}” is no longer in Zenskar.", outgoing.key) },
        },
    }
}

/// `{"results": [{"count": 12}]}`; the number may be written as text.
fn counted(answer: &Value) -> Option<u64> {
    let row = answer["results"].get(0)?;
    let value = row.get("count").or_else(|| row.as_object()?.values().next())?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_are_found_under_their_own_key_only() {
        let keys = ["1".to_owned(), "10".to_owned(), "2".to_owned()];
        let values = [
            json!({"id": "a", "external_id": "1"}),
            json!({"id": "b", "external_id": "1"}),
            json!({"id": "b", "external_id": "1"}),
            json!({"id": "c", "external_id": "10"}),
            json!({"id": "d", "external_id": "100"}),
            json!({"external_id": "2"}),
        ];
        let found = by_key(&keys, |key| with(&values, &["external_id"], key));
        let ids = |key| found.get(key).map(|found| found.iter().map(|one| one.remote_id.as_str()).collect::<Vec<_>>());
        assert_eq!((ids("1"), ids("10"), ids("2")), (Some(vec!["a", "b"]), Some(vec!["c"]), None));
    }

    #[test]
    fn lists_hold_every_key_once_and_stay_short() {
        let long = "x".repeat(request::LONGEST_LIST / 2 - 1);
        assert_eq!(lists(&[&long, &long, &long, "a"]), [format!("{long},{long}"), format!("{long},a")]);
        let keys: Vec<_> = (0..120).map(|key| key.to_string()).collect();
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        let lists = lists(&keys);
        assert_eq!(lists.iter().map(|list| list.split(',').count()).collect::<Vec<_>>(), [50, 50, 20]);
        assert_eq!(lists.join(","), keys.join(","));
    }

    #[test]
    fn a_count_is_read_in_any_notation() {
        for (answer, expected) in [
            (json!({"results": [{"count": 12}]}), Some(12)),
            (json!({"results": [{"count": "12"}]}), Some(12)),
            (json!({"results": [{"count(timestamp)": 3}]}), Some(3)),
            (json!({"results": []}), None),
            (json!({"results": [{"count": -1}]}), None),
            (json!({}), None),
        ] {
            assert_eq!(counted(&answer), expected, "{answer}");
        }
    }
}
