//! The key is in the keychain or the environment, and nowhere else; what is written is for its owner alone, and runs nothing.

use std::ffi::OsStr;
use std::fs;
use std::io::{Cursor, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use calamine::Reader;
use sandbox::Options;
use serde_json::Value;

use crate::support::{Desk, Server};

/// Every command that writes a file, and some that print.
const ARTEFACTS: [&[&str]; 19] = [
    &["check", "-m", "m.carryover", "--findings", "findings.csv"],
    &["check", "-m", "m.carryover", "--findings", "findings.jsonl"],
    &["check", "-m", "m.carryover", "--findings", "findings.xlsx"],
    &["map", "-m", "m.carryover", "customers", "--save", "template.json"],
    &["plan", "-m", "m.carryover", "--with", "practice", "--json", "--out", "plan.csv"],
    &["plan", "-m", "m.carryover", "--with", "practice", "--request", "00003"],
    &["plan", "-m", "m.carryover", "--with", "practice", "--record", "00003"],
    &["upload", "-m", "m.carryover", "--with", "practice", "--rejected", "rejected.csv"],
    &["runs", "-m", "m.carryover"],
    &["runs", "-m", "m.carryover", "1", "--calls", "--json"],
    &["undo", "-m", "m.carryover", "--run", "1", "--dry-run"],
    &["learned", "export", "learned.json"],
    &["connect", "list"],
    &["connect", "test", "practice"],
    &["totals", "-m", "m.carryover"],
    &["report", "-m", "m.carryover", "--with", "practice", "--out", "report"],
    &["sign", "-m", "m.carryover", "--as", "preparer"],
    &["trail", "-m", "m.carryover", "--out", "trail.csv"],
    &["inspect", "m.carryover"],
];

/// Runs them all, and gives back what they said.
fn written(desk: &Desk) -> String {
    let mut said = String::new();
    for args in ARTEFACTS {
        let answer = desk.command().env("CARRYOVER_LOG", "trace").args(args).output().expect("the program starts");
        said.push_str(&String::from_utf8_lossy(&answer.stdout));
        said.push_str(&String::from_utf8_lossy(&answer.stderr));
    }
    said
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| every_file(folder)));
    files
}

/// What stands in a file, and in the files that are packed in it: workbooks, the evidence.
fn unpacked(bytes: Vec<u8>) -> Vec<Vec<u8>> {
    let mut inside = Vec::new();
    if bytes.starts_with(b"PK") {
        let mut pack = zip::ZipArchive::new(Cursor::new(&bytes)).expect("a pack");
        for at in 0..pack.len() {
            let mut part = Vec::new();
            pack.by_index(at).expect("a part").read_to_end(&mut part).expect("its bytes");
            inside.extend(unpacked(part));
        }
    }
    inside.push(bytes);
    inside
}

#[test]
fn the_key_is_in_no_file_and_no_output_and_the_files_are_their_owners() {
    let (desk, server) = (Desk::new(), Server::start());
    let key = Options::default().api_key;
    desk.sample_migration();
    let given = every_file(desk.folder.path());
    desk.json(["inspect", "--csv", "tables", given[0].to_str().expect("a plain name")]);
    desk.ready_to_upload(&server);
    let said = written(&desk);
    assert!(!said.contains(&key), "the key was printed");
    // In the migration they are packed, so they are looked at as they are shown.
    let calls = said.matches(r#""method":"POST""#).count();
    assert!(calls > 1_000, "the history of requests was printed: {calls}");
    let files = every_file(desk.folder.path());
    for name in ["findings.csv", "findings.xlsx", "plan.csv", "rejected.csv", "trail.csv", "template.json"] {
        assert!(files.contains(&desk.path(name)), "{name} was written");
    }
    for path in files {
        for bytes in unpacked(fs::read(&path).expect("a readable file")) {
            assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "the key is in {}", path.display());
        }
        let ours = !given.contains(&path) || path.ends_with("m.carryover");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        // A template holds no row, and is made to be handed on.
        if ours && !path.ends_with("template.json") {
            assert_eq!(mode & 0o077, 0, "others may read {}", path.display());
        }
    }
}

#[test]
fn what_the_upload_leaves_beside_the_migration_is_the_owners_too() {
    let (desk, server) = (Desk::new(), Server::with_faults("latency=20ms"));
    desk.sample_migration();
    desk.ready_to_upload(&server);
    let mut command = desk.command();
    command.args(["upload", "-m", "m.carryover", "--with", "practice"]);
    let mut upload = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    while server.sandbox.counts().customers < 10 {
        std::thread::yield_now();
    }
    upload.kill().expect("SIGKILL");
    upload.wait().expect("it ends");
    let beside: Vec<PathBuf> = every_file(desk.folder.path())
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("m.carryover")))
        .collect();
    assert!(beside.iter().any(|path| path.ends_with("m.carryover-wal")), "a journal is left: {beside:?}");
    for path in beside {
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read {}", path.display());
    }
}

