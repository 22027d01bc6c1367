//! A template, or what a colleague's program has learned: refused, or laid over columns and saved again without a change.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use engine::api::learned;
use engine::mapping::template;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a scratch folder"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("sent.json");
    fs::write(&path, bytes).expect("written");
    let settings = FOLDER.path().join("settings");
    if learned::look_into(&settings, &path).is_ok() {
        learned::import(&settings, &path).expect("what was looked into can be taken over");
        learned::forget_all(&settings).expect("it can be forgotten");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(saved) = template::load(text) else { return };
    template::apply(&saved.mapping, &["Customer Number".to_owned(), "Name".to_owned(), String::new()]);
    let again = template::load(&template::save(&saved)).expect("what was saved can be loaded");
    assert_eq!(again, saved);
});
