//! Rows below the data that are not data: totals, notes, counts, signatures, ghost rows without a value.
//!
//! A row is only cut when it differs in shape from the rows above it; a customer called “Total” stays. What is cut is
//! kept as text by the caller.

use rust_decimal::Decimal;

use super::header::Row;
use super::shape::Shape;

/// Rows at the end that are looked at.
pub(super) const ROWS: usize = 64;

/// How many of the last rows are no data. `rows` are the last of the table, `columns` its width.
pub(super) fn count(rows: &[Row], columns: usize) -> usize {
    let mut body = rows.len();
    while body > 0 && is_footer(&rows[..body], columns) {
        body -= 1;
    }
    rows.len() - body
}

/// Whether the last of `rows` is no data.
fn is_footer(rows: &[Row], columns: usize) -> bool {
    let Some((row, above)) = rows.split_last() else { return false };
    let filled = filled(row);
    let Some(first) = filled.first() else { return true };
    if columns < 2 {
        return false;
    }
    if is_rule(&filled) {
        return true;
    }
    let usual = usually_filled(above, columns);
    if is_total(first)
        && filled[1..].iter().all(|cell| is_figure(cell) || is_count(cell) || is_total(cell) || is_currency(cell))
    {
        return filled.len() < usual || is_certain_total(first) || adds_up(row, above);
    }
    is_apart(row, above, columns, usual) && (is_note(first) || (is_prose(first) && follows_blank(rows, columns, usual)))
}

/// Whether a row has another shape than those of data: few cells, or a label with what it says, such as `Revenue:`, where
/// the first row has none.
fn is_apart(row: &Row, above: &[Row], columns: usize, usual: usize) -> bool {
    let labelled = |row: &Row| filled(row).first().is_some_and(|first| first.ends_with(':'));
    let label = filled(row).len() == 2 && columns > 2 && labelled(row) && !above.first().is_some_and(labelled);
    is_sparse(row, usual) || label
}

fn filled(row: &Row) -> Vec<&str> {
    row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect()
}

/// At most half as full as the rows of data.
fn is_sparse(row: &Row, usual: usize) -> bool {
    let filled = filled(row).len();
    filled * 2 <= usual.max(2) && filled < usual.max(2)
}

/// Whether the last row, or the block of such rows it ends, stands below a blank line.
fn follows_blank(rows: &[Row], columns: usize, usual: usize) -> bool {
    rows.windows(2)
        .rev()
        .take_while(|pair| {
            is_apart(&pair[1], rows, columns, usual)
                && filled(&pair[1]).first().is_none_or(|first| is_prose(first) || is_note(first))
        })
        .any(|pair| filled(&pair[0]).is_empty() || pair[1].line > pair[0].line + 1 + pair[0].breaks())
}

/// How many cells nine of ten rows have filled.
fn usually_filled(rows: &[Row], columns: usize) -> usize {
    let mut filled: Vec<usize> =
        rows.iter().map(|row| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count()).collect();
    filled.sort_unstable();
    filled.get(filled.len() / 10).copied().unwrap_or(columns)
}

fn is_figure(cell: &str) -> bool {
    matches!(Shape::of(cell), Shape::Number(_)) || matches!(cell, "-" | "–" | "—")
}

/// A figure with what it counts: `1204 customers`.
fn is_count(cell: &str) -> bool {
    cell.split_once(' ').is_some_and(|(count, what)| is_figure(count) && what.chars().all(char::is_alphabetic))
}

