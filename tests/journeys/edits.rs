//! Repairs: in bulk, one by one, taken back and brought again; the findings always those of a fresh check.

use engine::schema::zenskar;
use engine::store::Store;
use engine::validation::{Context, holds};
use serde_json::Value;

use crate::support::{Desk, STORY_DAY, count};

/// Findings as lines, in a stable order.
fn findings(desk: &Desk) -> Vec<String> {
    desk.run(["check", "-m", "m.carryover", "--all", "--findings", "findings.jsonl"]);
    let text = std::fs::read_to_string(desk.path("findings.jsonl")).expect("findings were written");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn with_errors(desk: &Desk, dataset: &str) -> u64 {
    count(&desk.json(["check", "-m", "m.carryover", "--all"])["datasets"][dataset]["with_errors"])
}

#[test]
fn a_bulk_repair_is_undone_and_done_again() {
    let desk = Desk::new();
    desk.sample_migration();
    let before = findings(&desk);
    desk.json(["fix", "-m", "m.carryover", "contracts", "--rule", "reference", "--suggested"]);
    let repaired = findings(&desk);
    assert_eq!(before.len() - repaired.len(), 48, "48 customer numbers were filled up");
    desk.json(["fix", "-m", "m.carryover", "--undo"]);
    assert_eq!(findings(&desk), before, "as before");
    desk.json(["fix", "-m", "m.carryover", "--redo"]);
    assert_eq!(findings(&desk), repaired, "as repaired");
}

#[test]
fn an_edit_that_was_judged_by_itself_leaves_nothing_to_check() {
    let desk = Desk::new();
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    for email in ["a@hoorn.example", "b@hoorn.example"] {
        desk.json(["fix", "-m", "m.carryover", "customers", "--row", "2", "--field", "email", "--value", email]);
        let store = Store::open(&desk.path("m.carryover")).expect("nobody else has it open");
        let context = Context { today: STORY_DAY.parse().expect("a day"), at: String::new() };
        assert!(holds(&store, zenskar::schema(), &context).expect("it can be read"), "the next edit is as quick");
    }
}

#[test]
fn one_edited_cell_is_judged_as_a_full_check_would() {
    let desk = Desk::new();
    desk.write(
        "customers.csv",
        "Customer Number,Name,E-mail\n001,Aal GmbH,a@aal.example\n002,Bork AS,b@bork.example\n",
    );
    desk.write(
        "usage.csv",
        "Event ID,Customer Number,Timestamp,Quantity\ne1,001,2026-01-01T00:00:00Z,1\ne2,002,2026-01-02T00:00:00Z,x\ne2,002,2026-01-02T00:00:00Z,2\ne4,9,2026-01-03T00:00:00Z,3\n",
    );
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["import", "-m", "m.carryover", "usage.csv", "--as", "usage"]);
    desk.json(["map", "-m", "m.carryover", "usage", "--set", "data.quantity=Quantity"]);
    assert_eq!(with_errors(&desk, "usage"), 3, "a bad number, a number used twice, an unknown customer");
    let steps: [(&str, &str, &str, u64); 5] = [
        ("2", "data.quantity", "12", 3),
        ("3", "data.event_id", "e3", 1),
        ("4", "customer_id", "001", 0),
        ("1", "data.event_id", "e3", 2),
        ("1", "data.event_id", "e1", 0),
    ];
    for (row, field, value, errors) in steps {
        desk.json(["fix", "-m", "m.carryover", "usage", "--row", row, "--field", field, "--value", value]);
        let by_edit = stored(&desk);
        assert_eq!(with_errors(&desk, "usage"), errors, "row {row}, {field} = {value}");
        assert_eq!(stored(&desk), by_edit, "the same as a full check, after row {row}, {field} = {value}");
    }
}

