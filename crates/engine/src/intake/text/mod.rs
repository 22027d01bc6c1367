//! Delimited text: its layout from the beginning, its rows in one stream.
//!
//! UTF-8 goes to the splitter as it stands and every record is checked once; other encodings are decoded on the way.
//! Bytes that are no UTF-8 become U+FFFD in the cell they stand in, and the line is remarked on.

mod dialect;
pub(crate) mod encoding;
mod records;
mod tables;

use std::io::Read;
use std::ops::ControlFlow;

use encoding_rs::{Encoding, UTF_8};

pub use dialect::Blanks;
use dialect::{Delimiter, Dialect, Fixed};
use encoding::Decoded;
use records::{Record, RecordError, Records};

use super::header::Row;
use super::source::Source;
use super::table::{self, Rows};
use super::{Format, Hints, IntakeError, Layout, MAX_COLUMNS, RowSink, TableLayout, TableProfile, Turned, turned};

/// Records from which the header is decided.
const SAMPLE: usize = 400;
/// Records that must be whole where one is said to begin, and lines at which that is tried.
const WHOLE: usize = 8;
const LINES_TRIED: usize = 200;
/// The same where blank lines may stand between several tables.
const SAMPLE_WITH_BLANKS: usize = 10_000;

pub(crate) fn layout(source: &Source, hints: &Hints) -> Result<Layout, IntakeError> {
    let path = &source.path;
    let known = hints.encoding.as_deref().map(|label| known_encoding(source, label)).transpose()?;
    let fixed = Fixed {
        delimiter: delimiter(source, hints.delimiter.map(String::from).as_deref())?,
        quote: separator(source, hints.quote)?,
    };
    let survey = source
        .with_reader(|reader| encoding::survey(reader, known).map_err(|error| IntakeError::reading(path, error)))?;
    if survey.head.is_empty() {
        return Err(IntakeError::Empty { path: path.clone() });
    }
    if survey.blank {
        return Err(IntakeError::Blank { path: path.clone() });
    }
    let sample = encoding::decode(&survey.head, survey.encoding);
    let (dialect, width) = dialect::detect(&sample, !survey.longer, fixed);
    let limit = if tables::has_blank_lines(sample.as_bytes()) { SAMPLE_WITH_BLANKS } else { SAMPLE };
    let rows = sample_rows(source, Records::new(sample.as_bytes(), dialect, width), limit, survey.longer)?;
    let all = !survey.longer && rows.len() < limit;
    let (tables, sheets) =
        tables::layouts(&rows, all, hints).ok_or_else(|| IntakeError::TooLargeToTurn { path: path.clone() })?;
    Ok(Layout {
        format: format(source, dialect),
        member: source.member().map(str::to_owned),
        encoding: Some(survey.encoding.name().to_ascii_lowercase()),
        delimiter: Some(dialect.delimiter.text()),
        quote: dialect.quote.map(char::from),
        escape: dialect.escape.map(char::from),
        blanks: dialect.blanks,
        lenient: dialect.lenient,
        single: dialect.single,
        tables,
        said: hints.clone(),
        sheets,
    })
}

pub(crate) fn read(
    source: &Source,
    layout: &Layout,
    table: &TableLayout,
    sink: &mut dyn RowSink,
) -> Result<TableProfile, IntakeError> {
    let encoding = layout.encoding.as_deref().map_or(Ok(UTF_8), |label| known_encoding(source, label))?;
    let dialect = dialect_of(source, layout)?;
    if let Some(place) = table.turned {
        let lying = lying_rows(source, place, encoding, dialect)?;
        return table::collect(table, sink, |rows| {
            table::push_turned(&turned::upright(&lying, 1), table, rows);
            Ok(())
        });
    }
    table::collect(table, sink, |rows| {
        source.with_reader(|reader| {
            let columns = Some(table.columns.len());
            if encoding == UTF_8 {
                stream(source, table, Records::new(reader, dialect, columns), |record| push(record, rows))
            } else {
                let records = Records::new(Decoded::new(reader, encoding), dialect, columns);
                stream(source, table, records, |record| push_decoded(record, rows))
            }
        })
    })
}

/// The rows of a table that lies on its side, as they stand in the text.
fn lying_rows(
    source: &Source,
    place: Turned,
    encoding: &'static Encoding,
    dialect: Dialect,
) -> Result<Vec<Row>, IntakeError> {
    source.with_reader(|reader| {
        let mut records = Records::new(Decoded::new(reader, encoding), dialect, None);
        let mut rows = Vec::new();
        while let Some(record) = next(source, &mut records)?.filter(|record| record.line <= place.last) {
            if place.covers(record.line) {
                rows.push(row(&record));
            }
        }
        Ok(rows)
    })
}

fn row(record: &Record<'_>) -> Row {
    let cells = record.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    Row { line: record.line, cells }
}

/// Where in a piece of a text the first record begins for certain: behind a line end, with whole records after it.
pub(crate) fn first_record(
    source: &Source,
    layout: &Layout,
    columns: usize,
    piece: &[u8],
) -> Result<Option<usize>, IntakeError> {
    let dialect = dialect_of(source, layout)?;
    let whole = |start: usize| {
        let mut records = Records::new(&piece[start..], dialect, Some(columns));
        let mut next = || records.next().ok().flatten().is_some_and(|record| record.ends.len() == columns);
        (0..WHOLE).all(|_| next())
    };
    let starts: Vec<usize> = memchr::memchr2_iter(b'\n', b'\r', piece).map(|at| at + 1).take(LINES_TRIED).collect();
    Ok(starts.iter().copied().find(|&start| whole(start)).or(starts.first().copied()))
}

