//! Files after they were read: listed, read again in another way, changed on the disk, taken out.

use serde_json::Value;

use crate::support::Desk;

const CUSTOMERS: &str =
    "Brackwater Analytics;;\nCustomer Number;Name;E-mail\n001;Aal GmbH;a@aal.example\n002;Bork AS;b@bork.example\n";

fn with_customers() -> Desk {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.write("customers.csv", CUSTOMERS);
    desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    desk
}

fn card(desk: &Desk) -> Value {
    desk.json(["files", "-m", "m.carryover"])["files"][0].clone()
}

#[test]
fn a_card_says_what_was_guessed_and_what_was_left_out() {
    let desk = with_customers();
    let card = card(&desk);
    assert_eq!((card["source"].as_u64(), card["rows"].as_u64()), (Some(1), Some(2)));
    assert_eq!(card["preview"]["header_row"], 2);
    assert_eq!(card["preview"]["above"], serde_json::json!(["Brackwater Analytics"]));
    assert_eq!(
        card["preview"]["rows"][0],
        serde_json::json!({"line": 3, "cells": ["001", "Aal GmbH", "a@aal.example"]})
    );
    assert_eq!(card["recognised"]["missing"], 0);
}

#[test]
fn another_guess_is_read_in_place_of_the_old_and_numbers_are_not_used_twice() {
    let desk = with_customers();
    desk.json(["map", "-m", "m.carryover", "customers", "--set", "phone_number=Name"]);
    let again = desk.json(["reread", "-m", "m.carryover", "1", "--header-row", "2", "--encoding", "windows-1252"]);
    assert_eq!(again["sources"][0]["id"], 2);
    let card = card(&desk);
    assert_eq!((card["preview"]["encoding"].as_str(), card["rows"].as_u64()), (Some("windows-1252"), Some(2)));
    assert_eq!(card["said"]["header_row"], 2);
    let mapping = desk.json(["map", "-m", "m.carryover", "customers"]);
    let fields = mapping["datasets"]["customers"]["fields"].as_array().cloned().unwrap_or_default();
    let phone = fields.iter().find(|field| field["field"] == "phone_number").cloned().unwrap_or_default();
    assert_eq!(phone["columns"], serde_json::json!(["Name"]), "what the user decided is kept");
    desk.json(["remove", "-m", "m.carryover", "2"]);
    let after = desk.json(["import", "-m", "m.carryover", "customers.csv"]);
    assert_eq!(after["files"][0]["sources"][0]["id"], 3, "also after the newest was removed");
    let error = desk.refused(["remove", "-m", "m.carryover", "2"]);
    assert_eq!(error["code"], "not_found");
}

#[test]
fn repairs_are_dropped_only_when_that_is_said() {
    let desk = with_customers();
    desk.json(["check", "-m", "m.carryover"]);
    desk.json(["fix", "-m", "m.carryover", "customers", "--row", "1", "--field", "customer_name", "--value", "Aal AG"]);
    assert_eq!(card(&desk)["edits"], 1);
    assert_eq!(desk.refused(["reread", "-m", "m.carryover", "1"])["code"], "precondition");
    assert_eq!(card(&desk)["edits"], 1, "nothing was lost");
    desk.json(["reread", "-m", "m.carryover", "1", "--drop-edits"]);
    assert_eq!(card(&desk)["edits"], 0);
    assert_eq!(desk.refused(["fix", "-m", "m.carryover", "--undo"])["code"], "precondition", "nothing to undo is left");
    assert_eq!(desk.json(["check", "-m", "m.carryover"])["datasets"]["customers"]["rows"], 2);
}

/// A file of `fixtures/intake`, copied to the desk.
fn of_intake(desk: &Desk, name: &str) {
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/intake/");
    desk.write(name, std::fs::read(format!("{from}{name}")).expect("the fixture is there"));
}

#[test]
fn a_table_on_its_side_is_turned_or_left_as_it_stands() {
    let desk = Desk::new();
    of_intake(&desk, "side_customers.csv");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "side_customers.csv"]);
    let turned = card(&desk);
    assert_eq!((turned["dataset"].as_str(), turned["rows"].as_u64()), (Some("customers"), Some(3)));
    assert_eq!((&turned["preview"]["transposed"], &turned["preview"]["header_row"]), (&true.into(), &1.into()));
    assert_eq!(turned["preview"]["rows"][0]["cells"][1], "HV-0017");
    let found = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(found["datasets"]["customers"]["with_errors"], 0, "{found}");
    desk.json(["reread", "-m", "m.carryover", "1", "--no-transpose"]);
    let upright = card(&desk);
    assert_eq!((upright["preview"]["transposed"].as_bool(), upright["rows"].as_u64()), (Some(false), Some(6)));
    desk.json(["reread", "-m", "m.carryover", "2", "--transpose"]);
    assert_eq!(card(&desk)["preview"]["rows"], turned["preview"]["rows"]);
    let long = (0..1000).map(|row| format!("{row};x\n")).collect::<Vec<_>>().concat();
    desk.write("long.csv", format!("number;name\n{long}"));
    let error = desk.refused(["inspect", "long.csv", "--transpose"]);
    assert!(error["message"].as_str().is_some_and(|told| told.contains("too large to be read turned")), "{error}");
}

