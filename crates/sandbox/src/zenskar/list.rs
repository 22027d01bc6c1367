//! Lists: filters by suffix, order, and pages by cursor, alike for everything Zenskar lists.
//!
//! A filter is a query parameter `member` or `member__suffix`. Which of them exist the contract says; what a suffix
//! means is said here. zenskar.md section 1, [D5][V].

use std::{borrow::Cow, cmp::Ordering, ops::Range};

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Refusal, page, query_problem};
use crate::call::Call;
use crate::shelf::Shelf;

/// Rows of a page unless asked otherwise. zenskar.md section 1, [D5].
const DEFAULT_LIMIT: usize = 10;
/// The general maximum is not published; this is the stricter reading. zenskar.md section 1, [A].
const MAX_LIMIT: usize = 1000;
/// Nor is the longest `__in`. zenskar.md section 12, [A].
const MAX_IN: usize = 100;
/// Query parameters that do not filter.
const NOT_FILTERS: [&str; 6] = ["cursor", "limit", "order", "sort_key", "sort_type", "expand"];

struct Filter<'a> {
    /// Any of these members may meet the test.
    members: Vec<&'a str>,
    meets: Test<'a>,
}

enum Test<'a> {
    Among(Vec<&'a str>),
    Like { pattern: &'a str, fold: bool },
    Null(bool),
    NotBefore(&'a str),
    NotAfter(&'a str),
}

struct Order<'a> {
    member: Option<&'a str>,
    descending: bool,
}

struct Cursor {
    forward: bool,
    row: u64,
}

/// One page of a shelf as the query asks for it; `present` turns a row into what a reader sees.
pub(super) fn list<'a>(
    shelf: &'a Shelf,
    call: &Call<'_>,
    present: impl Fn(&'a Value) -> Cow<'a, Value>,
) -> Result<Value, Refusal> {
    page_of(shelf, &filters(call)?, call, present)
}

/// Everything as it lies, for lists that need no presenting.
pub(super) fn list_plain(shelf: &Shelf, call: &Call<'_>) -> Result<Value, Refusal> {
    page_of(shelf, &filters(call)?, call, Cow::Borrowed)
}

/// The rows that belong to another object by its id.
pub(super) fn list_within(shelf: &Shelf, member: &str, id: &str, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut filters = filters(call)?;
    filters.insert(0, Filter { members: vec![member], meets: Test::Among(vec![id]) });
    page_of(shelf, &filters, call, Cow::Borrowed)
}

fn page_of<'a>(
    shelf: &'a Shelf,
    filters: &[Filter<'_>],
    call: &Call<'_>,
    present: impl Fn(&'a Value) -> Cow<'a, Value>,
) -> Result<Value, Refusal> {
    let limit = limit(call)?;
    let rows = rows(shelf, filters).map(|(number, row)| (number, present(row)));
    let mut rows: Vec<_> = rows.filter(|(_, row)| filters.iter().all(|filter| filter.admits(row))).collect();
    Order::of(call).sort(&mut rows);
    let shown = shown(call, &rows, limit)?;
    let edge = |at: usize, forward| rows.get(at).map(|(row, _)| Cursor { forward, row: *row }.to_string());
    let next = if shown.end < rows.len() { edge(shown.end - 1, true) } else { None };
    let previous = if shown.start > 0 { edge(shown.start, false) } else { None };
    let total = rows.len();
    let results = rows.drain(shown).map(|(_, row)| row.into_owned()).collect();
    Ok(page(results, total, next, previous))
}

/// Which of the rows the page shows.
fn shown(call: &Call<'_>, rows: &[(u64, Cow<'_, Value>)], limit: usize) -> Result<Range<usize>, Refusal> {
    let Some(text) = call.query("cursor") else { return Ok(0..limit.min(rows.len())) };
    let cursor = Cursor::parse(text).ok_or_else(|| Refusal::problems([query_problem("cursor", "is not a cursor")]))?;
    let at = rows.iter().position(|(number, _)| *number == cursor.row);
    let at = at.ok_or_else(|| Refusal::bad_request("The cursor points to a row that is no longer listed"))?;
    Ok(if cursor.forward { at + 1..(at + 1 + limit).min(rows.len()) } else { at.saturating_sub(limit)..at })
}

fn limit(call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = call.query("limit") else { return Ok(DEFAULT_LIMIT) };
    text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
        Refusal::problems([query_problem("limit", format!("must be a whole number from 1 to {MAX_LIMIT}"))])
    })
}

fn filters<'a>(call: &'a Call<'_>) -> Result<Vec<Filter<'a>>, Refusal> {
    let mut filters = Vec::new();
    for (name, text) in call.query_pairs().filter(|(name, _)| !NOT_FILTERS.contains(name)) {
        filters.extend(Filter::parse(name, text)?);
    }
    Ok(filters)
}

/// The rows worth looking at: those an index knows for the first filter that has one, else all.
fn rows<'a>(shelf: &'a Shelf, filters: &[Filter<'_>]) -> Box<dyn Iterator<Item = (u64, &'a Value)> + 'a> {
    let indexed = filters.iter().find_map(|filter| match (&filter.members[..], &filter.meets) {
        ([member], Test::Among(texts)) => shelf.candidates(member, texts.iter().copied()),
        _ => None,
    });
    match indexed {
        Some(numbers) => Box::new(numbers.into_iter().filter_map(|number| Some((number, shelf.row(number)?)))),
        None => Box::new(shelf.iter()),
    }
}

