//! The evidence on paper: the tie-out, the control totals, what was not loaded and why, who signed, and the SHA-256 of every
//! file, as one PDF that an auditor can read without Carryover.
//!
//! It repeats what the migration says and works nothing out. Every page says PRACTICE, or LIVE with the account.

mod face;
mod paint;
mod sheet;
mod table;
mod words;

use jiff::Timestamp;

use super::control::TotalLine;
use super::reasons::Group;
use super::tie_out::{Line, MoneyLine, TieOut};
use crate::schema::Schema;
use crate::store::explanation::Explanation;
use crate::store::signature::Signature;
use crate::store::source::Source;
use paint::Frame;
use sheet::{Sheet, Style};
use table::{Column, Row};
use words::{amount, count, day, figure, label, month};

/// Why no page could be made. Neither is the fault of the data.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("the typeface of the evidence cannot be read")]
    Typeface,
    #[error("the evidence does not make a valid PDF: {0}")]
    Document(String),
}

/// What the report says beside the rows.
#[derive(Debug, Clone)]
pub struct Cover {
    pub migration: String,
    pub destination: String,
    /// `practice` or `live`
    pub environment: String,
    /// The connection of the last upload.
    pub account: Option<String>,
    pub who: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// What the old system's report is called, or its file with the SHA-256.
    pub expected_from: Vec<String>,
    pub controls: Vec<TotalLine>,
    /// Why one went on with open totals.
    pub decision: Option<String>,
    /// What was changed after the signing.
    pub outdated_by: Option<String>,
}

/// A file that was written.
#[derive(Debug, Clone)]
pub struct Written {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// Everything that stands in the PDF.
pub struct Evidence<'e> {
    pub cover: &'e Cover,
    pub schema: &'static Schema,
    pub tie_out: &'e TieOut,
    pub not_loaded: &'e [Group],
    pub explanations: Vec<Explanation>,
    pub signatures: Vec<Signature>,
    pub sources: Vec<Source>,
    pub files: Vec<Written>,
}

/// The PDF, as bytes.
pub fn pdf(evidence: &Evidence<'_>) -> Result<Vec<u8>, PdfError> {
    let mut sheet = Sheet::new()?;
    opening(&mut sheet, evidence);
    tie_out(&mut sheet, evidence);
    controls(&mut sheet, evidence);
    not_loaded(&mut sheet, evidence);
    signatures(&mut sheet, evidence);
    sources(&mut sheet, evidence);
    files(&mut sheet, evidence);
    let cover = evidence.cover;
    let frame = Frame {
        title: format!("Evidence: {}", cover.migration),
        badge: badge(cover),
        foot: format!("Written by {} on {}, with Carryover {}", cover.who, day(&cover.at), env!("CARGO_PKG_VERSION")),
        at: cover.at.parse::<Timestamp>().ok(),
    };
    paint::document(&sheet, &frame)
}

fn badge(cover: &Cover) -> String {
    match (cover.environment.as_str(), &cover.account) {
        ("live", Some(account)) => format!("LIVE · {account}"),
        ("live", None) => "LIVE".to_owned(),
        _ => "PRACTICE".to_owned(),
    }
}

fn opening(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    let cover = evidence.cover;
    let state = if evidence.tie_out.closed() { "closed to the cent" } else { "not closed" };
    sheet.heading(1, &format!("{}: {state}", cover.migration), Style::TITLE);
    let to = match &cover.account {
        Some(account) => format!("{}, account “{account}”", cover.destination),
        None => cover.destination.clone(),
    };
    sheet.paragraph(&format!("What became of every row that was read for {to}. {}", day(&cover.at)), Style::TEXT);
    if cover.environment != "live" {
        sheet.paragraph("This is practice: nothing here reached a real customer.", Style::STRONG);
    }
}

fn section(sheet: &mut Sheet, title: &str, text: &str) {
    sheet.space(14.0);
    sheet.heading(2, title, Style::HEADING);
    if !text.is_empty() {
        sheet.paragraph(text, Style::QUIET);
    }
    sheet.space(4.0);
}

/// The column that is there only where something was.
const TAKEN_BACK: &str = "Taken back";

