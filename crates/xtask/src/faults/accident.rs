//! What happens to the program, to its computer and to the destination, beside what goes wrong with single requests.

use std::collections::BTreeMap;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Run;
use super::program::{Around, Ended};
use super::random::Random;
use crate::process::run as succeed;
use crate::trouble::Trouble;

/// More than a kill. Each ends with one, unless the program gives up by itself first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Accident {
    /// The destination dies and comes back without its idempotency keys.
    Restart,
    /// The computer sleeps for longer than a request may take; the destination's day goes on meanwhile.
    Sleep,
    /// The destination's name is not found for a while.
    NoNames,
    FullDisk,
    ClockForward,
    ClockBack,
    /// The key is not accepted any more until somebody has seen to it.
    KeyExpired,
}

/// Longer than an exchange may take (60 s).
const SLEEP: Duration = Duration::from_secs(62);
/// For longer than idempotency keys live.
const MORE_THAN_A_DAY: Duration = Duration::from_hours(25);
const WITHOUT_NAMES: Duration = Duration::from_millis(700);
/// For a program that has to give up by itself.
const GIVING_UP: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// Uploads that may end early after the last kill, because of faults, before that is taken for a defect.
const UNFORCED: u64 = 40;

impl Accident {
    /// Each with how often it happens in a run of a thousand kills.
    const ALL: [(Self, u64); 7] = [
        (Self::Restart, 15),
        (Self::Sleep, 2),
        (Self::NoNames, 12),
        (Self::FullDisk, 12),
        (Self::ClockForward, 12),
        (Self::ClockBack, 12),
        (Self::KeyExpired, 12),
    ];

    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Restart => "destination killed, back without its idempotency keys",
            Self::Sleep => "machine asleep for 62 s, 25 h later at the destination",
            Self::NoNames => "name of the destination not found",
            Self::FullDisk => "disk full",
            Self::ClockForward => "clock 25 h forward",
            Self::ClockBack => "clock 3 h back",
            Self::KeyExpired => "key expired",
        }
    }

    fn around(accident: Option<Self>) -> Around {
        match accident {
            Some(Self::NoNames) => Around::NoNames,
            Some(Self::ClockForward | Self::ClockBack) => Around::OtherClock,
            _ => Around::Nothing,
        }
    }
}

/// Which accidents happen after how many kills; those that `can` not happen here are left out.
pub(super) fn plan(kills: u64, random: &mut Random, can: impl Fn(Accident) -> bool) -> BTreeMap<u64, Accident> {
    let mut planned = BTreeMap::new();
    for (accident, share) in Accident::ALL.into_iter().filter(|(accident, _)| can(*accident)) {
        for _ in 0..(share * kills).div_ceil(1000) {
            let mut at = random.below(kills);
            while planned.contains_key(&at) {
                at += 1;
            }
            planned.insert(at, accident);
        }
    }
    planned
}

/// One life of the program that ends by force, if it does not end before.
pub(super) fn cut_short(run: &mut Run, accident: Option<Accident>) -> Result<Ended, Trouble> {
    let hidden = accident == Some(Accident::NoNames);
    if hidden {
        run.program.names(false)?;
    }
    let mut child = run.program.upload(Accident::around(accident), run.tally.lives > 1)?;
    if hidden {
        sleep(WITHOUT_NAMES);
        run.program.names(true)?;
    }
    if !ends_within(&mut child, moment(run))? {
        if let Some(accident) = accident {
            befall(run, accident, &mut child)?;
        }
        ends_within(&mut child, moment(run))?;
    }
    run.program.clock("+0")?;
    end(&mut child)
}

/// The life that may last to the end.
pub(super) fn left_alone(run: &mut Run) -> Result<Ended, Trouble> {
    run.unforced += 1;
    if run.unforced > UNFORCED {
        return Err(Trouble::Faults(format!("the upload does not come to its end:\n{}", run.program.last_words())));
    }
    let mut child = run.program.upload(Around::Nothing, true)?;
    let status = child.wait().map_err(Trouble::file("wait for", "upload"))?;
    Ok(status.code().map_or(Ended::Killed, Ended::ByItself))
}

fn befall(run: &mut Run, accident: Accident, child: &mut Child) -> Result<(), Trouble> {
    match accident {
        Accident::Restart => run.server.restart(),
        Accident::Sleep => {
            signal("STOP", child)?;
            run.server.put_clock_forward(MORE_THAN_A_DAY)?;
            sleep(SLEEP);
            signal("CONT", child)
        }
        Accident::NoNames => Ok(()),
        Accident::FullDisk => {
            run.disk.fill()?;
            let ended = ends_within(child, GIVING_UP);
            run.disk.make_room()?;
            ended.map(drop)
        }
        Accident::ClockForward => {
            run.server.put_clock_forward(MORE_THAN_A_DAY)?;
            run.program.clock("+25h")
        }
        Accident::ClockBack => run.program.clock("-3h"),
        Accident::KeyExpired => {
            run.server.lock_out()?;
            let ended = ends_within(child, GIVING_UP);
            run.server.with_faults()?;
            ended.map(drop)
        }
    }
}

fn moment(run: &mut Run) -> Duration {
    let most = run.patience.as_micros() as u64 * 2;
    Duration::from_micros(run.random.below(most))
}

/// Waits so long, or until the program has ended; says whether it has.
fn ends_within(child: &mut Child, time: Duration) -> Result<bool, Trouble> {
    let begin = Instant::now();
    while begin.elapsed() < time {
        if child.try_wait().map_err(Trouble::file("wait for", "upload"))?.is_some() {
            return Ok(true);
        }
        sleep(BETWEEN_LOOKS);
    }
    Ok(false)
}

/// SIGKILL, unless it has ended by itself.
fn end(child: &mut Child) -> Result<Ended, Trouble> {
    let ended = child.kill().and_then(|()| child.wait()).map_err(Trouble::file("end", "upload"))?;
    Ok(ended.code().map_or(Ended::Killed, Ended::ByItself))
}

fn signal(name: &str, child: &Child) -> Result<(), Trouble> {
    succeed(Command::new("kill").args([format!("-{name}"), child.id().to_string()]))
}
