//! What one record breaks by itself, given what is known of the others: references, order of dates, terms, hazards.
//!
//! Rules are found by what a field is about (its concept), not by its name, so they hold for every destination.

use std::collections::HashMap;

use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_128;

use super::key::{KeySet, hash, identity};
use crate::mapping::{Mapper, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Concept, Dataset, Field};
use crate::transform::Value;

/// Days on which a customer has a contract, by hash of the customer's number.
#[derive(Debug, Default)]
pub struct Terms(HashMap<u64, Vec<(Date, Date)>>);

impl Terms {
    /// A missing start or end is open on that side.
    pub fn add(&mut self, customer: &str, start: Option<Date>, end: Option<Date>) {
        let term = (start.unwrap_or(Date::MIN), end.unwrap_or(Date::MAX));
        self.0.entry(hash(customer)).or_default().push(term);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same for the same terms, in whatever order they came.
    pub fn digest(&self) -> u128 {
        let one =
            |customer: &u64, (start, end): &(Date, Date)| xxh3_128(format!("{customer:x} {start} {end}").as_bytes());
        // Two equal terms must not cancel each other out.
        let terms = self.0.iter().flat_map(|(customer, terms)| terms.iter().map(move |term| one(customer, term)));
        terms.fold(0, u128::wrapping_add)
    }

    fn covers(&self, customer: &str, day: Date) -> Option<bool> {
        self.0.get(&hash(customer)).map(|terms| terms.iter().any(|(start, end)| *start <= day && day <= *end))
    }
}

/// The rules of one dataset, made ready for many rows.
#[derive(Debug)]
pub struct RowRules<'c> {
    references: Vec<(usize, &'c KeySet, &'static str)>,
    /// Start, end, and what they are the start and end of.
    spans: Vec<(usize, usize, &'static str)>,
    /// Inner start or end, outer start, outer end.
    inside: Vec<(usize, Option<usize>, Option<usize>)>,
    dates: Vec<usize>,
    usage: Option<(usize, usize, &'c Terms)>,
    end: Option<usize>,
    switches: Vec<(usize, &'static str)>,
    /// Where a number stands that would become an id at the destination if it looked like one.
    uuid: Option<usize>,
    today: Date,
}

impl<'c> RowRules<'c> {
    pub fn new(
        dataset: &Dataset,
        mapper: &Mapper,
        keys: impl Fn(&str) -> Option<&'c KeySet>,
        terms: &'c Terms,
        today: Date,
    ) -> Self {
        let at = |concept| dataset.by_concept(concept).and_then(|field| mapper.position(field.id));
        let reference = |field: &Field| {
            let reference = field.reference?;
            Some((mapper.position(field.id)?, keys(reference.dataset)?, reference.dataset))
        };
        let span = |(start, end, what)| Some((at(start)?, at(end)?, what));
        let (start, end) = (at(Concept::StartDate), at(Concept::EndDate));
        let switch = |(concept, text)| Some((at(concept)?, text));
        Self {
            references: dataset.fields.iter().filter_map(reference).collect(),
            spans: [(Concept::StartDate, Concept::EndDate, "contract"), (Concept::PhaseStart, Concept::PhaseEnd, "phase")]
                .into_iter()
                .filter_map(span)
                .collect(),
            inside: [Concept::PhaseStart, Concept::PhaseEnd].into_iter().filter_map(at).map(|inner| (inner, start, end)).collect(),
            dates: (0..mapper.fields().len()).filter(|&index| mapper.fields()[index].kind.is_date()).collect(),
            usage: match (at(Concept::CustomerId), at(Concept::EventTime)) {
                (Some(customer), Some(time)) if !terms.is_empty() => Some((customer, time, terms)),
                _ => None,
            },
            end: end.filter(|_| dataset.grouped_by.is_some()),
            switches: [
                (Concept::SendMessages, "Messages are switched on for this customer. Zenskar may write to it as soon as it is loaded; leave this off until sign-off."),
                (Concept::ChargeAutomatically, "Automatic charges are switched on for this customer. Invoices may be charged as soon as a contract is active; leave this off until sign-off."),
            ]
            .into_iter()
            .filter_map(switch)
            .collect(),
            uuid: identity(dataset, mapper).filter(|_| dataset.by_concept(Concept::ChargeAutomatically).is_some()),
            today,
        }
    }

    /// Reports what the record breaks, by field.
    pub fn judge(&self, record: &Record<'_>, report: &mut dyn FnMut(usize, Fault)) {
        let values = &record.values;
        for &(index, keys, dataset) in &self.references {
            if let Some(Value::Text(key)) = &values[index]
                && !keys.contains(key)
            {
                report(index, unknown(key, keys, dataset));
            }
        }
        for &index in &self.dates {
            if let Some(day) = values[index].as_ref().and_then(Value::day)
                && !(1970..=2100).contains(&day.year())
            {
                let message = format!("The year {} cannot be right. Correct the date.", day.year());
                report(index, Fault::error(Rule::Range, message));
            }
        }
        for &(start, end, what) in &self.spans {
            if let (Some(first), Some(last)) =
                (values[start].as_ref().and_then(Value::day), values[end].as_ref().and_then(Value::day))
                && last < first
            {
                let message = format!(
                    "The end date is before the start date: the {what} starts on {first} and ends on {last}. Correct one of them."
                );
                report(end, Fault::error(Rule::Order, message));
            }
        }
        self.judge_phase(record, report);
        self.judge_usage(record, report);
        self.judge_hazards(record, report);
    }

    fn judge_phase(&self, record: &Record<'_>, report: &mut dyn FnMut(usize, Fault)) {
        let at = |index: Option<usize>| index.and_then(|index| record.values[index].as_ref().and_then(Value::day));
        for &(inner, start, end) in &self.inside {
            let Some(day) = at(Some(inner)) else { continue };
            let (first, last) = (at(start), at(end));
            if first.is_some_and(|first| day < first) || last.is_some_and(|last| day > last) {
                let message = outside_contract(day, first, last);
                report(inner, Fault::error(Rule::Inside, message));
            }
        }
    }

    fn judge_usage(&self, record: &Record<'_>, report: &mut dyn FnMut(usize, Fault)) {
        let Some((customer, time, terms)) = self.usage else { return };
        let (Some(Value::Text(key)), Some(day)) =
            (&record.values[customer], record.values[time].as_ref().and_then(Value::day))
        else {
            return;
        };
        let known = self.references.iter().all(|(index, keys, _)| *index != customer || keys.contains(key));
        let message = match terms.covers(key, day) {
            _ if !known => return,
            Some(true) => return,
            Some(false) => {
                format!("Customer “{key}” has no contract on {day}. The usage is sent, but nothing will bill it.")
            }
            None => format!("Customer “{key}” has no contract at all. The usage is sent, but nothing will bill it."),
        };
        report(time, Fault::warning(Rule::OutsideTerm, message));
    }

    fn judge_hazards(&self, record: &Record<'_>, report: &mut dyn FnMut(usize, Fault)) {
        if let Some(index) = self.end
            && let Some(last) = record.values[index].as_ref().and_then(Value::day)
            && last < self.today
        {
            let message = format!(
                "The contract ended on {last}. In Zenskar it will read as expired as soon as it is activated. Leave it out if it is history only."
            );
            report(index, Fault::warning(Rule::Hazard, message));
        }
        for &(index, message) in &self.switches {
            if record.values[index] == Some(Value::Boolean(true)) {
                report(index, Fault::warning(Rule::Hazard, message));
            }
        }
        if let Some(index) = self.uuid
            && let Some(Value::Text(key)) = &record.values[index]
            && uuid::Uuid::parse_str(key).is_ok()
        {
            let message = format!(
                "“{key}” has the form of a Zenskar id and would become the customer's id there. Check that this is wanted."
            );
            report(index, Fault::warning(Rule::Hazard, message));
        }
    }
}

/// At least one side of the contract is known, and the day lies beyond it.
fn outside_contract(day: Date, first: Option<Date>, last: Option<Date>) -> String {
    match (first, last) {
        (Some(first), Some(last)) => format!(
            "The phase leaves its contract: {day} is not within the contract, which runs from {first} to {last}. Correct one of the dates."
        ),
        (Some(first), None) => format!(
            "The phase leaves its contract: {day} is not within the contract, which runs from {first}. Correct one of the dates."
        ),
        (None, last) => format!(
            "The phase leaves its contract: {day} is not within the contract, which runs to {}. Correct one of the dates.",
            last.unwrap_or(day)
        ),
    }
}

fn unknown(key: &str, keys: &KeySet, dataset: &str) -> Fault {
    if dataset == "companies" {
        return unknown_company(key, keys);
    }
    let Some(meant) = keys.meant(key) else {
        let message =
            format!("There is no customer “{key}”. Correct the number, add the customer, or exclude the row.");
        return Fault::error(Rule::Reference, message);
    };
    let message =
        format!("There is no customer “{key}”, but there is a “{meant}”. A spreadsheet may have dropped the zeros.");
    Fault::error(Rule::Reference, message).suggest(meant)
}

fn unknown_company(key: &str, keys: &KeySet) -> Fault {
    let Some(meant) = keys.meant(key) else {
        let message = format!("There is no company “{key}”. Correct the number, add the company, or exclude the row.");
        return Fault::error(Rule::Reference, message);
    };
    let message =
        format!("There is no company “{key}”, but there is a “{meant}”. A spreadsheet may have dropped the zeros.");
    Fault::error(Rule::Reference, message).suggest(meant)
}
