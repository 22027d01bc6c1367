//! Notices when a test writes into the real home.
//!
//! The tests run with another `HOME`, so only a program that asks the system for the home, or that was handed a path, can
//! reach the real one. Other programs of the user write there at the same time; noticed is therefore a new name in the
//! places where programs leave things, and a change under a name that would be ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::trouble::Trouble;

/// Where programs leave their files, relative to the home.
const PLACES: [&str; 7] =
    ["", ".config", ".local/share", ".local/state", ".cache", "Library/Application Support", "AppData/Roaming"];

/// Parts of names under which a change is ours: the program and the keychain of the tests.
const OURS: [&str; 2] = ["carryover", "keyrings"];

/// What was there at the beginning, and when what is ours was last changed.
pub(crate) struct Watch {
    home: PathBuf,
    /// What stands in the home and is no part of it: a checkout in the making.
    except: Vec<PathBuf>,
    before: BTreeMap<PathBuf, Option<SystemTime>>,
}

impl Watch {
    pub(crate) fn begin(home: &Path, except: Vec<PathBuf>) -> Self {
        Self { home: home.to_owned(), before: look(home, &except), except }
    }

    pub(crate) fn end(self) -> Result<(), Trouble> {
        let mut touched = look(&self.home, &self.except);
        touched.retain(|path, changed| self.before.get(path) != Some(changed));
        if touched.is_empty() { Ok(()) } else { Err(Trouble::HomeTouched(touched.into_keys().collect())) }
    }
}

fn look(home: &Path, except: &[PathBuf]) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let mut seen = BTreeMap::new();
    for path in PLACES.iter().flat_map(|place| entries(&home.join(place))) {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if OURS.iter().any(|ours| name.contains(ours)) && !except.contains(&path) {
            look_inside(path, &mut seen);
        } else {
            seen.insert(path, None);
        }
    }
    seen
}

fn look_inside(path: PathBuf, seen: &mut BTreeMap<PathBuf, Option<SystemTime>>) {
    if path.is_dir() && !path.is_symlink() {
        for entry in entries(&path) {
            look_inside(entry, seen);
        }
    }
    let changed = path.symlink_metadata().and_then(|meta| meta.modified()).ok();
    seen.insert(path, changed);
}

/// A folder that is not there holds nothing.
fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Does `act` in a home that holds a few things, and gives what is noticed.
    fn check(act: impl FnOnce(&Path) -> std::io::Result<()>, expected: &[&str]) {
        let home = tempfile::tempdir().expect("a scratch folder");
        for folder in [".config/carryover", ".config/editor", ".local/share/keyrings", "carryover/target"] {
            fs::create_dir_all(home.path().join(folder)).expect("a folder in it");
        }
        fs::write(home.path().join(".config/carryover/settings.json"), "{}").expect("a file in it");
        let watch = Watch::begin(home.path(), vec![home.path().join("carryover")]);
        act(home.path()).expect("the act is possible");
        let found = match watch.end() {
            Err(Trouble::HomeTouched(paths)) => paths,
            _ => Vec::new(),
        };
        let expected: Vec<PathBuf> = expected.iter().map(|path| home.path().join(path)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_a_test_leaves_is_noticed_and_what_others_write_is_not() {
        check(|_| Ok(()), &[]);
        check(|home| fs::write(home.join(".config/editor/recent"), ""), &[]);
        check(|home| fs::write(home.join("carryover/target/built"), ""), &[]);
        check(|home| fs::write(home.join("left-over"), ""), &["left-over"]);
        check(|home| fs::create_dir_all(home.join(".cache/carryover")), &[".cache", ".cache/carryover"]);
        check(
            |home| fs::write(home.join(".local/share/keyrings/login.keyring"), "key"),
            &[".local/share/keyrings", ".local/share/keyrings/login.keyring"],
        );
        check(
            |home| {
                let settings = fs::File::create(home.join(".config/carryover/settings.json"))?;
                settings.set_modified(SystemTime::UNIX_EPOCH)
            },
            &[".config/carryover/settings.json"],
        );
    }
}
