//! docs/FAULTS.md and docs/FAULTS_KUSTOMER.md: what happened, and what was at the destination afterwards.

use std::fmt::Write as _;

use super::count::Counted;
use super::data::{Data, To};
use super::{Faults, Tally};
use crate::trouble::Trouble;
use crate::workspace::root;

pub(super) fn page(faults: &Faults, tally: &Tally, data: &Data, counted: &Counted) -> String {
    let mut page = format!(
        "# The fault run: {}\n\n\
         Written by `cargo xtask faults --to {} --seed {} --kills {}`. The released command line sends {} over HTTP to the \
         practice destination, in a process of its own, while everything below happens. Then each record at the \
         destination is counted by its key, and the ledger is asked.\n\n",
        title(data.to),
        data.to.name(),
        faults.seed,
        faults.kills,
        sent(data)
    );
    _ = writeln!(
        page,
        "**{} kills** (SIGKILL at random moments) in {} starts of the program and {} minutes.\n",
        figure(tally.kills),
        figure(tally.lives),
        tally.seconds.div_ceil(60)
    );
    page.push_str(&records(counted));
    _ = writeln!(page, "\nThe tie-out {}.\n", if counted.closed { "closes" } else { "DOES NOT CLOSE" });
    page.push_str("| what happened to single requests | times |\n| --- | ---: |\n");
    for (word, count) in &tally.faults {
        _ = writeln!(page, "| {} | {} |", fault(word), figure(*count));
    }
    page.push_str("\n| what happened to the rest of the world | times |\n| --- | ---: |\n");
    for (accident, count) in &tally.accidents {
        _ = writeln!(page, "| {} | {} |", accident.told(), figure(*count));
    }
    for left_out in &tally.left_out {
        _ = writeln!(page, "\nLeft out: {left_out}.");
    }
    page
}

/// A page for each destination.
pub(super) fn write(to: To, page: &str) -> Result<(), Trouble> {
    let name = match to {
        To::Zenskar => "FAULTS.md",
        To::Kustomer => "FAULTS_KUSTOMER.md",
    };
    let path = root().join("docs").join(name);
    std::fs::write(&path, page).map_err(Trouble::file("write", path))
}

fn title(to: To) -> &'static str {
    match to {
        To::Zenskar => "Zenskar",
        To::Kustomer => "Kustomer",
    }
}

/// `10,000 customers, 200,000 usage events and 5,000 contracts`
fn sent(data: &Data) -> String {
    let counts: Vec<String> =
        data.datasets.iter().map(|dataset| format!("{} {}", figure(dataset.count), dataset.told)).collect();
    match counts.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => counts.concat(),
    }
}

fn records(counted: &Counted) -> String {
    let mut table =
        "| records | expected | present | doubled | lost | foreign | loaded, says the ledger | read back |\n\
                     | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for line in &counted.lines {
        let counts = [line.expected, line.present, line.doubled, line.lost, line.foreign, line.loaded, line.read_back]
            .map(figure);
        _ = writeln!(table, "| {} | {} |", line.dataset, counts.join(" | "));
    }
    table
}

/// The fault in words; `carryover sandbox --help` names it as it is written here.
fn fault(word: &str) -> String {
    let told = match word {
        "429" => "too many requests, with `Retry-After`",
        "429-bare" => "too many requests, without it",
        "408" => "request timed out",
        "500-before" => "error before anything was written",
        "500-after" => "error after it was written",
        "cut-before" => "connection cut before anything was written",
        "cut-after" => "connection cut after it was written",
        "slow" => "the answer dribbles",
        "truncated" => "written, and the answer cut off",
        "malformed" => "written, and the answer is no JSON",
        "wrong-type" => "a gateway's page instead of an answer",
        "401" => "the key is not accepted",
        _ => "",
    };
    format!("`{word}`: {told}")
}

/// A count as people read it: 10,000.
fn figure(count: u64) -> String {
    let digits = count.to_string();
    let mut told = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        for (count, told) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(figure(count), told);
        }
    }
}
