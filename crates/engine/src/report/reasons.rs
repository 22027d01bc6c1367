//! Why rows were not loaded: by row, and counted by reason.

use std::collections::HashMap;

use super::tie_out::Fate;
use crate::schema::finding::Severity;
use crate::store::finding::Wanted;
use crate::store::ledger::BatchState;
use crate::store::{Place, Store, StoreError};

/// So many reasons are told apart; messages name values, so there could be as many as rows.
const TOLD_APART: usize = 300;
const OTHERS: &str = "Other reasons";

/// Why rows are where they are, and the destination's id of those that are there.
pub(super) struct Reasons(HashMap<i64, String>);

impl Reasons {
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        let mut reasons = HashMap::new();
        store.findings(&Wanted::default(), |finding| {
            if finding.severity == Severity::Error {
                let reason: &mut String = reasons.entry(finding.place.packed()).or_default();
                if !reason.is_empty() {
                    reason.push(' ');
                }
                reason.push_str(&finding.message);
            }
            Ok(())
        })?;
        store.each_batch(|batch| {
            let told = match batch.state {
                BatchState::Accepted => batch.remote_id,
                BatchState::Refused | BatchState::Doubtful => batch.reason,
                BatchState::Intended => {
                    Some("Perhaps sent; the upload ended before an answer came. Resume it.".to_owned())
                }
                BatchState::TakenBack => Some("Loaded, and taken back afterwards.".to_owned()),
                BatchState::Split | BatchState::Superseded | BatchState::Replaced => None,
            };
            for place in batch.places {
                if let Some(told) = &told {
                    reasons.insert(place.packed(), told.clone());
                }
            }
        })?;
        for (place, reason, who) in store.exclusions()? {
            reasons.insert(place.packed(), format!("{reason} ({who})"));
        }
        Ok(Self(reasons))
    }

    pub(super) fn of_row(&self, place: Place) -> &str {
        self.0.get(&place.packed()).map_or("", String::as_str)
    }
}

/// What is said of a row that was not loaded; `None` of one that was.
pub(super) fn word(fate: Fate) -> Option<&'static str> {
    match fate {
        Fate::Loaded => None,
        Fate::Refused => Some("rejected"),
        Fate::Stopped => Some("stopped: has errors"),
        Fate::Excluded => Some("excluded"),
        Fate::Doubtful => Some("in doubt"),
        Fate::TakenBack => Some("taken back"),
        Fate::NotSent => Some("not sent"),
    }
}

/// Rows of a dataset that were not loaded for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub dataset: String,
    pub what: &'static str,
    pub reason: String,
    pub rows: u64,
    /// In the file; `None` where several reasons are counted together.
    pub first_line: Option<u64>,
}

/// Counts rows by reason, in the order in which reasons are met.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    at: HashMap<(String, &'static str, String), usize>,
}

impl Groups {
    pub(super) fn add(&mut self, dataset: &str, what: &'static str, reason: &str, line: u64) {
        let mut key = (dataset.to_owned(), what, reason.to_owned());
        let mut first_line = Some(line);
        if !self.at.contains_key(&key) && self.groups.len() >= TOLD_APART {
            OTHERS.clone_into(&mut key.2);
            first_line = None;
        }
        let groups = &mut self.groups;
        let at = *self.at.entry(key).or_insert_with_key(|(dataset, what, reason)| {
            groups.push(Group { dataset: dataset.clone(), what, reason: reason.clone(), rows: 0, first_line });
            groups.len() - 1
        });
        self.groups[at].rows += 1;
    }

    /// By dataset and what became of the rows, most rows first.
    pub(super) fn into_sorted(mut self) -> Vec<Group> {
        let order = |group: &Group| self.groups.iter().position(|other| other.dataset == group.dataset);
        let datasets: Vec<Option<usize>> = self.groups.iter().map(order).collect();
        let mut keyed: Vec<(Option<usize>, Group)> = datasets.into_iter().zip(self.groups.drain(..)).collect();
        keyed.sort_by(|(dataset, group), (other_dataset, other)| {
            (dataset, group.what, other.rows).cmp(&(other_dataset, other.what, group.rows))
        });
        keyed.into_iter().map(|(_, group)| group).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, TOLD_APART};

    #[test]
    fn rows_are_counted_by_reason_and_the_rest_together() {
        let mut groups = Groups::default();
        groups.add("usage", "excluded", "Overlap (Maren)", 7);
        groups.add("usage", "excluded", "Overlap (Maren)", 9);
        for line in 0..TOLD_APART as u64 + 5 {
            groups.add("usage", "stopped: has errors", &format!("“{line}” is no number"), line);
        }
        let groups = groups.into_sorted();
        assert_eq!(groups.iter().map(|group| group.rows).sum::<u64>(), TOLD_APART as u64 + 7, "none is lost");
        assert_eq!((groups[0].rows, groups[0].first_line), (2, Some(7)));
        assert_eq!((groups[1].reason.as_str(), groups[1].rows, groups[1].first_line), ("Other reasons", 6, None));
    }
}
