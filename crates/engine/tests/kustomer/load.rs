//! Records one by one and by other keys; the test of a connection.

use engine::destination::heard::Heard;
use engine::destination::{Answer, Arrived, CheckState, Destination, Known, ReadError};
use jiff::SignedDuration;
use sandbox::Account;
use serde_json::json;

use super::super::{by, deliver, existing, load, open, practice, record, requests, spacious};

#[tokio::test]
async fn companies_come_first_and_customers_belong_to_them() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let companies = [record(1, &[("externalId", "C-1"), ("name", "Quillfeather")])];
    let nobody = Known::default();
    assert_eq!(load(&kustomer, "companies", &companies, &nobody).await, [("created", 1)]);
    assert_eq!(load(&kustomer, "companies", &companies, &nobody).await, [("unchanged", 1)]);
    let mut known = Known::default();
    known.insert("companies", "C-1", existing(&kustomer, "companies", "C-1").await[0].remote_id.clone());

    let customer = |name| {
        [record(1, &[("externalId", "P/1 ü"), ("name", name), ("company", "C-1"), ("email", "maren@quill.example")])]
    };
    assert_eq!(load(&kustomer, "customers", &customer("Maren"), &known).await, [("created", 1)]);
    assert_eq!(load(&kustomer, "customers", &customer("Maren"), &known).await, [("unchanged", 1)]);
    assert_eq!(load(&kustomer, "customers", &customer("Maren O."), &known).await, [("updated", 1)]);
    let held = sandbox.records();
    assert_eq!((held.companies.len(), held.customers.len()), (1, 1));
    assert_eq!(held.customers[0]["company"], held.companies[0]["id"], "a change does not unlink");
    sandbox.stop().await;
}

#[tokio::test]
async fn what_others_have_added_stays() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let first = [record(1, &[("externalId", "P-1"), ("email", "a@quill.example"), ("mobile", "+4520123456")])];
    load(&kustomer, "customers", &first, &Known::default()).await;
    let second = [record(1, &[("externalId", "P-1"), ("name", "Maren"), ("email", "b@quill.example")])];
    assert_eq!(load(&kustomer, "customers", &second, &Known::default()).await, [("updated", 1)]);
    let customer = &sandbox.records().customers[0];
    let mails: Vec<_> = customer["emails"].as_array().expect("a list").iter().map(|entry| &entry["email"]).collect();
    assert_eq!(mails, ["a@quill.example", "b@quill.example"]);
    assert_eq!(customer["phones"][0]["phone"], "+4520123456");
    assert_eq!(load(&kustomer, "customers", &second, &Known::default()).await, [("unchanged", 1)]);
    sandbox.stop().await;
}

#[tokio::test]
async fn customers_are_found_by_their_default_address() {
    let (sandbox, _) = practice(spacious()).await;
    let kustomer = open(&sandbox, by("customers", "email"));
    let rows = [record(1, &[("email", "maren+a@quill.example"), ("name", "Maren")])];
    assert_eq!(load(&kustomer, "customers", &rows, &Known::default()).await, [("created", 1)]);
    let other = [record(1, &[("email", "Maren+A@quill.example"), ("name", "Maren O.")])];
    assert_eq!(load(&kustomer, "customers", &other, &Known::default()).await, [("updated", 1)]);
    assert_eq!(sandbox.records().customers.len(), 1);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_custom_attribute_is_searched_and_every_hit_read_again() {
    let (sandbox, usual) = practice(spacious()).await;
    let kustomer = open(&sandbox, by("customers", "custom.accountStr"));
    let row = |name| record(1, &[("custom.accountStr", "A-17"), ("name", name), ("externalId", "P-1")]);
    let known = Known::default();
    usual.create_attribute("customers", "custom.accountStr").await.expect("made known");
    assert_eq!(load(&kustomer, "customers", &[row("Maren")], &known).await, [("created", 1)]);
    let [outgoing] = &requests(&kustomer, "customers", &[row("Maren")], &known)[..] else { unreachable!("one row") };
    assert!(existing(&kustomer, "customers", "A-17").await.is_empty(), "the search is a minute behind");
    assert!(matches!(kustomer.ask(outgoing).await, Arrived::Yes { .. }), "its number is asked instead");
    assert!(
        !deliver(&kustomer, &requests(&kustomer, "customers", &[row("Ada")], &known)[0]).await,
        "nothing is doubled"
    );
    sandbox.advance_clock(SignedDuration::from_secs(61));
    assert_eq!(load(&kustomer, "customers", &[row("Maren")], &known).await, [("unchanged", 1)]);
    assert_eq!(load(&kustomer, "customers", &[row("Maren O.")], &known).await, [("updated", 1)]);

    let bare = [record(2, &[("custom.accountStr", "A-18"), ("name", "Jonas")])];
    let outgoing = &requests(&kustomer, "customers", &bare, &known)[0];
    assert!(matches!(kustomer.ask(outgoing).await, Arrived::Unknown { .. }), "nothing else to ask by");
    assert_eq!(sandbox.records().customers.len(), 1);
    sandbox.stop().await;
}

#[tokio::test]
async fn two_records_under_one_key_are_not_touched() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let rows = [record(1, &[("externalId", "C-1"), ("name", "Quillfeather")])];
    for outgoing in requests(&kustomer, "companies", &[rows[0].clone(), rows[0].clone()], &Known::default()) {
        assert!(deliver(&kustomer, &outgoing).await);
    }
    assert_eq!(sandbox.records().companies.len(), 2, "Kustomer may take the same number twice");
    assert_eq!(load(&kustomer, "companies", &rows, &Known::default()).await, [("skipped", 1)]);
    sandbox.stop().await;
}

