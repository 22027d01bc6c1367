//! Searching: what was so a while ago, never what was written just now. kustomer.md section 8.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answer::{Granted, Refusal, list};
use super::customers::living;
use super::store::{Kind, Store};
use crate::call::Call;

/// How far the index is behind. kustomer.md section 8, [T].
const BEHIND: SignedDuration = SignedDuration::from_secs(60);
/// The largest page, and how many. kustomer.md section 5, [D].
const LARGEST_PAGE: usize = 500;

pub(super) fn search(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let kind = match call.body["queryContext"].as_str() {
        None | Some("customer") => Kind::Customer,
        Some("company") => Kind::Company,
        Some(_) => return Err(Refusal::bad_parameter("queryContext", "is not kept by the practice destination")),
    };
    let seen = call.now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
    let indexed = living(store, kind).filter(|row| written(row).is_some_and(|at| at <= seen));
    let mut rows = Vec::new();
    for row in indexed {
        if fits(&call.body, kind, row)? {
            rows.push(row);
        }
    }
    let number = |name, usual| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (page, size) = (number("page", 1_usize).max(1), number("pageSize", LARGEST_PAGE).clamp(1, LARGEST_PAGE));
    Ok(Granted::ok(list(kind, &rows, page, size, "/v1/customers/search")))
}

fn written(row: &Value) -> Option<Timestamp> {
    row["updatedAt"].as_str()?.parse().ok()
}

fn fits(body: &Value, kind: Kind, row: &Value) -> Result<bool, Refusal> {
    let meets = |name: &str| -> Result<Vec<bool>, Refusal> {
        let criteria = body[name].as_array().into_iter().flatten();
        criteria.map(|criterion| meets(criterion, kind, row)).collect()
    };
    let (and, or, not) = (meets("and")?, meets("or")?, meets("not")?);
    Ok(and.iter().all(|met| *met) && (or.is_empty() || or.contains(&true)) && !not.contains(&true))
}

/// `{attribute: {operator: value}}`, all of them.
fn meets(criterion: &Value, kind: Kind, row: &Value) -> Result<bool, Refusal> {
    for (attribute, test) in criterion.as_object().into_iter().flatten() {
        let values = values(attribute, kind, row)?;
        for (operator, wanted) in test.as_object().into_iter().flatten() {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let met = match operator.as_str() {
                "equals" => values.contains(&wanted),
                "in" => wanted.as_array().is_some_and(|wanted| values.iter().any(|value| wanted.contains(value))),
                "contains" => {
                    values.iter().any(|value| text(value).to_lowercase().contains(&text(wanted).to_lowercase()))
                }
                "not_set" => values.is_empty() == (*wanted == Value::Bool(true)),
                _ => return Err(Refusal::bad_parameter(operator, "is not an operator of the practice destination")),
            };
            if !met {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn values<'r>(attribute: &str, kind: Kind, row: &'r Value) -> Result<Vec<&'r Value>, Refusal> {
    let own = attribute.strip_prefix(kind.word()).and_then(|rest| rest.strip_prefix('_'));
    let own = own.ok_or_else(|| Refusal::bad_parameter(attribute, "is not an attribute of what is searched"))?;
    let entries = |list: &str, member: &str| -> Vec<&'r Value> {
        let entries = row[list].as_array().into_iter().flatten();
        entries.filter_map(|entry| entry.get(member)).collect()
    };
    Ok(match (own.strip_prefix("custom_"), own) {
        (Some(name), _) => row["custom"].get(name).into_iter().collect(),
        (None, "email") => entries("emails", "email"),
        (None, "phone") => entries("phones", "phone"),
        (None, "externalId" | "name") => row.get(own).into_iter().collect(),
        _ => return Err(Refusal::bad_parameter(attribute, "is not an attribute of the practice destination")),
    })
}
