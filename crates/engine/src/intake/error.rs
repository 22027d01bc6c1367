//! Why a file could not be read at all. Each names the file and says what to do next; bad data is never one of these.

use std::io;
use std::path::{Path, PathBuf};

use super::source::Bomb;

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error("“{}” is not there any more. Look whether it was moved or renamed, and add it again.", name(path))]
    NotFound { path: PathBuf },
    #[error("“{}” is a folder. Add the files in it.", name(path))]
    Folder { path: PathBuf },
    #[error(
        "“{}” cannot be opened: this user may not read it. Change its permissions, or copy it elsewhere and add the copy.",
        name(path)
    )]
    NoPermission { path: PathBuf },
    #[error("“{}” could not be read. Copy it to this computer and add the copy.", name(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("“{}” is empty. Export it again, or leave it out.", name(path))]
    Empty { path: PathBuf },
    #[error("“{}” has nothing but blanks in it. Export it again, or leave it out.", name(path))]
    Blank { path: PathBuf },
    /// `what` completes “… is”: “a PNG picture”.
    #[error(
        "“{}” is {what}, not a table. It was not added. Carryover reads CSV, TSV, TXT and Excel files.",
        name(path)
    )]
    NotATable { path: PathBuf, what: &'static str },
    #[error("“{}” has no table in it. It was not added. Put names above the columns and save it again.", name(path))]
    NoTable { path: PathBuf },
    #[error("“{}” is protected with a password. Save a copy without it and add that.", name(path))]
    Password { path: PathBuf },
    /// `detail` is what the format's reader said, for support.
    #[error(
        "“{}” is damaged or was not copied to its end. Fetch it again, or open it in Excel, save a copy and add that.",
        name(path)
    )]
    Damaged { path: PathBuf, sheet: Option<String>, detail: String },
    #[error(
        "“{}” would unpack to more than {limit} MB, far more than a table of its size. It was not read. Unpack it by hand and add what is in it.",
        name(path)
    )]
    Bomb { path: PathBuf, limit: u64 },
    #[error("“{}” has several files in it: {}. Unpack it and add them one by one.", name(path), quoted(members))]
    Several { path: PathBuf, members: Vec<String> },
    #[error(
        "“{}” has {columns} columns in line {line}; at most {} can be read. Look whether the right character separates the columns.",
        name(path),
        super::MAX_COLUMNS
    )]
    TooWide { path: PathBuf, line: u64, columns: u64 },
    #[error("“{}” has no line end for more than {} MB after line {line}. Look whether it is a table, and export it again.", name(path), super::MAX_RECORD >> 20)]
    LineTooLong { path: PathBuf, line: u64 },
    #[error(
        "“{}” is too large to be read turned: at most {} records of {} fields can be. Turn it in a spreadsheet and add it again.",
        name(path),
        super::turned::RECORDS,
        super::turned::FIELDS
    )]
    TooLargeToTurn { path: PathBuf },
    #[error("“{}” has no sheet “{sheet}”. Choose one of {}.", name(path), quoted(sheets))]
    UnknownSheet { path: PathBuf, sheet: String, sheets: Vec<String> },
    #[error(
        "“{encoding}” is not an encoding that “{}” can be read in. Choose another, such as utf-8 or windows-1252.",
        name(path)
    )]
    UnknownEncoding { path: PathBuf, encoding: String },
    #[error(
        "“{separator}” cannot separate or quote the columns of “{}”. Choose a character of ASCII that is no letter, digit or line end.",
        name(path)
    )]
    Separator { path: PathBuf, separator: char },
    #[error("table {number} of “{}” is not in its layout. Read the layout again.", name(path))]
    UnknownTable { path: PathBuf, number: usize },
}

impl IntakeError {
    /// An error of the file system, or one that a decompressing reader passed through it.
    pub(super) fn reading(path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        if let Some(Bomb { limit }) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::Bomb { path, limit: limit >> 20 };
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::IsADirectory => Self::Folder { path },
            io::ErrorKind::PermissionDenied => Self::NoPermission { path },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                Self::Damaged { path, sheet: None, detail: error.to_string() }
            }
            _ => Self::Unreadable { path, source: error },
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// At most ten names; a message is to be read.
fn quoted(names: &[String]) -> String {
    let listed = names.iter().take(10).map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
    if names.len() > 10 { format!("{listed} and {} more", names.len() - 10) } else { listed }
}
