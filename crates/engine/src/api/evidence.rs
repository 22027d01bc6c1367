//! What the evidence says beside the rows: whose it is, what the totals should be, what was decided.

use super::{Code, Migration, Result};
use crate::report::evidence::Cover;

impl Migration {
    pub(super) fn cover(&self) -> Result<Cover> {
        let last = self.store.uploads()?.pop();
        // Totals are known once every dataset was checked; what was never checked has none to show.
        let totals = match self.totals() {
            Ok(totals) => Some(totals),
            Err(error) if error.code == Code::Precondition => None,
            Err(error) => return Err(error),
        };
        let (lines, closed, decision) =
            totals.map_or_else(Default::default, |totals| (totals.totals, totals.closed, totals.decision));
        let decision = decision.filter(|_| !closed);
        let file = self.attached()?.map(|file| format!("{} (SHA-256 {})", file.name, file.sha256));
        let report = Some(self.expected()?.report).filter(|report| !report.is_empty());
        Ok(Cover {
            migration: self.name()?,
            destination: capital(self.destination()),
            environment: last.as_ref().map_or_else(|| "practice".to_owned(), |run| run.environment.clone()),
            account: last.map(|run| run.connection),
            who: self.actor.name.clone(),
            at: self.actor.at(),
            expected_from: report.map(|report| format!("“{report}”")).into_iter().chain(file).collect(),
            controls: lines,
            decision: decision.map(|decision| format!("“{}” {}", decision.reason, decision.who)),
            outdated_by: self.sign_off()?.outdated_by,
        })
    }
}

/// `zenskar` as `Zenskar`.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