/// Whoever wrote the file that is migrated must not get a spreadsheet to run something.
#[test]
fn no_file_of_ours_runs_a_formula() {
    let (desk, server) = (Desk::new(), Server::start());
    let formula = "=cmd|' /c calc'!A1";
    desk.write(
        "customers.csv",
        format!(
            "Customer Number,Name,E-mail\n\"{formula}\",\"{formula}\",a@aal.example\n@SUM(1),+1+1|x,\"{formula}\"\n,-2+3|y,b@b.example\n"
        ),
    );
    desk.json(["new", "m.carryover", "--to", "zenskar"]);
    desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect(&server);
    desk.run(["fix", "-m", "m.carryover", "customers", "--row", "2", "--exclude", "--reason", formula]);
    desk.json(["check", "-m", "m.carryover"]);
    written(&desk);
    let (mut cells, mut sheets) = (0, 0);
    for path in every_file(desk.folder.path()).into_iter().filter(|path| !path.ends_with("customers.csv")) {
        match path.extension().and_then(OsStr::to_str) {
            Some("csv") => {
                let mut reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).expect("a CSV");
                for cell in
                    reader.records().flatten().flat_map(|line| line.iter().map(str::to_owned).collect::<Vec<_>>())
                {
                    let runs = cell.starts_with(['=', '@', '\t', '\r'])
                        || (cell.starts_with(['+', '-']) && cell.contains('|'));
                    assert!(!runs, "{}: {cell}", path.display());
                    cells += 1;
                }
            }
            Some("xlsx") => {
                let mut book = calamine::open_workbook_auto(&path).expect("a workbook");
                for name in book.sheet_names() {
                    let formulas = book.worksheet_formula(&name).expect("a sheet");
                    assert!(formulas.used_cells().next().is_none(), "{}: {name}", path.display());
                    sheets += 1;
                }
            }
            _ => {}
        }
    }
    assert!(cells > 50 && sheets > 1, "there was something to look at: {cells} cells, {sheets} sheets");
}

#[test]
fn a_live_account_wants_its_name_typed() {
    let (desk, server) = (Desk::new(), Server::start());
    desk.sample_migration();
    desk.json(["check", "-m", "m.carryover"]);
    desk.connect_live(&server);
    for confirm in [None, Some("brackwater"), Some("")] {
        let mut args = vec!["upload", "-m", "m.carryover", "--with", "Brackwater"];
        args.extend(confirm.iter().flat_map(|name| ["--confirm", *name]));
        let error = desk.refused(args);
        assert_eq!(error["code"], "precondition", "{error}");
    }
    assert!(server.sandbox.records().customers.is_empty(), "nothing was sent");
}

/// Of an account elsewhere, a proxy sees the name and nothing else; an account on this computer it does not see at all.
#[test]
fn the_system_s_proxy_is_used_and_learns_nothing() {
    let (desk, server) = (Desk::new(), Server::start());
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    desk.connect(&server);
    let organisation = server.sandbox.organisation().to_string();
    let elsewhere = ["--url", "https://billing.invalid", "--organisation", &organisation, "--environment", "live"];
    desk.json([&["connect", "add", "elsewhere"][..], &elsewhere].concat());
    let test = |name: &str| {
        let mut command = desk.command();
        command.envs([("HTTPS_PROXY", &address), ("HTTP_PROXY", &address), ("ALL_PROXY", &address)]);
        command.args(["connect", "test", name]).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program starts")
    };
    assert!(test("practice").wait().expect("it ends").success(), "this computer is reached without a proxy");
    let mut asking = test("elsewhere");
    let (mut line, _) = proxy.accept().expect("the proxy is asked");
    let mut request = [0; 1024];
    let length = line.read(&mut request).expect("a request");
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    drop((line, proxy));
    asking.kill().expect("SIGKILL");
    asking.wait().expect("it ends");
    assert!(request.starts_with("CONNECT billing.invalid:443 HTTP/1.1"), "{request}");
    assert!(!request.contains(server.sandbox.api_key()), "{request}");
}

#[test]
fn a_change_of_what_was_decided_is_seen() {
    let desk = Desk::new();
    desk.sample_migration();
    let trail = || desk.json(["trail", "-m", "m.carryover"]);
    assert_eq!(trail()["broken_at"], Value::Null, "as it was written");
    let file = rusqlite::Connection::open(desk.path("m.carryover")).expect("SQLite");
    file.execute("update audit set who = 'Somebody Else' where id = 2", []).expect("changed");
    drop(file);
    assert_eq!(trail()["broken_at"], 2);
}
