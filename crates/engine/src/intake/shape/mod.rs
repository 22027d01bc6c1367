//! What one value could be: every reading of it at once, so that a column can be decided from the readings of all.

pub(crate) mod date;
pub(crate) mod number;
pub(crate) mod writing;

use date::Date;
use number::{Digits, Number};

/// Longest text, in bytes, that is looked at as anything but text.
const LONGEST: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    Text,
    /// Digits that would lose something as a number: leading zeros, more than fifteen.
    Identifier,
    Boolean,
    Number(Number),
    Date(Date),
}

impl Shape {
    /// Looks at a value without outer blanks.
    pub(crate) fn of(value: &str) -> Self {
        if value.len() > LONGEST {
            return Self::Text;
        }
        match value.bytes().next() {
            Some(b'0'..=b'9') => number_or_date(value),
            Some(first) if first.is_ascii_alphabetic() || first >= 0x80 => word(value),
            Some(_) => figure(value),
            None => Self::Text,
        }
    }

    /// Whether the value looks like data rather than like a name: a number, a date, an identifier of digits.
    pub(crate) fn is_typed(self) -> bool {
        !matches!(self, Self::Text)
    }
}

fn number_or_date(value: &str) -> Shape {
    match date::date(value) {
        Some(date) => Shape::Date(date),
        None => figure(value),
    }
}

fn word(value: &str) -> Shape {
    if is_boolean(value) {
        return Shape::Boolean;
    }
    // The only letters in front of an amount are those of a currency, at most three: `EUR 12.50`, `Rs. 500`, `US$5`.
    let letters = value.bytes().take(5).take_while(|byte| !byte.is_ascii_digit() && *byte != b' ').count();
    let ends = value.as_bytes().last().is_some_and(|byte| byte.is_ascii_digit() || b"%)-Rr".contains(byte));
    let of_money = || value.get(..letters).is_some_and(number::is_money);
    let amount = !value.is_ascii() || (letters < 5 && letters < value.len() && ends && of_money());
    match if amount { figure(value) } else { Shape::Text } {
        Shape::Text => date::date(value).map_or(Shape::Text, Shape::Date),
        shape => shape,
    }
}

fn figure(value: &str) -> Shape {
    match number::digits(value) {
        Digits::Number(number) => Shape::Number(number),
        Digits::Identifier => Shape::Identifier,
        Digits::Neither => Shape::Text,
    }
}

/// Words for yes and no in the four languages. `0` and `1` are numbers.
fn is_boolean(value: &str) -> bool {
    const WORDS: [&str; 17] = [
        "true", "false", "yes", "no", "y", "n", "ja", "nein", "j", "wahr", "falsch", "oui", "non", "vrai", "faux",
        "sí", "si",
    ];
    value.len() <= 6 && WORDS.iter().any(|word| value.eq_ignore_ascii_case(word) || value == "Sí" || value == "SÍ")
}
