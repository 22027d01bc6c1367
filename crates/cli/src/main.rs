//! `carryover`: the whole job from the command line.
//!
//! A front like any other: it turns words into calls of `engine::api` and answers into text or JSON. Results go to
//! stdout, messages to stderr. Exit 0 is clean, 1 done but some rows were refused or have errors, 2 could not run.

mod args;
mod commands;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    start_log();
    let json = args.json;
    match commands::run(args) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(2)
        }
    }
}

/// Diagnostics for support, off unless asked for by `CARRYOVER_LOG`. Never rows, never keys.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CARRYOVER_LOG").unwrap_or_else(|_| "off".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
