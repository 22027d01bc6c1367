//! Reading usage back: rows, counts and sums.

use serde_json::{Value, json};

use crate::support::{Practice, event, refused_at, stream};

const PATH: &str = "/aggregate/visualquery/preview";

/// Ten events `e0` to `e9` over ten days, amounts 0.10 to 1.00; the last without an amount.
async fn practice_with_events() -> Practice {
    let practice = Practice::start().await;
    practice.create("/rawmetric", &stream("calls")).await;
    let events: Vec<_> = (0..10)
        .map(|number| {
            let mut event = event(&format!("e{number}"), &format!("{}.{}0", (number + 1) / 10, (number + 1) % 10));
            event["timestamp"] = json!(format!("2025-06-{:02}T00:00:00Z", number + 1));
            event["customer_id"] = json!(if number % 2 == 0 { "even" } else { "odd" });
            event["data"]["calls"] = json!(number);
            if number == 9 {
                event["data"].as_object_mut().expect("data is an object").remove("amount");
            }
            event
        })
        .collect();
    practice.post("/usage/calls", &json!(events)).await.ok();
    practice
}

fn query(filters: &Value) -> Value {
    let groups = json!([{ "logic": "AND", "filters": filters }]);
    json!({ "table_name": "raw_metric_calls", "visual_query": { "logic": "AND", "groups": groups } })
}

fn filter(column: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({ "column": column, "operator": operator, "value": value.into() })
}

fn aggregate(filters: &Value, operation: &str, column: &str) -> Value {
    let mut query = query(filters);
    query["aggregate_operation"] = json!({ "operation": operation, "column": column });
    query
}

#[tokio::test]
async fn rows_are_flat_and_paged() {
    let practice = practice_with_events().await;
    let all = practice.post(PATH, &query(&json!([]))).await.ok();
    assert_eq!(all["total_count"], 10);
    assert_eq!(
        all["results"][0],
        json!({ "customer_id": "even", "timestamp": "2025-06-01T00:00:00Z", "event_id": "e0", "amount": "0.10", "calls": 0 })
    );
    let mut page = query(&json!([]));
    page["limit"] = json!(3);
    page["offset"] = json!(8);
    let page = practice.post(PATH, &page).await.ok();
    let ids: Vec<_> = page["results"].as_array().expect("a list").iter().map(|row| row["event_id"].clone()).collect();
    assert_eq!((ids, &page["total_count"]), (vec![json!("e8"), json!("e9")], &json!(10)));
    let mut sorted = query(&json!([]));
    sorted["order_by"] = json!([{ "column": "customer_id", "type": "DESC" }, { "column": "calls", "type": "DESC" }]);
    let sorted = practice.post(PATH, &sorted).await.ok();
    let calls: Vec<_> =
        sorted["results"].as_array().expect("a list").iter().map(|row| row["calls"].to_string()).collect();
    assert_eq!(calls.join(""), "9753186420");
}

#[tokio::test]
async fn counts_and_sums_obey_filters() {
    let practice = practice_with_events().await;
    let cases = [
        (json!([]), "10", "4.50"),
        (json!([filter("event_id", "in", json!(["e1", "e2", "e2", "nobody"]))]), "2", "0.50"),
        (json!([filter("event_id", "eq", json!("e3"))]), "1", "0.40"),
        (json!([filter("event_id", "in", json!([]))]), "0", "0"),
        (json!([filter("customer_id", "eq", json!("odd"))]), "5", "2.00"),
        (json!([filter("customer_id", "neq", json!("odd"))]), "5", "2.50"),
        (
            json!([
                filter("timestamp", "gte", json!("2025-06-03 00:00:00")),
                filter("timestamp", "lt", json!("2025-06-05T00:00:00Z"))
            ]),
            "2",
            "0.70",
        ),
        (json!([filter("amount", "gte", json!(0.8))]), "2", "1.70"),
        (json!([filter("amount", "gt", json!("0.8"))]), "1", "0.90"),
        (json!([filter("amount", "eq", json!("0.100"))]), "1", "0.10"),
        (json!([filter("calls", "lte", json!(1)), filter("event_id", "in", json!(["e1", "e2"]))]), "1", "0.20"),
    ];
    for (filters, count, sum) in cases {
        let counted = practice.post(PATH, &aggregate(&filters, "COUNT", "timestamp")).await.ok();
        assert_eq!(counted["results"][0]["count"].to_string(), count, "{filters}");
        let summed = practice.post(PATH, &aggregate(&filters, "SUM", "amount")).await.ok();
        assert_eq!(summed, json!({ "results": [{ "sum": sum }] }), "{filters}");
    }
    let filled = practice.post(PATH, &aggregate(&json!([]), "COUNT", "amount")).await.ok();
    assert_eq!(filled["results"][0]["count"], 9, "a column is counted where it is filled");
}

