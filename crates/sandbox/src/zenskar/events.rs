//! The events of one usage stream, packed tight: a practice run holds a million of them.
//!
//! Owns what a column type admits and how two values of it compare. Numbers keep the digits they were sent with.

use std::{borrow::Cow, collections::HashMap};

use jiff::civil;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};
use uuid::Uuid;

/// A column's declared type. zenskar.md section 3, [D12]; arrays are tolerated, [V].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int64,
    Float64,
    Decimal,
    Bool,
    Date32,
    DateTime64,
    String,
    Uuid,
    Array(Box<Kind>),
}

/// A value in the form in which values of its column compare.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Key<'a> {
    Number(Decimal),
    Moment(civil::DateTime),
    Text(Cow<'a, str>),
}

/// A column as queries name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Column {
    CustomerId,
    Timestamp,
    Data(usize),
}

/// One stream's columns and rows.
#[derive(Debug)]
pub(super) struct Stream {
    columns: Vec<(String, Kind)>,
    positions: HashMap<String, usize>,
    rows: Vec<Row>,
    /// Row numbers by text, for the columns somebody has looked up by.
    lookups: HashMap<Column, HashMap<Box<str>, Vec<u32>>>,
}

/// One event that fits its stream.
#[derive(Debug)]
pub(super) struct Row {
    customer_id: Box<str>,
    timestamp: Box<str>,
    cells: Box<[Cell]>,
}

#[derive(Debug)]
enum Cell {
    Absent,
    Bool(bool),
    Number(Box<str>),
    Text(Box<str>),
    Array(Box<Value>),
}

/// Where in an event something does not fit, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) steps: Vec<String>,
    pub(super) message: String,
}

impl Kind {
    pub(super) fn parse(name: &str) -> Option<Self> {
        if let Some(inner) = name.strip_prefix("Array(").and_then(|rest| rest.strip_suffix(')')) {
            return Some(Self::Array(Box::new(Self::parse(inner)?)));
        }
        Some(match name {
            "Int64" => Self::Int64,
            "Float64" => Self::Float64,
            "Decimal" => Self::Decimal,
            "Bool" => Self::Bool,
            "Date32" => Self::Date32,
            "DateTime64" => Self::DateTime64,
            "String" => Self::String,
            "UUID" => Self::Uuid,
            _ => return None,
        })
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int64 | Self::Float64 | Self::Decimal)
    }

    /// Whether an event may carry this value. Null is refused: leave the column out. [A]
    fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Int64, Value::Number(number)) => number.as_str().parse::<i64>().is_ok(),
            (Self::Float64, Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
            (Self::Decimal, Value::Number(number)) => read_decimal(number.as_str()).is_some(),
            (Self::Decimal, Value::String(text)) => Decimal::from_str_exact(text).is_ok(),
            (Self::Bool, Value::Bool(_)) | (Self::String, Value::String(_)) => true,
            (Self::Date32, Value::String(text)) => text.len() == 10 && read_date(text).is_some(),
            (Self::DateTime64, Value::String(text)) => read_moment(text).is_some(),
            (Self::Uuid, Value::String(text)) => text.len() == 36 && Uuid::try_parse(text).is_ok(),
            (Self::Array(inner), Value::Array(items)) => items.iter().all(|item| inner.admits(item)),
            _ => false,
        }
    }

    /// The form of a value's text that compares; none when this text cannot stand in such a column.
    pub(super) fn key<'a>(&self, text: &'a str) -> Option<Key<'a>> {
        Some(match self {
            Self::Int64 | Self::Float64 | Self::Decimal => Key::Number(read_decimal(text)?),
            Self::DateTime64 => Key::Moment(read_moment(text)?),
            Self::Date32 => Key::Moment(read_date(text)?.into()),
            Self::Uuid => Key::Text(text.to_ascii_lowercase().into()),
            Self::Bool | Self::String | Self::Array(_) => Key::Text(text.into()),
        })
    }
}

