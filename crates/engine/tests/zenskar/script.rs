//! A server that plays a script: one step for each request, then nothing but cut connections.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens to one request after it was read.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// These bytes, then the connection closes.
    Say(String),
    /// The connection closes without a byte.
    Cut,
    /// Nothing ever comes.
    Hang,
}

pub(super) struct Script {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub(super) async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (mut steps, seen) = (steps.into_iter().collect::<VecDeque<_>>(), requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let step = steps.pop_front().unwrap_or(Step::Cut);
                tokio::spawn(play(stream, step, seen.clone()));
            }
        });
        Self { url, requests }
    }

    /// The requests as they came, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no reader has failed").clone()
    }
}

/// A whole answer.
pub(super) fn say(status: u16, headers: &str, body: &str) -> Step {
    let length = body.len();
    Step::Say(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"))
}

pub(super) fn json(status: u16, body: &str) -> Step {
    say(status, "content-type: application/json\r\n", body)
}

/// An answer that promises more bytes than come.
pub(super) fn truncated(body: &str) -> Step {
    let promised = body.len() + 100;
    Step::Say(format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {promised}\r\n\r\n{body}"))
}

async fn play(mut stream: TcpStream, step: Step, seen: Arc<Mutex<Vec<String>>>) {
    let request = read(&mut stream).await;
    seen.lock().expect("no reader has failed").push(request);
    match step {
        Step::Say(answer) => {
            // A client that has had enough may hang up before the end.
            stream.write_all(answer.as_bytes()).await.ok();
        }
        Step::Cut => {}
        Step::Hang => std::future::pending().await,
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
