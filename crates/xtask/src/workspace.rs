//! Where things are in this checkout, and the commands that build it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;
use crate::trouble::Trouble;

/// The folder with the workspace's Cargo.toml.
pub(crate) fn root() -> &'static Path {
    // The manifest of this crate lies in `crates/xtask`.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Where cargo builds to, with everything in it that a chore keeps for the next time.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The cargo that runs this program, so that a chosen toolchain stays chosen.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Builds the product as users get it and says where it is.
pub(crate) fn released() -> Result<PathBuf, Trouble> {
    run(&mut cargo(&["build", "--release", "--package", "carryover-cli"]))?;
    Ok(target().join("release").join(format!("carryover{}", std::env::consts::EXE_SUFFIX)))
}

/// Runs the same chore again in a release build with what measuring and making data need.
#[cfg(not(feature = "data"))]
pub(crate) fn again_with_data() -> Result<(), Trouble> {
    let mut again = cargo(&["run", "--release", "--package", "xtask", "--features", "data", "--manifest-path"]);
    again.arg(root().join("Cargo.toml")).arg("--").args(std::env::args_os().skip(1));
    // Paths that the user gave are relative to where the user stands.
    run(again.current_dir(std::env::current_dir().map_err(Trouble::file("find", "."))?))
}
