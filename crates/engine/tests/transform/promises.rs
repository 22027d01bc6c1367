//! What holds for every text, whatever the steps.

use std::borrow::Cow;

use engine::schema::Kind;
use engine::transform::{Case, Pipeline, Step, Value, read};
use proptest::prelude::*;

use super::{apply, date, number};

fn every_step() -> Vec<Step> {
    vec![
        Step::Trim,
        Step::CollapseBlanks,
        Step::SalesforceId,
        Step::RemoveBlanks,
        Step::Case { to: Case::Title },
        Step::Country,
        Step::Currency { dollar: None },
        Step::Phone { region: Some("DE".into()), by_country: false },
        Step::Boolean,
        Step::Cadence,
        Step::Split { separator: " ".into(), part: -2 },
        Step::PadZeros { width: 9 },
        Step::Extract { pattern: r"\w+".into() },
        date("dd.MM.yyyy"),
        date("d MMM yy HH:mm:ss.SX"),
        date("excel"),
        date("unix"),
        date("dd/MM/yyyy|MM/dd/yyyy"),
        number("1,234.56"),
        number("12,34,567.89 %"),
        number("1234.56|1.234,56"),
    ]
}

const KINDS: [Kind; 14] = [
    Kind::Text,
    Kind::Id,
    Kind::Integer,
    Kind::Decimal,
    Kind::Boolean,
    Kind::Date,
    Kind::DateTime,
    Kind::Email,
    Kind::Phone,
    Kind::Country,
    Kind::Currency,
    Kind::Cadence,
    Kind::Choice,
    Kind::Slug,
];

/// Texts made of the pieces that parsers stumble over, besides any text at all.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r"[+\-(]?[0-9.,' ]{0,12}[€$%)A-Z \-]{0,4}",
        r"[0-9]{1,4}[./\- ][0-9]{1,2}[./\- ][0-9]{2,4}([T ][0-9:.+\-Zz]{0,14})?",
        r"[+0-9() x.\-/;=a-z]{0,24}",
        "\\PC{0,6}[@.:#E+]{1,3}\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_step_or_a_reading(text in awkward()) {
        for step in every_step() {
            let pipeline = Pipeline::compile(std::slice::from_ref(&step)).expect("these steps make sense");
            if let Ok(Some(canonical)) = pipeline.apply(&[&text]) {
                prop_assert!(!canonical.is_empty());
            }
        }
        for kind in KINDS {
            if let Err(fault) = read(kind, Cow::Borrowed(&text), &["one"]) {
                prop_assert!(!fault.message.is_empty());
            }
        }
    }

    #[test]
    fn canonical_dates_stay_as_they_are(days in -25_000_i32..80_000, seconds in proptest::option::of(0_i64..86_400)) {
        use jiff::ToSpan;
        let day = jiff::civil::date(1970, 1, 1).checked_add(days.days()).expect("the day exists");
        let text = match seconds {
            None => day.to_string(),
            Some(seconds) => jiff::Timestamp::from_second(i64::from(days) * 86_400 + seconds).expect("it exists").to_string(),
        };
        for format in ["iso", "dd.MM.yyyy", "MM/dd/yyyy HH:mm", "d/M/yy", "yyyyMMdd", "dd/MM/yyyy|MM/dd/yyyy"] {
            prop_assert_eq!(apply(&[date(format)], &[&text]), Ok(Some(text.clone())), "{}", format);
        }
    }

    #[test]
    fn written_dates_come_back(days in 0_i32..40_000) {
        use jiff::ToSpan;
        let day = jiff::civil::date(1969, 1, 1).checked_add(days.days()).expect("the day exists");
        for (format, written) in [("dd.MM.yyyy", "%d.%m.%Y"), ("M/d/yyyy", "%-m/%-d/%Y"), ("d MMM yyyy", "%-d %b %Y"),
            ("EEE, dd MMMM yyyy", "%a, %d %B %Y"), ("yyyyMMdd", "%Y%m%d"), ("ddMMyyyy", "%d%m%Y")] {
            let text = day.strftime(written).to_string();
            prop_assert_eq!(apply(&[date(format)], &[&text]), Ok(Some(day.to_string())), "{} as {}", text, format);
        }
    }

    #[test]
    fn canonical_numbers_stay_as_they_are(mantissa in -999_999_999_999_999_i64..999_999_999_999_999, scale in 0_u32..7) {
        let text = rust_decimal::Decimal::new(mantissa, scale).to_string();
        for format in ["1,234.56", "1234.56", "1 234.56", "1'234.56", "12,34,567.89"] {
            prop_assert_eq!(apply(&[number(format)], &[&text]), Ok(Some(text.clone())), "{}", format);
        }
        prop_assert_eq!(read(Kind::Decimal, Cow::Borrowed(&text), &[]), Ok(Value::Number(rust_decimal::Decimal::new(mantissa, scale))));
    }

    #[test]
    fn written_numbers_come_back(mantissa in -99_999_999_999_i64..99_999_999_999) {
        let canonical = rust_decimal::Decimal::new(mantissa, 2).to_string();
        for (format, group, pairs, mark) in [("1,234.56", ",", false, "."), ("1.234,56", ".", false, ","),
            ("1 234,56", "\u{a0}", false, ","), ("1'234.56", "'", false, "."), ("12,34,567.89", ",", true, "."),
            ("1234,56", "", false, ",")] {
            let text = written(&canonical, group, pairs, mark);
            prop_assert_eq!(apply(&[number(format)], &[&text]), Ok(Some(canonical.clone())), "{} as {}", text, format);
        }
    }

    #[test]
    fn canonical_codes_stay_as_they_are(index in 0_usize..249) {
        let code = keshvar::SUPPORTED_ALPHA2_LIST[index].to_string();
        prop_assert_eq!(apply(&[Step::Country], &[&code]), Ok(Some(code.clone())));
        prop_assert!(read(Kind::Country, Cow::Borrowed(&code), &[]).is_ok());
    }

    #[test]
    fn canonical_periods_stay_as_they_are(count in 1_u16..100, unit in "[DWMY]") {
        let period = format!("P{count}{unit}");
        prop_assert_eq!(apply(&[Step::Cadence], &[&period]), Ok(Some(period.clone())));
        prop_assert!(read(Kind::Cadence, Cow::Borrowed(&period), &[]).is_ok());
    }
}

/// A canonical number as a person would write it.
fn written(canonical: &str, group: &str, pairs: bool, mark: &str) -> String {
    let (sign, digits) = canonical.strip_prefix('-').map_or(("", canonical), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').expect("two decimals");
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        let boundary = if pairs { left == 3 || (left > 3 && left % 2 == 1) } else { left % 3 == 0 };
        if index > 0 && boundary {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{mark}{fraction}")
}
