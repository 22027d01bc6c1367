//! A difference between what was read and what was expected, down to the rows that make it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::totals::{reason_given, said};
use super::{ApiError, Code, Migration, Result};
use crate::report::difference::{self, Cause, Part, Row, Total};
use crate::store::edit::Edit;
use crate::store::finding::Wanted;
use crate::validation::{again, named};

/// Customers shown of one cause: those with the largest part.
const CUSTOMERS: usize = 10;

/// Which total is meant, as in [`super::totals::TotalLine`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct TotalKey {
    pub dataset: String,
    pub currency: String,
    pub month: String,
}

/// The rows of a total by what may make a difference. The parts add up to what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Apart {
    pub rows: u64,
    pub amount: String,
    pub parts: Vec<ApartPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ApartPart {
    pub cause: Cause,
    pub rows: u64,
    pub amount: String,
    /// The file in which the first of them stands.
    pub file: String,
    pub first_line: u64,
    pub last_line: u64,
    /// Those with the largest part, largest first.
    pub customers: Vec<CustomerShare>,
    /// How many customers there are beside these.
    pub more_customers: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct CustomerShare {
    /// As the file names it; empty where the row names none.
    pub customer: String,
    /// What people call it, where a file of customers says so.
    pub name: Option<String>,
    pub rows: u64,
    pub amount: String,
}

/// Which rows of a total are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ApartWanted {
    pub total: TotalKey,
    pub cause: Cause,
    /// All customers when `null`.
    pub customer: Option<String>,
    pub offset: u32,
    pub limit: u32,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ApartRows {
    /// How many there are in all.
    pub total: u64,
    pub rows: Vec<ApartRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct ApartRow {
    pub file: String,
    /// Data row of the source, from 1.
    pub row: u64,
    /// Physical line in the file or row of the sheet.
    pub line: u64,
    pub customer: String,
    pub amount: String,
    /// What is wrong with it, or why it was left out.
    pub why: String,
}

impl Migration {
    /// Takes a total apart. `tell` hears how many rows were looked at.
    pub fn take_apart(&self, total: &TotalKey, tell: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<Apart> {
        let files = self.files()?;
        let parts = difference::apart(&self.store, self.dataset(&total.dataset)?, &total.wanted(), tell)?;
        let mut apart = Apart {
            rows: parts.values().map(|part| part.rows).sum(),
            amount: parts.values().map(|part| part.amount).sum::<Decimal>().to_string(),
            parts: parts.into_iter().map(|(cause, part)| shown(cause, part, &files)).collect(),
        };
        self.name_customers(&mut apart)?;
        Ok(apart)
    }

    fn name_customers(&self, apart: &mut Apart) -> Result<()> {
        let Some(customers) = self.schema.dataset("customers") else { return Ok(()) };
        let shares = || apart.parts.iter().flat_map(|part| &part.customers);
        let names = named::names(&self.store, customers, shares().map(|share| share.customer.as_str()))?;
        for share in apart.parts.iter_mut().flat_map(|part| &mut part.customers) {
            share.name = names.get(&share.customer).cloned();
        }
        Ok(())
    }

    /// A page of the rows of one cause, in the order of the file.
    pub fn apart_rows(&self, wanted: &ApartWanted) -> Result<ApartRows> {
        let files = self.files()?;
        let dataset = self.dataset(&wanted.total.dataset)?;
        let page = (wanted.offset as usize, wanted.limit as usize);
        let which = (wanted.cause, wanted.customer.as_deref());
        let (total, rows) = difference::rows(&self.store, dataset, &wanted.total.wanted(), which, page)?;
        let whys = self.whys(&rows)?;
        let rows = rows.into_iter().map(|row| ApartRow {
            file: files.get(&row.place.source).cloned().unwrap_or_default(),
            row: row.place.row,
            line: row.line,
            amount: row.amount.to_string(),
            why: whys.get(&row.place.packed()).cloned().unwrap_or_default(),
            customer: row.customer,
        });
        Ok(ApartRows { total, rows: rows.collect() })
    }

    /// Leaves out the second copies in a total, as one edit that can be undone. Returns how many.
    pub fn exclude_repeated(&mut self, total: &TotalKey, reason: &str) -> Result<u64> {
        let reason = reason_given(reason)?;
        let dataset = self.dataset(&total.dataset)?;
        let which = (Cause::Repeated, None);
        let (count, rows) = difference::rows(&self.store, dataset, &total.wanted(), which, (0, usize::MAX))?;
        if count == 0 {
            return Err(ApiError::new(
                Code::Precondition,
                format!("no row of {} stands there twice", said(&total.dataset, &total.currency, &total.month)),
                "Look at the difference again.",
            ));
        }
        let edit = Edit {
            label: format!("Excluded {count} repeated rows of {}", said(&total.dataset, &total.currency, &total.month)),
            reason: Some(reason.clone()),
            excluded: rows.into_iter().map(|row| row.place).collect(),
            ..Edit::default()
        };
        self.act(|this| {
            again::apply(&mut this.store, this.schema, &this.actor.context(), &edit, &this.actor.name)?;
            this.note("Tie out", &edit.label, &reason)
        })?;
        Ok(count)
    }

    fn files(&self) -> Result<BTreeMap<u32, String>> {
        Ok(self.store.sources()?.into_iter().map(|source| (source.id, source.file)).collect())
    }

    /// What is wrong with these rows, or why they were left out.
    fn whys(&self, rows: &[Row]) -> Result<BTreeMap<i64, String>> {
        let mut whys: BTreeMap<i64, String> = BTreeMap::new();
        for row in rows {
            let wanted = Wanted { place: Some(row.place), ..Wanted::default() };
            self.store.findings(&wanted, |finding| {
                whys.entry(finding.place.packed()).or_insert(finding.message);
                Ok(())
            })?;
        }
        let places: BTreeSet<i64> = rows.iter().map(|row| row.place.packed()).collect();
        for (place, reason, who) in self.store.exclusions()? {
            if places.contains(&place.packed()) {
                whys.insert(place.packed(), format!("{reason} ({who})"));
            }
        }
        Ok(whys)
    }
}

impl TotalKey {
    fn wanted(&self) -> Total<'_> {
        Total { currency: &self.currency, month: &self.month }
    }
}

fn shown(cause: Cause, part: Part, files: &BTreeMap<u32, String>) -> ApartPart {
    let all = part.customers.len();
    let mut customers: Vec<(String, (u64, Decimal))> = part.customers.into_iter().collect();
    customers.sort_by(|(one, a), (other, b)| (b.1.abs(), b.0, one).cmp(&(a.1.abs(), a.0, other)));
    customers.truncate(CUSTOMERS);
    let customers: Vec<CustomerShare> = customers
        .into_iter()
        .map(|(customer, (rows, amount))| CustomerShare { customer, name: None, rows, amount: amount.to_string() })
        .collect();
    ApartPart {
        cause,
        rows: part.rows,
        amount: part.amount.to_string(),
        file: part.first.as_ref().and_then(|row| files.get(&row.place.source)).cloned().unwrap_or_default(),
        first_line: part.first.map(|row| row.line).unwrap_or_default(),
        last_line: part.last.map(|row| row.line).unwrap_or_default(),
        more_customers: (all - customers.len()) as u64,
        customers,
    }
}
