//! Names of columns as words that can be compared: one spelling for `Acct. No.`, `accountNumber` and `ACCOUNT_NO`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::words;
use crate::transform::fold;

const SPELLINGS: &str = include_str!("spellings.txt");

/// Words that add nothing: articles, and what systems append.
const EMPTY_WORDS: &str = "the of de der des du del la le les el d l and und et y for fur utc gmt s is in en am";

/// Letters that join the words of a German compound.
const JOINTS: [&str; 4] = ["", "s", "n", "en"];
/// The shortest part of a word that is looked for in it, but for those that only end one.
const PART: usize = 3;
/// Letters of the longest word that is taken apart: nobody names a column by a longer one, and damaged files have millions.
const LONGEST: usize = 40;
const ENDINGS: [&str; 3] = ["id", "no", "nr"];
/// What words end with whose beginning nobody knows.
const HEADS: &str = "nummer kennung schlussel datum zeitpunkt beginn betrag preis gebuhr gebuehr kosten bezeichnung menge \
    anzahl einheit dauer wahrung waehrung intervall miete nr";
/// Words that are other words with a few letters more or less, or names of firms and places: never parts.
const NO_PARTS: [&str; 10] = ["ter", "ten", "con", "per", "ste", "pos", "ini", "dir", "mes", "rep"];

/// Every other writing of a word, with the words it stands for.
static SPELLED_OUT: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = SPELLINGS.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter_map(|line| line.split_once(": "));
    lines.flat_map(|(word, writings)| writings.split(' ').map(move |writing| (writing, word))).collect()
});

static EMPTY: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY_WORDS.split(' ').collect());

/// Every word of the trade, in every writing, and the words that change what a name means.
static SINGLE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let whole = SPELLED_OUT.values().flat_map(|words| words.split(' '));
    SPELLED_OUT.keys().copied().chain(whole).chain(words::beside()).collect()
});

/// The same, and every word of the names.
static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lists = words::NAMES.lines().filter_map(|line| line.split_once(": ")).map(|(_, list)| list);
    let words = lists.flat_map(|list| list.split([',', ' '])).filter(|word| !word.is_empty());
    SINGLE.iter().copied().chain(words).collect()
});

/// The words of a column's name: no brackets, no case, no accents, short forms spelled out.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = name.strip_suffix("__c").unwrap_or(name);
    // As nearly every name of the lists is written, and all of those are read when the first table is looked at.
    let plain = name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b' ');
    let spelled = || fold(&split_at_capitals(&signs_as_words(&without_brackets(name))));
    let folded = together(&if plain { Cow::Borrowed(name) } else { Cow::Owned(spelled()) });
    let unpadded = |word| if str::len(word) > 1 { word.trim_start_matches('0') } else { word };
    let all: Vec<&str> = folded.split(' ').map(unpadded).filter(|word| !word.is_empty()).collect();
    let is_telling = |word: &&str| !EMPTY.contains(word);
    let telling = all.iter().copied().filter(is_telling).flat_map(compound).flat_map(spelled_out);
    let telling: Vec<String> = telling.map(str::to_owned).collect();
    if telling.is_empty() { all.into_iter().map(str::to_owned).collect() } else { telling }
}

/// The words that are written as one: `rechnungsort`, `customerno`. What has spellings of its own is one word.
fn compound(word: &str) -> Vec<&str> {
    let known = SINGLE.contains(word) || !(PART + 2..=LONGEST).contains(&word.len());
    let mut parts = if known { Vec::new() } else { parts(word).or_else(|| headed(word)).unwrap_or_default() };
    // `verbrauchsart`: alone, and in front, `art` is short for article.
    if let Some(last) = parts.last_mut().filter(|last| **last == "art") {
        *last = "type";
    }
    if parts.is_empty() { vec![word] } else { parts }
}

/// The longest known words that a word is made of, at least two.
fn parts(word: &str) -> Option<Vec<&str>> {
    let is_part = |part: &&str| part.len() >= PART && KNOWN.contains(part) && !NO_PARTS.contains(part);
    let lengths = (PART..word.len().saturating_sub(1)).rev().filter(|length| word.is_char_boundary(*length));
    lengths.map(|length| word.split_at(length)).filter(|(first, _)| is_part(first)).find_map(|(first, rest)| {
        JOINTS.iter().find_map(|joint| {
            let rest = rest.strip_prefix(joint)?;
            let whole = (is_part(&rest) || ENDINGS.contains(&rest)).then(|| finest(rest));
            Some([finest(first), whole.or_else(|| parts(rest))?].concat())
        })
    })
}

