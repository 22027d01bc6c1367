//! How results and errors are printed.

use std::io::{self, Write};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use engine::api::ApiError;
use serde::Serialize;

/// How a command ended, when it could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    /// Done, but some rows were refused or have errors.
    SomeRowsWrong,
}

impl Outcome {
    pub(crate) fn wrong_if(wrong: bool) -> Self {
        if wrong { Self::SomeRowsWrong } else { Self::Clean }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::SomeRowsWrong => Self::from(1),
        }
    }
}

/// Prints a result. A reader that has gone away (a pipe to `head`) is no error.
pub(crate) fn result(json: bool, value: &impl Serialize, text: impl FnOnce() -> String) {
    let printed = if json { serde_json::to_string(value).unwrap_or_default() } else { text() };
    line(&printed);
}

pub(crate) fn line(text: &str) {
    drop(writeln!(io::stdout().lock(), "{}", text.trim_end()));
}

/// A message beside the result.
pub(crate) fn say(text: &str) {
    drop(writeln!(io::stderr().lock(), "{}", text.trim_end()));
}

pub(crate) fn error(error: &ApiError, json: bool) {
    if json {
        #[derive(Serialize)]
        struct Wrapped<'e> {
            error: &'e ApiError,
        }
        say(&serde_json::to_string(&Wrapped { error }).unwrap_or_default());
    } else {
        say(&format!("carryover: {}\n  {}", error.message, error.hint));
    }
}

/// A table with figures on the right. `right` are the columns of figures.
pub(crate) fn table(
    header: &[&str],
    right: std::ops::Range<usize>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.to_string();
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A count with its thousands apart: `418,362`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount as exact text with its thousands apart: `3,590,815.50`.
pub(crate) fn amount(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let fraction = format!("{fraction:0<2}");
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::{amount, count};

    #[test]
    fn figures_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (418_362, "418,362"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), text);
        }
        for (exact, text) in
            [("3590815.50", "3,590,815.50"), ("-4318.6", "−4,318.60"), ("0", "0.00"), ("12.345", "12.345")]
        {
            assert_eq!(amount(exact), text);
        }
    }
}
