//! What can be typed: the commands here, what each of them takes in a file per group. Meaning is given to it in `commands`.

mod account;
mod files;
mod matching;
mod practice;
mod proof;
mod review;
mod sending;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use jiff::civil::Date;

pub(crate) use self::account::{Account, Attributes, Connect, ConnectAction, Environment};
pub(crate) use self::files::{Files, Import, Inspect, New, Reading, Remove, Reread};
pub(crate) use self::matching::{Behaviour, Learned, LearnedAction, Map};
pub(crate) use self::practice::{Demo, Sandbox};
pub(crate) use self::proof::{Report, Sign, SignRole, Trail};
pub(crate) use self::review::{Add, Check, Fix, Totals};
pub(crate) use self::sending::{Plan, Runs, Undo, Upload};

/// Carries a company's history out of messy files into a billing system, and proves that all of it arrived.
#[derive(Debug, Parser)]
#[command(name = "carryover", version, about, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who is at work, for the audit trail [default: the user of this computer]
    #[arg(long, global = true, value_name = "NAME", env = "CARRYOVER_USER")]
    pub(crate) who: Option<String>,
    /// The day by which dates count as past [default: today]
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a file is
    Inspect(Inspect),
    /// Make an empty migration
    New(New),
    /// Read files into a migration, recognise them and suggest the mapping
    Import(Import),
    /// List what was read, with its numbers, and what has changed on the disk since
    Files(Files),
    /// Read a file again, in place of what was read of it
    Reread(Reread),
    /// Take out what was read of a file
    Remove(Remove),
    /// Show or change which column goes into which field
    Map(Box<Map>),
    /// Headings that Carryover learned from what you matched by hand
    Learned(Learned),
    /// Check every row
    Check(Check),
    /// Repair findings in bulk, or take a repair back
    Fix(Fix),
    /// Add rows that stand in no file
    Add(Add),
    /// Show the control totals and compare them with expected ones
    Totals(Totals),
    /// Accounts to upload to
    Connect(Connect),
    /// Show the fields of your own that an account knows, and make those known that are matched
    Attributes(Attributes),
    /// Show what an upload would do
    Plan(Plan),
    /// Upload what is ready
    Upload(Upload),
    /// List the runs, or the records of one with every call
    Runs(Runs),
    /// Take a run back: delete what it made and nobody has changed since
    Undo(Undo),
    /// Write result files and the tie-out
    Report(Report),
    /// Sign the report, as preparer or approver
    Sign(Sign),
    /// Show who decided what, and when
    Trail(Trail),
    /// Run the practice destination by itself
    Sandbox(Sandbox),
    /// The whole journey on the sample files against the practice destination
    Demo(Demo),
}

/// The migration to work on.
#[derive(Debug, ClapArgs)]
pub(crate) struct InMigration {
    /// The migration file
    #[arg(short, long = "migration", value_name = "FILE.carryover")]
    pub(crate) migration: PathBuf,
}
