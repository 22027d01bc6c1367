//! Names of columns as words that can be compared: one spelling for `Acct. No.`, `accountNumber` and `ACCOUNT_NO`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::transform::fold;

/// Words, and what else they are written as: short forms, and the same everyday thing in another language.
const SPELLED_OUT: &[(&str, &str)] = &[
    ("account", "acct acc ac"),
    ("address", "addr adr adresse direccion"),
    ("amount", "amt"),
    ("betrag", "betr"),
    ("bezeichnung", "bez"),
    ("client", "cli"),
    ("code", "cd"),
    ("company", "co comp"),
    ("contract", "contr"),
    ("country", "cntry ctry land pays pais"),
    ("currency", "ccy cur curr wkz waehrung wahrung whg devise moneda divisa"),
    ("customer", "cust cstmr"),
    ("date", "dt datum fecha"),
    ("description", "desc descr"),
    ("email", "mail"),
    ("event", "evt"),
    ("frequency", "freq"),
    ("id", "identifier identifiant identificador ids uid guid uuid"),
    ("invoice", "inv"),
    ("kunde", "kd kunden"),
    ("line", "ln"),
    ("menge", "mengen"),
    ("name", "nm nom nombre"),
    ("number", "no nr num nbr nummer numero n"),
    ("phone", "ph tel telefon telephone telefono fon"),
    ("plz", "postleitzahl"),
    ("postcode", "pcode postalcode"),
    ("price", "pr"),
    ("product", "prod"),
    ("quantity", "qty quant qte cant quantite cantidad"),
    ("reference", "ref referenz referencia"),
    ("state", "st"),
    ("strasse", "str strase"),
    ("subscription", "subs sub"),
    ("timestamp", "ts"),
    ("transaction", "txn trx"),
    ("unit", "uom"),
    ("vertrag", "vertr"),
];

/// Words that add nothing: articles, and what systems append.
const EMPTY_WORDS: &str = "the of de der des du del la le les el d l and und et y for fur utc gmt s is in en am";

/// Every other writing of a word, with the word.
static SHORT: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let writings = SPELLED_OUT.iter().flat_map(|(long, short)| short.split(' ').map(move |short| (short, *long)));
    // Of two words that share a writing, the first counts.
    let writings: Vec<_> = writings.collect();
    writings.into_iter().rev().collect()
});

static EMPTY: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY_WORDS.split(' ').collect());

/// The words of a column's name: no brackets, no case, no accents, short forms spelled out.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = signs_as_words(&without_brackets(name.strip_suffix("__c").unwrap_or(name)));
    let folded = fold(&split_at_capitals(&name));
    // Two words where most people write one.
    let folded = format!(" {folded} ").replace(" e mail ", " email ").replace(" post code ", " postcode ");
    let all: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let is_telling = |word: &&str| !EMPTY.contains(word);
    let telling = all.iter().copied().filter(is_telling).flat_map(compound).map(spelled_out);
    let telling: Vec<String> = telling.collect();
    if telling.is_empty() { all.into_iter().map(str::to_owned).collect() } else { telling }
}

/// `rechnungsort` and `lieferort` are the town of an address; German writes the two words as one.
fn compound(word: &str) -> impl Iterator<Item = &str> {
    let first =
        ["rechnungs", "liefer"].into_iter().find(|first| word.starts_with(first) && word.len() > first.len() + 1);
    let (first, rest) = word.split_at(first.map_or(0, str::len));
    [first, rest].into_iter().filter(|part| !part.is_empty())
}

fn spelled_out(word: &str) -> String {
    if let Some(long) = SHORT.get(word) {
        return (*long).to_owned();
    }
    match word.strip_suffix("nr").filter(|stem| stem.len() > 2) {
        Some(stem) => format!("{stem}nummer"),
        None => word.to_owned(),
    }
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
    let name = name.replace("USt", "Ust").replace("MwSt", "Mwst");
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
            ("Kd-Nr.", "kunde number"),
            ("KundenNr", "kunde number"),
            ("Kundennr.", "kundennummer"),
            ("N° client", "number client"),
            ("BillingStreet2", "billing street 2"),
            ("VATNumber", "vat number"),
            ("Terms (days)", "terms"),
            ("Created (UTC)", "created"),
            ("(blank)", "blank"),
            ("Straße", "strasse"),
            ("USt-IdNr.", "ust id number"),
            ("E-Mail", "email"),
            ("Post Code", "postcode"),
            ("Renewal_Type__c", "renewal type"),
            ("Código de país", "codigo country"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" ").trim(), expected, "{name}");
        }
    }
}
