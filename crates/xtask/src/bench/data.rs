//! The files that are measured with: the same bytes on every machine, with every fault counted.
//!
//! Usage as a metering system writes it: account, time, two quantities, a region, an event number. Seven rows of a
//! thousand are at fault, always the same ones, so that what each side finds can be compared with what is there.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::{DateTime, datetime};
use jiff::{SignedDuration, ToSpan};
use rust_xlsxwriter::{ExcelDateTime, Workbook, XlsxError};

use crate::trouble::Trouble;

pub(super) const CUSTOMERS: u64 = 100_000;
pub(super) const HEADER: &str = "acct,event time,api calls,gb stored,region,event id";

const REGIONS: [&str; 6] = ["eu-west-1", "eu-north-1", "us-east-1", "us-west-2", "ap-south-1", "sa-east-1"];
/// Usage falls into the first nine months of this year.
const BEGIN: DateTime = datetime(2026, 1, 1, 0, 0, 0, 0);
const SECONDS: u64 = 273 * 24 * 60 * 60;

/// The fault of a row, by its number from 0 within its thousand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    UnknownAccount,
    /// The event number of the row before.
    RepeatedEvent,
    NoNumber,
    /// A letter O among the digits.
    MisreadNumber,
    /// 30 February.
    NoDate,
    /// The year 2206.
    FarDate,
    MissingTime,
}

/// How often each rule is broken in a file of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planted {
    pub(super) kind: u64,
    pub(super) required: u64,
    pub(super) reference: u64,
    /// Rows that share an event number with another, counting both.
    pub(super) unique: u64,
    pub(super) range: u64,
}

/// The faults in a file of so many rows, a multiple of a thousand.
pub(super) fn planted(rows: u64) -> Planted {
    let each = rows / 1000;
    Planted { kind: 3 * each, required: each, reference: each, unique: 2 * each, range: each }
}

/// Usage with faults, written once and kept.
pub(super) fn usage(folder: &Path, rows: u64) -> Result<PathBuf, Trouble> {
    kept(folder, &format!("usage-{rows}.csv"), |out| {
        writeln!(out, "{HEADER}")?;
        let mut random = Random(rows);
        (0..rows).try_for_each(|row| writeln!(out, "{}", line(row, CUSTOMERS, fault(row), &mut random).join(",")))
    })
}

/// Usage without faults, of the first `customers` only.
pub(super) fn clean_usage(folder: &Path, rows: u64, customers: u64) -> Result<PathBuf, Trouble> {
    kept(folder, &format!("clean-usage-{rows}-{customers}.csv"), |out| {
        writeln!(out, "{HEADER}")?;
        let mut random = Random(rows);
        (0..rows).try_for_each(|row| writeln!(out, "{}", line(row, customers, Fault::None, &mut random).join(",")))
    })
}

/// The customers that usage refers to.
pub(super) fn customers(folder: &Path, count: u64) -> Result<PathBuf, Trouble> {
    kept(folder, &format!("customers-{count}.csv"), |out| {
        writeln!(out, "acct,company,email")?;
        let mut random = Random(count);
        (1..=count).try_for_each(|number| {
            let name = [random.word(), random.word(), random.word()].join(" ");
            writeln!(out, "C{number:07},{name},accounts@c{number:07}.example")
        })
    })
}

/// A sheet of usage with four more columns: ten in all.
pub(super) fn workbook(folder: &Path, rows: u32) -> Result<PathBuf, Trouble> {
    let path = folder.join(format!("usage-{rows}.xlsx"));
    if !path.is_file() {
        write_workbook(&path, rows).map_err(|source| Trouble::Measure(format!("no workbook was written: {source}")))?;
    }
    Ok(path)
}

fn write_workbook(path: &Path, rows: u32) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    let more = ["unit", "tier", "batch", "counted on"];
    for (column, name) in (0..).zip(HEADER.split(',').chain(more)) {
        sheet.write(0, column, name)?;
    }
    let mut random = Random(u64::from(rows));
    for row in 1..=rows {
        let cells = line(u64::from(row), CUSTOMERS, Fault::None, &mut random);
        for (column, cell) in (0..).zip(&cells) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row, column, number)?,
                Err(_) => sheet.write(row, column, cell)?,
            };
        }
        sheet.write(row, 6, "calls")?.write(row, 7, random.word())?.write(row, 8, row / 500)?;
        sheet.write(row, 9, ExcelDateTime::from_ymd(2026, 10, 1)?)?;
    }
    workbook.save(path)
}

