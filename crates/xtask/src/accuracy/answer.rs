//! How right an answer is: what of it can be compared, and points for the cells that come out.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;

/// What is right about a file. What is `None` is not known, or has no right answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    pub(super) path: PathBuf,
    /// As it is named in the list of misses.
    pub(super) name: String,
    pub(super) delimiter: Option<String>,
    pub(super) quote: Option<char>,
    /// WHATWG labels, any of which is right: what is pure ASCII is many.
    pub(super) encoding: Option<String>,
    /// From 1; 0 says that there is none.
    pub(super) header_row: Option<u64>,
    pub(super) titles: bool,
    pub(super) table: Option<Table>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What a reader found.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// Why there is nothing else.
    pub(super) error: Option<String>,
    pub(super) delimiter: Option<String>,
    pub(super) quote: Option<char>,
    pub(super) encoding: Option<String>,
    pub(super) header_row: u64,
    pub(super) table: Option<Table>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Delimiter,
    Quote,
    Encoding,
    HeaderRow,
    /// The header row of files with lines above it.
    Titles,
    Cells,
}

/// The verdict on one file: what was asked, and whether it is right; points out of ten where its cells are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    answers: Vec<(Question, bool, String)>,
    points: Option<f64>,
}

/// All verdicts on a collection.
#[derive(Debug, Default)]
pub(super) struct Score {
    /// Right and asked.
    pub(super) counts: HashMap<Question, (usize, usize)>,
    pub(super) points: f64,
    pub(super) pointed: usize,
    /// File, question, what was found.
    pub(super) missed: Vec<(String, Question, String)>,
}

impl Answer {
    /// From the JSON that the readers in other languages print.
    pub(super) fn of(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let cells = |row: &Value| -> Vec<String> {
            row.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let rows = value["rows"].as_array().map(|rows| rows.iter().map(cells).collect());
        Self {
            error: text("error"),
            delimiter: text("delimiter"),
            quote: text("quote").and_then(|quote| quote.chars().next()),
            encoding: text("encoding").map(|label| label.to_ascii_lowercase()),
            header_row: value["header_row"].as_u64().unwrap_or(0),
            table: rows.map(|rows| Table { header: cells(&value["header"]), rows }),
        }
    }
}

pub(super) fn judge(expected: &Expected, answer: &Answer) -> Verdict {
    let mut verdict = Verdict::default();
    let mut ask = |question, right: Option<bool>, found: String| {
        if let Some(right) = right {
            verdict.answers.push((question, right && answer.error.is_none(), found));
        }
    };
    let shown = |found: String| answer.error.clone().unwrap_or(found);
    let delimiter = expected.delimiter.as_ref().map(|delimiter| answer.delimiter.as_ref() == Some(delimiter));
    ask(Question::Delimiter, delimiter, shown(format!("{:?}", answer.delimiter.clone().unwrap_or_default())));
    let quote = expected.quote.map(|quote| answer.quote.is_none_or(|found| found == quote));
    ask(Question::Quote, quote, shown(format!("{:?}", answer.quote)));
    let encoding = expected.encoding.as_ref().map(|label| same_encoding(label, answer.encoding.as_deref()));
    ask(Question::Encoding, encoding, shown(answer.encoding.clone().unwrap_or_default()));
    let header = expected.header_row.map(|row| row == answer.header_row);
    ask(Question::HeaderRow, header, shown(format!("row {}", answer.header_row)));
    ask(Question::Titles, header.filter(|_| expected.titles), shown(format!("row {}", answer.header_row)));
    if let Some(table) = &expected.table {
        let (points, exact) = points(table, answer);
        ask(Question::Cells, Some(exact), shown(format!("{points:.2} of 10 points")));
        verdict.points = Some(points);
    }
    verdict
}

/// Labels of the same encoding, and of ones that hold the same letters in the places that Western texts use.
fn same_encoding(expected: &str, found: Option<&str>) -> bool {
    let canonical = |label: &str| encoding_rs::Encoding::for_label(label.replace('_', "-").as_bytes());
    found.is_some_and(|found| {
        let (expected, found) = (canonical(expected), canonical(found));
        expected == found && expected.is_some()
    })
}

/// One point for reading at all, and three each for the header, the records and the cells: the harmonic mean of how many
/// of the right ones are there and how many of those there are right. And whether everything is right.
fn points(table: &Table, answer: &Answer) -> (f64, bool) {
    let Some(found) = answer.table.as_ref().filter(|_| answer.error.is_none()) else { return (0.0, false) };
    let header = overlap(&table.header, &found.header);
    let records = overlap(&table.rows, &found.rows);
    let cells = |table: &Table| table.rows.iter().flatten().cloned().collect::<Vec<_>>();
    let cells = overlap(&cells(table), &cells(found));
    (1.0 + 3.0 * (header + records + cells), found == table)
}

fn overlap<T: std::hash::Hash + Eq>(expected: &[T], found: &[T]) -> f64 {
    if expected.is_empty() && found.is_empty() {
        return 1.0;
    }
    let mut counts: HashMap<&T, usize> = HashMap::new();
    for item in expected {
        *counts.entry(item).or_default() += 1;
    }
    let take = |item: &&T| counts.get_mut(*item).filter(|count| **count > 0).map(|count| *count -= 1).is_some();
    let common = found.iter().filter(take).count();
    2.0 * common as f64 / (expected.len() + found.len()) as f64
}

impl Score {
    pub(super) fn add(&mut self, verdict: Verdict, expected: &Expected) {
        for (question, right, found) in verdict.answers {
            let (rights, asked) = self.counts.entry(question).or_default();
            *rights += usize::from(right);
            *asked += 1;
            if !right {
                self.missed.push((expected.name.clone(), question, found));
            }
        }
        if let Some(points) = verdict.points {
            self.points += points;
            self.pointed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        Table { header: rows[0].clone(), rows: rows[1..].to_vec() }
    }

    #[test]
    fn points_are_given_for_header_records_and_cells() {
        let right = table(&[&["a", "b"], &["1", "2"], &["3", "4"]]);
        let of = |table: Option<Table>, error: Option<&str>| {
            let answer = Answer { table, error: error.map(str::to_owned), ..Answer::default() };
            let (points, exact) = points(&right, &answer);
            (format!("{points:.2}"), exact)
        };
        assert_eq!(of(Some(right.clone()), None), ("10.00".to_owned(), true));
        assert_eq!(of(None, Some("it broke")), ("0.00".to_owned(), false));
        // The header is read as a record: two of three records and four of six cells.
        let no_header = Table { header: Vec::new(), rows: [vec![right.header.clone()], right.rows.clone()].concat() };
        assert_eq!(of(Some(no_header), None), ("5.80".to_owned(), false));
    }

    #[test]
    fn an_encoding_has_several_names() {
        assert!(same_encoding("utf8", Some("utf-8")));
        assert!(same_encoding("latin1", Some("windows-1252")));
        assert!(!same_encoding("utf-8", Some("windows-1252")));
        assert!(!same_encoding("utf-8", None));
    }
}
