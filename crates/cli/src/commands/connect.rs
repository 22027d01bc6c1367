//! `carryover connect add|list|test|remove`

use std::io::{self, IsTerminal, Read};

use engine::api::connections::{self, Shown, Tested};
use engine::api::{ApiError, Code, Result};
use engine::destination::{CheckState, usual_address};
use engine::keychain::Secret;
use engine::settings::connection::{Connection, Environment};
use serde_json::json;

use super::{Front, key_from_environment, settings_folder, wait};
use crate::args::{Account, ConnectAction, Environment as Typed};
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, action: ConnectAction) -> Result<Outcome> {
    let folder = settings_folder()?;
    match action {
        ConnectAction::Add(add) => {
            let Account {
                name,
                to,
                url,
                region,
                organisation,
                environment,
                rate,
                concurrency,
                batch_size,
                without_key,
            } = add;
            if engine::schema::of(&to).is_none() {
                return Err(ApiError::new(
                    Code::NotFound,
                    format!("“{to}” is not a destination of Carryover"),
                    format!("Choose one of: {}.", engine::schema::DESTINATIONS.join(", ")),
                ));
            }
            let usual = || usual_address(&to, &organisation, region.as_deref());
            let url = url.or_else(usual).ok_or_else(|| {
                ApiError::new(
                    Code::Argument,
                    format!("the address of the account does not follow from the organisation “{organisation}”"),
                    "Give it with `--url`, or correct `--organisation` or `--region`.",
                )
            })?;
            let mut connection = Connection::new(&name, &to, &url, &organisation, environment.into());
            connection.requests_per_minute = rate.or(connection.requests_per_minute);
            connection.concurrency = concurrency.unwrap_or(connection.concurrency);
            connection.batch_size = batch_size.unwrap_or(connection.batch_size);
            let key = if without_key || key_from_environment().is_some() { None } else { Some(ask_for_key(&name)?) };
            let shown = connections::add(&folder, connection, key.as_ref())?;
            output::result(front.json, &shown, || {
                format!("Added {name}. Test it with `carryover connect test {name}`.")
            });
            Ok(Outcome::Clean)
        }
        ConnectAction::List => {
            let list = connections::list(&folder)?;
            output::result(front.json, &json!({ "connections": list }), || listed(&list));
            Ok(Outcome::Clean)
        }
        ConnectAction::Test { name } => {
            let connection = connections::find(&folder, &name)?;
            let tested =
                wait(async { connections::test(&connection, key_from_environment().as_ref(), &|_| ()).await })?;
            output::result(front.json, &tested, || told(&tested));
            Ok(Outcome::wrong_if(!tested.passed))
        }
        ConnectAction::Remove { name } => {
            connections::remove(&folder, &name)?;
            output::result(front.json, &json!({ "removed": name }), || format!("Removed {name} and its key."));
            Ok(Outcome::Clean)
        }
    }
}

impl From<Typed> for Environment {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Practice => Self::Practice,
            Typed::Live => Self::Live,
        }
    }
}

/// The key is never an argument: arguments stand in the process list and in shell histories.
fn ask_for_key(name: &str) -> Result<Secret> {
    let unreadable = |error: &io::Error| {
        ApiError::new(
            Code::Keychain,
            format!("the key could not be read: {error}"),
            "Type it at the prompt, or pipe it in.",
        )
    };
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("API key of {name} (it is not shown): "))
            .map_err(|error| unreadable(&error))?
    } else {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(|error| unreadable(&error))?;
        text
    };
    if text.trim().is_empty() {
        return Err(ApiError::new(
            Code::Keychain,
            "no key was given",
            "Type it at the prompt, pipe it in, or use CARRYOVER_API_KEY with `--without-key`.",
        ));
    }
    Ok(Secret::new(text))
}

fn listed(list: &[Shown]) -> String {
    let rows = list.iter().map(|shown| {
        vec![
            shown.name.clone(),
            shown.environment.to_string(),
            shown.destination.clone(),
            shown.url.clone(),
            shown.organisation.clone(),
        ]
    });
    if list.is_empty() {
        "There are no connections yet. Add one with `carryover connect add`.".to_owned()
    } else {
        table(&["Name", "", "Destination", "Address", "Organisation"], 0..0, rows)
    }
}

fn told(tested: &Tested) -> String {
    let rows = tested.checks.iter().map(|check| {
        let state = match check.state {
            CheckState::Passed => "passed",
            CheckState::Warned => "look at this",
            CheckState::Failed => "failed",
            CheckState::Waiting => "not tested",
        };
        vec![state.to_owned(), check.told.clone(), check.remedy.clone().unwrap_or_default()]
    });
    table(&["", "What", "What to do"], 0..0, rows)
}
