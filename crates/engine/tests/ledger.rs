//! The model of the ledger (docs/LEDGER.md) against the ledger itself: whatever becomes of requests, answers and the
//! program, in whatever order, each record is at the destination once in the end, and the ledger says so.
//!
//! The migration, its file and the upload are the real ones. The destination is written for this test behind the trait that
//! stands between the two: it speaks Zenskar's requests, but what becomes of each is drawn.

mod ledger {
    mod undo;
    pub(super) mod world;
}

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::api::sending::{FIRST, UploadRequest, Uploaded};
use engine::api::signing::Role;
use engine::api::{Actor, ApiError, Migration, draft::ImportRequest};
use engine::settings::connection::{Connection, Environment};
use engine::upload::Control;
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use self::ledger::world::{Fate, World};

const ORGANISATION: &str = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";
/// Starts of the program after which it has to be done, however the draws fell.
const LIVES: usize = 120;

const CUSTOMERS: &str = "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel,b@mosel.example\n\
                         3,Neckar,c@neckar.example\n4,Oker,d@oker.example\n5,Peene,e@peene.example\n";
const USAGE: &str = "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,4\ne2,2,2026-03-01T10:00:00Z,5\n\
                     e3,3,2026-03-01T11:00:00Z,4\ne4,1,2026-03-02T10:00:00Z,4\ne5,5,2026-03-02T11:00:00Z,7\n";
const CONTRACTS: &str = "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period\n\
                         K1,1,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK1,1,Seat,EUR,2026-01-01,2026-12-31,5,P1M\n\
                         K2,2,Fee,EUR,2026-01-01,2026-12-31,100,P1M\nK3,4,Fee,EUR,2026-02-01,2026-12-31,80,P1M\n";

/// One computer: a folder with a migration, its backup, and a clock.
struct Desk {
    folder: TempDir,
    clock: Timestamp,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder"), clock: Timestamp::UNIX_EPOCH };
        let mut migration = Migration::create(&desk.migration(), "zenskar", desk.actor()).expect("a new migration");
        for (dataset, text) in [("customers", CUSTOMERS), ("usage", USAGE), ("contracts", CONTRACTS)] {
            let path = desk.path(&format!("{dataset}.csv"));
            fs::write(&path, text).expect("a file");
            let request =
                ImportRequest { path, dataset: Some(dataset.to_owned()), hints: engine::intake::Hints::default() };
            migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("it can be read");
        }
        let checked = migration.check(&mut |_| ControlFlow::Continue(())).expect("it can be checked");
        assert!(checked.datasets.values().all(|one| one.with_errors == 0), "{checked:?}");
        drop(migration);
        desk.back_up();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn migration(&self) -> PathBuf {
        self.path("m.carryover")
    }

    fn actor(&self) -> Actor {
        Actor { name: "Maren Okafor".to_owned(), now: self.clock, today: jiff::civil::date(2026, 10, 12) }
    }

    /// As one copies a file, with what SQLite keeps beside it after a crash.
    fn back_up(&self) {
        self.copy("m.carryover", "backup.carryover");
    }

    fn put_back(&self) {
        self.copy("backup.carryover", "m.carryover");
    }

    fn copy(&self, from: &str, to: &str) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let (from, to) = (self.path(&format!("{from}{end}")), self.path(&format!("{to}{end}")));
            if to.exists() {
                fs::remove_file(&to).expect("removed");
            }
            if from.exists() && end != "-shm" {
                fs::copy(&from, &to).expect("copied");
            }
        }
    }

    /// One start of the program: to its end, or until it crashes (`None`).
    async fn life(&self, world: &World) -> Option<Result<Uploaded, ApiError>> {
        let mut migration = Migration::open(&self.migration(), self.actor()).expect("it opens after any crash");
        let unfinished = migration.upload_state().expect("readable").last.is_some_and(|last| !last.finished);
        let destination = world.open(migration.id().expect("it has one"));
        let request = UploadRequest { resume: unfinished, ..UploadRequest::default() };
        let (control, connection, now) = (Arc::new(Control::default()), connection(), world.clock());
        let mut tell = |_| ();
        let upload = migration.upload(&connection, &destination, request, (&control, &now), &mut tell);
        tokio::select! {
            biased;
            () = world.crash() => None,
            ended = upload => Some(ended),
        }
    }
}

