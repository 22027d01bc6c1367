//! Custom attributes: which there are, and new ones. kustomer.md section 8.

use serde_json::{Map, Value, json};

use super::answer::{Granted, Refusal};
use super::store::Store;
use crate::call::Call;

/// Endings and the types they stand for. kustomer.md section 8, [D][T].
const TYPES: [(&str, &str); 8] = [
    ("Str", "string"),
    ("Txt", "text"),
    ("Num", "number"),
    ("At", "date"),
    ("Bool", "boolean"),
    ("Url", "url"),
    ("Id", "id"),
    ("Tree", "tree"),
];

#[expect(clippy::unnecessary_wraps, reason = "every operation has the form of a handler")]
pub(super) fn get(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let resource = call.path("resource");
    Ok(Granted::ok(shown(resource, store.metadata.get(resource))))
}

/// What is left out stays as it is. kustomer.md section 8, [T][A].
pub(super) fn put(store: &mut Store, call: &Call<'_>) -> Result<Granted, Refusal> {
    let resource = call.path("resource").to_owned();
    if !["customer", "company"].contains(&resource.as_str()) {
        return Err(Refusal::not_found("resource"));
    }
    let properties = call.body["properties"].as_object().cloned().unwrap_or_default();
    let mut new = Vec::new();
    for (name, meta) in properties {
        let kind = TYPES.iter().find(|(ending, _)| name.len() > ending.len() && name.ends_with(ending));
        let (_, kind) = kind.ok_or_else(|| Refusal::bad_parameter(&name, "has no ending that says its type"))?;
        let mut meta = meta.as_object().cloned().unwrap_or_default();
        meta.insert("type".to_owned(), json!(kind));
        meta.entry("displayName").or_insert_with(|| json!(name));
        new.push((name, Value::Object(meta)));
    }
    let known = store.metadata.entry(resource.clone()).or_default();
    known.extend(new);
    Ok(Granted::ok(shown(&resource, Some(known))))
}

fn shown(resource: &str, properties: Option<&Map<String, Value>>) -> Value {
    let attributes = json!({ "properties": properties.cloned().unwrap_or_default() });
    json!({ "data": { "type": "metadata", "id": resource, "attributes": attributes } })
}
