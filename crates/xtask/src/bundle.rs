//! `cargo xtask bundle`: what users install. On Linux the .deb can be tried at once, as a user would have it.
//!
//! Which bundles there are, their icons and the file association: tauri.conf.json. Signing is not done here: it wants keys
//! that belong to whoever publishes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::e2e;
use crate::packages::{self, RPM};
use crate::process::{run, stdout};
use crate::trouble::Trouble;
use crate::window;
use crate::workspace::{root, target};

/// What is made on each system. The AppImage is left out: its maker downloads parts while it builds.
const KINDS: &str = if cfg!(target_os = "macos") {
    "app,dmg"
} else if cfg!(windows) {
    "msi,nsis"
} else {
    "deb,rpm"
};

/// The package, and the program it brings.
const PACKAGE: &str = "carryover";
const INSTALLED: &str = "/usr/bin/carryover-desktop";

pub(crate) fn bundle(tried: bool) -> Result<(), Trouble> {
    window::need()?;
    if cfg!(target_os = "linux") {
        packages::need(&[&RPM])?;
    }
    window::fetched()?;
    let mut tauri = Command::new(root().join("ui/node_modules/.bin/tauri"));
    run(tauri.current_dir(root()).args(["build", "--bundles", KINDS]))?;
    if tried { try_out(&made("deb")?) } else { Ok(()) }
}

/// Installs the package, tests the window from where it is then, and removes it whatever came of that.
fn try_out(package: &Path) -> Result<(), Trouble> {
    e2e::need()?;
    run(as_root("dpkg")?.arg("--install").arg(package))?;
    let outcome = e2e::tried(Path::new(INSTALLED), Some("start"));
    run(as_root("dpkg")?.args(["--remove", PACKAGE]))?;
    outcome
}

/// The newest bundle of a kind.
fn made(kind: &str) -> Result<PathBuf, Trouble> {
    let folder = target().join("release/bundle").join(kind);
    let entries = std::fs::read_dir(&folder).map_err(Trouble::file("read", &folder))?;
    let bundles =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|is| is == kind));
    bundles
        .max_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok())
        .ok_or_else(|| Trouble::Missing(format!("There is no .{kind} in {}.", folder.display())))
}

fn as_root(program: &str) -> Result<Command, Trouble> {
    let root = stdout(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = Command::new(if root { program } else { "sudo" });
    if !root {
        command.arg(program);
    }
    Ok(command)
}
