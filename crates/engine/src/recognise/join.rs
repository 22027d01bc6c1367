//! How the exports of one system belong together: what a file lacks and another has, and by which columns the two meet.
//!
//! Said in the system's own file (`[[export.join]]`), found here by what the files at hand are. Whether rows really meet is
//! not known here.

use serde::Deserialize;

use super::export::{Columns, Known};
use crate::transform::Step;

/// A field that other exports know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    pub(super) field: String,
    /// The columns that hold the key: the first of these that is there.
    columns: Vec<Columns>,
    /// Before the export's own columns for the field, not only where it has none.
    #[serde(default)]
    first: bool,
    through: Vec<Through>,
    /// What is done to the text that was found before its values are read.
    #[serde(default)]
    steps: Vec<Step>,
}

/// An export that is looked in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Through {
    export: String,
    key: Columns,
    /// The first of these that is there.
    take: Vec<Columns>,
    /// What is done to both keys before they are compared.
    #[serde(default)]
    steps: Vec<Step>,
}

/// A join for which all files are there.
#[derive(Debug, Clone)]
pub struct KnownJoin {
    pub field: &'static str,
    /// As the file spells them.
    pub columns: Vec<String>,
    pub first: bool,
    pub through: Vec<KnownLookup>,
    pub steps: &'static [Step],
}

#[derive(Debug, Clone)]
pub struct KnownLookup {
    /// Which of the tables.
    pub table: usize,
    pub keys: Vec<String>,
    pub take: String,
    pub steps: &'static [Step],
}

impl Known {
    /// What of this export, whose columns are these, the other `tables` know: by field, its ways in the order in which they are to be tried.
    pub fn joined(&self, columns: &[String], tables: &[(Option<Self>, &[String])]) -> Vec<KnownJoin> {
        let joined = |join: &'static Join| {
            let columns = join.columns.iter().find_map(|choice| self.find(choice, columns))?;
            let through = join.through.iter().map(|through| self.through(through, tables)).collect::<Option<_>>()?;
            Some(KnownJoin { field: &join.field, columns, first: join.first, through, steps: &join.steps })
        };
        let mut joins: Vec<KnownJoin> = self.joins().iter().filter_map(joined).collect();
        // The sort is stable: ways to one field stay in their order.
        joins.sort_by_key(|join| join.field);
        joins
    }

    fn through(&self, through: &'static Through, tables: &[(Option<Self>, &[String])]) -> Option<KnownLookup> {
        tables.iter().enumerate().find_map(|(table, (known, columns))| {
            let known = known.as_ref().filter(|known| known.is(self, &through.export))?;
            let keys = known.find(&through.key, columns)?;
            let take = through.take.iter().find_map(|choice| known.find(choice, columns))?.into_iter().next()?;
            Some(KnownLookup { table, keys, take, steps: &through.steps })
        })
    }
}

#[cfg(test)]
impl Join {
    /// `exports`: columns of the system's exports by their names.
    pub(super) fn check(&self, at: &str, exports: &std::collections::BTreeMap<String, Vec<String>>) {
        assert!(
            !self.columns.is_empty() && !self.through.is_empty(),
            "{at}: the join of “{}” leads nowhere",
            self.field
        );
        for Through { export, key, take, .. } in &self.through {
            let columns = exports.get(export).unwrap_or_else(|| panic!("{at}: there is no export “{export}”"));
            let names = std::iter::once(key).chain(take).flat_map(|choice| match choice {
                Columns::One(name) => std::slice::from_ref(name),
                Columns::Joined(names) => names,
            });
            for name in names {
                assert!(columns.contains(name), "{at}: “{name}” is not a column of “{export}”");
            }
        }
    }
}