#[tokio::test]
async fn attributes_are_listed_with_what_their_endings_say() {
    let (sandbox, kustomer) = practice(spacious()).await;
    assert_eq!(kustomer.attributes("companies").await, Ok(Some(Vec::new())));
    kustomer.create_attribute("companies", "custom.creditLimitNum").await.expect("made known");
    let known = kustomer.attributes("companies").await.expect("asked").expect("a list");
    assert_eq!((known[0].field.as_str(), known[0].label.as_str()), ("custom.creditLimitNum", "Credit Limit"));
    let refused = kustomer.create_attribute("companies", "custom.tier").await;
    assert!(matches!(refused, Err(ReadError::Refused { status: 400, .. })), "{refused:?}");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_test_of_a_connection_names_every_missing_role() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let checks = kustomer.test(&|_| ()).await;
    assert!(checks.iter().all(|check| check.state == CheckState::Passed), "{checks:?}");
    let names: Vec<_> = checks.iter().map(|check| check.name).collect();
    let expected =
        ["reached", "key", "organisation", "companies", "customers", "attributes", "bulk", "search", "environment"];
    assert_eq!(names, expected);
    assert_eq!(sandbox.counts(), sandbox::Counts::default(), "nothing was changed");
    sandbox.stop().await;

    let roles =
        ["org.user.company.read", "org.user.company.write", "org.permission.customer", "org.permission.metadata.read"];
    let account = Account { roles: roles.map(str::to_owned).into(), ..spacious() };
    let (sandbox, kustomer) = practice(account).await;
    let checks = kustomer.test(&|_| ()).await;
    let told = |name: &str| {
        let check = checks.iter().find(|check| check.name == name).expect("a check");
        (check.state, check.told.clone(), check.remedy.clone().unwrap_or_default())
    };
    assert_eq!(told("companies").0, CheckState::Passed, "older names count");
    let (state, customers, remedy) = told("customers");
    assert_eq!(state, CheckState::Failed, "a role that stands above others is tried out: {customers}");
    assert!(
        customers.contains("although its roles say so") && remedy.contains("make a new key"),
        "{customers} {remedy}"
    );
    let (state, attributes, _) = told("attributes");
    assert_eq!(state, CheckState::Warned);
    assert!(attributes.contains("It lacks: org.permission.metadata.update."), "{attributes}");
    assert!(told("bulk").1.contains("org.permission.bulk.read"));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_full_window_is_waited_for_without_a_refusal() {
    let (sandbox, kustomer) = practice(Account { requests_per_minute: 8, ..Account::default() }).await;
    for _ in 0..3 {
        existing(&kustomer, "customers", "nobody").await;
    }
    let waited =
        tokio::time::timeout(std::time::Duration::from_millis(300), existing(&kustomer, "customers", "x")).await;
    assert!(waited.is_err(), "the rest of the window is left to others");
    assert!(sandbox.log().iter().all(|request| request.status != Some(429)), "{:?}", sandbox.log());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_taken_identifier_is_named() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let rows = [record(1, &[("externalId", "P-1"), ("email", "maren@quill.example")])];
    load(&kustomer, "customers", &rows, &Known::default()).await;
    let other = [record(2, &[("externalId", "P-2"), ("email", "maren@quill.example")])];
    let outgoing = &requests(&kustomer, "customers", &other, &Known::default())[0];
    let Answer::Refused { reason, .. } = kustomer.send(outgoing, &Heard::default()).await else {
        unreachable!("it is taken")
    };
    assert_eq!(reason, "The e-mail address “maren@quill.example” already belongs to another record in Kustomer.");
    // The very same record again is no clash: an earlier upload may have been cut off after it.
    let same = &requests(&kustomer, "customers", &rows, &Known::default())[0];
    assert!(matches!(kustomer.send(same, &Heard::default()).await, Answer::Accepted { .. }));
    assert_eq!(sandbox.records().customers.len(), 1);
    assert_eq!(json!(sandbox.records().customers[0]["externalId"]), "P-1");
    sandbox.stop().await;
}
