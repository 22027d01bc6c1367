//! Usage: streams from the mapped columns, and batches of the events of one stream whose bytes name them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Config, grouped, json, numbers, post};
use crate::destination::zenskar::request;
use crate::destination::{Encoded, Outgoing, Record, Records};
use crate::schema::Kind;
use crate::transform::Value;

/// The prefix of the columns of an event.
const DATA: &str = "data.";
/// No request grows beyond this, because a gateway may take 10 MB at most (zenskar.md section 1, mark A).
const LARGEST_BODY: usize = 4 << 20;

/// One definition for each stream that is named, with all mapped columns.
pub(super) fn streams(records: &Records<'_>) -> Vec<Encoded> {
    let columns: Map<String, Json> = records
        .fields
        .iter()
        .filter_map(|(id, kind)| Some((id.strip_prefix(DATA)?.to_owned(), column_type(*kind).into())))
        .collect();
    by_stream(records).into_iter().map(|(stream, members)| definition(stream, &members, &columns)).collect()
}

/// The events, in the order of the file, in batches of one stream.
pub(super) fn batches(records: &Records<'_>, config: &Config) -> Vec<Encoded> {
    let mut encoded = Vec::new();
    for (stream, members) in by_stream(records) {
        let path = request::path(&["usage", stream]);
        let mut batch = Batch::default();
        for record in members {
            let event = event(record);
            if batch.rows.len() >= config.batch_size || batch.body.len() + event.len() + 1 > LARGEST_BODY {
                encoded.extend(std::mem::take(&mut batch).close(&path, config));
            }
            batch.add(record.row, &event);
        }
        encoded.extend(batch.close(&path, config));
    }
    encoded
}

/// Cuts a batch in two before the item at `at`. The numbers keep their digits on the way.
pub(in super::super) fn split(outgoing: &Outgoing, rows: &[i64], at: usize, config: &Config) -> Option<[Outgoing; 2]> {
    let mut events: Vec<Json> = serde_json::from_str(&outgoing.body).ok()?;
    if outgoing.dataset != "usage" || events.len() != rows.len() || at == 0 || at >= rows.len() {
        return None;
    }
    let rest = events.split_off(at);
    let (first_rows, rest_rows) = rows.split_at(at);
    let part = |events: Vec<Json>, rows| batch(&outgoing.path, Json::Array(events).to_string(), rows, config);
    Some([part(events, first_rows), part(rest, rest_rows)])
}

/// The ids of the events in a batch, if each has one.
pub(in super::super) fn event_ids(body: &str) -> Option<Vec<String>> {
    let events: Vec<Json> = serde_json::from_str(body).ok()?;
    events.iter().map(|event| event["data"]["event_id"].as_str().map(str::to_owned)).collect()
}

#[derive(Default)]
struct Batch {
    rows: Vec<i64>,
    /// All but the bracket at the end.
    body: String,
}

impl Batch {
    fn add(&mut self, row: i64, event: &str) {
        self.rows.push(row);
        self.body.push(if self.body.is_empty() { '[' } else { ',' });
        self.body.push_str(event);
    }

    fn close(mut self, path: &str, config: &Config) -> Option<Encoded> {
        if self.rows.is_empty() {
            return None;
        }
        self.body.push(']');
        let outgoing = batch(path, self.body, &self.rows, config);
        Some(Encoded::Ready { outgoing, rows: self.rows })
    }
}

/// The key follows from the bytes and from the rows they were made of. Without the rows, two batches that happen to hold
/// equal events would count as one, and the second would be lost.
fn batch(path: &str, body: String, rows: &[i64], config: &Config) -> Outgoing {
    let content = format!("{path}\n{rows:?}\n{body}");
    let key = Uuid::new_v5(&config.organisation, content.as_bytes()).to_string();
    let mut outgoing = post("usage", key.clone(), path, &Json::Null);
    outgoing.body = body;
    outgoing.idempotency_key = Some(key);
    outgoing.repeatable = true;
    outgoing.rows = rows.len() as u32;
    outgoing
}

