//! Products and their prices. zenskar.md section 5.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{
    answer::{Problem, Refusal, body_problem, refuse_any},
    list::{list_plain, list_within},
    store::Store,
};
use crate::call::Call;

pub(super) fn list_products(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    list_plain(&store.products, call)
}

pub(super) fn get_product(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    find_product(store, call.path("product_id")).cloned()
}

/// The same name or SKU twice makes two products: nothing published says otherwise. [A]
pub(super) fn create_product(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut product = call.complete_body();
    if product["is_active"].is_null() {
        product["is_active"] = json!(true);
    }
    product.insert("id".into(), json!(call.new_id()));
    product.insert("created_at".into(), call.stamp());
    save_product(store, product, call)
}

pub(super) fn update_product(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut product = find_product(store, call.path("product_id"))?.as_object().cloned().unwrap_or_default();
    product.extend(call.body.as_object().cloned().unwrap_or_default());
    save_product(store, product, call)
}

/// Refused while a contract bills it. [A]
pub(super) fn delete_product(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = find_product(store, call.path("product_id"))?["id"].clone();
    if store.contracts.iter().any(|(_, contract)| lines(contract).any(|line| line["product_id"] == id)) {
        return Err(Refusal::bad_request("Product with contracts cannot be deleted"));
    }
    let id = id.as_str().unwrap_or_default();
    let pricings: Vec<_> = store.pricings.with("product_id", id).map(|pricing| pricing["id"].clone()).collect();
    for pricing in &pricings {
        store.pricings.remove(pricing.as_str().unwrap_or_default());
    }
    store.products.remove(id);
    Ok(json!({ "id": id, "deleted": true }))
}

pub(super) fn list_pricings(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let product = find_product(store, call.path("product_id"))?["id"].as_str().unwrap_or_default();
    list_within(&store.pricings, "product_id", product, call)
}

/// `return_existing=true` gives back the equal one instead of adding another. zenskar.md section 5, [D23][V].
pub(super) fn create_pricing(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let product = find_product(store, call.path("product_id"))?["id"].clone();
    refuse_any(pricing_problems(&call.body, &[]))?;
    let content = format!("{product} {}", canonical(&call.body));
    if call.query("return_existing") == Some("true")
        && let Some(existing) = store.pricing_by_content.get(&content).and_then(|id| store.pricings.get(id))
    {
        return Ok(existing.clone());
    }
    let id = call.new_id();
    let mut pricing = call.complete_body();
    pricing.insert("id".into(), json!(id));
    pricing.insert("product_id".into(), product);
    let pricing: Value = pricing.into_iter().filter(|(member, value)| !is_absent_list(member, value)).collect();
    store.pricings.put(pricing.clone());
    store.pricing_by_content.entry(content).or_insert_with(|| id.to_string());
    Ok(pricing)
}

pub(super) fn find_product<'a>(store: &'a Store, id: &str) -> Result<&'a Value, Refusal> {
    store.products.get(id).ok_or_else(|| Refusal::not_found("Product"))
}

/// What the contract leaves to words: what each kind of quantity needs, and tiers that are parallel lists.
/// zenskar.md section 4, [D23][V].
pub(super) fn pricing_problems(pricing: &Value, steps: &[Value]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut lacking = |member: &str| {
        let steps = [steps, &[json!("quantity"), json!(member)]].concat();
        problems.push(body_problem(steps, "Field required", "missing"));
    };
    let quantity = &pricing["quantity"];
    let needed: &[&str] = match quantity["type"].as_str() {
        // A dated history of quantities stands in for the one quantity.
        Some("fixed") if quantity["quantity_entries"].is_array() => &["unit"],
        Some("fixed") => &["quantity", "unit"],
        Some("metered") => &["aggregate_id"],
        _ => &[],
    };
    needed.iter().filter(|member| quantity[**member].is_null()).for_each(|member| lacking(member));
    let data = &pricing["pricing_data"];
    if data["unit_amount"].is_array() && !are_parallel_tiers(&data["unit_amount"], &data["up_to"]) {
        let steps = [steps, &[json!("pricing_data"), json!("up_to")]].concat();
        problems.push(body_problem(steps, "must be as long as unit_amount and end with null", "value_error"));
    }
    if !is_currency(&data["currency"]) {
        let steps = [steps, &[json!("pricing_data"), json!("currency")]].concat();
        problems.push(body_problem(steps, "is not an ISO 4217 currency", "value_error"));
    }
    problems
}

/// Whether a code is one of ISO 4217; the contract asks for three letters only.
pub(super) fn is_currency(code: &Value) -> bool {
    code.as_str().is_some_and(|code| iso_currency::Currency::from_code(code).is_some())
}

/// All lines of a contract.
pub(super) fn lines(contract: &Value) -> impl Iterator<Item = &Value> {
    let phases = contract["phases"].as_array().into_iter().flatten();
    phases.flat_map(|phase| phase["pricings"].as_array().into_iter().flatten())
}

fn save_product(store: &mut Store, mut product: Map<String, Value>, call: &Call<'_>) -> Result<Value, Refusal> {
    // A client may send a list, answers show an object. zenskar-openapi.json, `CreateProductRequest`.
    match &product["tax_codes"] {
        Value::Null | Value::Object(_) => {}
        Value::Array(codes) => product["tax_codes"] = json!({ "codes": codes }),
        _ => return Err(Refusal::problems([body_problem(vec![json!("tax_codes")], "must be a list", "value_error")])),
    }
    product.insert("updated_at".into(), call.stamp());
    let product = Value::Object(product);
    store.products.put(product.clone());
    Ok(product)
}

fn are_parallel_tiers(amounts: &Value, bounds: &Value) -> bool {
    let length = |list: &Value| list.as_array().map(Vec::len);
    let last = bounds.as_array().and_then(|bounds| bounds.last());
    length(amounts) == length(bounds) && last.is_some_and(Value::is_null)
}

/// The contract has these as lists where they are present, so an absent one is not shown as null.
fn is_absent_list(member: &str, value: &Value) -> bool {
    let lists = ["payment_terms", "grants", "consumptions", "discounts", "commitments", "free_units", "taxes"];
    value.is_null() && lists.contains(&member)
}

/// One text for all ways of writing the same JSON: members in order, numbers by value.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().map(|(name, value)| (json!(name), canonical(value))).collect();
            members.sort_by_key(|(name, _)| name.to_string());
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Number(number) => {
            let text = number.as_str();
            let decimal = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
            decimal.map_or_else(|_| text.to_owned(), |decimal| decimal.normalize().to_string())
        }
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::canonical;

    #[test]
    fn equal_content_has_one_form() {
        let cases = [
            (r#"{"a":1.0,"b":[1e1,null]}"#, r#"{"b":[10,null],"a":1}"#, true),
            (r#"{"a":"1.0"}"#, r#"{"a":"1"}"#, false),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#, false),
            (r"[1,2]", r"[2,1]", false),
            (r#"{"a":-0.0}"#, r#"{"a":0}"#, true),
        ];
        for (left, right, equal) in cases {
            let read = |text| canonical(&serde_json::from_str::<Value>(text).expect("the case is JSON"));
            assert_eq!(read(left) == read(right), equal, "{left} and {right}");
        }
    }
}