fn connection() -> Connection {
    let mut connection =
        Connection::new("Practice", "zenskar", "http://127.0.0.1", ORGANISATION, Environment::Practice);
    connection.batch_size = 2;
    connection.concurrency = 2;
    connection
}

/// What becomes of each request, as often as drawn; then all goes well.
fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Taken),
        2 => Just(Fate::LostBefore),
        2 => Just(Fate::LostAfter),
        2 => Just(Fate::LostAndLate),
        1 => Just(Fate::NotSent),
        1 => Just(Fate::Refused),
        1 => Just(Fate::KeyExpired),
        3 => Just(Fate::CrashBefore),
        3 => Just(Fate::CrashAfter),
        1 => Just(Fate::CrashAndLate),
        1 => Just(Fate::Unheard),
    ];
    prop::collection::vec(fate, 0..70)
}

/// What happens between two starts of the program.
#[derive(Debug, Clone, Copy)]
enum Between {
    Nothing,
    KeysForgotten,
    ADayPasses,
    ClockPutBack,
    BackedUp,
    PutBack,
}

fn betweens() -> impl Strategy<Value = Vec<Between>> {
    let between = prop_oneof![
        4 => Just(Between::Nothing),
        2 => Just(Between::KeysForgotten),
        1 => Just(Between::ADayPasses),
        1 => Just(Between::ClockPutBack),
        2 => Just(Between::BackedUp),
        2 => Just(Between::PutBack),
    ];
    prop::collection::vec(between, 0..12)
}

fn happen(between: Between, desk: &Desk, world: &World) {
    match between {
        Between::Nothing => {}
        Between::KeysForgotten => world.forget_keys(),
        Between::ADayPasses => {
            world.pass(jiff::SignedDuration::from_hours(25));
            world.forget_keys();
        }
        Between::ClockPutBack => world.pass(jiff::SignedDuration::from_hours(-3)),
        Between::BackedUp => desk.back_up(),
        // A backup is older than anything that may still be on its way.
        Between::PutBack => {
            world.settle();
            desk.put_back();
            world.forget_keys();
        }
    }
}

async fn all_through(fates: Vec<Fate>, betweens: Vec<Between>) -> Result<(), TestCaseError> {
    let (desk, world) = (Desk::new(), World::new(fates));
    let mut betweens = betweens.into_iter();
    for _ in 0..LIVES {
        if let Some(Ok(uploaded)) = desk.life(&world).await
            && uploaded.complete()
            && betweens.len() == 0
        {
            return exactly_once(&desk, &world, &uploaded);
        }
        if let Some(between) = betweens.next() {
            happen(between, &desk, &world);
        }
    }
    Err(TestCaseError::fail(format!("it does not come to its end: {world:?}")))
}

fn exactly_once(desk: &Desk, world: &World, uploaded: &Uploaded) -> Result<(), TestCaseError> {
    for (kind, expected) in [
        ("customers", vec!["1", "2", "3", "4", "5"]),
        ("streams", vec!["usage"]),
        ("usage", vec!["e1", "e2", "e3", "e4", "e5"]),
        ("products", vec!["Fee", "Seat"]),
        ("contracts", vec!["K1", "K2", "K3"]),
    ] {
        prop_assert_eq!(world.keys(kind), expected, "{}: {:?}", kind, world);
    }
    prop_assert_eq!(world.keys("prices").len(), 3, "{:?}", world);
    for (dataset, rows) in [("customers", 5), ("usage", 5), ("contracts", 4)] {
        let tally = uploaded.datasets[dataset];
        prop_assert_eq!(tally.created + tally.updated + tally.unchanged, rows, "{}: {:?}", dataset, tally);
    }
    let migration = open(&desk.migration(), desk.actor());
    let lines = migration.tie_out_lines(&mut |_| ControlFlow::Continue(())).expect("it can be tied out");
    prop_assert!(lines.iter().all(|line| line.difference == 0 && line.loaded == line.extracted), "{:?}", lines);
    Ok(())
}

