//! Files and migrations that cannot be used: a plain error that says what to do, and nothing lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::Desk;

fn with_migration() -> Desk {
    let desk = Desk::new();
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk
}

#[test]
fn files_that_are_no_tables_are_named_and_not_added() {
    let desk = with_migration();
    fs::create_dir(desk.path("folder.csv")).expect("a folder");
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let mut program = fs::read(env!("CARGO_BIN_EXE_carryover")).expect("readable");
    program.truncate(1 << 16);
    let cases: [(&str, &[u8]); 5] = [
        ("empty.csv", b""),
        ("blank.csv", b" \n\n  \r\n"),
        ("picture.csv", png),
        ("binary.csv", &program),
        ("truncated.xlsx", b"PK\x03\x04\x14\0\0\0\x08\0broken"),
    ];
    for (name, content) in cases {
        desk.write(name, content);
    }
    for name in cases.map(|(name, _)| name).into_iter().chain(["folder.csv", "missing.csv"]) {
        for args in [&["inspect", name][..], &["import", "-m", "m.carryover", name, "--as", "customers"]] {
            let error = desk.refused(args);
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains(name), "the file is named: {message}");
        }
    }
    assert_eq!(desk.json(["map", "-m", "m.carryover"])["datasets"].as_object().map(serde_json::Map::len), Some(0));
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    let desk = with_migration();
    desk.write("header.csv", "Customer Number,Name,E-mail\n");
    let imported = desk.json(["import", "-m", "m.carryover", "header.csv", "--as", "customers"]);
    assert_eq!(imported["files"][0]["sources"][0]["rows"], 0);
    assert_eq!(desk.json(["check", "-m", "m.carryover"])["datasets"]["customers"]["rows"], 0);
}

#[test]
fn a_very_long_cell_and_very_many_columns_are_read() {
    let desk = with_migration();
    let long = "x".repeat(10 << 20);
    desk.write("long.csv", format!("Customer Number,Name,E-mail\n1,\"{long}\",a@b.example\n2,short,c@d.example\n"));
    let imported = desk.json(["import", "-m", "m.carryover", "long.csv", "--as", "customers"]);
    assert_eq!(imported["files"][0]["sources"][0]["rows"], 2);
    let header: Vec<String> = (0..20_000).map(|column| format!("c{column}")).collect();
    desk.write("wide.csv", format!("{}\n{}\n", header.join(","), vec!["1"; 20_000].join(",")));
    let inspected = desk.json(["inspect", "wide.csv"]);
    assert_eq!(inspected["files"][0]["tables"][0]["columns"].as_array().map(Vec::len), Some(20_000));
}

#[test]
fn invalid_bytes_in_the_middle_keep_every_row() {
    let desk = with_migration();
    let mut text = b"Customer Number,Name,E-mail\n".to_vec();
    for row in 0..500 {
        text.extend_from_slice(format!("{row},J\u{f6}rg {row},j{row}@x{row}.example\n").as_bytes());
        if row == 250 {
            text.extend_from_slice(b"9999,bro\xc3ken,z@z.example\n");
        }
    }
    desk.write("broken.csv", text);
    let inspected = desk.json(["inspect", "broken.csv"]);
    assert_eq!(inspected["files"][0]["encoding"], "utf-8");
    assert_eq!(inspected["files"][0]["tables"][0]["rows"], 501);
    let remark = &inspected["files"][0]["remarks"][0];
    assert_eq!(remark["line"], 253, "{remark}");
}

#[test]
fn a_file_that_changes_or_goes_after_the_import_is_noticed_and_not_needed() {
    let desk = with_migration();
    let path = desk.write("customers.csv", "Customer Number,Name,E-mail\n001,Aal GmbH,a@aal.example\n");
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    fs::write(&path, "Customer Number,Name,E-mail\n777,Other,o@o.example\n").expect("changed");
    let answer = desk.run(["check", "-m", "m.carryover"]);
    assert!(answer.stderr.contains("customers.csv") && answer.stderr.contains("changed"), "{}", answer.stderr);
    fs::remove_file(&path).expect("gone");
    let answer = desk.run(["check", "-m", "m.carryover"]);
    assert!(answer.stderr.contains("no longer"), "{}", answer.stderr);
    assert_eq!(answer.code, 0, "what was read is still there");
}

#[test]
fn the_same_file_is_not_read_twice() {
    let desk = with_migration();
    desk.write("customers.csv", "Customer Number,Name,E-mail\n001,Aal GmbH,a@aal.example\n");
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    fs::copy(desk.path("customers.csv"), desk.path("copy.csv")).expect("a copy");
    let error = desk.refused(["import", "-m", "m.carryover", "copy.csv", "--as", "customers"]);
    assert_eq!(error["code"], "exists", "{error}");
    assert_eq!(desk.json(["check", "-m", "m.carryover"])["datasets"]["customers"]["rows"], 1);
}

