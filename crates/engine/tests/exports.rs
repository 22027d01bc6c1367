//! Files as eight other systems export them, with invented customers: who wrote each, what it feeds, and the records that
//! come of it without a touch. The answers stand beside the files in `fixtures/exports`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::intake::{self, Chunk, Hints, RowSink};
use engine::mapping::{Confidence, FieldMapping, Mapper, Record, suggest};
use engine::recognise;
use engine::schema::zenskar;
use serde_json::{Map, Value, json};

/// Set, the answers are written in place of being compared, to be read through before they are kept.
const WRITE: &str = "CARRYOVER_WRITE_ANSWERS";

#[derive(Default)]
struct Rows(Vec<Vec<String>>);

impl RowSink for Rows {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> std::ops::ControlFlow<()> {
        let rows = chunk.iter().map(|row| row.expect("a chunk decodes its own rows"));
        self.0.extend(rows.map(|row| row.cells().map(str::to_owned).collect()));
        std::ops::ControlFlow::Continue(())
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/exports")
}

fn files() -> Vec<PathBuf> {
    let listed = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("the fixtures are there");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let systems = listed(&folder()).into_iter().filter(|path| path.is_dir());
    systems.flat_map(|system| listed(&system)).filter(|path| path.extension().is_some_and(|is| is == "csv")).collect()
}

/// All that is made of a file without anybody's help.
fn answer(path: &Path) -> Value {
    let mut opened = intake::open(path).expect("it can be opened");
    let layout = opened.layout(&Hints::default()).expect("it is a table");
    let mut rows = Rows::default();
    let profile = opened.read(&layout, 0, &mut rows).expect("it can be read");
    let names: Vec<&str> = profile.columns.iter().map(|column| column.name.as_str()).collect();
    let Some(known) = recognise::export(&names) else { return json!({ "rows": rows.0.len(), "known": null }) };
    let mut answer = json!({
        "system": known.system,
        "export": known.export,
        "confidence": known.confidence,
        "rows": rows.0.len(),
    });
    let Some(dataset) = known.dataset.and_then(|dataset| zenskar::schema().dataset(dataset)) else { return answer };
    let mapping = suggest("zenskar", dataset, &profile.columns, &known.settled(dataset.id, &names));
    let required = dataset.fields.iter().filter(|field| field.required);
    let open = required.filter(|field| !mapping.field(field.id).is_some_and(FieldMapping::is_mapped));
    answer["dataset"] = json!(dataset.id);
    answer["open"] = open.map(|field| field.id).collect();
    answer["questions"] = mapping
        .fields
        .iter()
        .filter(|field| field.confidence == Confidence::Question)
        .map(|field| json!({ "field": field.field, "why": field.why }))
        .collect();
    let columns: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mapper = Mapper::compile(dataset, &mapping, &columns).expect("the mapping fits");
    let left_out = recognise::left_out(dataset.id, &columns);
    let is_left_out = |cells: &Vec<String>| left_out.iter().any(|out| out.is_said_by(&cells[out.column]));
    let carried: Vec<&Vec<String>> = rows.0.iter().filter(|cells| !is_left_out(cells)).collect();
    if carried.len() < rows.0.len() {
        answer["left_out"] = json!(rows.0.len() - carried.len());
    }
    answer["records"] = carried.into_iter().map(|cells| record(&mapper, cells)).collect();
    answer
}

fn record(mapper: &Mapper, cells: &[String]) -> Value {
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let mut record = Record::default();
    mapper.map(&cells, &mut record);
    let mut shown = Map::new();
    for (field, value) in mapper.fields().iter().zip(&record.values) {
        if let Some(value) = value {
            shown.insert(field.id.clone(), json!(value.to_string()));
        }
    }
    let faults: Vec<String> = record.faults.iter().map(|fault| fault.fault.message.clone()).collect();
    if !faults.is_empty() {
        shown.insert("faults".to_owned(), json!(faults));
    }
    Value::Object(shown)
}

#[test]
fn every_export_is_recognised_and_gives_the_expected_records() {
    let files = files();
    assert!(files.len() >= 29, "{} files", files.len());
    for path in files {
        let beside = PathBuf::from(format!("{}.json", path.display()));
        let answer = answer(&path);
        if std::env::var_os(WRITE).is_some() {
            let text = serde_json::to_string_pretty(&answer).expect("plain data") + "\n";
            fs::write(&beside, text).expect("the answer is written");
            continue;
        }
        let text = fs::read_to_string(&beside).expect("an answer stands beside the file");
        let expected: Value = serde_json::from_str(&text).expect("the answer is JSON");
        assert_eq!(answer, expected, "{}", path.display());
    }
}
