//! What the Match screen asks of the engine: a field seen before it is saved, counted values, questions, and the way back.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use engine::api::files::ImportRequest;
use engine::api::matching::{Change, FieldRow, MatchedFields, Question, Which};
use engine::api::{Actor, Migration};
use engine::intake::Hints;
use engine::mapping::{Confidence, Meter};
use engine::schema::finding::Rule;
use engine::schema::sync::Behaviour;
use engine::transform::Step;
use jiff::Timestamp;
use jiff::civil::date;

const CONTRACTS: &str = "Contract,Account,Start,Product,Price,Cur,Billing,Note\n\
    C-1,00217,03/04/2026,Lab,1200.50,EUR,monthly,a\n\
    C-2,00218,05/06/2026,Lab,900,EUR,whenever,b\n\
    C-3,00219,07/08/2026,Lab,oops,EUR,on call,c\n\
    C-4,00220,09/10/2026,Lab,20,EUR,monthly,\n\
    C-5,00221,02/03/2026,Lab,21,EUR,monthly,\n\
    C-6,00222,01/02/2026,Lab,22,EUR,monthly,\n";
const WIDE: &str = "Account,Time,Samples,Hours\n00217,2026-04-01T00:00:00Z,12,\n00218,2026-04-02T00:00:00Z,,3.5\n";

fn migration(folder: &Path, file: &str, content: &str, dataset: &str) -> Migration {
    migration_to("zenskar", folder, file, content, dataset)
}

fn migration_to(destination: &str, folder: &Path, file: &str, content: &str, dataset: &str) -> Migration {
    let path = folder.join(file);
    std::fs::write(&path, content).expect("the file is written");
    let actor = Actor { name: "Maren Okafor".to_owned(), now: Timestamp::UNIX_EPOCH, today: date(2026, 10, 12) };
    let mut migration = Migration::create(&folder.join("m.carryover"), destination, actor).expect("a new migration");
    let request = ImportRequest { path, dataset: Some(dataset.to_owned()), hints: Hints::default() };
    migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("the file is read");
    migration
}

fn contracts() -> (tempfile::TempDir, Migration) {
    let folder = tempfile::tempdir().expect("a folder");
    let migration = migration(folder.path(), "contracts.csv", CONTRACTS, "contracts");
    (folder, migration)
}

fn view(migration: &Migration, dataset: &str) -> MatchedFields {
    migration.matched_fields(dataset).expect("there are files")
}

fn field<'a>(view: &'a MatchedFields, id: &str) -> &'a FieldRow {
    view.fields.iter().find(|field| field.mapping.field == id).expect("the field is there")
}

fn change(migration: &mut Migration, changes: &[Change]) -> Vec<String> {
    migration.change_mapping("contracts", changes).expect("the change is made").steps_kept
}

#[test]
fn an_ambiguous_date_is_asked_with_both_outcomes() {
    let (_folder, mut migration) = contracts();
    let shown = view(&migration, "contracts");
    let asked = match &field(&shown, "start_date").question {
        Some(Question::DateOrder { rows, answers, .. }) => Some((*rows, answers)),
        _ => None,
    };
    let (rows, answers) = asked.expect("the order of 03/04/2026 is open");
    assert_eq!(rows, 6);
    let first: Vec<_> = answers.iter().map(|answer| answer.outcomes[0].becomes.as_deref()).collect();
    assert_eq!(first, [Some("2026-04-03"), Some("2026-03-04")]);
    let format = answers[0].format.clone();
    change(&mut migration, &[Change::Format { field: "start_date".to_owned(), format }]);
    let shown = view(&migration, "contracts");
    assert_eq!(field(&shown, "start_date").question, None);
    assert_eq!(migration.matched_datasets().expect("datasets")[0].groups[0].questions, 1, "only the words are open");
}