fn tie_out(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    let mut columns = vec![
        Column::text("Dataset", 1.1),
        Column::text("In", 0.7),
        Column::figure("Read", 1.3),
        Column::figure("Corrected", 1.1),
        Column::figure("Loaded", 1.3),
        Column::figure("Rejected", 1.1),
        Column::figure("Excluded", 1.1),
        Column::figure(TAKEN_BACK, 1.1),
        Column::figure("Difference", 1.1),
    ];
    let any_taken_back = evidence.tie_out.lines.iter().any(|line| line.taken_back > 0);
    let sum = if any_taken_back {
        "Read and corrected = loaded + rejected + excluded + taken back. A double line below means that a dataset is closed."
    } else {
        "Read and corrected = loaded + rejected + excluded. A double line below means that a dataset is closed."
    };
    section(sheet, "Tie-out", sum);
    let mut rows = Vec::new();
    for line in &evidence.tie_out.lines {
        rows.push(count_row(evidence.schema, line));
        rows.extend(line.money.iter().filter(|money| is_told(money)).map(money_row));
        let closed = line.difference() == 0 && line.money.iter().all(|money| money.difference().is_zero());
        if let Some(last) = rows.last_mut() {
            last.is_closing = closed;
        }
    }
    if !any_taken_back && let Some(at) = columns.iter().position(|column| column.title == TAKEN_BACK) {
        columns.remove(at);
        for row in &mut rows {
            row.cells.remove(at);
        }
    }
    sheet.table(&columns, &rows);
}

/// Rows without a currency are told where they have an amount.
fn is_told(money: &MoneyLine) -> bool {
    !money.currency.is_empty() || !money.extracted.is_zero() || !money.corrected.is_zero()
}

fn count_row(schema: &Schema, line: &Line) -> Row {
    let counts = [line.loaded, line.refused + line.stopped, line.excluded, line.taken_back].map(count);
    let difference = figure(&line.difference().to_string());
    let cells = [label(schema, &line.dataset), "rows".to_owned(), count(line.extracted), String::new()];
    row(cells.into_iter().chain(counts).chain([difference]))
}

fn money_row(money: &MoneyLine) -> Row {
    let currency = if money.currency.is_empty() { "no currency" } else { &money.currency };
    let cells = [String::new(), currency.to_owned()];
    row(cells.into_iter().chain(money.sums().map(|sum| amount(&sum.to_string()))))
}

fn controls(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    const COLUMNS: [Column; 7] = [
        Column::text("Dataset", 1.0),
        Column::text("Of", 1.1),
        Column::figure("Expected", 1.2),
        Column::figure("Read", 1.2),
        Column::figure("Difference", 1.1),
        Column::figure("Explained", 1.1),
        Column::figure("Still open", 1.1),
    ];
    let cover = evidence.cover;
    let from = match cover.expected_from.as_slice() {
        [] => "What was read, without figures of the old system to hold it against.".to_owned(),
        from => format!("What was read, against the old system’s report: {}.", from.join(", ")),
    };
    section(sheet, "Control totals", &from);
    let mut rows = Vec::with_capacity(cover.controls.len());
    for dataset in &evidence.schema.datasets {
        let own = cover.controls.iter().filter(|control| control.dataset == dataset.id && is_about_something(control));
        for (at, control) in own.enumerate() {
            rows.push(control_row(if at == 0 { dataset.label } else { "" }, control));
        }
    }
    sheet.table(&COLUMNS, &rows);
    for said in &evidence.explanations {
        let what = [said.currency.as_str(), &month(&said.month)].join(" ");
        let text = format!(
            "{} {}: {} explained. “{}” {}, {}",
            label(evidence.schema, &said.dataset),
            what.trim(),
            amount(&said.amount.to_string()),
            said.reason,
            said.who,
            day(&said.at)
        );
        sheet.paragraph(&text, Style::TEXT);
    }
    if let Some(decision) = &cover.decision {
        sheet.paragraph(&format!("Went on with open totals: {decision}"), Style::STRONG);
    }
}

/// Datasets that nobody has files of are counted, too: nought rows.
fn is_about_something(control: &TotalLine) -> bool {
    control.read != "0" || control.expected.is_some()
}

fn control_row(label: &str, control: &TotalLine) -> Row {
    let told = |text: &str| if control.currency.is_empty() { figure(text) } else { amount(text) };
    let maybe = |text: &Option<String>| text.as_deref().map_or_else(|| "–".to_owned(), told);
    let of = match (control.currency.as_str(), control.month.as_str()) {
        ("", _) => "rows".to_owned(),
        (currency, "") => format!("{currency}, all"),
        (currency, when) => format!("{currency}, {}", month(when)),
    };
    let figures =
        [maybe(&control.expected), told(&control.read), maybe(&control.difference), maybe(&control.explained)];
    row([label.to_owned(), of].into_iter().chain(figures).chain([maybe(&control.open)]))
}

fn not_loaded(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    const COLUMNS: [Column; 5] = [
        Column::text("Dataset", 1.0),
        Column::text("What", 1.1),
        Column::text("Reason", 5.0),
        Column::figure("Rows", 0.7),
        Column::figure("First line", 0.9),
    ];
    if evidence.not_loaded.is_empty() {
        section(sheet, "Not loaded", "Every row was loaded.");
        return;
    }
    section(sheet, "Not loaded, with reasons", "Each row stands in the result files of this report.");
    let rows: Vec<Row> = evidence
        .not_loaded
        .iter()
        .map(|group| {
            let first = group.first_line.map(count).unwrap_or_default();
            let what = group.what.to_owned();
            row([label(evidence.schema, &group.dataset), what, group.reason.clone(), count(group.rows), first])
        })
        .collect();
    sheet.table(&COLUMNS, &rows);
}

