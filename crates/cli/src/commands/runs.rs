//! `carryover runs -m M [N]`

use engine::api::history::{CallLine, RunLine, RunPage, RunQuery, RunRecordCalls, RunRecordLine};
use engine::api::{Migration, Result};
use serde::Serialize;
use serde_json::json;

use super::Front;
use crate::args::Runs;
use crate::output::{self, Outcome, count, table};

/// A record with its calls, as `--json` prints it.
#[derive(Serialize)]
struct Flat<'r> {
    #[serde(flatten)]
    record: &'r RunRecordLine,
    calls: &'r [CallLine],
}

/// Records asked for at once.
const PAGE: u64 = 500;

pub(super) fn run(front: &Front, args: &Runs) -> Result<Outcome> {
    let migration = front.open(&args.migration)?;
    let Some(number) = args.run else {
        let runs = migration.runs()?;
        output::result(front.json, &json!({ "runs": runs }), || listed(&runs));
        return Ok(Outcome::Clean);
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let query = RunQuery {
        run: number,
        dataset: text(&args.dataset),
        status: text(&args.status),
        find: text(&args.key),
        offset: 0,
        limit: PAGE,
    };
    let RunPage { run, count, records } = all(&migration, query)?;
    if args.calls || args.key.is_some() {
        let with_calls =
            records.iter().map(|record| migration.run_record(number, record.id)).collect::<Result<Vec<_>>>()?;
        let flat: Vec<Flat<'_>> =
            with_calls.iter().map(|RunRecordCalls { record, calls }| Flat { record, calls }).collect();
        output::result(front.json, &json!({ "run": run, "count": count, "records": flat }), || {
            format!("{}\n\n{}", head(&run), with_calls.iter().map(told).collect::<Vec<_>>().join("\n\n"))
        });
    } else {
        output::result(front.json, &json!({ "run": run, "count": count, "records": records }), || {
            format!("{}\n\n{}", head(&run), records_table(&records))
        });
    }
    Ok(Outcome::Clean)
}

/// Every page as one.
fn all(migration: &Migration, mut query: RunQuery) -> Result<RunPage> {
    let mut page = migration.run_page(&query)?;
    loop {
        query.offset = page.records.len() as u64;
        if query.offset >= page.count {
            return Ok(page);
        }
        page.records.extend(migration.run_page(&query)?.records);
    }
}

fn listed(runs: &[RunLine]) -> String {
    let rows = runs.iter().map(|run| {
        let counts = run.counts;
        let figures = [
            counts.created,
            counts.updated,
            counts.unchanged,
            counts.refused + counts.stays,
            counts.doubtful,
            counts.taken_back,
        ]
        .map(count);
        [run.number.to_string(), run.started_at.clone(), run.who.clone(), run.connection.clone(), what(run), ended(run)]
            .into_iter()
            .chain(figures)
            .collect()
    });
    let header = [
        "Run",
        "Began",
        "Who",
        "Connection",
        "What",
        "Ended",
        "Created",
        "Updated",
        "Unchanged",
        "Refused",
        "In doubt",
        "Taken back",
    ];
    table(&header, 6..12, rows)
}

fn what(run: &RunLine) -> String {
    match (run.mode.as_str(), run.takes_back) {
        (_, Some(taken)) => format!("takes back run {taken}"),
        ("first", _) => "the first few".to_owned(),
        ("failed", _) => "what was refused".to_owned(),
        _ => "everything".to_owned(),
    }
}

fn ended(run: &RunLine) -> String {
    match run.state.as_str() {
        "running" => "not finished".to_owned(),
        "given_up" => "stopped, then taken back".to_owned(),
        other => other.to_owned(),
    }
}

fn head(run: &RunLine) -> String {
    let who = if run.who.is_empty() { "somebody" } else { &run.who };
    let line = format!(
        "Run {}, {}, by {who}, with {} ({}), {}: {}",
        run.number,
        run.started_at,
        run.connection,
        run.environment,
        what(run),
        ended(run)
    );
    let by = run.taken_back_by.iter().map(|by| format!("\nTaken back by run {by}."));
    line + &by.collect::<String>()
}

fn records_table(records: &[RunRecordLine]) -> String {
    let rows = records.iter().map(|record| {
        vec![
            record.dataset.clone(),
            record.key.clone(),
            record.status.clone(),
            count(record.rows),
            record.at.clone(),
            record.reason.clone().unwrap_or_default(),
        ]
    });
    table(&["Of", "Record", "What happened", "Rows", "At", "Why"], 3..4, rows)
}

fn told(record: &RunRecordCalls) -> String {
    let RunRecordCalls { record, calls } = record;
    let reason = record.reason.as_ref().map(|reason| format!("\n  {reason}")).unwrap_or_default();
    let calls: String = calls.iter().map(call).collect();
    format!("{} {}: {}{reason}{calls}", record.dataset, record.key, record.status)
}

fn call(call: &CallLine) -> String {
    let status = call.status.map_or("no answer".to_owned(), |status| status.to_string());
    let problem = call.problem.as_ref().map(|problem| format!(" ({problem})")).unwrap_or_default();
    let body = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!("\n    {name} {}", indented(text))).unwrap_or_default()
    };
    format!(
        "\n  {} {} {}: {status}{problem}, {} ms, run {}{}{}",
        call.at,
        call.method,
        call.path,
        count(call.milliseconds),
        call.run,
        body("sent", &call.request),
        body("came", &call.answer)
    )
}

/// JSON laid out for reading; anything else as it is.
fn indented(text: &str) -> String {
    let pretty = serde_json::from_str::<serde_json::Value>(text).and_then(|value| serde_json::to_string_pretty(&value));
    pretty.unwrap_or_else(|_| text.to_owned()).replace('\n', "\n    ")
}
