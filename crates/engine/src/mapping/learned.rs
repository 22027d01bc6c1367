//! What the user matched by hand before: which heading, in which dataset, with which field, and how often.
//!
//! Headings alone, in their plain form; never a value. Plain data: where it is kept is for whoever loads it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::suggest::{Settled, SettledField};
use super::{content, header};
use crate::intake::ColumnProfile;
use crate::schema::Dataset;

/// Version written into the file; a newer one is refused. The second knows on which day a heading was matched last.
pub const VERSION: u32 = 2;

/// Everything that was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    version: u32,
    /// In the order in which it was learned.
    matches: Vec<Match>,
}

/// A heading and the field it was matched with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    pub dataset: String,
    /// Words as headings are compared: no case, no signs, short forms spelled out.
    pub heading: String,
    pub field: String,
    pub count: u32,
    /// The day on which it was matched so last; not known of what was learned by the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
}

/// A heading that is matched with another field than before; with none where two fields were chosen equally often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "LearnedChange")]
pub struct Change {
    pub dataset: String,
    pub heading: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Default for Learned {
    fn default() -> Self {
        Self { version: VERSION, matches: Vec::new() }
    }
}

impl Learned {
    pub fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// Adds that a column of this name was matched with a field.
    pub fn learn(&mut self, dataset: &str, column: &str, field: &str, day: Date) {
        let (dataset, heading, field) = (dataset.to_owned(), plain(column), field.to_owned());
        self.add(&Match { dataset, heading, field, count: 1, last: Some(day) });
    }

    /// Forgets what was learned of a heading, whatever its dress: in one dataset, or with one field, or wherever it was
    /// matched. How much that was.
    pub fn forget(&mut self, heading: &str, dataset: Option<&str>, field: Option<&str>) -> usize {
        let (heading, before) = (plain(heading), self.matches.len());
        let is_said = |said: Option<&str>, own: &str| said.is_none_or(|said| said == own);
        self.matches.retain(|matched| {
            !(matched.heading == heading && is_said(dataset, &matched.dataset) && is_said(field, &matched.field))
        });
        before - self.matches.len()
    }

    /// Takes over what somebody else learned.
    pub fn merge(&mut self, other: &Self) {
        other.matches.iter().for_each(|matched| self.add(matched));
    }

    /// The headings that would be matched otherwise with what somebody else learned, in the order in which they stand there.
    pub fn changes(&self, other: &Self) -> Vec<Change> {
        let mut merged = self.clone();
        merged.merge(other);
        let mut changes: Vec<Change> = Vec::new();
        for Match { dataset, heading, .. } in &other.matches {
            let [before, after] =
                [self, &merged].map(|learned| learned.most(dataset, heading).map(|most| most.field.clone()));
            let is_told = changes.iter().any(|told| (&told.dataset, &told.heading) == (dataset, heading));
            if before != after && !is_told {
                changes.push(Change { dataset: dataset.clone(), heading: heading.clone(), before, after });
            }
        }
        changes
    }

    fn add(&mut self, new: &Match) {
        let same =
            |old: &&mut Match| (&old.dataset, &old.heading, &old.field) == (&new.dataset, &new.heading, &new.field);
        match self.matches.iter_mut().find(same) {
            Some(old) => {
                old.count = old.count.saturating_add(new.count);
                old.last = old.last.max(new.last);
            }
            None => self.matches.push(new.clone()),
        }
    }

    /// The field that a column was matched with most often; `None` where two were equally often.
    fn of(&self, dataset: &Dataset, column: &str) -> Option<&Match> {
        self.most(dataset.id, &plain(column)).filter(|most| dataset.field(&most.field).is_some())
    }

    fn most(&self, dataset: &str, heading: &str) -> Option<&Match> {
        let fields = self.matches.iter().filter(|matched| matched.dataset == dataset && matched.heading == heading);
        let most = fields.clone().max_by_key(|matched| matched.count)?;
        let alone = fields.filter(|matched| matched.count == most.count).count() == 1;
        Some(most).filter(|_| alone)
    }

    /// What was learned, over what is known of an export: the user's word counts more. Not where the values speak against it.
    pub fn over(&self, mut settled: Settled, dataset: &Dataset, columns: &[ColumnProfile]) -> Settled {
        let mut found: Vec<(&Match, &ColumnProfile)> =
            columns.iter().filter_map(|column| Some((self.of(dataset, &column.name)?, column))).collect();
        found.retain(|(matched, column)| content::may_be(dataset, &matched.field, column));
        found.sort_by_key(|(matched, _)| std::cmp::Reverse(matched.count));
        for (matched, column) in found {
            let learned = |field: &SettledField| field.why.is_some();
            let taken = settled.fields.iter().any(|field| learned(field) && field.field == matched.field);
            if taken {
                continue;
            }
            settled.fields.retain(|field| field.field != matched.field && !field.columns.contains(&column.name));
            settled.constants.retain(|(field, _)| *field != matched.field);
            settled.fields.push(SettledField {
                field: matched.field.clone(),
                columns: vec![column.name.clone()],
                steps: Vec::new(),
                why: Some(why(matched.count)),
            });
        }
        settled
    }
}

fn why(count: u32) -> String {
    match count {
        1 => "You matched it so before".to_owned(),
        count => format!("You matched it so before ({count} times)"),
    }
}

/// A heading as it is kept and compared.
fn plain(column: &str) -> String {
    header::words(column).join(" ")
}
