//! `cargo xtask fuzz`: random bytes for every parser that meets foreign ones, each for so many minutes.
//!
//! What breaks something is kept in `fuzz/artifacts`; mended, it becomes a fixture or a seed. The tool is fetched once and kept
//! in the target folder. It wants what only a nightly compiler offers, and the stable one offers it too when told that it is
//! building the compiler's own tools.

use std::path::PathBuf;
use std::process::Command;

use crate::process::run;
use crate::tools;
use crate::trouble::Trouble;
use crate::workspace::{root, target};

const VERSION: &str = "0.13.2";
/// What is tried, with where its first inputs are, beside those found so far.
const TARGETS: [(&str, &str); 4] = [
    ("intake", "fixtures/intake"),
    ("template", "fuzz/seeds/template"),
    ("migration", "fuzz/seeds/migration"),
    ("answer", "fuzz/seeds/answer"),
];
/// Larger inputs only take longer.
const LARGEST: u32 = 128 << 10;
/// One input that takes longer is a finding.
const SECONDS: u32 = 20;

/// What is asked for on the command line.
#[derive(clap::Args)]
pub(crate) struct Fuzz {
    /// For each of them
    #[arg(long, default_value_t = 60)]
    minutes: u32,
    /// Only this one: intake, template, migration or answer
    #[arg(long)]
    only: Option<String>,
    /// Folders of files to begin with, beside those that are kept here
    #[arg(long)]
    seeds: Vec<PathBuf>,
}

pub(crate) fn fuzz(asked: &Fuzz) -> Result<(), Trouble> {
    let tool = tools::built("cargo-fuzz", VERSION)?;
    let only = asked.only.as_deref();
    for (name, seeds) in TARGETS.into_iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        println!("\n== {name} for {} minutes", asked.minutes);
        let found = target().join("fuzz-corpus").join(name);
        std::fs::create_dir_all(&found).map_err(Trouble::file("make", &found))?;
        let mut command = Command::new(&tool);
        command.current_dir(root()).env("RUSTC_BOOTSTRAP", "1").args([
            "fuzz",
            "run",
            "--sanitizer",
            "none",
            "--target-dir",
        ]);
        command.arg(target().join("fuzz")).arg(name).arg(&found).arg(root().join(seeds));
        for folder in &asked.seeds {
            command.arg(std::path::absolute(folder).map_err(Trouble::file("find", folder))?);
        }
        command.arg("--").arg(format!("-max_total_time={}", asked.minutes * 60));
        command.args([format!("-max_len={LARGEST}"), format!("-timeout={SECONDS}"), "-rss_limit_mb=2048".to_owned()]);
        run(&mut command)?;
    }
    Ok(())
}
