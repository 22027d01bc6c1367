//! Control totals: what the last check counted, and what the old system's report says.

use rusqlite::{Connection, OptionalExtension, params};
use rust_decimal::Decimal;

use super::{Result, Store, StoreError};

/// Rows and money of one dataset, in one currency and month. Both are empty where a dataset has no money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    pub dataset: String,
    pub currency: String,
    /// `2026-05`; empty when the row has no date.
    pub month: String,
    pub rows: u64,
    pub amount: Decimal,
}

/// What the last check made of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub dataset: String,
    pub rows: u64,
    pub ready: u64,
    pub with_errors: u64,
    pub with_warnings: u64,
    pub excluded: u64,
}

/// The state of a row as totals count it.
pub const EXTRACTED: &str = "extracted";

pub fn replace(connection: &Connection, dataset: &str, totals: &[Total]) -> Result<()> {
    connection.execute("delete from total where dataset = ?", [dataset])?;
    let mut statement = connection.prepare_cached("insert into total values (?, ?, ?, ?, ?, ?)")?;
    for total in totals {
        statement.execute(params![
            dataset,
            EXTRACTED,
            total.currency,
            total.month,
            total.rows,
            total.amount.to_string()
        ])?;
    }
    Ok(())
}

/// `basis`: what the check was made with, beside rows, mapping and edits. `lent`: what later datasets are held against.
pub fn set_checked(connection: &Connection, checked: &Checked, at: &str, basis: &str, lent: &str) -> Result<()> {
    connection.prepare_cached("insert or replace into checked values (?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
        params![
            checked.dataset,
            checked.rows,
            checked.ready,
            checked.with_errors,
            checked.with_warnings,
            checked.excluded,
            at,
            basis,
            lent,
        ],
    )?;
    Ok(())
}

/// What the last check of a dataset was made with, see [`set_checked`].
pub fn basis(connection: &Connection, dataset: &str) -> Result<String> {
    let mut statement = connection.prepare_cached("select basis from checked where dataset = ?")?;
    Ok(statement.query_row([dataset], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// New counts after an edit that a check need not follow: what was found holds again, on the same `basis`.
pub fn recount(connection: &Connection, checked: &Checked, at: &str, basis: &str) -> Result<()> {
    connection
        .prepare_cached(
            "update checked set ready = ?, with_errors = ?, with_warnings = ?, excluded = ?, at = ?, basis = ?
             where dataset = ?",
        )?
        .execute(params![
            checked.ready,
            checked.with_errors,
            checked.with_warnings,
            checked.excluded,
            at,
            basis,
            checked.dataset,
        ])?;
    Ok(())
}

pub fn checked_of(connection: &Connection, dataset: &str) -> Result<Option<Checked>> {
    let mut statement = connection.prepare_cached(&format!("{CHECKED} where dataset = ?"))?;
    Ok(statement.query_row([dataset], checked).optional()?)
}

/// Forgets a check: another mapping or another source makes all it found worthless.
pub fn forget(connection: &Connection, dataset: &str) -> Result<()> {
    connection.execute("delete from checked where dataset = ?", [dataset])?;
    Ok(())
}

/// What a dataset lends to later ones, if its last check still holds: made with `basis`, and nothing of it changed since.
pub fn lent(connection: &Connection, dataset: &str, basis: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("select lent from checked where dataset = ? and basis = ?")?;
    Ok(statement.query_row([dataset, basis], |row| row.get(0)).optional()?)
}

/// Notes that rows changed: what was found and counted stays to be seen, but has to be found again.
pub fn outdate(connection: &Connection, sources: impl IntoIterator<Item = u32>) -> Result<()> {
    let mut statement = connection
        .prepare_cached("update checked set basis = '' where dataset = (select dataset from source where id = ?)")?;
    for source in sources {
        statement.execute([source])?;
    }
    Ok(())
}

const CHECKED: &str = "select dataset, rows, ready, with_errors, with_warnings, excluded from checked";

fn checked(row: &rusqlite::Row<'_>) -> rusqlite::Result<Checked> {
    Ok(Checked {
        dataset: row.get(0)?,
        rows: row.get(1)?,
        ready: row.get(2)?,
        with_errors: row.get(3)?,
        with_warnings: row.get(4)?,
        excluded: row.get(5)?,
    })
}

impl Store {
    /// By currency and month.
    pub fn totals(&self, dataset: &str) -> Result<Vec<Total>> {
        let mut statement = self.connection().prepare_cached(
            "select currency, month, rows, amount from total where dataset = ? order by currency, month",
        )?;
        let mut rows = statement.query([dataset])?;
        let mut totals = Vec::new();
        while let Some(row) = rows.next()? {
            totals.push(Total {
                dataset: dataset.to_owned(),
                currency: row.get(0)?,
                month: row.get(1)?,
                rows: row.get(2)?,
                amount: decimal(&row.get::<_, String>(3)?)?,
            });
        }
        Ok(totals)
    }

    pub fn checked(&self) -> Result<Vec<Checked>> {
        let mut statement = self.connection().prepare_cached(&format!("{CHECKED} order by dataset"))?;
        let rows = statement.query_map([], checked)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Has everything checked anew next time.
    pub fn outdate_checks(&self) -> Result<()> {
        self.connection().execute("update checked set basis = ''", [])?;
        Ok(())
    }

    /// What the user typed from the old system's report: (dataset, currency, month, amount or count).
    pub fn expected(&self) -> Result<Vec<(String, String, String, Decimal)>> {
        let mut statement = self
            .connection()
            .prepare_cached("select dataset, currency, month, amount from expected order by 1, 2, 3")?;
        let mut rows = statement.query([])?;
        let mut expected = Vec::new();
        while let Some(row) = rows.next()? {
            expected.push((row.get(0)?, row.get(1)?, row.get(2)?, decimal(&row.get::<_, String>(3)?)?));
        }
        Ok(expected)
    }

    pub fn set_expected(&mut self, expected: &[(String, String, String, Decimal)]) -> Result<()> {
        self.transaction(|connection| {
            connection.execute("delete from expected", [])?;
            let mut statement = connection.prepare_cached("insert or replace into expected values (?, ?, ?, ?)")?;
            for (dataset, currency, month, amount) in expected {
                statement.execute(params![dataset, currency, month, amount.to_string()])?;
            }
            Ok(())
        })
    }
}

pub(super) fn decimal(text: &str) -> Result<Decimal> {
    text.parse().map_err(|error: rust_decimal::Error| StoreError::Json(serde::de::Error::custom(error)))
}
