//! Why something could not be done, for every front: a code where a front acts on it, what happened, what to do.

use serde::Serialize;

use crate::destination::OpenError;
use crate::intake::IntakeError;
use crate::keychain::KeychainError;
use crate::mapping::MappingError;
use crate::mapping::template::TemplateError;
use crate::report::files::FilesError;
use crate::settings::SettingsError;
use crate::store::StoreError;
use crate::upload::UploadError;
use crate::validation::CheckError;

/// Sent to the window and printed by the command line as `{"error":{…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[error("{message}")]
pub struct ApiError {
    pub code: Code,
    /// What happened to what, in plain words. Never a key, never customer data beyond the value that is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// Kinds of failure that a front treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A file, sheet, field, column or connection that is not there.
    NotFound,
    /// Something of that name is there already.
    Exists,
    /// The migration is open in another process.
    Busy,
    /// Long work has the migration; it is free again when that has ended.
    Working,
    /// Not a migration, damaged, or made with a newer version.
    Migration,
    /// A file that could not be read as a table.
    Unreadable,
    /// The mapping makes no sense for the file.
    Mapping,
    /// What was asked for does not fit together.
    Argument,
    /// Not now: something has to be done first.
    Precondition,
    /// The keychain could not be used.
    Keychain,
    /// The keychain can be used and holds no key for the connection.
    NoKey,
    /// The destination cannot be reached or does not accept the key.
    Destination,
    /// The destination turned down so much that the upload stopped by itself.
    Refused,
    DiskFull,
    Stopped,
    /// A file or folder could not be written.
    Io,
    /// A mistake in Carryover itself.
    Internal,
}

pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::new(
                Code::DiskFull,
                format!("“{}” could not be written: the disk is full", path.display()),
                "Make room and try again.",
            );
        }
        Self::new(
            Code::Io,
            format!("“{}” could not be used: {error}", path.display()),
            "Check that the folder exists and that you may write to it.",
        )
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::Missing(_) => {
                (Code::NotFound, "Make a migration with `carryover new`, or name the right file.")
            }
            StoreError::Exists(_) => (Code::Exists, "Choose another name, or open the one that is there."),
            StoreError::Busy(_) => (Code::Busy, "Close the other one first; only one may write."),
            StoreError::Foreign(_) | StoreError::Newer(_) | StoreError::Damaged { .. } | StoreError::Json(_) => {
                (Code::Migration, "Nothing was changed. Go back to a copy, or update Carryover.")
            }
            StoreError::DiskFull(_) => (Code::DiskFull, "Make room and try again. What was done before is safe."),
            StoreError::Stopped => (Code::Stopped, "Start it again whenever you like."),
            StoreError::Io { .. } | StoreError::Sqlite(_) | StoreError::Temporary(_) => {
                (Code::Io, "Check the disk and your rights to the folder, then try again.")
            }
        };
        Self::new(code, error.to_string(), hint)
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        Self::new(
            Code::Unreadable,
            error.to_string(),
            "Nothing was added. Carryover reads CSV, TSV, TXT and Excel files.",
        )
    }
}

impl From<MappingError> for ApiError {
    fn from(error: MappingError) -> Self {
        Self::new(
            Code::Mapping,
            error.to_string(),
            "Look at the mapping with `carryover map` and correct the field named.",
        )
    }
}

impl From<CheckError> for ApiError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Store(error) => error.into(),
            error @ CheckError::Mapping { .. } => Self::new(
                Code::Mapping,
                error.to_string(),
                "Look at the mapping with `carryover map` and correct the field named.",
            ),
            error @ CheckError::Temporary(_) => {
                Self::new(Code::Io, error.to_string(), "Make room in the folder for temporary files and try again.")
            }
        }
    }
}

impl From<TemplateError> for ApiError {
    fn from(error: TemplateError) -> Self {
        Self::new(Code::Mapping, error.to_string(), "Choose a template that was saved by Carryover.")
    }
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        Self::new(Code::Argument, error.to_string(), "See `carryover connect list` for what is there.")
    }
}

impl From<KeychainError> for ApiError {
    fn from(error: KeychainError) -> Self {
        let code = if matches!(error, KeychainError::Absent { .. }) { Code::NoKey } else { Code::Keychain };
        Self::new(code, error.to_string(), error.hint())
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        Self::new(Code::Destination, error.to_string(), "Correct the connection with `carryover connect`.")
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Store(error) => error.into(),
            UploadError::Check(error) => error.into(),
            UploadError::Stopped(stop) => Self::new(Code::Destination, stop.reason, stop.remedy),
            error @ UploadError::Unfinished { .. } => {
                Self::new(Code::Precondition, error.to_string(), "Add `--resume`.")
            }
            error @ UploadError::TooManyRefused { .. } => Self::new(
                Code::Refused,
                error.to_string(),
                "Look at what was turned down and why. Then go on with `carryover upload --resume`, and send the rejected rows again once they are corrected; `--stop-at` lets more pass.",
            ),
            error @ UploadError::Cancelled => {
                Self::new(Code::Stopped, error.to_string(), "Go on with `carryover upload --resume`.")
            }
            error @ (UploadError::Read(_) | UploadError::Unreachable { .. }) => Self::new(
                Code::Destination,
                error.to_string(),
                "When it can be reached again, go on with `carryover upload --resume`.",
            ),
        }
    }
}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Store(error) => error.into(),
            FilesError::Check(error) => error.into(),
            error @ FilesError::Pdf(_) => Self::new(
                Code::Internal,
                error.to_string(),
                "The other files were written. Send the details to support.",
            ),
            error => Self::new(
                Code::Io,
                error.to_string(),
                "Check that the folder exists, has room, and that you may write to it.",
            ),
        }
    }
}
