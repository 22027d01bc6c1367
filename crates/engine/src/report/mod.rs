//! Proof: what was read, what was loaded, and where the rest is, in rows and in money; what makes a difference; and the
//! files and lists that show it.
//!
//! Reads the ledger and the rows; sends nothing and changes nothing.

pub mod control;
pub mod difference;
pub mod evidence;
pub mod files;
pub mod lists;
pub mod reasons;
pub mod tie_out;

pub use tie_out::{Line, MoneyLine, TieOut};
