//! Programs of the Rust world that a chore runs: each fetched once, in one version, and kept in the target folder.

use std::path::PathBuf;

use crate::process::run;
use crate::trouble::Trouble;
use crate::workspace::{cargo, target};

/// Where all of them are kept.
pub(crate) fn folder() -> PathBuf {
    target().join("tools")
}

/// A program from the registry. Optimised little: it works for a second, and its own settings take minutes more to build.
pub(crate) fn built(name: &str, version: &str) -> Result<PathBuf, Trouble> {
    let folder = folder().join(format!("{name}-{version}"));
    let program = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        println!("Building {name} {version}; it is kept for the next time.");
        let mut install = cargo(&["install", name, "--locked", "--version", version, "--root"]);
        install.arg(&folder);
        let profile = [("OPT_LEVEL", "1"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")];
        run(install.envs(profile.map(|(name, value)| (format!("CARGO_PROFILE_RELEASE_{name}"), value))))?;
    }
    Ok(program)
}
