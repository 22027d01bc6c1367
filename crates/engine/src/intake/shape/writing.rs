//! How a value is written: which signs and letters stand in it, and where its digits stand. A column has few writings for
//! many values, and of nearly all the digits change nothing about the shape; so a value that is written like one that was
//! looked at before need not be looked at again. What a shape does take from the digits is looked at each time, and a
//! writing where that is more than can be told here is not kept: what is found is always [`Shape::of`] the value.

use super::Shape;
use super::date::Moment;

/// Writings kept of a column: one of each length up to eight, with a leading zero or without.
const KEPT: usize = 16;
/// Digits that may be a day without any sign between.
const DAY: usize = 8;

/// A text of at most 24 bytes with every digit as `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Writing {
    words: [u64; 3],
    length: u8,
    /// Whether its first digit is a zero, which tells identifiers and fractions from other numbers.
    zero: bool,
}

/// The writings of a column's values, with the number of their shape.
#[derive(Debug, Default)]
pub(crate) struct Writings(Vec<Option<Kept>>);

#[derive(Debug, Clone, Copy)]
struct Kept {
    writing: Writing,
    shape: usize,
    /// Where the digits have to be a day and a time.
    moment: Option<Moment>,
}

impl Writing {
    #[inline]
    pub(crate) fn of(value: &[u8]) -> Option<Self> {
        let length = value.len();
        let words = match length {
            1..=3 => [u64::from_le_bytes([value[0], value[length / 2], value[length - 1], 0, 0, 0, 0, 0]), 0, 0],
            4..=8 => [short(*value.first_chunk()?) | short(*value.last_chunk()?) << 32, 0, 0],
            9..=16 => [long(*value.first_chunk()?), long(*value.last_chunk()?), 0],
            17..=24 => [long(*value.first_chunk()?), long(*value[8..].first_chunk()?), long(*value.last_chunk()?)],
            _ => return None,
        };
        let digits = words.map(digits);
        let first = digits.iter().zip(words).find(|(digits, _)| **digits != 0);
        let zero = first.is_some_and(|(digits, word)| (word >> digits.trailing_zeros()) as u8 == b'0');
        let plain = |at: usize| words[at] & !((digits[at] << 4) - digits[at]);
        Some(Self { words: [plain(0), plain(1), plain(2)], length: length as u8, zero })
    }

    fn place(self) -> usize {
        usize::from(self.length % 8) + if self.zero { KEPT / 2 } else { 0 }
    }
}

impl Writings {
    /// The number of the shape that `value` has, if it is known by its writing.
    #[inline]
    pub(crate) fn shape(&self, writing: &Writing, value: &[u8]) -> Option<usize> {
        let kept = self.0.get(writing.place())?.as_ref()?;
        let same = kept.writing == *writing && kept.moment.is_none_or(|moment| moment.is_in(value));
        same.then_some(kept.shape)
    }

    /// Keeps the number of a value's shape, if it can be told by the writing.
    pub(crate) fn keep(&mut self, writing: Writing, value: &[u8], shape: Shape, number: usize) {
        let moment = if let Shape::Date(date) = shape { date.moment() } else { None };
        if moment.is_some() || !depends_on_digits(value, shape) {
            self.0.resize(KEPT, None);
            self.0[writing.place()] = Some(Kept { writing, shape: number, moment });
        }
    }
}

/// Whether other digits in the same places may make another shape. A date has three figures, or two and the name of a month.
fn depends_on_digits(value: &[u8], shape: Shape) -> bool {
    let is_start = |at: usize| value[at].is_ascii_digit() && (at == 0 || !value[at - 1].is_ascii_digit());
    let figures = (0..value.len()).filter(|at| is_start(*at)).count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let named = value.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    match shape {
        Shape::Date(_) => true,
        Shape::Number(_) if figures == 1 && digits == DAY => true,
        _ => figures > 2 || (figures == 2 && named),
    }
}

fn short(bytes: [u8; 4]) -> u64 {
    u64::from(u32::from_le_bytes(bytes))
}

fn long(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes)
}

/// A one in each byte that is a digit, all eight at once (Hacker’s Delight, 6-1: no byte carries into the next).
fn digits(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let figures = word ^ (ONES * 0x30);
    let others = ((figures & LOW) + ONES * (0x80 - 10)) | figures;
    (!others >> 7) & ONES
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values that look much alike: the parts of numbers, dates, identifiers and words.
    fn value() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[0-9]{1,4}",
            1 => "[0-9]{5,10}",
            4 => prop::sample::select(vec![
                "-", "/", ".", ",", " ", ":", "'", "T", "Z", "+", "%", "$", "€", "(", ")", "−", "EUR ", " USD", "Jan", " May ",
                "März", " de ", "C", "ev-", "am", " PM", "Rs.", "CR", "yes", "0", "00",
            ]).prop_map(str::to_owned),
        ];
        let free = prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat());
        prop_oneof![
            2 => free,
            1 => "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|[+]0[0-9]:00)?)?",
            1 => "[0-3][0-9][./-][0-3][0-9][./-](20[0-9]{2}|[0-9]{2})",
        ]
    }

    fn trimmed(value: &str) -> Option<&str> {
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Each value, and the same with other digits, has the shape that its writing tells.
        #[test]
        fn a_writing_tells_the_shape_of_the_value(values in prop::collection::vec((value(), any::<[u8; 24]>()), 1..8)) {
            let mut met: Vec<Shape> = Vec::new();
            let mut writings = Writings::default();
            let other = |value: &str, digits: &[u8; 24]| -> String {
                let digit = |(at, c): (usize, char)| {
                    if c.is_ascii_digit() { char::from(b'0' + digits[at % 24] % 10) } else { c }
                };
                value.chars().enumerate().map(digit).collect()
            };
            let all = values.iter().flat_map(|(value, digits)| [value.clone(), other(value, digits), value.clone()]);
            for value in all.collect::<Vec<_>>().iter().filter_map(|value| trimmed(value)) {
                let Some(writing) = Writing::of(value.as_bytes()) else { continue };
                let shape = Shape::of(value);
                if let Some(number) = writings.shape(&writing, value.as_bytes()) {
                    prop_assert_eq!(met[number], shape, "{}", value);
                } else {
                    met.push(shape);
                    writings.keep(writing, value.as_bytes(), shape, met.len() - 1);
                }
            }
        }
    }

    #[test]
    fn usual_values_are_known_again() {
        let cases = [
            ("C0012345", "C0098765"),
            ("2026-03-04T05:06:07Z", "2025-12-31T23:59:59Z"),
            ("2026-03-04", "2024-02-29"),
            ("42", "17"),
            ("12.345", "99.999"),
            ("0.50", "0.75"),
            ("ev-0000000001", "ev-0016499999"),
            ("1,234.50", "9,876.54"),
        ];
        for (one, other) in cases {
            let mut writings = Writings::default();
            let writing = |value: &str| Writing::of(value.as_bytes());
            let (Some(first), Some(second)) = (writing(one), writing(other)) else { panic!("{one} is short") };
            writings.keep(first, one.as_bytes(), Shape::of(one), 7);
            // A number of three figures may be a date.
            let is_known = one != "1,234.50";
            assert_eq!(writings.shape(&second, other.as_bytes()), is_known.then_some(7), "{other}");
        }
    }
}