fn signatures(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    const COLUMNS: [Column; 5] = [
        Column::text("As", 0.9),
        Column::text("Name", 1.6),
        Column::text("On", 1.5),
        Column::text("Remark", 2.2),
        Column::text("Seal in the audit trail", 3.6),
    ];
    let text = match (&evidence.cover.outdated_by, evidence.signatures.is_empty()) {
        (_, true) => "Nobody had signed when this was written.".to_owned(),
        (Some(what), false) => format!("These signatures no longer hold. Changed since: {what}."),
        (None, false) => String::new(),
    };
    section(sheet, "Signatures", &text);
    let rows: Vec<Row> = evidence
        .signatures
        .iter()
        .map(|signed| {
            let facts = [&signed.role, &signed.name, &day(&signed.at), &signed.remark, &signed.seal];
            row(facts.into_iter().cloned())
        })
        .collect();
    if !rows.is_empty() {
        sheet.table(&COLUMNS, &rows);
    }
}

fn sources(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    const COLUMNS: [Column; 5] = [
        Column::text("File", 2.6),
        Column::text("Dataset", 0.9),
        Column::figure("Rows", 0.8),
        Column::figure("Bytes", 0.9),
        Column::text("SHA-256", 3.4),
    ];
    section(sheet, "Files that were read", "They were not changed. A file with another SHA-256 is another file.");
    let rows: Vec<Row> = evidence
        .sources
        .iter()
        .map(|source| {
            let sheet = source.sheet.as_ref().map(|sheet| format!(", sheet {sheet}")).unwrap_or_default();
            let file = format!("{}{sheet}", source.file);
            let dataset = label(evidence.schema, &source.dataset);
            row([file, dataset, count(source.rows), count(source.bytes), source.sha256.clone()])
        })
        .collect();
    sheet.table(&COLUMNS, &rows);
}

fn files(sheet: &mut Sheet, evidence: &Evidence<'_>) {
    const COLUMNS: [Column; 3] =
        [Column::text("File", 2.6), Column::figure("Bytes", 0.9), Column::text("SHA-256", 3.8)];
    section(sheet, "Files of this report", "They were written together with this one.");
    let rows: Vec<Row> =
        evidence.files.iter().map(|file| row([file.name.clone(), count(file.bytes), file.sha256.clone()])).collect();
    sheet.table(&COLUMNS, &rows);
}

fn row(cells: impl IntoIterator<Item = String>) -> Row {
    Row { cells: cells.into_iter().collect(), is_closing: false }
}

#[cfg(test)]
mod tests {
    use super::{Cover, Evidence, TieOut, TotalLine, pdf};
    use crate::report::reasons::Group;
    use crate::schema::zenskar;

    fn control(month: u32) -> TotalLine {
        TotalLine {
            dataset: "usage".to_owned(),
            currency: "EUR".to_owned(),
            month: format!("2026-{:02}", month % 12 + 1),
            read: "1204.5".to_owned(),
            expected: Some("1204.5".to_owned()),
            difference: Some("0".to_owned()),
            explained: None,
            open: None,
        }
    }

    #[test]
    fn a_long_report_in_any_script_is_a_valid_pdf() {
        let cover = Cover {
            migration: "Überträge 契約 \u{1f600}\u{7}".to_owned(),
            destination: "Zenskar".to_owned(),
            environment: "live".to_owned(),
            account: Some("Brackwater Analytics".to_owned()),
            who: "Maren Okafor".to_owned(),
            at: "2026-10-12T14:36:00Z".to_owned(),
            expected_from: vec!["“Revenue by month”".to_owned()],
            controls: (0..200).map(control).collect(),
            decision: Some("“The auditor knows”".to_owned()),
            outdated_by: None,
        };
        let not_loaded = [Group {
            dataset: "usage".to_owned(),
            what: "excluded",
            reason: "a".repeat(500),
            rows: 1,
            first_line: Some(2),
        }];
        let evidence = Evidence {
            cover: &cover,
            schema: zenskar::schema(),
            tie_out: &TieOut { lines: Vec::new() },
            not_loaded: &not_loaded,
            explanations: Vec::new(),
            signatures: Vec::new(),
            sources: Vec::new(),
            files: Vec::new(),
        };
        // Made to the rules of PDF/A-2a and PDF/UA-1: what breaks one is an error.
        let pdf = pdf(&evidence).expect("a valid document");
        assert!(pdf.starts_with(b"%PDF-1.7"));
    }
}
