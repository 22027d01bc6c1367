//! What the page may ask for, one file per step. Each command is a few lines: it unpacks, calls the engine away from the
//! window's thread, and hands back plain values.

pub(crate) mod about;
pub(crate) mod audit;
pub(crate) mod connections;
pub(crate) mod files;
pub(crate) mod history;
pub(crate) mod learned;
pub(crate) mod matching;
pub(crate) mod migration;
pub(crate) mod newer;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod syncing;
pub(crate) mod tie_out;
pub(crate) mod upload;
