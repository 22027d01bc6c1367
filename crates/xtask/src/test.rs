//! `cargo xtask test`: every test, in a session that is not the user's.
//!
//! The tests get a scratch home, a scratch settings folder and, on Linux, a session bus with an unlocked keychain, so that
//! keychain tests are real and harmless. On macOS and Windows the keychain is the system's own.

use std::path::Path;
use std::process::Command;

use crate::home::Watch;
use crate::packages::{self, COMPILER, KEYRING, PKG_CONFIG, SECRET_TOOL, SESSION_BUS, TIME};
use crate::process::run;
use crate::trouble::Trouble;
use crate::workspace::{cargo, root, target};

/// Opens the keychain with a password that guards nothing, then becomes the command that follows.
const UNLOCK: &str =
    r#"printf practice | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null && exec "$@""#;

const TESTS: [&str; 4] = ["test", "--workspace", "--features", "xtask/data"];

pub(crate) fn test() -> Result<(), Trouble> {
    packages::need(&[&COMPILER, &PKG_CONFIG, &SESSION_BUS, &KEYRING, &SECRET_TOOL, &TIME])?;
    run(&mut cargo(&["build", "--workspace"]))?;
    // Built before the home is watched: compilers and package caches may write there.
    run(cargo(&TESTS).arg("--no-run"))?;
    // In the system's folder for such things: the path of a keychain's socket may have no more than 108 characters.
    let scratch = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
    let watch = std::env::home_dir().map(|home| Watch::begin(&home, vec![root().to_owned(), target()]));
    let mut tests = in_session(cargo(&TESTS));
    at_home_in(&mut tests, scratch.path());
    run(&mut tests)?;
    watch.map_or(Ok(()), Watch::end)
}

/// The same command in a session of its own, where there is such a thing.
fn in_session(command: Command) -> Command {
    if !cfg!(target_os = "linux") {
        return command;
    }
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", UNLOCK, "sh"]).arg(command.get_program()).args(command.get_args());
    session.current_dir(root());
    session
}

/// Gives the command a home, settings and places for its files below `scratch`.
pub(crate) fn at_home_in(command: &mut Command, scratch: &Path) {
    // Cargo and rustup find themselves by the home, which is about to change.
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        if let (None, Some(home)) = (std::env::var_os(name), std::env::home_dir()) {
            command.env(name, home.join(folder));
        }
    }
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "CARRYOVER_API_KEY"] {
        command.env_remove(name);
    }
    command.env("HOME", scratch).env("XDG_RUNTIME_DIR", scratch).env("CARRYOVER_CONFIG_DIR", scratch.join("settings"));
}
