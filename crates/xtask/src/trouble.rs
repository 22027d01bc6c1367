//! Why a chore could not be done.

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum Trouble {
    #[error("could not start `{program}`: {source}")]
    Start { program: String, source: std::io::Error },
    #[error("`{command}` ended with {status}")]
    Ended { command: String, status: ExitStatus },
    #[error("could not {act} `{}`: {source}", path.display())]
    File { act: &'static str, path: PathBuf, source: std::io::Error },
    /// Holds the whole message, since it is a list per system.
    #[error("{0}")]
    Missing(String),
    #[error("the tests left something in your home; a test may write to its own folders only\n{}", lines(.0))]
    HomeTouched(Vec<PathBuf>),
    #[error("node {found} is too old; the page is built with {}.{} or newer", wanted.0, wanted.1)]
    OldNode { found: String, wanted: (u32, u32) },
    #[error("`{file}` is stale; write it anew with `{chore}`")]
    Stale { file: &'static str, chore: &'static str },
    #[error("not translated: {missing}, never said: {stale}; see the list above and run `cargo xtask words`")]
    Untranslated { missing: usize, stale: usize },
    #[error("`{}` is no Rust (line {line}): {error}", path.display())]
    Source { path: PathBuf, line: usize, error: syn::Error },
    #[error("`{}` is no catalogue: {error}", path.display())]
    Catalogue { path: PathBuf, error: serde_json::Error },
    #[error("{name} failed: {source}")]
    Step { name: &'static str, source: Box<Trouble> },
    #[error("{broken} of {files} files broke something; see the list above")]
    Broken { broken: usize, files: usize },
    #[error("{0}")]
    Faults(String),
    #[cfg(feature = "data")]
    #[error("could not write the sample files: {source}")]
    Sample { source: Box<dyn std::error::Error + Send + Sync> },
    #[cfg(feature = "data")]
    #[error("`{command}` did not print {expected}: {found}")]
    Answer { command: String, expected: &'static str, found: String },
    #[cfg(feature = "data")]
    #[error("could not measure: {0}")]
    Measure(String),
}

impl Trouble {
    /// As the product's own: 2 could not run, 1 ran and found something wrong.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Missing(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// For `map_err`: `act` completes "could not … `path`".
    pub(crate) fn file(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}

fn lines(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("  {}", path.display())).collect::<Vec<_>>().join("\n")
}
