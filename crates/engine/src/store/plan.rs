//! The plan of an upload, record by record. A temporary table: it grows with the rows, is worth nothing once anything has
//! changed, and goes when the migration is closed.

use std::ops::ControlFlow;

use rusqlite::{Row, params};

use super::ledger::{pack_places, unpack_places};
use super::{Place, Result, Store};

/// What would happen to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    pub dataset: String,
    pub key: String,
    pub name: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: &'static str,
    /// JSON; the upload's business.
    pub why: String,
    /// The run that loaded it.
    pub run: Option<i64>,
    pub places: Vec<Place>,
}

/// A line of the plan, with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    pub id: i64,
    pub dataset: String,
    pub key: String,
    pub name: String,
    pub action: String,
    pub why: String,
    pub run: Option<i64>,
    pub places: Vec<Place>,
}

/// Which lines of the plan are wanted; empty text wants all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanWanted<'w> {
    pub dataset: &'w str,
    pub action: &'w str,
    /// Part of the key or the name, without regard to case.
    pub find: &'w str,
    pub offset: u64,
    pub limit: u64,
}

const SCHEMA: &str = "
create temp table if not exists plan (
  id integer primary key,
  dataset text not null,
  key text not null,
  name text not null,
  action text not null,
  why text not null,
  run integer,
  places blob not null,
  -- The first of its rows: the plan is shown in the order of the files.
  first integer not null
);
create index if not exists temp.plan_order on plan (dataset, first, id);
create index if not exists temp.plan_key on plan (key);
delete from plan;";

const FITTING: &str = "from temp.plan where dataset = ?1 and (?2 = '' or action = ?2)
    and (?3 = '' or instr(lower(key), lower(?3)) > 0 or instr(lower(name), lower(?3)) > 0)";

impl Store {
    /// Forgets the plan there was.
    pub fn begin_plan(&self) -> Result<()> {
        Ok(self.connection().execute_batch(SCHEMA)?)
    }

    pub fn add_to_plan(&self, rows: &[PlanRow]) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "insert into temp.plan (dataset, key, name, action, why, run, places, first) values (?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for row in rows {
            let places = pack_places(&row.places);
            let first = row.places.first().map_or(0, |place| place.packed());
            statement.execute(params![row.dataset, row.key, row.name, row.action, row.why, row.run, places, first])?;
        }
        Ok(())
    }

    /// How many lines of the plan fit, and the page of them.
    pub fn plan_page(&self, wanted: &PlanWanted<'_>) -> Result<(u64, Vec<PlanLine>)> {
        if !self.has_plan()? {
            return Ok((0, Vec::new()));
        }
        let mut counting = self.connection().prepare_cached(&format!("select count(*) {FITTING}"))?;
        let count = counting.query_row([wanted.dataset, wanted.action, wanted.find], |row| row.get(0))?;
        let mut statement = self.connection().prepare_cached(&format!(
            "select id, dataset, key, name, action, why, run, places {FITTING} order by first, id limit ?4 offset ?5"
        ))?;
        let rows = statement
            .query_map(params![wanted.dataset, wanted.action, wanted.find, wanted.limit, wanted.offset], line)?;
        Ok((count, rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Hands over the lines of a dataset in the order of the files, until it is enough.
    pub fn plan_lines(&self, dataset: &str, mut take: impl FnMut(PlanLine) -> ControlFlow<()>) -> Result<()> {
        if !self.has_plan()? {
            return Ok(());
        }
        let mut statement = self.connection().prepare_cached(
            "select id, dataset, key, name, action, why, run, places from temp.plan where dataset = ? order by first, id",
        )?;
        for found in statement.query_map([dataset], line)? {
            if take(found?).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub fn plan_line(&self, id: i64) -> Result<Option<PlanLine>> {
        self.one_line("id = ?1", &id)
    }

    /// The first line with this key, in whatever dataset.
    pub fn plan_line_of(&self, key: &str) -> Result<Option<PlanLine>> {
        self.one_line("key = ?1", &key)
    }

    fn one_line(&self, which: &str, value: &dyn rusqlite::ToSql) -> Result<Option<PlanLine>> {
        if !self.has_plan()? {
            return Ok(None);
        }
        let mut statement = self.connection().prepare_cached(&format!(
            "select id, dataset, key, name, action, why, run, places from temp.plan where {which} order by id limit 1"
        ))?;
        let mut rows = statement.query_map([value], line)?;
        Ok(rows.next().transpose()?)
    }

    fn has_plan(&self) -> Result<bool> {
        let mut statement =
            self.connection().prepare_cached("select exists (select 1 from temp.sqlite_master where name = 'plan')")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

fn line(row: &Row<'_>) -> rusqlite::Result<PlanLine> {
    Ok(PlanLine {
        id: row.get(0)?,
        dataset: row.get(1)?,
        key: row.get(2)?,
        name: row.get(3)?,
        action: row.get(4)?,
        why: row.get(5)?,
        run: row.get(6)?,
        places: unpack_places(row.get_ref(7)?.as_blob()?),
    })
}
