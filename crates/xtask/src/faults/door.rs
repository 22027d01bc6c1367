//! The doors of the practice destination, opened by hand: a few bytes over loopback, for which no client need be compiled.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::trouble::Trouble;

const PATIENCE: Duration = Duration::from_mins(1);

/// Asks one door and gives back what it answers.
pub(super) fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> Result<String, Trouble> {
    let trouble = |how: String| Trouble::Faults(format!("the practice destination did not answer {path}: {how}"));
    let exchange = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // HTTP 1.0: the answer ends with the connection.
        write!(stream, "{method} {path} HTTP/1.0\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|error| trouble(error.to_string()))?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| trouble("no answer".to_owned()))?;
    if head.split(' ').nth(1) == Some("200") { Ok(body.to_owned()) } else { Err(trouble(head.to_owned())) }
}
