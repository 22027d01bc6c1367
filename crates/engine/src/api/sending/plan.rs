//! What an upload would do, record by record; nothing is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{FIRST, LONGEST_PAGE};
use crate::api::{ApiError, Code, Migration, Result};
use crate::destination::Destination;
use crate::schema::Schema;
use crate::schema::finding::Rule;
use crate::settings::connection::Connection;
use crate::store::finding::Wanted;
use crate::store::plan::{PlanLine, PlanWanted};
use crate::upload::changed::By;
use crate::upload::fields::{self, DifferingField, RecordFields};
use crate::upload::plan::{self, PlannedDataset, PlannedWhy, Tell};
use crate::upload::{RowPlace, UploadError};

/// No run has this number.
const NO_RUN: i64 = 0;

/// Printed by `plan --json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Plan {
    pub connection: String,
    pub environment: String,
    pub datasets: IndexMap<String, PlannedDataset>,
}

/// Which records of the plan are wanted. Empty text wants all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlanQuery {
    pub dataset: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: String,
    /// Part of a key or a name.
    pub find: String,
    pub offset: u64,
    pub limit: u64,
}

/// A page of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlanPage {
    /// How many records fit, on this page and the others.
    pub count: u64,
    pub records: Vec<PlannedRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PlannedRecord {
    /// Names the record within this plan.
    pub id: i64,
    pub key: String,
    /// Empty where records have no name.
    pub name: String,
    /// `create`, `update`, `unchanged`, `skip`.
    pub action: String,
    pub why: PlannedWhy,
    /// What differs, where that is why.
    pub differs: Vec<DifferingField>,
    /// The run that loaded it, where it is as it was loaded or was sent with other values.
    pub run: Option<i64>,
    pub rows: u64,
    pub place: Option<RowPlace>,
}

/// The records that are sent first, to be looked at. They are of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct FirstPlanned {
    pub dataset: String,
    pub records: Vec<PlannedRecord>,
}

impl Migration {
    /// Looks up at the destination what rows refer to and no file holds. Returns how many of those exist there; a new
    /// check then takes them as known.
    pub async fn look_up_unknown(&mut self, destination: &dyn Destination) -> Result<usize> {
        let mut unknown: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        let schema = self.schema;
        let wanted = Wanted { rule: Some(Rule::Reference), ..Wanted::default() };
        self.store.findings(&wanted, |finding| {
            let field = schema.dataset(&finding.dataset).and_then(|dataset| dataset.field(&finding.field));
            if let Some(reference) = field.and_then(|field| field.reference) {
                unknown.entry(reference.dataset).or_default().insert(finding.value.trim().to_owned());
            }
            Ok(())
        })?;
        let mut known = 0;
        for (dataset, keys) in unknown {
            let keys: Vec<String> = keys.into_iter().collect();
            for keys in keys.chunks(plan::QUESTION) {
                let found = destination.existing(dataset, keys).await.map_err(UploadError::from)?;
                let there: Vec<String> =
                    found.into_iter().filter(|(_, existing)| !existing.is_empty()).map(|(key, _)| key).collect();
                known += there.len();
                self.store.add_known(dataset, &there)?;
            }
        }
        Ok(known)
    }

    /// What an upload would do, looked up at the destination. Nothing is sent. The records can be paged through until the
    /// next plan, or until the migration is closed. `all`: as for an upload of everything, see [`UploadRequest::all`].
    pub async fn plan(
        &self,
        connection: &Connection,
        destination: &dyn Destination,
        all: bool,
        tell: Tell<'_>,
    ) -> Result<Plan> {
        self.ready_to_send(connection)?;
        self.all_attributes_known(destination).await?;
        let by = if all { By::Only(NO_RUN) } else { By::Any };
        let datasets = plan::plan(&self.store, self.schema, destination, by, tell).await?;
        Ok(Plan { connection: connection.name.clone(), environment: connection.environment.to_string(), datasets })
    }

