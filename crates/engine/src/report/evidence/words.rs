//! Figures, days and datasets as the evidence says them: in English, whatever the language of the window.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::schema::Schema;
use crate::store::lookup::LOOK_UP;

pub(super) fn label(schema: &Schema, dataset: &str) -> String {
    let only_looked_in = if dataset == LOOK_UP { "Only looked in" } else { dataset };
    schema.dataset(dataset).map_or(only_looked_in, |dataset| dataset.label).to_owned()
}

pub(super) fn count(count: u64) -> String {
    figure(&count.to_string())
}

/// An amount with at least two decimals: `1,204.50`.
pub(super) fn amount(text: &str) -> String {
    match text.parse::<Decimal>() {
        Ok(mut amount) if amount.scale() < 2 => {
            amount.rescale(2);
            figure(&amount.to_string())
        }
        _ => figure(text),
    }
}

/// Digits in groups of three, with a true minus sign.
pub(super) fn figure(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("\u{2212}", digits));
    let (whole, rest) =
        digits.split_once('.').map_or((digits, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// `2026-05` as `May 2026`.
pub(super) fn month(text: &str) -> String {
    let first: Option<jiff::civil::Date> = format!("{text}-01").parse().ok();
    first.map_or_else(|| text.to_owned(), |first| first.strftime("%b %Y").to_string())
}

/// `2026-10-12T14:36:00Z` as `12 Oct 2026, 14:36 UTC`.
pub(super) fn day(at: &str) -> String {
    let at: Result<Timestamp, _> = at.parse();
    at.map_or_else(|_| String::new(), |at| at.strftime("%-d %b %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::{amount, day, figure, month};

    #[test]
    fn figures_are_grouped_and_keep_their_digits() {
        let cases = [
            ("0", "0"),
            ("999", "999"),
            ("1204", "1,204"),
            ("3590815.50", "3,590,815.50"),
            ("-4318.6", "\u{2212}4,318.6"),
        ];
        for (text, told) in cases {
            assert_eq!(figure(text), told);
        }
        assert_eq!(amount("-4318.6"), "\u{2212}4,318.60", "money has two decimals");
        assert_eq!(amount("0.00125"), "0.00125", "and loses none");
    }

    #[test]
    fn days_and_months_are_said_as_people_do() {
        assert_eq!(month("2026-05"), "May 2026");
        assert_eq!(month(""), "");
        assert_eq!(day("2026-10-12T14:36:00Z"), "12 Oct 2026, 14:36 UTC");
    }
}
