//! One sheet as two programs wrote it to CSV, cell by cell.

use std::path::{Path, PathBuf};

/// What came of the sheets of one format.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) files: u64,
    /// Files that Carryover gave an error for.
    pub(super) refused: u64,
    pub(super) sheets: u64,
    /// Sheets that the other did not write.
    pub(super) missing: u64,
    pub(super) cells: u64,
    pub(super) same: u64,
    /// Days that are written as ISO 8601 here, as shown there.
    pub(super) days: u64,
    /// Numbers that are whole here and rounded there.
    pub(super) whole: u64,
    /// Numbers that are plain here and said there in a way that no number can be compared with: `0.0M`, `2/7`, `000-013`.
    pub(super) plain: u64,
    pub(super) other: u64,
    /// Of the others, in words.
    pub(super) examples: Vec<String>,
}

/// A sheet's table, rows counted from 1.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) ours: PathBuf,
    pub(super) theirs: PathBuf,
    pub(super) first: u64,
    pub(super) last: u64,
}

type Cells = Vec<Vec<String>>;

pub(super) fn compare(sheet: &Sheet, tally: &mut Tally) {
    tally.sheets += 1;
    let (Some(ours), Some(theirs)) = (read(&sheet.ours), read(&sheet.theirs)) else {
        tally.missing += 1;
        return;
    };
    let ours: Cells = ours.into_iter().skip(1).collect();
    let theirs = theirs.into_iter().zip(1..).filter(|(_, row)| (sheet.first..=sheet.last).contains(row));
    let theirs: Cells = theirs.map(|(cells, _)| cells).collect();
    let offset = (0..20).max_by_key(|offset| (agreeing(&ours, &shifted(&theirs, *offset)), 20 - offset)).unwrap_or(0);
    let theirs = shifted(&theirs, offset);
    if ours.len() != theirs.len() {
        tally.examples.push(format!("{}: {} rows here, {} there", sheet.name, ours.len(), theirs.len()));
    }
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        for (place, ours) in ours.iter().enumerate() {
            let theirs = theirs.get(place).map_or("", String::as_str);
            if !(ours.trim().is_empty() && theirs.trim().is_empty()) {
                tally.count(ours, theirs, || format!("{}, row {}, column {}", sheet.name, number + 1, place + 1));
            }
        }
    }
}

fn read(path: &Path) -> Option<Cells> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).ok()?;
    // Every row is written, an empty one as nothing but commas.
    let records = reader.byte_records().collect::<Result<Vec<_>, _>>().ok()?;
    let cells =
        |record: &csv::ByteRecord| record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    Some(records.iter().map(cells).collect())
}

/// Rows with something in them, from a column on.
fn shifted(rows: &Cells, offset: usize) -> Cells {
    let rows = rows.iter().map(|row| row.get(offset..).unwrap_or_default().to_vec());
    rows.filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect()
}

fn agreeing(ours: &Cells, theirs: &Cells) -> usize {
    let rows = ours.iter().zip(theirs).take(50);
    let same = |(ours, theirs): (&String, &String)| !ours.is_empty() && plain(ours) == plain(theirs);
    rows.map(|(ours, theirs)| ours.iter().zip(theirs).filter(|pair| same(*pair)).count()).sum()
}

impl Tally {
    fn count(&mut self, ours: &str, theirs: &str, place: impl Fn() -> String) {
        self.cells += 1;
        if plain(ours) == plain(theirs) {
            self.same += 1;
        } else if is_day(ours) && !theirs.trim().is_empty() {
            self.days += 1;
        } else if is_whole_of(ours, theirs) {
            self.whole += 1;
        } else if is_plain(ours) && !theirs.trim().is_empty() && !is_plain(theirs) {
            self.plain += 1;
        } else {
            self.other += 1;
            self.examples.push(format!("{}: “{ours}” here, “{theirs}” there", place()));
        }
    }
}

/// Without the blanks that only align.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// Whether one number is the other with fewer digits, in other words, or with none at all.
fn is_whole_of(ours: &str, theirs: &str) -> bool {
    let Some(whole) = number(ours) else { return false };
    let Some(shown) = number(theirs) else { return !theirs.contains(|c: char| c.is_ascii_digit()) };
    let decimals = theirs.rsplit_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let unit = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    (whole.abs() - shown.abs()).abs() <= unit * 0.500_001 || (whole.abs() / shown.abs() - 1.0).abs() < 0.01
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'%'))
}

fn number(text: &str) -> Option<f64> {
    let kept = |c: &char| c.is_ascii_digit() || matches!(c, '.' | '-' | 'E' | '+');
    text.chars().filter(kept).collect::<String>().trim_matches(['E', '.']).parse().ok()
}