#[test]
fn migrations_that_cannot_be_used_are_left_as_they_are() {
    let desk = with_migration();
    let newer = desk.path("newer.carryover");
    fs::copy(desk.path("m.carryover"), &newer).expect("a copy");
    rusqlite::Connection::open(&newer).expect("SQLite").pragma_update(None, "user_version", 99).expect("set");
    let foreign = desk.path("foreign.carryover");
    rusqlite::Connection::open(&foreign).expect("SQLite").execute_batch("create table t (x)").expect("made");
    let poisoned = desk.path("poisoned.carryover");
    fs::copy(desk.path("m.carryover"), &poisoned).expect("a copy");
    let trigger = "create trigger t after insert on run begin delete from batch; end";
    rusqlite::Connection::open(&poisoned).expect("SQLite").execute_batch(trigger).expect("made");
    desk.write("text.carryover", "this is no database, however long it goes on ".repeat(40));
    let sound = fs::read(desk.path("m.carryover")).expect("readable");
    desk.write("cut.carryover", &sound[..sound.len() / 2 - 100]);
    for name in [
        "newer.carryover",
        "foreign.carryover",
        "poisoned.carryover",
        "text.carryover",
        "cut.carryover",
        "missing.carryover",
    ] {
        let before = fs::read(desk.path(name)).ok();
        let error = desk.refused(["check", "-m", name]);
        assert!(error["message"].as_str().is_some_and(|message| message.contains(name)), "{name}: {error}");
        assert_eq!(fs::read(desk.path(name)).ok(), before, "{name} was not touched");
    }
}

#[test]
fn only_one_process_works_on_a_migration() {
    let desk = with_migration();
    let actor = engine::api::Actor {
        name: "first".to_owned(),
        now: jiff::Timestamp::UNIX_EPOCH,
        today: jiff::civil::date(2026, 10, 12),
    };
    let first = engine::api::Migration::open(&desk.path("m.carryover"), actor).expect("opens");
    let error = desk.refused(["check", "-m", "m.carryover"]);
    assert_eq!(error["code"], "busy", "{error}");
    drop(first);
    assert_eq!(desk.refused(["check", "-m", "m.carryover"])["code"], "precondition", "free again, and empty");
}

#[test]
fn no_right_to_read_or_write_is_said() {
    // The superuser may read anything: there is nothing to test then but that it works.
    let desk = with_migration();
    let path = desk.write("customers.csv", "Customer Number,Name,E-mail\n001,Aal GmbH,a@aal.example\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("set");
    let answer = desk.run(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    match fs::read(&path) {
        Ok(_) => assert_eq!(answer.code, 0, "{}", answer.stderr),
        Err(_) => assert!(answer.code == 2 && answer.stderr.contains("customers.csv"), "{}", answer.stderr),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_migration_as_it_was() {
    let desk = with_migration();
    let mut table = csv::Writer::from_path(desk.path("customers.csv")).expect("a file");
    table.write_record(["Customer Number", "Name", "E-mail"]).expect("written");
    for row in 0..20_000 {
        let (name, email) = (format!("Company {row} with a name of some length"), format!("c{row}@x.example"));
        table.write_record([row.to_string(), name, email]).expect("written");
    }
    table.flush().expect("written");
    // A limit on the size of files is to the program what a full disk is: a write that comes back short.
    let program = env!("CARGO_BIN_EXE_carryover");
    let limited = std::process::Command::new("sh")
        .current_dir(desk.folder.path())
        .args([
            "-c",
            &format!(
                "trap '' XFSZ; ulimit -f 400; exec {program} --json import -m m.carryover customers.csv --as customers"
            ),
        ])
        .output()
        .expect("a shell");
    assert_eq!(limited.status.code(), Some(2), "{}", String::from_utf8_lossy(&limited.stderr));
    let imported = desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    assert_eq!(imported["files"][0]["sources"][0]["rows"], 20_000, "with room it works");
}

#[test]
fn formulas_are_disarmed_in_our_own_files() {
    let desk = with_migration();
    desk.write(
        "customers.csv",
        "Customer Number,Name,E-mail\n001,\"=cmd|' /c calc'!A1\",a@aal.example\n002,@SUM(1),\n",
    );
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["check", "-m", "m.carryover", "--findings", "findings.csv"]);
    desk.json(["fix", "-m", "m.carryover", "customers", "--row", "1", "--field", "email", "--value", "=1+1"]);
    desk.run(["report", "-m", "m.carryover", "--out", "report"]);
    for entry in fs::read_dir(desk.path("report"))
        .expect("a report")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "csv"))
    {
        let text = fs::read_to_string(entry.path()).expect("text");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for cell in reader.records().flatten().flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>()) {
            assert!(!cell.starts_with(['=', '@']), "{}: {cell}", entry.path().display());
        }
    }
}
