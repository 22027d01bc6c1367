//! `carryover fix -m M --rule R …`

use engine::api::review::{Repair, Scope};
use engine::api::{ApiError, Code, Result};
use engine::schema::finding::Rule;
use serde_json::json;

use super::{Front, pair};
use crate::args::Fix;
use crate::output::{self, Outcome, count};

pub(super) fn run(front: &Front, args: &Fix) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    if args.undo || args.redo {
        let label = if args.undo { migration.undo()? } else { migration.redo()? };
        let label = label.ok_or_else(|| {
            ApiError::new(Code::Precondition, "there is nothing to take back or bring back", "Nothing was changed.")
        })?;
        output::result(front.json, &json!({ "label": label }), || {
            format!("{}: {label}", if args.undo { "Undid" } else { "Did again" })
        });
    } else {
        let repaired = migration.fix(&scope(args)?, &repair(args)?)?;
        output::result(front.json, &repaired, || {
            let left = if repaired.left == 0 {
                String::new()
            } else {
                format!("; {} findings were left as they are", count(repaired.left))
            };
            format!("{}{left}", repaired.label)
        });
    }
    Ok(Outcome::wrong_if(migration.last_check()?.has_errors()))
}

fn scope(args: &Fix) -> Result<Scope> {
    let rule = args.rule.as_ref().map(|typed| rule(typed)).transpose()?;
    if rule.is_none() && args.row.is_none() && args.field.is_none() && !args.include {
        return Err(ApiError::new(
            Code::Argument,
            "it is not said what to repair",
            "Name a rule with `--rule`, or a row and field.",
        ));
    }
    Ok(Scope { dataset: args.dataset.clone(), rule, field: args.field.clone(), row: args.row, ..Scope::default() })
}

fn rule(typed: &str) -> Result<Rule> {
    serde_json::from_value(json!(typed)).map_err(|_| {
        ApiError::new(Code::NotFound, format!("“{typed}” is no rule"), "Rules are those that `carryover check` lists: required, type, format, length, allowed, unique, reference, lookup, order, overlap, range, ambiguous, near_duplicate, spreadsheet, blanks, inside, outside_term, consistent, hazard, shape.")
    })
}

fn repair(args: &Fix) -> Result<Repair> {
    let reason = || args.reason.clone().unwrap_or_default();
    if let Some(typed) = &args.find {
        let (find, with) = pair(typed, "A=B")?;
        return Ok(Repair::Find { find: find.to_owned(), with: with.to_owned(), whole: false, case: true });
    }
    Ok(match (&args.replace, &args.value) {
        (Some(typed), _) => {
            let (from, to) = pair(typed, "A=B")?;
            Repair::Replace { from: from.to_owned(), to: to.to_owned() }
        }
        (None, Some(value)) => Repair::Set { value: value.clone() },
        (None, None) if args.exclude => Repair::Exclude { reason: reason() },
        (None, None) if args.include => Repair::Include,
        (None, None) if args.keep => Repair::Keep { reason: reason() },
        (None, None) => Repair::Suggested,
    })
}
