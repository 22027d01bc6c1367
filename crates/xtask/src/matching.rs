//! `cargo xtask matching`: how well columns find their fields and known exports are told; writes docs/MATCHING.md.
//!
//! What is measured and how stands with the engine's tests, which hold the page against what the engine does.

use crate::process::run;
use crate::trouble::Trouble;
use crate::workspace::cargo;

/// Set, the test writes the page in place of comparing it.
const WRITE: &str = "CARRYOVER_WRITE_MATCHING";

pub(crate) fn matching() -> Result<(), Trouble> {
    run(cargo(&["test", "--workspace", "--features", "xtask/data", "--test", "mapping_accuracy"]).env(WRITE, "1"))
}
