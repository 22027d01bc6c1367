//! `cargo xtask torture DIR`: files that nobody here wrote, each given to the released program.
//!
//! Asked of every file: no panic, no hang, no more than a gigabyte of memory, and either a result or an error that says
//! what is wrong. Whether the result is right is for the tests of the engine; here it only has to be one.

mod outcome;
mod page;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use self::outcome::{End, Outcome, Tally, judge};
use crate::process::{run, spawn, wait_within};
use crate::trouble::Trouble;
use crate::workspace::{released, root};

const PATIENCE: Duration = Duration::from_secs(10);
const MEMORY_KIB: u64 = 1024 * 1024;

/// What is tried on each file, as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Try {
    Inspect,
    Import,
}

/// One try that broke something.
struct Broken {
    file: PathBuf,
    attempt: Try,
    how: String,
}

/// Everything that was found out; folders are the first level below the one that was asked for.
#[derive(Default)]
struct Findings {
    files: usize,
    folders: BTreeMap<(String, Try), Tally>,
    broken: Vec<Broken>,
}

pub(crate) fn torture(dir: &Path, docs: bool) -> Result<(), Trouble> {
    let carryover = released()?;
    let scratch = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
    let empty = scratch.path().join("empty.carryover");
    run(Command::new(&carryover).arg("new").arg(&empty).args(["--to", "zenskar"]).stdout(Stdio::null()))?;

    let mut waiting = Vec::new();
    collect(dir, &mut waiting)?;
    let findings = Mutex::new(Findings { files: waiting.len(), ..Findings::default() });
    let waiting = Mutex::new(waiting);
    std::thread::scope(|scope| {
        let worker = |number: usize| {
            let place =
                Place { carryover: &carryover, empty: &empty, scratch: scratch.path().join(number.to_string()) };
            work(&place, dir, &waiting, &findings)
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers).map(|number| scope.spawn(move || worker(number))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;

    let mut findings = findings.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    findings.broken.sort_by(|a, b| (&a.file, a.attempt).cmp(&(&b.file, b.attempt)));
    let page = page::page(&findings);
    println!("{page}");
    if docs {
        let path = root().join("docs").join("TORTURE.md");
        fs::write(&path, page).map_err(Trouble::file("write", path))?;
    }
    match findings.broken.len() {
        0 => Ok(()),
        broken => Err(Trouble::Broken { broken, files: findings.files }),
    }
}

/// What one worker needs: the program, a migration to copy, and a folder nobody else writes to.
struct Place<'a> {
    carryover: &'a Path,
    empty: &'a Path,
    scratch: PathBuf,
}

fn work(place: &Place, dir: &Path, waiting: &Mutex<Vec<PathBuf>>, findings: &Mutex<Findings>) -> Result<(), Trouble> {
    fs::create_dir_all(&place.scratch).map_err(Trouble::file("make", &place.scratch))?;
    // The lock is given back before the file is tried.
    let next = || waiting.lock().ok()?.pop();
    while let Some(path) = next() {
        let file = path.strip_prefix(dir).unwrap_or(&path).to_owned();
        for attempt in [Try::Inspect, Try::Import] {
            let outcome = give(place, &path, attempt)?;
            let Ok(mut findings) = findings.lock() else { return Ok(()) };
            findings.folders.entry((folder(&file), attempt)).or_default().count(&outcome);
            if let Outcome::Broken(how) = outcome {
                findings.broken.push(Broken { file: file.clone(), attempt, how });
            }
        }
    }
    Ok(())
}

/// Gives one file to the program, in a process of its own.
fn give(place: &Place, path: &Path, attempt: Try) -> Result<Outcome, Trouble> {
    let (out, err) = (place.scratch.join("stdout"), place.scratch.join("stderr"));
    let mut command = Command::new(place.carryover);
    match attempt {
        Try::Inspect => command.arg("inspect"),
        // Whatever the file is about: what matters is that its rows go in.
        Try::Import => command.args(["import", "--as", "customers", "-m"]).arg(fresh_migration(place)?),
    };
    command.arg("--json").arg("--").arg(path).stdin(Stdio::null());
    command.stdout(File::create(&out).map_err(Trouble::file("write", &out))?);
    command.stderr(File::create(&err).map_err(Trouble::file("write", &err))?);
    let status = wait_within(&mut spawn(&mut command)?, PATIENCE, MEMORY_KIB).map_err(Trouble::file("watch", path))?;
    let read = |path: &Path| fs::read(path).map_err(Trouble::file("read", path));
    Ok(judge(&End { status, stdout: &read(&out)?, stderr: &read(&err)? }))
}

/// A migration that holds nothing, without what an earlier one left beside it.
fn fresh_migration(place: &Place) -> Result<PathBuf, Trouble> {
    let folder = place.scratch.join("migration");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Trouble::file("empty", &folder))?;
    }
    fs::create_dir(&folder).map_err(Trouble::file("make", &folder))?;
    let migration = folder.join("torture.carryover");
    fs::copy(place.empty, &migration).map_err(Trouble::file("copy to", &migration))?;
    Ok(migration)
}

/// Every file below `dir`. Links are not followed, so the walk ends.
pub(crate) fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Trouble> {
    for entry in fs::read_dir(dir).map_err(Trouble::file("read", dir))? {
        let entry = entry.map_err(Trouble::file("read", dir))?;
        let kind = entry.file_type().map_err(Trouble::file("read", entry.path()))?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn folder(file: &Path) -> String {
    let mut parts = file.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    match (parts.next(), parts.next()) {
        (Some(first), Some(_)) => first,
        _ => ".".to_owned(),
    }
}
