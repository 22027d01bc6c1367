//! A practice destination for sending to, in a process of its own, and a migration that is connected to it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Bench;
use super::product::done;
use crate::process::spawn;
use crate::trouble::Trouble;

/// The practice destination's key and organisation; both are public and open nothing else.
pub(super) const KEY: &str = "sandbox_practice";
pub(super) const ORGANISATION: &str = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";

/// Ended with this value.
pub(super) struct Destination {
    process: Child,
    pub(super) url: String,
    /// Where the connection to it is kept.
    settings: tempfile::TempDir,
}

impl Destination {
    /// `faults`: as `carryover sandbox --fault` takes them.
    pub(super) fn start(bench: &Bench, faults: &[&str]) -> Result<Self, Trouble> {
        // Asks the system for a port that is free, and gives it back.
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = listener.map_err(|source| Trouble::Measure(format!("no port is free: {source}")))?;
        let mut command = Command::new(&bench.carryover);
        command.args(["sandbox", "--port", &address.port().to_string()]);
        command.args(faults.iter().flat_map(|fault| ["--fault", fault]));
        let process = spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let settings = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
        let destination = Self { process, url: format!("http://{address}"), settings };
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begin.elapsed() > Duration::from_secs(10) {
                return Err(Trouble::Measure("the practice destination did not start within 10 s".to_owned()));
            }
            sleep(Duration::from_millis(20));
        }
        let mut connect = destination.known_to(Command::new(&bench.carryover));
        connect.args(["connect", "add", "practice", "--url", &destination.url, "--organisation", ORGANISATION]);
        done(&mut connect)?;
        Ok(destination)
    }

    /// `carryover upload` to it.
    pub(super) fn upload(&self, bench: &Bench, migration: &Path) -> Command {
        let mut command = self.known_to(bench.carryover("upload", migration));
        command.args(["--with", "practice"]);
        command
    }

    fn known_to(&self, mut command: Command) -> Command {
        command.env("CARRYOVER_CONFIG_DIR", self.settings.path()).env("CARRYOVER_API_KEY", KEY);
        command
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
