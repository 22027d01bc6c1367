//! The way to a value, as it is typed and printed: `Plan -> prices.csv[Price ID].Product Name`.

use engine::api::{ApiError, Code, Result};
use engine::mapping::{Lookup, Table};
use engine::transform::{Case, Step};

/// Between two tables.
const ARROW: &str = " -> ";

/// The columns a value comes from, and the tables they lead through.
pub(super) fn read(typed: &str) -> Result<(Vec<String>, Vec<Lookup>)> {
    let mut parts = typed.split(ARROW);
    let columns = names(parts.next().unwrap_or_default());
    Ok((columns, parts.map(lookup).collect::<Result<_>>()?))
}

pub(super) fn shown(columns: &[String], lookups: &[Lookup]) -> String {
    let lookups = lookups.iter().map(|lookup| {
        let sheet = lookup.table.sheet.as_ref().map(|sheet| format!("#{sheet}")).unwrap_or_default();
        format!("{ARROW}{}{sheet}[{}].{}", lookup.table.file, lookup.keys.join("+"), lookup.take)
    });
    columns.join(" + ") + &lookups.collect::<String>()
}

/// What is done to both keys before they are compared, by its name.
pub(super) fn compared(how: &str) -> Result<Vec<Step>> {
    Ok(match how {
        "exact" => Vec::new(),
        "any-case" => vec![Step::Case { to: Case::Lower }],
        "no-blanks" => vec![Step::RemoveBlanks],
        "no-leading-zeros" => vec![Step::Extract { pattern: "^0*(.+)$".to_owned() }],
        "salesforce-id" => vec![Step::SalesforceId],
        how => {
            return Err(ApiError::new(
                Code::Argument,
                format!("“{how}” is no way to compare keys"),
                "Write exact, any-case, no-blanks, no-leading-zeros or salesforce-id.",
            ));
        }
    })
}

fn lookup(typed: &str) -> Result<Lookup> {
    let parts = typed.trim().rsplit_once("].").and_then(|(table, take)| Some((table.rsplit_once('[')?, take)));
    let Some(((table, keys), take)) = parts else {
        let message = format!("“{typed}” does not say where to look");
        return Err(ApiError::new(
            Code::Argument,
            message,
            "Write it as FILE[KEY].TAKE, e.g. prices.csv[Price ID].Product Name.",
        ));
    };
    let (file, sheet) = match table.split_once('#') {
        Some((file, sheet)) => (file, Some(sheet.trim().to_owned())),
        None => (table, None),
    };
    let table = Table { file: file.trim().to_owned(), sheet, headings: Vec::new() };
    Ok(Lookup { table, keys: names(keys), take: take.trim().to_owned(), steps: Vec::new() })
}

fn names(typed: &str) -> Vec<String> {
    typed.split('+').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
