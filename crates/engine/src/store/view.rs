//! Which rows a view of Review shows, in the order of the file. Always by key and an index: a view of a hundred thousand
//! rows gives its next page as quickly as one of ten.

use rusqlite::{ToSql, params_from_iter};

use super::edit::About;
use super::finding::word;
use super::{Place, Result, Store};
use crate::schema::finding::Severity;

/// A choice among the rows of a dataset. All of its rows need no look-up: they are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// Rows with an open finding of one rule on one field.
    Rule { about: About, severity: Severity },
    /// Rows with any open error.
    Errors { dataset: String },
    /// Rows with a cell changed by the user.
    Edited { dataset: String },
    /// Rows left out by the user.
    Excluded { dataset: String },
    /// Rows on which something was decided for one rule.
    Decided { about: About },
}

type Values = Vec<Box<dyn ToSql>>;

impl View {
    /// A select of places beyond `?1`, sorted, and what stands for its other parameters.
    fn sql(&self) -> Result<(&'static str, Values)> {
        Ok(match self {
            Self::Rule { about, severity } => (
                "select distinct place from finding where kept = 0 and place > ?1
                 and dataset = ?2 and rule = ?3 and field = ?4 and severity = ?5 order by place",
                vec![
                    Box::new(about.dataset.clone()),
                    Box::new(word(&about.rule)?),
                    Box::new(about.field.clone()),
                    Box::new(word(severity)?),
                ],
            ),
            Self::Errors { dataset } => (
                "select distinct place from finding
                 where dataset = ?2 and severity = 'error' and kept = 0 and place > ?1 order by place",
                vec![Box::new(dataset.clone())],
            ),
            Self::Edited { dataset } => (
                "select distinct c.place from edit_cell c join edit e on e.id = c.edit where c.place > ?1
                 and not e.undone and (c.place >> 40) in (select id from source where dataset = ?2) order by c.place",
                vec![Box::new(dataset.clone())],
            ),
            Self::Excluded { dataset } => (
                "select place from (select x.place, x.back, max(x.edit) from edit_exclusion x
                   join edit e on e.id = x.edit where x.place > ?1 and not e.undone
                   and (x.place >> 40) in (select id from source where dataset = ?2) group by x.place)
                 where not back order by place",
                vec![Box::new(dataset.clone())],
            ),
            Self::Decided { about } => (
                "select distinct place from (
                   select e.*, c.place from edit e join edit_cell c on c.edit = e.id
                   union all select e.*, x.place from edit e join edit_exclusion x on x.edit = e.id
                   union all select e.*, k.place from edit e join edit_keep k on k.edit = e.id)
                 where not undone and place > ?1 and dataset = ?2 and rule = ?3 and field = ?4 order by place",
                vec![Box::new(about.dataset.clone()), Box::new(word(&about.rule)?), Box::new(about.field.clone())],
            ),
        })
    }
}

impl Store {
    pub fn view_count(&self, view: &View) -> Result<u64> {
        let (sql, values) = with(view, None)?;
        let mut statement = self.connection().prepare_cached(&format!("select count(*) from ({sql})"))?;
        Ok(statement.query_row(params_from_iter(values.iter()), |row| row.get(0))?)
    }

    /// At most `limit` rows behind `after`, passing over the first `skip` of them.
    pub fn view_page(&self, view: &View, after: Option<Place>, skip: u64, limit: u32) -> Result<Vec<Place>> {
        let (sql, values) = with(view, after)?;
        let mut statement = self.connection().prepare_cached(&format!("{sql} limit {limit} offset {skip}"))?;
        let rows = statement.query_map(params_from_iter(values.iter()), |row| Ok(Place::unpack(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many rows of the view stand before a place.
    pub fn view_rank(&self, view: &View, place: Place) -> Result<u64> {
        let (sql, mut values) = with(view, None)?;
        values.push(Box::new(place.packed()));
        let last = values.len();
        let sql = format!("select count(*) from ({sql}) where place < ?{last}");
        Ok(self.connection().prepare_cached(&sql)?.query_row(params_from_iter(values.iter()), |row| row.get(0))?)
    }

    /// The last row of the view before a place, or the very last.
    pub fn view_last(&self, view: &View, before: Option<Place>) -> Result<Option<Place>> {
        let (sql, mut values) = with(view, None)?;
        values.push(Box::new(before.map_or(i64::MAX, Place::packed)));
        let last = values.len();
        let sql = format!("select max(place) from ({sql}) where place < ?{last}");
        let place: Option<i64> =
            self.connection().prepare_cached(&sql)?.query_row(params_from_iter(values.iter()), |row| row.get(0))?;
        Ok(place.map(Place::unpack))
    }
}

fn with(view: &View, after: Option<Place>) -> Result<(&'static str, Values)> {
    let (sql, others) = view.sql()?;
    let mut values: Values = vec![Box::new(after.map_or(-1, Place::packed))];
    values.extend(others);
    Ok((sql, values))
}
