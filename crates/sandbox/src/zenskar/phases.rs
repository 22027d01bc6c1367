//! What holds between a contract, its phases and their lines beyond the shape the published contract gives them.
//! zenskar.md section 4, "Phase" and "Line".

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    answer::{Problem, Refusal, body_problem, refuse_any},
    catalogue::{find_product, is_currency, pricing_problems},
    store::Store,
};
use crate::call::Call;

/// From when to when; no end is open.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: Timestamp,
    end: Option<Timestamp>,
}

/// Refuses terms that contradict themselves (422) or name what does not exist (404).
pub(super) fn check(store: &Store, terms: &Map<String, Value>) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    if !is_currency(&terms["currency"]) {
        problems.push(wrong(vec![json!("currency")], "is not an ISO 4217 currency"));
    }
    let phases: Vec<_> = terms["phases"].as_array().into_iter().flatten().collect();
    if phases.is_empty() {
        problems.push(wrong(vec![json!("phases")], "must have at least one phase"));
    }
    match span(terms) {
        Some(whole) => problems.extend(span_problems(whole, &phases)),
        None => problems.push(wrong(vec![json!("end_date")], "must be after start_date")),
    }
    for (at, line) in lines(&phases) {
        problems.extend(line_problems(line, &at));
    }
    refuse_any(problems)?;
    lines(&phases).try_for_each(|(_, line)| check_references(store, line, &terms["currency"]))
}

/// The phases with an id for each of them and for each of their lines.
pub(super) fn with_ids(phases: &Value, call: &Call<'_>) -> Value {
    phases.as_array().into_iter().flatten().map(|phase| phase_with_ids(phase, call)).collect()
}

/// One phase with its ids.
pub(super) fn phase_with_ids(phase: &Value, call: &Call<'_>) -> Value {
    let mut phase = phase.clone();
    phase["id"] = json!(call.new_id());
    let lines = phase["pricings"].as_array().into_iter().flatten();
    phase["pricings"] = lines.map(|line| line_with_id(line, call)).collect();
    phase
}

/// One line with its id.
pub(super) fn line_with_id(line: &Value, call: &Call<'_>) -> Value {
    let mut line = line.clone();
    line["id"] = json!(call.new_id());
    line
}

fn lines<'a>(phases: &[&'a Value]) -> impl Iterator<Item = (Vec<Value>, &'a Value)> {
    phases.iter().enumerate().flat_map(|(phase_at, phase)| {
        let lines = phase["pricings"].as_array().into_iter().flatten().enumerate();
        lines.map(move |(at, line)| (vec![json!("phases"), json!(phase_at), json!("pricings"), json!(at)], line))
    })
}

fn line_problems(line: &Value, at: &[Value]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (one, other) in [("pricing_id", "pricing"), ("product_id", "product")] {
        if line[one].is_null() == line[other].is_null() {
            problems.push(wrong(at.to_vec(), &format!("must have exactly one of {one} and {other}")));
        }
    }
    if !line["pricing"].is_null() {
        problems.extend(pricing_problems(&line["pricing"], &[at, &[json!("pricing")]].concat()));
    }
    if let (Some(start), Some(end)) = (date(&line["start_date"]), date(&line["end_date"]))
        && end <= start
    {
        problems.push(wrong([at, &[json!("end_date")]].concat(), "must be after start_date"));
    }
    problems
}

/// Catalogue entries must exist, belong together, and be in the contract's one currency.
fn check_references(store: &Store, line: &Value, currency: &Value) -> Result<(), Refusal> {
    if let Some(product) = line["product_id"].as_str() {
        find_product(store, product)?;
    }
    let pricing = match line["pricing_id"].as_str() {
        Some(id) => store.pricings.get(id).ok_or_else(|| Refusal::not_found("Pricing"))?,
        None => &line["pricing"],
    };
    let (owner, product) = (pricing["product_id"].as_str(), line["product_id"].as_str());
    if owner.zip(product).is_some_and(|(owner, product)| !owner.eq_ignore_ascii_case(product)) {
        return Err(Refusal::bad_request("The pricing belongs to another product"));
    }
    if pricing["pricing_data"]["currency"] != *currency {
        return Err(Refusal::bad_request("The currency of a pricing differs from the contract's"));
    }
    Ok(())
}

fn span_problems(whole: Span, phases: &[&Value]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut spans: Vec<(usize, Span)> = Vec::new();
    for at in 0..phases.len() {
        match phase_span(whole, phases, at) {
            Some(span) if span.end.is_none_or(|end| end > span.start) && whole.holds(span) => spans.push((at, span)),
            Some(_) => problems.push(phase_problem(at, "must end after it starts and lie inside the contract")),
            None => problems.push(phase_problem(at, "has no dates, nor has the phase beside it")),
        }
    }
    spans.sort_by_key(|(_, span)| span.start);
    for pair in spans.windows(2) {
        let [(_, before), (at, after)] = pair else { continue };
        if before.end.is_none_or(|end| end > after.start) {
            problems.push(phase_problem(*at, "overlaps another phase"));
        }
    }
    problems
}

/// A phase starts with the contract or where the one before it ends, and ends with the contract or where the next one
/// starts, unless it says otherwise. zenskar-openapi.json, `ContractPhaseInput`.
fn phase_span(whole: Span, phases: &[&Value], at: usize) -> Option<Span> {
    let own = |at: usize, member: &str| phases.get(at).and_then(|phase| date(&phase[member]));
    let start = own(at, "start_date").or_else(|| match at.checked_sub(1) {
        None => Some(whole.start),
        Some(before) => own(before, "end_date"),
    })?;
    let last = at + 1 == phases.len();
    let end = own(at, "end_date").or_else(|| own(at + 1, "start_date")).or(whole.end.filter(|_| last));
    (last || end.is_some()).then_some(Span { start, end })
}

impl Span {
    fn holds(self, inner: Self) -> bool {
        let ends_inside = self.end.is_none_or(|end| inner.end.is_some_and(|inner| inner <= end));
        inner.start >= self.start && ends_inside
    }
}

/// None when it ends before it starts.
fn span(terms: &Map<String, Value>) -> Option<Span> {
    let span = Span { start: date(&terms["start_date"])?, end: date(&terms["end_date"]) };
    span.end.is_none_or(|end| end > span.start).then_some(span)
}

fn date(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn phase_problem(at: usize, message: &str) -> Problem {
    wrong(vec![json!("phases"), json!(at)], message)
}

fn wrong(steps: Vec<Value>, message: &str) -> Problem {
    body_problem(steps, message, "value_error")
}
