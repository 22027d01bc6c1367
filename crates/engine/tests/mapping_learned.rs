//! What was matched by hand is matched so the next time, and can be shared.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use engine::api::files::ImportRequest;
use engine::api::learned;
use engine::api::matching::{Change, MatchedField};
use engine::api::{Actor, Migration};
use engine::intake::Hints;
use engine::mapping::Confidence;
use jiff::Timestamp;
use jiff::civil::date;

const CUSTOMERS: &str = "Kundennr,Firma,Wohin\n00217,Nordlicht GmbH,a@nordlicht.example\n00218,Graz AG,b@graz.example\n\
    00219,Tamar Ltd,c@tamar.example\n";
/// The same heading in other dress.
const LATER: &str = "KUNDENNR.,Name,WOHIN?,E-mail\n1,Ebro SL,a@ebro.example,x@ebro.example\n2,Clyde plc,b@clyde.example,\n\
    3,Wismar KG,c@wismar.example,\n";

/// A migration with one file of customers that learns in `memory`.
fn migration(folder: &Path, memory: &Path, name: &str, content: &str) -> Migration {
    let path = folder.join(format!("{name}.csv"));
    fs::write(&path, content).expect("the file is written");
    let actor = Actor { name: "Maren Okafor".to_owned(), now: Timestamp::UNIX_EPOCH, today: date(2026, 10, 12) };
    let at = folder.join(format!("{name}.carryover"));
    let mut migration = Migration::create(&at, "zenskar", actor).expect("a new migration");
    migration.learn_in(memory);
    let request = ImportRequest { path, dataset: Some("customers".to_owned()), hints: Hints::default() };
    migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("the file is read");
    migration
}

fn field(migration: &Migration, id: &str) -> MatchedField {
    let mappings = migration.mappings(Some("customers".into())).expect("there is a file");
    mappings.datasets["customers"]
        .first
        .fields
        .iter()
        .find(|field| field.field == id)
        .expect("the field is there")
        .clone()
}

fn match_by_hand(migration: &mut Migration, field: &str, column: &str) {
    let change = Change::Columns { field: field.to_owned(), columns: vec![column.to_owned()] };
    migration.change_mapping("customers", &[change]).expect("the change is made");
}

#[test]
fn what_was_matched_by_hand_is_matched_so_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = folder.path().join("settings");
    for _ in 0..3 {
        let mut migration = migration(&tempfile::tempdir().expect("a folder").keep(), &memory, "first", CUSTOMERS);
        match_by_hand(&mut migration, "email", "Wohin");
    }
    let later = field(&migration(folder.path(), &memory, "later", LATER), "email");
    let found = (later.columns, later.confidence, later.why.as_str());
    assert_eq!(found, (vec!["WOHIN?".to_owned()], Confidence::Certain, "You matched it so before (3 times)"));
    let kept = fs::read_to_string(memory.join("learned.json")).expect("it is kept");
    assert!(kept.contains("wohin") && !kept.contains("nordlicht"), "headings, never values: {kept}");
}

#[test]
fn values_that_speak_against_it_count_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = folder.path().join("settings");
    let mut first = migration(folder.path(), &memory, "first", CUSTOMERS);
    match_by_hand(&mut first, "email", "Wohin");
    let other =
        LATER.replace("a@ebro.example", "Bristol").replace("b@clyde.example", "Hull").replace("c@wismar", "c-wismar");
    let later = field(&migration(folder.path(), &memory, "later", &other), "email");
    assert_eq!(later.columns, ["E-mail"], "{}", later.why);
}

#[test]
fn a_column_of_another_files_keys_refers_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut migration = migration(folder.path(), &folder.path().join("settings"), "customers", CUSTOMERS);
    let path = folder.path().join("fahrten.csv");
    let usage = "Wagen,Zeitpunkt,Menge,Für wen\nX1,2026-04-01,1,00217\nX2,2026-04-02,2,00219\nX3,2026-04-03,3,00217\n\
        X4,2026-04-04,4,00218\n";
    fs::write(&path, usage).expect("the file is written");
    let request = ImportRequest { path, dataset: Some("usage".to_owned()), hints: Hints::default() };
    migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("the file is read");
    let mappings = migration.mappings(Some("usage".into())).expect("there is a file");
    let customer =
        mappings.datasets["usage"].first.fields.iter().find(|field| field.field == "customer_id").expect("it is there");
    let found = (customer.columns.as_slice(), customer.confidence, customer.why.as_str());
    assert_eq!(found, (&["Für wen".to_owned()][..], Confidence::Likely, "Its values stand in “customers.csv” too"));
}

#[test]
fn it_is_shared_as_a_file_and_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mine, theirs) = (folder.path().join("mine"), folder.path().join("theirs"));
    let mut first = migration(folder.path(), &mine, "first", CUSTOMERS);
    match_by_hand(&mut first, "email", "Wohin");
    let file = folder.path().join("for a colleague.json");
    learned::export(&mine, &file).expect("it is written");
    for times in 1..3 {
        let known = learned::import(&theirs, &file).expect("it is read");
        let told: Vec<_> = known.matches().iter().map(|known| (known.heading.as_str(), known.count)).collect();
        assert_eq!(told, [("wohin", times)]);
    }
    learned::forget_all(&theirs).expect("it is forgotten");
    assert_eq!(learned::list(&theirs).expect("nothing is there").matches(), []);
    fs::write(&file, "{\"version\":3}").expect("written");
    let newer = learned::import(&theirs, &file).expect_err("of a newer version").to_string();
    assert!(newer.contains("newer Carryover"), "{newer}");
    let missing = learned::import(&theirs, &folder.path().join("none.json")).expect_err("not there").to_string();
    assert!(missing.contains("is no file of what was learned"), "{missing}");
}

#[test]
fn a_damaged_memory_stops_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = folder.path().join("settings");
    fs::create_dir_all(&memory).expect("a folder");
    fs::write(memory.join("learned.json"), "{").expect("written");
    let mut migration = migration(folder.path(), &memory, "first", CUSTOMERS);
    match_by_hand(&mut migration, "email", "Wohin");
    assert_eq!(field(&migration, "email").confidence, Confidence::User);
    assert_eq!(fs::read_to_string(memory.join("learned.json")).expect("still there"), "{", "it can be repaired");
}
