//! Files of one dataset with different columns: each group is matched by itself, by the name of one of its files. And what a
//! system's folder has in it beside that: files and rows of which nothing is carried.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::Desk;

const CONTRACTS: &str = "Contract,Account,Start,Product,Price,Cur,Billing\n\
    C-1,K-100,2026-01-01,Lab,20,EUR,monthly\nC-2,K-200,2026-02-01,Lab,21,EUR,monthly\n";
const OLD: &str = "Vertrag,Kunde,Beginn,Produkt,Preis,Turnus\nV-1,K-100,2025-01-01,Labor,12.50,monatlich\n\
    V-2,K-200,2025-02-01,Labor,13.50,monatlich\n";

fn folder(system: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/exports").join(system)
}

fn two_kinds() -> Desk {
    let desk = Desk::new();
    desk.write("contracts.csv", CONTRACTS);
    desk.write("old.csv", OLD);
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "contracts.csv", "old.csv", "--as", "contracts"]);
    desk
}

fn field<'v>(mapping: &'v Value, id: &str) -> &'v Value {
    let fields = mapping["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["field"] == id).expect("the field is there")
}

#[test]
fn files_with_other_columns_have_a_mapping_of_their_own() {
    let desk = two_kinds();
    let mapped = desk.json(["map", "-m", "m.carryover"]);
    let contracts = &mapped["datasets"]["contracts"];
    assert_eq!(contracts["sources"], json!(["contracts.csv"]));
    let old = &contracts["others"][0];
    assert_eq!((&old["sources"], old["others"].is_null()), (&json!(["old.csv"]), true));
    assert_eq!(field(contracts, "currency")["columns"], json!(["Cur"]));
    assert_eq!(field(old, "currency")["columns"], json!([]), "nothing there is one");

    let unclear = desk.refused(["map", "-m", "m.carryover", "contracts", "--constant", "description=Moved"]);
    assert!(unclear["hint"].as_str().is_some_and(|hint| hint.contains("--file")), "{unclear}");
    let gone = desk.refused(["map", "-m", "m.carryover", "contracts", "--file", "gone.csv"]);
    assert_eq!(gone["code"], "not_found", "{gone}");
    let set = ["map", "-m", "m.carryover", "contracts", "--file", "old.csv", "--constant", "currency=GBP"];
    let mapped = desk.json(set);
    assert_eq!(field(&mapped["datasets"]["contracts"], "currency")["constant"], "GBP");
    let all = desk.json(["map", "-m", "m.carryover", "contracts"]);
    assert_eq!(field(&all["datasets"]["contracts"], "currency")["columns"], json!(["Cur"]), "untouched");

    desk.json(["map", "-m", "m.carryover", "contracts", "--file", "old.csv", "--save", "old.json"]);
    desk.write("m2.csv", OLD.replace("V-", "W-"));
    desk.json(["new", "n.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "n.carryover", "contracts.csv", "m2.csv", "--as", "contracts"]);
    desk.json(["map", "-m", "n.carryover", "contracts", "--file", "m2.csv", "--template", "old.json"]);
    let all = desk.json(["map", "-m", "n.carryover", "contracts"]);
    assert_eq!(field(&all["datasets"]["contracts"]["others"][0], "currency")["constant"], "GBP");
    assert_eq!(field(&all["datasets"]["contracts"], "currency")["columns"], json!(["Cur"]));

    let undone = desk.run(["map", "-m", "m.carryover", "contracts", "--undo"]);
    assert!(undone.stderr.contains("Set currency to “GBP” everywhere"), "{}", undone.stderr);
    assert!(undone.stdout.contains("contracts, from old.csv"), "each group is shown: {}", undone.stdout);
}

#[test]
fn whatever_lies_in_a_systems_folder_leaves_no_required_field_open() {
    for system in ["avalara", "hubspot", "netsuite", "quickbooks_online", "salesforce", "stripe", "xero", "zoho_books"]
    {
        let desk = Desk::new();
        desk.json(["new", "m.carryover", "--to", "zenskar"]);
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder(system))
            .expect("the fixtures are there")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|is| is == "csv"))
            .collect();
        files.sort();
        let names = files.iter().map(|path| path.to_str().expect("a name"));
        let args: Vec<&str> = ["import", "-m", "m.carryover"].into_iter().chain(names).collect();
        let imported = desk.json(args);
        let taken = imported["files"].as_array().map_or(0, Vec::len);
        let not_needed = imported["not_needed"].as_array().map_or(0, Vec::len);
        assert_eq!(taken + not_needed, files.len(), "{system}: every file is taken or told");
        let mapped = desk.json(["map", "-m", "m.carryover"]);
        for (dataset, mapping) in mapped["datasets"].as_object().expect("datasets") {
            let others = mapping["others"].as_array().into_iter().flatten();
            for group in [mapping].into_iter().chain(others) {
                for field in group["fields"].as_array().expect("fields") {
                    let at = format!("{system}, {dataset} of {}: {field}", group["sources"]);
                    assert!(field["confidence"] != "question", "{at}");
                    assert!(field["required"] == false || field["confidence"] != "none", "{at}");
                }
            }
        }
    }
}

