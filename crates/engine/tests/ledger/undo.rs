//! Taking a run back, against the same destination whose every answer is drawn: whatever becomes of requests, answers and the
//! program, what the run made is gone in the end, but for what somebody changed and what that refers to; the ledger says so;
//! and the rows can be sent again.

use std::ops::ControlFlow;
use std::time::Duration;

use engine::api::taking_back::TakenBack;
use engine::api::{ApiError, Migration};
use proptest::prelude::*;

use super::super::{Desk, LIVES, connection, exactly_once, fates, open};
use super::world::{Fate, World};

impl Desk {
    /// One start of the program that takes run 1 back: to its end, or until it crashes (`None`).
    async fn undo(&self, world: &World) -> Option<Result<TakenBack, ApiError>> {
        let mut migration = Migration::open(&self.migration(), self.actor()).expect("it opens after any crash");
        let destination = world.open(migration.id().expect("it has one"));
        let (connection, now) = (connection(), || world.now());
        let mut tell = |_, _| ControlFlow::Continue(());
        let undo = migration.take_back(&connection, destination.as_ref(), 1, &now, &mut tell);
        tokio::select! {
            biased;
            () = world.crash() => None,
            ended = undo => Some(ended),
        }
    }
}

/// What is at the destination when contract K1 was changed, and when nothing was.
fn left(changed: bool) -> [(&'static str, &'static [&'static str]); 5] {
    let events = &["e1", "e2", "e3", "e4", "e5"];
    if changed {
        let products = &["Fee", "Seat"];
        [
            ("customers", &["1"]),
            ("contracts", &["K1"]),
            ("products", products),
            ("usage", events),
            ("streams", &["usage"]),
        ]
    } else {
        [("customers", &[]), ("contracts", &[]), ("products", &[]), ("usage", events), ("streams", &["usage"])]
    }
}

async fn taken_back(fates: Vec<Fate>, changed: bool) -> Result<(), TestCaseError> {
    let (desk, world) = (Desk::new(), World::new(Vec::new()));
    let uploaded = desk.life(&world).await.expect("no crash is drawn").expect("it goes through");
    prop_assert!(uploaded.complete());
    if changed {
        world.change("contracts", "K1");
    }
    world.draw(fates);
    let gone = |world: &World| left(changed).iter().all(|(kind, keys)| world.keys(kind) == *keys);
    let mut lives = 0;
    loop {
        let ended = desk.undo(&world).await;
        if matches!(&ended, Some(Ok(taken)) if taken.doubtful == 0) && gone(&world) {
            break;
        }
        lives += 1;
        prop_assert!(lives < LIVES, "it does not come to its end: {:?}", world);
    }
    told(&desk, changed)?;
    world.draw(Vec::new());
    let again = desk.life(&world).await.expect("no crash is drawn").expect("it goes through");
    exactly_once(&desk, &world, &again)
}

/// The ledger says what is gone, and the sum closes.
fn told(desk: &Desk, changed: bool) -> Result<(), TestCaseError> {
    let migration = open(&desk.migration(), desk.actor());
    let lines = migration.tie_out_lines(&mut |_| ControlFlow::Continue(())).expect("it can be tied out");
    let expected = if changed { [(4, 1), (0, 5), (2, 2)] } else { [(5, 0), (0, 5), (4, 0)] };
    for (line, expected) in lines.iter().zip(expected) {
        prop_assert_eq!((line.taken_back, line.loaded), expected, "{:?}", line);
        prop_assert_eq!(line.difference, 0, "{:?}", line);
        prop_assert!(line.money.iter().all(|money| money.difference.trim_matches(['0', '.']).is_empty()), "{:?}", line);
    }
    let runs = migration.runs().expect("there is a history");
    prop_assert!(runs.iter().all(|run| run.state == "finished"), "{:?}", runs);
    Ok(())
}

/// Runs on a clock that jumps to the next moment at which something is due.
fn run(fates: Vec<Fate>, changed: bool) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let through = async { tokio::time::timeout(Duration::from_secs(1 << 30), taken_back(fates, changed)).await };
    runtime.expect("a runtime").block_on(through).expect("nothing waits for ever")
}

#[test]
fn what_a_run_made_is_gone_and_what_was_changed_stays_with_what_it_refers_to() {
    for changed in [false, true] {
        run(Vec::new(), changed).expect("taken back, and sent again");
    }
}

#[test]
fn a_crash_before_or_after_any_deletion_is_gone_on_with() {
    for before in 0..9 {
        for crash in [Fate::CrashBefore, Fate::CrashAfter, Fate::CrashAndLate] {
            let mut fates = vec![Fate::Taken; before];
            fates.push(crash);
            run(fates, false).unwrap_or_else(|failure| panic!("{crash:?} after {before}: {failure}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_is_gone_once_and_nothing_else_is(fates in fates(), changed in any::<bool>()) {
        run(fates, changed)?;
    }
}