impl Stream {
    /// A stream with these columns beside `customer_id` and `timestamp`.
    pub(super) fn new(columns: Vec<(String, Kind)>) -> Self {
        let positions = columns.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
        Self { columns, positions, rows: Vec::new(), lookups: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The event as a row of this stream. The contract has been met: all three members are there.
    pub(super) fn fit(&self, event: &Value) -> Result<Row, Misfit> {
        let text = |member: &str| event[member].as_str().unwrap_or_default();
        if read_moment(text("timestamp")).is_none() {
            let message = "must be written 2025-06-17T14:03:12Z or 2025-06-17 14:03:12.000".into();
            return Err(Misfit { steps: vec!["timestamp".into()], message });
        }
        let mut cells: Box<[Cell]> = self.columns.iter().map(|_| Cell::Absent).collect();
        for (name, value) in event["data"].as_object().into_iter().flatten() {
            let (at, cell) = self.cell(name, value).map_err(|message| misfit(name, message))?;
            cells[at] = cell;
        }
        Ok(Row { customer_id: text("customer_id").into(), timestamp: text("timestamp").into(), cells })
    }

    pub(super) fn append(&mut self, rows: Vec<Row>) {
        self.rows.reserve(rows.len());
        for row in rows {
            let number = self.rows.len() as u32;
            for (column, lookup) in &mut self.lookups {
                enter(lookup, &row, *column, number);
            }
            self.rows.push(row);
        }
    }

    /// The events as they were sent, oldest first.
    pub(super) fn events(&self) -> impl Iterator<Item = Value> {
        self.rows.iter().map(|row| {
            let mut event = row.system_columns();
            event.insert("data".into(), Value::Object(self.data(row).collect()));
            Value::Object(event)
        })
    }

    /// A row as queries show it: the data columns beside the system's.
    pub(super) fn flat(&self, number: usize) -> Value {
        let mut flat = self.rows[number].system_columns();
        flat.extend(self.data(&self.rows[number]));
        Value::Object(flat)
    }

    pub(super) fn column(&self, name: &str) -> Option<Column> {
        match name {
            "customer_id" => Some(Column::CustomerId),
            "timestamp" => Some(Column::Timestamp),
            _ => self.positions.get(name).copied().map(Column::Data),
        }
    }

    pub(super) fn kind(&self, column: Column) -> &Kind {
        match column {
            Column::CustomerId => &Kind::String,
            Column::Timestamp => &Kind::DateTime64,
            Column::Data(at) => &self.columns[at].1,
        }
    }

    pub(super) fn is_filled(&self, number: usize, column: Column) -> bool {
        self.rows[number].text(column).is_some()
    }

    /// What a row has in a column; none when it has nothing there, or a float no decimal can hold.
    pub(super) fn key(&self, number: usize, column: Column) -> Option<Key<'_>> {
        self.kind(column).key(self.rows[number].text(column)?)
    }

    /// The numbers of the rows that have one of these texts in a text column, in order.
    pub(super) fn look_up<'a>(&mut self, column: Column, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
        let rows = &self.rows;
        let lookup = self.lookups.entry(column).or_insert_with(|| {
            let mut lookup = HashMap::new();
            rows.iter().zip(0..).for_each(|(row, number)| enter(&mut lookup, row, column, number));
            lookup
        });
        let mut found: Vec<_> = texts.filter_map(|text| lookup.get(text)).flatten().map(|at| *at as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn cell(&self, name: &str, value: &Value) -> Result<(usize, Cell), String> {
        let at = *self.positions.get(name).ok_or("is not a column of this stream")?;
        let kind = &self.columns[at].1;
        if !kind.admits(value) {
            return Err(format!("must be of type {kind:?}"));
        }
        Ok((at, Cell::pack(value)))
    }

    fn data(&self, row: &Row) -> impl Iterator<Item = (String, Value)> {
        let cells = self.columns.iter().zip(&row.cells);
        cells.filter_map(|((name, _), cell)| Some((name.clone(), cell.unpack()?)))
    }
}

impl Row {
    fn system_columns(&self) -> Map<String, Value> {
        let texts = [("customer_id", &self.customer_id), ("timestamp", &self.timestamp)];
        texts.map(|(name, text)| (name.to_owned(), Value::String(text.to_string()))).into_iter().collect()
    }

    fn text(&self, column: Column) -> Option<&str> {
        match column {
            Column::CustomerId => Some(&self.customer_id),
            Column::Timestamp => Some(&self.timestamp),
            Column::Data(at) => match &self.cells[at] {
                Cell::Number(text) | Cell::Text(text) => Some(text),
                Cell::Bool(true) => Some("true"),
                Cell::Bool(false) => Some("false"),
                Cell::Absent | Cell::Array(_) => None,
            },
        }
    }
}

impl Cell {
    fn pack(value: &Value) -> Self {
        match value {
            Value::Null => Self::Absent,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => Self::Number(number.as_str().into()),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Array(_) | Value::Object(_) => Self::Array(Box::new(value.clone())),
        }
    }

    fn unpack(&self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Bool(bool) => Some(Value::Bool(*bool)),
            Self::Number(text) => text.parse::<Number>().ok().map(Value::Number),
            Self::Text(text) => Some(Value::String(text.to_string())),
            Self::Array(value) => Some(Value::clone(value)),
        }
    }
}

fn misfit(name: &str, message: String) -> Misfit {
    Misfit { steps: vec!["data".into(), name.into()], message }
}

fn enter(lookup: &mut HashMap<Box<str>, Vec<u32>>, row: &Row, column: Column, number: u32) {
    if let Some(text) = row.text(column) {
        lookup.entry(text.into()).or_default().push(number);
    }
}

fn read_decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// One of the two documented forms: `T` with `Z`, or a blank without zone. zenskar.md section 3, [D11][D12].
fn read_moment(text: &str) -> Option<civil::DateTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = match rest.strip_prefix('T') {
        Some(time) => time.strip_suffix('Z')?,
        None => rest.strip_prefix(' ')?,
    };
    Some(read_date(date)?.to_datetime(read_time(time)?))
}