/// A part that names have as one word, such as `enddatum`, taken apart as well.
fn finest(part: &str) -> Vec<&str> {
    let whole = SINGLE.contains(part) || part.len() < PART + 2;
    if whole { vec![part] } else { parts(part).unwrap_or_else(|| vec![part]) }
}

/// What a German word ends with says what it is, whatever it begins with: `liegenschaftsnummer` is a number.
fn headed(word: &str) -> Option<Vec<&str>> {
    let head = HEADS.split_whitespace().find(|head| word.ends_with(head))?;
    let rest = word.strip_suffix(head).filter(|rest| rest.len() > PART)?;
    Some(vec![rest, head])
}

fn spelled_out(word: &str) -> impl Iterator<Item = &str> {
    let known = SPELLED_OUT.get(word).copied().or_else(|| {
        // `waehrung`, where `währung` could not be written.
        let umlauts = ["ae", "oe", "ue"].iter().any(|pair| word.contains(pair));
        let plain = umlauts.then(|| word.replace("ae", "a").replace("oe", "o").replace("ue", "u"))?;
        SPELLED_OUT.get(plain.as_str()).copied()
    });
    known.unwrap_or(word).split(' ')
}

/// `n i f` is `nif`: letters that stand alone are the initials of one short form. And two words where most people write one.
fn together(folded: &str) -> String {
    let mut together = String::with_capacity(folded.len());
    let mut before = "";
    let mut after_initial = false;
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let initial = word.len() == 1 && word.bytes().all(|letter| letter.is_ascii_lowercase());
        let goes_on = initial && after_initial || matches!((before, word), ("e", "mail") | ("post", "code"));
        if !together.is_empty() && !goes_on {
            together.push(' ');
        }
        together.push_str(word);
        before = if goes_on { "" } else { word };
        after_initial = initial;
    }
    together
}

/// What stands in brackets is a unit or a remark: `Terms (days)`. A name that is nothing else is kept.
fn without_brackets(name: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    if kept.trim().is_empty() { name.to_owned() } else { kept }
}

fn signs_as_words(name: &str) -> String {
    // German short forms whose capitals are no boundary of words.
    let name = name
        .replace(['\'', '’'], " ")
        .replace("USt", "Ust")
        .replace("MwSt", "Mwst")
        .replace("UoM", " uom")
        .replace("kWh", "kwh");
    if name.contains(['#', '№', 'º', '°', '%']) {
        let numbered =
            ["n°", "nº", "N°", "Nº", "#", "№"].iter().fold(name, |name, sign| name.replace(sign, " number "));
        numbered.replace('%', " percent ")
    } else {
        name
    }
}

/// A blank before each word of `camelCase`, `VATNumber` and `Line1`.
fn split_at_capitals(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut split = String::with_capacity(name.len() + 8);
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let next_is_small = characters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let starts_word = before.is_some_and(|before| {
            (character.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_small)))
                || (character.is_ascii_digit() && before.is_alphabetic())
        });
        if starts_word {
            split.push(' ');
        }
        split.push(character);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_word_of_millions_of_letters_is_one_word() {
        let word = "rechnung".repeat(250_000);
        assert_eq!(words(&word), [word]);
    }

    #[test]
    fn one_spelling_for_many() {
        let cases = [
            ("Acct. No.", "account number"),
            ("accountNumber", "account number"),
            ("ACCOUNT_NO", "account number"),
            ("Account #", "account number"),
            ("Kd-Nr.", "customer number"),
            ("KundenNr", "customer number"),
            ("Kundennr.", "customer number"),
            ("Rechnungsort", "invoice city"),
            ("Stückpreis", "unit price"),
            ("N.I.F.", "nif"),
            ("A/C", "account"),
            ("N° client", "number customer"),
            ("BillingStreet2", "billing street 2"),
            ("VATNumber", "vat number"),
            ("Terms (days)", "terms"),
            ("Created (UTC)", "created"),
            ("(blank)", "blank"),
            ("Straße", "street"),
            ("USt-IdNr.", "vat id number"),
            ("E-Mail", "email"),
            ("Post Code", "postcode"),
            ("Renewal_Type__c", "renewal type"),
            ("Código de país", "code country"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" ").trim(), expected, "{name}");
        }
    }
}
