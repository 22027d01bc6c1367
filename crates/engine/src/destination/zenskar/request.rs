//! The calls Zenskar offers, as requests: paths, queries and headers. Which of them to make, and when, is decided elsewhere.

use serde_json::{Value, json};
use uuid::Uuid;

pub(super) use crate::destination::address::{path, query};
use crate::destination::http::Request;
use crate::destination::{Method, Outgoing};

/// Look-ups of several records are cut into pieces of this many; no longest list is published.
pub(super) const KEYS_AT_ONCE: usize = 50;
/// Bytes of such a list before escaping, which may treble it; gateways commonly take addresses of 8 kB.
pub(super) const LONGEST_LIST: usize = 2000;
/// Event ids counted in one query.
pub(super) const EVENTS_AT_ONCE: usize = 500;
/// Records on a page. No largest page is published.
const PAGE: &str = "100";

/// The version all of the API speaks, and the one that streams and their events need (zenskar.md section 1).
const VERSION: &str = "20230501";
const USAGE_VERSION: &str = "20240301";

/// A frozen request, ready to go out.
pub(super) fn of(outgoing: &Outgoing, organisation: Uuid) -> Request {
    let mut request = request(outgoing.method, outgoing.path.clone(), organisation);
    if let Some(key) = &outgoing.idempotency_key {
        request.headers.push(("idempotency-key", key.clone()));
    }
    request.body = Some(outgoing.body.clone()).filter(|body| !body.is_empty());
    request
}

pub(super) fn get(path: String, organisation: Uuid) -> Request {
    request(Method::Get, path, organisation)
}

/// Changes nothing whether or not it is allowed: nobody has this id, and the change is empty.
pub(super) fn harmless_write(organisation: Uuid) -> Request {
    let nobody = Uuid::new_v5(&organisation, b"carryover connection test");
    let mut request = request(Method::Patch, path(&["customers", &nobody.to_string()]), organisation);
    request.body = Some("{}".to_owned());
    request
}

/// Counts the events of a stream that carry one of these ids. What the dashboard uses (zenskar.md section 3, mark V); not
/// verified against a live account.
pub(super) fn count_events(stream: &str, event_ids: &[String], organisation: Uuid) -> Request {
    let filter = json!({"column": "event_id", "operator": "in", "value": event_ids});
    count(stream, &json!([{"logic": "AND", "filters": [filter]}]), organisation)
}

/// Counts all events of a stream. That a query without filters is taken is an assumption.
pub(super) fn count_stream(stream: &str, organisation: Uuid) -> Request {
    count(stream, &json!([]), organisation)
}

fn count(stream: &str, groups: &Value, organisation: Uuid) -> Request {
    let body = json!({
        "table_name": format!("raw_metric_{stream}"),
        "aggregate_operation": {"operation": "COUNT", "column": "timestamp"},
        "visual_query": {"logic": "AND", "groups": groups},
    });
    let mut request = request(Method::Post, "/aggregate/visualquery/preview".to_owned(), organisation);
    request.body = Some(body.to_string());
    request
}

/// The first or a following page of a list.
pub(super) fn page(path: &str, filter: Option<(&str, &str)>, cursor: Option<&str>) -> String {
    let mut parameters = vec![("limit", PAGE)];
    parameters.extend(filter);
    parameters.extend(cursor.map(|cursor| ("cursor", cursor)));
    query(path, &parameters)
}

fn request(method: Method, path: String, organisation: Uuid) -> Request {
    let usage = ["/rawmetric", "/usage/", "/aggregate/"].iter().any(|area| path.starts_with(area));
    let version = if usage { USAGE_VERSION } else { VERSION };
    let headers = vec![("organisation", organisation.to_string()), ("apiversion", version.to_owned())];
    Request { method, path, headers, body: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_an_id_stays_in_its_place() {
        assert_eq!(path(&["customers", "a/b ?c"]), "/customers/a%2Fb%20%3Fc");
        assert_eq!(path(&["usage", "api-calls_2"]), "/usage/api-calls_2");
        assert_eq!(
            page("/customers", Some(("external_id__in", "A&B=1,Ü 2+")), Some("x y")),
            "/customers?limit=100&external_id__in=A%26B%3D1%2C%C3%9C+2%2B&cursor=x+y"
        );
    }

    #[test]
    fn streams_and_events_need_their_own_version() {
        let version = |path: &str| get(path.to_owned(), Uuid::nil()).headers[1].1.clone();
        for (path, expected) in [
            ("/customers?limit=1", VERSION),
            ("/contract_v2", VERSION),
            ("/rawmetric", USAGE_VERSION),
            ("/rawmetric/slug/calls", USAGE_VERSION),
            ("/usage/calls", USAGE_VERSION),
            ("/aggregate/visualquery/preview", USAGE_VERSION),
        ] {
            assert_eq!(version(path), expected, "{path}");
        }
    }
}
