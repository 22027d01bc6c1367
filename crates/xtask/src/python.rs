//! Python packages, kept in the target folder: nothing is installed into the system's or the user's Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::{self, PIP, PYTHON};
use crate::process::run;
use crate::trouble::Trouble;

/// Makes sure of `package` (`name==version`) and gives its folder: scripts in `bin/`, modules for `PYTHONPATH`.
///
/// A folder of its own (`--target`) rather than a virtual environment: Debian allows it in its own Python, and `venv` is
/// one more package there.
pub(crate) fn package(package: &str, tools: &Path) -> Result<PathBuf, Trouble> {
    let folder = tools.join(package.replace("==", "-"));
    if folder.is_dir() {
        return Ok(folder);
    }
    packages::need(&[&PYTHON, &PIP])?;
    // Installed beside and then renamed, so that what is there is whole.
    let unfinished = folder.with_extension("unfinished");
    let mut pip = Command::new("python3");
    pip.env("PIP_ROOT_USER_ACTION", "ignore");
    run(pip.args(["-m", "pip", "install", "--quiet", "--upgrade", "--target"]).arg(&unfinished).arg(package))?;
    std::fs::rename(&unfinished, &folder).map_err(Trouble::file("keep", &folder))?;
    Ok(folder)
}
