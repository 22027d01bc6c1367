//! What the lines of contracts break together: lines of one contract that disagree, phases that collide, contracts of one
//! customer for one product that cover the same days.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::{Located, key::KeySet};
use crate::mapping::{Mapper, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Concept, Dataset};
use crate::store::Place;
use crate::transform::Value;

/// What has to be equal on all lines of one contract.
const SHARED: [(Concept, &str); 5] = [
    (Concept::CustomerId, "customer number"),
    (Concept::Currency, "currency"),
    (Concept::StartDate, "start date"),
    (Concept::EndDate, "end date"),
    (Concept::ContractName, "name"),
];

/// One line, reduced to what these rules look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub place: Place,
    pub line: u64,
    reference: String,
    shared: [String; SHARED.len()],
    start: Option<Date>,
    end: Option<Date>,
    product: String,
    phase: String,
    phase_start: Option<Date>,
    phase_end: Option<Date>,
}

/// Where a line's parts stand in a record.
#[derive(Debug, Clone)]
pub struct LineFields {
    reference: usize,
    shared: [Option<usize>; SHARED.len()],
    product: Option<usize>,
    phase: [Option<usize>; 3],
}

impl LineFields {
    /// `None` when the dataset's rows are not lines of contracts.
    pub fn of(dataset: &Dataset, mapper: &Mapper) -> Option<Self> {
        dataset.grouped_by?;
        let at = |concept| dataset.by_concept(concept).and_then(|field| mapper.position(field.id));
        Some(Self {
            reference: at(Concept::ContractReference)?,
            shared: SHARED.map(|(concept, _)| at(concept)),
            product: at(Concept::Product),
            phase: [Concept::PhaseName, Concept::PhaseStart, Concept::PhaseEnd].map(at),
        })
    }

    pub fn line(&self, place: Place, line: u64, record: &Record<'_>) -> Option<Line> {
        let value = |index: Option<usize>| index.and_then(|index| record.values[index].as_ref());
        let text = |index| value(index).map(Value::to_string).unwrap_or_default();
        let reference = text(Some(self.reference));
        (!reference.is_empty()).then(|| Line {
            place,
            line,
            reference,
            shared: self.shared.map(text),
            start: value(self.shared[2]).and_then(Value::day),
            end: value(self.shared[3]).and_then(Value::day),
            product: text(self.product),
            phase: text(self.phase[0]),
            phase_start: value(self.phase[1]).and_then(Value::day),
            phase_end: value(self.phase[2]).and_then(Value::day),
        })
    }
}

impl Line {
    /// The customer this line belongs to, with lost zeros put back where only one customer fits: a term must not be
    /// missing from the usage rules because of a fault that is reported by itself.
    pub fn customer(&self, customers: Option<&KeySet>) -> String {
        let key = &self.shared[0];
        match customers {
            Some(keys) if !keys.contains(key) => keys.meant(key).unwrap_or_else(|| key.clone()),
            _ => key.clone(),
        }
    }

    /// First and last day; an end before the start is a fault of its own and counts as open.
    pub fn term(&self) -> (Option<Date>, Option<Date>) {
        let end = self.end.filter(|end| self.start.is_none_or(|start| start <= *end));
        (self.start, end)
    }
}

/// Everything the lines break together.
pub fn judge(lines: &mut [Line], dataset: &'static Dataset) -> Vec<Located> {
    lines.sort_by_key(|line| line.place);
    let mut found = Vec::new();
    let mut contracts: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines.iter() {
        contracts.entry(&line.reference).or_default().push(line);
    }
    for lines in contracts.values() {
        disagreements(lines, dataset, &mut found);
        colliding_phases(lines, dataset, &mut found);
    }
    overlaps(&contracts, dataset, &mut found);
    found
}

fn disagreements(lines: &[&Line], dataset: &'static Dataset, found: &mut Vec<Located>) {
    let [first, rest @ ..] = lines else { return };
    for line in rest {
        for (which, (concept, name)) in SHARED.iter().enumerate() {
            let (mine, theirs) = (&line.shared[which], &first.shared[which]);
            if let Some(field) = dataset.by_concept(*concept)
                && mine != theirs
                && !mine.is_empty()
                && !theirs.is_empty()
            {
                let message = format!(
                    "Contract “{}” has two values for the {name}: “{mine}” here and “{theirs}” on line {}. A contract has one; correct it or give the line a contract of its own.",
                    line.reference, first.line
                );
                found.push(Located {
                    place: line.place,
                    line: line.line,
                    field: field.id,
                    value: None,
                    fault: Fault::error(Rule::Consistent, message),
                });
            }
        }
    }
}

fn colliding_phases(lines: &[&Line], dataset: &'static Dataset, found: &mut Vec<Located>) {
    let mut phases: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.phase_start.is_some()) {
        phases.entry(&line.phase).or_insert(line);
    }
    let mut phases: Vec<&Line> = phases.into_values().collect();
    phases.sort_by_key(|line| (line.phase_start, line.place));
    for pair in phases.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        if let Some(field) = dataset.by_concept(Concept::PhaseStart)
            && earlier.phase_end.is_none_or(|end| later.phase_start <= Some(end))
        {
            let message = format!(
                "Phase “{}” begins before phase “{}” of the same contract has ended. Phases follow one another; correct the dates.",
                later.phase, earlier.phase
            );
            found.push(Located {
                place: later.place,
                line: later.line,
                field: field.id,
                value: None,
                fault: Fault::error(Rule::Overlap, message),
            });
        }
    }
}

/// Contracts of one customer for one product whose terms share a day: told on the one that starts later.
fn overlaps(contracts: &BTreeMap<&str, Vec<&Line>>, dataset: &'static Dataset, found: &mut Vec<Located>) {
    let Some(field) = dataset.by_concept(Concept::StartDate) else { return };
    let mut same: HashMap<(&str, &str), Vec<&Line>> = HashMap::new();
    for lines in contracts.values() {
        let mut seen = Vec::new();
        for line in
            lines.iter().filter(|line| !line.product.is_empty() && !line.shared[0].is_empty() && line.start.is_some())
        {
            if !seen.contains(&&line.product) {
                seen.push(&line.product);
                same.entry((&line.shared[0], &line.product)).or_default().push(line);
            }
        }
    }
    for ((customer, product), mut lines) in same {
        lines.sort_by_key(|line| (line.start, line.place));
        let mut longest = lines[0];
        for line in &lines[1..] {
            if longest.term().1.is_none_or(|end| line.start <= Some(end)) {
                let message = format!(
                    "Customer “{customer}” has “{product}” twice from {}: in contract “{}” and in “{}” (line {}). Both will be billed; exclude one if it was replaced.",
                    line.start.map(|day| day.to_string()).unwrap_or_default(),
                    line.reference,
                    longest.reference,
                    longest.line
                );
                found.push(Located {
                    place: line.place,
                    line: line.line,
                    field: field.id,
                    value: None,
                    fault: Fault::warning(Rule::Overlap, message),
                });
            }
            if line.term().1.is_none_or(|end| longest.term().1.is_some_and(|longest| end > longest)) {
                longest = line;
            }
        }
    }
}
