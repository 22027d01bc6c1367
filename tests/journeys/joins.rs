//! Values from another file: the exports of one system find each other and are carried to a closed tie-out; unknown files are
//! looked up by hand, and what is changed in the other file is seen.

use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Reader, open_workbook_auto};
use engine::mapping::Record;
use engine::schema::finding::Rule;
use engine::schema::zenskar;
use engine::store::Store;
use engine::store::finding::Wanted;
use engine::validation;
use serde_json::{Map, Value, json};

use crate::support::{Desk, Server, count};

/// Set, the answers are written in place of being compared, to be read through before they are kept.
const WRITE: &str = "CARRYOVER_WRITE_ANSWERS";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/exports").join(name)
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|is| is == "csv"));
    files.sort();
    files
}

/// Every record of a dataset, by field.
fn records(migration: &Path, dataset: &str) -> Value {
    let store = Store::open(migration).expect("nobody else has it open");
    let dataset = zenskar::schema().dataset(dataset).expect("a dataset");
    let mut shown = Vec::new();
    for ready in validation::ready(&store, dataset).expect("the mapping fits") {
        for row in store.head(ready.source.id, 100).expect("rows") {
            let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
            let mut record = Record::default();
            ready.mapper.map(&cells, &mut record);
            assert!(record.faults.is_empty(), "{}: {:?}", ready.source.file, record.faults);
            let values = ready.mapper.fields().iter().zip(&record.values);
            let values =
                values.filter_map(|(field, value)| Some((field.id.clone(), json!(value.as_ref()?.to_string()))));
            shown.push(Value::Object(values.collect::<Map<_, _>>()));
        }
    }
    json!(shown)
}

/// Reads the files into a new migration, in this order.
fn read(desk: &Desk, files: &[PathBuf]) {
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    let names: Vec<&str> = files.iter().map(|path| path.to_str().expect("a name")).collect();
    desk.json([&["import", "-m", "m.carryover"], &names[..]].concat());
}

/// Checks, uploads to a practice destination and reports; whether everything arrived.
fn carried(desk: &Desk, server: &Server) -> Value {
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["rules"], json!([]), "{checked}");
    desk.connect(server);
    desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
    desk.json(["report", "-m", "m.carryover", "--out", "report"])
}

#[test]
fn the_exports_of_one_system_find_each_other_and_the_tie_out_closes() {
    for name in ["stripe/joined", "hubspot/joined", "salesforce/joined", "salesforce/joined_opportunities"] {
        let files = files(&folder(name));
        let (desk, server) = (Desk::new(), Server::start());
        read(&desk, &files);
        let found = json!({
            "customers": records(&desk.path("m.carryover"), "customers"),
            "contracts": records(&desk.path("m.carryover"), "contracts"),
        });
        let beside = folder(name).join("records.json");
        if std::env::var_os(WRITE).is_some() {
            let text = serde_json::to_string_pretty(&found).expect("plain data") + "\n";
            fs::write(&beside, text).expect("the answer is written");
        }
        let text = fs::read_to_string(&beside).expect("an answer stands beside the files");
        assert_eq!(found, serde_json::from_str::<Value>(&text).expect("JSON"), "{name}");
        let report = carried(&desk, &server);
        assert_eq!(report["closed"], true, "{name}: {report}");
        let extracted = |dataset: &str| {
            let line = report["tie_out"].as_array().expect("lines").iter().find(|line| line["dataset"] == dataset);
            line.map(|line| (count(&line["extracted"]), count(&line["loaded"])))
        };
        let rows = |dataset: &str| found[dataset].as_array().map(|rows| (rows.len() as u64, rows.len() as u64));
        assert_eq!((extracted("customers"), extracted("contracts")), (rows("customers"), rows("contracts")), "{name}");
        assert_eq!(extracted("lookup"), None, "{name}: what is only looked in is not sent");
        let mut workbook = open_workbook_auto(desk.path("report/tie-out.xlsx")).expect("a workbook");
        let not_loaded = workbook.worksheet_range("Not loaded").expect("a sheet");
        assert_eq!(not_loaded.height(), 1, "{name}: nor missing: {not_loaded:?}");
    }
}

#[test]
fn files_find_each_other_in_whatever_order_they_come() {
    for name in ["stripe/joined", "hubspot/joined", "salesforce/joined", "salesforce/joined_opportunities"] {
        let mut files = files(&folder(name));
        files.reverse();
        let desk = Desk::new();
        read(&desk, &files);
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(folder(name).join("records.json")).expect("an answer"))
                .expect("JSON");
        assert_eq!(records(&desk.path("m.carryover"), "contracts"), expected["contracts"], "{name}");
    }
}

