//! Control totals: what was read, held against the old system's report.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;
use serde::Serialize;

use super::{ApiError, Code, Migration, Result};

/// Printed by `totals --json`. Amounts are text, so that no figure passes through a float.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Totals {
    pub agrees: bool,
    pub totals: Vec<TotalLine>,
}

/// One dataset in one currency and month; both are empty in the line of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TotalLine {
    pub dataset: String,
    pub currency: String,
    pub month: String,
    /// Rows, or money in the currency's main unit.
    pub read: String,
    pub expected: Option<String>,
    pub difference: Option<String>,
}

type Key = (String, String, String);

impl Migration {
    /// Sums over all rows as read. Needs a check, which is what reads the amounts.
    pub fn totals(&self) -> Result<Totals> {
        let read = self.read_totals()?;
        let expected: BTreeMap<Key, Decimal> = self
            .store
            .expected()?
            .into_iter()
            .map(|(dataset, currency, month, amount)| ((dataset, currency, month), amount))
            .collect();
        let keys: std::collections::BTreeSet<&Key> = read.keys().chain(expected.keys()).collect();
        let totals: Vec<TotalLine> = keys
            .into_iter()
            .map(|key| {
                let was = read.get(key).copied().unwrap_or_default();
                let wanted = expected.get(key).copied();
                TotalLine {
                    dataset: key.0.clone(),
                    currency: key.1.clone(),
                    month: key.2.clone(),
                    read: was.to_string(),
                    expected: wanted.map(|wanted| wanted.to_string()),
                    difference: wanted.map(|wanted| (was - wanted).to_string()),
                }
            })
            .collect();
        let agrees = expected.iter().all(|(key, wanted)| read.get(key) == Some(wanted));
        Ok(Totals { agrees, totals })
    }

    /// Takes the expected totals from a CSV whose header names `dataset`, `currency`, `month` and `expected`, in any order
    /// and beside others. `month` is `2026-05`; both it and the currency are empty for a count of rows, only the month for
    /// the sum of a currency.
    pub fn expect(&mut self, path: &Path) -> Result<usize> {
        let wrong = |line: usize, what: &str| {
            let message = format!("line {line} of “{}”: {what}", path.display());
            ApiError::new(
                Code::Unreadable,
                message,
                "Write a header `dataset,currency,month,expected` and lines such as `usage,EUR,2026-05,412906.18`.",
            )
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|error| wrong(1, &error.to_string()))?;
        let header = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
        let column = |name: &str| {
            header
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name))
                .ok_or_else(|| wrong(1, &format!("there is no column “{name}”")))
        };
        let columns = [column("dataset")?, column("currency")?, column("month")?, column("expected")?];
        let mut expected = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let line = index + 2;
            let record = record.map_err(|error| wrong(line, &error.to_string()))?;
            let [dataset, currency, month, amount] = columns.map(|at| record.get(at).unwrap_or_default());
            self.dataset(dataset)?;
            let amount: Decimal = amount.parse().map_err(|_| wrong(line, &format!("“{amount}” is not an amount")))?;
            expected.push((dataset.to_owned(), currency.to_owned(), month.to_owned(), amount));
        }
        self.act(|this| {
            this.store.set_expected(&expected)?;
            this.note("Tie out", &format!("Took {} expected totals", expected.len()), &path.display().to_string())
        })?;
        Ok(expected.len())
    }

    fn read_totals(&self) -> Result<BTreeMap<Key, Decimal>> {
        let checked = self.store.checked()?;
        let mut read = BTreeMap::new();
        for source in self.store.sources()? {
            if !checked.iter().any(|checked| checked.dataset == source.dataset) {
                return Err(ApiError::new(
                    Code::Precondition,
                    format!("{} has not been checked since its files or mapping changed", source.dataset),
                    "Run `carryover check` first.",
                ));
            }
        }
        for checked in checked {
            read.insert((checked.dataset.clone(), String::new(), String::new()), Decimal::from(checked.rows));
            for total in self.store.totals(&checked.dataset)?.into_iter().filter(|total| !total.currency.is_empty()) {
                *read.entry((checked.dataset.clone(), total.currency.clone(), String::new())).or_default() +=
                    total.amount;
                if !total.month.is_empty() {
                    *read.entry((checked.dataset.clone(), total.currency, total.month)).or_default() += total.amount;
                }
            }
        }
        Ok(read)
    }
}
