//! A desk to work at: a temporary folder, the program, and a practice destination.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::sync::mpsc;

use sandbox::{Faults, Options, Plays, Sandbox};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The day on which the sample's story is told.
pub(crate) const STORY_DAY: &str = "2026-10-12";

pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file in the temporary folder");
        path
    }

    /// The program, with nothing of the real user's settings in reach.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carryover"));
        command
            .current_dir(self.folder.path())
            .env("CARRYOVER_CONFIG_DIR", self.path("config"))
            .env("CARRYOVER_API_KEY", Options::default().api_key)
            .env("CARRYOVER_USER", "Maren Okafor")
            .args(["--as-of", STORY_DAY]);
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Answer {
        self.command().args(args).output().expect("the program starts").into()
    }

    /// Runs with `--json` and expects an exit code of 0 or 1.
    pub(crate) fn json<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Value {
        let answer: Answer = self.command().arg("--json").args(args).output().expect("the program starts").into();
        assert!(answer.code < 2, "could not run: {}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {}", answer.stdout))
    }

    /// Runs with `--json`, expects that it could not be done, and returns the error.
    pub(crate) fn refused<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Value {
        let answer: Answer = self.command().arg("--json").args(args).output().expect("the program starts").into();
        assert_eq!(answer.code, 2, "should have been refused: {}", answer.stdout);
        let last = answer.stderr.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("no error as JSON: {}", answer.stderr));
        for member in ["code", "message", "hint"] {
            assert!(
                error["error"][member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} is missing: {error}"
            );
        }
        error["error"].clone()
    }

    /// A migration with the short sample in it, matched and with its one question answered.
    pub(crate) fn sample_migration(&self) -> sample::Sample {
        let files = sample::write(self.folder.path(), sample::Size::Short).expect("the sample can be written");
        self.json(["new", "m.carryover", "--to", "zenskar"]);
        for file in [&files.customers, &files.usage, &files.contracts] {
            self.json([OsStr::new("import"), OsStr::new("-m"), OsStr::new("m.carryover"), file.as_os_str()]);
        }
        self.json(["map", "-m", "m.carryover", "contracts", "--format", "start_date=dd/MM/yyyy"]);
        files
    }

    /// Suggestions taken, copies and whatever is still wrong left out.
    pub(crate) fn settle_findings(&self) {
        for rule in ["reference", "ambiguous"] {
            self.json(["fix", "-m", "m.carryover", "contracts", "--rule", rule, "--suggested"]);
        }
        self.json([
            "fix",
            "-m",
            "m.carryover",
            "usage",
            "--rule",
            "unique",
            "--exclude",
            "--reason",
            "Export overlap on 31 May",
        ]);
        self.exclude_what_is_wrong();
    }

    /// Whatever has an error is left out.
    pub(crate) fn exclude_what_is_wrong(&self) {
        let checked = self.json(["check", "-m", "m.carryover"]);
        let rules = checked["rules"].as_array().cloned().unwrap_or_default();
        for rule in rules.iter().filter(|rule| rule["severity"] == "error") {
            let [dataset, name, field] =
                ["dataset", "rule", "field"].map(|member| rule[member].as_str().unwrap_or_default());
            self.json([
                "fix",
                "-m",
                "m.carryover",
                dataset,
                "--rule",
                name,
                "--field",
                field,
                "--exclude",
                "--reason",
                "Cannot be loaded",
            ]);
        }
    }

    /// Checks the sample, settles what is found, and connects.
    pub(crate) fn ready_to_upload(&self, server: &Server) {
        self.json(["check", "-m", "m.carryover"]);
        self.settle_findings();
        self.connect(server);
    }

    /// Adds the connection `practice` to a server.
    pub(crate) fn connect(&self, server: &Server) {
        self.connect_as("practice", server, &[]);
    }

    /// Adds the connection `Brackwater` to a server: an account that is declared to be a live one.
    pub(crate) fn connect_live(&self, server: &Server) {
        self.connect_as("Brackwater", server, &["--environment", "live"]);
    }

    /// Adds a connection to a server under this name.
    pub(crate) fn connect_as(&self, name: &str, server: &Server, how: &[&str]) {
        let (url, organisation) = (server.sandbox.url(), server.sandbox.organisation().to_string());
        let account = ["connect", "add", name, "--to", server.to, "--url", &url, "--organisation", &organisation];
        self.json([&account[..], how].concat());
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A request whose answer is held back until this is dropped.
pub(crate) struct Hold {
    reached: mpsc::Receiver<()>,
    _let_go: mpsc::Sender<()>,
}

impl Hold {
    /// Waits until the request is there.
    pub(crate) fn reached(&self) {
        self.reached.recv().expect("the request comes");
    }
}

/// A practice destination that outlives the commands of a journey.
pub(crate) struct Server {
    pub(crate) sandbox: Sandbox,
    /// The destination it plays.
    to: &'static str,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with_faults("")
    }

    pub(crate) fn with_faults(faults: &str) -> Self {
        let faults: Faults = faults.parse().expect("known faults");
        Self::with("zenskar", Options { faults, ..Options::default() })
    }

    /// A practice destination of this name.
    pub(crate) fn with(to: &'static str, options: Options) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let plays = Plays::called(to).expect("a destination that is known");
        let sandbox = runtime.block_on(Sandbox::start(Options { plays, ..options })).expect("a free port");
        Self { sandbox, to, runtime: Some(runtime) }
    }
}

impl Server {
    /// Kills a program as soon as so many requests were answered: counted in requests and not in time, so that every machine
    /// kills alike. Its exit code, if it had ended by itself. What it prints has to be piped.
    pub(crate) fn kill_at(&self, requests: u64, mut child: Child) -> Option<i32> {
        let (tell, is_time) = mpsc::channel();
        let ended = tell.clone();
        self.sandbox.when_answered(requests, move || _ = tell.send(true));
        let mut printed = child.stdout.take().expect("what it prints is piped");
        let reading = std::thread::spawn(move || {
            std::io::copy(&mut printed, &mut std::io::sink()).expect("what it prints can be read");
            _ = ended.send(false);
        });
        if is_time.recv().expect("it is time, or it ends") {
            // One that has ended meanwhile cannot be killed; its exit code tells.
            child.kill().expect("SIGKILL");
        }
        reading.join().expect("its end was seen");
        child.wait().expect("it ends").code()
    }

    /// Holds back the answer to the request of this number.
    pub(crate) fn hold_at(&self, request: u64) -> Hold {
        let (tell, reached) = mpsc::channel();
        let (let_go, held) = mpsc::channel::<()>();
        self.sandbox.when_answered(request, move || {
            _ = tell.send(());
            // Nothing is ever sent: it ends when the other end is dropped.
            _ = held.recv();
        });
        Hold { reached, _let_go: let_go }
    }

    /// Somebody else at work there: one call with the account's key, and its answer as JSON.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let address = self.sandbox.url().trim_start_matches("http://").to_owned();
        let (key, organisation) = (self.sandbox.api_key(), self.sandbox.organisation());
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\nauthorization: Bearer {key}\r\n\
             organisation: {organisation}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        );
        let mut line = TcpStream::connect(address).expect("the destination listens");
        line.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("no JSON ({error}): {answer}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A member of JSON as a whole number.
pub(crate) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no count: {value}"))
}

/// A fixed sequence of numbers without pattern (Knuth's MMIX generator), so that every run kills at the same requests.
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    pub(crate) fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}
