//! Rows of a table that wait in a temporary file until it is known what becomes of them. Memory stays flat; dropped, it
//! leaves nothing behind.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use super::chunk::Chunk;

/// Chunks in the order in which they came.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<File>,
    chunks: Vec<Head>,
}

/// Where a chunk begins and how long it is.
#[derive(Debug, Clone, Copy)]
struct Head {
    first_row: u64,
    rows: u32,
    bytes: usize,
}

impl Spool {
    pub fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), chunks: Vec::new() })
    }

    pub fn push(&mut self, chunk: &Chunk) -> io::Result<()> {
        self.file.write_all(&chunk.bytes)?;
        self.chunks.push(Head { first_row: chunk.first_row, rows: chunk.rows, bytes: chunk.bytes.len() });
        Ok(())
    }

    /// Every chunk again, as often as it is wanted. The outer error is the temporary file's, the inner one that of `visit`.
    pub fn each<E>(&mut self, mut visit: impl FnMut(Chunk) -> Result<(), E>) -> io::Result<Result<(), E>> {
        self.file.rewind()?;
        let mut file = BufReader::new(self.file.get_mut());
        for &Head { first_row, rows, bytes } in &self.chunks {
            let mut packed = vec![0; bytes];
            file.read_exact(&mut packed)?;
            if let Err(error) = visit(Chunk { first_row, rows, bytes: packed }) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}
