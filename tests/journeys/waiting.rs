//! A destination that asks for patience: the upload waits as told, says so, and ends as if nothing had been.

use crate::support::{Answer, Desk, Server};

#[test]
fn a_pause_that_is_asked_for_is_kept_and_told() {
    let (desk, server) = (Desk::new(), Server::with_faults("rate=10/s,retry-after=1"));
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let answer: Answer = desk
        .command()
        .args(["upload", "-m", "m.carryover", "--with", "practice", "--first", "30"])
        .output()
        .expect("the program starts")
        .into();
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("asked for a pause of 1 second"), "the user is told: {}", answer.stderr);
    assert_eq!(server.sandbox.records().customers.len(), 30, "all of them arrived");
}
