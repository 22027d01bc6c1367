//! The practice destinations: an HTTP server on this machine that behaves as a billing system's published contract
//! says, and goes wrong on request.
//!
//! A request passes the gate (`gate`: faults and log), then the destination's own folder (`zenskar`, `kustomer`), which checks it
//! against the document (`contract`) before it acts. The shared files know no destination; another one is another
//! folder. Everything is held in memory. With a file to keep it in (`journal`) a sandbox that is started again goes on
//! where it was; without one it starts empty.

mod call;
mod clock;
pub mod contract;
mod faults;
mod gate;
mod journal;
mod kustomer;
mod line;
mod practice;
mod received;
mod records;
mod shelf;
mod twin;
mod zenskar;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::middleware;
use jiff::SignedDuration;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use uuid::{Uuid, uuid};

use crate::{
    clock::Clock,
    gate::Gate,
    line::{CuttableListener, Line},
    practice::Practice,
    twin::Twin,
};

pub use crate::{
    faults::{Faults, FaultsError},
    gate::LoggedRequest,
    kustomer::{Account, CONTRACT as KUSTOMER_CONTRACT},
    records::{Counts, Records},
    zenskar::CONTRACT as ZENSKAR_CONTRACT,
};

/// The billing system that is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plays {
    #[default]
    Zenskar,
    Kustomer,
}

impl Plays {
    /// By its name on the command line.
    pub fn called(name: &str) -> Option<Self> {
        match name {
            "zenskar" => Some(Self::Zenskar),
            "kustomer" => Some(Self::Kustomer),
            _ => None,
        }
    }
}

/// How long answers under way may take to finish once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Options {
    pub plays: Plays,
    /// On 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    pub api_key: String,
    pub organisation: Uuid,
    pub faults: Faults,
    /// The same seed draws the same faults for the same requests.
    pub seed: u64,
    /// Where what it holds outlives it. Made with the first record.
    pub kept: Option<PathBuf>,
    /// Whether it comes back without the idempotency keys it was given before.
    pub forgetful: bool,
    /// Of Kustomer: what the key may do, and how much.
    pub account: Account,
}

/// A running practice destination. Dropping it stops it.
pub struct Sandbox {
    address: SocketAddr,
    api_key: String,
    organisation: Uuid,
    clock: Arc<Clock>,
    gate: Arc<Gate>,
    twin: Twin,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

/// Why a sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("could not listen on port {port} of this machine; choose another port")]
    Listen { port: u16, source: std::io::Error },
    #[error("could not read the contract of the practice destination")]
    Contract(#[from] contract::ContractError),
    #[error("“{}” could not be read, where the practice destination keeps what it was sent", path.display())]
    Kept { path: PathBuf, source: std::io::Error },
}

impl Default for Options {
    fn default() -> Self {
        Self {
            plays: Plays::default(),
            port: 0,
            api_key: "sandbox_practice".into(),
            organisation: uuid!("3d0f4f7e-51a4-4c7b-9f0e-8a6c2b1d7e90"),
            faults: Faults::default(),
            seed: 1,
            kept: None,
            forgetful: false,
            account: Account::default(),
        }
    }
}

impl Sandbox {
    /// Starts to listen; requests are answered from the moment this returns.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let Options { plays, port, api_key, organisation, faults, seed, kept, forgetful, account } = options;
        let clock = Arc::new(Clock::default());
        let twin = Twin::new(plays, account, (api_key.clone(), organisation), clock.clone(), kept.as_deref())?;
        if forgetful {
            twin.forget_keys();
        }
        let gate = Arc::new(Gate::new(clock.clone(), faults, seed, api_key.clone()));
        let listen = |source| SandboxError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let practice = Practice { twin: twin.clone(), gate: gate.clone(), clock: clock.clone() };
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, practice, stopped));
        tracing::debug!(%address, "practice destination started");
        Ok(Self { address, api_key, organisation, clock, gate, twin, stop: Some(stop), server })
    }

    /// Such as `http://127.0.0.1:4010`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn organisation(&self) -> Uuid {
        self.organisation
    }

    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// From the next request on; the dice start again from the seed.
    pub fn set_faults(&self, faults: Faults) {
        self.gate.set_faults(faults);
    }

    /// As a destination that keeps idempotency keys in memory only, and has been started anew.
    pub fn forget_keys(&self) {
        self.twin.forget_keys();
    }

    /// How often each fault struck so far, by its word.
    pub fn faults_met(&self) -> BTreeMap<String, u64> {
        self.gate.met()
    }

    /// A copy of everything held; with a million events that is slow and large, see [`Sandbox::counts`].
    pub fn records(&self) -> Records {
        self.twin.records()
    }

    pub fn counts(&self) -> Counts {
        self.twin.counts()
    }

    /// How many requests to the destination were answered or cut off so far.
    pub fn requests(&self) -> u64 {
        self.gate.answered()
    }

    /// Acts once, as soon as so many requests were answered or cut off; at once where they were already. Takes the place of what
    /// still waits.
    pub fn when_answered(&self, requests: u64, act: impl FnOnce() + Send + 'static) {
        self.gate.when_answered(requests, Box::new(act));
    }

    /// Requests to the destination, oldest first; the oldest of very many are forgotten.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.gate.log()
    }

    /// Puts the sandbox's clock forward: idempotency keys age, rate windows close, contracts end.
    pub fn advance_clock(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Takes no more requests, lets those under way finish for a moment, and frees the port.
    pub async fn stop(mut self) {
        self.signal();
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            tracing::debug!("requests under way were abandoned");
        }
    }

    fn signal(&mut self) {
        // The server may have ended already; then there is nobody to tell.
        self.stop.take().map(|stop| stop.send(()).ok());
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.signal();
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, practice: Practice, stopped: oneshot::Receiver<()>) {
    let gated = practice.twin.router().layer(middleware::from_fn_with_state(practice.gate.clone(), gate::pass));
    let app = gated.merge(practice::router(practice));
    let service = app.into_make_service_with_connect_info::<Line>();
    let served = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(async move {
        // An error means the sandbox is gone, which is a reason to stop as well.
        stopped.await.ok();
    });
    if let Err(error) = served.await {
        tracing::error!(%error, "the practice destination stopped by itself");
    }
}

/// A panic while a lock was held is that request's failure, not the server's.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