/// The count in the question is that of the rows Review calls ambiguous: dates like 03/03/2026, real dates and values that are
/// no date have no two readings.
#[test]
fn a_question_counts_only_what_its_answers_read_differently() {
    let mut rows = String::from("Contract,Account,Start,Product,Price,Cur,Billing\n");
    let starts = ["03/04/2026", "03/04/2026", "05/06/2026", "07/08/26", "03/03/2026", "12/12/2026"];
    let starts: Vec<&str> = starts.into_iter().chain(["2026-04-05"; 34]).chain(["soon"]).collect();
    for (at, start) in starts.iter().enumerate() {
        writeln!(rows, "C-{at},{},{start},Lab,20,EUR,monthly", 217 + at).expect("memory can be written to");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut migration = migration(folder.path(), "contracts.csv", &rows, "contracts");
    let asked = match &field(&view(&migration, "contracts"), "start_date").question {
        Some(Question::DateOrder { rows, .. }) => *rows,
        other => panic!("the order of 03/04/2026 is open, not {other:?}"),
    };
    assert_eq!(asked, 4);
    let checked = migration.check(&mut |_| ControlFlow::Continue(())).expect("checked");
    let ambiguous = checked.rules.iter().find(|rule| rule.rule == Rule::Ambiguous && rule.field == "start_date");
    assert_eq!(ambiguous.map(|rule| rule.count), Some(asked), "{:?}", checked.rules);
}

#[test]
fn words_are_asked_until_the_last_is_known_and_their_counts_add_up() {
    let (_folder, mut migration) = contracts();
    let values = |migration: &Migration| {
        let shown = view(migration, "contracts");
        let mapping = field(&shown, "cadence").mapping.clone();
        let counted = migration.field_values("contracts", &mapping, &mut |_, _| ControlFlow::Continue(()));
        (mapping.confidence, counted.expect("counted"))
    };
    let (_, counted) = values(&migration);
    let listed: Vec<_> =
        counted.values.iter().map(|value| (value.value.as_str(), value.rows, value.after.as_deref())).collect();
    assert_eq!(listed, [("monthly", 4, Some("P1M")), ("on call", 1, None), ("whenever", 1, None)]);
    assert_eq!((counted.rows, counted.empty_rows, counted.other_rows), (6, 0, 0));

    let word =
        |from: &str, to: &str| Change::Word { field: "cadence".to_owned(), from: from.to_owned(), to: to.to_owned() };
    change(&mut migration, &[word("whenever", "P6M")]);
    let (confidence, counted) = values(&migration);
    assert_eq!(confidence, Confidence::Question, "“on call” is still not known");
    assert!(counted.values.iter().any(|value| value.is_set && value.after.as_deref() == Some("P6M")));
    change(&mut migration, &[Change::Accept { field: "cadence".to_owned() }]);
    assert_eq!(values(&migration).0, Confidence::User, "the rest becomes findings");
}

#[test]
fn a_preview_shows_the_worst_rows_first_and_saves_nothing() {
    let (_folder, migration) = contracts();
    let shown = view(&migration, "contracts");
    let mut proposed = field(&shown, "unit_amount").mapping.clone();
    proposed.columns = vec!["Price".to_owned()];
    proposed.steps = vec![Step::Number { format: "1234.56".to_owned() }];
    let seen = migration.preview_field("contracts", &proposed).expect("the steps make sense");
    assert_eq!((seen.tried, seen.failing, seen.complete), (6, 1, true));
    assert_eq!(seen.rows[0].before, "oops");
    assert!(seen.rows[0].fault.is_some());

    proposed = field(&shown, "product_name").mapping.clone();
    proposed.steps.push(Step::Case { to: engine::transform::Case::Upper });
    let seen = migration.preview_field("contracts", &proposed).expect("the steps make sense");
    assert_eq!(seen.rows[0].after.as_deref(), Some("LAB"));
    assert_eq!(seen.changes.last(), Some(&6), "every row is changed by the last step");
    assert_eq!(view(&migration, "contracts"), shown, "nothing was saved");

    proposed.steps = vec![Step::Extract { pattern: "(".to_owned() }];
    let refused = migration.preview_field("contracts", &proposed).expect_err("half a pattern");
    assert!(refused.message.contains("the pattern “(” cannot be used"), "{}", refused.message);
}

#[test]
fn another_column_keeps_the_steps_that_fit_and_every_change_can_be_taken_back() {
    let (_folder, mut migration) = contracts();
    let upper = Step::Case { to: engine::transform::Case::Upper };
    let steps = Change::Steps { field: "product_name".to_owned(), steps: vec![Step::Trim, upper] };
    change(&mut migration, &[steps]);
    let before = view(&migration, "contracts");
    let columns = Change::Columns { field: "product_name".to_owned(), columns: vec!["Note".to_owned()] };
    assert_eq!(change(&mut migration, &[columns]), ["Product"]);
    let after = view(&migration, "contracts");
    assert_eq!(field(&after, "product_name").mapping.columns, ["Note"]);
    assert_eq!(field(&after, "product_name").mapping.steps.len(), 2, "the steps were kept");
    let undone = migration.undo_mapping("contracts").expect("taken back");
    assert_eq!(undone.as_deref(), Some("Matched product_name with Note"));
    assert_eq!(view(&migration, "contracts").fields, before.fields);
    migration.undo_mapping("contracts").expect("taken back");
    assert_eq!(migration.undo_mapping("contracts").expect("nothing left"), None);
    let trail: Vec<String> = migration.trail().expect("a trail").entries.into_iter().map(|entry| entry.what).collect();
    assert!(trail.iter().any(|what| what == "Took back: Matched product_name with Note"), "{trail:?}");
}

#[test]
fn the_key_and_what_may_be_done_are_taken_back_as_any_change_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = "Contact ID,Full name,E-mail,Loyalty card\nP-1,Maren,maren@quill.example,L-77\n";
    let mut migration = migration_to("kustomer", folder.path(), "people.csv", csv, "customers");
    let keep = Change::Keep { column: "Loyalty card".to_owned() };
    migration.change_mapping("customers", &[keep]).expect("kept");
    let before = view(&migration, "customers");
    let decided = |migration: &Migration| {
        let shown = view(migration, "customers");
        let required = ["externalId", "email"].map(|id| field(&shown, id).required);
        (shown.sync.key, shown.sync.behaviour, required)
    };
    assert_eq!(before.sync.keys, ["externalId", "email", "custom.loyaltyCardStr"]);
    assert!(before.sync.changes && before.sync.takes_own_key && !before.sync.key_stays);

    migration.set_sync("customers", Some("email"), Some(Behaviour::UpdateOnly)).expect("a key of Kustomer");
    assert_eq!(decided(&migration), ("email".to_owned(), Behaviour::UpdateOnly, [false, true]));
    migration.set_sync("customers", Some("custom.loyaltyCardStr"), None).expect("a field of the account");
    assert_eq!(decided(&migration).0, "custom.loyaltyCardStr");
    migration.set_sync("customers", Some("custom.loyaltyCardStr"), None).expect("nothing new");

    let can_fill = |id: &str| field(&view(&migration, "customers"), id).can_fill;
    assert!(can_fill("name") && can_fill("externalId") && !can_fill("email") && !can_fill("custom.loyaltyCardStr"));
    migration.set_fill("customers", "name", true).expect("a field with one value");
    assert_eq!(view(&migration, "customers").sync.fill, ["name"]);
    assert!(migration.set_fill("customers", "email", true).is_err(), "an entry of a list");
    let undone = migration.undo_mapping("customers").expect("taken back");
    assert_eq!(undone.as_deref(), Some("Decided to set name only where it is empty there"));
    assert!(view(&migration, "customers").sync.fill.is_empty());

    let undone = migration.undo_mapping("customers").expect("taken back");
    assert_eq!(undone.as_deref(), Some("Matched customers by custom.loyaltyCardStr"));
    assert_eq!(decided(&migration), ("email".to_owned(), Behaviour::UpdateOnly, [false, true]));
    migration.undo_mapping("customers").expect("taken back");
    assert_eq!(view(&migration, "customers"), before);
}

