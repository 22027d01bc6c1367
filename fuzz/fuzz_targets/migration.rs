//! A migration that somebody sent: refused, or opened and asked for everything that a window shows first.
//!
//! Random bytes alone would never get past SQLite's first look. So a sound migration is damaged in as many places as there
//! are fives of bytes: four say where, one says what stands there.
#![no_main]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use engine::api::draft::ImportRequest;
use engine::api::{Actor, Migration};
use engine::intake::Hints;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a scratch folder"));
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| sound(FOLDER.path()));

fn actor() -> Actor {
    Actor { name: "Maren Okafor".to_owned(), now: Timestamp::UNIX_EPOCH, today: jiff::civil::date(2026, 10, 12) }
}

fn sound(folder: &Path) -> Vec<u8> {
    let (file, path) = (folder.join("sound.carryover"), folder.join("customers.csv"));
    fs::write(&path, "Customer Number,Name,E-mail\n1,Hoorn,a@hoorn.example\n2,Mosel,b\n").expect("written");
    let mut migration = Migration::create(&file, "zenskar", actor()).expect("a new migration");
    let request = ImportRequest { path, dataset: Some("customers".to_owned()), hints: Hints::default() };
    migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("it can be read");
    migration.check(&mut |_| ControlFlow::Continue(())).expect("it can be checked");
    drop(migration);
    fs::read(file).expect("it is there")
}

fuzz_target!(|bytes: &[u8]| {
    let mut damaged = SOUND.clone();
    for place in bytes.chunks_exact(5) {
        let at = u32::from_le_bytes([place[0], place[1], place[2], place[3]]) as usize % damaged.len();
        damaged[at] = place[4];
    }
    let path = FOLDER.path().join("sent.carryover");
    for end in ["-journal", "-wal", "-shm"] {
        fs::remove_file(FOLDER.path().join(format!("sent.carryover{end}"))).ok();
    }
    fs::write(&path, damaged).expect("written");
    let Ok(mut migration) = Migration::open(&path, actor()) else { return };
    migration.summary().ok();
    migration.file_cards().ok();
    migration.mappings(None).ok();
    migration.check_all(&mut |_| ControlFlow::Continue(())).ok();
    migration.upload_state().ok();
    migration.rejected(0, 100).ok();
    migration.tie_out_lines(&mut |_| ControlFlow::Continue(())).ok();
    migration.trail().ok();
});
