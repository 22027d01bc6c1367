//! `carryover totals -m M`

use engine::api::totals::{NewExplanation, TotalLine, Totals as Shown};
use engine::api::{ApiError, Code, Result};

use super::Front;
use crate::args::Totals;
use crate::output::{self, Outcome, amount, count, table};

pub(super) fn run(front: &Front, args: &Totals) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    if let Some(path) = &args.expect {
        let taken = migration.expect(path)?;
        output::say(&format!("took {taken} expected totals from {}", path.display()));
    }
    if let Some(path) = &args.attach {
        let attached = migration.attach_report(path)?;
        output::say(&format!("noted {} with its SHA-256 {}", attached.name, attached.sha256));
    }
    if let Some(id) = args.unexplain {
        migration.withdraw_explanation(id)?;
    }
    if let (Some(total), Some(amount), Some(reason)) = (&args.explain, &args.amount, &args.reason) {
        migration.explain(&explanation(total, amount, reason)?)?;
    } else if let (true, Some(reason)) = (args.go_on, &args.reason) {
        migration.go_on_open(reason)?;
    }
    let totals = migration.totals()?;
    output::result(front.json, &totals, || shown(&totals));
    Ok(Outcome::wrong_if(!totals.closed))
}

/// `usage/EUR/2026-05` with its amount and reason.
fn explanation(total: &str, amount: &str, reason: &str) -> Result<NewExplanation> {
    let mut parts = total.splitn(3, '/').map(str::to_owned);
    let dataset = parts.next().filter(|dataset| !dataset.is_empty()).ok_or_else(|| {
        ApiError::new(
            Code::Argument,
            "it is not clear which total is explained",
            "Name dataset, currency and month, such as usage/EUR/2026-05.",
        )
    })?;
    Ok(NewExplanation {
        dataset,
        currency: parts.next().unwrap_or_default(),
        month: parts.next().unwrap_or_default(),
        amount: amount.to_owned(),
        reason: reason.to_owned(),
    })
}

fn shown(totals: &Shown) -> String {
    let head = ["Dataset", "In", "Month", "Read", "Expected", "Difference", "Explained", "Open", ""];
    let mut lines = vec![table(&head, 3..8, totals.totals.iter().map(row))];
    for said in &totals.explanations {
        let of = [said.dataset.as_str(), &said.currency, &said.month].join(" ");
        lines.push(format!("{}. {} of {of}: {} ({})", said.id, amount(&said.amount), said.reason, said.who));
    }
    if let Some(decision) = totals.decision.as_ref().filter(|_| !totals.closed) {
        lines.push(format!("Went on with an open tie-out: {} ({})", decision.reason, decision.who));
    }
    lines.join("\n")
}

fn row(line: &TotalLine) -> Vec<String> {
    let rows = line.currency.is_empty();
    let figure = |text: &String| if rows { text.parse().map_or_else(|_| text.clone(), count) } else { amount(text) };
    let zero = |text: &str| text.trim_start_matches(['0', '.']).is_empty();
    let state = match (line.difference.as_deref(), line.open.as_deref()) {
        (Some(difference), _) if zero(difference) => "agrees",
        (Some(_), Some(open)) if zero(open) => "explained",
        (Some(_), _) => "differs",
        (None, _) => "",
    };
    let optional = |text: &Option<String>| text.as_ref().map(figure).unwrap_or_default();
    vec![
        line.dataset.clone(),
        if rows { "rows".to_owned() } else { line.currency.clone() },
        line.month.clone(),
        figure(&line.read),
        optional(&line.expected),
        optional(&line.difference),
        optional(&line.explained),
        optional(&line.open),
        state.to_owned(),
    ]
}
