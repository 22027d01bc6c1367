//! Canonical text by the kind of its field, and what a spreadsheet does to values.

use std::borrow::Cow;

use engine::schema::Kind;
use engine::schema::finding::Rule;
use engine::transform::{Value, damaged, read};

use super::Is::{self, Bad, BadBut, Empty, Text};

fn check_read(kind: Kind, text: &str, is: Is) {
    let value = read(kind, Cow::Borrowed(text), &["prepaid", "postpaid"]);
    let shown = match &value {
        Ok(Value::Text(text)) => Ok(text.to_string()),
        Ok(Value::Number(number)) => Ok(number.to_string()),
        Ok(Value::Boolean(value)) => Ok(value.to_string()),
        Ok(Value::Date(date)) => Ok(date.to_string()),
        Ok(Value::Instant(instant)) => Ok(instant.to_string()),
        Err(fault) => Err((fault.rule, fault.suggestion.as_deref())),
    };
    let expected = match is {
        Text(text) => Ok(text.to_owned()),
        Bad(rule) => Err((rule, None)),
        BadBut(rule, suggestion) => Err((rule, Some(suggestion))),
        Empty => unreachable!("an empty text is never read"),
    };
    assert_eq!(shown, expected, "{text:?} as {kind:?}");
}

#[test]
fn canonical_text_is_read_by_kind() {
    let cases: &[(Kind, &[(&str, Is)])] = &[
        (Kind::Text, &[(" as it stands ", Text(" as it stands "))]),
        (Kind::Id, &[("00817", Text("00817")), ("12E5", Text("12E5"))]),
        (Kind::Integer, &[("30", Text("30")), ("30.00", Text("30.00")), ("30.5", Bad(Rule::Type)), ("-4", Text("-4"))]),
        (
            Kind::Decimal,
            &[
                ("-1234.50", Text("-1234.50")),
                ("1,234.5", Bad(Rule::Type)),
                ("1.2.3", Bad(Rule::Type)),
                ("", Bad(Rule::Type)),
                ("-", Bad(Rule::Type)),
                ("1234567890123456789012345678", Text("1234567890123456789012345678")),
                ("12345678901234567890123456789", Bad(Rule::Range)),
                ("0.1234567890123456789012345678", Text("0.1234567890123456789012345678")),
            ],
        ),
        (Kind::Boolean, &[("true", Text("true")), ("yes", BadBut(Rule::Type, "true")), ("maybe", Bad(Rule::Type))]),
        (
            Kind::Date,
            &[
                ("2026-04-01", Text("2026-04-01")),
                ("2026-04-01T00:00:00Z", Text("2026-04-01")),
                ("2026-03-31T22:00:00Z", BadBut(Rule::Format, "2026-03-31")),
                ("2026-02-30", Bad(Rule::Type)),
                ("1899-12-31", Bad(Rule::Range)),
                ("2206-05-31", Bad(Rule::Range)),
            ],
        ),
        (
            Kind::DateTime,
            &[
                ("2026-05-31T22:04:11Z", Text("2026-05-31T22:04:11Z")),
                ("2026-05-31 22:04:11", Text("2026-05-31T22:04:11Z")),
                ("2026-05-31", Text("2026-05-31T00:00:00Z")),
                ("2206-05-31T22:04:11Z", Bad(Rule::Range)),
                ("31.05.2026", Bad(Rule::Type)),
            ],
        ),
        (
            Kind::Email,
            &[
                ("ap@tamar.example", Text("ap@tamar.example")),
                ("ap+billing@a-b.co.uk", Text("ap+billing@a-b.co.uk")),
                ("ap@domain", Bad(Rule::Format)),
                ("name@", Bad(Rule::Format)),
                ("@x.example", Bad(Rule::Format)),
                ("a b@x.example", Bad(Rule::Format)),
                ("a@x.example;b@x.example", Bad(Rule::Format)),
                ("Ada <ada@x.example>", Bad(Rule::Format)),
                ("a@x..example", Bad(Rule::Format)),
                ("a@x.e", Bad(Rule::Format)),
                ("not an address", Bad(Rule::Format)),
            ],
        ),
        (
            Kind::Phone,
            &[
                ("+441566550192", Text("+441566550192")),
                ("+44 1566 550192", BadBut(Rule::Format, "+441566550192")),
                ("+44156655", Bad(Rule::Format)),
            ],
        ),
        (
            Kind::Country,
            &[("GB", Text("GB")), ("United Kingdom", BadBut(Rule::Allowed, "GB")), ("XX", Bad(Rule::Allowed))],
        ),
        (Kind::Currency, &[("EUR", Text("EUR")), ("EURO", BadBut(Rule::Allowed, "EUR")), ("XXQ", Bad(Rule::Allowed))]),
        (
            Kind::Cadence,
            &[
                ("P1M", Text("P1M")),
                ("P0D", Text("P0D")),
                ("P0M", Bad(Rule::Allowed)),
                ("P1M2D", Bad(Rule::Allowed)),
                ("monthly", BadBut(Rule::Allowed, "P1M")),
                ("on call", Bad(Rule::Allowed)),
            ],
        ),
        (
            Kind::Choice,
            &[
                ("prepaid", Text("prepaid")),
                ("Prepaid", BadBut(Rule::Allowed, "prepaid")),
                ("later", Bad(Rule::Allowed)),
            ],
        ),
        (Kind::Slug, &[("sensor_hours", Text("sensor_hours")), ("Sensor hours", BadBut(Rule::Format, "sensor_hours"))]),
    ];
    for (kind, cases) in cases {
        for (text, is) in *cases {
            check_read(*kind, text, *is);
        }
    }
}

#[test]
fn what_a_spreadsheet_spoilt_is_recognised() {
    let cases = [
        ("4.27167E+18", true),
        ("4,27167E+18", true),
        ("1E-05", true),
        (" #REF! ", true),
        ("#N/A", true),
        ("########", true),
        ("#WERT!", true),
        ("12E5", false),
        ("#1", false),
        ("#", false),
        ("E+18", false),
        ("Suite 4E+10", false),
        ("", false),
    ];
    for (text, expected) in cases {
        assert_eq!(damaged(text).is_some(), expected, "{text:?}");
    }
}
