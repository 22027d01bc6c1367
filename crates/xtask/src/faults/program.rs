//! The released program as a user runs it, in the surroundings that an accident needs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::accident::Accident;
use super::data::Data;
use super::disk::Disk;
use super::server::Server;
use crate::packages::{self, FAKETIME};
use crate::process::{run, spawn, stdout, succeeds, words};
use crate::trouble::Trouble;

/// The practice destination's key and organisation; both are public and open nothing else.
const KEY: &str = "sandbox_practice";
const ORGANISATION: &str = "3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90";
const NAMES: &str = "127.0.0.1 localhost\n";
/// Shell that leaves a program without the names of this computer and of the network, until `hosts` is written to.
const WITHOUT_NAMES: &str = "mount --bind \"$0/hosts\" /etc/hosts && \
     { [ ! -e /etc/nsswitch.conf ] || mount --bind \"$0/nsswitch\" /etc/nsswitch.conf; } && exec \"$@\"";

/// What is around the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Nothing,
    NoNames,
    OtherClock,
}

pub(super) struct Program {
    carryover: PathBuf,
    /// Settings, logs and reports.
    folder: PathBuf,
    migration: PathBuf,
    hides_names: bool,
    /// The library that makes a program believe in another time.
    faketime: Option<PathBuf>,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Killed,
    ByItself(i32),
}

impl Program {
    pub(super) fn new(
        carryover: PathBuf,
        folder: &Path,
        disk: &Path,
        left_out: &mut Vec<String>,
    ) -> Result<Self, Trouble> {
        let mut unshare = Command::new("unshare");
        let hides_names = cfg!(target_os = "linux") && succeeds(unshare.args(["--mount", "true"]));
        if !hides_names {
            left_out.push("no names: they could not be hidden here (it takes root on Linux)".to_owned());
        }
        let faketime = if cfg!(target_os = "linux") && packages::need(&[&FAKETIME]).is_ok() { library() } else { None };
        if faketime.is_none() {
            left_out.push("clock jumps: libfaketime could not be installed here".to_owned());
        }
        let program =
            Self { carryover, folder: folder.to_owned(), migration: disk.join("m.carryover"), hides_names, faketime };
        program.write("nsswitch", "hosts: files\n")?;
        program.names(true)?;
        program.clock("+0")?;
        Ok(program)
    }

    /// Imports everything, checks it, and connects.
    pub(super) fn prepare(&self, data: &Data, server: &Server) -> Result<(), Trouble> {
        let quiet = |arguments: &[&str]| run(self.command(arguments).stdout(Stdio::null()));
        let migration = self.migration.display().to_string();
        let to = data.to.name();
        quiet(&["new", &migration, "--to", to])?;
        for dataset in &data.datasets {
            let file = data.path(dataset).display().to_string();
            quiet(&["import", "-m", &migration, &file, "--as", dataset.name])?;
        }
        quiet(&["check", "-m", &migration])?;
        let url = server.url();
        quiet(&["connect", "add", "practice", "--to", to, "--url", &url, "--organisation", ORGANISATION])
    }

    pub(super) fn can(&self, accident: Accident, disk: &Disk) -> bool {
        match accident {
            Accident::NoNames => self.hides_names,
            Accident::FullDisk => disk.can_be_filled(),
            Accident::ClockForward | Accident::ClockBack => self.faketime.is_some(),
            _ => true,
        }
    }

    /// Starts the upload, or goes on with it.
    pub(super) fn upload(&self, around: Around, begun: bool) -> Result<Child, Trouble> {
        let migration = self.migration.display().to_string();
        let mut arguments = vec!["--json", "upload", "-m", &migration, "--with", "practice"];
        if begun {
            arguments.push("--resume");
        }
        let mut command = match around {
            Around::NoNames => self.without_names(&arguments),
            _ => self.command(&arguments),
        };
        if let (Around::OtherClock, Some(library)) = (around, &self.faketime) {
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", self.folder.join("clock"));
            command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
        }
        let log = self.folder.join("upload.log");
        let file = File::create(&log).map_err(Trouble::file("write", &log))?;
        let answer = self.folder.join("upload.json");
        let out = File::create(&answer).map_err(Trouble::file("write", &answer))?;
        spawn(command.stdout(out).stderr(file))
    }

    /// Whether names are found.
    pub(super) fn names(&self, found: bool) -> Result<(), Trouble> {
        self.write("hosts", if found { NAMES } else { "" })
    }

    /// What the clock of a program with another one says, beside the machine's: such as `+25h`.
    pub(super) fn clock(&self, offset: &str) -> Result<(), Trouble> {
        self.write("clock", &format!("{offset}\n"))
    }

    /// What the program said last.
    pub(super) fn last_words(&self) -> String {
        let said = ["upload.log", "upload.json"].map(|name| fs::read_to_string(self.folder.join(name)));
        said.into_iter().flatten().collect()
    }

    /// The report, with everything read back from the destination.
    pub(super) fn report(&self) -> Result<Value, Trouble> {
        let (migration, out) = (self.migration.display().to_string(), self.folder.join("report"));
        let mut command = self.command(&["--json", "report", "-m", &migration, "--with", "practice", "--out"]);
        let printed = stdout(command.arg(out))?;
        serde_json::from_str(&printed)
            .map_err(|error| Trouble::Faults(format!("`{}` printed no JSON: {error}", words(&command))))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.with_settings(Command::new(&self.carryover), arguments)
    }

    fn without_names(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", WITHOUT_NAMES]).arg(&self.folder).arg(&self.carryover);
        self.with_settings(command, arguments)
    }

    fn with_settings(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).stdin(Stdio::null());
        command.env("CARRYOVER_CONFIG_DIR", self.folder.join("settings")).env("CARRYOVER_API_KEY", KEY);
        command
    }

    /// In place: what is bound to the file sees it.
    fn write(&self, name: &str, content: &str) -> Result<(), Trouble> {
        let path = self.folder.join(name);
        fs::write(&path, content).map_err(Trouble::file("write", path))
    }
}

/// The one for programs with threads. Debian keeps it in a folder of the machine's kind, other systems do not.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut places = folders.chain(["/usr/lib", "/usr/lib64"].map(PathBuf::from));
    places
        .find_map(|folder| Some(folder.join("faketime").join("libfaketimeMT.so.1")).filter(|library| library.is_file()))
}