#[test]
fn what_was_joined_by_itself_lets_go_of_a_file_that_is_removed() {
    let desk = Desk::new();
    read(&desk, &files(&folder("stripe/joined")));
    let product = |desk: &Desk| {
        let mapped = desk.json(["map", "-m", "m.carryover", "contracts"]);
        let fields = mapped["datasets"]["contracts"]["fields"].as_array().cloned().expect("fields");
        fields.into_iter().find(|field| field["field"] == "product_name").expect("the product")
    };
    assert_eq!(product(&desk)["lookups"][0]["table"]["file"], "prices.csv");
    desk.json(["remove", "-m", "m.carryover", "2"]);
    let left = product(&desk);
    assert_eq!((&left["columns"], &left["lookups"]), (&json!(["Plan"]), &json!([])), "its own column again: {left}");
}

const CUSTOMERS: &str = "Customer No;Name\nK-100;Hoorn\nK-200;Mosel\nK-300;Avon\n";
const CONTRACTS: &str = "Contract No;Client;Starts;Ends;Plan code;Every\n\
    C-1;K-100;2026-01-01;2026-12-31;PRO;monthly\n\
    C-2;K-200;2026-02-01;2026-12-31;TEAM;monthly\n\
    C-3;K-300;2026-03-01;2026-12-31;pro ;monthly\n\
    C-4;K-200;2026-04-01;2026-12-31;PRO;monthly\n";
const PLANS: &str = "Code;Product;Monthly price;Currency;Note\n\
    PRO;Insight Pro;49.00;EUR;\n\
    TEAM;Insight Team;125.00;EUR;\n\
    PRO;Insight Pro;49.00;EUR;again\n";

/// Customers, contracts, and a list of plans that is only looked in.
fn unknown() -> Desk {
    let desk = Desk::new();
    desk.write("customers.csv", CUSTOMERS);
    desk.write("contracts.csv", CONTRACTS);
    desk.write("plans.csv", PLANS);
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk.json(["import", "-m", "m.carryover", "contracts.csv", "--as", "contracts"]);
    desk.json(["import", "-m", "m.carryover", "plans.csv", "--as", "lookup"]);
    desk.json(["map", "-m", "m.carryover", "contracts", "--set", "contract_reference=Contract No"]);
    for (field, column) in [("customer_external_id", "Client"), ("start_date", "Starts"), ("cadence", "Every")] {
        desk.json(["map", "-m", "m.carryover", "contracts", "--set", &format!("{field}={column}")]);
    }
    desk
}

fn look_up(desk: &Desk) -> Value {
    desk.json([
        "map",
        "-m",
        "m.carryover",
        "contracts",
        "--set",
        "product_name=Plan code -> plans.csv[Code].Product",
        "--set",
        "unit_amount=Plan code -> plans.csv[Code].Monthly price",
        "--set",
        "currency=Plan code -> plans.csv[Code].Currency",
    ])
}

/// The findings of the last check: rule, row and message.
fn findings(desk: &Desk) -> Vec<(String, u64, String)> {
    desk.json(["check", "-m", "m.carryover", "--findings", "findings.jsonl"]);
    let text = fs::read_to_string(desk.path("findings.jsonl")).expect("findings");
    let found = text.lines().map(|line| {
        let finding: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        (text("rule"), count(&finding["row"]), text("message"))
    });
    found.filter(|(rule, ..)| rule == "lookup" || rule == "ambiguous" || rule == "required").collect()
}

/// Findings of look-ups that are kept now, without a check.
fn standing(desk: &Desk) -> usize {
    let store = Store::open(&desk.path("m.carryover")).expect("nobody else has it open");
    let mut found = 0;
    let wanted = Wanted { rule: Some(Rule::Lookup), ..Wanted::default() };
    store
        .findings(&wanted, |_| {
            found += 1;
            Ok(())
        })
        .expect("they can be read");
    found
}

