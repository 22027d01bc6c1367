//! Files: what they are, and reading them into a migration.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::InMigration;

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