#[tokio::test]
async fn groups_join_by_and_or() {
    let practice = practice_with_events().await;
    let one = filter("event_id", "eq", json!("e1"));
    let even = filter("customer_id", "eq", json!("even"));
    let late = filter("calls", "gte", json!(8));
    let cases = [
        ("AND", json!([{ "logic": "OR", "filters": [one, even] }]), 6),
        ("OR", json!([{ "logic": "AND", "filters": [one] }, { "logic": "AND", "filters": [even, late] }]), 2),
        ("AND", json!([{ "logic": "AND", "filters": [even] }, { "logic": "OR", "filters": [late, one] }]), 1),
        ("OR", json!([{ "logic": "AND", "filters": [one] }]), 1),
        ("OR", json!([]), 10),
    ];
    for (logic, groups, expected) in cases {
        let mut query = aggregate(&json!([]), "COUNT", "timestamp");
        query["visual_query"] = json!({ "logic": logic, "groups": groups });
        assert_eq!(practice.post(PATH, &query).await.ok()["results"][0]["count"], expected, "{logic} {groups}");
    }
}

#[tokio::test]
async fn look_ups_see_events_that_came_later() {
    let practice = practice_with_events().await;
    let wanted = aggregate(&json!([filter("event_id", "in", json!(["e1", "late"]))]), "COUNT", "timestamp");
    assert_eq!(practice.post(PATH, &wanted).await.ok()["results"][0]["count"], 1);
    practice.post("/usage/calls", &json!([event("late", "1"), event("late", "1")])).await.ok();
    assert_eq!(practice.post(PATH, &wanted).await.ok()["results"][0]["count"], 3);
}

#[tokio::test]
async fn what_has_no_meaning_here_is_refused() {
    let practice = practice_with_events().await;
    let with = |member: &str, value: Value| {
        let mut query = query(&json!([]));
        query[member] = value;
        query
    };
    let cases = [
        (query(&json!([filter("nothing", "eq", json!("x"))])), "body.column"),
        (query(&json!([filter("event_id", "about", json!("x"))])), "body.operator"),
        (query(&json!([filter("event_id", "in", json!("x"))])), "body.value"),
        (query(&json!([filter("amount", "eq", json!("ten"))])), "body.value"),
        (query(&json!([filter("timestamp", "gte", json!("June"))])), "body.value"),
        (aggregate(&json!([]), "SUM", "event_id"), "body.aggregate_operation"),
        (aggregate(&json!([]), "AVG", "amount"), "body.aggregate_operation"),
        (with("customer_mapping", json!({})), "body.customer_mapping"),
        (with("limit", json!(0)), "body.limit"),
        (with("offset", json!(-1)), "body.offset"),
        (json!({ "table_name": "raw_metric_calls" }), "body.visual_query"),
    ];
    for (query, place) in cases {
        refused_at(&practice.post(PATH, &query).await, place);
    }
    for table in ["raw_metric_unknown", "calls"] {
        assert_eq!(practice.post(PATH, &with("table_name", json!(table))).await.status, 404, "{table}");
    }
}
