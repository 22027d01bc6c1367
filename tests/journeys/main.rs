//! Journeys through the whole product, by its front door: the command line as a user runs it, on real files, against the
//! practice destination over HTTP. No mocks, no sleeps, nothing outside a temporary folder.

mod bad_input;
mod both;
mod by_hand;
mod changed;
mod copies;
mod edits;
mod files;
mod groups;
mod history;
mod joins;
mod kill;
mod kustomer;
mod learned;
mod meeting;
mod review;
mod secrets;
mod sending;
mod support;
mod tie_out;
mod undo;
mod waiting;
