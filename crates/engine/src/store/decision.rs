//! What was decided: per rule, per row, and the reasons given.

use rusqlite::params;

use super::edit::About;
use super::finding::unword;
use super::{Place, Result, Store};

/// What became of the findings of one rule on one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub about: About,
    pub corrected: u64,
    pub kept: u64,
    pub excluded: u64,
    /// Of the newest of these edits.
    pub reason: Option<String>,
    pub who: String,
}

/// An edit as it shows in the history of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub at: String,
    pub who: String,
    pub label: String,
    pub reason: Option<String>,
    /// The cell that was changed, and its text since then.
    pub cell: Option<(usize, String)>,
}

impl Store {
    /// By dataset, rule and field. A correction counts once the rule no longer objects to the row.
    pub fn decisions(&self) -> Result<Vec<Decision>> {
        let mut statement = self.connection().prepare_cached(
            "select dataset, rule, field, count(distinct case kind when 0 then place end),
               count(distinct case kind when 1 then place end), count(distinct case kind when 2 then place end),
               reason, who, max(id)
             from (
               select e.*, 0 as kind, c.place from edit e join edit_cell c on c.edit = e.id
               where not exists (select 1 from finding f where f.place = c.place and f.rule = e.rule
                                 and f.field = e.field and f.kept = 0)
               union all select e.*, 1, k.place from edit e join edit_keep k on k.edit = e.id
               union all select e.*, 2, x.place from edit e join edit_exclusion x on x.edit = e.id
               where not x.back and not exists (
                 select 1 from edit_exclusion b join edit later on later.id = b.edit
                 where b.place = x.place and b.back and b.edit > x.edit and not later.undone))
             where not undone and rule is not null group by dataset, rule, field order by dataset, rule, field",
        )?;
        let mut rows = statement.query([])?;
        let mut decisions = Vec::new();
        while let Some(row) = rows.next()? {
            decisions.push(Decision {
                about: About {
                    dataset: row.get(0)?,
                    rule: unword(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
                    field: row.get(2)?,
                },
                corrected: row.get(3)?,
                kept: row.get(4)?,
                excluded: row.get(5)?,
                reason: row.get(6)?,
                who: row.get(7)?,
            });
        }
        Ok(decisions)
    }

    /// What was done to a row and not undone, oldest first.
    pub fn turns(&self, place: Place) -> Result<Vec<Turn>> {
        let mut statement = self.connection().prepare_cached(
            "select at, who, label, reason, col, text from (
               select e.*, c.col, c.text from edit e join edit_cell c on c.edit = e.id where c.place = ?1
               union all select e.*, null, null from edit e join edit_exclusion x on x.edit = e.id where x.place = ?1
               union all select e.*, null, null from edit e join edit_keep k on k.edit = e.id where k.place = ?1)
             where not undone order by id",
        )?;
        let rows = statement.query_map(params![place.packed()], |row| {
            let column: Option<usize> = row.get(4)?;
            let text: Option<String> = row.get(5)?;
            Ok(Turn {
                at: row.get(0)?,
                who: row.get(1)?,
                label: row.get(2)?,
                reason: row.get(3)?,
                cell: column.zip(text),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The reasons given last, newest first.
    pub fn last_reasons(&self, limit: u32) -> Result<Vec<String>> {
        let mut statement = self.connection().prepare_cached(
            "select reason from edit where reason is not null group by reason order by max(id) desc limit ?",
        )?;
        let rows = statement.query_map([limit], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// When the rows were last checked, UTC; empty before that.
    pub fn checked_at(&self) -> Result<String> {
        let mut statement = self.connection().prepare_cached("select coalesce(max(at), '') from checked")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}
