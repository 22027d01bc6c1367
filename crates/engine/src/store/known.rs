//! Keys that the destination was seen to have: a row may refer to them although no file of the migration holds them.

use rusqlite::Connection;

use super::{Result, Store};

pub fn is_known(connection: &Connection, dataset: &str, key: &str) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("select exists (select 1 from known where dataset = ? and key = ?)")?;
    Ok(statement.query_row([dataset, key], |row| row.get(0))?)
}

impl Store {
    pub fn known(&self, dataset: &str) -> Result<Vec<String>> {
        let mut statement = self.connection().prepare_cached("select key from known where dataset = ? order by key")?;
        let rows = statement.query_map([dataset], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn add_known(&mut self, dataset: &str, keys: &[String]) -> Result<()> {
        self.transaction(|connection| {
            let mut statement = connection.prepare_cached("insert or ignore into known values (?, ?)")?;
            for key in keys {
                statement.execute([dataset, key])?;
            }
            connection.execute("update checked set basis = '' where dataset = ?", [dataset])?;
            Ok(())
        })
    }
}
