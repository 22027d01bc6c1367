//! A file that somebody dropped: found out about, read to its end, and written as it was read.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use engine::api::inspect::{inspect, write_csv};
use engine::intake::Hints;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    // A panic of a library that Carryover catches is no finding. One that nobody catches still ends the run.
    std::panic::set_hook(Box::new(|_| {}));
    tempfile::tempdir().expect("a scratch folder")
});

fuzz_target!(|bytes: &[u8]| {
    let path: PathBuf = FOLDER.path().join("dropped.csv");
    fs::write(&path, bytes).expect("written");
    if inspect(std::slice::from_ref(&path), &Hints::default(), "zenskar", true).is_ok() {
        // What can be found out about can be read, or the reason is told.
        write_csv(&path, &Hints::default(), &FOLDER.path().join("tables")).ok();
    }
});
