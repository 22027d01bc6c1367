//! `carryover demo`: the whole job, on the sample files, against the practice destination.

use std::ops::ControlFlow;
use std::path::Path;

use ::sandbox::{Options, Sandbox as Server};
use engine::api::files::ImportRequest;
use engine::api::matching::Change;
use engine::api::review::{Repair, Scope};
use engine::api::sending::UploadRequest;
use engine::api::{ApiError, Code, Migration, Result};
use engine::keychain::Secret;
use engine::schema::finding::{Rule, Severity};
use engine::settings::connection::{Connection, Environment};
use jiff::civil::date;
use sample::Size;

use super::{Front, check, import, plan, report, upload, wait};
use crate::args::Demo;
use crate::output::{self, Outcome, count};

pub(super) fn run(front: &Front, args: &Demo) -> Result<Outcome> {
    let scratch;
    let folder = if let Some(folder) = &args.keep {
        folder.as_path()
    } else {
        scratch = tempfile::tempdir().map_err(|error| ApiError::io(&std::env::temp_dir(), &error))?;
        scratch.path()
    };
    let size = if args.full { Size::Full } else { Size::Short };
    let files = sample::write(folder, size).map_err(|error| {
        ApiError::new(
            Code::Io,
            format!("the sample files could not be written: {error}"),
            "Name a folder that you may write to with `--keep`.",
        )
    })?;
    // The sample's story is told on this day; by any other, other contracts would have ended.
    let actor = engine::api::Actor { today: date(2026, 10, 12), ..front.actor.clone() };
    let file = folder.join("brackwater.carryover");
    let mut migration = Migration::create(&file, "zenskar", actor)?;

    heading("1. Read the files of the old system");
    for path in [&files.customers, &files.usage, &files.contracts] {
        let request = ImportRequest { path: path.clone(), ..ImportRequest::default() };
        output::say(&import::told(&migration.import(&request, &mut |_| ControlFlow::Continue(()))?));
    }
    heading("2. Match columns to fields; answer the one question");
    output::say("“Start date” of the contracts fits day first and month first. The old system writes the day first.");
    migration.change_mapping(
        "contracts",
        &[Change::Format { field: "start_date".to_owned(), format: "dd/MM/yyyy".to_owned() }],
    )?;

    heading("3. Check every row");
    let checked = migration.check(&mut |_| ControlFlow::Continue(()))?;
    output::say(&check::shown(&checked));

    heading("4. Repair what can be repaired, leave out the rest with a reason");
    repair(&mut migration)?;

    heading("5. Plan, upload, prove");
    let report = wait(send(&mut migration, folder))?;
    output::result(front.json, &report, || report::shown(&report));
    if args.keep.is_some() {
        output::say(&format!("Everything is in {}.", folder.display()));
    }
    Ok(Outcome::wrong_if(!report.closed || report.read_back_agrees() == Some(false)))
}

fn heading(text: &str) {
    output::say(&format!("\n{text}"));
}

/// What the story's accountant decides: suggestions are taken, copies and broken rows are left out.
fn repair(migration: &mut Migration) -> Result<()> {
    for rule in [Rule::Reference, Rule::Ambiguous] {
        let scope = Scope { dataset: Some("contracts".to_owned()), rule: Some(rule), ..Scope::default() };
        output::say(&migration.fix(&scope, &Repair::Suggested)?.label);
    }
    let copies = Scope { dataset: Some("usage".to_owned()), rule: Some(Rule::Unique), ..Scope::default() };
    let repaired =
        migration.fix(&copies, &Repair::Exclude { reason: "Export overlap on 31 May, 22:00 to 24:00".to_owned() })?;
    output::say(&format!("{}: the export was cut at midnight and holds them twice", repaired.label));
    loop {
        let checked = migration.last_check()?;
        let Some(rule) = checked.rules.into_iter().find(|rule| rule.severity == Severity::Error) else { return Ok(()) };
        let scope = Scope {
            dataset: Some(rule.dataset.clone()),
            rule: Some(rule.rule),
            field: Some(rule.field.clone()),
            ..Scope::default()
        };
        let reason = format!("Cannot be loaded: {}", rule.example.message);
        let repaired = migration.fix(&scope, &Repair::Exclude { reason })?;
        output::say(&format!("{} of {}: {} ({})", repaired.label, rule.dataset, rule.field, rule.example.message));
    }
}

async fn send(migration: &mut Migration, folder: &Path) -> Result<engine::api::sending::Report> {
    let server = Server::start(Options::default()).await.map_err(|error| {
        ApiError::new(Code::Io, format!("the practice destination could not start: {error}"), "Try again.")
    })?;
    let organisation = server.organisation().to_string();
    let connection = Connection::new("practice", "zenskar", server.url(), organisation, Environment::Practice);
    let key = Secret::new(server.api_key());
    let destination = migration.connect(&connection, Some(&key))?;
    let planned =
        migration.plan(&connection, destination.as_ref(), false, &mut |_, _, _| ControlFlow::Continue(())).await?;
    output::say(&plan::shown(&planned));
    let uploaded = upload::watched(migration, &connection, &destination, UploadRequest::default()).await?;
    output::say(&upload::shown(&uploaded));
    let held = server.records();
    output::say(&format!(
        "The practice destination holds {} customers, {} usage events, {} contracts.",
        count(held.customers.len() as u64),
        count(held.usage.values().map(|events| events.len() as u64).sum()),
        count(held.contracts.len() as u64)
    ));
    let read_back = migration.read_back(destination.as_ref(), &mut |_| ControlFlow::Continue(())).await?;
    server.stop().await;
    migration.report(&folder.join("report"), Some(read_back), &mut |_| ControlFlow::Continue(()))
}
