//! Who stands by the report, and what it said when it was signed.

use rusqlite::params;

use super::{Result, Store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `preparer` or `approver`.
    pub role: String,
    pub name: String,
    pub remark: String,
    pub at: String,
    /// The entry of the audit trail that says so, with its seal.
    pub entry: i64,
    pub seal: String,
    /// The tie-out as signed, as JSON.
    pub figures: String,
}

impl Store {
    /// Oldest first.
    pub fn signatures(&self) -> Result<Vec<Signature>> {
        let mut statement = self
            .connection()
            .prepare_cached("select role, name, remark, at, entry, seal, figures from signature order by id")?;
        let rows = statement.query_map([], |row| {
            Ok(Signature {
                role: row.get(0)?,
                name: row.get(1)?,
                remark: row.get(2)?,
                at: row.get(3)?,
                entry: row.get(4)?,
                seal: row.get(5)?,
                figures: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn add_signature(&self, signature: &Signature) -> Result<()> {
        self.connection().execute(
            "insert into signature (role, name, remark, at, entry, seal, figures) values (?, ?, ?, ?, ?, ?, ?)",
            params![
                signature.role,
                signature.name,
                signature.remark,
                signature.at,
                signature.entry,
                signature.seal,
                signature.figures,
            ],
        )?;
        Ok(())
    }

    /// What was signed before no longer holds; that it was signed stays in the audit trail.
    pub fn clear_signatures(&self) -> Result<()> {
        self.connection().execute("delete from signature", [])?;
        Ok(())
    }
}
