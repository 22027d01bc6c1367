//! `cargo xtask start`: from a fresh clone to the whole journey on the screen.

use std::process::Command;

use crate::packages::{self, COMPILER, PKG_CONFIG};
use crate::process::run;
use crate::trouble::Trouble;
use crate::workspace;

pub(crate) fn start() -> Result<(), Trouble> {
    packages::need(&[&COMPILER, &PKG_CONFIG])?;
    eprintln!("Building Carryover; the first time takes some minutes.");
    let carryover = workspace::released()?;
    run(Command::new(carryover).arg("demo"))
}
