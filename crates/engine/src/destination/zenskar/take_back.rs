//! Taking back what was made in Zenskar: what can be deleted there at all, and what stays. zenskar.md sections 2 to 5.
//!
//! What a connected system got of a record (section 2, “Side effect”) is not taken back. Nothing of this is verified against
//! a live account.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{Zenskar, request};
use crate::destination::touched::{Stamps, touched};
use crate::destination::{Made, Method, Outgoing, ReadError, TakeBack};

const STAMPS: Stamps = Stamps { made: "created_at", changed: "updated_at", revision: None };
/// Questions asked side by side; how many are under way is decided by the connection.
const SIDE_BY_SIDE: usize = 16;

/// Why nothing of a stage can be taken back: none of these has a call that deletes (sections 3 and 5).
pub(super) fn keeps(stage: &str) -> Option<&'static str> {
    Some(match stage {
        "customers" | "products" | "contracts" => return None,
        "usage" => "Usage events cannot be deleted in Zenskar. They can only be corrected by further events.",
        "streams" => "Usage streams cannot be deleted in Zenskar from here.",
        "prices" => "Prices cannot be deleted in Zenskar from here.",
        _ => "Zenskar is not known to delete these.",
    })
}

impl Zenskar {
    pub(super) async fn taken_back(&self, made: &[Made], going: &HashSet<String>) -> Result<Vec<TakeBack>, ReadError> {
        let asked: Vec<_> = made.iter().map(|one| self.by_id(&one.dataset, &one.remote_id)).collect();
        let found: Vec<Option<Value>> = stream::iter(asked).buffered(SIDE_BY_SIDE).try_collect().await?;
        let there = made.iter().zip(&found).filter(|(_, found)| found.is_some()).map(|(one, _)| one);
        let hanging = self.hanging(&there.collect::<Vec<_>>(), going).await?;
        let judge = |(one, now): (&Made, Option<Value>)| match now {
            None => TakeBack::Gone,
            Some(now) => self.judge(one, &now, hanging.get(&one.remote_id)),
        };
        Ok(made.iter().zip(found).map(judge).collect())
    }

    /// A record as it is now; `None` where it is no longer there.
    pub(super) async fn by_id(&self, dataset: &str, id: &str) -> Result<Option<Value>, ReadError> {
        let found =
            self.read(&request::get(request::path(&[collection(dataset), id]), self.config.organisation)).await?;
        // A contract that was deleted may be shown with the moment of that (section 4, mark V).
        Ok(found.filter(|found| found["deleted_at"].is_null()))
    }

    fn judge(&self, made: &Made, now: &Value, hanging: Option<&String>) -> TakeBack {
        if let Some(status) = now["status"].as_str().filter(|status| made.dataset == "contracts" && *status != "draft")
        {
            let reason = format!("It is {status} in Zenskar, and only drafts can be deleted.");
            return TakeBack::Stays { reason };
        }
        if let Some(field) = touched(made, &self.line.as_kept(now), STAMPS) {
            return TakeBack::Stays { reason: format!("It was changed in Zenskar since (“{field}”).") };
        }
        match hanging {
            Some(reason) => TakeBack::Stays { reason: reason.clone() },
            None => TakeBack::Delete(deletion(made)),
        }
    }

    /// Records on which contracts hang that do not go, whoever made those; with the reason to tell.
    async fn hanging(&self, made: &[&Made], going: &HashSet<String>) -> Result<HashMap<String, String>, ReadError> {
        let mut hanging = HashMap::new();
        let Some(first) = made.first() else { return Ok(hanging) };
        let contracts = match first.dataset.as_str() {
            "customers" => {
                let ids: Vec<&str> = made.iter().map(|one| one.remote_id.as_str()).collect();
                self.contracts_of(&ids).await?
            }
            "products" => self.contracts_with_phases().await?,
            _ => Vec::new(),
        };
        for contract in contracts {
            let id = contract["id"].as_str().unwrap_or_default();
            if going.contains(id) {
                continue;
            }
            let name = contract["name"].as_str().unwrap_or(id);
            for used in uses(&contract) {
                hanging.entry(used).or_insert_with(|| format!("The contract “{name}” hangs on it in Zenskar."));
            }
        }
        Ok(hanging)
    }
}

fn collection(dataset: &str) -> &str {
    if dataset == "contracts" { "contract_v2" } else { dataset }
}

/// The ids of the customer and the products of a contract.
fn uses(contract: &Value) -> Vec<String> {
    let of = |value: &Value| value.as_str().map(str::to_owned);
    let phases = contract["phases"].as_array().into_iter().flatten();
    let lines = phases.flat_map(|phase| phase["pricings"].as_array().into_iter().flatten());
    let products = lines.filter_map(|line| of(&line["product_id"]).or_else(|| of(&line["product"]["id"])));
    ["customer_id", "invoice_payer_customer_id"]
        .into_iter()
        .filter_map(|member| of(&contract[member]))
        .chain(products)
        .collect()
}

fn deletion(made: &Made) -> Outgoing {
    made.deletion(Method::Delete, request::path(&[collection(&made.dataset), &made.remote_id]), String::new())
}
