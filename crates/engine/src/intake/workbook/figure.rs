//! Numbers of cells as plain text, and whether a text shows the whole of one.

use std::fmt::{self, Write};

/// Significant digits that Excel keeps and shows; what a binary number has beyond them is noise.
const SIGNIFICANT: usize = 15;
/// From here on a whole number has more digits than Excel keeps.
const LONG: f64 = 1e15;

/// Appends the number with the fewest digits that are the same to Excel: no exponent, no `.0`.
pub(super) fn write_plain(value: f64, text: &mut String) -> fmt::Result {
    // Whole numbers, which most are, need no search for the shortest digits.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return write!(text, "{}", value as i64);
    }
    let start = text.len();
    // Adding zero makes a negative zero a plain one.
    write!(text, "{}", value + 0.0)?;
    if value.fract() != 0.0 && significant(&text[start..]) > SIGNIFICANT {
        text.truncate(start);
        let rounded: f64 = format!("{value:.*e}", SIGNIFICANT - 1).parse().unwrap_or(value);
        return write!(text, "{rounded}");
    }
    Ok(())
}

pub(super) fn plain(value: f64) -> String {
    let mut text = String::new();
    let written = write_plain(value, &mut text);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

/// Whether a spreadsheet keeps only the first digits of the number.
pub(super) fn is_long(value: f64) -> bool {
    value.abs() >= LONG
}

fn significant(text: &str) -> usize {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    digits.skip_while(|digit| *digit == b'0').count()
}

/// Whether `text`, with `mark` before its fraction, is the number `value` whatever its sign: `1,234.50 €` and `12.5 %` are,
/// `0.01` is not 0.0085. What is neither digit, mark, exponent nor per cent is passed over.
pub(super) fn reads_as(text: &str, value: f64, mark: char) -> bool {
    if text.contains('/') {
        return fraction(text).map(plain) == Some(plain(value.abs()));
    }
    let wanted = Figure::of(&plain(value), '.');
    wanted.is_some() && Figure::of(text, mark) == wanted
}

/// Whether a number's sign can be seen in how it is shown. A credit is negative, as `transform` reads it.
pub(super) fn shows_sign(text: &str, value: f64) -> bool {
    let credit = text.to_ascii_uppercase().contains("CR");
    let negative = text.starts_with(['-', '−']) || (text.starts_with('(') && text.ends_with(')')) || credit;
    if value < 0.0 { credit || text.contains(['-', '−', '(']) } else { !negative }
}

/// The whole of a number in the unit in which it is shown: beside cells in per cent a plain one would be a hundredth.
pub(super) fn whole(shown: &str, value: f64) -> String {
    if shown.contains('%') { format!("{}%", plain(value * 100.0)) } else { plain(value) }
}

/// With a point before the fraction and commas between thousands: `1.234,50 €` becomes `1,234.50 €`.
pub(super) fn with_point(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let swapped = |(at, c): (usize, char)| match c {
        '.' | ',' if is_digit(at + 1) && (at == 0 || is_digit(at - 1)) => {
            if c == '.' {
                ','
            } else {
                '.'
            }
        }
        other => other,
    };
    text.char_indices().map(swapped).collect()
}

/// `1 3/4`
fn fraction(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches(['-', '−']);
    let (above, below) = text.split_once('/')?;
    let (whole, above) = above.trim().rsplit_once(' ').unwrap_or(("0", above.trim()));
    let number = |text: &str| text.trim().parse::<u32>().ok().map(f64::from);
    Some(number(whole)? + number(above)? / number(below).filter(|below| *below > 0.0)?)
}

/// A number without its sign: its digits, without outer zeros, times ten to the power of `exponent`.
#[derive(Debug, PartialEq, Eq)]
struct Figure {
    digits: String,
    exponent: i32,
}

impl Figure {
    /// `None` when there are no digits, or more than one mark before a fraction.
    fn of(text: &str, mark: char) -> Option<Self> {
        let (mantissa, power) = split_power(text);
        let (mut digits, mut marked) = (String::new(), false);
        let mut exponent = power - 2 * i32::try_from(text.matches('%').count()).ok()?;
        for c in mantissa.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                exponent -= i32::from(marked);
            } else if c == mark && std::mem::replace(&mut marked, true) {
                return None;
            }
        }
        if digits.is_empty() {
            return None;
        }
        let kept = digits.trim_end_matches('0');
        exponent += i32::try_from(digits.len() - kept.len()).ok()?;
        let digits = kept.trim_start_matches('0').to_owned();
        Some(if digits.is_empty() { Self { digits, exponent: 0 } } else { Self { digits, exponent } })
    }
}

/// `1.5E+03` is 1.5 and 3.
fn split_power(text: &str) -> (&str, i32) {
    let found = text.rfind(['E', 'e']).and_then(|at| {
        let power = text[at + 1..].trim_end_matches(|c: char| !c.is_ascii_digit());
        let after_digit = text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.');
        Some((&text[..at], power.parse().ok().filter(|_| after_digit)?))
    });
    found.unwrap_or((text, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_have_the_digits_that_excel_keeps() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333333333333"),
            (1234.5, "1234.5"),
            (-0.0, "0"),
            (1e15, "1000000000000000"),
            (4_111_111_111_111_111.0, "4111111111111111"),
            (1e21, "1000000000000000000000"),
            (0.000_012, "0.000012"),
            (1.1 * 1.1, "1.21"),
            (-29.95 * 3.0, "-89.85"),
        ];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn a_text_shows_a_number_or_hides_some_of_it() {
        let cases = [
            ("1,234.50", 1234.5, true, false),
            ("1.234,50 €", 1234.5, false, true),
            ("0.01", 0.0085, false, false),
            ("12.50%", 0.125, true, false),
            ("12,5 %", 0.125, false, true),
            ("1.23E+05", 123_000.0, true, false),
            ("1.23E+05", 123_400.0, false, false),
            ("1 1/2", 1.5, true, true),
            ("1/3", 1.0 / 3.0, true, true),
            ("1/3", 0.33, false, false),
            ("00042", 42.0, true, true),
            ("($5.00)", -5.0, true, false),
            ("1.5", 1_500_000.0, false, false),
            ("-", 0.0, false, false),
            ("0.00", 0.0, true, true),
            ("1.234", 1234.0, false, true),
            ("5 EUR", 5.0, true, true),
        ];
        for (text, value, point, comma) in cases {
            assert_eq!((reads_as(text, value, '.'), reads_as(text, value, ',')), (point, comma), "{text} {value}");
        }
    }

    #[test]
    fn marks_are_swapped_where_they_stand_in_figures() {
        let cases =
            [("1.234,50 €", "1,234.50 €"), ("12,5 %", "12.5 %"), ("1 234,5 Std.", "1 234.5 Std."), (",5", ".5")];
        for (shown, with) in cases {
            assert_eq!(with_point(shown), with);
        }
    }
}
