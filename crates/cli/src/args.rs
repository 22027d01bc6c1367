//! What can be typed. Meaning is given to it in `commands`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use engine::upload::threshold::StopAt;
use jiff::civil::Date;

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

#[derive(Debug, ClapArgs)]
pub(crate) struct Reading {
    /// The sheet to read
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The row of the header, from 1; 0 says there is none
    #[arg(long, value_name = "N")]
    pub(crate) header_row: Option<u64>,
    /// The encoding, e.g. windows-1252
    #[arg(long, value_name = "LABEL")]
    pub(crate) encoding: Option<String>,
    /// The character between cells
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
    /// The character around cells
    #[arg(long, value_name = "CHAR")]
    pub(crate) quote: Option<char>,
    /// The table lies on its side: the names of its fields stand in the first column
    #[arg(long, overrides_with = "no_transpose")]
    pub(crate) transpose: bool,
    /// It stands upright, whatever it looks like
    #[arg(long)]
    pub(crate) no_transpose: bool,
}

impl Reading {
    /// What was said about how the table lies.
    pub(crate) fn transposed(&self) -> Option<bool> {
        (self.transpose || self.no_transpose).then_some(self.transpose)
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Inspect {
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write each table as read into this folder: UTF-8, RFC 4180, header first
    #[arg(long, value_name = "OUT_DIR")]
    pub(crate) csv: Option<PathBuf>,
    /// Read large files to their end too; else their head, middle and tail
    #[arg(long)]
    pub(crate) full: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    #[arg(value_name = "FILE.carryover")]
    pub(crate) file: PathBuf,
    /// Where the data goes
    #[arg(long, value_name = "zenskar|kustomer")]
    pub(crate) to: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the file is about [default: recognised]; `lookup` for one that others only look in
    #[arg(long = "as", value_name = "DATASET")]
    pub(crate) dataset: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Files {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Go on with what was read under this number although the file has changed since
    #[arg(long, value_name = "NUMBER")]
    pub(crate) go_on: Option<u32>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Reread {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Its number, as `carryover files` shows it
    #[arg(value_name = "NUMBER")]
    pub(crate) source: u32,
    /// A newer file that takes its place [default: the file it was read from]
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// What the file is about [default: as before]
    #[arg(long = "as", value_name = "DATASET")]
    pub(crate) dataset: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Drop the repairs that were made in it
    #[arg(long)]
    pub(crate) drop_edits: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// Its number, as `carryover files` shows it
    #[arg(value_name = "NUMBER")]
    pub(crate) source: u32,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Map {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    /// customers, usage, contracts; for Kustomer companies, customers [default: all]
    pub(crate) dataset: Option<String>,
    /// Where files of the dataset differ in their columns: one of those meant (FILE#SHEET for a sheet)
    #[arg(long, value_name = "FILE", requires = "dataset")]
    pub(crate) file: Option<String>,
    /// The field by which records are matched with those at the destination
    #[arg(long, value_name = "FIELD")]
    pub(crate) key: Option<String>,
    /// What an upload may do to records of this dataset
    #[arg(long, value_name = "WHAT")]
    pub(crate) behaviour: Option<Behaviour>,
    /// Set a field only where the destination has nothing in it
    #[arg(long, value_name = "FIELD")]
    pub(crate) fill: Vec<String>,
    /// Set a field whatever the destination has in it, as usual
    #[arg(long, value_name = "FIELD")]
    pub(crate) overwrite: Vec<String>,
    /// Make a list at the destination what is sent; named by itself (emails) or by a field that is an entry of it (email)
    #[arg(long, value_name = "FIELD")]
    pub(crate) replace: Vec<String>,
    /// Add to a list at the destination what is sent, as usual
    #[arg(long, value_name = "FIELD")]
    pub(crate) merge: Vec<String>,
    /// Match a field with a column; several columns with `+`; nothing after `=` takes it off. To take the value from
    /// another file: "FIELD=COLUMN -> FILE[KEY].TAKE" (FILE#SHEET for a sheet), from there on to the next with another `->`
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) set: Vec<String>,
    /// How keys are compared where --set takes a value from another file: exact, any-case, no-blanks, no-leading-zeros,
    /// salesforce-id
    #[arg(long, value_name = "FIELD=HOW", requires = "set")]
    pub(crate) compare: Vec<String>,
    /// Send the same value for every row
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) constant: Vec<String>,
    /// How dates or numbers are written, e.g. start_date=dd/MM/yyyy
    #[arg(long, value_name = "FIELD=FORMAT")]
    pub(crate) format: Vec<String>,
    /// What a word of the file is sent as, e.g. cadence:half-yr=P6M
    #[arg(long, value_name = "FIELD:WORD=VALUE")]
    pub(crate) word: Vec<String>,
    /// The country of telephone numbers that name none, e.g. phone_number=GB
    #[arg(long, value_name = "FIELD=COUNTRY")]
    pub(crate) region: Vec<String>,
    /// All steps of a field as JSON, as `map --json` prints them
    #[arg(long, value_name = "FIELD=JSON")]
    pub(crate) steps: Vec<String>,
    /// Ask nothing more about a field; what is not understood becomes a finding
    #[arg(long, value_name = "FIELD")]
    pub(crate) accept: Vec<String>,
    /// Keep a left-over column as a field of its own
    #[arg(long, value_name = "COLUMN")]
    pub(crate) keep: Vec<String>,
    /// Leave out a column that was kept as a field of its own
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ignore: Vec<String>,
    /// Usage meters that stand side by side, all at once: each column's numbers go to its stream
    #[arg(long, value_name = "COLUMN=STREAM", conflicts_with = "no_meters")]
    pub(crate) meter: Vec<String>,
    /// Each row is one event again
    #[arg(long)]
    pub(crate) no_meters: bool,
    /// Take back the last change of the mapping, before anything else
    #[arg(long)]
    pub(crate) undo: bool,
    /// Use a saved mapping
    #[arg(long, value_name = "FILE.json")]
    pub(crate) template: Option<PathBuf>,
    /// Save the mapping
    #[arg(long, value_name = "FILE.json")]
    pub(crate) save: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Behaviour {
    /// Change what is there, create what is missing
    UpdateOrCreate,
    /// Change what is there, create nothing
    UpdateOnly,
    /// Create what is missing, leave what is there
    CreateOnly,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Learned {
    #[command(subcommand)]
    pub(crate) action: LearnedAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LearnedAction {
    /// List them: dataset, heading, field and how often
    List,
    /// Write them to a file, to share with a colleague; there are no values in it
    Export {
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
    /// Add those of a colleague
    Import {
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
        /// Say what it would change, and change nothing
        #[arg(long)]
        preview: bool,
    },
    /// Forget a heading, or all of them
    Forget {
        /// The heading, in any dress [default: all]
        heading: Option<String>,
        /// Only in this dataset
        #[arg(long, requires = "heading")]
        dataset: Option<String>,
        /// Only with this field
        #[arg(long, requires = "heading")]
        field: Option<String>,
    },
}

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

#[derive(Debug, ClapArgs)]
pub(crate) struct Connect {
    #[command(subcommand)]
    pub(crate) action: ConnectAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectAction {
    /// Add an account; its key is asked for, or read from stdin, and goes into the keychain
    Add(Account),
    /// List the accounts
    List,
    /// Test an account, point by point
    Test { name: String },
    /// Remove an account and its key
    Remove { name: String },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Where the data goes: zenskar or kustomer
    #[arg(long, default_value = "zenskar")]
    pub(crate) to: String,
    /// The address [default: that of the destination, or of the organisation there]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Kustomer: where the organisation is kept, us, eu or in [default: its own address finds that out]
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// The organisation's id; for Kustomer what stands before .kustomerapp.com
    #[arg(long)]
    pub(crate) organisation: String,
    #[arg(long, default_value = "practice")]
    pub(crate) environment: Environment,
    /// Requests a minute at most
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// Requests under way at once
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u8>,
    /// Records in one request, where several can travel together
    #[arg(long, value_name = "N")]
    pub(crate) batch_size: Option<u16>,
    /// Keep no key; every command takes it from CARRYOVER_API_KEY
    #[arg(long)]
    pub(crate) without_key: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Attributes {
    #[command(flatten)]
    pub(crate) migration: InMigration,
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) with: String,
    /// Make those known that are matched and that the account does not know
    #[arg(long)]
    pub(crate) create: bool,
    /// For a live account: its name, typed as confirmation
    #[arg(long, value_name = "NAME", requires = "create")]
    pub(crate) confirm: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Environment {
    Practice,
    Live,
}

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