#[test]
fn each_of_several_tables_in_a_sheet_is_one_to_choose() {
    let desk = Desk::new();
    of_intake(&desk, "workbook_tables_below.xlsx");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    let contracts = ["--sheet", "Sales, table 2", "--as", "contracts"];
    desk.json([&["import", "-m", "m.carryover", "workbook_tables_below.xlsx"][..], &contracts[..]].concat());
    let read = card(&desk);
    assert_eq!(read["preview"]["columns"], serde_json::json!(["Contract", "Customer", "Start", "Price per month"]));
    assert_eq!(read["rows"], 3);
    assert_eq!(read["other_sheets"][0]["sheet"], "Sales, table 1");
    let error = desk.refused(["inspect", "workbook_tables_below.xlsx", "--sheet", "Sales, table 3"]);
    assert!(error["message"].as_str().is_some_and(|told| told.contains("“Sales, table 2”")), "{error}");
}

#[test]
fn a_file_that_changed_or_went_is_noticed_until_one_goes_on() {
    let desk = with_customers();
    let changed = |desk: &Desk| desk.json(["files", "-m", "m.carryover"])["changed"].clone();
    assert_eq!(changed(&desk), serde_json::json!([]));
    desk.write("customers.csv", format!("{CUSTOMERS}003;Cod Ltd;c@cod.example\n"));
    assert_eq!(changed(&desk)[0]["change"], "content");
    desk.json(["files", "-m", "m.carryover", "--go-on", "1"]);
    assert_eq!(changed(&desk), serde_json::json!([]), "the user went on with what was read");
    std::fs::remove_file(desk.path("customers.csv")).expect("the file goes");
    assert_eq!(changed(&desk)[0]["change"], "gone");
    desk.write("customers.csv", CUSTOMERS);
    assert_eq!(changed(&desk), serde_json::json!([]), "the same content again is no change");
    desk.write("customers.csv", format!("{CUSTOMERS}003;Cod Ltd;c@cod.example\n"));
    desk.json(["reread", "-m", "m.carryover", "1"]);
    assert_eq!(card(&desk)["rows"], 3);
    assert_eq!(changed(&desk), serde_json::json!([]));
}

#[test]
fn the_same_file_under_another_name_is_noticed() {
    let desk = with_customers();
    desk.write("copy.csv", CUSTOMERS);
    let error = desk.refused(["import", "-m", "m.carryover", "copy.csv"]);
    assert_eq!(error["code"], "exists");
}

#[test]
fn an_ambiguous_column_is_asked_with_its_own_values() {
    let desk = Desk::new();
    desk.sample_migration();
    desk.json(["reread", "-m", "m.carryover", "3", "--sheet", "Active"]);
    let files = desk.json(["files", "-m", "m.carryover"])["files"].as_array().cloned().unwrap_or_default();
    let contracts = files.iter().find(|card| card["dataset"] == "contracts").cloned().unwrap_or_default();
    assert_eq!(contracts["questions"], serde_json::json!([]), "the answer given before is kept");
    assert!(contracts["other_sheets"].as_array().is_some_and(|sheets| !sheets.is_empty()), "{contracts}");
}

/// A file of `fixtures/exports`, copied to the desk.
fn exported(desk: &Desk, export: &str, name: &str) {
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/exports/");
    std::fs::copy(format!("{from}{export}"), desk.path(name)).expect("the fixture is there");
}

#[test]
fn a_known_export_says_who_wrote_it_and_needs_no_hand() {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    for (export, name) in [("stripe/customers.csv", "a.csv"), ("stripe/subscriptions.csv", "b.csv")] {
        exported(&desk, export, name);
        let read = desk.json(["import", "-m", "m.carryover", name]);
        assert_eq!(read["files"][0]["sources"][0]["unmatched"], serde_json::json!([]), "{export}");
    }
    let cards = desk.json(["files", "-m", "m.carryover"])["files"].clone();
    assert_eq!(cards[0]["known"]["system"], "Stripe");
    assert_eq!(cards[1]["known"]["export"], "subscriptions");
    let checked = desk.json(["check", "-m", "m.carryover"]);
    assert_eq!(checked["datasets"]["contracts"]["with_errors"], 0, "every subscription finds its customer");
    exported(&desk, "stripe/prices.csv", "c.csv");
    let read = desk.json(["import", "-m", "m.carryover", "c.csv"]);
    assert_eq!(read["files"][0]["sources"][0]["dataset"], "lookup", "others look in it: {read}");
    exported(&desk, "hubspot/line_items.csv", "d.csv");
    let told = desk.json(["import", "-m", "m.carryover", "d.csv"]);
    assert_eq!(told["files"], serde_json::json!([]), "{told}");
    assert!(told["not_needed"].to_string().contains("HubSpot’s export “line items”"), "{told}");
}

#[test]
fn card_and_bank_details_are_never_kept() {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    exported(&desk, "xero/contacts.csv", "contacts.csv");
    desk.json(["import", "-m", "m.carryover", "contacts.csv"]);
    let remarks = card(&desk)["remarks"].to_string();
    assert!(remarks.contains("“BankAccountNumber” was left empty"), "{remarks}");
    let kept = std::fs::read(desk.path("m.carryover")).expect("the migration is a file");
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("accounts@harbourvale.example"), "what is kept is there to be read");
    assert!(!holds("12-3456-7890123-00"), "the bank account is not");
}
