//! Names of months in English, German, French and Spanish, in full and shortened.

use crate::transform::text::fold;

/// Folded names, January first. No shortened name means two months in any two of the languages.
const NAMES: [&[&str]; 12] = [
    &["january", "jan", "januar", "janner", "jaenner", "janvier", "janv", "enero", "ene"],
    &["february", "feb", "februar", "feber", "fevrier", "fevr", "fev", "febrero"],
    &["march", "mar", "marz", "maerz", "mrz", "mars", "marzo"],
    &["april", "apr", "avril", "avr", "abril", "abr"],
    &["may", "mai", "mayo"],
    &["june", "jun", "juni", "juin", "junio"],
    &["july", "jul", "juli", "juillet", "juil", "julio"],
    &["august", "aug", "aout", "agosto", "ago"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre", "set"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dic"],
];

/// The number of the month a word names.
pub(super) fn number(word: &str) -> Option<i8> {
    let word = fold(word);
    let index = NAMES.iter().position(|names| names.contains(&word.as_str()))?;
    i8::try_from(index + 1).ok()
}
