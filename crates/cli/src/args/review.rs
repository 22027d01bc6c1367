//! Review and tie out: checks, repairs, rows by hand, control totals.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::InMigration;

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Check everything anew, also what has not changed since the last check
    #[arg(long)]
    pub(crate) all: bool,
    /// Write all findings: .csv, .jsonl or .xlsx
    #[arg(long, value_name = "OUT")]
    pub(crate) findings: Option<PathBuf>,
    /// Look up unknown customers at this connection before calling them unknown
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that can be typed")]
#[command(group(clap::ArgGroup::new("repair").required(true).args(["suggested", "replace", "find", "value", "exclude", "include", "keep", "undo", "redo"])))]
pub(crate) struct Fix {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// customers, usage, contracts [default: all]
    pub(crate) dataset: Option<String>,
    /// Findings of this rule
    #[arg(long)]
    pub(crate) rule: Option<String>,
    /// Findings of this field
    #[arg(long)]
    pub(crate) field: Option<String>,
    /// One data row, from 1
    #[arg(long, value_name = "N")]
    pub(crate) row: Option<u64>,
    /// Take each finding's suggestion
    #[arg(long)]
    pub(crate) suggested: bool,
    /// Replace a whole value
    #[arg(long, value_name = "A=B")]
    pub(crate) replace: Option<String>,
    /// Replace a piece of text in the field, in all rows or, with --rule, in those of its findings
    #[arg(long, value_name = "A=B", requires = "dataset", requires = "field")]
    pub(crate) find: Option<String>,
    /// Set one cell; needs --row and --field
    #[arg(long, requires = "row", requires = "field")]
    pub(crate) value: Option<String>,
    /// Leave the rows out
    #[arg(long, requires = "reason")]
    pub(crate) exclude: bool,
    /// Take rows in again that were left out
    #[arg(long, requires = "dataset")]
    pub(crate) include: bool,
    /// Let warnings stand as they are
    #[arg(long, requires = "reason")]
    pub(crate) keep: bool,
    /// Why they are left out or kept; an auditor will read it in a year
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Take the newest repair back
    #[arg(long)]
    pub(crate) undo: bool,
    /// Bring back what was undone last
    #[arg(long)]
    pub(crate) redo: bool,
}

#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("rows").required(true).args(["set", "table"])))]
pub(crate) struct Add {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// customers, usage, contracts
    pub(crate) dataset: String,
    /// A field of one row
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// A table as copied from a spreadsheet, cells parted by tabs; its first line may name the fields
    #[arg(long, value_name = "FILE.tsv")]
    pub(crate) table: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Totals {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// The old system's figures: dataset,currency,month,amount
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) expect: Option<PathBuf>,
    /// The old system's report itself: its name and SHA-256 go into the evidence
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Option<PathBuf>,
    /// Explain a difference, or a part of it
    #[arg(long, value_name = "DATASET/CURRENCY/MONTH", requires = "amount", requires = "reason")]
    pub(crate) explain: Option<String>,
    /// How much is explained, with the sign of the difference
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// Why; an auditor will read it in a year
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Take an explanation back, by its number
    #[arg(long, value_name = "N")]
    pub(crate) unexplain: Option<i64>,
    /// Go on although a difference is open; the reason stays on the report
    #[arg(long, requires = "reason", conflicts_with = "explain")]
    pub(crate) go_on: bool,
}
