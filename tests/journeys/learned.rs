//! What was learned from matching by hand: listed, shared with a word on what it changes, forgotten.

use serde_json::{Value, json};

use crate::support::Desk;

const OLD: &str = "Vertrag,Kunde,Beginn,Produkt,Preis,Turnus\nV-1,K-100,2025-01-01,Labor,12.50,monatlich\n\
    V-2,K-200,2025-02-01,Labor,13.50,monatlich\n";

#[test]
fn what_was_learned_is_shared_with_a_word_on_what_it_changes_and_forgotten_by_heading() {
    let (mine, theirs) = (Desk::new(), Desk::new());
    mine.write("old.csv", OLD);
    mine.json(["new", "m.carryover", "--to", "zenskar"]);
    mine.json(["import", "-m", "m.carryover", "old.csv", "--as", "contracts"]);
    let set = ["map", "-m", "m.carryover", "contracts", "--set", "description=Produkt"];
    mine.json(set);
    let learned = mine.json(["learned", "list"]);
    assert_eq!(learned["matches"][0]["last"], "2026-10-12", "{learned}");
    mine.json(["learned", "export", "for theirs.json"]);
    let file = mine.path("for theirs.json");
    let file = file.to_str().expect("a path");
    let offer = theirs.json(["learned", "import", file, "--preview"]);
    assert_eq!(offer["headings"], 1);
    assert_eq!((&offer["changes"][0]["before"], &offer["changes"][0]["after"]), (&Value::Null, &json!("description")));
    assert_eq!(theirs.json(["learned", "list"])["matches"], json!([]), "only looked at");
    theirs.json(["learned", "import", file]);
    let again = theirs.json(["learned", "import", file, "--preview"]);
    assert_eq!(again["changes"], json!([]), "they agree by now");
    assert_eq!(theirs.refused(["learned", "forget", "Preis"])["code"], "not_found");
    theirs.json(["learned", "forget", "PRODUKT", "--dataset", "contracts"]);
    assert_eq!(theirs.json(["learned", "list"])["matches"], json!([]));
}
