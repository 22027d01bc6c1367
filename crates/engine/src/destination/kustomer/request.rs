//! The calls Kustomer offers, as requests: paths, queries and bodies. Which of them to make, and when, is decided elsewhere.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

pub(super) use crate::destination::address::{path, query};
use crate::destination::http::Request;
use crate::destination::{Action, Method, Outgoing};

/// Keys in one search. How many the grammar takes is not published (kustomer.md section 8, mark A).
pub(super) const KEYS_AT_ONCE: usize = 50;
/// The largest page of a search (kustomer.md section 5, mark D).
const SEARCH_PAGE: &str = "500";
/// Nobody has this id.
const NOBODY: &str = "000000000000000000000000";

/// The two kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Object {
    Company,
    Customer,
}

impl Object {
    pub(super) fn of(dataset: &str) -> Self {
        if dataset == "companies" { Self::Company } else { Self::Customer }
    }

    /// As in paths.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Customer => "customers",
        }
    }

    /// As in searches and metadata.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Customer => "customer",
        }
    }
}

/// A frozen request, ready to go out.
pub(super) fn of(outgoing: &Outgoing) -> Request {
    with_body(outgoing.method, outgoing.path.clone(), outgoing.body.clone())
}

pub(super) fn get(path: String) -> Request {
    Request { method: Method::Get, path, headers: Vec::new(), body: None }
}

pub(super) fn token() -> Request {
    get("/v1/auth/tokens/current".to_owned())
}

pub(super) fn current_user() -> Request {
    get("/v1/users/current".to_owned())
}

pub(super) fn one(object: Object, id: &str) -> Request {
    get(path(&["v1", object.plural(), id]))
}

/// The first record, to see whether reading is allowed.
pub(super) fn first(object: Object) -> Request {
    get(query(&path(&["v1", object.plural()]), &[("pageSize", "1")]))
}

pub(super) fn customer_by(identifier: &str, value: &str) -> Request {
    get(format!("/v1/customers/{identifier}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
}

pub(super) fn companies_by_external_id(external_id: &str) -> Request {
    get(query("/v1/companies", &[("externalId", external_id)]))
}

/// Records with one of these values in a custom attribute. What it finds is what was so a while ago; see `lookup`.
pub(super) fn search(object: Object, attribute: &str, values: &[String]) -> Request {
    let member = format!("{}_custom_{attribute}", object.name());
    let any: Vec<Value> = values.iter().map(|value| json!({ member.as_str(): { "equals": value } })).collect();
    let body = json!({ "queryContext": object.name(), "or": any });
    let path = query("/v1/customers/search", &[("page", "1"), ("pageSize", SEARCH_PAGE)]);
    with_body(Method::Post, path, body.to_string())
}

/// A search that finds nobody, to see whether searching is allowed.
pub(super) fn empty_search() -> Request {
    let body = json!({ "queryContext": "customer", "and": [{ "customer_externalId": { "equals": NOBODY } }] });
    with_body(Method::Post, query("/v1/customers/search", &[("page", "1"), ("pageSize", "1")]), body.to_string())
}

pub(super) fn metadata(object: Object) -> Request {
    get(path(&["v1", "metadata", object.name()]))
}

/// Defines a custom attribute. That those left out are kept is assumed (kustomer.md section 8, mark A).
pub(super) fn define(object: Object, name: &str, label: &str) -> Request {
    let body = json!({ "properties": { name: { "displayName": label } } });
    with_body(Method::Put, path(&["v1", "metadata", object.name()]), body.to_string())
}

/// Many records as one job. `items` are their bodies with a reference in each.
pub(super) fn bulk(object: Object, action: &Action, items: &[String]) -> Request {
    let method = if *action == Action::Create { Method::Post } else { Method::Put };
    with_body(method, path(&["v1", object.plural(), "bulk"]), format!("[{}]", items.join(",")))
}

pub(super) fn job(id: &str) -> Request {
    get(path(&["v1", "bulk", id]))
}

pub(super) fn job_batches(id: &str) -> Request {
    get(path(&["v1", "bulk", id, "batches"]))
}

/// A change of nobody, and an empty one: allowed or not, it changes nothing.
pub(super) fn harmless_update(object: Object) -> Request {
    let method = if object == Object::Customer { Method::Patch } else { Method::Put };
    with_body(method, path(&["v1", object.plural(), NOBODY]), "{}".to_owned())
}

/// A job for no record: allowed or not, it makes nothing.
pub(super) fn harmless_create(object: Object) -> Request {
    with_body(Method::Post, path(&["v1", object.plural(), "bulk"]), "[]".to_owned())
}

fn with_body(method: Method, path: String, body: String) -> Request {
    Request { method, path, headers: Vec::new(), body: Some(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_key_stays_in_its_place() {
        let path = |identifier, value| customer_by(identifier, value).path;
        assert_eq!(path("externalId", "A/1 ?ü"), "/v1/customers/externalId=A%2F1%20%3F%C3%BC");
        assert_eq!(path("email", "a+b@quill.example"), "/v1/customers/email=a%2Bb%40quill%2Eexample");
        assert_eq!(companies_by_external_id("A&B=1").path, "/v1/companies?externalId=A%26B%3D1");
    }

    #[test]
    fn a_search_names_its_object_and_every_value() {
        let request = search(Object::Company, "accountStr", &["A-1".to_owned(), "A-2".to_owned()]);
        assert_eq!(
            request.body.as_deref(),
            Some(
                r#"{"queryContext":"company","or":[{"company_custom_accountStr":{"equals":"A-1"}},{"company_custom_accountStr":{"equals":"A-2"}}]}"#
            )
        );
        assert!(!request.path.contains("replace"));
    }
}
