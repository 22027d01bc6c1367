//! Comparing what would be sent with what is there: field by field, by value, and only what would be sent.

use std::str::FromStr;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A field that is different at the destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FieldDifference {
    /// Path from the record: `address.city`, `phases.0.pricings.1.external_id`.
    pub field: String,
    pub sent: String,
    /// `None` where the destination has nothing.
    pub found: Option<String>,
}

/// Every single value of a request's body with its path, in the order in which it is written.
pub fn leaves(body: &Value) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    collect(&mut String::new(), body, &mut leaves);
    leaves
}

fn collect(path: &mut String, value: &Value, leaves: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| at(path, name, |path| collect(path, value, leaves)));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| at(path, &index.to_string(), |path| collect(path, item, leaves)));
        }
        value => leaves.push((path.clone(), text(value))),
    }
}

/// Where `found` is not what `sent` says.
pub(crate) fn differences(sent: &Value, found: &Value) -> Vec<FieldDifference> {
    let mut differences = Vec::new();
    compare(&mut String::new(), sent, found, &mut differences);
    differences
}

fn compare(path: &mut String, sent: &Value, found: &Value, differences: &mut Vec<FieldDifference>) {
    match (sent, found) {
        (Value::Object(members), _) => {
            for (name, value) in members {
                at(path, name, |path| compare(path, value, found.get(name).unwrap_or(&Value::Null), differences));
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                at(path, &index.to_string(), |path| compare(path, item, other, differences));
            }
        }
        _ if same(sent, found) => {}
        _ => differences.push(FieldDifference { field: path.clone(), sent: text(sent), found: told(found) }),
    }
}

/// Runs `inner` with one more step on the path.
fn at(path: &mut String, step: &str, inner: impl FnOnce(&mut String)) {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(step);
    inner(path);
    path.truncate(length);
}

/// Equal by value: 12.50 is 12.5, also when it comes back as text; an instant is the same in any notation.
fn same(sent: &Value, found: &Value) -> bool {
    sent == found
        || match (sent, found) {
            (Value::Number(_), Value::Number(_) | Value::String(_)) => same_by(number, sent, found),
            (Value::String(written), Value::String(_)) if written.contains('T') => same_by(instant, sent, found),
            _ => false,
        }
}

fn same_by<T: PartialEq>(read: fn(&str) -> Option<T>, sent: &Value, found: &Value) -> bool {
    read(&text(sent)).is_some_and(|sent| read(&text(found)) == Some(sent))
}

fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// An instant; without a zone it is taken as UTC, as everywhere in Carryover.
fn instant(text: &str) -> Option<Timestamp> {
    let zoned = || Timestamp::from_str(text).ok();
    let plain = || DateTime::from_str(text).ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    zoned().or_else(plain)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as it is shown; `None` where there is nothing.
pub(crate) fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        other => Some(text(other)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(sent: &Value, found: &Value, expected: &[(&str, &str, Option<&str>)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|&(field, sent, found)| FieldDifference {
                field: field.to_owned(),
                sent: sent.to_owned(),
                found: found.map(str::to_owned),
            })
            .collect();
        assert_eq!(differences(sent, found), expected, "{sent} against {found}");
    }

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("a JSON text")
    }

    #[test]
    fn only_what_is_sent_is_compared_and_by_value() {
        check(&json!({"a": "x"}), &json!({"a": "x", "id": "1", "updated_at": "now"}), &[]);
        check(&json!({"a": "x"}), &json!({"a": "y"}), &[("a", "x", Some("y"))]);
        check(&json!({"a": "x"}), &json!({"a": null}), &[("a", "x", None)]);
        check(&json!({"a": "x"}), &json!({}), &[("a", "x", None)]);
        check(&json!({"a": {"b": "1", "c": "2"}}), &json!({"a": {"b": "1", "c": "3"}}), &[("a.c", "2", Some("3"))]);
        check(&json!({"a": {"b": "1"}}), &json!({"a": null}), &[("a.b", "1", None)]);
        check(&json!({"a": false}), &json!({"a": true}), &[("a", "false", Some("true"))]);
        check(&json!({"a": "1"}), &json!({"a": 1}), &[("a", "1", Some("1"))]);
        check(&json!([{"n": 1}, {"n": 2}]), &json!([{"n": 1}, {"n": 3}]), &[("1.n", "2", Some("3"))]);
        check(&json!({"l": ["a"]}), &json!({"l": ["a", "b"]}), &[("l", r#"["a"]"#, Some(r#"["a","b"]"#))]);
    }

    #[test]
    fn notation_is_not_a_difference() {
        check(&parsed(r#"{"n": 12.50}"#), &parsed(r#"{"n": 12.5}"#), &[]);
        check(&parsed(r#"{"n": 1200}"#), &parsed(r#"{"n": 1.2e3}"#), &[]);
        check(&parsed(r#"{"n": 0.1}"#), &parsed(r#"{"n": "0.10"}"#), &[]);
        check(
            &parsed(r#"{"n": 0.1}"#),
            &parsed(r#"{"n": 0.10000000000000001}"#),
            &[("n", "0.1", Some("0.10000000000000001"))],
        );
        for found in ["2026-04-01T00:00:00+00:00", "2026-04-01T00:00:00.000Z", "2026-04-01 00:00:00", "2026-04-01"] {
            check(&json!({"t": "2026-04-01T00:00:00Z"}), &json!({ "t": found }), &[]);
        }
        let other = "2026-04-01T00:00:00+02:00";
        check(
            &json!({"t": "2026-04-01T00:00:00Z"}),
            &json!({ "t": other }),
            &[("t", "2026-04-01T00:00:00Z", Some(other))],
        );
        check(&json!({"t": "007"}), &json!({"t": "7"}), &[("t", "007", Some("7"))]);
    }

    proptest! {
        #[test]
        fn a_number_equals_itself_whatever_its_trailing_zeros(mantissa: i64, scale in 0_u32..12, zeros in 0_u32..6) {
            let number = Decimal::new(mantissa, scale);
            let mut longer = number;
            longer.rescale(scale + zeros);
            let (sent, found) = (parsed(&number.to_string()), parsed(&longer.to_string()));
            prop_assert!(differences(&sent, &found).is_empty(), "{} against {}", sent, found);
        }
    }
}
