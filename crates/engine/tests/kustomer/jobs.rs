//! Records that travel together.

use engine::destination::{Destination, Known};
use sandbox::Account;

use super::super::{load, practice, record, spacious};

fn rows(ids: &[String]) -> Vec<engine::destination::Record<'_>> {
    ids.iter().zip(1..).map(|(id, row)| record(row, &[("externalId", id), ("name", id)])).collect()
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("P-{number}")).collect()
}

#[tokio::test]
async fn customers_go_a_hundred_at_a_time_and_companies_one_by_one() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let ids = ids(250);
    assert_eq!(load(&kustomer, "customers", &rows(&ids), &Known::default()).await, [("created", 250)]);
    let sent = |path: &str, method: &str| {
        sandbox.log().iter().filter(|request| request.path == path && request.method == method).count()
    };
    assert_eq!((sent("/v1/customers/bulk", "POST"), sent("/v1/customers", "POST")), (3, 0));
    load(&kustomer, "companies", &rows(&ids[..20]), &Known::default()).await;
    assert_eq!((sent("/v1/companies/bulk", "POST"), sent("/v1/companies", "POST")), (0, 20));

    let renamed: Vec<_> = ids.iter().map(|id| format!("{id} renamed")).collect();
    let changed: Vec<_> = ids
        .iter()
        .zip(&renamed)
        .zip(1..)
        .map(|((id, name), row)| record(row, &[("externalId", id), ("name", name)]))
        .collect();
    assert_eq!(load(&kustomer, "customers", &changed, &Known::default()).await, [("updated", 250)]);
    assert_eq!(sent("/v1/customers/bulk", "PUT"), 3);
    assert_eq!(load(&kustomer, "companies", &changed[..20], &Known::default()).await, [("updated", 20)]);
    assert_eq!(sent("/v1/companies/bulk", "PUT"), 1);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_record_that_is_refused_leaves_the_others_alone() {
    let (sandbox, kustomer) = practice(spacious()).await;
    let ids = ids(40);
    let mut records = rows(&ids);
    // Malformed: Kustomer turns the whole job down. Taken: only the record.
    records[7].values.push(("phone", super::super::text("not a number")));
    records[20].values.push(("email", super::super::text("same@quill.example")));
    records[21].values.push(("email", super::super::text("same@quill.example")));
    let outcome = load(&kustomer, "customers", &records, &Known::default()).await;
    assert_eq!(outcome, [("created", 38), ("refused", 2)]);
    assert_eq!(sandbox.records().customers.len(), 38);
    sandbox.stop().await;
}

#[tokio::test]
async fn without_the_right_to_look_at_jobs_records_go_one_by_one() {
    let mut account = spacious();
    account.roles.retain(|role| !role.contains("bulk"));
    let (sandbox, kustomer) = practice(account).await;
    let ids = ids(30);
    assert_eq!(load(&kustomer, "customers", &rows(&ids), &Known::default()).await, [("created", 30)]);
    assert!(sandbox.log().iter().all(|request| !request.path.contains("bulk")));
    sandbox.stop().await;
}

#[tokio::test]
async fn whatever_goes_wrong_nothing_is_lost_or_doubled() {
    let (sandbox, kustomer) = practice(Account { requests_per_minute: 1_000_000, ..Account::default() }).await;
    let ids = ids(300);
    let faults = "429=0.05,retry-after=0,500-before=0.05,500-after=0.05,cut-before=0.05,cut-after=0.05,truncated=0.05,wrong-type=0.05,408=0.03";
    sandbox.set_faults(faults.parse().expect("known faults"));
    load(&kustomer, "companies", &rows(&ids[..40]), &Known::default()).await;
    load(&kustomer, "customers", &rows(&ids), &Known::default()).await;
    sandbox.set_faults("".parse().expect("no faults"));
    let counts = sandbox.counts();
    assert_eq!((counts.companies, counts.customers), (40, 300));
    assert!(kustomer.traffic().retries > 0, "there was something to survive");
    sandbox.stop().await;
}
