//! `cargo xtask start`: from a fresh clone to the whole journey on the screen.

use std::process::Command;

use crate::packages::{self, COMPILER, PKG_CONFIG};
use crate::process::run;
use crate::trouble::Trouble;
use crate::window::{self, Build};
use crate::workspace;

pub(crate) fn start() -> Result<(), Trouble> {
    if !has_screen() {
        eprintln!("There is no screen here, so this shows the journey on the command line instead of in the window.");
        return demo();
    }
    eprintln!("Building Carryover; the first time takes some minutes.");
    let window = window::built(Build::Release)?;
    run(Command::new(window).arg("--sample"))
}

/// On Linux the session says so; elsewhere there is one.
fn has_screen() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn demo() -> Result<(), Trouble> {
    packages::need(&[&COMPILER, &PKG_CONFIG])?;
    eprintln!("Building Carryover; the first time takes some minutes.");
    let carryover = workspace::released()?;
    run(Command::new(carryover).arg("demo"))
}
