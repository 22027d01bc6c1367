//! Who decided what, and when. Entries are only added; each carries the seal of the one before it, so that a change
//! anywhere breaks the chain.

use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::{Result, Store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    /// RFC 3339, UTC.
    pub at: String,
    pub who: String,
    /// The step of the rail: `Files`, `Match`, `Review` …
    pub step: String,
    pub what: String,
    pub detail: String,
    /// SHA-256 over this entry and the seal before it, lower-case hex.
    pub seal: String,
}

/// What is looked for in the trail; empty parts mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// Parts of what was done, or of its detail: one of them is enough, none is all.
    pub texts: Vec<String>,
    pub step: String,
    pub who: String,
    /// The first moment wanted, and the first after those, as entries write them.
    pub since: String,
    pub until: String,
}

/// Entries say so when rows were looked at again and nothing was changed.
pub const CHECKED: &str = "Checked every row";

impl Store {
    pub fn record(&self, at: &str, who: &str, step: &str, what: &str, detail: &str) -> Result<()> {
        let connection = self.connection();
        let before: Option<String> =
            connection.query_row("select seal from audit order by id desc limit 1", [], |row| row.get(0)).optional()?;
        let seal = seal(before.as_deref().unwrap_or_default(), [at, who, step, what, detail]);
        connection.execute(
            "insert into audit (at, who, step, what, detail, seal) values (?, ?, ?, ?, ?, ?)",
            params![at, who, step, what, detail, seal],
        )?;
        Ok(())
    }

    /// When the newest entry was made.
    pub fn last_recorded(&self) -> Result<Option<String>> {
        let newest = "select at from audit order by id desc limit 1";
        Ok(self.connection().query_row(newest, [], |row| row.get(0)).optional()?)
    }

    /// Oldest first.
    pub fn trail(&self) -> Result<Vec<Entry>> {
        let mut statement =
            self.connection().prepare_cached("select id, at, who, step, what, detail, seal from audit order by id")?;
        let rows = statement.query_map([], unpack)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A page of the entries sought, newest first, and how many there are in all.
    pub fn trail_page(&self, sought: &Sought, offset: u64, limit: u32) -> Result<(u64, Vec<Entry>)> {
        let patterns = sought.texts.iter().map(|text| format!("%{}%", text.replace(['\\', '%', '_'], "_")));
        let patterns = serde_json::to_string(&patterns.collect::<Vec<_>>())?;
        let values = params![patterns, sought.step, sought.who, sought.since, sought.until];
        let total = self
            .connection()
            .prepare_cached(&format!("select count(*) from audit where {SOUGHT}"))?
            .query_row(values, |row| row.get(0))?;
        let mut statement = self.connection().prepare_cached(&format!(
            "select id, at, who, step, what, detail, seal from audit where {SOUGHT} order by id desc limit ?6 offset ?7"
        ))?;
        let Sought { step, who, since, until, .. } = sought;
        let rows = statement.query_map(params![patterns, step, who, since, until, limit, offset], unpack)?;
        Ok((total, rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Everyone who stands in the trail, and every step.
    pub fn trail_names(&self) -> Result<(Vec<String>, Vec<String>)> {
        let names = |column: &str| -> Result<Vec<String>> {
            let mut statement =
                self.connection().prepare(&format!("select distinct {column} from audit order by 1"))?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        Ok((names("who")?, names("step")?))
    }

    /// The first change after an entry: anything but looking, reporting and signing.
    pub fn changed_after(&self, entry: i64) -> Result<Option<Entry>> {
        let mut statement = self.connection().prepare_cached(
            "select id, at, who, step, what, detail, seal from audit
             where id > ? and step <> 'Report' and what <> ? order by id limit 1",
        )?;
        Ok(statement.query_row(params![entry, CHECKED], unpack).optional()?)
    }

    pub fn newest_entry(&self) -> Result<Option<Entry>> {
        let newest = "select id, at, who, step, what, detail, seal from audit order by id desc limit 1";
        Ok(self.connection().query_row(newest, [], unpack).optional()?)
    }
}

/// Moments are all written alike, so their order is that of their text.
const SOUGHT: &str = "(?1 = '[]' or exists (select 1 from json_each(?1) where what like value or detail like value)) and (?2 = '' or step = ?2) and (?3 = '' or who = ?3)
    and (?4 = '' or at >= ?4) and (?5 = '' or at < ?5)";

fn unpack(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        at: row.get(1)?,
        who: row.get(2)?,
        step: row.get(3)?,
        what: row.get(4)?,
        detail: row.get(5)?,
        seal: row.get(6)?,
    })
}

/// The first entry whose seal does not follow from what stands before it; `None` when the chain is unbroken.
pub fn broken(trail: &[Entry]) -> Option<i64> {
    let mut before = "";
    for entry in trail {
        if entry.seal != seal(before, [&entry.at, &entry.who, &entry.step, &entry.what, &entry.detail]) {
            return Some(entry.id);
        }
        before = &entry.seal;
    }
    None
}

/// Parts are hashed with their lengths, so that no two entries run together alike.
fn seal(before: &str, parts: [&str; 5]) -> String {
    let mut hash = Sha256::new();
    for part in [before].into_iter().chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    super::hex(&hash.finalize())
}
