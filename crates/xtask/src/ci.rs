//! `cargo xtask ci`: everything that is checked before a change is taken, in one run and in this order.
//!
//! Each step says its name and its time; the first that fails stops the run. Tools are fetched once and kept in the target
//! folder.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{run, spawn, succeeds, wait_within};
use crate::trouble::Trouble;
use crate::window::{self, Build};
use crate::workspace::{cargo, root};
use crate::{e2e, licences, python, test, tools, words};

const DENY_VERSION: &str = "0.20.2";
const TYPOS: &str = "typos==1.52.0";
/// Fetching takes seconds where the database can be reached at all.
const ADVISORIES_PATIENCE: Duration = Duration::from_mins(2);

type Step = (&'static str, fn() -> Result<(), Trouble>);

const STEPS: [Step; 7] = [
    ("format", format),
    // Before the first compiler: the window takes in the page when it is compiled.
    ("page", page),
    ("clippy", clippy),
    ("test", test::test),
    ("window", window_tests),
    ("dependencies", dependencies),
    ("spelling", spelling),
];

pub(crate) fn ci() -> Result<(), Trouble> {
    let mut times = Vec::new();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let begin = Instant::now();
        step().map_err(|source| Trouble::Step { name, source: Box::new(source) })?;
        times.push(format!("{name} {} s", begin.elapsed().as_secs()));
        println!("== {name} passed in {} s", begin.elapsed().as_secs());
    }
    println!("\nAll passed: {}", times.join(", "));
    Ok(())
}

fn format() -> Result<(), Trouble> {
    component("fmt", "rustfmt")?;
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

/// The page: its form, its types, its tests; the list of licences it shows, and the program's sentences in its languages.
fn page() -> Result<(), Trouble> {
    window::need()?;
    window::fetched()?;
    for script in ["lint", "check", "test"] {
        run(&mut window::npm(&["run", "--silent", script]))?;
    }
    licences::licences(true)?;
    words::words(true)?;
    window::page()
}

fn window_tests() -> Result<(), Trouble> {
    e2e::e2e(None, Build::Debug)
}

fn clippy() -> Result<(), Trouble> {
    component("clippy", "clippy")?;
    for features in ["xtask/data", "xtask/data,carryover-desktop/desktop"] {
        run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--features", features, "--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// A minimal toolchain comes without these.
fn component(subcommand: &str, name: &str) -> Result<(), Trouble> {
    if succeeds(&mut cargo(&[subcommand, "--version"])) {
        return Ok(());
    }
    run(Command::new("rustup").args(["component", "add", name]))
}

fn dependencies() -> Result<(), Trouble> {
    // The root is a package now, and most of what it needs hangs on a feature: without these words little would be looked at.
    run(deny()?.args(["check", "bans", "licenses", "sources"]))?;
    advisories()
}

/// The database of advisories lives on a host that a closed network cannot reach; then this says so and nothing else.
fn advisories() -> Result<(), Trouble> {
    let mut fetch = spawn(deny()?.args(["fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0").stderr(Stdio::null()))?;
    let fetched =
        wait_within(&mut fetch, ADVISORIES_PATIENCE, u64::MAX).map_err(Trouble::file("fetch", "advisories"))?;
    if fetched.is_ok_and(|status| status.success()) {
        return run(deny()?.args(["--offline", "check", "advisories"]));
    }
    println!(
        "advisories NOT CHECKED: their database (github.com/rustsec/advisory-db) cannot be reached from this machine"
    );
    Ok(())
}

fn spelling() -> Result<(), Trouble> {
    let typos = python::package(TYPOS, &tools::folder())?.join("bin").join("typos");
    run(Command::new(typos).current_dir(root()))
}

fn deny() -> Result<Command, Trouble> {
    let mut command = Command::new(tools::built("cargo-deny", DENY_VERSION)?);
    command.current_dir(root()).args(["--workspace", "--all-features"]);
    Ok(command)
}
