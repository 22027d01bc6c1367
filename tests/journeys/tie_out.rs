//! The tie-out by the command line: a difference explained by an exclusion, by words, or left open; the report signed.

use crate::support::Desk;

/// The sample with the old system's figures; 212 events of May stand in it twice.
fn expected() -> Desk {
    let desk = Desk::new();
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    desk.write(
        "old.csv",
        "dataset,currency,month,expected\nusage,EUR,2026-05,412906.18\nusage,EUR,2026-06,420118.95\nusage,EUR,,3586496.90\n",
    );
    desk.json(["totals", "-m", "m.carryover", "--expect", "old.csv"]);
    desk
}

/// Difference, explained and open of a total of usage.
fn standing(desk: &Desk, currency: &str, month: &str) -> [String; 3] {
    let totals = desk.json(["totals", "-m", "m.carryover"]);
    let lines = totals["totals"].as_array().expect("lines");
    let line = lines
        .iter()
        .find(|line| line["dataset"] == "usage" && line["currency"] == currency && line["month"] == month)
        .expect("the total is there");
    ["difference", "explained", "open"].map(|name| line[name].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_difference_is_explained_by_what_was_excluded() {
    let desk = expected();
    assert_eq!(standing(&desk, "EUR", "2026-05"), ["4318.60", "0", "4318.60"]);
    desk.json(["fix", "-m", "m.carryover", "usage", "--rule", "unique", "--exclude", "--reason", "exported twice"]);
    assert_eq!(standing(&desk, "EUR", "2026-05")[1..], ["4318.60", "0.00"]);
    assert_eq!(standing(&desk, "EUR", "")[2], "0.00", "the sum is explained by the same rows");
    assert_eq!(standing(&desk, "EUR", "2026-06")[2], "0", "what agrees needs no explanation");
    let totals = desk.json(["totals", "-m", "m.carryover"]);
    assert_eq!(totals["closed"], true);
    let left_out = totals["left_out"].as_array().expect("what was left out");
    let of_may = left_out.iter().find(|part| part["month"] == "2026-05").expect("the copies of May");
    assert_eq!(of_may["rows"], 212);
    assert_eq!(of_may["amount"], "4318.60");
    assert_eq!(of_may["reason"], "exported twice");
    assert_eq!(of_may["can_undo"], true);
}

#[test]
fn a_difference_is_explained_in_words_and_taken_back() {
    let desk = expected();
    let explain = ["totals", "-m", "m.carryover", "--explain", "usage/EUR/2026-05", "--amount", "4318.60"];
    let explained = desk.json(explain.iter().chain(&["--reason", "credit notes of June"]));
    assert_eq!(explained["closed"], true, "month and sum are both explained");
    assert_eq!(explained["explanations"][0]["reason"], "credit notes of June");
    let back = desk.json(["totals", "-m", "m.carryover", "--unexplain", "1"]);
    assert_eq!(back["closed"], false);
    let trail = desk.json(["trail", "-m", "m.carryover", "--find", "explanation", "--step", "Tie out"]);
    assert_eq!(trail["entries"].as_array().map(Vec::len), Some(1), "that it was taken back stays in the trail");
}

#[test]
fn going_on_with_an_open_difference_needs_a_reason() {
    let desk = expected();
    assert_eq!(desk.run(["totals", "-m", "m.carryover", "--go-on"]).code, 2);
    let blank = desk.run(["totals", "-m", "m.carryover", "--go-on", "--reason", " "]);
    assert_eq!(blank.code, 2);
    let totals = desk.json(["totals", "-m", "m.carryover", "--go-on", "--reason", "the auditor knows"]);
    assert_eq!(totals["decision"]["reason"], "the auditor knows");
}

#[test]
fn what_is_open_cannot_be_signed() {
    let desk = expected();
    let refused = desk.run(["sign", "-m", "m.carryover", "--as", "preparer"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("the report is open"), "{}", refused.stderr);
}

#[test]
fn two_people_sign_and_a_change_outdates_it() {
    let desk = Desk::new();
    desk.write("customers.csv", "Customer Number,Name,E-mail\n001,Aal GmbH,a@aal.example\n002,Bork AS,x\n");
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["check", "-m", "m.carryover"]);
    // Nothing is loaded here: one row has an error, the other is left out.
    let fix = ["fix", "-m", "m.carryover", "customers", "--row", "1", "--field", "email", "--value", "y"];
    desk.json(fix);
    let sign = |role: &str, name: &str| desk.run(["sign", "-m", "m.carryover", "--as", role, "--name", name]);
    assert!(sign("approver", "Tom Lindqvist").stderr.contains("nobody has signed"));
    assert_eq!(sign("preparer", "Maren Okafor").code, 0);
    assert!(sign("approver", " maren  okafor ").stderr.contains("you prepared this report"));
    assert_eq!(sign("approver", "Tom Lindqvist").code, 0);
    desk.json(["check", "-m", "m.carryover", "--all"]);
    let signed = desk.json(["sign", "-m", "m.carryover"]);
    assert_eq!(signed["outdated_by"], serde_json::Value::Null, "looking again changes nothing");
    desk.json(["fix", "-m", "m.carryover", "--undo"]);
    assert!(desk.json(["sign", "-m", "m.carryover"])["outdated_by"].is_string());
    assert!(sign("approver", "Tom Lindqvist").stderr.contains("changed after it was signed"));
}

#[test]
fn the_evidence_is_written_as_a_pdf_and_the_old_report_is_noted_in_it() {
    let desk = expected();
    desk.write("revenue.pdf", "never read, only known by its SHA-256");
    let totals = desk.json(["totals", "-m", "m.carryover", "--attach", "revenue.pdf"]);
    assert_eq!(totals["attached"]["name"], "revenue.pdf");
    assert_eq!(totals["attached"]["sha256"].as_str().map(str::len), Some(64));
    desk.json(["report", "-m", "m.carryover", "--out", "report"]);
    let pdf = std::fs::read(desk.path("report/evidence_practice.pdf")).expect("the evidence");
    assert!(pdf.starts_with(b"%PDF-1.7"));
}

#[test]
fn the_trail_is_narrowed_to_days() {
    let desk = expected();
    let entries = |args: &[&str]| {
        let trail = desk.json(["trail", "-m", "m.carryover"].iter().chain(args));
        trail["entries"].as_array().map(Vec::len)
    };
    assert_eq!(entries(&["--until", "2020-01-01"]), Some(0));
    assert_eq!(entries(&["--since", "2020-01-01"]), entries(&[]), "nothing is older than the test");
}
