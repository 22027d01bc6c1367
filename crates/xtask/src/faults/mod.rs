//! `cargo xtask faults`: an upload that everything happens to, and what is at the destination afterwards.
//!
//! Real processes and real HTTP: the released program sends 10,000 customers, 200,000 events and 5,000 contracts to Zenskar's
//! practice destination, or companies and 20,000 customers to Kustomer's, which answers late, wrongly, twice or not at all, while the program is killed at random moments, put to sleep,
//! and meets full disks, wrong clocks, missing names and expired keys ([`accident`]). In the end everything is counted
//! ([`count`]). The same seed draws the same accidents; moments are moments of a real machine.

mod accident;
mod count;
mod data;
mod disk;
mod door;
mod page;
mod program;
mod random;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::accident::Accident;
use self::count::Counted;
use self::data::{Data, To};
use self::disk::Disk;
use self::program::{Ended, Program};
use self::random::Random;
use self::server::Server;
use crate::trouble::Trouble;
use crate::workspace::{released, target};

/// How the run is asked for.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Faults {
    /// Draws the accidents
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the records go
    #[arg(long, value_enum, default_value_t)]
    pub(crate) to: To,
    /// How often the upload is killed
    #[arg(long, default_value_t = 1000)]
    pub(crate) kills: u64,
    /// After so many minutes the upload is let go to its end
    #[arg(long, default_value_t = 30)]
    pub(crate) minutes: u64,
    /// A tenth of the records, for a quick look; no page of docs is written
    #[arg(long)]
    pub(crate) small: bool,
}

/// What happened on the way.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: u64,
    pub(crate) lives: u64,
    pub(crate) accidents: BTreeMap<Accident, u64>,
    /// By the word of the fault.
    pub(crate) faults: BTreeMap<String, u64>,
    /// What could not be tried here, and why.
    pub(crate) left_out: Vec<String>,
    pub(crate) seconds: u64,
}

/// Of the way to the end, how far the last kill is to find the upload: the rest is for what cannot be foreseen.
const LAST_KILL: f64 = 0.93;

/// Everything a run is made of.
struct Run {
    faults: Faults,
    data: Data,
    disk: Disk,
    server: Server,
    program: Program,
    random: Random,
    tally: Tally,
    begun: Instant,
    /// By the kills after which they happen.
    planned: BTreeMap<u64, Accident>,
    /// Lives since the last kill.
    unforced: u64,
    /// For how long the program is left alone, at most; grows and shrinks so that all kills fall before the end.
    patience: Duration,
}

pub(crate) fn faults(faults: Faults) -> Result<(), Trouble> {
    let mut run = Run::prepare(faults)?;
    println!("sending, with {} kills", faults.kills);
    while !run.live()? {}
    run.tally.seconds = run.begun.elapsed().as_secs();
    run.server.without_faults()?;
    run.tally.faults = run.server.met()?;
    let counted = count::count(&run.program, &run.server, &run.data)?;
    let page = page::page(&run.faults, &run.tally, &run.data, &counted);
    println!("{page}");
    if !faults.small {
        page::write(faults.to, &page)?;
    }
    judge(&run, &counted)
}

impl Run {
    fn prepare(faults: Faults) -> Result<Self, Trouble> {
        let carryover = released()?;
        let folder = fresh_folder(faults.to)?;
        let data = Data::write(faults.to, &folder, if faults.small { 10 } else { 1 })?;
        let mut tally = Tally::default();
        let disk = Disk::make(&folder, &mut tally.left_out)?;
        let server = Server::start(&carryover, faults.to, &folder, faults.seed)?;
        let program = Program::new(carryover, &folder, disk.folder(), &mut tally.left_out)?;
        println!("importing and checking");
        program.prepare(&data, &server)?;
        let mut random = Random::new(faults.seed);
        let planned = accident::plan(faults.kills, &mut random, |accident| program.can(accident, &disk));
        let (begun, patience) = (Instant::now(), Duration::from_millis(50));
        Ok(Self { faults, data, disk, server, program, random, tally, begun, planned, unforced: 0, patience })
    }

    /// One start of the program, to its end by itself or by force. Says whether everything was sent.
    fn live(&mut self) -> Result<bool, Trouble> {
        self.tally.lives += 1;
        let in_time = self.begun.elapsed() < Duration::from_secs(self.faults.minutes * 60);
        let ended = if in_time && self.tally.kills < self.faults.kills {
            let accident = self.next_accident();
            accident::cut_short(self, accident)?
        } else {
            accident::left_alone(self)?
        };
        match ended {
            Ended::Killed => self.tally.kills += 1,
            Ended::ByItself(0) => return Ok(true),
            Ended::ByItself(_) => {}
        }
        if self.tally.lives > 3 * self.faults.kills + 200 {
            return Err(Trouble::Faults(format!("the upload keeps giving up:\n{}", self.program.last_words())));
        }
        self.keep_pace()?;
        Ok(false)
    }

    /// The one whose time has come.
    fn next_accident(&mut self) -> Option<Accident> {
        let (_, accident) = self.planned.first_entry().filter(|next| *next.key() <= self.tally.kills)?.remove_entry();
        *self.tally.accidents.entry(accident).or_default() += 1;
        Some(accident)
    }

    /// Lives get longer or shorter, so that the last record arrives soon after the last kill.
    fn keep_pace(&mut self) -> Result<(), Trouble> {
        let there = self.server.requests_worth(&self.data)? as f64 / self.data.requests() as f64;
        let killed = self.tally.kills as f64 / self.faults.kills.max(1) as f64;
        let factor = if there > killed * LAST_KILL { 0.9 } else { 1.1 };
        let patience = self.patience.mul_f64(factor);
        self.patience = patience.clamp(Duration::from_millis(10), Duration::from_secs(6));
        if self.tally.lives.is_multiple_of(50) {
            println!("{} kills, {:.0} % there, {} s", self.tally.kills, there * 100.0, self.begun.elapsed().as_secs());
        }
        Ok(())
    }
}

/// A folder of this run alone, so that one to each destination can be made at once; what an earlier one left is removed.
fn fresh_folder(to: To) -> Result<PathBuf, Trouble> {
    let folder = target().join("faults").join(to.name());
    disk::release(&folder);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(Trouble::file("remove", &folder))?;
    }
    std::fs::create_dir_all(&folder).map_err(Trouble::file("make", &folder))?;
    Ok(folder)
}

fn judge(run: &Run, counted: &Counted) -> Result<(), Trouble> {
    if !counted.is_exact() {
        return Err(Trouble::Faults("records were lost, doubled or not accounted for; see the table above".to_owned()));
    }
    if run.tally.kills < run.faults.kills {
        let (kills, wanted) = (run.tally.kills, run.faults.kills);
        return Err(Trouble::Faults(format!(
            "only {kills} of {wanted} kills before everything was sent or time was up"
        )));
    }
    Ok(())
}