/// `YYYY-MM-DD` within what the column types of this name can hold (1900 to 2299). [A]
fn read_date(text: &str) -> Option<civil::Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (digits(&bytes[..4])?, digits(&bytes[5..7])?, digits(&bytes[8..])?);
    if !(1900..=2299).contains(&year) {
        return None;
    }
    civil::Date::new(year as i16, month as i8, day as i8).ok()
}

/// `HH:MM:SS` with up to nine digits of a second.
fn read_time(text: &str) -> Option<civil::Time> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    let nanos = match &bytes[8..] {
        [] => 0,
        [b'.', fraction @ ..] if (1..=9).contains(&fraction.len()) => {
            digits(fraction)? * 10_i32.pow(9 - fraction.len() as u32)
        }
        _ => return None,
    };
    let (hour, minute, second) = (digits(&bytes[..2])?, digits(&bytes[3..5])?, digits(&bytes[6..8])?);
    civil::Time::new(hour as i8, minute as i8, second as i8, nanos).ok()
}

/// At most nine digits, so that the number fits.
fn digits(bytes: &[u8]) -> Option<i32> {
    bytes.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Kind, Stream, read_moment};

    fn value(json: &str) -> Value {
        serde_json::from_str(json).expect("the case is JSON")
    }

    #[test]
    fn each_type_admits_its_own_values_only() {
        let cases = [
            ("Int64", "9223372036854775807", true),
            ("Int64", "9223372036854775808", false),
            ("Int64", "1.0", false),
            ("Int64", "\"1\"", false),
            ("Float64", "1.5e300", true),
            ("Float64", "1e400", false),
            ("Float64", "\"1.5\"", false),
            ("Decimal", "12.50", true),
            ("Decimal", "\"12.50\"", true),
            ("Decimal", "1e3", true),
            ("Decimal", "\"1e3\"", false),
            ("Decimal", "\"12,50\"", false),
            ("Decimal", "\"\"", false),
            ("Decimal", "0.12345678901234567890123456789012345", false),
            ("Bool", "true", true),
            ("Bool", "1", false),
            ("Date32", "\"2024-02-29\"", true),
            ("Date32", "\"2023-02-29\"", false),
            ("Date32", "\"1899-12-31\"", false),
            ("Date32", "\"2024-02-29T00:00:00Z\"", false),
            ("DateTime64", "\"2024-02-29T23:59:59.5Z\"", true),
            ("DateTime64", "\"2024-02-29\"", false),
            ("String", "\"\"", true),
            ("String", "7", false),
            ("String", "null", false),
            ("UUID", "\"0b0f8a3e-6f0c-4b0e-8f57-1c7f6d1d9a10\"", true),
            ("UUID", "\"0b0f8a3e6f0c4b0e8f571c7f6d1d9a10\"", false),
            ("Array(String)", "[\"a\", \"b\"]", true),
            ("Array(String)", "[\"a\", 1]", false),
        ];
        for (kind, json, expected) in cases {
            let kind = Kind::parse(kind).expect("the case names a type");
            assert_eq!(kind.admits(&value(json)), expected, "{kind:?} and {json}");
        }
    }

    #[test]
    fn timestamps_come_in_two_forms() {
        let cases = [
            ("2025-06-17T14:03:12Z", true),
            ("2025-06-17T14:03:12.123456789Z", true),
            ("2023-05-21 09:30:38.731", true),
            ("2023-05-21 09:30:38", true),
            ("2025-06-17T14:03:12", false),
            ("2025-06-17 14:03:12Z", false),
            ("2025-06-17T14:03:12+02:00", false),
            ("2025-06-17T14:03Z", false),
            ("2025-13-01T00:00:00Z", false),
            ("2025-06-17T25:00:00Z", false),
            ("2025-06-17 09:30:38.", false),
            ("17.06.2025 14:03:12", false),
            ("äöüäöüäöü", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(read_moment(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn events_come_back_as_they_were_sent() {
        let mut stream = Stream::new(vec![("amount".into(), Kind::Decimal), ("on".into(), Kind::Bool)]);
        let sent =
            value(r#"{"customer_id":"c","timestamp":"2025-06-17T14:03:12Z","data":{"amount":1.2300,"on":true}}"#);
        let row = stream.fit(&sent).expect("the event fits");
        stream.append(vec![row]);
        let back: Vec<_> = stream.events().collect();
        assert_eq!(back, [sent]);
        assert_eq!(back[0]["data"]["amount"].to_string(), "1.2300");
        assert_eq!(stream.flat(0)["on"], json!(true));
    }
}
