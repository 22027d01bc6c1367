//! Pages, filters and order.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Practice, refused_at};

/// Customers `C-0`, `C-1`, … in the order of their making.
async fn practice_with(customers: usize) -> Practice {
    let practice = Practice::start().await;
    for number in 0..customers {
        let name = if number % 2 == 0 { "Even Ltd" } else { "Odd_Co" };
        let email = (number % 3 == 0).then(|| format!("Desk{number}@acme.example"));
        let body = json!({
            "customer_name": format!("{name} {number}"), "external_id": format!("C-{number}"), "email": email,
            "auto_charge_enabled": number == 0,
        });
        practice.create("/customers", &body).await;
    }
    practice
}

fn external_ids(page: &Value) -> Vec<String> {
    let results = page["results"].as_array().expect("a page has results");
    results.iter().map(|row| row["external_id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let practice = practice_with(5).await;
    let ids: Vec<_> = practice.sandbox.records().customers.iter().map(|row| row["id"].clone()).collect();
    let id = |number: usize| ids[number].as_str().expect("ids are text").to_owned();
    let cases: [(String, &[&str]); 19] = [
        ("external_id=C-3".into(), &["C-3"]),
        ("external_id=c-3".into(), &[]),
        ("external_id=C".into(), &[]),
        ("external_id__in=C-1,C-4,C-9".into(), &["C-4", "C-1"]),
        ("external_id__ilike=c-2".into(), &["C-2"]),
        ("external_id__like=c-2".into(), &[]),
        ("external_id__isnull=true".into(), &[]),
        ("external_id__isnull=false&limit=1".into(), &["C-4"]),
        ("email=Desk3@acme.example".into(), &["C-3"]),
        ("email__in=Desk3@acme.example,Desk0@acme.example".into(), &["C-3", "C-0"]),
        (format!("id={}", id(2)), &["C-2"]),
        (format!("id__in={},{}", id(0), id(3)), &["C-3", "C-0"]),
        ("customer_name__ilike=odd".into(), &["C-3", "C-1"]),
        ("customer_name__ilike=even%2".into(), &["C-2"]),
        ("customer_name__ilike=odd&external_id__in=C-1,C-2".into(), &["C-1"]),
        ("auto_charge_enabled=true".into(), &["C-0"]),
        ("search=customer_name%3Deven,external_id%3DC-4".into(), &["C-4"]),
        ("search_name_external_id=c-1".into(), &["C-1"]),
        ("created_at__gte=2100-01-01T00:00:00Z".into(), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(external_ids(&practice.get(&format!("/customers?{query}")).await.ok()), expected, "{query}");
    }
}

#[tokio::test]
async fn order_is_newest_first_unless_asked_otherwise() {
    let practice = practice_with(3).await;
    let cases = [
        ("", ["C-2", "C-1", "C-0"]),
        ("order=created_at", ["C-0", "C-1", "C-2"]),
        ("order=-created_at", ["C-2", "C-1", "C-0"]),
        ("order=customer_name", ["C-0", "C-2", "C-1"]),
        ("sort_key=external_id&sort_type=desc", ["C-2", "C-1", "C-0"]),
        ("sort_key=external_id", ["C-0", "C-1", "C-2"]),
    ];
    for (query, expected) in cases {
        assert_eq!(external_ids(&practice.get(&format!("/customers?{query}")).await.ok()), expected, "{query}");
    }
}

#[tokio::test]
async fn limits_and_cursors_have_bounds() {
    let practice = practice_with(11).await;
    let first = practice.get("/customers").await.ok();
    assert_eq!((external_ids(&first).len(), &first["total_count"]), (10, &json!(11)));
    assert!(first["next"].is_string() && first["previous"].is_null());
    assert_eq!(external_ids(&practice.get("/customers?limit=1000").await.ok()).len(), 11);
    for query in ["limit=0", "limit=1001", "limit=-1"] {
        refused_at(&practice.get(&format!("/customers?{query}")).await, "query.limit");
    }
    for query in ["cursor=", "cursor=2", "cursor=nowhere", "cursor=%C3%A4"] {
        refused_at(&practice.get(&format!("/customers?{query}")).await, "query.cursor");
    }
    let many = |count| (0..count).map(|number| format!("C-{number}")).collect::<Vec<_>>().join(",");
    practice.get(&format!("/customers?external_id__in={}", many(100))).await.ok();
    refused_at(&practice.get(&format!("/customers?external_id__in={}", many(101))).await, "query.external_id__in");
}

#[tokio::test]
async fn a_cursor_outlives_the_rows_after_it_but_not_its_own() {
    let practice = practice_with(3).await;
    let next = practice.get("/customers?limit=2").await.ok()["next"].as_str().expect("there is more").to_owned();
    let id = |number: usize| practice.sandbox.records().customers[number]["id"].as_str().map(str::to_owned);
    practice.delete(&format!("/customers/{}", id(0).expect("ids are text"))).await.ok();
    let page = practice.get(&format!("/customers?limit=2&cursor={next}")).await.ok();
    assert_eq!((external_ids(&page).len(), &page["total_count"]), (0, &json!(2)));
    practice.delete(&format!("/customers/{}", id(0).expect("ids are text"))).await.ok();
    assert_eq!(practice.get(&format!("/customers?limit=2&cursor={next}")).await.status, 400);
}

/// Follows a cursor to the end and gives back all that was seen.
async fn walk(practice: &Practice, limit: usize, start: Option<String>, direction: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = start;
    loop {
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = practice.get(&format!("/customers?limit={limit}{from}")).await.ok();
        pages.push(external_ids(&page));
        match page[direction].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return pages,
        }
    }
}

#[test]
fn pages_show_every_row_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(&(0_usize..14, 1_usize..6), |(count, limit)| {
            let seen = runtime.block_on(async {
                let practice = practice_with(count).await;
                walk(&practice, limit, None, "next").await
            });
            let expected: Vec<_> = (0..count).rev().map(|number| format!("C-{number}")).collect();
            prop_assert_eq!(seen.concat(), expected);
            Ok(())
        })
        .expect("every row is seen once");
}

#[tokio::test]
async fn pages_lead_back_the_way_they_came() {
    let practice = practice_with(7).await;
    let forth = walk(&practice, 3, None, "next").await;
    let second = practice.get("/customers?limit=3").await.ok()["next"].as_str().map(str::to_owned);
    let last =
        practice.get(&format!("/customers?limit=3&cursor={}", second.expect("there is a second page"))).await.ok();
    let last = last["next"].as_str().map(str::to_owned);
    let mut back = walk(&practice, 3, last, "previous").await;
    back.reverse();
    assert_eq!(back, forth);
}
