//! How well the name of a column names each field, from 0 to 100.
//!
//! A name is looked up, whole and in parts, in the names of all fields at once: what a column costs does not grow with the
//! word lists. Only names with a slip of the keyboard or with unknown short forms are compared one by one.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::LazyLock;

use rapidfuzz::distance::damerau_levenshtein;

use super::header;
use super::heading::Reading;
use super::words::{self, DELIVERY, Generic, Named};
use crate::schema::{Concept, Dataset};

/// From here on nothing is left to doubt in a name: it is the field's own, but for words that change nothing.
pub(super) const PLAIN: u32 = 85;
/// Below, a name says nothing about the field.
pub(super) const HINT: u32 = 50;
/// Below, a name says nothing even where the values are such as few columns have: days, numbers, countries.
pub(super) const FAINT: u32 = 40;

/// The very name.
const SAME: u32 = 100;
/// The same letters with other blanks.
const SAME_LETTERS: u32 = 98;
/// The same words in another order.
const SAME_WORDS: u32 = 95;
/// Words that can be read as short forms of the name's: never certain by that alone.
const SHORTENED: u32 = 80;
/// One slip of the keyboard.
const SLIP: u32 = 75;
/// More letters than these are never slips.
const SLIPS: usize = 2;
/// What a word that changes nothing costs, and one that is not known.
const HARMLESS: u32 = 4;
const UNKNOWN: u32 = 40;
/// The kind of something nobody knows.
const KIND: u32 = 60;
/// What each further way to read a name costs.
const OTHER_READING: u32 = 2;
/// A name of the record itself, such as `ID`, of a hundred: weaker than any name of the field's own.
const GENERIC_PERCENT: u32 = 92;
/// A name that also means other things, of a hundred.
const WEAK_PERCENT: u32 = 78;

/// The scores of one column. Concepts that are not in it have none.
pub(super) type Scores = HashMap<Concept, u32>;

/// A name to compare with.
struct Name<T> {
    means: T,
    words: Vec<String>,
    /// The words without blanks.
    letters: String,
    /// Which letters they are.
    alphabet: u64,
    /// Whether it is used for nothing else.
    sure: bool,
}

/// Names, found by their words, their letters and their words in any order.
struct Names<T> {
    all: Vec<Name<T>>,
    by_words: HashMap<String, Vec<usize>>,
    by_letters: HashMap<String, Vec<usize>>,
    by_sorted: HashMap<String, Vec<usize>>,
    /// By their first letter, which neither a slip nor a short form changes, and how many letters they have.
    by_length: HashMap<(u8, usize), Vec<usize>>,
    /// By their first letter and how many words they have.
    by_count: HashMap<(u8, usize), Vec<usize>>,
    /// Every word of every name.
    vocabulary: HashSet<String>,
    /// Words of the longest name. A damaged file may have headings of thousands.
    longest: usize,
}

/// What a name may mean, and how much it is like a name of that.
struct Likeness<T> {
    means: T,
    sure: bool,
    score: u32,
}

static CONCEPTS: LazyLock<Names<Concept>> = LazyLock::new(|| Names::new(words::names()));
static GENERICS: LazyLock<Names<Generic>> = LazyLock::new(|| Names::new(words::generics()));

/// The scores of a column's name in each of its readings.
pub(super) fn scores(dataset: &Dataset, readings: &[Reading]) -> Scores {
    let mut scores = Scores::new();
    for (cost, reading) in (0..).step_by(OTHER_READING as usize).zip(readings) {
        for (concept, score) in read_as(dataset, reading) {
            let best = scores.entry(concept).or_default();
            *best = (*best).max(score.saturating_sub(cost));
        }
    }
    scores
}

/// Whether a name speaks of another person, time or document than the record's own.
pub(super) fn is_of_another(dataset: &Dataset, words: &[String]) -> bool {
    words.iter().any(|word| words::is_other(dataset, word))
}

