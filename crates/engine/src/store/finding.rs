//! What the last check found, per row.

use rusqlite::{Connection, Row, ToSql, params, params_from_iter};
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize, de::IntoDeserializer};

use super::{Place, Result, Store, StoreError};
use crate::schema::finding::{Rule, Severity};

/// One objection to one value, with the row it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub place: Place,
    /// Physical line in the file or row of the sheet.
    pub line: u64,
    pub dataset: String,
    pub field: String,
    pub rule: Rule,
    pub severity: Severity,
    /// As it stands in the file, or as edited.
    pub value: String,
    pub message: String,
    pub suggestion: Option<String>,
    /// The user looked at it and lets it stand. What is inserted finds this out by itself.
    pub kept: bool,
}

/// How often a rule was broken, with the first case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    pub dataset: String,
    pub field: String,
    pub rule: Rule,
    pub severity: Severity,
    pub count: u64,
    pub example: Finding,
}

/// Which findings are meant. Empty parts mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub dataset: Option<String>,
    pub rule: Option<Rule>,
    pub field: Option<String>,
    pub severity: Option<Severity>,
    pub place: Option<Place>,
    /// Only those that are open, or only those that were kept.
    pub kept: Option<bool>,
}

const COLUMNS: &str = "place, line, dataset, field, rule, severity, value, message, suggestion, kept";

/// Whether the user keeps what the row `finding` says.
const KEPT: &str = "exists (select 1 from edit_keep k join edit e on e.id = k.edit where k.place = ?1 and k.field = ?4
                            and k.rule = ?5 and k.value = ?7 and not e.undone)";

pub fn insert<'f>(connection: &Connection, findings: impl IntoIterator<Item = &'f Finding>) -> Result<()> {
    let mut statement = connection.prepare_cached(&format!(
        "insert into finding ({COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, {KEPT})"
    ))?;
    for finding in findings {
        statement.execute(params![
            finding.place.packed(),
            finding.line,
            finding.dataset,
            finding.field,
            word(&finding.rule)?,
            word(&finding.severity)?,
            finding.value,
            finding.message,
            finding.suggestion,
        ])?;
    }
    Ok(())
}

/// Marks the findings that an edit keeps, or kept before it was undone.
pub fn settle(connection: &Connection, edit: i64) -> Result<()> {
    connection.execute(
        "update finding set kept = exists (
           select 1 from edit_keep k join edit e on e.id = k.edit where k.place = finding.place
           and k.field = finding.field and k.rule = finding.rule and k.value = finding.value and not e.undone)
         where place in (select place from edit_keep where edit = ?)",
        [edit],
    )?;
    Ok(())
}

pub fn clear_dataset(connection: &Connection, dataset: &str) -> Result<()> {
    connection.execute("delete from finding where dataset = ?", [dataset])?;
    Ok(())
}

/// Drops the findings of one rule and field on these rows.
pub fn clear_rule(connection: &Connection, places: &[Place], rule: Rule, field: &str) -> Result<()> {
    let mut statement = connection.prepare_cached("delete from finding where place = ? and rule = ? and field = ?")?;
    for place in places {
        statement.execute(params![place.packed(), word(&rule)?, field])?;
    }
    Ok(())
}

pub fn clear_rows(connection: &Connection, places: impl IntoIterator<Item = Place>) -> Result<()> {
    let mut statement = connection.prepare_cached("delete from finding where place = ?")?;
    for place in places {
        statement.execute([place.packed()])?;
    }
    Ok(())
}

/// Rows of a dataset with an error, and rows with a warning but no error.
pub fn rows_by_severity(connection: &Connection, dataset: &str) -> Result<(u64, u64)> {
    let mut statement = connection.prepare_cached(
        "select coalesce(sum(worst = 2), 0), coalesce(sum(worst = 1), 0) from (
           select max(case severity when 'error' then 2 when 'warning' then 1 else 0 end) as worst
           from finding where dataset = ? group by place)",
    )?;
    Ok(statement.query_row([dataset], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

impl Store {
    /// Counts of what is open per dataset, rule and field: errors first, then by how many.
    pub fn rules(&self) -> Result<Vec<RuleCount>> {
        let mut statement = self.connection().prepare_cached(
            "select count(*), dataset, rule, field, severity, min(place) from finding where kept = 0
             group by dataset, rule, field, severity
             order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, count(*) desc, dataset, field",
        )?;
        let mut first = self.connection().prepare_cached(&format!(
            "select {COLUMNS} from finding where kept = 0 and dataset = ? and rule = ? and field = ? and severity = ?
             and place = ? order by id limit 1"
        ))?;
        let mut rows = statement.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            let key: [String; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
            let place: i64 = row.get(5)?;
            let mut found = first.query(params![key[0], key[1], key[2], key[3], place])?;
            let Some(example) = found.next()?.map(|row| unpack(row, 0)).transpose()? else { continue };
            counts.push(RuleCount {
                count: row.get(0)?,
                dataset: example.dataset.clone(),
                field: example.field.clone(),
                rule: example.rule,
                severity: example.severity,
                example,
            });
        }
        Ok(counts)
    }

    /// How many findings are errors, and how many warnings nobody decided about yet.
    pub fn errors_and_warnings(&self) -> Result<(u64, u64)> {
        let mut statement = self.connection().prepare_cached(
            "select count(*) filter (where severity = 'error'), count(*) filter (where severity = 'warning') from finding where kept = 0",
        )?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Visits the findings wanted, in the order of their rows.
    pub fn findings(&self, wanted: &Wanted, mut visit: impl FnMut(Finding) -> Result<()>) -> Result<()> {
        let mut clauses = vec!["1"];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        if let Some(dataset) = &wanted.dataset {
            clauses.push("dataset = ?");
            values.push(Box::new(dataset.clone()));
        }
        if let Some(rule) = &wanted.rule {
            clauses.push("rule = ?");
            values.push(Box::new(word(rule)?));
        }
        if let Some(field) = &wanted.field {
            clauses.push("field = ?");
            values.push(Box::new(field.clone()));
        }
        if let Some(severity) = &wanted.severity {
            clauses.push("severity = ?");
            values.push(Box::new(word(severity)?));
        }
        if let Some(kept) = wanted.kept {
            clauses.push("kept = ?");
            values.push(Box::new(kept));
        }
        if let Some(place) = wanted.place {
            clauses.push("place = ?");
            values.push(Box::new(place.packed()));
        }
        let sql = format!("select {COLUMNS} from finding where {} order by place, id", clauses.join(" and "));
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values.iter()))?;
        while let Some(row) = rows.next()? {
            visit(unpack(row, 0)?)?;
        }
        Ok(())
    }
}

/// The word under which a rule or severity is stored, the same as in JSON.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

pub(super) fn unword<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T> {
    let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| StoreError::Json(serde::de::Error::custom(error)))
}

fn unpack(row: &Row<'_>, from: usize) -> Result<Finding> {
    Ok(Finding {
        place: Place::unpack(row.get(from)?),
        line: row.get(from + 1)?,
        dataset: row.get(from + 2)?,
        field: row.get(from + 3)?,
        rule: unword(row.get_ref(from + 4)?.as_str().map_err(rusqlite::Error::from)?)?,
        severity: unword(row.get_ref(from + 5)?.as_str().map_err(rusqlite::Error::from)?)?,
        value: row.get(from + 6)?,
        message: row.get(from + 7)?,
        suggestion: row.get(from + 8)?,
        kept: row.get(from + 9)?,
    })
}
