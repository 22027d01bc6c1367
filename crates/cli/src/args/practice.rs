//! Practice: the destination on one's own machine, and the demo.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Sandbox {
    /// Which billing system it plays: zenskar or kustomer
    #[arg(long, default_value = "zenskar")]
    pub(crate) to: String,
    /// The port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 4010)]
    pub(crate) port: u16,
    /// Faults, e.g. latency=5ms,500-after=0.02,429=0.05
    #[arg(long, value_name = "FAULTS", value_delimiter = None)]
    pub(crate) fault: Vec<String>,
    /// Makes the same faults fall on the same requests
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Keep what is sent in this file, and begin with what is in it
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Begin without the idempotency keys of before, as a server does that holds them in memory
    #[arg(long, requires = "keep")]
    pub(crate) forgetful: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Demo {
    /// Keep the files and the migration in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// The full company: 418,362 usage events in place of some 20,000
    #[arg(long)]
    pub(crate) full: bool,
}
