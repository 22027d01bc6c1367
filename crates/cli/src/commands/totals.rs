//! `carryover totals -m M`

use engine::api::Result;

use super::Front;
use crate::args::Totals;
use crate::output::{self, Outcome, amount, count, table};

pub(super) fn run(front: &Front, args: &Totals) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    if let Some(path) = &args.expect {
        let taken = migration.expect(path)?;
        output::say(&format!("took {taken} expected totals from {}", path.display()));
    }
    let totals = migration.totals()?;
    output::result(front.json, &totals, || {
        let rows = totals.totals.iter().map(|line| {
            let rows = line.currency.is_empty();
            let figure =
                |text: &String| if rows { text.parse().map_or_else(|_| text.clone(), count) } else { amount(text) };
            let state = match line.difference.as_deref() {
                None => "",
                Some(zero) if zero.trim_start_matches(['0', '.']).is_empty() => "agrees",
                Some(_) => "differs",
            };
            let what = if rows { "rows".to_owned() } else { line.currency.clone() };
            let optional = |text: &Option<String>| text.as_ref().map(figure).unwrap_or_default();
            vec![
                line.dataset.clone(),
                what,
                line.month.clone(),
                figure(&line.read),
                optional(&line.expected),
                optional(&line.difference),
                state.to_owned(),
            ]
        });
        table(&["Dataset", "In", "Month", "Read", "Expected", "Difference", ""], 3..6, rows)
    });
    Ok(Outcome::wrong_if(!totals.agrees))
}