fn value(desk: &Desk, row: usize, field: &str) -> String {
    let store = Store::open(&desk.path("m.carryover")).expect("nobody else has it open");
    let dataset = zenskar::schema().dataset("contracts").expect("a dataset");
    let ready = validation::ready(&store, dataset).expect("the mapping fits");
    let rows = store.head(ready[0].source.id, 10).expect("rows");
    let cells: Vec<&str> = rows[row - 1].cells.iter().map(String::as_str).collect();
    let mut record = Record::default();
    let position = ready[0].mapper.position(field).expect("it is mapped");
    ready[0].mapper.value(position, &cells, &mut record).map_or_else(String::new, ToString::to_string)
}

#[test]
fn a_field_is_looked_up_by_hand_and_what_is_not_there_is_told_once_per_row() {
    let desk = unknown();
    let mapped = look_up(&desk);
    let fields = mapped["datasets"]["contracts"]["fields"].as_array().expect("fields");
    let product = fields.iter().find(|field| field["field"] == "product_name").expect("the product");
    assert_eq!(product["columns"], json!(["Plan code"]));
    assert_eq!(product["lookups"][0]["table"]["file"], "plans.csv");
    assert_eq!((&product["lookups"][0]["keys"], &product["lookups"][0]["take"]), (&json!(["Code"]), &json!("Product")));
    let shown = desk.run(["map", "-m", "m.carryover", "contracts"]).stdout;
    assert!(shown.contains("Plan code -> plans.csv[Code].Product"), "{shown}");

    let found = findings(&desk);
    assert_eq!(found.len(), 3, "one row, three fields: {found:?}");
    let message = "“pro” is not in plans.csv: no row has it under “Code”. Correct it, add the row to that file, or exclude this row.";
    assert_eq!(found[0], ("lookup".to_owned(), 3, message.to_owned()));
    assert_eq!([1, 2, 3, 4].map(|row| value(&desk, row, "unit_amount")), ["49", "125", "", "49"]);

    desk.json(["fix", "-m", "m.carryover", "contracts", "--rule", "lookup", "--replace", "pro =PRO"]);
    assert_eq!(findings(&desk), [], "the key was corrected where it stands");
    let server = Server::start();
    let report = carried(&desk, &server);
    assert_eq!(report["closed"], true, "{report}");
}

#[test]
fn an_empty_key_is_an_empty_value_and_different_values_are_asked() {
    let desk = unknown();
    desk.write("contracts.csv", CONTRACTS.replace(";pro ;", ";;"));
    desk.json(["reread", "-m", "m.carryover", "2"]);
    let numbers = desk.json(["files", "-m", "m.carryover"]);
    let plans = numbers["files"].as_array().and_then(|files| files.iter().find(|file| file["file"] == "plans.csv"));
    let plans = plans.map(|file| file["source"].to_string()).expect("the plans");
    desk.write("plans.csv", PLANS.replace("49.00;EUR;again", "59.00;EUR;again"));
    desk.json(["reread", "-m", "m.carryover", &plans]);
    look_up(&desk);
    let found = findings(&desk);
    let rules: Vec<(&str, u64)> = found.iter().map(|(rule, row, _)| (rule.as_str(), *row)).collect();
    assert_eq!(
        rules,
        [("ambiguous", 1), ("required", 3), ("required", 3), ("required", 3), ("ambiguous", 4)],
        "an empty key finds nothing and is only missing: {found:?}"
    );
    assert_eq!(
        found[0].2,
        "“PRO” has two different values under “Monthly price”: “49.00” in plans.csv, line 2, and “59.00” in plans.csv, line 4. Correct or exclude one of those rows."
    );
    assert_eq!(value(&desk, 1, "product_name"), "Insight Pro", "where both say the same there is nothing to ask");
}