fn dialect_of(source: &Source, layout: &Layout) -> Result<Dialect, IntakeError> {
    Ok(Dialect {
        delimiter: delimiter(source, layout.delimiter.as_deref())?.unwrap_or(Delimiter::byte(b',')),
        quote: separator(source, layout.quote)?,
        escape: separator(source, layout.escape)?,
        blanks: layout.blanks,
        lenient: layout.lenient,
        single: layout.single,
    })
}

fn stream<R: Read>(
    source: &Source,
    table: &TableLayout,
    mut records: Records<R>,
    mut push: impl FnMut(&Record<'_>) -> ControlFlow<()>,
) -> Result<(), IntakeError> {
    while let Some(record) = next(source, &mut records)? {
        if table.end.is_some_and(|end| record.line >= end) {
            break;
        }
        if record.line >= table.first_row && push(&record).is_break() {
            break;
        }
    }
    Ok(())
}

fn push_decoded(record: &Record<'_>, rows: &mut Rows<'_>) -> ControlFlow<()> {
    if memchr::memmem::find(record.text, "\u{fffd}".as_bytes()).is_some() {
        rows.remark(record.line, "Some characters could not be decoded. Each became “\u{fffd}”.");
    }
    push(record, rows)
}

fn push(record: &Record<'_>, rows: &mut Rows<'_>) -> ControlFlow<()> {
    if record.unclosed {
        rows.remark(record.line, "A quote is opened and not closed where a cell ends. The line was read as it stands.");
    }
    if memchr::memchr(0, record.text).is_some() {
        rows.remark(record.line, "There are NUL characters in this row. They were kept.");
    }
    if let Ok(text) = std::str::from_utf8(record.text) {
        return rows.push(record.line, text, record.ends.iter().copied());
    }
    rows.remark(record.line, "Some bytes are not valid UTF-8. Each became “\u{fffd}”.");
    let (mut text, mut ends) = (String::with_capacity(record.text.len()), Vec::with_capacity(record.ends.len()));
    for cell in record.cells() {
        text.push_str(&String::from_utf8_lossy(cell));
        ends.push(text.len());
    }
    rows.push(record.line, &text, ends.into_iter())
}

fn next<'a, R: Read>(source: &Source, records: &'a mut Records<R>) -> Result<Option<Record<'a>>, IntakeError> {
    let path = || source.path.clone();
    let record = records.next().map_err(|error| match error {
        RecordError::Read(error) => IntakeError::reading(&source.path, error),
        RecordError::TooLong(line) => IntakeError::LineTooLong { path: path(), line },
    })?;
    match &record {
        Some(record) if record.ends.len() > MAX_COLUMNS => {
            Err(IntakeError::TooWide { path: path(), line: record.line, columns: record.ends.len() as u64 })
        }
        _ => Ok(record),
    }
}

/// The first records as rows. The last one is left out when the sample's end may have cut it.
fn sample_rows(
    source: &Source,
    mut records: Records<&[u8]>,
    limit: usize,
    longer: bool,
) -> Result<Vec<Row>, IntakeError> {
    let mut rows = Vec::new();
    while rows.len() < limit
        && let Some(record) = next(source, &mut records)?
    {
        rows.push(row(&record));
    }
    if longer && rows.len() < limit && rows.len() > 1 {
        rows.pop();
    }
    Ok(rows)
}

fn known_encoding(source: &Source, label: &str) -> Result<&'static Encoding, IntakeError> {
    Encoding::for_label_no_replacement(label.as_bytes())
        .ok_or_else(|| IntakeError::UnknownEncoding { path: source.path.clone(), encoding: label.to_owned() })
}

fn delimiter(source: &Source, text: Option<&str>) -> Result<Option<Delimiter>, IntakeError> {
    let Some(text) = text else { return Ok(None) };
    let unusable = |c: &char| c.is_alphanumeric() || matches!(c, '\r' | '\n' | '\0');
    let error = |separator| IntakeError::Separator { path: source.path.clone(), separator };
    match text.chars().find(unusable) {
        Some(separator) => Err(error(separator)),
        None => Delimiter::new(text.as_bytes()).map(Some).ok_or_else(|| error(text.chars().next().unwrap_or(' '))),
    }
}

/// A quote or an escape as the byte that the splitter wants.
fn separator(source: &Source, character: Option<char>) -> Result<Option<u8>, IntakeError> {
    let Some(separator) = character else { return Ok(None) };
    let usable = separator.is_ascii() && !separator.is_ascii_alphanumeric() && !matches!(separator, '\r' | '\n' | '\0');
    match u8::try_from(separator) {
        Ok(byte) if usable => Ok(Some(byte)),
        _ => Err(IntakeError::Separator { path: source.path.clone(), separator }),
    }
}

/// The extension says it where it can; a table named otherwise is told by its delimiter.
fn format(source: &Source, dialect: Dialect) -> Format {
    match source.extension().as_deref() {
        Some("csv") => Format::Csv,
        Some("tsv" | "tab") => Format::Tsv,
        Some("txt") => Format::Txt,
        _ if dialect.delimiter == Delimiter::byte(b'\t') => Format::Tsv,
        _ => Format::Csv,
    }
}