fn open(path: &Path, actor: Actor) -> Migration {
    Migration::open(path, actor).expect("it opens")
}

/// Runs on a clock that jumps to the next moment at which something is due.
fn run(fates: Vec<Fate>, betweens: Vec<Between>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let through = async { tokio::time::timeout(Duration::from_secs(1 << 30), all_through(fates, betweens)).await };
    runtime.expect("a runtime").block_on(through).expect("nothing waits for ever")
}

#[test]
fn when_nothing_goes_wrong() {
    run(Vec::new(), Vec::new()).expect("each record arrives once");
}

/// After five customers come a stream, three batches of events, two products, three prices and the contracts: what is made
/// on the way of a row is not the row.
#[test]
fn a_crash_after_the_first_of_each_kind_loses_nothing() {
    for before in [0, 5, 6, 9, 11, 14] {
        let mut fates = vec![Fate::Taken; before];
        fates.push(Fate::CrashAfter);
        run(fates, vec![Between::KeysForgotten]).unwrap_or_else(|failure| panic!("crash after {before}: {failure}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_record_arrives_once(fates in fates(), betweens in betweens()) {
        run(fates, betweens)?;
    }
}

/// What a person confirms before the first three go is what then goes; where the migration stands is told all the way.
#[tokio::test(start_paused = true)]
async fn the_records_the_plan_puts_first_go_first_and_two_people_sign_in_the_end() {
    let (desk, world) = (Desk::new(), World::new(Vec::new()));
    let mut migration = Migration::open(&desk.migration(), desk.actor()).expect("it opens");
    let destination = world.open(migration.id().expect("it has one"));
    let (control, connection, now) = (Arc::new(Control::default()), connection(), world.clock());
    assert_eq!(migration.first_planned().expect("readable"), None, "there is no plan yet");
    for (dataset, keys) in [("customers", &["1", "2", "3"][..]), ("customers", &["4", "5"]), ("usage", &[])] {
        migration
            .plan(&connection, destination.as_ref(), false, &mut |_, _, _| ControlFlow::Continue(()))
            .await
            .expect("planned");
        let planned = migration.first_planned().expect("readable").expect("something is left");
        let rows: u64 = planned.records.iter().map(|record| record.rows).sum();
        let shown: Vec<&str> = planned.records.iter().map(|record| record.key.as_str()).collect();
        assert_eq!(planned.dataset, dataset);
        if dataset == "customers" {
            assert_eq!(shown, keys);
        }
        let request = UploadRequest { first: Some(FIRST), ..UploadRequest::default() };
        let uploaded =
            migration.upload(&connection, &destination, request, (&control, &now), &mut |_| ()).await.expect("sent");
        let sent = migration.first_sent(destination.as_ref(), Some(uploaded.run)).await.expect("looked at");
        assert!(sent.iter().all(|record| record.dataset == dataset), "{sent:?}");
        assert_eq!(sent.iter().map(|record| record.rows).sum::<u64>(), rows, "{planned:?} {sent:?}");
        let upload = migration.summary().expect("said").standing.upload.expect("there was one");
        assert!(!upload.finished && !upload.broken_off, "the first few are neither all nor the half of an upload");
    }
    let rest = UploadRequest::default();
    migration.upload(&connection, &destination, rest, (&control, &now), &mut |_| ()).await.expect("sent");
    let standing = |migration: &Migration| migration.summary().expect("said").standing;
    assert!(standing(&migration).upload.is_some_and(|upload| upload.finished));
    assert_eq!(standing(&migration).signatures, 0);
    for (count, role, name) in [(1, Role::Preparer, "Maren Okafor"), (2, Role::Approver, "Tom Lindqvist")] {
        migration.sign(role, name, "", &mut |_| ControlFlow::Continue(())).expect("signed");
        assert_eq!(standing(&migration).signatures, count);
    }
}
