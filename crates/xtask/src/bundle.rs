//! `cargo xtask bundle`: what users install. On Linux the .deb can be tried at once, as a user would have it.
//!
//! Which bundles there are, their icons and the file association: tauri.conf.json. Signing is not done here: it wants keys
//! that belong to whoever publishes.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::e2e::{self, Programs};
use crate::packages::{self, GIO, RPM};
use crate::parts;
use crate::process::{run, stdout};
use crate::trouble::Trouble;
use crate::window;
use crate::workspace::{released, root, target};

/// What is made on each system. The AppImage is left out: its maker downloads parts while it builds.
const KINDS: &str = if cfg!(target_os = "macos") {
    "app,dmg"
} else if cfg!(windows) {
    "msi,nsis"
} else {
    "deb,rpm"
};

/// The list of all parts in the package.
const PARTS: &str = "carryover.cdx.json";

/// The package, and the programs it brings.
const PACKAGE: &str = "carryover";
const WINDOW: &str = "/usr/bin/carryover-desktop";
const COMMAND_LINE: &str = "/usr/bin/carryover";

pub(crate) fn bundle(tried: bool) -> Result<(), Trouble> {
    window::need()?;
    if cfg!(target_os = "linux") {
        packages::need(&[&RPM])?;
    }
    window::fetched()?;
    let config = with_what_goes_along()?;
    let tauri = root().join("ui/node_modules/.bin").join(if cfg!(windows) { "tauri.cmd" } else { "tauri" });
    let mut tauri = Command::new(tauri);
    tauri.current_dir(root()).args(["build", "--bundles", KINDS, "--config"]).arg(config);
    // By itself it would build the default members, and those leave the window out.
    run(tauri.args(["--", "--package", "carryover-desktop"]))?;
    if tried { try_out(&made("deb")?) } else { Ok(()) }
}

/// The command line goes along with the window: whoever repeats by a script what was done by clicks installs nothing else. So
/// does the list of all parts of both.
///
/// Tauri wants a program with the system in its name, and then wants it for every build; so it is named in a file that is
/// laid over tauri.conf.json for bundles only. Returns where that file is.
fn with_what_goes_along() -> Result<PathBuf, Trouble> {
    let folder = target().join("bundled");
    std::fs::create_dir_all(&folder).map_err(Trouble::file("make", &folder))?;
    let program = folder.join("carryover");
    let named = folder.join(format!("carryover-{}{}", system()?, std::env::consts::EXE_SUFFIX));
    std::fs::copy(released()?, &named).map_err(Trouble::file("write", &named))?;
    let list = folder.join(PARTS);
    let parts = parts::bill_of_materials(&parts::all()?);
    std::fs::write(&list, format!("{parts:#}\n")).map_err(Trouble::file("write", &list))?;
    let config = folder.join("tauri.conf.json");
    let resources = json!({ list.display().to_string(): PARTS });
    let text = json!({ "bundle": { "externalBin": [program], "resources": resources } }).to_string();
    std::fs::write(&config, text).map_err(Trouble::file("write", &config))?;
    Ok(config)
}

/// The system as the compiler calls it, such as `x86_64-unknown-linux-gnu`.
fn system() -> Result<String, Trouble> {
    let version = stdout(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Trouble::Missing(format!("`rustc -vV` names no host:\n{version}")))
}

/// Installs the package with all it depends on, tests both programs from where they are then, and removes them whatever
/// came of that.
fn try_out(package: &Path) -> Result<(), Trouble> {
    e2e::need()?;
    packages::need(&[&GIO])?;
    let package = package.display().to_string();
    packages::apt_get(&["install", "--yes", "--no-install-recommends", "--reinstall", &package])?;
    let installed = Programs { window: WINDOW.into(), command_line: COMMAND_LINE.into() };
    let outcome =
        e2e::tried(&installed, "e2e:installed", None).and_then(|()| e2e::tried(&installed, "e2e", Some("start")));
    packages::apt_get(&["remove", "--yes", PACKAGE])?;
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
