//! The journal of a practice destination: a file with one line for every request that may have changed something. Whoever
//! acts on them again, in order, has what was there. Knows neither what the lines say nor who asked.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Made with its first line, so that a destination nobody writes to leaves no file.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    /// Opens the journal at `path` and gives each of its lines to `each`, oldest first. A last line that was cut off while it
    /// was written is dropped: nobody was ever answered for it.
    pub(crate) fn open(path: &Path, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<Self> {
        let mut journal = Self { path: path.to_owned(), file: None };
        if !path.exists() {
            return Ok(journal);
        }
        let mut reader = BufReader::new(OpenOptions::new().read(true).write(true).open(path)?);
        let mut line = String::new();
        let mut whole = 0;
        while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
            each(&line)?;
            whole += line.len() as u64;
            line.clear();
        }
        let mut file = reader.into_inner();
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        journal.file = Some(file);
        Ok(journal)
    }

    /// Adds a line; it is with the system when this returns.
    pub(crate) fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.path)?),
        };
        file.write_all(&text)
    }
}

/// For its owner alone: it holds what the migration holds.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