#[test]
fn what_is_only_ever_added_has_nothing_to_decide() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut migration = migration(folder.path(), "wide.csv", WIDE, "usage");
    assert!(!view(&migration, "usage").sync.changes);
    let refused = migration.set_sync("usage", None, Some(Behaviour::UpdateOnly)).expect_err("events are not changed");
    assert!(refused.message.contains("only ever added"), "{}", refused.message);
}

#[test]
fn a_left_over_column_is_kept_or_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = "Account No,Company,Sales rep\n00217,Laboratorium Hoorn,M. Bright\n";
    let mut migration = migration(folder.path(), "customers.csv", csv, "customers");
    let kept = |migration: &Migration| {
        let shown = view(migration, "customers");
        let column = shown.columns.into_iter().find(|column| column.name == "Sales rep").expect("the column");
        (column.kept_as, column.used_by.len())
    };
    assert_eq!(kept(&migration), (None, 0));
    let column = || "Sales rep".to_owned();
    migration.change_mapping("customers", &[Change::Keep { column: column() }]).expect("kept");
    assert_eq!(kept(&migration), (Some("custom_data.sales_rep".to_owned()), 0));
    migration.change_mapping("customers", &[Change::Ignore { column: column() }]).expect("left out");
    assert_eq!(kept(&migration), (None, 0));
}

