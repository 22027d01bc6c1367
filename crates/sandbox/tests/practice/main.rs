//! The practice Zenskar over real HTTP.

mod access;
mod catalogue;
mod contracts;
mod customers;
mod faults;
mod kept;
mod lists;
mod preview;
mod support;
mod usage;
