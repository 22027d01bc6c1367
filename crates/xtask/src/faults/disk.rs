//! A small disk for the migration, which can be filled. It is one in memory, and making it takes the superuser's rights;
//! where they are missing the migration lies in a folder, and the disk is never full.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::succeeds;
use crate::trouble::Trouble;

const SIZE: &str = "size=1g,mode=700";
static BLOCK: [u8; 1 << 16] = [0; 1 << 16];

pub(super) struct Disk {
    folder: PathBuf,
    real: bool,
}

impl Disk {
    pub(super) fn make(within: &Path, left_out: &mut Vec<String>) -> Result<Self, Trouble> {
        let folder = within.join("disk");
        fs::create_dir_all(&folder).map_err(Trouble::file("make", &folder))?;
        let mut mount = Command::new("mount");
        let real = cfg!(target_os = "linux")
            && succeeds(mount.args(["-t", "tmpfs", "-o", SIZE, "carryover-faults"]).arg(&folder));
        if !real {
            left_out.push("full disk: a small disk could not be made here (it takes root on Linux)".to_owned());
        }
        Ok(Self { folder, real })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn can_be_filled(&self) -> bool {
        self.real
    }

    /// Writes until nothing fits any more.
    pub(super) fn fill(&self) -> Result<(), Trouble> {
        let path = self.ballast();
        let mut file = File::create(&path).map_err(Trouble::file("write", &path))?;
        // The error is what is waited for; smaller pieces fill what is left.
        while file.write_all(&BLOCK).is_ok() {}
        while file.write_all(&BLOCK[..512]).is_ok() {}
        Ok(())
    }

    pub(super) fn make_room(&self) -> Result<(), Trouble> {
        let path = self.ballast();
        fs::remove_file(&path).map_err(Trouble::file("remove", path))
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.real {
            unmount(&self.folder);
        }
    }
}

/// Takes away what a run that was stopped left mounted.
pub(super) fn release(within: &Path) {
    unmount(&within.join("disk"));
}

fn unmount(folder: &Path) {
    succeeds(Command::new("umount").arg("--lazy").arg(folder));
}
