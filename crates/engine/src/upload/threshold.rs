//! When an upload stops by itself: too large a share of what it sends is turned down. Something is then wrong with all rows
//! of a kind, and sending the rest would only make the list longer.
//!
//! Only what the destination turns down counts, in rows, and only in this start of the upload: whoever goes on has looked.

use std::str::FromStr;

use super::UploadError;

/// Fewer rows than this say nothing about the rest.
const ENOUGH: u64 = 20;
/// In per cent. A quarter is never a few bad rows.
const USUAL: u8 = 25;

/// The share of refusals, in per cent of the rows sent, beyond which an upload stops by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopAt(Option<u8>);

/// What is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a share; write a whole percentage below 100, such as 5%, or `never`")]
pub struct ShareError(String);

impl StopAt {
    pub const NEVER: Self = Self(None);

    /// Of 100 or more, no upload ever stops.
    pub fn percent(percent: u8) -> Self {
        Self((percent < 100).then_some(percent))
    }
}

impl Default for StopAt {
    fn default() -> Self {
        Self(Some(USUAL))
    }
}

impl FromStr for StopAt {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let trimmed = text.trim();
        if trimmed.eq_ignore_ascii_case("never") {
            return Ok(Self::NEVER);
        }
        let number = trimmed.strip_suffix('%').unwrap_or(trimmed).trim_end();
        let percent = number.parse::<u8>().ok().filter(|percent| *percent < 100);
        percent.map(|percent| Self(Some(percent))).ok_or_else(|| ShareError(text.to_owned()))
    }
}

/// What was turned down so far.
#[derive(Debug, Default)]
pub struct Refusals {
    sent: u64,
    refused: u64,
    last: String,
}

impl Refusals {
    pub(super) fn accepted(&mut self, rows: usize) {
        self.sent += rows as u64;
    }

    pub(super) fn refused(&mut self, rows: usize, reason: &str) {
        self.sent += rows as u64;
        self.refused += rows as u64;
        reason.clone_into(&mut self.last);
    }

    /// Why the upload has to stop, if it has to.
    pub(super) fn beyond(&self, StopAt(share): StopAt) -> Option<UploadError> {
        let percent = share?;
        let beyond = self.sent >= ENOUGH && self.refused * 100 > self.sent * u64::from(percent);
        beyond.then(|| UploadError::TooManyRefused {
            refused: self.refused,
            sent: self.sent,
            percent,
            reason: self.last.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_as_people_write_it() {
        for (text, expected) in [
            ("5%", Some(StopAt::percent(5))),
            (" 5 % ", Some(StopAt::percent(5))),
            ("0", Some(StopAt::percent(0))),
            ("never", Some(StopAt::NEVER)),
            ("100%", None),
            ("-1", None),
            ("2.5%", None),
            ("half", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }

    #[test]
    fn it_stops_beyond_the_share_and_not_before_there_is_enough() {
        for (refused, accepted, share, stops) in [
            (19, 0, StopAt::percent(25), false),
            (20, 0, StopAt::percent(25), true),
            (5, 15, StopAt::percent(25), false),
            (6, 15, StopAt::percent(25), true),
            (1, 19, StopAt::percent(0), true),
            (0, 20, StopAt::percent(0), false),
            (1000, 0, StopAt::NEVER, false),
        ] {
            let mut refusals = Refusals::default();
            refusals.accepted(accepted);
            if refused > 0 {
                refusals.refused(refused, "No.");
            }
            assert_eq!(refusals.beyond(share).is_some(), stops, "{refused} of {}", refused + accepted);
        }
    }
}
