//! Files that hold what a migration holds: made for their owner alone, whatever the folder they lie in lets others do.
//!
//! On systems with rights of the Unix kind that is mode 0600; on Windows a file has the rights of its folder, which in a
//! user's own folders are the user's alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a file, or empties the one that is there.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    open(&mut options, path)
}

/// Makes a file; one that is there already is an error.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    open(&mut options, path)
}

/// A file with this content.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    create(path)?.write_all(content.as_ref())
}

#[cfg(unix)]
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::fs::Permissions;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    const OWNER_ONLY: u32 = 0o600;
    let file = options.mode(OWNER_ONLY).open(path)?;
    // One that was there before has the rights it was made with. What is no plain file, such as /dev/stdout, keeps them.
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_its_owners_even_if_it_was_everybodys() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (old, new) = (folder.path().join("old.csv"), folder.path().join("new.csv"));
        fs::write(&old, "much longer than what comes").expect("a file");
        fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).expect("for everybody");
        for path in [&old, &new] {
            write(path, "rows").expect("written");
            assert_eq!(fs::read_to_string(path).expect("readable"), "rows");
            assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        assert!(create_new(&new).is_err());
    }
}