#[test]
fn columns_side_by_side_become_meters_and_rows_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut migration = migration(folder.path(), "wide.csv", WIDE, "usage");
    let meter = |column: &str, stream: &str| Meter {
        column: column.to_owned(),
        stream: stream.to_owned(),
        field: "data.quantity".to_owned(),
    };
    let meters = vec![meter("Samples", "samples"), meter("Hours", "sensor_hours")];
    migration.change_mapping("usage", &[Change::Meters { meters: meters.clone() }]).expect("they are numbers");
    let shown = view(&migration, "usage");
    assert_eq!(shown.meters, meters);
    assert!(
        field(&shown, "data.quantity").by_meter && shown.columns.iter().filter(|column| column.is_meter).count() == 2
    );
    let bad = Change::Meters { meters: vec![meter("Samples", "no slug")] };
    assert!(migration.change_mapping("usage", &[bad]).is_err(), "a stream is a slug");
    migration.change_mapping("usage", &[Change::Meters { meters: Vec::new() }]).expect("rows again");
    assert_eq!(view(&migration, "usage").meters, []);
}

/// Contracts of the old system, under other headings.
const OLD: &str = "Vertrag,Kunde,Beginn,Produkt,Preis,Waehrung,Turnus\n\
    V-1,00217,03/04/2025,Labor,12.50,EUR,monatlich\nV-2,00218,05/06/2025,Labor,13.50,EUR,monatlich\n";
/// More of the first, in another order of columns.
const MORE: &str = "Account,Contract,Start,Product,Price,Cur,Billing,Note\n00223,C-7,11/12/2026,Lab,23,EUR,monthly,\n";

fn add(migration: &mut Migration, folder: &Path, file: &str, content: &str, dataset: &str) {
    let path = folder.join(file);
    std::fs::write(&path, content).expect("the file is written");
    let request = ImportRequest { path, dataset: Some(dataset.to_owned()), hints: Hints::default() };
    migration.import(&request, &mut |_| ControlFlow::Continue(())).expect("the file is read");
}

fn two_groups() -> (tempfile::TempDir, Migration) {
    let (folder, mut migration) = contracts();
    add(&mut migration, folder.path(), "old.csv", OLD, "contracts");
    add(&mut migration, folder.path(), "more.csv", MORE, "contracts");
    (folder, migration)
}

const fn of(file: &str) -> Which<'_> {
    Which::File { dataset: "contracts", file, sheet: None }
}

