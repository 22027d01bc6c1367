//! Values that stand in another table: which table, by which key, and the way from a row's key to the text.
//!
//! A mapping stays a pure function of a row: what it looks in is an [`Index`], built once from the rows of the other table
//! and lent to the mapper. Knows no file and no store.

mod index;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use index::{Found, Index, IndexBuilder};

use super::MappingError;
use crate::schema::finding::{Fault, Rule, Severity};
use crate::transform::{Step, trim};
use index::KeyMaker;

/// One look into another table. Several after one another lead through several tables: the text that was taken is the
/// next one's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    pub table: Table,
    /// Its columns that are held against the field's own, in the same order.
    pub keys: Vec<String>,
    /// The column whose text is taken.
    pub take: String,
    /// What is done to both keys before they are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A table by its name and, where that is another one by now, by its role: what its headings are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its file, without the folder.
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    #[serde(default)]
    pub headings: Vec<String>,
}

impl Table {
    /// As it is told: `prices.csv`, or `book.xlsx, sheet Prices`.
    pub fn name(&self) -> String {
        self.sheet.as_ref().map_or_else(|| self.file.clone(), |sheet| format!("{}, sheet {sheet}", self.file))
    }
}

impl Lookup {
    /// The columns its table must have.
    pub fn needs(&self) -> impl Iterator<Item = &String> {
        self.keys.iter().chain([&self.take])
    }
}

/// A look-up made ready.
#[derive(Debug)]
pub(super) struct Hop {
    lookup: Lookup,
    maker: KeyMaker,
    /// Lent before rows are mapped; without it nothing is found.
    index: Option<Arc<Index>>,
}

/// The look-ups of a field, in order.
#[derive(Debug, Default)]
pub(super) struct Hops(Vec<Hop>);

impl Hops {
    /// `columns`: how many of its own the field has.
    pub(super) fn compile(field: &str, lookups: &[Lookup], columns: usize) -> Result<Self, MappingError> {
        let mut given = columns;
        let mut hops = Vec::new();
        for lookup in lookups {
            if lookup.keys.len() != given || given == 0 {
                return Err(MappingError::Keys { field: field.to_owned(), table: lookup.table.name() });
            }
            let maker = KeyMaker::compile(&lookup.steps)
                .map_err(|source| MappingError::Steps { field: field.to_owned(), source })?;
            hops.push(Hop { lookup: lookup.clone(), maker, index: None });
            given = 1;
        }
        Ok(Self(hops))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn lend<E>(
        &mut self,
        index: &mut impl FnMut(&Lookup) -> Result<Option<Arc<Index>>, E>,
    ) -> Result<(), E> {
        for hop in &mut self.0 {
            hop.index = index(&hop.lookup)?;
        }
        Ok(())
    }

    /// The text that the cells lead to, empty where nothing stands there; `None` where the cells are empty themselves.
    pub(super) fn find(&self, cells: &[&str], required: bool) -> Result<Option<&str>, Fault> {
        let severity = if required { Severity::Error } else { Severity::Warning };
        let mut text = None;
        for hop in &self.0 {
            let one;
            let keys = match text {
                None => cells,
                Some(key) => {
                    one = [key];
                    &one
                }
            };
            let Some(key) = hop.maker.key(keys) else { return Ok(None) };
            text = match hop.index.as_deref().map(|index| index.find(key)) {
                Some(Found::Text(found)) => Some(found),
                Some(Found::Nothing) => return Err(Fault { severity, ..hop.not_there(keys) }),
                Some(Found::Several(two)) => return Err(Fault { severity, ..hop.doubtful(keys, two) }),
                None => return Err(Fault { severity, ..hop.no_table(keys) }),
            };
        }
        Ok(text)
    }

    /// A fault of a text that was looked up: what is wrong stands in the other table, and is corrected there.
    pub(super) fn of_looked_up(&self, fault: Fault) -> Fault {
        let Some(hop) = self.0.last() else { return fault };
        let message = format!("Looked up in {}: {}", hop.lookup.table.name(), fault.message);
        // A suggestion would be put in the place of the key.
        Fault { message, suggestion: None, ..fault }
    }
}

impl Hop {
    fn not_there(&self, keys: &[&str]) -> Fault {
        let (key, table, column) = (shown(keys), self.lookup.table.name(), self.lookup.keys.join(" + "));
        let message = format!(
            "“{key}” is not in {table}: no row has it under “{column}”. Correct it, add the row to that file, or exclude this row."
        );
        Fault::error(Rule::Lookup, message)
    }

    fn doubtful(&self, keys: &[&str], [one, other]: [(&str, &str, u64); 2]) -> Fault {
        let (key, column) = (shown(keys), &self.lookup.take);
        let message = format!(
            "“{key}” has two different values under “{column}”: “{}” in {}, line {}, and “{}” in {}, line {}. Correct or exclude one of those rows.",
            one.0, one.1, one.2, other.0, other.1, other.2
        );
        Fault::error(Rule::Ambiguous, message)
    }

    fn no_table(&self, keys: &[&str]) -> Fault {
        let (key, table) = (shown(keys), self.lookup.table.name());
        let message = format!(
            "“{key}” cannot be looked up: {table} is not in this migration. Add the file, or match the field another way."
        );
        Fault::error(Rule::Lookup, message)
    }
}

fn shown(keys: &[&str]) -> String {
    keys.iter().map(|key| trim(key)).collect::<Vec<_>>().join(" + ")
}