fn read_as(dataset: &Dataset, reading: &Reading) -> Vec<(Concept, u32)> {
    let words = &reading.words;
    let mut rests = without_delivery(words).peekable();
    if dataset.by_concept(Concept::ShipLine1).is_some() && rests.peek().is_some() {
        let delivered = |likeness: Likeness<Concept>| Some((words::delivered(likeness.means)?, weighed(&likeness)));
        return rests.flat_map(|rest| CONCEPTS.like(dataset, rest)).filter_map(delivered).collect();
    }
    let own = CONCEPTS.like(dataset, words).into_iter().map(|likeness| (likeness.means, weighed(&likeness)));
    let generic = GENERICS.like(dataset, words).into_iter().filter(|likeness| likeness.score >= PLAIN);
    // Where everything in the table has the record's mark in front, its number is no other thing's.
    let percent = |sure| if sure || reading.marked { GENERIC_PERCENT } else { WEAK_PERCENT };
    let generic = generic.filter_map(|likeness| {
        let (concept, sure) = words::generic(dataset, likeness.means, likeness.sure)?;
        Some((concept, likeness.score * percent(sure) / 100))
    });
    let span = words.iter().any(|word| words::is_span(dataset, word));
    let meant = own.chain(generic).chain(kind_of_use(dataset, words));
    meant.filter(|(concept, _)| !(span && *concept == Concept::Quantity)).collect()
}

/// What is counted is told by its kind, of whatever: `Job type`, `Type de course`.
fn kind_of_use(dataset: &Dataset, words: &[String]) -> Option<(Concept, u32)> {
    let kind = words.len() == 2 && words.iter().any(|word| word == "type");
    let own = kind && !words.iter().any(|word| words::is_foreign(dataset, word));
    (own && dataset.by_concept(Concept::Stream).is_some()).then_some((Concept::Stream, KIND))
}

fn weighed<T>(likeness: &Likeness<T>) -> u32 {
    if likeness.sure { likeness.score } else { likeness.score * WEAK_PERCENT / 100 }
}

impl<T: Copy + Eq + Hash> Names<T> {
    fn new(names: Vec<Named<T>>) -> Self {
        let spelled = |Named { means, name, sure }| {
            let words = header::words(name);
            let letters = words.concat();
            Name { means, alphabet: alphabet(&letters), letters, words, sure }
        };
        // Lists in four languages name many things twice once they are spelled alike; a name that is sure of it says more.
        let mut all: Vec<Name<T>> = names.into_iter().map(spelled).collect();
        all.sort_by_key(|name| !name.sure);
        let mut seen = HashSet::new();
        all.retain(|name| seen.insert((name.means, name.words.join(" "))));
        let by = |key: &dyn Fn(&Name<T>) -> String| {
            let mut places: HashMap<String, Vec<usize>> = HashMap::new();
            all.iter().enumerate().for_each(|(place, name)| places.entry(key(name)).or_default().push(place));
            places
        };
        let (by_words, by_letters) = (by(&|name| name.words.join(" ")), by(&|name| name.letters.clone()));
        let by_sorted = by(&|name| sorted(&name.words));
        let mut by_length: HashMap<(u8, usize), Vec<usize>> = HashMap::new();
        let mut by_count: HashMap<(u8, usize), Vec<usize>> = HashMap::new();
        for (place, name) in all.iter().enumerate() {
            by_length.entry((initial(&name.letters), name.letters.len())).or_default().push(place);
            by_count.entry((initial(&name.letters), name.words.len())).or_default().push(place);
        }
        let vocabulary = all.iter().flat_map(|name| name.words.iter().cloned()).collect();
        let longest = all.iter().map(|name| name.words.len()).max().unwrap_or_default();
        Self { all, by_words, by_letters, by_sorted, by_length, by_count, vocabulary, longest }
    }

    /// Everything that words may mean; of several names with one meaning, all.
    fn like(&self, dataset: &Dataset, words: &[String]) -> Vec<Likeness<T>> {
        let letters = words.concat();
        let mut found = Vec::new();
        self.found(&mut found, self.by_words.get(&words.join(" ")), SAME);
        self.found(&mut found, self.by_letters.get(&letters), SAME_LETTERS);
        self.found(&mut found, self.by_sorted.get(&sorted(words)), SAME_WORDS);
        self.parts(&mut found, dataset, words);
        // Words that are known are neither slips nor short for others.
        let known: Vec<bool> = words.iter().map(|word| self.vocabulary.contains(word)).collect();
        if !self.by_letters.contains_key(&letters) && !known.iter().all(|known| *known) {
            self.slips(&mut found, &letters);
            self.shortened(&mut found, words, &known);
        }
        found
    }

