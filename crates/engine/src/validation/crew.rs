//! Work shared out over all cores: the caller's thread hands out tasks and takes what was done, since it alone may use the
//! migration file; every other thread works. Knows nothing of what the work is.

use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::store::Result;

/// Tasks under way between the caller's thread and the workers: enough that none waits, few enough that memory stays flat.
const UNDER_WAY: usize = 16;

/// What runs on each thread.
pub trait Worker: Send {
    type Task: Send;
    type Done: Send;

    fn work(&mut self, task: Self::Task) -> Self::Done;
}

/// Runs one worker a core. `feed` hands on one task after another; `take` receives what came of them, in no particular
/// order. An error of either stops all. Returns the workers with whatever they gathered.
pub fn crew<W: Worker>(
    make: impl Fn() -> W,
    feed: impl FnOnce(&mut dyn FnMut(W::Task) -> Result<()>) -> Result<()>,
    mut take: impl FnMut(W::Done) -> Result<()>,
) -> Result<Vec<W>> {
    let (tasks, receive) = sync_channel(UNDER_WAY);
    let receive = Mutex::new(receive);
    let (done, results) = channel();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|_| {
                let (worker, receive, done) = (make(), &receive, done.clone());
                scope.spawn(move || run(worker, receive, &done))
            })
            .collect();
        drop(done);
        let handed_out = feed(&mut |task| {
            // Fails only when every worker has panicked; then there is nobody to hand on to, and the scope passes the
            // panic on.
            drop(tasks.send(task));
            results.try_iter().try_for_each(&mut take)
        });
        // Ends the workers.
        drop(tasks);
        handed_out?;
        results.into_iter().try_for_each(&mut take)?;
        // A worker that panicked is our own bug; the scope passes its panic on when it ends.
        Ok(running.into_iter().filter_map(|worker| worker.join().ok()).collect())
    })
}

fn run<W: Worker>(mut worker: W, tasks: &Mutex<Receiver<W::Task>>, done: &Sender<W::Done>) -> W {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = next else { return worker };
        if done.send(worker.work(task)).is_err() {
            return worker;
        }
    }
}