    /// A page of the plan made last.
    pub fn plan_page(&self, query: &PlanQuery) -> Result<PlanPage> {
        let wanted = PlanWanted {
            dataset: &query.dataset,
            action: &query.action,
            find: query.find.trim(),
            offset: query.offset,
            limit: query.limit.min(LONGEST_PAGE),
        };
        let (count, lines) = self.store.plan_page(&wanted)?;
        Ok(PlanPage { count, records: lines.into_iter().map(|line| planned(self.schema, line)).collect() })
    }

    /// What an upload of the first records would send, by the plan made last. `None` when nothing is left.
    pub fn first_planned(&self) -> Result<Option<FirstPlanned>> {
        for dataset in &self.schema.datasets {
            let (mut records, mut left) = (Vec::new(), FIRST as u64);
            self.store.plan_lines(dataset.id, |line| {
                let record = planned(self.schema, line);
                if goes_out(&record.why) {
                    // A record of several rows goes whole.
                    let rows = if dataset.grouped_by.is_some() { record.rows } else { record.rows.min(left) };
                    left = left.saturating_sub(rows);
                    records.push(PlannedRecord { rows, ..record });
                }
                if left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if !records.is_empty() {
                return Ok(Some(FirstPlanned { dataset: dataset.id.to_owned(), records }));
            }
        }
        Ok(None)
    }

    /// The exact request of a record of the plan, with the key masked; `None` where nothing would be sent, or where it
    /// cannot be written before what it refers to is there.
    pub async fn plan_request(&self, destination: &dyn Destination, id: i64) -> Result<Option<String>> {
        self.request_of(destination, self.store.plan_line(id)?).await
    }

    /// The same by the record's key.
    pub async fn plan_request_of(&self, destination: &dyn Destination, key: &str) -> Result<Option<String>> {
        self.request_of(destination, self.store.plan_line_of(key)?).await
    }

    async fn request_of(&self, destination: &dyn Destination, line: Option<PlanLine>) -> Result<Option<String>> {
        let line = line.ok_or_else(no_such_record)?;
        Ok(plan::request(&self.store, self.schema, destination, &line).await?)
    }

    /// A record of the plan field by field, beside what is there.
    pub async fn plan_fields(&self, destination: &dyn Destination, id: i64) -> Result<RecordFields> {
        self.fields_of(destination, self.store.plan_line(id)?).await
    }

    /// The same by the record's key.
    pub async fn plan_fields_of(&self, destination: &dyn Destination, key: &str) -> Result<RecordFields> {
        self.fields_of(destination, self.store.plan_line_of(key)?).await
    }

    async fn fields_of(&self, destination: &dyn Destination, line: Option<PlanLine>) -> Result<RecordFields> {
        let line = line.ok_or_else(no_such_record)?;
        Ok(fields::fields(&self.store, self.schema, destination, &line).await?)
    }
}

/// Whether an upload would take up this record. Those in doubt are asked about, and go with the others.
fn goes_out(why: &PlannedWhy) -> bool {
    !matches!(
        why,
        PlannedWhy::Loaded
            | PlannedWhy::SentOtherwise
            | PlannedWhy::Excluded { .. }
            | PlannedWhy::Wrong
            | PlannedWhy::Doubtful
    )
}

fn no_such_record() -> ApiError {
    ApiError::new(Code::NotFound, "the plan has no such record", "Make the plan anew, then choose a record.")
}

fn planned(schema: &Schema, line: PlanLine) -> PlannedRecord {
    let why = serde_json::from_str(&line.why).unwrap_or(PlannedWhy::New);
    PlannedRecord {
        id: line.id,
        key: line.key,
        name: line.name,
        action: line.action,
        differs: schema.dataset(&line.dataset).map(|dataset| fields::differing(dataset, &why)).unwrap_or_default(),
        why,
        run: line.run,
        rows: line.places.len() as u64,
        place: line.places.first().map(|&place| place.into()),
    }
}
