//! `cargo xtask e2e`: the real window, on a screen, with a session bus and a keychain of its own.
//!
//! The tests are `tests/e2e`. They write docs/screens; what is measured there is written to docs/WINDOW_SPEED.md.

use std::path::PathBuf;
use std::process::Command;

use crate::packages::{
    self, DRIVER, IMPORT, KEYRING, OPENBOX, PYTHON_GTK, SECRET_TOOL, SESSION_BUS, XAUTH, XCLIP, XDOTOOL, XVFB, XWININFO,
};
use crate::process::run;
use crate::test;
use crate::trouble::Trouble;
use crate::window::{self, Build};
use crate::workspace::{cargo, released, root, target};

/// Roomier than the window, so that it is never cut.
const SCREEN: &str = "-screen 0 1400x1000x24 -nolisten tcp";

/// Opens a keychain with a password that guards nothing, starts a window manager, then becomes the command that follows.
const SESSION: &str = "printf practice | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null \
                       && (openbox >/dev/null 2>&1 &) && exec \"$@\"";

/// What is tested.
pub(crate) struct Programs {
    pub(crate) window: PathBuf,
    /// Prepares what a test needs, and is the practice destination that outlives a window.
    pub(crate) command_line: PathBuf,
}

/// `only`: the tests whose files or names hold this.
pub(crate) fn e2e(only: Option<&str>, build: Build) -> Result<(), Trouble> {
    need()?;
    let window = window::built(build)?;
    // With the same features: otherwise this would put another program in the place of the one just built.
    run(&mut cargo(&["test", "--package", "carryover-desktop", "--features", window::FEATURES]))?;
    run(&mut cargo(&["build", "--package", "carryover-cli"]))?;
    let command_line = target().join("debug").join(format!("carryover{}", std::env::consts::EXE_SUFFIX));
    tried(&Programs { window, command_line }, "e2e", only)
}

/// `cargo xtask speed`: how fast the window is, as users get it. Writes docs/WINDOW_SPEED.md.
pub(crate) fn speed() -> Result<(), Trouble> {
    need()?;
    let window = window::built(Build::Release)?;
    tried(&Programs { window, command_line: released()? }, "e2e:speed", None)
}

/// Makes sure of what stands in for a person and a desk.
pub(crate) fn need() -> Result<(), Trouble> {
    packages::need(&[&XVFB, &XAUTH, &OPENBOX, &DRIVER, &XDOTOOL, &XCLIP, &XWININFO, &IMPORT, &PYTHON_GTK])?;
    packages::need(&[&SESSION_BUS, &KEYRING, &SECRET_TOOL])
}

/// Runs tests of the window on programs that are there already: those of a script in ui/package.json.
pub(crate) fn tried(programs: &Programs, script: &str, only: Option<&str>) -> Result<(), Trouble> {
    // The keychain of the session is made in its home.
    let home = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
    let mut tests = Command::new("xvfb-run");
    tests.args(["--auto-servernum", "--server-args", SCREEN, "dbus-run-session", "--", "sh", "-c", SESSION, "sh"]);
    tests.args(["npm", "run", "--silent", script, "--"]).args(only);
    test::at_home_in(&mut tests, home.path());
    // Each test gives the window settings of its own.
    tests.env_remove("CARRYOVER_CONFIG_DIR").current_dir(root().join("ui"));
    run(tests.env("CARRYOVER_WINDOW", &programs.window).env("CARRYOVER_PROGRAM", &programs.command_line))
}
