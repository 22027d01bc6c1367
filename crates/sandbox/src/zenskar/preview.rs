//! The dashboard's query over a stream's events: rows, or a COUNT or SUM over them. zenskar.md section 3, [V].
//!
//! Its body is published only in outline. What is taken here: filters `{column, operator, value}` in groups, each
//! level joined by AND or OR; `{"operation": "COUNT" | "SUM", "column"}`. Anything else is refused, not ignored. [A]

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    answer::{Refusal, body_problem},
    events::{Column, Key, Kind, Stream},
    store::Store,
};
use crate::call::Call;

/// Rows of an answer unless asked otherwise. zenskar-openapi.json, `VisualQueryPreviewRequest`.
const DEFAULT_LIMIT: u64 = 20;
/// Not published; as for lists. [A]
const MAX_LIMIT: u64 = 1000;
const TABLE_PREFIX: &str = "raw_metric_";
/// Members this sandbox has no meaning for, so they must be absent.
const UNUSED: [&str; 3] = ["customer_mapping", "start_date_mapping", "end_date_mapping"];

struct Groups<'a> {
    all: bool,
    groups: Vec<Group<'a>>,
}

struct Group<'a> {
    all: bool,
    filters: Vec<Filter<'a>>,
}

struct Filter<'a> {
    column: Column,
    operator: Operator,
    keys: Vec<Key<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
}

pub(super) fn preview(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let query = &call.body;
    if let Some(member) = UNUSED.into_iter().find(|member| !query[member].is_null()) {
        return Err(wrong(member, "must be null"));
    }
    let slug = query["table_name"].as_str().and_then(|table| table.strip_prefix(TABLE_PREFIX)).unwrap_or_default();
    let stream = store.events.get_mut(slug).ok_or_else(|| Refusal::not_found("Table"))?;
    let groups = Groups::read(stream, &query["visual_query"])?;
    let rows = groups.rows(stream);
    match &query["aggregate_operation"] {
        Value::Null => page(stream, query, rows),
        operation => aggregate(stream, operation, &rows),
    }
}

fn page(stream: &Stream, query: &Value, mut rows: Vec<usize>) -> Result<Value, Refusal> {
    let number = |member: &str, default| match &query[member] {
        Value::Null => Ok(default),
        value => value.as_u64().ok_or_else(|| wrong(member, "must not be negative")),
    };
    let (limit, offset) = (number("limit", DEFAULT_LIMIT)?, number("offset", 0)?);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit", &format!("must be from 1 to {MAX_LIMIT}")));
    }
    // The last order given decides first, so it is sorted by last; sorting keeps ties as they are.
    for order in query["order_by"].as_array().into_iter().flatten().rev() {
        let column = column(stream, &order["column"])?;
        let compare = |left, right| stream.key(left, column).partial_cmp(&stream.key(right, column));
        let descending = order["type"] == "DESC";
        rows.sort_by(|left, right| {
            let (left, right) = if descending { (right, left) } else { (left, right) };
            compare(*left, *right).unwrap_or(Ordering::Equal)
        });
    }
    let shown = rows.iter().skip(offset as usize).take(limit as usize).map(|row| stream.flat(*row));
    Ok(json!({ "results": shown.collect::<Vec<_>>(), "total_count": rows.len() }))
}

fn aggregate(stream: &Stream, operation: &Value, rows: &[usize]) -> Result<Value, Refusal> {
    let column = column(stream, &operation["column"])?;
    match operation["operation"].as_str() {
        Some("COUNT") => {
            let count = rows.iter().filter(|row| stream.key(**row, column).is_some()).count();
            Ok(json!({ "results": [{ "count": count }] }))
        }
        Some("SUM") if stream.kind(column).is_number() => {
            let mut filled = rows.iter().filter(|row| stream.is_filled(**row, column));
            let sum = filled.try_fold(Decimal::ZERO, |sum, row| add(sum, &stream.key(*row, column)?));
            let sum = sum.ok_or_else(|| Refusal::bad_request("The sum cannot be told exactly"))?;
            Ok(json!({ "results": [{ "sum": sum.to_string() }] }))
        }
        _ => Err(wrong("aggregate_operation", "must be a COUNT, or a SUM over a column of numbers")),
    }
}

fn add(sum: Decimal, key: &Key<'_>) -> Option<Decimal> {
    match key {
        Key::Number(number) => sum.checked_add(*number),
        Key::Moment(_) | Key::Text(_) => None,
    }
}

impl<'a> Groups<'a> {
    fn read(stream: &Stream, query: &'a Value) -> Result<Self, Refusal> {
        let groups = query["groups"].as_array().into_iter().flatten();
        Ok(Self { all: all(query), groups: groups.map(|group| Group::read(stream, group)).collect::<Result<_, _>>()? })
    }

