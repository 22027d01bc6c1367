//! The desktop window: what it is built with, and building it.

use std::path::PathBuf;
use std::process::Command;

use crate::packages::{self, COMPILER, NODE, NPM, PKG_CONFIG, WEBVIEW};
use crate::process::{run, stdout};
use crate::trouble::Trouble;
use crate::workspace::{cargo, root, target};

/// The least that Vite runs on.
const NODE_VERSION: (u32, u32) = (20, 19);
/// Without `custom-protocol` the program would look for the page at the address of the development server.
pub(crate) const FEATURES: &str = "desktop,tauri/custom-protocol";

/// How far the optimiser goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Debug,
    Release,
}

/// Makes sure of what the window is built with.
pub(crate) fn need() -> Result<(), Trouble> {
    packages::need(&[&COMPILER, &PKG_CONFIG, &WEBVIEW, &NODE, &NPM])?;
    let version = stdout(Command::new("node").arg("--version"))?;
    let mut parts = version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    let found = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if found < NODE_VERSION {
        return Err(Trouble::OldNode { found: version.trim().to_owned(), wanted: NODE_VERSION });
    }
    Ok(())
}

/// Builds page and program, and says where the program is.
pub(crate) fn built(build: Build) -> Result<PathBuf, Trouble> {
    need()?;
    page()?;
    let mut command = cargo(&["build", "--package", "carryover-desktop", "--features", FEATURES]);
    let folder = match build {
        Build::Debug => "debug",
        Build::Release => {
            command.arg("--release");
            "release"
        }
    };
    run(&mut command)?;
    Ok(target().join(folder).join(format!("carryover-desktop{}", std::env::consts::EXE_SUFFIX)))
}

/// Builds the page, which the program takes in when it is compiled.
pub(crate) fn page() -> Result<(), Trouble> {
    fetched()?;
    run(npm(&["run", "--silent", "build"]).env("NODE_ENV", "production"))
}

/// npm in `ui/`, with its packages as the lock file names them.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(ui()).args(arguments);
    npm
}

/// Fetches the page's packages when the lock file has changed since they were.
pub(crate) fn fetched() -> Result<(), Trouble> {
    let changed = |path: PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    let fetched = changed(ui().join("node_modules/.package-lock.json"));
    if fetched.is_some() && fetched >= changed(ui().join("package-lock.json")) {
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

fn ui() -> PathBuf {
    root().join("ui")
}
