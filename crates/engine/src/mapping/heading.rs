//! The ways to read the heading of a column among those of its table.
//!
//! What all columns begin with (`KD_NR`, `KD_ORT`) says nothing of any of them, and what stands before a colon or a dot names
//! the thing whose property the column is (`Account: City`). Both are left out in a second reading; the first is the
//! heading as it stands. What single words mean is [`super::header`]'s business.

use std::collections::HashMap;

use super::{header, words as vocabulary};
use crate::schema::Dataset;

/// One way to read a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// As [`header::words`] spells them.
    pub(super) words: Vec<String>,
    /// Whether a mark was left out that all columns have: it stands for the record itself.
    pub(super) marked: bool,
}

/// Of a hundred columns, so many have to share what is taken for a mark, and at least so many.
const SHARING: usize = 60;
const FEWEST: usize = 4;
/// Letters of a mark that is written without a sign behind it: `CUSNUM`.
const GLUED: usize = 3;
/// Of a hundred columns, so many have to share that.
const GLUED_SHARING: usize = 80;

/// The readings of every heading of a table, the plainest first.
pub(super) fn readings(dataset: &Dataset, names: &[&str]) -> Vec<Vec<Reading>> {
    let words: Vec<Vec<String>> = names.iter().map(|name| header::words(name)).collect();
    let mark = mark(&words);
    let glued = if mark == 0 { glued(names) } else { None };
    let shared = mark_words(&words, mark);
    let of = |(name, words): (&&str, &Vec<String>)| {
        let mut readings = vec![Reading { words: words.clone(), marked: false }];
        if let Some(rest) = words.strip_prefix(shared.as_slice()).filter(|rest| mark > 0 && !rest.is_empty()) {
            readings.push(Reading { words: rest.to_vec(), marked: true });
        }
        if let Some(rest) = glued.as_deref().and_then(|mark| without(name, mark)) {
            readings.push(Reading { words: header::words(rest), marked: true });
        }
        readings.extend(property(dataset, name));
        readings
    };
    names.iter().zip(&words).map(of).collect()
}

/// How many words most headings begin with in common.
fn mark(words: &[Vec<String>]) -> usize {
    let mut length = 0;
    loop {
        let mut counts: HashMap<&[String], usize> = HashMap::new();
        // A heading that is the mark alone still has it; one without more words says nothing about a longer mark.
        words.iter().filter_map(|words| words.get(..=length)).for_each(|start| *counts.entry(start).or_default() += 1);
        let most = counts.values().max().copied().unwrap_or(0);
        if most < FEWEST || most * 100 < words.len() * SHARING {
            return length;
        }
        length += 1;
    }
}

/// The words of the mark of that length.
fn mark_words(words: &[Vec<String>], length: usize) -> Vec<String> {
    let mut counts: HashMap<&[String], usize> = HashMap::new();
    words.iter().filter_map(|words| words.get(..length)).for_each(|start| *counts.entry(start).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(start, _)| start.to_vec()).unwrap_or_default()
}

/// The letters that nearly all headings begin with, where each is one word.
fn glued(names: &[&str]) -> Option<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let single = names.iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    single.filter_map(|name| name.get(..GLUED)).for_each(|start| *counts.entry(start.to_lowercase()).or_default() += 1);
    let (mark, most) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (most >= FEWEST && most * 100 >= names.len() * GLUED_SHARING).then_some(mark)
}

fn without<'a>(name: &'a str, mark: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(mark.len())?;
    (start.eq_ignore_ascii_case(mark) && rest.len() > 1).then_some(rest)
}

/// `Rate Plan Charge: Quantity`, `order_line.quantity`: the property alone, unless it is a property of something else.
fn property(dataset: &Dataset, name: &str) -> Option<Reading> {
    let split = |sign: &str| name.rsplit_once(sign).filter(|(of, rest)| is_word(of) && is_word(rest));
    let (of, rest) = [": ", " - ", "/", "."].into_iter().find_map(split)?;
    let (of, words) = (header::words(of), header::words(rest));
    let own = !of.iter().any(|word| vocabulary::is_foreign(dataset, word));
    own.then_some(Reading { words, marked: false })
}

/// More than the single letter of a short form such as `C.P.`.
fn is_word(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() > 1 && text.chars().any(char::is_alphabetic) && !text.starts_with(char::is_whitespace)
}
