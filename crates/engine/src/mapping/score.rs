//! How well the name of a column names a field, from 0 to 100.

use std::collections::HashMap;
use std::sync::OnceLock;

use rapidfuzz::distance::damerau_levenshtein;

use super::header;
use super::words::{self, DELIVERY};
use crate::schema::{Concept, Dataset};

/// From here on nothing is left to doubt in a name: it is the field's own, but for words that change nothing.
pub(super) const PLAIN: u32 = 85;
/// Below, a name says nothing about the field.
pub(super) const HINT: u32 = 50;

/// The very name.
const SAME: u32 = 100;
/// The same letters with other blanks.
const SAME_LETTERS: u32 = 98;
/// The same words in another order.
const SAME_WORDS: u32 = 95;
/// One slip of the keyboard.
const SLIP: u32 = 75;
/// What a word that changes nothing costs, and one that is not known.
const HARMLESS: u32 = 4;
const UNKNOWN: u32 = 40;
/// A name of the record itself, such as `ID`, of a hundred: weaker than any name of the field's own.
const GENERIC_PERCENT: u32 = 92;
/// A name that also means other things, of a hundred.
const WEAK_PERCENT: u32 = 78;

/// A name to compare with.
struct Name {
    words: Vec<String>,
    /// The words without blanks.
    letters: String,
    /// Whether it is used for nothing else.
    sure: bool,
}

impl Name {
    fn new(name: &str, sure: bool) -> Self {
        let words = header::words(name);
        Self { letters: words.concat(), words, sure }
    }
}

/// The score of a column's name, given as [`header::words`], for a field of `concept`.
pub(super) fn name(dataset: &Dataset, concept: Concept, words: &[String]) -> u32 {
    let (concept, words) = match (words::delivered(concept), delivery_words(words)) {
        (Some(base), Some(prefix)) => (base, &words[prefix..]),
        (None, None) => (concept, words),
        _ => return 0,
    };
    let letters = words.concat();
    let own = names().get(&concept).map_or(&[][..], Vec::as_slice).iter().map(|name| {
        let score = likeness(dataset, words, &letters, name);
        if name.sure { score } else { score * WEAK_PERCENT / 100 }
    });
    let generic = words::generic(dataset, concept).iter().map(|(name, sure)| {
        match likeness(dataset, words, &letters, &Name::new(name, *sure)) {
            score if score < PLAIN => 0,
            score if *sure => score * GENERIC_PERCENT / 100,
            score => score * WEAK_PERCENT / 100,
        }
    });
    own.chain(generic).max().unwrap_or(0)
}

/// Whether a name speaks of another person, time or document than the record's own.
pub(super) fn is_of_another(dataset: &Dataset, words: &[String]) -> bool {
    words.iter().any(|word| words::is_other(dataset, word))
}

fn likeness(dataset: &Dataset, words: &[String], letters: &str, name: &Name) -> u32 {
    if words == name.words {
        return SAME;
    }
    if letters == name.letters {
        return SAME_LETTERS;
    }
    let length = name.words.len();
    if words.len() == length && name.words.iter().all(|word| words.contains(word)) {
        return SAME_WORDS;
    }
    if words.len() > length
        && let Some(start) = (0..=words.len() - length).find(|start| words[*start..].starts_with(&name.words))
    {
        let around = words[..start].iter().chain(&words[start + length..]);
        return around.fold(SAME_LETTERS, |score, word| score.saturating_sub(cost(dataset, word)));
    }
    let is_itself_a_name = || names().values().flatten().any(|known| known.letters == letters);
    if is_slip(letters, &name.letters) && !is_itself_a_name() { SLIP } else { 0 }
}

/// How much less a name means with this word beside it.
fn cost(dataset: &Dataset, word: &str) -> u32 {
    if words::is_harmless(dataset, word) {
        HARMLESS
    } else if words::is_other(dataset, word) {
        SAME
    } else {
        UNKNOWN
    }
}

/// One letter in five or six may be wrong, missing, doubled or swapped with the next; never the first.
fn is_slip(letters: &str, name: &str) -> bool {
    let allowed = name.len() / 6;
    allowed > 0
        && letters.len().abs_diff(name.len()) <= allowed
        && letters.as_bytes().first() == name.as_bytes().first()
        && damerau_levenshtein::distance(letters.bytes(), name.bytes()) <= allowed.min(2)
}

/// How many words in front say that the column belongs to the delivery address.
fn delivery_words(words: &[String]) -> Option<usize> {
    let length = |prefix: &&str| prefix.split(' ').count();
    let starts =
        |prefix: &&&str| words.len() > length(prefix) && words.iter().zip(prefix.split(' ')).all(|(a, b)| a == b);
    DELIVERY.iter().filter(starts).map(length).max()
}

fn names() -> &'static HashMap<Concept, Vec<Name>> {
    static NAMES: OnceLock<HashMap<Concept, Vec<Name>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut by_concept: HashMap<Concept, Vec<Name>> = HashMap::new();
        for named in words::names() {
            by_concept.entry(named.concept).or_default().push(Name::new(named.name, named.sure));
        }
        by_concept
    })
}
