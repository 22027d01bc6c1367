//! Rows of a known export of which nothing is carried: left out with a reason as soon as the file is read, to be seen on Review
//! and taken in again.

use std::collections::BTreeMap;

use super::review::rows;
use super::{Migration, Result};
use crate::recognise;
use crate::store::edit::Edit;
use crate::store::source::Source;
use crate::store::{Place, StoreError};

impl Migration {
    /// Leaves out what the file's system has in it beside what is carried.
    pub(super) fn leave_out(&mut self, source: &Source) -> Result<()> {
        for (value, excluded) in self.not_carried(source)? {
            let label = format!("Excluded {}", rows(excluded.len()));
            let reason = format!("“{value}”: of this nothing is carried");
            let edit = Edit { label: label.clone(), reason: Some(reason.clone()), excluded, ..Edit::default() };
            self.store.apply(&edit, &self.actor.name, &self.actor.at())?;
            self.note("Files", &label, &format!("{}; {reason}", source.file))?;
        }
        Ok(())
    }

    /// The rows by what says that nothing of them is carried.
    fn not_carried(&self, source: &Source) -> Result<BTreeMap<String, Vec<Place>>> {
        let left_out = recognise::left_out(&source.dataset, &source.columns);
        let mut found: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        if left_out.is_empty() {
            return Ok(found);
        }
        let mut next = 1;
        while let Some((chunk, _)) = self.store.piece(Place::new(source.id, next))? {
            for row in &chunk {
                let row = row.map_err(StoreError::from)?;
                let mut said = left_out.iter().filter_map(|out| Some((out, row.cells().nth(out.column)?)));
                if let Some((_, cell)) = said.find(|(out, cell)| out.is_said_by(cell)) {
                    found.entry(cell.trim().to_owned()).or_default().push(Place::new(source.id, row.row));
                }
            }
            next = chunk.first_row + u64::from(chunk.rows);
        }
        Ok(found)
    }
}
