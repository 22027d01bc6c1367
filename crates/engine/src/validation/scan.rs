//! Every row of a source, as it stands now, over all cores: one thread reads, the others work, results come back to the
//! caller's thread, which alone writes.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;

use crate::intake::Chunk;
use crate::intake::chunk::Damaged;
use crate::store::edit::{self, Overlay};
use crate::store::{Place, Result, StoreError, chunk};

/// Chunks under way between the reading thread and the workers: enough that none waits, few enough that memory stays flat.
const UNDER_WAY: usize = 16;

/// A run of rows with the edits that lie over it.
#[derive(Debug)]
pub struct Piece {
    pub source: u32,
    pub chunk: Chunk,
    pub overlay: Overlay,
}

/// One row as it stands now.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a, 'c> {
    pub place: Place,
    pub line: u64,
    pub cells: &'c [&'a str],
    /// The cells as read, where an edit changed one.
    pub as_read: Option<&'c [&'a str]>,
    /// The reason, where the user left the row out.
    pub excluded: Option<&'a str>,
}

impl Piece {
    pub fn each<'a>(&'a self, mut visit: impl FnMut(Seen<'a, '_>)) -> std::result::Result<(), Damaged> {
        let mut cells: Vec<&'a str> = Vec::new();
        for row in &self.chunk {
            let row = row?;
            cells.clear();
            cells.extend(row.cells());
            let place = Place::new(self.source, row.row);
            let excluded = self.overlay.excluded.get(&row.row).map(String::as_str);
            let edited = self.overlay.over(row.row, cells.iter().copied());
            let seen = Seen { place, line: row.line, cells: &cells, as_read: None, excluded };
            match &edited {
                None => visit(seen),
                Some(edited) => visit(Seen { cells: edited, as_read: Some(&cells), ..seen }),
            }
        }
        Ok(())
    }
}

/// What runs on each worker thread.
pub trait Worker: Send {
    type Found: Send;

    fn piece(&mut self, piece: &Piece) -> std::result::Result<Self::Found, Damaged>;
}

/// Runs workers over a source. `take` receives what they found, in no particular order, and may stop the scan. Returns
/// the workers with whatever they gathered.
pub fn scan<W: Worker>(
    connection: &Connection,
    source: u32,
    make: impl Fn() -> W,
    mut take: impl FnMut(W::Found) -> Result<ControlFlow<()>>,
) -> Result<Vec<W>> {
    let edited = edit::touches(connection, source)?;
    let (send, receive) = sync_channel::<Piece>(UNDER_WAY);
    let receive = Mutex::new(receive);
    let (done, results) = channel();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|_| {
                let (worker, receive, done) = (make(), &receive, done.clone());
                scope.spawn(move || work(worker, receive, &done))
            })
            .collect();
        drop(done);
        feed(connection, source, edited, send, &results, &mut take)?;
        for found in results {
            if take(found?)?.is_break() {
                return Err(StoreError::Stopped);
            }
        }
        // A worker that panicked is our own bug; the scope passes its panic on when it ends.
        Ok(running.into_iter().filter_map(|worker| worker.join().ok()).collect())
    })
}

fn work<W: Worker>(
    mut worker: W,
    pieces: &Mutex<Receiver<Piece>>,
    done: &std::sync::mpsc::Sender<std::result::Result<W::Found, Damaged>>,
) -> W {
    loop {
        let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(piece) = next else { return worker };
        if done.send(worker.piece(&piece)).is_err() {
            return worker;
        }
    }
}

/// Reads chunks and hands them on, taking in between what the workers have finished. Dropping `send` ends the workers.
fn feed<F>(
    connection: &Connection,
    source: u32,
    edited: bool,
    send: SyncSender<Piece>,
    results: &Receiver<std::result::Result<F, Damaged>>,
    take: &mut impl FnMut(F) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut stopped = false;
    let outcome = chunk::scan(connection, source, |chunk| {
        let overlay = if edited {
            edit::overlay(connection, source, chunk.first_row, chunk.first_row + u64::from(chunk.rows) - 1)?
        } else {
            Overlay::default()
        };
        // Fails only when every worker has panicked; then there is nothing to hand on, and the scope passes the panic on.
        drop(send.send(Piece { source, chunk, overlay }));
        while let Ok(found) = results.try_recv() {
            stopped |= take(found?)?.is_break();
        }
        if stopped { Err(StoreError::Stopped) } else { Ok(()) }
    });
    drop(send);
    outcome
}
