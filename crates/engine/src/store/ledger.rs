//! The ledger: what was meant to be sent, and what became of it.
//!
//! A batch is written as `intended` and committed before its first byte leaves; its outcome is committed before anything
//! that depends on it is done. What is still `intended` after a crash may or may not have arrived and is asked about, not
//! sent again. The frozen request stays with the batch: exactly until its outcome is known, then as `upload` wants it kept.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params, Row, params};
use serde::{Deserialize, Serialize};

use super::finding::{unword, word};
use super::history::{self, KeptCall};
use super::{Place, Result, Store, packed};

/// What is known of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Written down; perhaps sent, no answer recorded.
    Intended,
    /// Sent and not answered clearly. The destination is asked before anything else happens to it.
    Doubtful,
    /// The destination has it.
    Accepted,
    /// The destination refused it for good, with a reason.
    Refused,
    /// Taken apart into smaller batches to find the record that was refused.
    Split,
    /// Refused by an earlier upload and tried again by a later one.
    Superseded,
    /// It was there, and what it made was deleted from here (`take_back`).
    TakenBack,
    /// The destination took it, and something later carries its rows: they were sent again, found as they were, or their
    /// file made room for a newer one.
    Replaced,
}

/// One unit that is sent: a customer, a batch of events, a product, a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub id: i64,
    pub run: i64,
    pub dataset: String,
    /// What the destination knows it by: external id, idempotency key, contract reference.
    pub key: String,
    /// `create`, `update`, `unchanged`.
    pub action: String,
    pub places: Vec<Place>,
    /// What each of its rows was when it was sent (`upload::changed`), in their order. Empty where an older Carryover sent
    /// it, and of what was never written.
    pub digests: Vec<u128>,
    /// The run that loaded the rows, where this batch only says that they are still the same: nothing was sent.
    pub since: Option<i64>,
    /// Accepted batches of which it takes the place; written with its intent, not read back.
    pub replaces: Vec<i64>,
    /// The request as JSON without its body; `None` for records that needed none.
    pub request: Option<String>,
    /// The body, exact as long as the outcome is open; afterwards without what is not to be kept.
    pub body: Option<String>,
    pub body_sha256: String,
    pub state: BatchState,
    pub attempts: u32,
    pub remote_id: Option<String>,
    pub status: Option<u16>,
    pub reason: Option<String>,
    pub intended_at: String,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub batch: i64,
    pub state: BatchState,
    pub remote_id: Option<String>,
    pub status: Option<u16>,
    pub reason: Option<String>,
    /// The body as it is kept from now on, where that is not what was sent.
    pub body: Option<String>,
    pub calls: Vec<KeptCall>,
}

/// A record that the destination turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub dataset: String,
    pub key: String,
    pub reason: String,
    pub places: Vec<Place>,
    pub at: String,
}

/// One upload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    pub id: i64,
    /// Who started it.
    pub who: String,
    /// `everything`, `first`, `failed`, `take_back`.
    pub mode: String,
    /// The run whose records this one deletes.
    pub takes_back: Option<i64>,
    pub connection: String,
    pub environment: String,
    pub url: String,
    pub organisation: String,
    pub started_at: String,
    pub finished_at: Option<String>,
    /// `running`, `finished`, `stopped`; `given_up` where it was stopped and then taken back.
    pub state: String,
    pub summary: Option<String>,
}

impl Run {
    /// It may not have come to its end, and goes on before anything else is sent.
    pub fn is_open(&self) -> bool {
        !matches!(self.state.as_str(), "finished" | "given_up")
    }
}

const COLUMNS: &str = "id, run, dataset, key, action, places, request, sent, body, body_sha256, state, attempts, remote_id, status, \
                       reason, intended_at, digests, since";

impl Store {
    /// The journal for many small commits: one write, synced to disk, each. Used while uploading.
    pub fn journal_for_ledger(&self) -> Result<()> {
        self.connection().pragma_update(None, "journal_mode", "WAL")?;
        self.connection().pragma_update(None, "synchronous", "FULL")?;
        Ok(())
    }

