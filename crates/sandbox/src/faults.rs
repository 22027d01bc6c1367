//! What goes wrong on request: the shares and limits a user asks for, and the seeded dice that decide per request.
//!
//! The command-line form is a comma-separated list, read by `FromStr` and printed by `Display`:
//!
//! ```text
//! latency=5ms          every request waits this long first (`ms` or `s`)
//! rate=1000/min        a real limit per `s`, `min` or `h`: 429 with Retry-After above it
//! retry-after=1        the seconds that `429` names
//! 429=0.05             share answered 429 with Retry-After, nothing written
//! 429-bare=0.02        the same without the header
//! 408=0.01             share answered 408, nothing written
//! 500-before=0.02      share answered 500, nothing written
//! 500-after=0.02       share written, then answered 500
//! cut-before=0.01      share whose connection drops without an answer, nothing written
//! cut-after=0.01       the same after the write
//! slow=0.01            share whose answer dribbles
//! truncated=0.01       share written and answered 200 with cut-off JSON
//! malformed=0.01       share written and answered 200 with what is no JSON at all
//! 401=0.01             share answered 401, nothing written: the key is no longer accepted
//! wrong-type=0.01      share answered 200 with a gateway's HTML page, nothing written
//! ```
//!
//! A request meets at most one of them. Does not know HTTP or any billing system.

use std::{collections::BTreeMap, fmt, num::NonZeroU32, str::FromStr, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The faults asked for; by default none.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    pub(crate) latency: Duration,
    rate: Option<Rate>,
    /// Seconds in the `Retry-After` of a drawn 429.
    retry_after: u32,
    shares: BTreeMap<Fault, f64>,
}

/// One way for a request to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Fault {
    TooMany,
    TooManyBare,
    Timeout,
    ErrorBefore,
    ErrorAfter,
    CutBefore,
    CutAfter,
    Slow,
    Truncated,
    WrongType,
    Malformed,
    Unauthorised,
}

/// What the dice say about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Pass,
    /// 429; the client may come back in so many seconds, if it is told.
    Throttled {
        retry_after: Option<u32>,
    },
    Fault(Fault),
}

/// Why a list of faults cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaultsError {
    #[error("`{word}` is not a fault; known are {}", known_words())]
    Unknown { word: String },
    #[error("`{word}` has no value; write it as `{word}=…`")]
    NoValue { word: String },
    #[error("`{word}` cannot be `{value}`; write {wanted}")]
    Value { word: String, value: String, wanted: &'static str },
    #[error("the shares add up to more than 1; a request meets at most one fault")]
    Total,
}

/// Draws faults: the same seed and the same requests in the same order give the same faults.
#[derive(Debug)]
pub(crate) struct Dice {
    pub(crate) faults: Faults,
    state: u64,
    window: Option<Window>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    requests: NonZeroU32,
    per: Period,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Second,
    Minute,
    Hour,
}

/// A fixed window, as billing systems count: it opens with the first request after the last one closed.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Timestamp,
    used: u32,
}

const SHARES: [(&str, Fault); 12] = [
    ("429", Fault::TooMany),
    ("429-bare", Fault::TooManyBare),
    ("408", Fault::Timeout),
    ("500-before", Fault::ErrorBefore),
    ("500-after", Fault::ErrorAfter),
    ("cut-before", Fault::CutBefore),
    ("cut-after", Fault::CutAfter),
    ("slow", Fault::Slow),
    ("truncated", Fault::Truncated),
    ("wrong-type", Fault::WrongType),
    ("malformed", Fault::Malformed),
    ("401", Fault::Unauthorised),
];

impl Default for Faults {
    fn default() -> Self {
        Self { latency: Duration::ZERO, rate: None, retry_after: 1, shares: BTreeMap::new() }
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            faults.set(item)?;
        }
        // Shares are typed as decimals: ten times 0.1 may pass 1 by a rounding.
        if faults.shares.values().sum::<f64>() > 1.0 + 1e-9 {
            return Err(FaultsError::Total);
        }
        Ok(faults)
    }
}

