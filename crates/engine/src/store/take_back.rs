//! The ledger of what is taken back: which record is about to be deleted, and what became of that.
//!
//! As with sending, the intent is committed before the request leaves, and the outcome before anything else is done. That a
//! record is gone and that its rows are no longer loaded is one transaction.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::finding::word;
use super::history::{self, KeptCall};
use super::ledger::{Batch, BatchState};
use super::{Result, Store, packed};

/// What became of a record that was to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    pub batch: i64,
    /// [`BatchState::Accepted`] where it is gone, `Refused` where the destination kept it, `Doubtful` otherwise.
    pub state: BatchState,
    pub status: Option<u16>,
    pub reason: Option<String>,
    pub calls: Vec<KeptCall>,
}

/// Records and rows of a stage in a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InRun {
    pub records: u64,
    pub rows: u64,
}

impl Store {
    /// Writes down what is about to be deleted, by batch and request; committed when this returns.
    pub fn intend_take_back(&mut self, run: i64, requests: &[(i64, String)], at: &str) -> Result<()> {
        self.transaction(|connection| {
            let mut statement = connection.prepare_cached(
                "insert or replace into take_back (batch, run, request, state, intended_at) values (?, ?, ?, 'intended', ?)",
            )?;
            for (batch, request) in requests {
                statement.execute(params![batch, run, request, at])?;
            }
            Ok(())
        })
    }

    /// Writes down what became of them; committed when this returns. What was gone already has no intent.
    pub fn settle_take_back(&mut self, run: i64, outcomes: &[TakenBack], at: &str) -> Result<()> {
        self.transaction(|connection| {
            let mut write = connection.prepare_cached(
                "insert into take_back (batch, run, request, state, status, reason, intended_at, settled_at)
                 values (?1, ?2, '', ?3, ?4, ?5, ?6, ?6)
                 on conflict (batch) do update set run = ?2, state = ?3, status = ?4, reason = ?5, settled_at = ?6",
            )?;
            let mut gone = connection.prepare_cached("update batch set state = 'taken_back' where id = ?")?;
            // What later runs found as it was, or sent again, is the same record.
            let mut same = connection.prepare_cached(
                "update batch set state = 'taken_back' where state in ('accepted', 'replaced')
                   and dataset = (select dataset from batch where id = ?1) and key = (select key from batch where id = ?1)
                   and remote_id = (select remote_id from batch where id = ?1)",
            )?;
            for outcome in outcomes {
                let state = word(&outcome.state)?;
                write.execute(params![outcome.batch, run, state, outcome.status, outcome.reason, at])?;
                if outcome.state == BatchState::Accepted {
                    same.execute([outcome.batch])?;
                    gone.execute([outcome.batch])?;
                }
                history::insert_calls(connection, outcome.batch, &outcome.calls)?;
            }
            Ok(())
        })
    }

    /// Whether a request that deletes something a run made may still be at work.
    pub fn has_open_take_back(&self, run: i64) -> Result<bool> {
        let mut statement = self.connection().prepare_cached(
            "select exists (select 1 from take_back t join batch b on b.id = t.batch
             where b.run = ? and t.state in ('intended', 'doubtful'))",
        )?;
        Ok(statement.query_row([run], |row| row.get(0))?)
    }

    /// The next records that a run made in a stage and that are there still, after the batch `after`.
    pub fn made_in_run(&self, run: i64, stage: &str, after: i64, limit: usize) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        let next = "id in (select id from batch
            where id > ? and run = ? and dataset = ? and state in ('accepted', 'replaced') and action = 'create'
            order by id limit ?)";
        self.batches(next, params![after, run, stage, limit], true, |batch| batches.push(batch))?;
        Ok(batches)
    }

    /// The destination's ids of everything that a run made and that is there still.
    pub fn ids_made_in_run(&self, run: i64) -> Result<HashSet<String>> {
        let mut statement = self.connection().prepare_cached(
            "select remote_id from batch
             where run = ? and state in ('accepted', 'replaced') and action = 'create' and remote_id is not null",
        )?;
        let rows = statement.query_map([run], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How much of a stage a run did in one way: `create`, `update`; as far as it is there still.
    pub fn done_in_run(&self, run: i64, stage: &str, action: &str) -> Result<InRun> {
        let mut statement = self.connection().prepare_cached(
            "select count(*), coalesce(sum(rows), 0) from batch
             where run = ? and dataset = ? and action = ? and state in ('accepted', 'replaced')",
        )?;
        Ok(statement
            .query_row(params![run, stage, action], |row| Ok(InRun { records: row.get(0)?, rows: row.get(1)? }))?)
    }

    /// Visits the newest bodies of what is at the destination of a stage, whoever sent it from here, with the destination's id.
    pub fn bodies_there(&self, stage: &str, mut visit: impl FnMut(Option<String>, &str)) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "select remote_id, sent from batch b where id = (
               select max(id) from batch n where n.dataset = ? and n.key = b.key
                 and n.state in ('accepted', 'replaced') and n.sent is not null)",
        )?;
        let mut rows = statement.query([stage])?;
        while let Some(row) = rows.next()? {
            let sent: Vec<u8> = row.get(1)?;
            if let Some(body) = packed::unpack(&sent) {
                visit(row.get(0)?, &body);
            }
        }
        Ok(())
    }

    /// The request by which the record of a batch is, or was to be, deleted.
    pub fn take_back_request(&self, batch: i64) -> Result<Option<String>> {
        let mut statement = self.connection().prepare_cached("select request from take_back where batch = ?")?;
        Ok(statement.query_row([batch], |row| row.get(0)).optional()?)
    }

    /// What was stopped and then taken back is not gone on with.
    pub fn give_up_run(&self, run: i64) -> Result<()> {
        self.connection().execute("update run set state = 'given_up' where id = ? and state <> 'finished'", [run])?;
        Ok(())
    }

    /// What was not sent after all stands aside for whatever sends its rows.
    pub fn stand_aside(&mut self, batches: &[i64], reason: &str, at: &str) -> Result<()> {
        self.transaction(|connection| {
            let mut statement = connection.prepare_cached(
                "update batch set state = 'superseded', reason = ?, settled_at = ?, body = null where id = ?",
            )?;
            for batch in batches {
                statement.execute(params![reason, at, batch])?;
            }
            Ok(())
        })
    }
}
