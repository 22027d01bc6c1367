//! The practice destination in a process of its own: goes wrong all the time, is killed now and then, and then comes back
//! with what it held but without the idempotency keys it was given.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::data::{Data, To};
use super::door;
use crate::process::spawn;
use crate::trouble::Trouble;

/// Every fault the practice destination knows, each in a small share of the answers.
const FAULTS: &str = "latency=1ms,429=0.001,429-bare=0.002,408=0.004,500-before=0.005,500-after=0.006,cut-before=0.005,\
                      cut-after=0.006,slow=0.002,truncated=0.005,malformed=0.004,wrong-type=0.004,retry-after=1";
const START: Duration = Duration::from_mins(1);

pub(super) struct Server {
    carryover: PathBuf,
    to: To,
    kept: PathBuf,
    address: SocketAddr,
    seed: u64,
    process: Child,
    /// What earlier processes had met.
    met: BTreeMap<String, u64>,
}

impl Server {
    pub(super) fn start(carryover: &Path, to: To, folder: &Path, seed: u64) -> Result<Self, Trouble> {
        // Asks the system for a port that is free, and gives it back.
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = listener.map_err(|error| Trouble::Faults(format!("no port is free: {error}")))?;
        let kept = folder.join("destination.journal");
        let process = started(carryover, to, &kept, address, seed, false)?;
        Ok(Self { carryover: carryover.to_owned(), to, kept, address, seed, process, met: BTreeMap::new() })
    }

    /// By name, because names can fail to be found.
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Dies without a word and comes back forgetful.
    pub(super) fn restart(&mut self) -> Result<(), Trouble> {
        self.met = self.met()?;
        self.end();
        self.seed += 1;
        self.process = started(&self.carryover, self.to, &self.kept, self.address, self.seed, true)?;
        Ok(())
    }

    pub(super) fn with_faults(&self) -> Result<(), Trouble> {
        door::ask(self.address, "PUT", "/_practice/faults", FAULTS).map(drop)
    }

    pub(super) fn without_faults(&self) -> Result<(), Trouble> {
        door::ask(self.address, "PUT", "/_practice/faults", "").map(drop)
    }

    /// No key is accepted any more, until [`Server::with_faults`].
    pub(super) fn lock_out(&self) -> Result<(), Trouble> {
        door::ask(self.address, "PUT", "/_practice/faults", "401=1").map(drop)
    }

    pub(super) fn put_clock_forward(&self, by: Duration) -> Result<(), Trouble> {
        door::ask(self.address, "PUT", "/_practice/clock", &by.as_secs().to_string()).map(drop)
    }

    /// Faults by word, over all its lives.
    pub(super) fn met(&self) -> Result<BTreeMap<String, u64>, Trouble> {
        let mut met = self.met.clone();
        for (word, count) in self.get("/_practice/faults")?.as_object().into_iter().flatten() {
            *met.entry(word.clone()).or_default() += count.as_u64().unwrap_or_default();
        }
        Ok(met)
    }

    /// How many requests, had nothing gone wrong, would have brought what it holds.
    pub(super) fn requests_worth(&self, data: &Data) -> Result<u64, Trouble> {
        let counts = self.get("/_practice/counts")?;
        let held = |count: &Value| match count.as_object() {
            Some(streams) => streams.values().filter_map(Value::as_u64).sum(),
            None => count.as_u64().unwrap_or_default(),
        };
        Ok(data.requests_for(|dataset| held(&counts[dataset.name])))
    }

    pub(super) fn records(&self) -> Result<Value, Trouble> {
        self.get("/_practice/records")
    }

    fn get(&self, path: &str) -> Result<Value, Trouble> {
        let answer = door::ask(self.address, "GET", path, "")?;
        serde_json::from_str(&answer).map_err(|error| Trouble::Faults(format!("{path} is no JSON: {error}")))
    }

    fn end(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn started(
    carryover: &Path,
    to: To,
    kept: &Path,
    address: SocketAddr,
    seed: u64,
    forgetful: bool,
) -> Result<Child, Trouble> {
    let mut command = Command::new(carryover);
    command.args(["sandbox", "--to", to.name()]);
    command.args(["--port", &address.port().to_string(), "--seed", &seed.to_string(), "--fault", FAULTS]);
    command.arg("--keep").arg(kept).stdout(Stdio::null()).stderr(Stdio::null());
    if forgetful {
        command.arg("--forgetful");
    }
    let process = spawn(&mut command)?;
    let begin = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begin.elapsed() > START {
            return Err(Trouble::Faults("the practice destination did not start".to_owned()));
        }
        sleep(Duration::from_millis(10));
    }
    Ok(process)
}
