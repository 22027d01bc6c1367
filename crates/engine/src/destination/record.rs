//! Records as JSON: what the encoders of all destinations share.
//!
//! Pure: the same records give the same bytes, whatever the clock says.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value as Json};

use super::{Action, Method, Outgoing, Record};
use crate::transform::Value;

/// A new record that is posted; callers change what is different about theirs.
pub(super) fn post(dataset: &str, key: impl Into<String>, path: impl Into<String>, body: &Json) -> Outgoing {
    Outgoing {
        dataset: dataset.to_owned(),
        key: key.into(),
        action: Action::Create,
        method: Method::Post,
        path: path.into(),
        body: body.to_string(),
        idempotency_key: None,
        repeatable: false,
        rows: 0,
    }
}

impl Record<'_> {
    /// The value of a field; a text without a character is no value.
    pub(super) fn value(&self, field: &str) -> Option<&Value<'_>> {
        self.values.iter().find(|(id, _)| *id == field).map(|(_, value)| value).filter(|value| !is_empty(value))
    }

    pub(super) fn text(&self, field: &str) -> Option<&str> {
        match self.value(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn date(&self, field: &str) -> Option<Date> {
        match self.value(field)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub(super) fn number(&self, field: &str) -> Option<Decimal> {
        match self.value(field)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The free fields under a prefix such as `custom_data.`, without it.
    pub(super) fn free(&self, prefix: &str) -> impl Iterator<Item = (&str, &Value<'_>)> {
        let values = self.values.iter().filter(|(_, value)| !is_empty(value));
        values.filter_map(move |(id, value)| Some((id.strip_prefix(prefix)?, value)))
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    matches!(value, Value::Text(text) if text.is_empty())
}

pub(super) fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Text(text) => Json::String(text.clone().into_owned()),
        Value::Number(number) => number_json(*number),
        Value::Boolean(boolean) => Json::Bool(*boolean),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Instant(instant) => Json::String(instant.to_string()),
    }
}

/// A number digit by digit, in its shortest form, so that 12.50 and 12.5 give the same bytes.
pub(super) fn number_json(number: Decimal) -> Json {
    let text = number.normalize().to_string();
    // Every decimal is a JSON number; were it not, its text would still keep all digits.
    text.parse::<Number>().map_or(Json::String(text), Json::Number)
}

/// A day as the instant at its beginning in UTC, which is how contracts carry days.
pub(super) fn midnight(day: Date) -> Json {
    Json::String(format!("{day}T00:00:00Z"))
}

/// Puts a member in if there is something to put in.
pub(super) fn put(object: &mut Map<String, Json>, name: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! Records and expectations for the tables of cases beside each encoder.

    use std::borrow::Cow;

    use super::*;
    use crate::destination::Encoded;
    use crate::schema::Kind;

    pub(in crate::destination) fn text(value: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(value))
    }

    pub(in crate::destination) fn decimal(value: &str) -> Value<'_> {
        Value::Number(value.parse().expect("a decimal"))
    }

    pub(in crate::destination) fn date(value: &str) -> Value<'_> {
        Value::Date(value.parse().expect("a date"))
    }

    pub(in crate::destination) fn instant(value: &str) -> Value<'_> {
        Value::Instant(value.parse().expect("an instant"))
    }

    pub(in crate::destination) fn record<'a>(row: i64, values: &[(&'a str, Value<'a>)]) -> Record<'a> {
        Record { row, values: values.to_vec() }
    }

    pub(in crate::destination) fn fields(fields: &[(&str, Kind)]) -> Vec<(String, Kind)> {
        fields.iter().map(|(id, kind)| ((*id).to_owned(), *kind)).collect()
    }

    /// The request and its rows; a record that waits is a failed test.
    pub(in crate::destination) fn ready(encoded: Encoded) -> (Outgoing, Vec<i64>) {
        match encoded {
            Encoded::Ready { outgoing, rows } => Some((outgoing, rows)),
            Encoded::Waiting { .. } => None,
        }
        .expect("everything it needs is known")
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{date, decimal, instant, text};
    use super::*;

    #[test]
    fn values_keep_every_digit() {
        for (value, expected) in [
            (text("007"), r#""007""#),
            (decimal("12.50"), "12.5"),
            (decimal("0.10"), "0.1"),
            (decimal("-0.00"), "0"),
            (decimal("1200"), "1200"),
            (decimal("79228162514264337593543950335"), "79228162514264337593543950335"),
            (decimal("0.1234567890123456789012345678"), "0.1234567890123456789012345678"),
            (Value::Boolean(false), "false"),
            (date("2026-04-01"), r#""2026-04-01""#),
            (instant("2025-06-17T14:03:12Z"), r#""2025-06-17T14:03:12Z""#),
            (instant("2025-06-17T14:03:12.731+02:00"), r#""2025-06-17T12:03:12.731Z""#),
        ] {
            assert_eq!(json(&value).to_string(), expected);
        }
    }
}
