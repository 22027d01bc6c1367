//! Proof: what was read, what was loaded, and where the rest is, in rows and in money; what makes a difference; and the
//! files that show it.
//!
//! Reads the ledger and the rows; sends nothing and changes nothing.

pub mod difference;
pub mod files;
pub mod tie_out;

pub use tie_out::{Line, MoneyLine, TieOut};
