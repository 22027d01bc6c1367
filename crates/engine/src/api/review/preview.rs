//! What a repair would come to, before it is made: counted by doing it and taking it back, and every change with whom it means.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::bulk::rows_of;
use super::{Repair, Scope, Spot, column};
use crate::api::{Migration, Result};
use crate::schema::finding::{Rule, Severity};
use crate::store::Place;
use crate::store::edit::Edit;
use crate::store::finding::{Finding, Wanted};
use crate::validation::{again, look, named};

/// One cell as a repair would change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RowChange {
    pub spot: Spot,
    pub field: String,
    /// What names the record: the customer number, the contract.
    pub identity: String,
    pub from: String,
    /// Empty where the row is left out.
    pub to: String,
    /// Who that is, where the field refers to a record that has a name: the customer's.
    pub who: Option<String>,
}

/// What a repair would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct RepairPreview {
    pub rows: u64,
    /// Rows to which the rule then no longer objects.
    pub right: u64,
    /// Rows to which it still would, at most a thousand of them.
    pub wrong: Vec<Spot>,
    /// Findings that would be met and not changed.
    pub left: u64,
    /// Where every change is that a number gets its leading zeros back: how many digits it then has.
    pub zeros_to: Option<u32>,
}

/// Rows named in a preview as still wrong, at most.
const WRONG_NAMED: usize = 1_000;

impl Migration {
    /// What a repair would come to, found out by doing it and taking it back.
    pub fn preview(&mut self, scope: &Scope, repair: &Repair) -> Result<RepairPreview> {
        self.must_be_checked()?;
        let (edit, left) = self.edit(scope, repair)?;
        let rows = rows_of(&edit);
        self.store.begin_act()?;
        let wrong = self.wrong_after(&edit, scope, &rows);
        self.store.end_act(false)?;
        let wrong = wrong?;
        let right = (rows.len() - wrong.len()) as u64;
        let wrong = wrong.into_iter().take(WRONG_NAMED).map(Spot::from).collect();
        Ok(RepairPreview { rows: rows.len() as u64, right, wrong, left, zeros_to: self.zeros_to(scope, repair)? })
    }

    /// The changes a repair would make, at most `limit` of them behind `after`, in the order of rows.
    pub fn preview_changes(
        &self,
        scope: &Scope,
        repair: &Repair,
        after: Option<Spot>,
        limit: u32,
    ) -> Result<Vec<RowChange>> {
        let (edit, _) = self.edit(scope, repair)?;
        let after = after.map(Place::from);
        let mut wanted: BTreeMap<Place, Option<(usize, String)>> = BTreeMap::new();
        let rows = edit.excluded.iter().chain(&edit.put_back).map(|&place| (place, None));
        let rows = rows.chain(edit.kept.iter().map(|kept| (kept.place, None)));
        let cells = edit.cells.iter().map(|(place, at, text)| (*place, Some((*at, text.clone()))));
        for (place, change) in rows.chain(cells).filter(|(place, _)| after.is_none_or(|after| *place > after)) {
            wanted.entry(place).or_insert(change);
        }
        let places: Vec<Place> = wanted.keys().copied().take(limit as usize).collect();
        let mut changes = self.changes(&places, &wanted, scope.field.as_deref().unwrap_or_default())?;
        self.name_those_meant(scope, &mut changes)?;
        Ok(changes)
    }

    fn zeros_to(&self, scope: &Scope, repair: &Repair) -> Result<Option<u32>> {
        if *repair != Repair::Suggested || scope.rule != Some(Rule::Reference) {
            return Ok(None);
        }
        let findings = self.open_findings(scope)?;
        let filled = |finding: &Finding| {
            let meant = finding.suggestion.as_deref()?;
            let bare = meant.trim_start_matches('0') == finding.value.trim().trim_start_matches('0');
            (bare && meant.bytes().all(|byte| byte.is_ascii_digit())).then_some(meant.len() as u32)
        };
        let mut digits = findings.iter().filter(|finding| finding.suggestion.is_some()).map(filled);
        let Some(Some(first)) = digits.next() else { return Ok(None) };
        Ok(digits.all(|other| other == Some(first)).then_some(first))
    }

    /// Rows of the edit to which the scope's rule, or where it names none any error, still objects afterwards.
    fn wrong_after(&mut self, edit: &Edit, scope: &Scope, rows: &BTreeSet<Place>) -> Result<BTreeSet<Place>> {
        again::apply(&mut self.store, self.schema, &self.actor.context(), edit, &self.actor.name)?;
        let wanted = Wanted {
            dataset: scope.dataset.clone(),
            rule: scope.rule,
            field: scope.rule.and(scope.field.clone()),
            severity: if scope.rule.is_none() { Some(Severity::Error) } else { None },
            kept: Some(false),
            place: None,
        };
        let mut wrong = BTreeSet::new();
        self.store.findings(&wanted, |finding| {
            if rows.contains(&finding.place) {
                wrong.insert(finding.place);
            }
            Ok(())
        })?;
        Ok(wrong)
    }

