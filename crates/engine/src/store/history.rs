//! The runs and what they did, for looking back: records by run, and every call that was made for one.
//!
//! A run that takes another back has records too: those it deletes, by the batches that made them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ledger::unpack_places;
use super::{Place, Result, Store, packed};

/// One attempt to send a request, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCall {
    pub run: i64,
    /// RFC 3339, UTC.
    pub at: String,
    pub milliseconds: u64,
    pub method: String,
    pub path: String,
    pub status: Option<u16>,
    pub problem: Option<String>,
    pub answer: Option<String>,
}

/// Records of a run that ended alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub dataset: String,
    pub status: String,
    pub records: u64,
    pub rows: u64,
}

/// A record of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Of the batch that it travelled in.
    pub batch: i64,
    pub dataset: String,
    pub key: String,
    /// `created`, `updated`, `unchanged`, `refused`, `doubtful`, `taken_back`, `stays`, `split`, `superseded`.
    pub status: String,
    pub rows: u64,
    pub places: Vec<Place>,
    pub remote_id: Option<String>,
    pub reason: Option<String>,
    pub at: String,
    pub attempts: u64,
}

/// Which records of a run are wanted; empty texts want all.
#[derive(Debug, Clone, Copy)]
pub struct RecordsWanted<'w> {
    pub run: i64,
    pub dataset: &'w str,
    pub status: &'w str,
    /// Part of a key, or the whole of a value that travelled in a request with several rows, such as the number of an event.
    pub find: &'w str,
    pub offset: u64,
    pub limit: u64,
}

const RECORDS: &str = "with record as (
  select b.id, b.dataset, b.key, b.rows, b.places, b.remote_id, b.reason, b.run as run,
    coalesce(b.settled_at, b.intended_at) as at,
    case
      when b.state in ('accepted', 'replaced')
        then case b.action when 'update' then 'updated' when 'unchanged' then 'unchanged' else 'created' end
      when b.state = 'intended' then 'doubtful'
      else b.state
    end as status
  from batch b where b.run = ?1
  union all
  select b.id, b.dataset, b.key, b.rows, b.places, b.remote_id, t.reason, t.run,
    coalesce(t.settled_at, t.intended_at),
    case t.state when 'accepted' then 'taken_back' when 'refused' then 'stays' else 'doubtful' end
  from take_back t join batch b on b.id = t.batch where t.run = ?1
)";

const SHOWN: &str = "select id, dataset, key, status, rows, places, remote_id, reason, at,
    (select count(*) from call where call.batch = record.id and call.run = record.run) from record";

const FITTING: &str = "where (?2 = '' or dataset = ?2) and (?3 = '' or status = ?3)
    and (?4 is null or id in (select value from json_each(?4)))";

impl Store {
    /// How the records of a run ended.
    pub fn run_counts(&self, run: i64) -> Result<Vec<Counted>> {
        let mut statement = self.connection().prepare_cached(&format!(
            "{RECORDS} select dataset, status, count(*), sum(rows) from record group by dataset, status order by min(id)"
        ))?;
        let rows = statement.query_map([run], |row| {
            Ok(Counted { dataset: row.get(0)?, status: row.get(1)?, records: row.get(2)?, rows: row.get(3)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many records of a run fit, and the page of them, in the order in which they went out.
    pub fn run_records(&self, wanted: &RecordsWanted<'_>) -> Result<(u64, Vec<RunRecord>)> {
        let found = if wanted.find.is_empty() { None } else { Some(self.found_in_run(wanted.run, wanted.find)?) };
        let found = found.map(|ids| serde_json::to_string(&ids)).transpose()?;
        let count = self
            .connection()
            .prepare_cached(&format!("{RECORDS} select count(*) from record {FITTING}"))?
            .query_row(params![wanted.run, wanted.dataset, wanted.status, found], |row| row.get(0))?;
        let mut statement =
            self.connection().prepare_cached(&format!("{RECORDS} {SHOWN} {FITTING} order by id limit ?5 offset ?6"))?;
        let values = params![wanted.run, wanted.dataset, wanted.status, found, wanted.limit, wanted.offset];
        let rows = statement.query_map(values, unpack)?;
        Ok((count, rows.collect::<rusqlite::Result<_>>()?))
    }

    /// One record of a run.
    pub fn run_record(&self, run: i64, batch: i64) -> Result<Option<RunRecord>> {
        let mut statement = self.connection().prepare_cached(&format!("{RECORDS} {SHOWN} where id = ?2"))?;
        Ok(statement.query_row([run, batch], unpack).optional()?)
    }

    /// The body that a batch carried, as it is kept.
    pub fn sent(&self, batch: i64) -> Result<Option<String>> {
        let mut statement = self.connection().prepare_cached("select sent, body from batch where id = ?")?;
        Ok(statement.query_row([batch], |row| {
            let sent: Option<Vec<u8>> = row.get(0)?;
            let body = sent.as_deref().and_then(packed::unpack);
            if body.is_some() { Ok(body) } else { row.get(1) }
        })?)
    }

    /// Every call that was made for a batch, in whatever run, oldest first.
    pub fn calls(&self, batch: i64) -> Result<Vec<KeptCall>> {
        let mut statement = self.connection().prepare_cached(
            "select run, at, milliseconds, method, path, status, problem, answer from call where batch = ? order by id",
        )?;
        let rows = statement.query_map([batch], |row| {
            let answer: Option<Vec<u8>> = row.get(7)?;
            Ok(KeptCall {
                run: row.get(0)?,
                at: row.get(1)?,
                milliseconds: row.get(2)?,
                method: row.get(3)?,
                path: row.get(4)?,
                status: row.get(5)?,
                problem: row.get(6)?,
                answer: answer.as_deref().and_then(packed::unpack),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn found_in_run(&self, run: i64, find: &str) -> Result<Vec<i64>> {
        let (lower, whole) = (find.to_lowercase(), serde_json::to_string(find)?);
        let mut statement = self.connection().prepare_cached(
            "select id, key, rows, case when rows > 1 then sent end from batch
             where run = ?1 or id in (select batch from take_back where run = ?1)",
        )?;
        let mut rows = statement.query([run])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(1)?;
            let packed: Option<Vec<u8>> = row.get(3)?;
            let travelled = || packed.as_deref().and_then(packed::unpack).is_some_and(|body| body.contains(&whole));
            if key.to_lowercase().contains(&lower) || travelled() {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }
}

/// Within the transaction that its connection is in.
pub(super) fn insert_calls(connection: &Connection, batch: i64, calls: &[KeptCall]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "insert into call (batch, run, at, milliseconds, method, path, status, problem, answer) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for call in calls {
        let answer = call.answer.as_deref().map(packed::pack);
        statement.execute(params![
            batch,
            call.run,
            call.at,
            call.milliseconds,
            call.method,
            call.path,
            call.status,
            call.problem,
            answer
        ])?;
    }
    Ok(())
}

fn unpack(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        batch: row.get(0)?,
        dataset: row.get(1)?,
        key: row.get(2)?,
        status: row.get(3)?,
        rows: row.get(4)?,
        places: unpack_places(row.get_ref(5)?.as_blob()?),
        remote_id: row.get(6)?,
        reason: row.get(7)?,
        at: row.get(8)?,
        attempts: row.get(9)?,
    })
}