impl Faults {
    fn set(&mut self, item: &str) -> Result<(), FaultsError> {
        let (word, value) = item.split_once('=').map_or((item, None), |(word, value)| (word, Some(value)));
        let share = SHARES.iter().find(|(known, _)| *known == word);
        if share.is_none() && !["latency", "rate", "retry-after"].contains(&word) {
            return Err(FaultsError::Unknown { word: word.to_owned() });
        }
        let value = value.ok_or_else(|| FaultsError::NoValue { word: word.to_owned() })?;
        let wrong = |wanted| FaultsError::Value { word: word.to_owned(), value: value.to_owned(), wanted };
        match (word, share) {
            (_, Some((_, fault))) => {
                let share = parse_share(value).ok_or_else(|| wrong("a share between 0 and 1, such as 0.05"))?;
                self.shares.insert(*fault, share);
            }
            ("latency", _) => self.latency = parse_latency(value).ok_or_else(|| wrong("a time such as 5ms or 2s"))?,
            ("rate", _) => self.rate = Some(parse_rate(value).ok_or_else(|| wrong("a limit such as 1000/min"))?),
            _ => self.retry_after = value.parse().map_err(|_| wrong("whole seconds"))?,
        }
        Ok(())
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut items = Vec::new();
        if !self.latency.is_zero() {
            items.push(format!("latency={}ms", self.latency.as_millis()));
        }
        if let Some(Rate { requests, per }) = self.rate {
            items.push(format!("rate={requests}/{}", per.word()));
        }
        if self.retry_after != Self::default().retry_after {
            items.push(format!("retry-after={}", self.retry_after));
        }
        let shares = SHARES.iter().filter_map(|(word, fault)| Some(format!("{word}={}", self.shares.get(fault)?)));
        items.extend(shares);
        f.write_str(&items.join(","))
    }
}

impl Fault {
    /// Its word in the command-line form.
    pub(crate) fn word(self) -> &'static str {
        SHARES.iter().find(|(_, fault)| *fault == self).map_or("", |(word, _)| word)
    }
}

impl Dice {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Self { faults, state: seed, window: None }
    }

    /// Decides about the next request.
    pub(crate) fn roll(&mut self, now: Timestamp) -> Turn {
        if let Some(retry_after) = self.throttle(now) {
            return Turn::Throttled { retry_after: Some(retry_after) };
        }
        match self.draw() {
            None => Turn::Pass,
            Some(Fault::TooMany) => Turn::Throttled { retry_after: Some(self.faults.retry_after) },
            Some(Fault::TooManyBare) => Turn::Throttled { retry_after: None },
            Some(fault) => Turn::Fault(fault),
        }
    }

    fn draw(&mut self) -> Option<Fault> {
        let drawn = self.uniform();
        let mut reached = 0.0;
        self.faults.shares.iter().find_map(|(fault, share)| {
            reached += share;
            (drawn < reached).then_some(*fault)
        })
    }

    /// Seconds until the window closes, when it is full.
    fn throttle(&mut self, now: Timestamp) -> Option<u32> {
        let Rate { requests, per } = self.faults.rate?;
        let open = self.window.filter(|window| per.left(window.opened, now).is_some());
        let window = self.window.insert(open.unwrap_or(Window { opened: now, used: 0 }));
        if window.used < requests.get() {
            window.used += 1;
            return None;
        }
        per.left(window.opened, now)
    }

    /// `SplitMix64` (Steele, Lea and Flood 2014), its upper 53 bits as a number in `0..1`.
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Period {
    const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

    fn word(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }

    /// Whole seconds until a window opened then closes, at least 1; none once it has closed.
    fn left(self, opened: Timestamp, now: Timestamp) -> Option<u32> {
        let left = self.seconds() * 1000 - now.duration_since(opened).as_millis() as i64;
        (left > 0).then(|| (left as u32).div_ceil(1000))
    }
}

fn parse_share(value: &str) -> Option<f64> {
    value.parse().ok().filter(|share| (0.0..=1.0).contains(share))
}

fn parse_latency(value: &str) -> Option<Duration> {
    let (number, millis) = match value.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (value.strip_suffix('s')?, 1000),
    };
    Some(Duration::from_millis(number.parse::<u64>().ok()?.checked_mul(millis)?))
}

fn parse_rate(value: &str) -> Option<Rate> {
    let (requests, unit) = value.split_once('/')?;
    let per = Period::ALL.into_iter().find(|period| period.word() == unit)?;
    Some(Rate { requests: requests.parse().ok()?, per })
}

fn known_words() -> String {
    let shares = SHARES.iter().map(|(word, _)| *word);
    ["latency", "rate", "retry-after"].into_iter().chain(shares).collect::<Vec<_>>().join(", ")
}
