//! The engine: everything that matters about a migration, for every front.
//!
//! A file becomes a source ([`intake`]), its columns become fields ([`mapping`], [`transform`]), every record is checked
//! ([`validation`]), sent ([`destination`], [`upload`]) and proven to have arrived ([`report`]). All state lives in one
//! SQLite file ([`store`]). Fronts use [`api`] and nothing else.
//!
//! Layers, a line may use the lines below it, never one above:
//!
//! ```text
//! api
//! upload · report
//! validation · recognise · destination
//! store
//! intake · mapping · transform · keychain · settings
//! schema · private
//! ```
//!
//! The engine never prints, never panics on data and never asks the clock, the network or the user for anything that its
//! caller did not hand in.

pub mod api;
pub mod destination;
pub mod intake;
pub mod keychain;
pub mod mapping;
pub mod private;
pub mod recognise;
pub mod report;
pub mod schema;
pub mod settings;
pub mod store;
pub mod transform;
pub mod upload;
pub mod validation;
