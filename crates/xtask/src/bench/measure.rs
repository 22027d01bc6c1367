//! How anything is measured: whole commands, both sides in turn, the median of the runs.
//!
//! Whole commands, because a user waits for a start-up too. In turn, so that a machine that slows down slows both. Only
//! ratios of one run are worth comparing: seconds belong to the machine they were taken on.

use std::ops::Add;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::words;
use crate::trouble::Trouble;

/// One run of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) wall: Duration,
    /// The most memory that any of its processes held.
    pub(super) peak_kib: u64,
}

/// One command after the other.
impl Add for Run {
    type Output = Self;

    fn add(self, next: Self) -> Self {
        Self { wall: self.wall + next.wall, peak_kib: self.peak_kib.max(next.peak_kib) }
    }
}

/// All runs of Carryover and of what it is measured against.
pub(super) struct Pair {
    pub(super) ours: Vec<Run>,
    pub(super) theirs: Vec<Run>,
}

/// Runs a command to its end; gives what it took and what it printed.
pub(super) fn timed(command: &Command) -> Result<(Run, String), Trouble> {
    timed_ending(command, &[0])
}

/// The same for Carryover, which ends with 1 when rows have errors, and here some have.
pub(super) fn timed_with_findings(command: &Command) -> Result<(Run, String), Trouble> {
    timed_ending(command, &[0, 1])
}

fn timed_ending(command: &Command, codes: &[i32]) -> Result<(Run, String), Trouble> {
    let peak = tempfile::NamedTempFile::new().map_err(Trouble::file("make a file in", std::env::temp_dir()))?;
    let mut whole = under_time(command, peak.path());
    let begin = Instant::now();
    let output = whole.output().map_err(|source| Trouble::Start { program: "time".to_owned(), source })?;
    let wall = begin.elapsed();
    if !output.status.code().is_some_and(|code| codes.contains(&code)) {
        return Err(Trouble::Ended { command: words(command), status: output.status });
    }
    let peak_kib = peak_kib(peak.path())?;
    Ok((Run { wall, peak_kib }, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Runs both sides in turn. What a side does outside of [`timed`] or [`timed_with_findings`], such as copying a fresh migration, is not counted.
pub(super) fn in_turn(
    runs: usize,
    mut ours: impl FnMut() -> Result<Run, Trouble>,
    mut theirs: impl FnMut() -> Result<Run, Trouble>,
) -> Result<Pair, Trouble> {
    let mut pair = Pair { ours: Vec::new(), theirs: Vec::new() };
    for _ in 0..runs.max(1) {
        settle();
        pair.ours.push(ours()?);
        settle();
        pair.theirs.push(theirs()?);
    }
    Ok(pair)
}

impl Pair {
    /// Our median time for each second of theirs.
    pub(super) fn time_ratio(&self) -> f64 {
        median(&self.ours).as_secs_f64() / median(&self.theirs).as_secs_f64()
    }

    /// How much we get done while they do one, when both did the same.
    pub(super) fn rate_ratio(&self) -> f64 {
        1.0 / self.time_ratio()
    }

    pub(super) fn our_millis(&self) -> f64 {
        median(&self.ours).as_secs_f64() * 1000.0
    }

    /// Both medians and peaks, for the page.
    pub(super) fn detail(&self) -> String {
        let side = |runs| format!("{:.2} s, {} MB", median(runs).as_secs_f64(), megabytes(peak(runs)));
        format!("{} against {}", side(&self.ours), side(&self.theirs))
    }
}

pub(super) fn median(runs: &[Run]) -> Duration {
    let mut walls: Vec<Duration> = runs.iter().map(|run| run.wall).collect();
    walls.sort_unstable();
    let at = |index: usize| walls.get(index).copied().unwrap_or_default();
    (at(walls.len().saturating_sub(1) / 2) + at(walls.len() / 2)) / 2
}

pub(super) fn peak(runs: &[Run]) -> u64 {
    runs.iter().map(|run| run.peak_kib).max().unwrap_or_default()
}

/// KiB, as the system counts memory, in the megabytes of the targets.
pub(super) fn megabytes(kib: u64) -> u64 {
    kib * 1024 / 1_000_000
}

/// The same command under GNU time, which writes the most memory it held, in KiB, as the last line of `peak`.
fn under_time(command: &Command, peak: &Path) -> Command {
    let mut whole = Command::new("time");
    whole.args(["--format=%M", "--output"]).arg(peak).arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => whole.env(name, value),
            None => whole.env_remove(name),
        };
    }
    whole.stdin(Stdio::null()).stderr(Stdio::inherit());
    whole
}

fn peak_kib(path: &Path) -> Result<u64, Trouble> {
    let text = std::fs::read_to_string(path).map_err(Trouble::file("read", path))?;
    let number = text.lines().last().and_then(|line| line.trim().parse().ok());
    number.ok_or(Trouble::Answer { command: "time".to_owned(), expected: "the memory in KiB", found: text })
}

/// Lets the disk finish what the run before left to write, so that the next does not pay for it.
fn settle() {
    crate::process::succeeds(&mut Command::new("sync"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(seconds: &[u64]) -> Vec<Run> {
        seconds.iter().map(|&second| Run { wall: Duration::from_secs(second), peak_kib: second * 1000 }).collect()
    }

    #[test]
    fn the_median_is_the_middle_of_the_sorted_runs() {
        for (seconds, millis) in [(&[3_u64, 1, 9][..], 3000), (&[4, 1, 2, 100], 3000), (&[7], 7000), (&[], 0)] {
            assert_eq!(median(&runs(seconds)), Duration::from_millis(millis), "{seconds:?}");
        }
    }

    #[test]
    fn a_command_after_another_adds_time_and_keeps_the_higher_peak() {
        let sum = runs(&[2])[0] + runs(&[5])[0];
        assert_eq!(sum, Run { wall: Duration::from_secs(7), peak_kib: 5000 });
    }

    #[test]
    fn both_sides_run_in_turn_and_the_ratio_is_ours_to_theirs() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char, seconds: u64| {
            order.borrow_mut().push(name);
            Ok(Run { wall: Duration::from_secs(seconds), peak_kib: 0 })
        };
        let pair = in_turn(3, || side('o', 1), || side('t', 2)).expect("both sides succeed");
        assert_eq!(order.into_inner(), "ototot");
        assert!((pair.time_ratio() - 0.5).abs() < f64::EPSILON);
        assert!((pair.rate_ratio() - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn time_memory_and_output_of_a_command_are_taken() {
        let shell = |script| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let (run, printed) = timed(&shell("echo heard")).expect("a shell is there");
        assert_eq!(printed, "heard\n");
        assert!(run.peak_kib > 100, "a shell holds more than {} KiB", run.peak_kib);
        assert!(timed(&shell("exit 1")).is_err(), "a peer that fails is no peer");
        assert!(timed_with_findings(&shell("exit 1")).is_ok(), "1 is: rows have errors");
        assert!(timed_with_findings(&shell("exit 2")).is_err(), "2 is: could not run");
    }
}
