//! What a person should know of records before they go out, and when they are at the destination.

use serde::Serialize;

/// Sentences as on screen, for all records of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Consequences {
    /// What an upload leaves undone, so that nothing happens before somebody wants it. `None` where it leaves nothing.
    pub held_back: Option<&'static str>,
    /// How that is done afterwards.
    pub afterwards: Option<&'static str>,
    /// What the destination may do by itself when they arrive. `None` where nothing is known of.
    pub set_off: Option<&'static str>,
    /// What of this was only read about, and is worth a look at the first records of a live account.
    pub unverified: Option<&'static str>,
    /// How the records are taken back.
    pub undo: &'static str,
    /// They cannot be deleted, so `undo` is a warning.
    pub lasting: bool,
}