    /// Back to a single file, as it should lie on disk.
    pub fn journal_at_rest(&self) -> Result<()> {
        self.connection().pragma_update(None, "journal_mode", "DELETE")?;
        Ok(())
    }

    pub fn start_run(&self, run: &Run) -> Result<i64> {
        self.connection().execute(
            "insert into run (connection, environment, url, organisation, started_at, state, who, mode, takes_back)
             values (?, ?, ?, ?, ?, 'running', ?, ?, ?)",
            params![
                run.connection,
                run.environment,
                run.url,
                run.organisation,
                run.started_at,
                run.who,
                run.mode,
                run.takes_back
            ],
        )?;
        Ok(self.connection().last_insert_rowid())
    }

    /// Lets what was refused before be tried again.
    pub fn retry_refused(&self) -> Result<()> {
        self.connection().execute("update batch set state = 'superseded', body = null where state = 'refused'", [])?;
        Ok(())
    }

    /// Whether rows of a dataset went to a live account, or may have.
    pub fn is_live(&self, dataset: &str) -> Result<bool> {
        let mut statement = self.connection().prepare_cached(
            "select exists (select 1 from batch b join run r on r.id = b.run
             where b.dataset = ? and r.environment = 'live' and b.state not in ('refused', 'superseded', 'taken_back'))",
        )?;
        Ok(statement.query_row([dataset], |row| row.get(0))?)
    }

    pub fn finish_run(&self, run: i64, state: &str, summary: &str, at: &str) -> Result<()> {
        self.connection().execute(
            "update run set state = ?, summary = ?, finished_at = ? where id = ?",
            params![state, summary, at, run],
        )?;
        Ok(())
    }

    /// Rows of these datasets that the destination has taken or refused.
    pub fn settled_rows(&self, datasets: &BTreeSet<&str>) -> Result<u64> {
        let mut statement = self.connection().prepare_cached(
            "select dataset, sum(rows) from batch where state in ('accepted', 'refused') group by dataset",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
        let counts = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(counts.iter().filter(|(dataset, _)| datasets.contains(dataset.as_str())).map(|(_, rows)| rows).sum())
    }

    /// Rows that this migration knows to lie where requests with this path put them, whoever sent them.
    pub fn rows_sent_to(&self, dataset: &str, path: &str) -> Result<u64> {
        let mut statement = self.connection().prepare_cached(
            "select coalesce(sum(rows), 0) from batch
             where dataset = ? and state in ('accepted', 'replaced') and request ->> '$.path' = ?",
        )?;
        Ok(statement.query_row([dataset, path], |row| row.get(0))?)
    }

    /// Rows of each dataset and state, such as (customers, accepted, 1,187).
    pub fn rows_by_state(&self) -> Result<Vec<(String, BatchState, u64)>> {
        let mut statement =
            self.connection().prepare_cached("select dataset, state, sum(rows) from batch group by dataset, state")?;
        let mut rows = statement.query([])?;
        let mut counted = Vec::new();
        while let Some(row) = rows.next()? {
            let state = unword(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
            counted.push((row.get(0)?, state, row.get(2)?));
        }
        Ok(counted)
    }

    /// When a run last wrote something down.
    pub fn last_settled(&self, run: i64) -> Result<Option<String>> {
        let mut statement = self
            .connection()
            .prepare_cached("select max(coalesce(settled_at, intended_at)) from batch where run = ?")?;
        Ok(statement.query_row([run], |row| row.get(0))?)
    }

    /// Rows that were refused once, whether or not they were tried again since.
    pub fn once_refused(&self) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        self.batches("state in ('refused', 'superseded')", [], false, |batch| places.extend(batch.places))?;
        Ok(places)
    }

    /// What is refused now, newest first: how many there are, and a page of them.
    pub fn refused(&self, offset: u64, limit: u64) -> Result<(u64, Vec<Refused>)> {
        let count =
            self.connection().query_row("select count(*) from batch where state = 'refused'", [], |row| row.get(0))?;
        let mut statement = self.connection().prepare_cached(
            "select dataset, key, coalesce(reason, ''), places, coalesce(settled_at, intended_at) from batch
             where state = 'refused' order by id desc limit ? offset ?",
        )?;
        let rows = statement.query_map([limit, offset], |row| {
            Ok(Refused {
                dataset: row.get(0)?,
                key: row.get(1)?,
                reason: row.get(2)?,
                places: unpack_places(row.get_ref(3)?.as_blob()?),
                at: row.get(4)?,
            })
        })?;
        Ok((count, rows.collect::<rusqlite::Result<_>>()?))
    }

    /// The uploads, oldest first, without the runs that take others back.
    pub fn uploads(&self) -> Result<Vec<Run>> {
        let mut runs = self.runs()?;
        runs.retain(|run| run.takes_back.is_none());
        Ok(runs)
    }

    pub fn runs(&self) -> Result<Vec<Run>> {
        let mut statement = self.connection().prepare_cached(
            "select id, connection, environment, url, organisation, started_at, finished_at, state, summary, who, mode, takes_back
             from run order by id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Run {
                id: row.get(0)?,
                connection: row.get(1)?,
                environment: row.get(2)?,
                url: row.get(3)?,
                organisation: row.get(4)?,
                started_at: row.get(5)?,
                finished_at: row.get(6)?,
                state: row.get(7)?,
                summary: row.get(8)?,
                who: row.get(9)?,
                mode: row.get(10)?,
                takes_back: row.get(11)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes down what is about to be sent; committed when this returns. Fills in the numbers of the batches.
    pub fn intend(&mut self, batches: &mut [Batch]) -> Result<()> {
        let ids = self.transaction(|connection| {
            batches.iter().map(|batch| insert(connection, batch)).collect::<Result<Vec<_>>>()
        })?;
        for (batch, id) in batches.iter_mut().zip(ids) {
            batch.id = id;
        }
        Ok(())
    }

    /// Writes down what became of batches, together with the halves of those that were taken apart; committed when this
    /// returns. Fills in the numbers of the halves.
    pub fn settle(&mut self, outcomes: &[Outcome], halves: &mut [Batch], at: &str) -> Result<()> {
        let ids = self.transaction(|connection| {
            let mut statement = connection.prepare_cached(
                "update batch set state = ?1, remote_id = coalesce(?2, remote_id), status = ?3, reason = ?4, settled_at = ?5,
                        attempts = attempts + 1, sent = case ?1 when 'split' then null else coalesce(?7, sent) end
                 where id = ?6",
            )?;
            for outcome in outcomes {
                let kept = outcome.body.as_deref().map(packed::pack);
                statement.execute(params![
                    word(&outcome.state)?,
                    outcome.remote_id,
                    outcome.status,
                    outcome.reason,
                    at,
                    outcome.batch,
                    kept
                ])?;
                history::insert_calls(connection, outcome.batch, &outcome.calls)?;
            }
            halves.iter().map(|batch| insert(connection, batch)).collect::<Result<Vec<_>>>()
        })?;
        for (batch, id) in halves.iter_mut().zip(ids) {
            batch.id = id;
        }
        Ok(())
    }

    /// Batches without a clear outcome, oldest first: what a resume has to ask about.
    pub fn unsettled(&self) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        self.batches("state in ('intended', 'doubtful')", [], true, |batch| batches.push(batch))?;
        Ok(batches)
    }

    /// Visits every batch, oldest first, without its request and body.
    pub fn each_batch(&self, visit: impl FnMut(Batch)) -> Result<()> {
        self.batches("true", [], false, visit)
    }

    /// Batches that fit, oldest first. `whole`: with request and body.
    pub(super) fn batches(
        &self,
        which: &str,
        values: impl Params,
        whole: bool,
        mut visit: impl FnMut(Batch),
    ) -> Result<()> {
        let columns =
            if whole { COLUMNS.to_owned() } else { COLUMNS.replace(" request, sent, body,", " null, null, null,") };
        let mut statement =
            self.connection().prepare_cached(&format!("select {columns} from batch where {which} order by id"))?;
        let mut rows = statement.query(values)?;
        while let Some(row) = rows.next()? {
            visit(unpack(row)?);
        }
        Ok(())
    }
}

fn insert(connection: &Connection, batch: &Batch) -> Result<i64> {
    let mut statement = connection.prepare_cached(
        "insert into batch (run, dataset, key, action, rows, places, request, sent, body_sha256, state, remote_id, status, reason, intended_at, digests, since)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    statement.execute(params![
        batch.run,
        batch.dataset,
        batch.key,
        batch.action,
        batch.places.len(),
        pack_places(&batch.places),
        batch.request,
        batch.body.as_deref().map(packed::pack),
        batch.body_sha256,
        word(&batch.state)?,
        batch.remote_id,
        batch.status,
        batch.reason,
        batch.intended_at,
        pack_digests(&batch.digests),
        batch.since,
    ])?;
    let id = connection.last_insert_rowid();
    let mut statement =
        connection.prepare_cached("update batch set state = 'replaced' where id = ? and state = 'accepted'")?;
    for replaced in &batch.replaces {
        statement.execute([replaced])?;
    }
    Ok(id)
}

/// Takes the rows of a source that goes out of the batches that carry them: what the destination took stays known, what it
/// turned down is no longer asked for. What is not clear yet stays, and is asked about.
pub fn leave(connection: &Connection, source: u32) -> Result<()> {
    let mut held = Vec::new();
    {
        let mut statement = connection.prepare_cached(&format!(
            "select {COLUMNS} from batch where state in ('accepted', 'refused') order by id"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let batch = unpack(row)?;
            if batch.places.iter().any(|place| place.source == source) {
                held.push(batch);
            }
        }
    }
    for batch in held {
        let left = if batch.state == BatchState::Accepted { BatchState::Replaced } else { BatchState::Superseded };
        let (gone, stays): (Vec<usize>, Vec<usize>) =
            (0..batch.places.len()).partition(|&at| batch.places[at].source == source);
        let mut statement = connection.prepare_cached(
            "update batch set state = ?, rows = ?, places = ?, digests = ?, body = null where id = ?",
        )?;
        let part = batch.part(&gone);
        statement.execute(params![
            word(&left)?,
            part.places.len(),
            pack_places(&part.places),
            pack_digests(&part.digests),
            batch.id
        ])?;
        if !stays.is_empty() {
            insert(connection, &batch.part(&stays))?;
        }
    }
    Ok(())
}

impl Batch {
    /// The same batch with some of its rows only.
    fn part(&self, at: &[usize]) -> Self {
        Self {
            places: at.iter().map(|&at| self.places[at]).collect(),
            digests: at.iter().filter_map(|&at| self.digests.get(at).copied()).collect(),
            ..self.clone()
        }
    }
}

fn unpack(row: &Row<'_>) -> Result<Batch> {
    Ok(Batch {
        id: row.get(0)?,
        run: row.get(1)?,
        dataset: row.get(2)?,
        key: row.get(3)?,
        action: row.get(4)?,
        places: unpack_places(row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?),
        request: row.get(6)?,
        body: match row.get_ref(7)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
            Some(sent) => packed::unpack(sent),
            None => row.get(8)?,
        },
        body_sha256: row.get(9)?,
        state: unword(row.get_ref(10)?.as_str().map_err(rusqlite::Error::from)?)?,
        attempts: row.get(11)?,
        remote_id: row.get(12)?,
        status: row.get(13)?,
        reason: row.get(14)?,
        intended_at: row.get(15)?,
        digests: unpack_digests(row.get_ref(16)?.as_blob().map_err(rusqlite::Error::from)?),
        since: row.get(17)?,
        replaces: Vec::new(),
    })
}

pub(super) fn pack_places(places: &[Place]) -> Vec<u8> {
    places.iter().flat_map(|place| place.packed().to_le_bytes()).collect()
}

pub(super) fn unpack_places(bytes: &[u8]) -> Vec<Place> {
    bytes.as_chunks::<8>().0.iter().map(|bytes| Place::unpack(i64::from_le_bytes(*bytes))).collect()
}

fn pack_digests(digests: &[u128]) -> Vec<u8> {
    digests.iter().flat_map(|digest| digest.to_le_bytes()).collect()
}

fn unpack_digests(bytes: &[u8]) -> Vec<u128> {
    bytes.as_chunks::<16>().0.iter().map(|bytes| u128::from_le_bytes(*bytes)).collect()
}
