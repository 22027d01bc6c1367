//! What the usual number formats write around a number: `$1,234.50`, `(12.00)`, `5 kg`. Such a format is tried on numbers of
//! every size, once; where all come out alike, others are put together here instead of being laid out and read again.

use super::figure::plain;
use super::format::Shown;

/// Decimals of a format that is usual.
const DECIMALS: usize = 6;
/// Digits up to which a number has no others that a spreadsheet would not keep.
const DIGITS: usize = 14;

/// A number with so many decimals, its thousands parted or not, between two texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    before: String,
    behind: String,
    decimals: usize,
    grouped: bool,
}

impl Frame {
    /// The frame of a format for the numbers with this sign, as `show` lays them out; `None` where there is none.
    pub(super) fn learn(negative: bool, show: impl Fn(f64) -> Option<Shown>) -> Option<Self> {
        let signed = |value: f64| if negative { -value } else { value };
        let whole = |value: f64| match show(signed(value))? {
            Shown::Whole(text) => Some(text),
            Shown::Part(_) => None,
        };
        let seven = whole(7.0)?;
        let (before, rest) = seven.split_once('7')?;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let decimals = rest.strip_prefix('.').map_or(0, digits);
        let behind = &rest[if decimals == 0 { 0 } else { decimals + 1 }..];
        let frame = Self {
            before: before.to_owned(),
            behind: behind.to_owned(),
            decimals,
            grouped: whole(1_234_567.0)?.contains(','),
        };
        let telling = |text: &str| text.contains(|c: char| c.is_ascii_digit() || ".,%/".contains(c));
        if decimals > DECIMALS || telling(before) || telling(behind) {
            return None;
        }
        let holds = |value: f64| whole(value).is_some_and(|text| Some(text) == frame.show(signed(value)));
        let sizes = [0.0, 3.0, 10.0, 99.0, 100.0, 999.0, 1_000.0, 54_321.0, 100_000.0, 9_999_999.0, 10_000_000.0];
        let fractions = [0.0, 0.5, 0.25, 0.125];
        let tried = fractions.iter().take(decimals + 1).flat_map(|fraction| sizes.map(|size| size + fraction));
        tried.filter(|value| *value > 0.0).all(holds).then_some(frame)
    }

    /// The number as its format shows it, if that is all of it.
    pub(super) fn show(&self, value: f64) -> Option<String> {
        let figure = plain(value.abs());
        let (whole, fraction) = figure.split_once('.').unwrap_or((&figure, ""));
        if value == 0.0 || fraction.len() > self.decimals || whole.len() + self.decimals > DIGITS {
            return None;
        }
        let mut shown = String::with_capacity(self.before.len() + 2 * figure.len() + self.decimals + self.behind.len());
        shown.push_str(&self.before);
        for (at, digit) in whole.char_indices() {
            if self.grouped && at > 0 && (whole.len() - at).is_multiple_of(3) {
                shown.push(',');
            }
            shown.push(digit);
        }
        if self.decimals > 0 {
            shown.push('.');
            shown.push_str(fraction);
            shown.extend(std::iter::repeat_n('0', self.decimals - fraction.len()));
        }
        shown.push_str(&self.behind);
        Some(shown)
    }
}