impl<'a> Filter<'a> {
    fn parse(name: &'a str, text: &'a str) -> Result<Vec<Self>, Refusal> {
        let (member, suffix) = name.rsplit_once("__").unwrap_or((name, ""));
        let members = vec![member];
        let meets = match suffix {
            _ if name == "search" => return Ok(search(text)),
            // Ranked by the vendor; here it only has to contain the text. zenskar.md section 1, [V].
            _ if name == "search_name_external_id" => {
                let members = vec!["customer_name", "external_id"];
                return Ok(vec![Self { members, meets: Test::Like { pattern: text, fold: true } }]);
            }
            "in" => Test::Among(among(name, text)?),
            "like" | "ilike" => Test::Like { pattern: text, fold: suffix == "ilike" },
            "isnull" => Test::Null(text == "true"),
            "gte" => Test::NotBefore(text),
            "lte" => Test::NotAfter(text),
            _ => Test::Among(vec![text]),
        };
        Ok(vec![Self { members, meets }])
    }

    fn admits(&self, row: &Value) -> bool {
        self.members.iter().any(|member| {
            let value = member.split('.').fold(row, |value, step| &value[step]);
            self.meets.admits(value)
        })
    }
}

impl Test<'_> {
    fn admits(&self, value: &Value) -> bool {
        let text = || plain(value);
        match self {
            Self::Among(texts) => text().is_some_and(|text| texts.contains(&&*text)),
            Self::Like { pattern, fold: true } => {
                text().is_some_and(|text| like(&pattern.to_lowercase(), &text.to_lowercase()))
            }
            Self::Like { pattern, fold: false } => text().is_some_and(|text| like(pattern, &text)),
            Self::Null(null) => value.is_null() == *null,
            Self::NotBefore(bound) => text().is_some_and(|text| compare(&text, bound).is_ge()),
            Self::NotAfter(bound) => text().is_some_and(|text| compare(&text, bound).is_le()),
        }
    }
}

impl<'a> Order<'a> {
    /// `order=-member`, or the older `sort_key` and `sort_type`; the newest first unless asked otherwise.
    fn of(call: &'a Call<'_>) -> Self {
        let (member, descending) = match (call.query("order"), call.query("sort_key")) {
            (Some(order), _) => order.strip_prefix('-').map_or((order, false), |member| (member, true)),
            (None, Some(key)) => (key, call.query("sort_type") == Some("desc")),
            (None, None) => ("created_at", true),
        };
        // Rows are numbered as they were made, which is finer than their time stamps.
        Self { member: Some(member).filter(|member| *member != "created_at"), descending }
    }

    fn sort(&self, rows: &mut [(u64, Cow<'_, Value>)]) {
        let key = |row: &Value| self.member.and_then(|member| plain(&row[member]).map(Cow::into_owned));
        if self.member.is_some() {
            rows.sort_by_cached_key(|(number, row)| (key(row), *number));
        }
        if self.descending {
            rows.reverse();
        }
    }
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let forward = match text.get(..1)? {
            "n" => true,
            "p" => false,
            _ => return None,
        };
        Some(Self { forward, row: u64::from_str_radix(text.get(1..)?, 16).ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:016x}", if self.forward { 'n' } else { 'p' }, self.row)
    }
}

fn among<'a>(name: &str, text: &'a str) -> Result<Vec<&'a str>, Refusal> {
    let texts: Vec<_> = text.split(',').collect();
    match texts.len() {
        ..=MAX_IN => Ok(texts),
        _ => Err(Refusal::problems([query_problem(name, format!("must not list more than {MAX_IN} values"))])),
    }
}

/// `field=value,field=value`: each text contains its value. zenskar-openapi.json, parameter `search`.
fn search(text: &str) -> Vec<Filter<'_>> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(member, pattern)| Filter { members: vec![member], meets: Test::Like { pattern, fold: true } }).collect()
}

fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string().into()),
        _ => None,
    }
}

fn compare(text: &str, bound: &str) -> Ordering {
    match (text.parse::<Timestamp>(), bound.parse::<Timestamp>()) {
        (Ok(text), Ok(bound)) => text.cmp(&bound),
        _ => text.cmp(bound),
    }
}

/// SQL's LIKE with `%` and `_`; a pattern without `%` may stand anywhere in the text. zenskar.md section 1, [A].
fn like(pattern: &str, text: &str) -> bool {
    if !pattern.contains('%') {
        return like(&format!("%{pattern}%"), text);
    }
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where to go on after a mismatch: behind the last `%`, with one more letter given to it.
    let mut retry = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('%') => {
                retry = Some((at + 1, from));
                at += 1;
            }
            Some(letter) if *letter == '_' || *letter == text[from] => (at, from) = (at + 1, from + 1),
            _ => {
                let Some((after, given)) = retry else { return false };
                retry = Some((after, given + 1));
                (at, from) = (after, given + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '%')
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn like_is_sql_like() {
        let cases = [
            ("", "", true),
            ("abc", "xabcx", true),
            ("abc", "ab", false),
            ("a%", "abc", true),
            ("a%", "xabc", false),
            ("%c", "abc", true),
            ("%b%", "abc", true),
            ("a%c%e", "abcde", true),
            ("a%c%e", "abcd", false),
            ("a_c", "xabcx", true),
            ("%ab", "aab", true),
            ("%äö%", "xäöx", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(like(pattern, text), expected, "{pattern} against {text}");
        }
    }
}
