//! Proof: the report, its signatures, the audit trail.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use jiff::civil::Date;

use super::InMigration;

#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Read everything back from this connection and compare
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Sign the report as this; without it, who has signed is shown
    #[arg(long = "as", value_name = "ROLE")]
    pub(crate) role: Option<SignRole>,
    /// The name under the report [default: that of the user]
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) remark: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SignRole {
    Preparer,
    /// Another person than the preparer
    Approver,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Trail {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Only entries with this in them
    #[arg(long, value_name = "TEXT")]
    pub(crate) find: Option<String>,
    /// Only entries of this step, such as Review
    #[arg(long)]
    pub(crate) step: Option<String>,
    /// Only entries of this person
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Only entries from this day on, in UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Date>,
    /// Only entries up to this day, in UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<Date>,
    /// Also write the whole trail to this file
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) out: Option<PathBuf>,
}
