//! What a file is known by: the SHA-256 of its bytes on disk.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::IntakeError;

/// Bytes read at a time.
const BLOCK: usize = 256 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Lower-case hex.
    pub sha256: String,
    pub bytes: u64,
}

/// Reads the whole file once. Errors as [`super::layout`] does when the file cannot be opened.
pub fn fingerprint(path: &Path) -> Result<Fingerprint, IntakeError> {
    let failed = |error| IntakeError::reading(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut block, mut bytes) = (Sha256::new(), vec![0; BLOCK], 0);
    loop {
        let length = file.read(&mut block).map_err(failed)?;
        if length == 0 {
            break;
        }
        hash.update(&block[..length]);
        bytes += length as u64;
    }
    let digits: Vec<String> = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Fingerprint { sha256: digits.concat(), bytes })
}
