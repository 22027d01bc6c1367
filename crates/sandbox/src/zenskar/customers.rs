//! Customers: create, look up, change, delete. zenskar.md section 2.

use serde_json::{Map, Value, json};

use super::{
    answer::{Problem, Refusal, body_problem, refuse_any},
    list::list_plain,
    settings::check_entity,
    store::Store,
};
use crate::call::Call;

/// Switches that are on unless switched off. zenskar.md section 2, [V].
const ON_BY_DEFAULT: [&str; 2] = ["communications_enabled", "auto_charge_enabled"];
/// Which members are mandatory is not published; all three are. zenskar-openapi.json, `TaxId`.
const TAX_MEMBERS: [&str; 3] = ["country_code", "tax_code", "tax_id"];

pub(super) fn list(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    list_plain(&store.customers, call)
}

pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    find(store, call.path("customer_id")).cloned()
}

pub(super) fn create(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut customer = call.complete_body();
    let id = settle_id(&mut customer, call);
    for switch in ON_BY_DEFAULT.iter().filter(|switch| customer[**switch].is_null()).collect::<Vec<_>>() {
        customer[*switch] = json!(true);
    }
    check(store, &customer, &id)?;
    if store.customers.get(&id).is_some() {
        return Err(Refusal::bad_request("Customer with this id already exists"));
    }
    Ok(save(store, customer, &id, &call.stamp(), call))
}

/// Members left out keep their value; `custom_data` is replaced, not merged: unpublished, [A].
pub(super) fn update(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let before = find(store, call.path("customer_id"))?;
    let mut customer = before.as_object().cloned().unwrap_or_default();
    customer.extend(call.body.as_object().cloned().unwrap_or_default());
    // The entity cannot change after creation, although the update lists it. zenskar.md section 2, [D8][D6].
    if customer["business_entity_id"] != before["business_entity_id"] {
        return Err(Refusal::bad_request("The business entity of a customer cannot be changed"));
    }
    let (id, created_at) = (text(&customer, "id").to_owned(), customer["created_at"].clone());
    if text(&customer, "external_id").is_empty() {
        customer["external_id"] = Value::Null;
    }
    check(store, &customer, &id)?;
    Ok(save(store, customer, &id, &created_at, call))
}

/// Refused while there are contracts; the vendor names active ones, this is the stricter reading. [V][A]
pub(super) fn delete(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.path("customer_id");
    find(store, id)?;
    if store.contracts.with("customer_id", id).next().is_some() {
        return Err(Refusal::bad_request("Customer with contracts cannot be deleted"));
    }
    store.customers.remove(id);
    Ok(json!({ "id": id, "deleted": true }))
}

pub(super) fn list_addresses(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    find(store, call.path("customer_id"))?;
    Ok(json!([]))
}

/// The customer with this id.
pub(super) fn find<'a>(store: &'a Store, id: &str) -> Result<&'a Value, Refusal> {
    store.customers.get(id).ok_or_else(|| Refusal::not_found("Customer"))
}

/// A UUID as external id becomes the id itself; an empty one is none. zenskar.md section 2, [D7].
fn settle_id(customer: &mut Map<String, Value>, call: &Call<'_>) -> String {
    let external_id = text(customer, "external_id");
    // Only the hyphenated form: 32 hexadecimal digits are more often somebody's hash.
    let own = Some(external_id).filter(|text| text.len() == 36).and_then(|text| text.parse().ok());
    let id = own.unwrap_or_else(|| call.new_id()).to_string();
    if external_id.is_empty() {
        customer["external_id"] = Value::Null;
    }
    id
}

fn save(store: &mut Store, mut customer: Map<String, Value>, id: &str, created_at: &Value, call: &Call<'_>) -> Value {
    customer.insert("id".into(), json!(id));
    customer.insert("created_at".into(), created_at.clone());
    customer.insert("updated_at".into(), call.stamp());
    let customer = Value::Object(customer);
    store.customers.put(customer.clone());
    customer
}

fn check(store: &Store, customer: &Map<String, Value>, id: &str) -> Result<(), Refusal> {
    let mut problems = tax_problems(&customer["tax_info"]);
    // The contract wants text; that it must say something is the stricter reading. [A]
    if text(customer, "customer_name").trim().is_empty() {
        problems.push(body_problem(vec![json!("customer_name")], "must not be empty", "value_error"));
    }
    if customer["phone_number"].as_str().is_some_and(|phone| !is_phone(phone)) {
        let message = "must be a + with country code and 7 to 15 digits";
        problems.push(body_problem(vec![json!("phone_number")], message, "value_error"));
    }
    refuse_any(problems)?;
    check_entity(&customer["business_entity_id"])?;
    let email = text(customer, "email");
    // Case does not make an address another one. zenskar.md section 2, [D4]; case [A].
    if !email.is_empty() && store.customers.with("email", email).any(|other| other["id"] != id) {
        return Err(Refusal::bad_request("Customer with this email already exists"));
    }
    Ok(())
}

fn tax_problems(tax_info: &Value) -> Vec<Problem> {
    let items = tax_info.as_array().into_iter().flatten().enumerate();
    let pairs = items.flat_map(|(at, item)| TAX_MEMBERS.map(|member| (at, member, &item[member])));
    let lacking = pairs.filter(|(_, _, value)| value.as_str().is_none_or(|text| text.trim().is_empty()));
    lacking
        .map(|(at, member, _)| {
            body_problem(vec![json!("tax_info"), json!(at), json!(member)], "Field required", "missing")
        })
        .collect()
}

/// Malformed numbers are refused, how exactly is not published. zenskar.md section 2, [D4][A].
fn is_phone(phone: &str) -> bool {
    let Some(number) = phone.strip_prefix('+') else { return false };
    let digits = number.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits) && number.chars().all(|letter| letter.is_ascii_digit() || " -().".contains(letter))
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> &'a str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}
