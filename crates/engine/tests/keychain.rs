//! The keychain against a real Secret Service: GNOME Keyring on a message bus of its own.
//!
//! Each test runs itself a second time inside `dbus-run-session`, with a home folder that is thrown away, so it never
//! touches the keychain of whoever runs it. Needs the packages dbus, gnome-keyring and libsecret-tools; without them the
//! tests fail and say so.
#![cfg(target_os = "linux")]

use std::env;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use engine::keychain::{self, KeychainError, Secret};

/// Set in the second run.
const INSIDE: &str = "CARRYOVER_TEST_INSIDE";
const KEY: &str = "sandbox_ß4f7c1a9e0d2b";

/// What the second run finds on its bus.
#[derive(Clone, Copy)]
enum Bus {
    /// A keychain that is open.
    Unlocked,
    /// A keychain without anybody to type its password.
    Locked,
    /// No keychain, and nothing that would start one.
    Empty,
    /// No bus.
    None,
}

#[test]
fn a_key_is_kept_read_replaced_and_deleted() {
    on("a_key_is_kept_read_replaced_and_deleted", Bus::Unlocked, || {
        let absent = keychain::read("Brackwater live").expect_err("nothing was kept yet");
        assert!(matches!(absent, KeychainError::Absent { .. }), "{absent:?}");

        keychain::save("Brackwater live", &Secret::new(KEY)).expect("kept");
        keychain::save("Other", &Secret::new("another key")).expect("kept");
        assert_eq!(keychain::read("Brackwater live").expect("read through another entry").expose(), KEY);
        assert_eq!(seen_by_the_system("Brackwater live"), Some(KEY.to_owned()));

        keychain::save("Brackwater live", &Secret::new("replaced")).expect("kept in place of the old one");
        assert_eq!(seen_by_the_system("Brackwater live"), Some("replaced".to_owned()));

        keychain::delete("Brackwater live").expect("deleted");
        assert_eq!(seen_by_the_system("Brackwater live"), None);
        assert!(matches!(keychain::read("Brackwater live"), Err(KeychainError::Absent { .. })));
        assert!(matches!(keychain::delete("Brackwater live"), Err(KeychainError::Absent { .. })));
        assert_eq!(keychain::read("Other").expect("untouched").expose(), "another key");
    });
}

#[test]
fn a_locked_keychain_is_told_from_an_absent_one() {
    on("a_locked_keychain_is_told_from_an_absent_one", Bus::Locked, || {
        let error = keychain::save("Live", &Secret::new(KEY)).expect_err("nobody can type the password");
        assert!(matches!(error, KeychainError::Locked), "{error:?}");
        assert!(error.hint().contains(keychain::KEY_VARIABLE));
    });
}

#[test]
fn without_a_bus_the_way_out_is_named() {
    on("without_a_bus_the_way_out_is_named", Bus::None, || {
        let acts = [
            keychain::save("Live", &Secret::new(KEY)).expect_err("no keychain"),
            keychain::read("Live").expect_err("no keychain"),
            keychain::delete("Live").expect_err("no keychain"),
        ];
        for error in acts {
            assert!(matches!(error, KeychainError::Unavailable { .. }), "{error:?}");
            assert_eq!(error.to_string(), "This computer has no keychain that Carryover can reach.");
            assert!(error.hint().contains(keychain::KEY_VARIABLE));
            assert!(!format!("{error:?}").contains(KEY));
        }
    });
}

#[test]
fn a_keychain_that_comes_later_is_used_without_a_restart() {
    on("a_keychain_that_comes_later_is_used_without_a_restart", Bus::Empty, || {
        let error = keychain::save("Live", &Secret::new(KEY)).expect_err("no keychain yet");
        assert!(matches!(error, KeychainError::Unavailable { .. }), "{error:?}");
        let script = format!("{START} start --unlock --daemonize");
        let started = Command::new("sh").args(["-c", &script]).status().expect("the shell runs");
        assert!(started.success(), "gnome-keyring-daemon could not be started");
        keychain::save("Live", &Secret::new(KEY)).expect("kept in the same process");
        assert_eq!(keychain::read("Live").expect("read").expose(), KEY);
    });
}

/// Starts a keychain with the given arguments, and ends when it answers on the bus.
const START: &str = r#"
start() {
    printf pass | gnome-keyring-daemon "$@" --components=secrets >/dev/null || return 1
    for attempt in $(seq 200); do
        dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
            string:org.freedesktop.secrets | grep -q 'boolean true' && return 0
        sleep 0.05
    done
    echo 'the keychain did not appear on the bus' >&2
    return 1
}
"#;

/// Runs `body` in a process of its own that finds `bus`. `test` is the name of the calling test.
fn on(test: &str, bus: Bus, body: fn()) {
    if env::var_os(INSIDE).is_some() {
        return body();
    }
    let home = tempfile::tempdir().expect("a home to throw away");
    let output = second_run(test, bus, home.path());
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("1 passed"), "inside: {told}\n{failed}");
}

fn second_run(test: &str, bus: Bus, home: &Path) -> Output {
    let this = env::current_exe().expect("the path of this test");
    let before = match bus {
        Bus::Unlocked => "start --unlock --daemonize",
        Bus::Locked => "start --start",
        Bus::Empty | Bus::None => ":",
    };
    let script = format!(r#"{START} {before} && exec "$0" --exact {test} --nocapture"#);
    let mut command = match bus {
        Bus::None => Command::new("sh"),
        Bus::Unlocked | Bus::Locked | Bus::Empty => {
            let mut command = Command::new("dbus-run-session");
            command.arg("--config-file").arg(bus_without_services(home)).args(["--", "sh"]);
            command
        }
    };
    command.args(["-c", &script]).arg(this).env(INSIDE, "1").env("HOME", home).env("XDG_RUNTIME_DIR", home);
    command.env_remove("XDG_DATA_HOME").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    match bus {
        Bus::None => command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/nowhere", home.display())),
        _ => command.env_remove("DBUS_SESSION_BUS_ADDRESS"),
    };
    command
        .stdin(Stdio::null())
        .output()
        .expect("dbus-run-session runs: install dbus, gnome-keyring and libsecret-tools")
}

/// A bus that starts nothing by itself, so that only what a test starts is there.
fn bus_without_services(home: &Path) -> std::path::PathBuf {
    let path = home.join("bus.conf");
    let config = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
        <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
        </busconfig>"#;
    std::fs::write(&path, config).expect("the configuration is written");
    path
}

/// What another program finds under our name.
fn seen_by_the_system(connection: &str) -> Option<String> {
    let found =
        Command::new("secret-tool").args(["lookup", "service", keychain::SERVICE, "username", connection]).output();
    let found = found.expect("secret-tool runs: install libsecret-tools");
    found.status.success().then(|| String::from_utf8(found.stdout).expect("text"))
}
