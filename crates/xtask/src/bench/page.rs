//! docs/BENCH.md: what was measured, against what, the ratio and its target.

use std::fmt::{self, Write as _};
use std::fs;

use super::Bench;
use super::measure::megabytes;
use crate::trouble::Trouble;
use crate::workspace::root;

/// One line of the page.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) against: &'static str,
    pub(super) value: Value,
    pub(super) target: Target,
    /// The figures behind the ratio.
    pub(super) detail: String,
}

#[derive(Clone, Copy)]
pub(super) enum Value {
    Ratio(f64),
    Millis(f64),
    Megabytes(u64),
}

#[derive(Clone, Copy)]
pub(super) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Value {
    fn number(self) -> f64 {
        match self {
            Self::Ratio(number) | Self::Millis(number) => number,
            Self::Megabytes(number) => number as f64,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Ratio(_) => "",
            Self::Millis(_) => " ms",
            Self::Megabytes(_) => " MB",
        }
    }
}

impl Row {
    fn met(&self) -> &'static str {
        let met = match self.target {
            Target::AtMost(limit) => self.value.number() <= limit,
            Target::AtLeast(limit) => self.value.number() >= limit,
        };
        if met { "met" } else { "missed" }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(number) => write!(f, "{number:.2}"),
            Self::Millis(number) => write!(f, "{number:.1} ms"),
            Self::Megabytes(number) => write!(f, "{number} MB"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, limit) = match self.target {
            Target::AtMost(limit) => ('≤', limit),
            Target::AtLeast(limit) => ('≥', limit),
        };
        let (unit, met) = (self.value.unit(), self.met());
        let Self { what, against, value, detail, .. } = self;
        write!(f, "{what} | {against} | **{value}** | {sign} {limit}{unit} | {met} | {detail}")
    }
}

pub(super) fn write(bench: &Bench, rows: &[(usize, Row)]) -> Result<(), Trouble> {
    let path = root().join("docs").join("BENCH.md");
    fs::write(&path, page(bench.runs, &machine(), rows)).map_err(Trouble::file("write", path))
}

fn page(runs: usize, machine: &str, rows: &[(usize, Row)]) -> String {
    let mut page = format!(
        "# How fast, beside what\n\n\
         Written by `cargo xtask bench` on {machine}.\n\n\
         A ratio below 1 is less time than the other needs; for rates, above 1 is more done in the same time. Whole commands\n\
         are measured, start-up included, both sides in turn, {runs} runs each; the ratio is that of the medians. The file is\n\
         usage of 1,000,000 rows and 6 columns (about 65 MB) for 100,000 customers, with 7 of 1,000 rows at fault. Seconds\n\
         and megabytes are medians and peaks on that machine and mean nothing elsewhere.\n\n\
         | | measured | against | result | target | | behind it |\n| --- | --- | --- | ---: | --- | --- | --- |\n"
    );
    for (number, row) in rows {
        // Writing to a String cannot fail.
        _ = writeln!(page, "| {number} | {row} |");
    }
    page
}

/// The machine in a few words: processor, cores, memory. No name of it.
fn machine() -> String {
    let first = |path, name| -> Option<String> {
        let text = fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = first("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = first("/proc/meminfo", "MemTotal").and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok());
    let memory = memory.map(|kib| format!(", {} GB of memory", megabytes(kib) / 1000)).unwrap_or_default();
    format!("{} ({processor}, {cores} cores{memory})", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, target: Target, expected: &str) {
        let row = Row { what: "import".to_owned(), against: "sqlite3", value, target, detail: "1 s".to_owned() };
        assert_eq!(row.to_string(), format!("import | sqlite3 | {expected} | 1 s"));
    }

    #[test]
    fn a_line_says_the_result_the_target_and_whether_it_is_met() {
        check(Value::Ratio(0.512), Target::AtMost(0.6), "**0.51** | ≤ 0.6 | met");
        check(Value::Ratio(0.612), Target::AtMost(0.6), "**0.61** | ≤ 0.6 | missed");
        check(Value::Ratio(0.65), Target::AtLeast(0.7), "**0.65** | ≥ 0.7 | missed");
        check(Value::Millis(12.34), Target::AtMost(50.0), "**12.3 ms** | ≤ 50 ms | met");
        check(Value::Megabytes(251), Target::AtMost(250.0), "**251 MB** | ≤ 250 MB | missed");
    }

    #[test]
    fn the_page_is_a_table() {
        let row = |value| Row {
            what: "import".to_owned(),
            against: "",
            value,
            target: Target::AtMost(1.0),
            detail: String::new(),
        };
        let page = page(5, "linux", &[(1, row(Value::Ratio(0.5))), (5, row(Value::Ratio(2.0)))]);
        let columns: Vec<usize> =
            page.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).collect();
        assert_eq!(columns, [8; 4]);
    }
}