fn event(record: &Record<'_>) -> String {
    // Text, numbers and dates cannot fail to be written as JSON; were they to, the batch would be refused and named.
    serde_json::to_string(&Event(record)).unwrap_or_default()
}

/// An event as JSON, written without a tree of values in between: there are millions.
struct Event<'r>(&'r Record<'r>);

/// The columns of an event.
struct Data<'r>(&'r Record<'r>);

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        if let Some(customer) = self.0.value("customer_id") {
            members.serialize_entry("customer_id", &Column(customer))?;
        }
        if let Some(moment) = self.0.value("timestamp") {
            members.serialize_entry("timestamp", &timestamp(moment))?;
        }
        members.serialize_entry("data", &Data(self.0))?;
        members.end()
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.free(DATA).map(|(name, value)| (name, Column(value))))
    }
}

struct Column<'r>(&'r Value<'r>);

impl Serialize for Column<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            other => json(other).serialize(serializer),
        }
    }
}

/// A day is taken at its beginning, in UTC, as everywhere.
fn timestamp(value: &Value<'_>) -> Json {
    match value {
        Value::Date(day) => super::midnight(*day),
        other => json(other),
    }
}

fn by_stream<'r>(records: &Records<'r>) -> Vec<(&'r str, Vec<&'r Record<'r>>)> {
    grouped(records.rows, |record| record.text("stream").unwrap_or_default())
}