#[test]
fn files_with_the_same_headings_are_matched_together_and_others_apart() {
    let (_folder, mut migration) = two_groups();
    let shown = migration.matched_datasets().expect("datasets");
    let groups: Vec<Vec<&str>> =
        shown[0].groups.iter().map(|group| group.files.iter().map(|file| file.file.as_str()).collect()).collect();
    assert_eq!(groups, [vec!["contracts.csv", "more.csv"], vec!["old.csv"]]);
    assert_eq!(shown[0].groups.iter().map(|group| group.columns).collect::<Vec<_>>(), [8, 7]);

    let old = |migration: &Migration| migration.matched_fields(of("old.csv")).expect("a group").fields;
    let new = |migration: &Migration| migration.matched_fields(of("more.csv")).expect("a group").fields;
    let (old_before, new_before) = (old(&migration), new(&migration));
    let day_first = Change::Format { field: "start_date".to_owned(), format: "dd/MM/yyyy".to_owned() };
    migration.change_mapping(of("old.csv"), &[day_first]).expect("it has dates");
    assert_eq!(new(&migration), new_before, "the other files still ask");
    let constant = Change::Constant { field: "currency".to_owned(), value: "GBP".to_owned() };
    migration.change_mapping(of("contracts.csv"), &[constant]).expect("a currency");
    let sources = migration.mappings(Some(of("more.csv"))).expect("a group").datasets;
    let currency = sources["contracts"].first.fields.iter().find(|field| field.field == "currency");
    assert_eq!(currency.and_then(|field| field.constant.as_deref()), Some("GBP"), "for both files of the group");

    let undone = migration.undo_mapping(of("old.csv")).expect("taken back");
    assert_eq!(undone.as_deref(), Some("Chose dd/MM/yyyy for start_date"));
    assert_eq!(old(&migration), old_before);
    assert_ne!(new(&migration), new_before, "what was changed since in other files stays");
    assert_eq!(migration.undo_mapping(of("old.csv")).expect("nothing left"), None);
    migration.undo_mapping("contracts").expect("taken back");
    assert_eq!(new(&migration), new_before);
}

#[test]
fn a_dataset_whose_files_differ_is_changed_only_where_it_is_clear_which_are_meant() {
    let (folder, mut migration) = two_groups();
    let constant = Change::Constant { field: "currency".to_owned(), value: "GBP".to_owned() };
    let refused = migration.change_mapping("contracts", &[constant]).expect_err("either could be meant");
    assert!(refused.message.contains("contracts.csv, more.csv; old.csv"), "{refused}");
    assert!(refused.hint.contains("--file"), "{}", refused.hint);
    let template = folder.path().join("contracts.json");
    migration.save_template("contracts", &template).expect_err("either could be meant");
    let refused = migration.matched_fields(of("gone.csv")).expect_err("no such file");
    assert!(refused.message.contains("gone.csv"), "{refused}");

    let only_there = Change::Columns { field: "name".to_owned(), columns: vec!["Vertrag".to_owned()] };
    migration.change_mapping("contracts", &[only_there]).expect("only one group has the column");
    let both = ["Vertrag", "Contract"].map(|column| Change::Keep { column: column.to_owned() });
    migration.change_mapping("contracts", &both).expect_err("no file has both columns");
    migration.save_template(of("old.csv"), &template).expect("saved");
    let missing = migration.load_template(of("contracts.csv"), &template).expect("loaded");
    assert!(missing.contains(&"Turnus".to_owned()), "{missing:?}");
}

#[test]
fn how_records_meet_those_at_the_destination_is_taken_back_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = "Account,Company,E-mail\nK-1,Harbour,a@harbour.example\n";
    let mut migration = migration(folder.path(), "new.csv", csv, "customers");
    let csv = "Kundennr,Firma,Telefon\nK-2,Nordlicht,+49 431 5550134\n";
    add(&mut migration, folder.path(), "old.csv", csv, "customers");
    let of = |file| Which::File { dataset: "customers", file, sheet: None };
    migration.set_fill("customers", "email", true).expect("a field with one value");
    let off = Change::Columns { field: "phone_number".to_owned(), columns: Vec::new() };
    migration.change_mapping(of("old.csv"), &[off]).expect("taken off");
    let after = migration.matched_fields(of("old.csv")).expect("a group").fields;
    migration.undo_mapping(of("new.csv")).expect("the decision is the dataset's");
    let shown = migration.matched_fields(of("old.csv")).expect("a group");
    assert!(shown.sync.fill.is_empty());
    assert_eq!(shown.fields, after, "a later change of other files stays");
}
