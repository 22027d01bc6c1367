//! The practice Kustomer over real HTTP.

mod access;
mod jobs;
mod kept;
mod records;
mod search;
mod support;