#[test]
fn what_changed_is_checked_again_and_whatever_depends_on_it() {
    let desk = Desk::new();
    desk.sample_migration();
    let alike = row_with(&desk, "near_duplicate");
    let overlapping = row_with(&desk, "overlap");
    let changes: [&[&str]; 12] = [
        &["fix", "-m", "m.carryover", "customers", "--row", "8", "--field", "customer_name", "--value", "Another Ltd"],
        &["fix", "-m", "m.carryover", "customers", "--row", "9", "--field", "address.country_code", "--value", "XX"],
        &[
            "fix",
            "-m",
            "m.carryover",
            "customers",
            "--row",
            &alike,
            "--field",
            "customer_name",
            "--value",
            "Quite else",
        ],
        &["fix", "-m", "m.carryover", "--undo"],
        &["fix", "-m", "m.carryover", "contracts", "--row", &overlapping, "--field", "product_name", "--value", "Else"],
        &["fix", "-m", "m.carryover", "contracts", "--row", "5", "--field", "unit_amount", "--value", "no price"],
        &["map", "-m", "m.carryover", "usage", "--constant", "data.unit=calls"],
        &["fix", "-m", "m.carryover", "customers", "--row", "7", "--field", "external_id", "--value", "none-of-them"],
        &["fix", "-m", "m.carryover", "contracts", "--row", "3", "--field", "end_date", "--value", "2020-01-31"],
        &["fix", "-m", "m.carryover", "usage", "--rule", "reference", "--exclude", "--reason", "test accounts"],
        &["fix", "-m", "m.carryover", "--undo"],
        &["map", "-m", "m.carryover", "customers", "--set", "email=Fax"],
    ];
    for change in changes {
        desk.json(change);
        desk.json(["check", "-m", "m.carryover"]);
        let by_change = stored(&desk);
        desk.json(["check", "-m", "m.carryover", "--all"]);
        let all = stored(&desk);
        assert!(!all.is_empty(), "the sample has findings");
        assert_eq!(by_change, all, "after {change:?}");
    }
}

#[test]
fn a_column_put_to_use_is_not_kept_along_as_well() {
    let desk = Desk::new();
    desk.write(
        "usage.csv",
        "acct,event time,quantity,region,event id\n1,2026-01-01T00:00:00Z,5,EU,e1\n2,2026-01-02T00:00:00Z,6,US,e2\n",
    );
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "usage.csv", "--as", "usage"]);
    let with_column = |mapping: &Value| -> Vec<String> {
        let fields = mapping["datasets"]["usage"]["fields"].as_array().cloned().unwrap_or_default();
        let of_column = fields.iter().filter(|field| field["columns"] == serde_json::json!(["region"]));
        of_column.map(|field| field["field"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(with_column(&desk.json(["map", "-m", "m.carryover", "usage"])), ["data.region"], "kept along");
    let mapping = desk.json(["map", "-m", "m.carryover", "usage", "--set", "data.unit=region"]);
    assert_eq!(with_column(&mapping), ["data.unit"], "put to use");
}

/// The first row with a finding of this rule.
fn row_with(desk: &Desk, rule: &str) -> String {
    let found = findings(desk).iter().find_map(|line| {
        let finding: Value = serde_json::from_str(line).expect("a finding is JSON");
        (finding["rule"] == rule).then(|| finding["row"].to_string())
    });
    found.expect("the sample breaks every rule")
}

/// The findings as they are stored, without a check.
fn stored(desk: &Desk) -> Vec<(i64, String, String, String)> {
    let connection = rusqlite::Connection::open(desk.path("m.carryover")).expect("the migration is SQLite");
    let mut statement = connection
        .prepare("select place, field, rule, value || message from finding order by 1, 2, 3, 4")
        .expect("its table");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).expect("rows");
    rows.map(|row| row.expect("a finding")).collect()
}

#[test]
fn leaving_out_wants_a_reason_and_tells_who() {
    let desk = Desk::new();
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    let error =
        desk.refused(["fix", "-m", "m.carryover", "usage", "--rule", "reference", "--exclude", "--reason", "  "]);
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("auditor")), "{error}");
    desk.json([
        "fix",
        "-m",
        "m.carryover",
        "usage",
        "--rule",
        "reference",
        "--exclude",
        "--reason",
        "internal test account",
    ]);
    let trail = desk.json(["trail", "-m", "m.carryover"]);
    assert_eq!(trail["broken_at"], Value::Null);
    let entry = trail["entries"].as_array().and_then(|entries| entries.last()).cloned().unwrap_or_default();
    assert_eq!(
        (entry["who"].as_str(), entry["detail"].as_str()),
        (Some("Maren Okafor"), Some("internal test account"))
    );
    let excluded = &desk.json(["check", "-m", "m.carryover"])["datasets"]["usage"]["excluded"];
    assert_eq!(*excluded, 37);
}