    /// The rows the filters admit, in the order of their coming.
    fn rows(&self, stream: &mut Stream) -> Vec<usize> {
        let candidates = match self.lookup(stream) {
            Some(filter) => stream.look_up(filter.column, filter.texts()),
            None => (0..stream.len()).collect(),
        };
        if self.groups.iter().all(|group| group.filters.is_empty()) {
            return candidates;
        }
        candidates.into_iter().filter(|row| self.admits(stream, *row)).collect()
    }

    /// A filter every admitted row must meet and that an index can answer.
    fn lookup(&self, stream: &Stream) -> Option<&Filter<'a>> {
        let binding = |all: bool, count: usize| all || count == 1;
        let groups = self.groups.iter().filter(|_| binding(self.all, self.groups.len()));
        let filters = groups.filter(|group| binding(group.all, group.filters.len())).flat_map(|group| &group.filters);
        let mut indexed = filters.filter(|filter| {
            matches!(filter.operator, Operator::In | Operator::Eq) && *stream.kind(filter.column) == Kind::String
        });
        indexed.next()
    }

    fn admits(&self, stream: &Stream, row: usize) -> bool {
        join(self.all, self.groups.iter().map(|group| group.admits(stream, row)))
    }
}

impl<'a> Group<'a> {
    fn read(stream: &Stream, group: &'a Value) -> Result<Self, Refusal> {
        let filters = group["filters"].as_array().into_iter().flatten();
        let filters = filters.map(|filter| Filter::read(stream, filter)).collect::<Result<_, _>>()?;
        Ok(Self { all: all(group), filters })
    }

    fn admits(&self, stream: &Stream, row: usize) -> bool {
        join(self.all, self.filters.iter().map(|filter| filter.admits(stream, row)))
    }
}

impl<'a> Filter<'a> {
    fn read(stream: &Stream, filter: &'a Value) -> Result<Self, Refusal> {
        let column = column(stream, &filter["column"])?;
        let operator = filter["operator"].as_str().and_then(Operator::parse);
        let operator = operator.ok_or_else(|| wrong("operator", "must be in, eq, neq, gt, gte, lt or lte"))?;
        let values = match (&filter["value"], operator) {
            (Value::Array(values), Operator::In) => values.iter().collect(),
            (Value::Array(_), _) | (_, Operator::In) => return Err(wrong("value", "must be a list for `in` only")),
            (value, _) => vec![value],
        };
        let kind = stream.kind(column);
        let keys = values.into_iter().map(|value| key(kind, value)).collect::<Option<_>>();
        let keys = keys.ok_or_else(|| wrong("value", &format!("cannot stand in a column of type {kind:?}")))?;
        Ok(Self { column, operator, keys })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| match key {
            Key::Text(text) => Some(&**text),
            Key::Number(_) | Key::Moment(_) => None,
        })
    }

    fn admits(&self, stream: &Stream, row: usize) -> bool {
        let Some(key) = stream.key(row, self.column) else { return false };
        self.keys.iter().any(|wanted| match self.operator {
            Operator::In | Operator::Eq => key == *wanted,
            Operator::Neq => key != *wanted,
            Operator::Gt => key > *wanted,
            Operator::Gte => key >= *wanted,
            Operator::Lt => key < *wanted,
            Operator::Lte => key <= *wanted,
        })
    }
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "in" => Self::In,
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            _ => return None,
        })
    }
}

fn key<'a>(kind: &Kind, value: &'a Value) -> Option<Key<'a>> {
    match value {
        Value::String(text) => kind.key(text),
        Value::Number(number) if kind.is_number() => kind.key(number.as_str()),
        Value::Bool(bool) if *kind == Kind::Bool => kind.key(if *bool { "true" } else { "false" }),
        _ => None,
    }
}

fn column(stream: &Stream, name: &Value) -> Result<Column, Refusal> {
    name.as_str().and_then(|name| stream.column(name)).ok_or_else(|| wrong("column", "is not a column of this table"))
}

/// AND unless it says OR.
fn all(level: &Value) -> bool {
    level["logic"] != "OR"
}

/// Nothing to meet is met, whichever the logic.
fn join(all: bool, mut verdicts: impl ExactSizeIterator<Item = bool>) -> bool {
    verdicts.len() == 0 || if all { verdicts.all(|met| met) } else { verdicts.any(|met| met) }
}

fn wrong(member: &str, message: &str) -> Refusal {
    Refusal::problems([body_problem(vec![json!(member)], message, "value_error")])
}
