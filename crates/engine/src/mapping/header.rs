//! Names of columns as words that can be compared: one spelling for `Acct. No.`, `accountNumber` and `ACCOUNT_NO`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::transform::fold;

const SPELLINGS: &str = include_str!("spellings.txt");

/// Words that add nothing: articles, and what systems append.
const EMPTY_WORDS: &str = "the of de der des du del la le les el d l and und et y for fur utc gmt s is in en am";

/// What German puts in front of another word, without the letters that join them.
const FIRST_PARTS: &str = "rechnung liefer kunde vertrag abo artikel produkt zahlung abrechnung leistung verbrauch nutzung \
    ereignis zahler zaehler telefon mobil einzel stuck stueck netto brutto mengen wahrung phase firmen unternehmen \
    transaktion monat jahr start end umsatz beleg vorgang buchung auftrag email einheit position steuer konto debitor \
    mandant firma";
/// What may stand behind them.
const LAST_PARTS: &str = "nummer nr name datum beginn ende start ort stadt strasse land plz adresse anschrift email mail telefon \
    preis menge einheit betrag art typ bezeichnung text id rhythmus turnus intervall zeitraum periode zyklus frist ziel \
    bedingung bedingungen zeit zeitpunkt position zeile wert konto code kennung rechnung nutzung verbrauch zusatz";
/// Letters that join the two.
const JOINTS: [&str; 5] = ["", "s", "n", "en", "es"];

/// Every other writing of a word, with the words it stands for.
static SPELLED_OUT: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = SPELLINGS.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter_map(|line| line.split_once(": "));
    lines.flat_map(|(word, writings)| writings.split(' ').map(move |writing| (writing, word))).collect()
});

static EMPTY: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY_WORDS.split(' ').collect());
static LAST: LazyLock<HashSet<&str>> = LazyLock::new(|| LAST_PARTS.split_whitespace().collect());

/// The words of a column's name: no brackets, no case, no accents, short forms spelled out.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = signs_as_words(&without_brackets(name.strip_suffix("__c").unwrap_or(name)));
    let folded = initials_together(&fold(&split_at_capitals(&name)));
    // Two words where most people write one.
    let folded = format!(" {folded} ").replace(" e mail ", " email ").replace(" post code ", " postcode ");
    let all: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let is_telling = |word: &&str| !EMPTY.contains(word);
    let telling = all.iter().copied().filter(is_telling).flat_map(compound).flat_map(spelled_out);
    let telling: Vec<String> = telling.map(str::to_owned).collect();
    if telling.is_empty() { all.into_iter().map(str::to_owned).collect() } else { telling }
}

/// German writes two words as one: `rechnungsort`, `kundennummer`.
fn compound(word: &str) -> impl Iterator<Item = &str> {
    let is_whole = SPELLED_OUT.contains_key(word);
    let parts = FIRST_PARTS.split_whitespace().filter(|_| !is_whole && word.is_ascii()).find_map(|first| {
        let rest = word.strip_prefix(first)?;
        JOINTS.iter().find_map(|joint| rest.strip_prefix(joint).filter(|last| LAST.contains(last))).map(|last| (first, last))
    });
    let (first, last) = parts.unwrap_or((word, ""));
    [first, last].into_iter().filter(|part| !part.is_empty())
}

fn spelled_out(word: &str) -> impl Iterator<Item = &str> {
    let known = SPELLED_OUT.get(word).copied().or_else(|| {
        // `waehrung`, where `währung` could not be written.
        let plain = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
        SPELLED_OUT.get(plain.as_str()).copied()
    });
    known.unwrap_or(word).split(' ')
}

/// `n i f` is `nif`: letters that stand alone are the initials of one short form.
fn initials_together(folded: &str) -> String {
    let mut together = String::with_capacity(folded.len());
    let mut after_initial = false;
    for word in folded.split(' ') {
        let initial = word.len() == 1 && word.bytes().all(|letter| letter.is_ascii_lowercase());
        if !together.is_empty() && !(initial && after_initial) {
            together.push(' ');
        }
        together.push_str(word);
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
    let name = name.replace(['\'', '’'], " ").replace("USt", "Ust").replace("MwSt", "Mwst").replace("UoM", "Uom").replace("kWh", "kwh");
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