    fn found(&self, found: &mut Vec<Likeness<T>>, places: Option<&Vec<usize>>, score: u32) {
        let names = places.into_iter().flatten().map(|place| &self.all[*place]);
        found.extend(names.map(|name| Likeness { means: name.means, sure: name.sure, score }));
    }

    /// Names that stand between other words.
    fn parts(&self, found: &mut Vec<Likeness<T>>, dataset: &Dataset, words: &[String]) {
        for start in 0..words.len() {
            for end in start + 1..=words.len().min(start + self.longest) {
                if end - start == words.len() {
                    continue;
                }
                if let Some(places) = self.by_words.get(&words[start..end].join(" ")) {
                    let mut around = words[..start].iter().chain(&words[end..]);
                    let left = around.try_fold(SAME_LETTERS, |score, word| score.checked_sub(cost(dataset, word)));
                    self.found(found, Some(places), left.unwrap_or_default());
                }
            }
        }
    }

    fn slips(&self, found: &mut Vec<Likeness<T>>, letters: &str) {
        let lengths = letters.len().saturating_sub(SLIPS)..=letters.len() + SLIPS;
        let near = lengths.filter_map(|length| self.by_length.get(&(initial(letters), length))).flatten();
        let own = alphabet(letters);
        let slips = near.map(|place| &self.all[*place]).filter(|name| {
            // A slip changes one letter into another at most, so most names need no closer look.
            (own ^ name.alphabet).count_ones() as usize <= 2 * SLIPS && is_slip(letters, &name.letters)
        });
        found.extend(slips.map(|name| Likeness { means: name.means, sure: name.sure, score: SLIP }));
    }

    /// `CNTRCT NBR`: names of as many words, some of them short for the name's.
    fn shortened(&self, found: &mut Vec<Likeness<T>>, words: &[String], known: &[bool]) {
        let is_short = |name: &&Name<T>| {
            let mut pairs = words.iter().zip(known).zip(&name.words);
            pairs.all(|((word, known), whole)| word == whole || (!known && shortens(word, whole)))
        };
        let as_long = words.first().and_then(|first| self.by_count.get(&(initial(first), words.len())));
        let short = as_long.into_iter().flatten().map(|place| &self.all[*place]).filter(is_short);
        found.extend(short.map(|name| Likeness { means: name.means, sure: name.sure, score: SHORTENED }));
    }
}

fn initial(word: &str) -> u8 {
    word.bytes().next().unwrap_or_default()
}

/// A bit for each letter that occurs; digits and other signs share bits with letters.
fn alphabet(letters: &str) -> u64 {
    letters.bytes().fold(0, |bits, letter| bits | 1 << (letter % 64))
}

fn sorted(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.join(" ")
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
        && damerau_levenshtein::distance_with_args(
            letters.bytes(),
            name.bytes(),
            &damerau_levenshtein::Args::default().score_cutoff(allowed.min(SLIPS)),
        )
        .is_some()
}

/// Whether a word may be short for another: letters were left out, never the first, and enough is there to tell.
fn shortens(short: &str, whole: &str) -> bool {
    let mut rest = whole.bytes();
    let (short_length, length) = (short.len(), whole.len());
    (3..length).contains(&short_length)
        && short_length * 3 >= length
        && short.as_bytes().first() == whole.as_bytes().first()
        && short.bytes().all(|letter| rest.any(|other| other == letter))
}

/// The words without those in front or at the end that say that the column belongs to the delivery address; as many ways as
/// there are.
fn without_delivery(words: &[String]) -> impl Iterator<Item = &[String]> {
    let is = |some: &[String], mark: &str| some.iter().eq(mark.split(' '));
    DELIVERY.iter().filter_map(move |mark| {
        let length = mark.split(' ').count();
        let rest = words.len().checked_sub(length).filter(|rest| *rest > 0)?;
        if is(&words[..length], mark) {
            Some(&words[length..])
        } else if is(&words[rest..], mark) {
            Some(&words[..rest])
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    /// Of all the runs of words in it there are hundreds of millions.
    #[test]
    fn a_heading_of_thousands_of_words_is_looked_through_once() {
        let customers = schema::of("zenskar").and_then(|schema| schema.dataset("customers")).expect("it is there");
        for word in ["zebra", "email"] {
            let words = vec![word.to_owned(); 20_000];
            let scores = scores(customers, &[Reading { words, marked: false }]);
            assert!(scores.values().all(|score| *score < HINT), "{word}");
        }
    }
}
