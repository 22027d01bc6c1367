//! API keys at rest: one entry per connection in the operating system's own keychain, and nowhere else.
//!
//! Owns the [`Secret`] type, which cannot be printed or saved by accident, and the three acts on the keychain. Does not
//! know what a key is for, never keeps one in memory after the caller has dropped it, and reads no environment variable.
//!
//! All three acts may wait for the user (the system may ask for a password), so call them from a thread that may block.

mod platform;

use std::fmt;

use keyring_core::Error;
use zeroize::Zeroizing;

/// Under which name the entries stand in the system's keychain; the account is the connection's name.
pub const SERVICE: &str = "carryover";

/// The environment variable that headless runs may use instead of a keychain. Read by the fronts, named in hints here.
pub const KEY_VARIABLE: &str = "CARRYOVER_API_KEY";

/// A key. Wiped from memory when dropped; prints as `<redacted>`; deliberately neither `Serialize` nor `PartialEq`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Blanks and line ends around a pasted key are not part of it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// The key itself, for the one place that puts it into a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, by which a person recognises a key; nothing of a key that is short enough to guess.
    pub fn ending(&self) -> String {
        let length = self.0.chars().count();
        if length < 12 { String::new() } else { self.0.chars().skip(length - 4).collect() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// An act on the keychain that could not be done. Messages are for the screen; [`KeychainError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    #[error("This computer has no keychain that Carryover can reach.")]
    Unavailable {
        /// The system's own words, for support.
        detail: String,
    },
    #[error("The keychain is locked.")]
    Locked,
    #[error("No key is kept for the connection “{connection}”.")]
    Absent { connection: String },
    #[error("The keychain holds more than one key for the connection “{connection}”.")]
    Ambiguous { connection: String },
    #[error("The key of the connection “{connection}” could not be {act}: {detail}.")]
    Failed {
        connection: String,
        /// `kept`, `read` or `deleted`.
        act: &'static str,
        detail: String,
    },
}

impl KeychainError {
    /// What to do next, as a plain sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "Start a keychain (on Linux: GNOME Keyring or KWallet) and try again. Without one, give the key in the environment variable CARRYOVER_API_KEY."
            }
            Self::Locked => {
                "Unlock the keychain and try again. Without a screen, give the key in the environment variable CARRYOVER_API_KEY."
            }
            Self::Absent { .. } => {
                "Enter the key of this connection again, or give it in the environment variable CARRYOVER_API_KEY."
            }
            Self::Ambiguous { .. } => {
                "Open the keychain, delete the entries named “carryover” for this connection, and enter the key again."
            }
            Self::Failed { .. } => {
                "Try again. If it stays so, delete the entry in the keychain and enter the key again."
            }
        }
    }
}

/// Keeps the key of a connection, in place of the one that was kept before.
pub fn save(connection: &str, key: &Secret) -> Result<(), KeychainError> {
    entry(connection)?.set_password(key.expose()).map_err(|error| explain(error, connection, "kept"))
}

/// The key of a connection; [`KeychainError::Absent`] if none is kept.
pub fn read(connection: &str) -> Result<Secret, KeychainError> {
    entry(connection)?.get_password().map(Secret::new).map_err(|error| explain(error, connection, "read"))
}

/// Forgets the key of a connection; [`KeychainError::Absent`] if none is kept.
pub fn delete(connection: &str) -> Result<(), KeychainError> {
    entry(connection)?.delete_credential().map_err(|error| explain(error, connection, "deleted"))
}

/// The store is opened for every act: a keychain that was out of reach may be there now.
fn entry(connection: &str) -> Result<keyring_core::Entry, KeychainError> {
    let store = platform::open().map_err(|error| KeychainError::Unavailable { detail: error.to_string() })?;
    store.build(SERVICE, connection, None).map_err(|error| explain(error, connection, "looked up"))
}

/// The library's error is not kept as a source: some of its variants carry the bytes of the key.
fn explain(error: Error, connection: &str, act: &'static str) -> KeychainError {
    let connection = connection.to_owned();
    match error {
        Error::NoEntry => KeychainError::Absent { connection },
        Error::NoStorageAccess(_) => KeychainError::Locked,
        Error::Ambiguous(_) => KeychainError::Ambiguous { connection },
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeychainError::Failed { connection, act, detail: "what is kept there is not a key".to_owned() }
        }
        other => KeychainError::Failed { connection, act, detail: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sandbox_4f7c1a9e";

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new(format!("  {KEY}\r\n"));
        assert_eq!(secret.expose(), KEY, "blanks around a pasted key are dropped");
        assert_eq!(secret.ending(), "1a9e");
        assert_eq!(Secret::new("short").ending(), "");
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)),
            "<redacted> <redacted> Some(\n    <redacted>,\n)"
        );
    }

    /// Whether a type has what keys must not have; ambiguous, and so refused by the compiler, as soon as one does.
    trait Lacks<Which> {
        fn holds() {}
    }
    impl<T> Lacks<()> for T {}
    impl<T: serde::Serialize> Lacks<u8> for T {}
    impl<T: PartialEq> Lacks<u16> for T {}

    #[test]
    fn a_secret_is_wiped_and_can_be_neither_saved_nor_compared() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        is_wiped(&Secret::new(KEY).0);
        <Secret as Lacks<_>>::holds();
    }

    #[test]
    fn every_error_says_what_to_do_and_none_shows_the_key() {
        let platform = || Box::new(std::io::Error::other("the bus is gone")).into();
        let cases = [
            (Error::NoEntry, "No key is kept for the connection “Live”."),
            (Error::NoStorageAccess(platform()), "The keychain is locked."),
            (Error::Ambiguous(Vec::new()), "The keychain holds more than one key for the connection “Live”."),
            (
                Error::BadEncoding(KEY.into()),
                "The key of the connection “Live” could not be read: what is kept there is not a key.",
            ),
            (
                Error::PlatformFailure(platform()),
                "The key of the connection “Live” could not be read: Platform failure: the bus is gone.",
            ),
        ];
        for (error, expected) in cases {
            let told = explain(error, "Live", "read");
            assert_eq!(told.to_string(), expected);
            assert!(!format!("{told:?}").contains(&format!("{:?}", KEY.as_bytes())), "{told:?}");
            assert!(told.hint().ends_with('.'));
        }
    }
}
