//! Figures written as no number of a column is: with a power of ten (`1.23E+05`), or with a word beside (`12 seats`). Read only
//! to say what they probably are; nothing here is ever taken without being asked for.

use super::text::fold;

/// A number with a power of ten.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Power {
    /// Written out: `123000`.
    pub(super) number: String,
    /// Whether that is all of it. A spreadsheet (`E`) shows the first digits only, so the others must not be needed; a
    /// program (`e`: R, Python, JavaScript) writes every digit there is.
    pub(super) is_whole: bool,
}

/// The largest power written out; what is beyond has no place in a company's records.
const LARGEST: usize = 30;

/// Reads a number with a power of ten; the mark before its fraction may be a point or a comma.
pub(super) fn power(text: &str) -> Option<Power> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let by_program = text.contains('e') && !mantissa.contains(',');
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (negative, size) = match exponent.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    if whole.is_empty() || size.is_empty() || ![whole, fraction, size].into_iter().all(is_digits) {
        return None;
    }
    let size: usize = size.parse().ok().filter(|size| *size <= LARGEST)?;
    let digits = format!("{whole}{fraction}");
    // Where the mark stands in the digits, counted from the right.
    let decimals = if negative { fraction.len() + size } else { fraction.len().saturating_sub(size) };
    let zeros = if negative { 0 } else { size.saturating_sub(fraction.len()) };
    let padded = format!("{:0>width$}{}", digits, "0".repeat(zeros), width = decimals + 1);
    let (before, behind) = padded.split_at(padded.len() - decimals);
    let (before, behind) = (before.trim_start_matches('0'), behind.trim_end_matches('0'));
    let before = if before.is_empty() { "0" } else { before };
    let number = if behind.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{behind}") };
    Some(Power { number, is_whole: by_program || (!negative && zeros == 0) })
}

/// A figure with a word behind it: the figure, and the word.
pub(super) fn with_word(text: &str) -> Option<(&str, &str)> {
    let at = text.find(char::is_alphabetic)?;
    let (figure, word) = text.split_at(at);
    let is_word = word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '(' | ')'));
    let figure = figure.trim_end();
    (is_word && figure.ends_with(|c: char| c.is_ascii_digit()) && word.chars().count() <= LARGEST)
        .then_some((figure, word))
}

/// Whether a word says what is counted, and nothing about how much of it one is: seats, but not thousands or hours.
pub(super) fn is_counted(word: &str) -> bool {
    let word = fold(word);
    COUNTED.iter().any(|words| words.split(' ').any(|counted| counted == word))
}

/// English, German, French and Spanish. Folded.
const COUNTED: [&str; 4] = [
    "seat seats user users license licenses licence licences unit units pc pcs piece pieces item items ea each call calls \
     request requests event events message messages device devices account accounts member members employee employees",
    "stuck stueck stk sitz sitze platz platze benutzer nutzer lizenz lizenzen einheit einheiten artikel gerat gerate konten",
    "unite unites piece pieces siege sieges licence licences utilisateur utilisateurs poste postes appareil appareils",
    "unidad unidades pieza piezas usuario usuarios licencia licencias puesto puestos dispositivo dispositivos",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_written_out() {
        let cases = [
            ("1.23E+05", "123000", false),
            ("1.23456E+05", "123456", true),
            ("1,23456E+04", "12345.6", true),
            ("4.27167E+18", "4271670000000000000", false),
            ("1e+05", "100000", true),
            ("-2.5e3", "-2500", true),
            ("1e-07", "0.0000001", true),
            ("1.5E-03", "0.0015", false),
            ("12E5", "1200000", false),
            ("0E+00", "0", true),
        ];
        for (text, number, is_whole) in cases {
            assert_eq!(power(text), Some(Power { number: number.to_owned(), is_whole }), "{text}");
        }
        for text in ["12", "E5", "1E", "1.2.3E+05", "1E+99", "Suite 4E+10", "1E5E5", "1e+-5"] {
            assert_eq!(power(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_told_from_its_figure() {
        let cases = [
            ("12 seats", Some(("12", "seats")), true),
            ("1,200 Stk.", Some(("1,200", "Stk.")), true),
            ("3Stück", Some(("3", "Stück")), true),
            ("12 TB", Some(("12", "TB")), false),
            ("3 k", Some(("3", "k")), false),
            ("5 unité(s)", Some(("5", "unité(s)")), false),
            ("seats 12", None, false),
            ("12 of 20", None, false),
        ];
        for (text, parts, counted) in cases {
            assert_eq!(with_word(text), parts, "{text}");
            assert_eq!(parts.is_some_and(|(_, word)| is_counted(word)), counted, "{text}");
        }
    }
}
