//! A line of a contract as cells of the sheet, with the fault put into the cell it belongs to.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Contract, Fault, Line, Phase};
use crate::finding::Mark;

pub(super) const COLUMNS: [&str; 19] = [
    "Contract",
    "Account No",
    "Customer",
    "Line",
    "Product",
    "Price model",
    "Unit price",
    "Qty",
    "Billing",
    "Billed",
    "Start date",
    "End date",
    "Phase",
    "Phase start",
    "Phase end",
    "Cur",
    "Terms (days)",
    "Auto-renew",
    "Annual value",
];
const ACCOUNT: usize = 1;
const PRICE: usize = 6;
const BILLING: usize = 8;
const START: usize = 10;
const END: usize = 11;
const PHASE_END: usize = 14;
const CURRENCY: usize = 15;

/// Numbers of the story's contracts by the row on which they begin. In between they grow evenly, with gaps.
const NUMBERS: &[(u64, u64)] = &[
    (1, 1),
    (118, 118),
    (119, 121),
    (131, 140),
    (140, 152),
    (152, 166),
    (167, 183),
    (171, 188),
    (180, 197),
    (204, 226),
    (213, 240),
    (214, 241),
    (230, 259),
    (246, 277),
    (251, 283),
    (266, 301),
    (289, 328),
    (super::ROWS, 1122),
];

/// What stands in a cell.
#[derive(Clone)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(Decimal),
    Date(Date),
    /// A formula that no longer works, by its error.
    Error(&'static str),
}

impl Cell {
    /// As it is read: dates as ISO 8601, numbers without trailing zeros.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.normalize().to_string(),
            Self::Date(date) => date.to_string(),
            Self::Error(error) => (*error).to_owned(),
        }
    }
}

/// The cells of line `nth` (from 0), and what is wrong with which of them.
pub(super) fn cells(contract: &Contract, nth: usize) -> ([Cell; COLUMNS.len()], Option<(usize, Mark)>) {
    let mut cells = sound(contract, &contract.lines[nth], nth);
    let mark = contract.fault.and_then(|fault| spoil(fault, nth, &mut cells));
    (cells, mark)
}

fn sound(contract: &Contract, line: &Line, nth: usize) -> [Cell; COLUMNS.len()] {
    let day = |date: Date| {
        if contract.typed_dates { Cell::Text(date.strftime("%d/%m/%Y").to_string()) } else { Cell::Date(date) }
    };
    // Phases were added in the workbook itself, so their dates are real ones.
    let phase = line.phase.map(|Phase { name, term }| [text(name), Cell::Date(term.start), Cell::Date(term.end)]);
    let [phase, phase_start, phase_end] = phase.unwrap_or([Cell::Empty, Cell::Empty, Cell::Empty]);
    [
        text(&number(contract.row)),
        text(&contract.account),
        text(&contract.customer),
        Cell::Number(Decimal::from(nth + 1)),
        text(line.product),
        text(if line.per_unit { "per unit" } else { "flat fee" }),
        Cell::Number(line.price),
        Cell::Number(Decimal::from(line.quantity)),
        text(line.billing.word()),
        text(if line.in_advance { "in advance" } else { "in arrears" }),
        day(contract.term.start),
        day(contract.term.end),
        phase,
        phase_start,
        phase_end,
        text(contract.currency),
        Cell::Number(Decimal::from(contract.payment_days)),
        text(if contract.renews { "yes" } else { "no" }),
        Cell::Number(line.annual()),
    ]
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// Puts the fault into its cell and names it. Lines after the first are sound, but for the one in another currency.
fn spoil(fault: Fault, nth: usize, cells: &mut [Cell]) -> Option<(usize, Mark)> {
    let (column, cell, mark) = match fault {
        Fault::LostZeros => {
            let account = cells[ACCOUNT].text();
            let number = Cell::Number(account.parse().unwrap_or_default());
            (ACCOUNT, Some(number), Mark::error("customer_external_id", "reference").suggest(account))
        }
        Fault::EndsBeforeStart => (END, None, Mark::error("end_date", "order")),
        Fault::Overlaps => (START, None, Mark::warning("start_date", "overlap")),
        Fault::NoCurrency => (CURRENCY, Some(Cell::Empty), Mark::error("currency", "required")),
        Fault::OnCall => (BILLING, Some(text("on call")), Mark::error("cadence", "allowed")),
        Fault::PriceMissing => (PRICE, Some(text("tbd")), Mark::error("unit_amount", "type")),
        Fault::OtherCurrency if nth == 0 => return None,
        Fault::OtherCurrency => (CURRENCY, Some(text("GBP")), Mark::error("currency", "consistent")),
        Fault::PhaseTooLong => (PHASE_END, None, Mark::error("phase_end", "inside")),
        Fault::HasEnded => (END, None, Mark::warning("end_date", "hazard")),
        Fault::ShortYear => (END, Some(text("31/12/27")), Mark::error("end_date", "ambiguous").suggest("2027-12-31")),
        Fault::Broken(error) => (PRICE, Some(Cell::Error(error)), Mark::error("unit_amount", "spreadsheet")),
        Fault::NegativePrice => (PRICE, None, Mark::error("unit_amount", "range")),
    };
    if let Some(cell) = cell {
        cells[column] = cell;
    }
    Some((column, mark))
}

/// The number of the contract that begins on this row.
fn number(row: u64) -> String {
    let next = NUMBERS.partition_point(|known| known.0 <= row).clamp(1, NUMBERS.len() - 1);
    let ((low_row, low), (high_row, high)) = (NUMBERS[next - 1], NUMBERS[next]);
    let number = low + (row - low_row) * (high - low) / (high_row - low_row);
    format!("C-2025-{number:04}")
}
