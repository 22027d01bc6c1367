//! The figures of the old system, as its report "Revenue by month, 30 Sep 2026" and its contract list print them, and
//! the figures the files add up to. They differ in one place: May, EUR, by what was exported twice.

use std::path::Path;

use rust_decimal::Decimal;

use crate::{SampleError, usage};

pub(crate) const FILE: &str = "old_system_totals.csv";

/// A count or a sum that must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTotal {
    pub dataset: &'static str,
    /// `rows`, `amount` (sum of Amount) or `annual_value` (unit price × quantity × billing periods of a year).
    pub measure: &'static str,
    pub currency: Option<&'static str>,
    /// `2026-01`
    pub month: Option<&'static str>,
    /// What the old system says.
    pub expected: Decimal,
    /// What the file adds up to.
    pub read: Decimal,
}

pub(crate) const MONTHS: [&str; 9] =
    ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"];

/// Value of the usage by currency and month as the old system printed it, in hundredths.
pub(crate) const USAGE_CENTS: &[(&str, [i64; MONTHS.len()])] = &[
    (
        "EUR",
        [37_821_435, 36_190_280, 39_455_012, 40_137_764, 41_290_618, 42_011_895, 39_874_027, 38_766_109, 43_102_550],
    ),
    (
        "GBP",
        [18_240_910, 17_755_264, 18_990_431, 19_312_075, 19_877_612, 20_165_048, 19_402_733, 18_811_906, 20_548_390],
    ),
    ("USD", [9_412_055, 9_088_640, 9_731_212, 9_964_577, 10_220_398, 10_451_620, 10_288_045, 9_941_730, 10_591_118]),
];

/// Value of a year of all contract lines.
pub(crate) const ANNUAL_VALUES: &[(&str, Decimal)] = &[
    ("EUR", Decimal::from_parts(641_288_000, 0, 0, false, 2)),
    ("GBP", Decimal::from_parts(298_745_550, 0, 0, false, 2)),
    ("USD", Decimal::from_parts(164_521_000, 0, 0, false, 2)),
];

/// All control totals of a sample with so many rows.
pub(crate) fn of(customers: u64, usage: u64, contracts: u64) -> Vec<ControlTotal> {
    let rows = [("customers", customers), ("usage", usage), ("contracts", contracts)];
    let rows = rows.map(|(dataset, rows)| agreed(dataset, "rows", Decimal::from(rows)));
    let annual = ANNUAL_VALUES.iter().map(|&(currency, value)| ControlTotal {
        currency: Some(currency),
        ..agreed("contracts", "annual_value", value)
    });
    rows.into_iter().chain(usage_amounts()).chain(annual).collect()
}

fn usage_amounts() -> impl Iterator<Item = ControlTotal> {
    USAGE_CENTS.iter().flat_map(|&(currency, cents)| {
        MONTHS.into_iter().zip(cents).map(move |(month, cents)| {
            let twice = if (currency, month) == ("EUR", "2026-05") { usage::EXPORTED_TWICE_CENTS } else { 0 };
            let total = agreed("usage", "amount", Decimal::new(cents, 2));
            let read = Decimal::new(cents + twice, 2);
            ControlTotal { currency: Some(currency), month: Some(month), read, ..total }
        })
    })
}

fn agreed(dataset: &'static str, measure: &'static str, value: Decimal) -> ControlTotal {
    ControlTotal { dataset, measure, currency: None, month: None, expected: value, read: value }
}

/// Writes what the old system says, one total a line.
pub(crate) fn write(dir: &Path, totals: &[ControlTotal]) -> Result<(), SampleError> {
    let lines = totals.iter().map(|ControlTotal { dataset, measure, currency, month, expected, .. }| {
        let (currency, month) = (currency.unwrap_or_default(), month.unwrap_or_default());
        format!("{dataset},{measure},{currency},{month},{expected}\n")
    });
    let text: String = std::iter::once("dataset,measure,currency,month,expected\n".to_owned()).chain(lines).collect();
    let path = dir.join(FILE);
    std::fs::write(&path, text).map_err(|source| SampleError::WriteFile { path, source })
}
