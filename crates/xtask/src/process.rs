//! Other programs: started, awaited, their end judged.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::trouble::Trouble;

/// Runs to the end, printing to the same terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Trouble> {
    let status = command.status().map_err(|source| start(command, source))?;
    if status.success() { Ok(()) } else { Err(Trouble::Ended { command: words(command), status }) }
}

/// Runs to the end and gives what it printed to stdout; stderr stays on the terminal.
pub(crate) fn stdout(command: &mut Command) -> Result<String, Trouble> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| start(command, source))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Trouble::Ended { command: words(command), status: output.status })
    }
}

pub(crate) fn spawn(command: &mut Command) -> Result<Child, Trouble> {
    command.spawn().map_err(|source| start(command, source))
}

/// Whether the command runs and succeeds; what it prints is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Why a watched program had to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It ran longer than allowed.
    Time,
    /// It held more memory than allowed.
    Memory,
}

/// Waits for a program, but no longer than `time` and only while it holds at most `kib` of memory.
///
/// Memory is what the system says is resident (`VmHWM`), not what is reserved: a program may map a file of any size.
/// Where the system does not say, only time is watched.
pub(crate) fn wait_within(child: &mut Child, time: Duration, kib: u64) -> std::io::Result<Result<ExitStatus, Stopped>> {
    // Short beside the time a program needs to fill a gigabyte, long beside the cost of one look.
    const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ok(status));
        }
        let stopped = if begin.elapsed() > time {
            Some(Stopped::Time)
        } else {
            peak_kib(child.id()).filter(|peak| *peak > kib).map(|_| Stopped::Memory)
        };
        if let Some(stopped) = stopped {
            child.kill()?;
            child.wait()?;
            return Ok(Err(stopped));
        }
        sleep(BETWEEN_LOOKS);
    }
}

/// The most memory a running program has held so far, in KiB.
fn peak_kib(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// The command as one would type it, for messages.
pub(crate) fn words(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(command.get_program().to_string_lossy()).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn start(command: &Command, source: std::io::Error) -> Trouble {
    Trouble::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn check(script: &str, expected: Result<i32, Stopped>) {
        let mut child = spawn(Command::new("sh").args(["-c", script])).expect("a shell is there");
        let end = wait_within(&mut child, Duration::from_secs(2), 64 * 1024).expect("it can be awaited");
        assert_eq!(end.map(|status| status.code().unwrap_or(-1)), expected, "{script}");
    }

    #[test]
    fn a_program_is_stopped_at_its_limits_and_only_there() {
        check("exit 0", Ok(0));
        check("exit 3", Ok(3));
        check("exec sleep 60", Err(Stopped::Time));
        // `tail` keeps the last line, and here there is only one without an end.
        check("exec tail -n 1 /dev/zero", Err(Stopped::Memory));
    }
}