/// Writes a file beside and renames it when it is whole.
fn kept(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<PathBuf, Trouble> {
    let path = folder.join(name);
    if !path.is_file() {
        let unfinished = path.with_extension("unfinished");
        let whole = || {
            let mut out = BufWriter::new(File::create(&unfinished)?);
            write(&mut out)?;
            out.into_inner()?.sync_all()?;
            std::fs::rename(&unfinished, &path)
        };
        whole().map_err(Trouble::file("write", &path))?;
    }
    Ok(path)
}

fn fault(row: u64) -> Fault {
    match row % 1000 {
        101 => Fault::UnknownAccount,
        203 => Fault::RepeatedEvent,
        307 => Fault::NoNumber,
        409 => Fault::MisreadNumber,
        503 => Fault::NoDate,
        601 => Fault::FarDate,
        701 => Fault::MissingTime,
        _ => Fault::None,
    }
}

fn line(row: u64, customers: u64, fault: Fault, random: &mut Random) -> [String; 6] {
    // Accounts take turns in an order that jumps, as in a file sorted by time.
    let account = 1 + (row * 7919) % customers;
    let time = BEGIN.saturating_add(SignedDuration::from_secs(random.below(SECONDS).cast_signed()));
    let (calls, gigabytes) = (random.below(5000), random.below(900_000));
    let gigabytes = format!("{}.{:03}", gigabytes / 1000, gigabytes % 1000);
    let region = REGIONS[random.below(REGIONS.len() as u64) as usize].to_owned();
    let mut line = [
        format!("C{account:07}"),
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        calls.to_string(),
        gigabytes,
        region,
        format!("ev-{row:010}"),
    ];
    match fault {
        Fault::None => {}
        Fault::UnknownAccount => line[0] = format!("C{:07}", customers + account),
        Fault::RepeatedEvent => line[5] = format!("ev-{:010}", row - 1),
        Fault::NoNumber => "n/a".clone_into(&mut line[2]),
        Fault::MisreadNumber => "1O.5".clone_into(&mut line[3]),
        Fault::NoDate => "2026-02-30T10:00:00Z".clone_into(&mut line[1]),
        Fault::FarDate => line[1] = time.saturating_add(180.years()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Fault::MissingTime => line[1] = String::new(),
    }
    line
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A word that looks like part of a company's name.
    fn word(&mut self) -> String {
        const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
        const VOWELS: &[u8] = b"aeiou";
        let mut word = String::new();
        for _ in 0..3 {
            word.push(char::from(CONSONANTS[self.below(CONSONANTS.len() as u64) as usize]));
            word.push(char::from(VOWELS[self.below(VOWELS.len() as u64) as usize]));
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Rows of a file at fault, counted from the text as a checker would.
    fn counted(text: &str) -> Planted {
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let mut events: HashMap<&str, u64> = HashMap::new();
        for row in &rows {
            *events.entry(row[5]).or_default() += 1;
        }
        let count = |at_fault: &dyn Fn(&[&str]) -> bool| rows.iter().filter(|row| at_fault(row)).count() as u64;
        let number = |cell: &str| cell.parse::<f64>().is_ok();
        let time = |cell: &str| cell.parse::<jiff::Timestamp>().ok();
        Planted {
            kind: count(&|row| !number(row[2]) || !number(row[3]) || (!row[1].is_empty() && time(row[1]).is_none())),
            required: count(&|row| row[1].is_empty()),
            reference: count(&|row| row[0][1..].parse::<u64>().is_ok_and(|account| account > CUSTOMERS)),
            unique: count(&|row| events[row[5]] > 1),
            range: count(&|row| row[1].starts_with("22")),
        }
    }

    #[test]
    fn the_faults_in_the_file_are_those_that_were_planted() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = usage(folder.path(), 20_000).expect("the file is written");
        let text = std::fs::read_to_string(path).expect("and can be read");
        assert_eq!(text.lines().next(), Some(HEADER));
        assert_eq!(text.lines().count(), 20_001);
        assert_eq!(counted(&text), planted(20_000));
    }

    #[test]
    fn the_same_file_is_written_again() {
        let text = |folder: &Path| {
            let path = clean_usage(folder, 3000, 200).expect("the file is written");
            std::fs::read_to_string(path).expect("and can be read")
        };
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a scratch folder"));
        let [first, second] = folders.each_ref().map(|folder| text(folder.path()));
        assert_eq!(first, second);
        assert_eq!(counted(&first), planted(0));
    }
}
