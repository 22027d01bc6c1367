//! Sending: the plan, the upload, its runs, and taking one back.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use engine::upload::threshold::StopAt;

use super::InMigration;

#[derive(Debug, ClapArgs)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: String,
    /// As for `upload --all`: compare also what is as it was loaded
    #[arg(long)]
    pub(crate) all: bool,
    /// List the records of a dataset, too
    #[arg(long, value_name = "DATASET")]
    pub(crate) rows: Option<String>,
    /// Of these, only the ones this happens to: create, update, unchanged or skip
    #[arg(long, value_name = "WHAT", requires = "rows")]
    pub(crate) only: Option<String>,
    /// Show the exact request of one record, with the key masked
    #[arg(long, value_name = "KEY", conflicts_with = "rows")]
    pub(crate) request: Option<String>,
    /// Show one record field by field: what is there, what it will be, and why something is left alone
    #[arg(long, value_name = "KEY", conflicts_with_all = ["rows", "request"])]
    pub(crate) record: Option<String>,
    /// Also write all records of the plan to this file
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Upload {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: String,
    /// Send only the first records, to look at them
    #[arg(long, value_name = "N")]
    pub(crate) first: Option<usize>,
    /// Send only what the destination turned down before
    #[arg(long, conflicts_with_all = ["first", "resume"])]
    pub(crate) only_failed: bool,
    /// Go on with an upload that was not finished
    #[arg(long)]
    pub(crate) resume: bool,
    /// Also take up what is as it was loaded: ask about every record again and send what differs there. Usage never goes
    /// twice
    #[arg(long, conflicts_with_all = ["resume", "only_failed"])]
    pub(crate) all: bool,
    /// Stop by itself when more than this share of the rows sent is turned down, or `never`
    #[arg(long, value_name = "SHARE", default_value = "25%")]
    pub(crate) stop_at: StopAt,
    /// For a live account: its name, typed as confirmation
    #[arg(long, value_name = "NAME")]
    pub(crate) confirm: Option<String>,
    /// Afterwards write what was turned down to this file, with the reasons
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) rejected: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Runs {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// The number of a run: its records are listed
    #[arg(value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Only records with this in their key, or that carried exactly this, such as an event; with every call
    #[arg(long, value_name = "ID", requires = "run")]
    pub(crate) key: Option<String>,
    /// Only records with this outcome: created, updated, unchanged, refused, doubtful, taken_back or stays
    #[arg(long, requires = "run")]
    pub(crate) status: Option<String>,
    /// Only records of this dataset, or of what was made on the way, such as products
    #[arg(long, requires = "run")]
    pub(crate) dataset: Option<String>,
    /// Show every call of each record: when, how long, what was sent, what came back
    #[arg(long, requires = "run")]
    pub(crate) calls: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Undo {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// The number of the run, from `carryover runs`
    #[arg(long, value_name = "N")]
    pub(crate) run: i64,
    /// The connection [default: the one the run went out by]
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: Option<String>,
    /// Only show what would be deleted, what stays and why
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete without asking; for a practice account
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// For a live account: its name, typed as confirmation
    #[arg(long, value_name = "NAME", conflicts_with = "dry_run")]
    pub(crate) confirm: Option<String>,
}