fn is_currency(cell: &str) -> bool {
    cell.len() == 3 && cell.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `-----`, `=====`.
fn is_rule(filled: &[&str]) -> bool {
    filled.iter().all(|cell| cell.len() > 1 && cell.bytes().all(|byte| b"-=_*".contains(&byte)))
}

/// A label of a total, whole: `Total`, `Grand total:`, `Summe EUR`, `Total général`.
fn is_total(cell: &str) -> bool {
    let label = cell.trim_end_matches([':', ' ', '.']).to_lowercase();
    TOTALS.contains(&label.as_str())
        || label.rsplit_once(' ').is_some_and(|(label, currency)| currency.len() == 3 && TOTALS.contains(&label))
}

/// A label that nobody is called.
fn is_certain_total(cell: &str) -> bool {
    let label = cell.trim_end_matches([':', ' ', '.']).to_lowercase();
    cell.ends_with(':') || !matches!(label.as_str(), "total" | "sum" | "summe" | "suma" | "somme" | "gesamt")
}

const TOTALS: [&str; 24] = [
    "total",
    "totals",
    "grand total",
    "grand totals",
    "subtotal",
    "sub total",
    "sub-total",
    "sum",
    "sums",
    "overall total",
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtbetrag",
    "insgesamt",
    "zwischensumme",
    "totale",
    "total général",
    "total general",
    "somme",
    "suma",
    "suma total",
    "totaal",
];

/// Whether some figure of the row is the sum of its column: then it is a total whatever it is called.
fn adds_up(row: &Row, above: &[Row]) -> bool {
    let sums = |column: usize| {
        let mut figures = above.iter().map(|row| row.cells.get(column).and_then(|cell| figure(cell)));
        figures.try_fold(Decimal::ZERO, |sum, figure| sum.checked_add(figure?))
    };
    let whole_table = above.len() > 1 && above.len() < ROWS - 1;
    let mut columns = (1..row.cells.len()).filter_map(|column| Some((figure(&row.cells[column])?, column)));
    whole_table && columns.any(|(figure, column)| sums(column) == Some(figure))
}

/// A figure in any notation: the last point or comma before one or two digits is the decimal mark.
fn figure(cell: &str) -> Option<Decimal> {
    let cell = cell.trim();
    let decimals = cell.rfind(['.', ',']).map_or(0, |mark| cell.len() - mark - 1);
    let digits: String = cell.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
    let mut figure: Decimal = digits.parse().ok()?;
    figure.set_scale(if decimals < 3 { u32::try_from(decimals).ok()? } else { 0 }).ok()?;
    is_figure(cell).then_some(figure)
}

/// A remark by its first words.
fn is_note(cell: &str) -> bool {
    let text = cell.trim_start_matches(['(', '[', '*', '#', ' ']).to_lowercase();
    let counted = text.trim_end_matches([')', ']', '.', ' ']).rsplit_once(' ').is_some_and(|(count, what)| {
        matches!(
            what,
            "rows"
                | "records"
                | "entries"
                | "lines"
                | "items"
                | "zeilen"
                | "datensätze"
                | "einträge"
                | "lignes"
                | "filas"
                | "registros"
        ) && is_figure(count.trim_end_matches(" of"))
    });
    counted
        || TITLES.contains(&text.trim_end_matches([':', ' ']))
        || COUNTS.contains(&text.trim_end_matches([':', ' ']))
        || NOTES.iter().any(|note| text.starts_with(note))
}

/// What stands above notes.
const TITLES: [&str; 10] = [
    "notes",
    "footnotes",
    "remarks",
    "sources",
    "anmerkungen",
    "fußnoten",
    "hinweise",
    "quellen",
    "remarques",
    "notas",
];

const COUNTS: [&str; 8] =
    ["count", "row count", "record count", "rows", "records", "anzahl", "anzahl zeilen", "anzahl datensätze"];

const NOTES: [&str; 30] = [
    "generated by",
    "generated on",
    "generated at",
    "generated:",
    "report generated",
    "report created",
    "report run",
    "created by",
    "created on",
    "exported by",
    "exported on",
    "exported from",
    "export date",
    "printed on",
    "printed by",
    "end of report",
    "end of file",
    "source:",
    "note:",
    "notes:",
    "rows:",
    "records:",
    "row count",
    "record count",
    "number of r",
    "erstellt am",
    "erstellt von",
    "quelle:",
    "anzahl ",
    "page 1",
];

/// Several words, or a sentence: not the key of a record.
fn is_prose(cell: &str) -> bool {
    cell.contains(' ') || cell.starts_with('*') || cell.ends_with(':')
}