fn definition(stream: &str, members: &[&Record<'_>], columns: &Map<String, Json>) -> Encoded {
    let body = json!({
        "name": stream,
        "api_slug": stream,
        "dataschema": {"customer_id": "String", "timestamp": "DateTime64", "data": columns},
        "column_order": ["timestamp"],
        "connector": "push_to_zenskar",
        "api_type": "PUSH",
    });
    Encoded::Ready { outgoing: post("streams", stream, "/rawmetric", &body), rows: numbers(members) }
}

/// Column types as published (zenskar.md section 3).
fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "Int64",
        Kind::Decimal => "Decimal",
        Kind::Boolean => "Bool",
        Kind::Date => "Date32",
        Kind::DateTime => "DateTime64",
        _ => "String",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{config, date, decimal, fields, instant, ready, record, text};
    use super::*;

    const COLUMNS: &[(&str, Kind)] = &[
        ("stream", Kind::Slug),
        ("customer_id", Kind::Id),
        ("timestamp", Kind::DateTime),
        ("data.event_id", Kind::Id),
        ("data.quantity", Kind::Decimal),
        ("data.calls", Kind::Integer),
        ("data.trial", Kind::Boolean),
        ("data.day", Kind::Date),
        ("data.seen", Kind::DateTime),
    ];

    fn event(row: i64, stream: &'static str, id: &'static str) -> Record<'static> {
        record(
            row,
            &[
                ("stream", text(stream)),
                ("customer_id", text("00417")),
                ("timestamp", instant("2025-06-17T14:03:12Z")),
                ("data.event_id", text(id)),
                ("data.quantity", decimal("12.50")),
            ],
        )
    }

    fn encode(rows: &[Record<'_>], batch_size: usize) -> Vec<(Outgoing, Vec<i64>)> {
        let fields = fields(COLUMNS);
        let config = Config { batch_size, ..config() };
        batches(&Records { fields: &fields, rows }, &config).into_iter().map(ready).collect()
    }

    #[test]
    fn a_stream_has_a_column_for_each_mapped_field() {
        let fields = fields(COLUMNS);
        let rows = [event(1, "calls", "e1"), event(2, "seats", "e2"), event(3, "calls", "e3")];
        let definitions: Vec<_> = streams(&Records { fields: &fields, rows: &rows }).into_iter().map(ready).collect();
        let expected = concat!(
            r#"{"name":"calls","api_slug":"calls","dataschema":{"customer_id":"String","timestamp":"DateTime64","data":"#,
            r#"{"event_id":"String","quantity":"Decimal","calls":"Int64","trial":"Bool","day":"Date32","seen":"DateTime64"}},"#,
            r#""column_order":["timestamp"],"connector":"push_to_zenskar","api_type":"PUSH"}"#
        );
        let (calls, rows) = &definitions[0];
        assert_eq!((calls.path.as_str(), calls.key.as_str(), rows), ("/rawmetric", "calls", &vec![1, 3]));
        assert_eq!((calls.body.as_str(), calls.rows), (expected, 0));
        assert_eq!((definitions[1].0.key.as_str(), definitions.len()), ("seats", 2));
    }

    #[test]
    fn events_travel_in_batches_of_one_stream() {
        let rows = [event(1, "calls", "e1"), event(2, "seats", "e2"), event(3, "calls", "e3"), event(4, "calls", "e4")];
        let batches = encode(&rows, 2);
        let told: Vec<_> =
            batches.iter().map(|(batch, rows)| (batch.path.as_str(), rows.as_slice(), batch.rows)).collect();
        let expected: [(&str, &[i64], u32); 3] =
            [("/usage/calls", &[1, 3], 2), ("/usage/calls", &[4], 1), ("/usage/seats", &[2], 1)];
        assert_eq!(told, expected);
        assert_eq!(
            batches[1].0.body,
            r#"[{"customer_id":"00417","timestamp":"2025-06-17T14:03:12Z","data":{"event_id":"e4","quantity":12.5}}]"#
        );
        assert_eq!(event_ids(&batches[0].0.body), Some(vec!["e1".to_owned(), "e3".to_owned()]));
    }

    #[test]
    fn values_of_other_kinds_and_missing_ones() {
        let values = [
            ("stream", text("calls")),
            ("customer_id", text("1")),
            ("timestamp", date("2025-06-17")),
            ("data.calls", decimal("3")),
            ("data.trial", Value::Boolean(true)),
            ("data.day", date("2025-06-16")),
            ("data.event_id", text("")),
        ];
        let (batch, _) = encode(&[record(1, &values)], 200).remove(0);
        assert_eq!(
            batch.body,
            r#"[{"customer_id":"1","timestamp":"2025-06-17T00:00:00Z","data":{"calls":3,"trial":true,"day":"2025-06-16"}}]"#
        );
        assert_eq!(event_ids(&batch.body), None, "an event without an id cannot be counted");
    }

    #[test]
    fn equal_events_in_other_rows_are_another_batch() {
        let key = |row| encode(&[event(row, "calls", "")], 1).remove(0).0.idempotency_key;
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }

    #[test]
    fn a_batch_stays_below_the_largest_body() {
        let long: &'static str = Box::leak("x".repeat(LARGEST_BODY / 3).into_boxed_str());
        let rows: Vec<_> = (1..=5).map(|row| event(row, "calls", long)).collect();
        let sizes: Vec<_> =
            encode(&rows, 200).iter().map(|(batch, rows)| (batch.body.len() <= LARGEST_BODY, rows.len())).collect();
        assert_eq!(sizes, [(true, 2), (true, 2), (true, 1)]);
    }

    proptest! {
        #[test]
        fn cutting_a_batch_loses_and_doubles_nothing(count in 2_usize..40, at in 0_usize..45) {
            let rows: Vec<_> = (1..).take(count).map(|row| event(row, "calls", "e")).collect();
            let (whole, numbers) = encode(&rows, 500).remove(0);
            let parts = split(&whole, &numbers, at, &config());
            prop_assert_eq!(parts.is_some(), at > 0 && at < count);
            if let Some([first, rest]) = parts {
                prop_assert_eq!(first.rows as usize, at);
                prop_assert_eq!(first.rows + rest.rows, whole.rows);
                let joined = format!("{},{}", first.body.trim_end_matches(']'), rest.body.trim_start_matches('['));
                prop_assert_eq!(joined, whole.body);
                prop_assert_ne!(first.idempotency_key, rest.idempotency_key);
            }
        }
    }
}
