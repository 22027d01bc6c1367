//! docs/TORTURE.md: counts per folder, and each try that broke something.

use std::fmt::Write as _;

use super::{Findings, Try};

pub(super) fn page(findings: &Findings) -> String {
    let mut page = format!(
        "# Files that nobody here wrote\n\n\
         {} files of other projects, each given to `carryover inspect` and `carryover import` in a process of its own.\n\
         Asked of every file: no panic, no more than 10 s and 1 GB of memory, and either a result or an error that says what\n\
         is wrong. Made by `cargo xtask torture DIR --docs`.\n\n\
         | folder | command | read | refused in words | broken |\n| --- | --- | ---: | ---: | ---: |\n",
        findings.files
    );
    for ((folder, attempt), tally) in &findings.folders {
        // Writing to a String cannot fail.
        _ = writeln!(page, "| {folder} | {attempt} | {} | {} | {} |", tally.read, tally.refused, tally.broken);
    }
    if !findings.broken.is_empty() {
        page += "\nBroken:\n\n";
    }
    for broken in &findings.broken {
        _ = writeln!(page, "- `{}` `{}`: {}", broken.attempt, broken.file.display(), broken.how);
    }
    page
}

impl std::fmt::Display for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Inspect => "inspect",
            Self::Import => "import",
        })
    }
}