#[test]
fn rows_of_which_nothing_is_carried_are_left_out_and_can_be_taken_in_again() {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    let contacts = folder("xero").join("contacts.csv");
    let invoices = folder("xero").join("invoices.csv");
    let [contacts, invoices] = [&contacts, &invoices].map(|path| path.to_str().expect("a name"));
    desk.json(["import", "-m", "m.carryover", contacts, invoices]);
    let checked = desk.json(["check", "-m", "m.carryover"]);
    let usage = &checked["datasets"]["usage"];
    assert_eq!((&usage["rows"], &usage["excluded"], &usage["ready"]), (&json!(6), &json!(1), &json!(5)), "{usage}");
    let trail = desk.run(["trail", "-m", "m.carryover"]).stdout;
    assert!(trail.contains("“Sales overpayment”: of this nothing is carried"), "{trail}");
    desk.json(["fix", "-m", "m.carryover", "--undo"]);
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["usage"]["excluded"], 0, "{checked}");
}

#[test]
fn what_is_not_needed_is_told_and_stops_nothing() {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    let [notes, contacts] = ["Credit_Note.csv", "Contacts.csv"].map(|name| folder("zoho_books").join(name));
    let [notes, contacts] = [&notes, &contacts].map(|path| path.to_str().expect("a name"));
    let answer = desk.run(["import", "-m", "m.carryover", notes, contacts]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("Zoho Books’s export “credit notes”, of which nothing is carried"),
        "{}",
        answer.stderr
    );
    assert!(answer.stdout.contains("Contacts.csv: customers"), "{}", answer.stdout);
}

#[test]
fn keys_are_compared_as_it_is_said() {
    let desk = two_kinds();
    desk.write("products.csv", "Code,Title\nLAB ,The laboratory\n");
    desk.json(["import", "-m", "m.carryover", "products.csv", "--as", "lookup"]);
    let set = "description=Product -> products.csv[Code].Title";
    let base = ["map", "-m", "m.carryover", "contracts", "--file", "contracts.csv", "--set", set];
    desk.json(base);
    let found = |desk: &Desk| {
        let checked = desk.json(["check", "-m", "m.carryover"]);
        checked["rules"].as_array().expect("rules").iter().all(|rule| rule["rule"] != "lookup")
    };
    assert!(!found(&desk), "“Lab” is not “LAB”");
    desk.json([&base[..], &["--compare", "description=any-case"]].concat());
    assert!(found(&desk), "upper or lower case does not count");
    let refused = desk.refused([&base[..], &["--compare", "description=loosely"]].concat());
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("any-case")), "{refused}");
    desk.refused(["map", "-m", "m.carryover", "contracts", "--set", "name=Contract", "--compare", "name=any-case"]);
}
