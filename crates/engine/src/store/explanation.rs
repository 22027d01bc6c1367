//! What the user says about differences: each with its amount, reason and who said it.

use rusqlite::{Row, params};
use rust_decimal::Decimal;

use super::total::decimal;
use super::{Result, Store};

/// A difference of one total, or a part of it, explained in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub id: i64,
    pub dataset: String,
    pub currency: String,
    /// `2026-05`; empty where the total is of all months.
    pub month: String,
    pub amount: Decimal,
    pub reason: String,
    pub who: String,
    pub at: String,
}

impl Store {
    /// Oldest first.
    pub fn explanations(&self) -> Result<Vec<Explanation>> {
        let mut statement = self.connection().prepare_cached(
            "select id, dataset, currency, month, amount, reason, who, at from explanation order by id",
        )?;
        let mut rows = statement.query([])?;
        let mut explanations = Vec::new();
        while let Some(row) = rows.next()? {
            explanations.push(unpack(row)?);
        }
        Ok(explanations)
    }

    /// The number of `explanation` is given by the store.
    pub fn add_explanation(&self, explanation: &Explanation) -> Result<()> {
        self.connection().execute(
            "insert into explanation (dataset, currency, month, amount, reason, who, at) values (?, ?, ?, ?, ?, ?, ?)",
            params![
                explanation.dataset,
                explanation.currency,
                explanation.month,
                explanation.amount.to_string(),
                explanation.reason,
                explanation.who,
                explanation.at,
            ],
        )?;
        Ok(())
    }

    pub fn remove_explanation(&self, id: i64) -> Result<()> {
        self.connection().execute("delete from explanation where id = ?", [id])?;
        Ok(())
    }
}

fn unpack(row: &Row<'_>) -> Result<Explanation> {
    Ok(Explanation {
        id: row.get(0)?,
        dataset: row.get(1)?,
        currency: row.get(2)?,
        month: row.get(3)?,
        amount: decimal(&row.get::<_, String>(4)?)?,
        reason: row.get(5)?,
        who: row.get(6)?,
        at: row.get(7)?,
    })
}
