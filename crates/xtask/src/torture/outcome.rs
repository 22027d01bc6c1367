//! What a try on one file came to.

use std::process::ExitStatus;

use serde_json::Value;

use crate::process::Stopped;

/// How a process ended and what it left.
pub(super) struct End<'a> {
    pub(super) status: Result<ExitStatus, Stopped>,
    pub(super) stdout: &'a [u8],
    pub(super) stderr: &'a [u8],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A result, with or without findings (exit 0 or 1).
    Read,
    /// An error that says what is wrong (exit 2).
    Refused,
    /// Anything else, in words.
    Broken(String),
}

/// How many files came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) read: usize,
    pub(super) refused: usize,
    pub(super) broken: usize,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Read => self.read += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Broken(_) => self.broken += 1,
        }
    }
}

pub(super) fn judge(end: &End) -> Outcome {
    let stderr = String::from_utf8_lossy(end.stderr);
    let status = match end.status {
        Ok(status) => status,
        Err(Stopped::Time) => return Outcome::Broken("ran longer than 10 s".to_owned()),
        Err(Stopped::Memory) => return Outcome::Broken("held more than 1 GB of memory".to_owned()),
    };
    // A panic in a thread need not show in the exit code.
    if let Some(line) = stderr.lines().find(|line| line.contains("panicked at")) {
        return Outcome::Broken(line.trim().to_owned());
    }
    match status.code() {
        Some(0 | 1) if json(end.stdout).is_some() => Outcome::Read,
        Some(0 | 1) => Outcome::Broken("printed no JSON result".to_owned()),
        Some(2) if stderr.lines().any(is_error) || is_error(&stderr) => Outcome::Refused,
        Some(2) => Outcome::Broken("stopped without an error that has a code, a message and a hint".to_owned()),
        Some(_) | None => Outcome::Broken(format!("ended with {status}")),
    }
}

fn json(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

/// `{"error":{"code","message","hint"}}`, each with something in it.
fn is_error(text: &str) -> bool {
    let Some(answer) = json(text.as_bytes()) else { return false };
    ["code", "message", "hint"].iter().all(|name| answer["error"][name].as_str().is_some_and(|text| !text.is_empty()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    const ERROR: &str = r#"{"error":{"code":"not-a-table","message":"no table in it","hint":"save it as CSV"}}"#;

    /// `exit` as the system reports it: the code times 256, or the number of a signal.
    fn check(exit: i32, stdout: &str, stderr: &str, expected: Result<Outcome, &str>) {
        let status = Ok(ExitStatus::from_raw(exit));
        let outcome = judge(&End { status, stdout: stdout.as_bytes(), stderr: stderr.as_bytes() });
        match (&outcome, expected) {
            (Outcome::Broken(how), Err(words)) => assert!(how.contains(words), "`{words}` is not in `{how}`"),
            (_, expected) => assert_eq!(Ok(outcome), expected),
        }
    }

    #[test]
    fn only_a_result_or_an_error_in_words_is_whole() {
        check(0, r#"{"files":[]}"#, "", Ok(Outcome::Read));
        check(1 << 8, r#"{"files":[]}"#, "2 findings", Ok(Outcome::Read));
        check(2 << 8, "", ERROR, Ok(Outcome::Refused));
        check(2 << 8, "", &format!("reading\n{ERROR}\n"), Ok(Outcome::Refused));
        check(0, "", "", Err("no JSON"));
        check(2 << 8, "", "it did not work", Err("without an error"));
        check(2 << 8, "", r#"{"error":{"code":"x","message":"y","hint":""}}"#, Err("without an error"));
        check(101 << 8, "", "thread 'main' panicked at src/x.rs:1", Err("panicked at src/x.rs:1"));
        check(0, "{}", "thread '<unnamed>' panicked at src/x.rs:1", Err("panicked"));
        check(3 << 8, "{}", "", Err("exit status: 3"));
        check(11, "", "", Err("signal: 11"));
    }

    #[test]
    fn a_stopped_program_is_broken() {
        for stopped in [Stopped::Time, Stopped::Memory] {
            let outcome = judge(&End { status: Err(stopped), stdout: b"{}", stderr: ERROR.as_bytes() });
            assert!(matches!(outcome, Outcome::Broken(_)), "{stopped:?}");
        }
    }
}
