//! Sending usage to the practice destination, beside a bare reqwest loop that sends the same events.
//!
//! Both send batches of 200 with as many at a time, each to a practice destination of its own; only one of them writes
//! down what it is about to do and what came of it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Bench;
use super::data::{clean_usage, customers};
use super::measure::{Run, in_turn, timed, timed_with_findings};
use super::page::{Row, Target, Value};
use super::peers::own_loop;
use super::product::done;
use crate::process::spawn;
use crate::trouble::Trouble;

const EVENTS: u64 = 200_000;
const CUSTOMERS: u64 = 200;

/// The practice destination's key and organisation; both are public and open nothing else.
pub(super) const KEY: &str = "sandbox_practice";
pub(super) const ORGANISATION: &str = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";

/// A practice destination in a process of its own, ended with this value.
struct Sandbox {
    process: Child,
    url: String,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Trouble> {
    let usage = clean_usage(&bench.folder, EVENTS, CUSTOMERS)?;
    let customers = customers(&bench.folder, CUSTOMERS)?;
    let theirs = || {
        let sandbox = Sandbox::start(bench)?;
        Ok(timed(own_loop("post")?.arg(&sandbox.url).arg(&usage))?.0)
    };
    let pair = in_turn(bench.runs, || ours(bench, &customers, &usage), theirs)?;
    Ok(vec![Row {
        what: "`upload` of 200,000 usage events: events a second".to_owned(),
        against: "a bare reqwest loop with the same bodies",
        value: Value::Ratio(pair.rate_ratio()),
        target: Target::AtLeast(0.7),
        detail: pair.detail(),
    }])
}

/// The customers are sent before and are not counted.
fn ours(bench: &Bench, customers: &Path, usage: &Path) -> Result<Run, Trouble> {
    let sandbox = Sandbox::start(bench)?;
    let settings = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
    let practising = |mut command: Command| {
        command.env("CARRYOVER_CONFIG_DIR", settings.path()).env("CARRYOVER_API_KEY", KEY);
        command
    };
    let mut connect = practising(Command::new(&bench.carryover));
    connect.args(["connect", "add", "practice", "--url", &sandbox.url, "--organisation", ORGANISATION]);
    done(&mut connect)?;

    let migration = bench.migration("upload", None)?;
    let upload = || {
        let mut command = practising(bench.carryover("upload", &migration));
        command.args(["--with", "practice"]);
        command
    };
    done(&mut bench.import(&migration, customers, "customers"))?;
    done(&mut bench.check(&migration))?;
    done(&mut upload())?;
    done(&mut bench.import(&migration, usage, "usage"))?;
    done(&mut bench.map(&migration))?;
    done(&mut bench.check(&migration))?;
    Ok(timed_with_findings(&upload())?.0)
}

impl Sandbox {
    fn start(bench: &Bench) -> Result<Self, Trouble> {
        // Asks the system for a port that is free, and gives it back.
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = listener.map_err(|source| Trouble::Measure(format!("no port is free: {source}")))?;
        let mut command = Command::new(&bench.carryover);
        command.args(["sandbox", "--port", &address.port().to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let sandbox = Self { process: spawn(&mut command)?, url: format!("http://{address}") };
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begin.elapsed() > Duration::from_secs(10) {
                return Err(Trouble::Measure("the practice destination did not start within 10 s".to_owned()));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
