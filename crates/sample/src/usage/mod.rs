//! `usage_jan-sep_2026.csv`: what the customers used from January to September 2026, in order of time.
//!
//! The export was made in two halves that overlap on 31 May from 22:00 to midnight, so the 212 events of these hours
//! stand in it twice. [`event`] makes the events of a month; here they are counted out, numbered and written.

mod event;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::contracts::Contract;
use crate::finding::{ExpectedFinding, Place};
use crate::random::Random;
use crate::totals::MONTHS;
use crate::{SampleError, Size};
use event::{Event, User};

pub(crate) use event::EXPORTED_TWICE_CENTS;

pub(crate) const FILE: &str = "usage_jan-sep_2026.csv";

const MAY: usize = 4;

/// Rows of each month, May with its 212 copies. In full, they begin on line 226,904.
fn rows_by_month(size: Size) -> [usize; MONTHS.len()] {
    match size {
        Size::Short => [2_140, 1_975, 2_205, 2_210, 2_520, 2_285, 2_250, 2_215, 2_200],
        Size::Full => [44_912, 41_377, 46_208, 46_307, 48_310, 47_866, 47_204, 46_391, 49_787],
    }
}

/// Data rows of the file.
pub(crate) fn rows(size: Size) -> u64 {
    rows_by_month(size).iter().map(|&rows| rows as u64).sum()
}

/// Writes the file and tells what is to be found in it. Contracts say who uses, from when, and in which currency.
pub(crate) fn write(dir: &Path, size: Size, contracts: &[Contract]) -> Result<Vec<ExpectedFinding>, SampleError> {
    let path = dir.join(FILE);
    let written = File::create(&path).and_then(|file| write_all(BufWriter::new(file), size, contracts));
    written.map_err(|source| SampleError::WriteFile { path, source })
}

fn write_all(mut file: impl Write, size: Size, contracts: &[Contract]) -> io::Result<Vec<ExpectedFinding>> {
    let users = event::users(contracts);
    let mut random = Random::new(2);
    let mut findings = Vec::new();
    let mut row = 0;
    let mut id = 0;
    file.write_all("\u{feff}Event ID,Account No,Time,Meter,Quantity,Unit,Amount,Currency\n".as_bytes())?;
    for (month, rows) in rows_by_month(size).into_iter().enumerate() {
        let mut events = month_of(month, rows, size, &users, &mut random);
        number(&mut events, &mut id);
        for event in copied(month, events) {
            row += 1;
            let place = Place { dataset: "usage", source: FILE, row, line: row + 1 };
            findings.extend(event.mark.as_ref().map(|mark| place.finding(mark, event.cell(mark.field))));
            writeln!(file, "{event}")?;
        }
    }
    file.flush()?;
    Ok(findings)
}

/// The events of a month in order of time, not yet numbered.
fn month_of(month: usize, rows: usize, size: Size, users: &[User], random: &mut Random) -> Vec<Event> {
    if month == MAY {
        let last_hours = event::last_hours_of_may(random);
        let mut events = event::of_month(month, rows - 2 * last_hours.len(), size, users, random);
        events.extend(last_hours);
        events
    } else {
        event::of_month(month, rows, size, users, random)
    }
}

/// Numbers the events; one that must share its number takes the last one given.
fn number(events: &mut [Event], id: &mut u64) {
    let mut shared = None;
    for event in events {
        *id += 1;
        event.id = format!("evt-{id:08}");
        if event.shares_id() {
            event.id = shared.get_or_insert_with(|| event.id.clone()).clone();
        }
    }
}

/// In May the second half of the export begins with the last hours of the first, byte for byte.
fn copied(month: usize, events: Vec<Event>) -> Vec<Event> {
    if month != MAY {
        return events;
    }
    let copies: Vec<Event> = events.iter().filter(|event| event.exported_twice).map(Event::copy).collect();
    events.into_iter().chain(copies).collect()
}