#[test]
fn what_changes_in_the_file_that_is_looked_in_is_checked_again() {
    let desk = unknown();
    desk.json(["map", "-m", "m.carryover", "contracts", "--set", "name=Client -> customers.csv[Customer No].Name"]);
    look_up(&desk);
    desk.json(["check", "-m", "m.carryover"]);
    desk.json(["fix", "-m", "m.carryover", "contracts", "--rule", "lookup", "--replace", "pro =PRO"]);
    assert_eq!(findings(&desk), []);
    desk.json([
        "fix",
        "-m",
        "m.carryover",
        "customers",
        "--row",
        "2",
        "--field",
        "customer_name",
        "--value",
        "Mosel AG",
    ]);
    assert_eq!(value(&desk, 2, "name"), "Mosel AG", "an edit lies over the row that is looked up");
    desk.json(["fix", "-m", "m.carryover", "customers", "--row", "2", "--field", "external_id", "--value", "K-201"]);
    assert_eq!(standing(&desk), 2, "the rows that look there were judged again with the edit");
    let found = findings(&desk);
    let places: Vec<(&str, u64)> = found.iter().map(|(rule, row, _)| (rule.as_str(), *row)).collect();
    assert_eq!(places, [("lookup", 2), ("lookup", 4)], "{found:?}");
    desk.json(["fix", "-m", "m.carryover", "--undo"]);
    assert_eq!(standing(&desk), 0);

    desk.write("plans.csv", PLANS.replace("TEAM;", "TEAMS;"));
    desk.json(["reread", "-m", "m.carryover", "3"]);
    let found = findings(&desk);
    assert!(found.len() == 3 && found.iter().all(|(rule, row, _)| rule == "lookup" && *row == 2), "{found:?}");
    let number = desk.json(["files", "-m", "m.carryover"])["files"]
        .as_array()
        .and_then(|files| files.iter().find(|file| file["file"] == "plans.csv").map(|file| file["source"].to_string()));
    desk.json(["remove", "-m", "m.carryover", &number.expect("the plans")]);
    let found = findings(&desk);
    assert_eq!(found.len(), 12, "every row and field says that the file is gone: {found:?}");
    assert!(found[0].2.contains("plans.csv is not in this migration"), "{found:?}");
}

#[test]
fn a_template_finds_the_table_by_its_headings_whatever_it_is_called() {
    let desk = unknown();
    look_up(&desk);
    desk.json(["map", "-m", "m.carryover", "contracts", "--save", "contracts.json"]);
    let template = fs::read_to_string(desk.path("contracts.json")).expect("a template");
    assert!(!template.contains(desk.path("").to_str().expect("a path")), "no path in it: {template}");

    desk.write("tariffs 2027.csv", PLANS.replace("Insight", "Sight"));
    desk.json(["new", "n.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "n.carryover", "contracts.csv", "--as", "contracts"]);
    let answer = desk.run(["map", "-m", "n.carryover", "contracts", "--template", "contracts.json"]);
    assert!(answer.stderr.contains("plans.csv"), "it says what is not there: {}", answer.stderr);
    desk.json(["import", "-m", "n.carryover", "tariffs 2027.csv", "--as", "lookup"]);
    desk.json(["map", "-m", "n.carryover", "contracts", "--template", "contracts.json"]);
    let shown = desk.run(["map", "-m", "n.carryover", "contracts"]).stdout;
    assert!(shown.contains("Plan code -> tariffs 2027.csv[Code].Product"), "{shown}");
}

#[test]
fn a_look_up_suggests_itself_and_is_not_taken_by_itself() {
    let desk = unknown();
    desk.write("plans.csv", PLANS.replace("PRO;Insight Pro;49.00;EUR;again\n", ""));
    desk.json(["reread", "-m", "m.carryover", "3"]);
    let mapped = desk.json(["map", "-m", "m.carryover", "contracts"]);
    let fields = mapped["datasets"]["contracts"]["fields"].as_array().expect("fields");
    let currency = fields.iter().find(|field| field["field"] == "currency").expect("the currency");
    assert_eq!(currency["columns"], json!([]), "nothing is taken unasked");
    let proposal = &currency["proposal"];
    assert_eq!(
        (&proposal["column"], &proposal["lookup"]["take"]),
        (&json!("Plan code"), &json!("Currency")),
        "{currency}"
    );
    let shown = desk.run(["map", "-m", "m.carryover", "contracts"]).stdout;
    assert!(shown.contains("--set \"currency=Plan code -> plans.csv[Code].Currency\""), "{shown}");
}

#[test]
fn what_cannot_be_looked_up_is_refused_in_words() {
    let desk = unknown();
    let set = |path: &str| desk.refused(["map", "-m", "m.carryover", "contracts", "--set", &format!("name={path}")]);
    for (path, code, word) in [
        ("Client -> nothing.csv[Code].Name", "not_found", "nothing.csv"),
        ("Client -> plans.csv[Nr].Product", "not_found", "Nr"),
        ("Client -> plans.csv[Code].Nothing", "not_found", "Nothing"),
        ("Nobody -> plans.csv[Code].Product", "not_found", "Nobody"),
        ("Client -> plans.csv", "argument", "plans.csv"),
        ("Client -> plans.csv[Code+Note].Product", "mapping", "plans.csv"),
    ] {
        let error = set(path);
        assert_eq!(error["code"], code, "{path}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(word)), "{path}: {error}");
    }
}
