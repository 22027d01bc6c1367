//! Matching: which column goes into which field.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::InMigration;

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
