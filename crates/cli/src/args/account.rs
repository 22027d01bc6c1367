//! The account that is sent to: connections, and the fields of one's own that it knows.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::InMigration;

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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Environment {
    Practice,
    Live,
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