    fn changes(
        &self,
        places: &[Place],
        wanted: &BTreeMap<Place, Option<(usize, String)>>,
        field: &str,
    ) -> Result<Vec<RowChange>> {
        let sources = self.store.sources()?;
        let mut changes = Vec::with_capacity(places.len());
        look::each_at(self.store.connection(), places, |seen| {
            let Some(change) = wanted.get(&seen.place) else { return };
            let at = change.as_ref().map(|change| change.0).or_else(|| column(&sources, seen.place.source, field));
            let from = at.and_then(|at| seen.cells.get(at)).copied().unwrap_or_default();
            changes.push(RowChange {
                spot: seen.place.into(),
                field: field.to_owned(),
                identity: self.identity(&sources, seen.place, seen.cells),
                from: from.to_owned(),
                to: change.as_ref().map(|change| change.1.clone()).unwrap_or_default(),
                who: None,
            });
        })?;
        Ok(changes)
    }

    /// Says by name which records the new values refer to.
    fn name_those_meant(&self, scope: &Scope, changes: &mut [RowChange]) -> Result<()> {
        let dataset = scope.dataset.as_deref().and_then(|id| self.schema.dataset(id));
        let field = dataset.zip(scope.field.as_deref()).and_then(|(dataset, field)| dataset.field(field));
        let meant = field.and_then(|field| field.reference).and_then(|to| self.schema.dataset(to.dataset));
        let Some(meant) = meant else { return Ok(()) };
        let names = named::names(&self.store, meant, changes.iter().map(|change| change.to.as_str()))?;
        for change in changes {
            change.who = names.get(&change.to).cloned();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::api::Actor;
    use crate::api::difference::TotalKey;
    use crate::api::files::ImportRequest;
    use crate::schema::finding::Rule;

    const CUSTOMERS: &str = "Customer No,Customer name,E-mail\n00817,Laboratorium Hoorn,a@hoorn.example\n\
        00217,Aalborg Vandlab ApS,b@aalborg.example\n";
    const USAGE: &str = "Event ID,Customer No,Timestamp,Quantity,Unit\ne1,817,2026-01-01T00:00:00Z,1,h\n\
        e2,00217,2026-01-02T00:00:00Z,2,h\ne3,99999,2026-01-03T00:00:00Z,3,h\n";

    fn checked(folder: &std::path::Path) -> Migration {
        let actor = Actor { name: "Maren Okafor".to_owned(), now: Timestamp::UNIX_EPOCH, today: date(2026, 10, 12) };
        let mut migration = Migration::create(&folder.join("m.carryover"), "zenskar", actor).expect("made");
        for (dataset, rows) in [("customers", CUSTOMERS), ("usage", USAGE)] {
            let path = folder.join(format!("{dataset}.csv"));
            std::fs::write(&path, rows).expect("a file");
            let request = ImportRequest { path, dataset: Some(dataset.to_owned()), ..ImportRequest::default() };
            migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("read");
        }
        migration.check(&mut |_| ControlFlow::Continue(())).expect("checked");
        migration
    }

    #[test]
    fn a_change_of_a_customer_number_says_whose_it_is() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut migration = checked(folder.path());
        let scope = Scope {
            dataset: Some("usage".to_owned()),
            rule: Some(Rule::Reference),
            field: Some("customer_id".to_owned()),
            ..Scope::default()
        };
        let changes = migration.preview_changes(&scope, &Repair::Suggested, None, 10).expect("changes");
        let told: Vec<_> = changes.iter().map(|change| (change.to.as_str(), change.who.as_deref())).collect();
        assert_eq!(told, [("00817", Some("Laboratorium Hoorn"))]);
        let preview = migration.preview(&scope, &Repair::Suggested).expect("tried");
        assert_eq!((preview.rows, preview.right, preview.left, preview.zeros_to), (1, 1, 1, Some(5)));
    }

    #[test]
    fn the_customers_of_a_total_are_named_as_far_as_they_are_known() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let migration = checked(folder.path());
        let all = TotalKey { dataset: "usage".to_owned(), currency: String::new(), month: String::new() };
        let apart = migration.take_apart(&all, &mut |_| ControlFlow::Continue(())).expect("taken apart");
        let mut named: Vec<_> = apart.parts.iter().flat_map(|part| &part.customers).collect();
        named.sort_by_key(|share| &share.customer);
        let named: Vec<_> = named.iter().map(|share| (share.customer.as_str(), share.name.as_deref())).collect();
        assert_eq!(named, [("00217", Some("Aalborg Vandlab ApS")), ("817", None), ("99999", None)]);
    }
}
