//! What the user matched by hand before: which heading, in which dataset, with which field, and how often.
//!
//! Headings alone, in their plain form; never a value. Plain data: where it is kept is for whoever loads it.

use serde::{Deserialize, Serialize};

use super::suggest::{Settled, SettledField};
use super::{content, header};
use crate::intake::ColumnProfile;
use crate::schema::Dataset;

/// Version written into the file; a newer one is refused.
pub const VERSION: u32 = 1;

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
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename = "LearnedMatch", deny_unknown_fields)]
pub struct Match {
    pub dataset: String,
    /// Words as headings are compared: no case, no signs, short forms spelled out.
    pub heading: String,
    pub field: String,
    pub count: u32,
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
    pub fn learn(&mut self, dataset: &str, column: &str, field: &str) {
        self.add(&Match { dataset: dataset.to_owned(), heading: plain(column), field: field.to_owned(), count: 1 });
    }

    /// Takes over what somebody else learned.
    pub fn merge(&mut self, other: &Self) {
        other.matches.iter().for_each(|matched| self.add(matched));
    }

    fn add(&mut self, new: &Match) {
        let same =
            |old: &&mut Match| (&old.dataset, &old.heading, &old.field) == (&new.dataset, &new.heading, &new.field);
        match self.matches.iter_mut().find(same) {
            Some(old) => old.count = old.count.saturating_add(new.count),
            None => self.matches.push(new.clone()),
        }
    }

    /// The field that a column was matched with most often; `None` where two were equally often.
    fn of(&self, dataset: &Dataset, column: &str) -> Option<&Match> {
        let heading = plain(column);
        let fields = self.matches.iter().filter(|matched| matched.dataset == dataset.id && matched.heading == heading);
        let most = fields.clone().max_by_key(|matched| matched.count)?;
        let alone = fields.filter(|matched| matched.count == most.count).count() == 1;
        Some(most).filter(|most| alone && dataset.field(&most.field).is_some())
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
