//! One journey, the same for every destination: files in, matched, checked, repaired, planned, sent, proven; and sent again
//! without anything being sent twice.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Desk, Server, count};

/// What differs from one destination to the next.
struct Journey {
    to: &'static str,
    files: fn(&Desk) -> Vec<PathBuf>,
    /// What the user answers while matching: dataset, then changes.
    answers: &'static [&'static [&'static str]],
    /// Repairs before whatever is still wrong is left out.
    repairs: &'static [&'static [&'static str]],
    /// Fields of one's own are made known to the account.
    makes_attributes: bool,
    /// Dataset, rows in the files, rows loaded.
    loaded: &'static [(&'static str, u64, u64)],
}

const JOURNEYS: [Journey; 2] = [
    Journey {
        to: "zenskar",
        files: |desk| {
            let files = sample::write(desk.folder.path(), sample::Size::Short).expect("the sample can be written");
            vec![files.customers, files.usage, files.contracts]
        },
        answers: &[&["contracts", "--format", "start_date=dd/MM/yyyy"]],
        repairs: &[
            &["contracts", "--rule", "reference", "--suggested"],
            &["contracts", "--rule", "ambiguous", "--suggested"],
            &["usage", "--rule", "unique", "--exclude", "--reason", "Export overlap on 31 May"],
        ],
        makes_attributes: false,
        loaded: &[],
    },
    Journey {
        to: "kustomer",
        files: |_| ["companies.csv", "customers.csv"].map(|name| fixture("kustomer").join(name)).into(),
        answers: &[
            &["companies", "--keep", "Tier", "--keep", "Credit limit", "--set", "createdAt=Customer since"],
            &["customers", "--keep", "VIP"],
        ],
        repairs: &[&["customers", "--row", "10", "--exclude", "--reason", "Shares an address with P-2001"]],
        makes_attributes: true,
        loaded: &[("companies", 6, 5), ("customers", 12, 9)],
    },
];

#[test]
fn the_same_journey_leads_to_zenskar() {
    go_to("zenskar");
}

#[test]
fn the_same_journey_leads_to_kustomer() {
    go_to("kustomer");
}

fn go_to(destination: &str) {
    JOURNEYS.iter().find(|journey| journey.to == destination).expect("a line in the table").go();
}

impl Journey {
    fn go(&self) {
        let (desk, server) = (Desk::new(), Server::with(self.to, Options::default()));
        self.prepare(&desk);
        desk.connect(&server);
        let tested = desk.json(["connect", "test", "practice"]);
        assert_eq!(tested["passed"], true, "{tested}");
        if self.makes_attributes {
            self.make_attributes(&desk);
        }

        let plan = ["plan", "-m", "m.carryover", "--with", "practice"];
        let planned = desk.json(plan);
        let upload = ["upload", "-m", "m.carryover", "--with", "practice"];
        let first = desk.json([&upload[..], &["--first", "2"]].concat());
        assert_eq!(sum(&first["datasets"], "created"), 2, "{}: {first}", self.to);
        let uploaded = desk.json(upload);
        for (dataset, counts) in planned["datasets"].as_object().expect("datasets") {
            let of = &uploaded["datasets"][dataset];
            assert_eq!(of["created"], counts["create"], "{} {dataset}: as planned: {uploaded}", self.to);
            assert_eq!((&of["refused"], &of["doubtful"]), (&json!(0), &json!(0)), "{} {dataset}", self.to);
        }
        for &(dataset, rows, loaded) in self.loaded {
            let of = &uploaded["datasets"][dataset];
            assert_eq!((count(&of["created"]), count(&of["excluded"])), (loaded, rows - loaded), "{dataset}: {of}");
        }
        self.nothing_more_to_send(&desk, &server);

        let report = desk.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
        assert_eq!(report["closed"], true, "{report}");
        for (dataset, seen) in report["read_back"].as_object().expect("it was read back") {
            assert_eq!(seen["agree"], seen["rows"], "{} {dataset}: {seen}", self.to);
        }
        no_file_holds(desk.folder.path(), server.sandbox.api_key());
    }

    /// Files, matching, repairs.
    fn prepare(&self, desk: &Desk) {
        let files = (self.files)(desk);
        desk.json(["new", "m.carryover", "--to", self.to]);
        for file in &files {
            desk.json([OsStr::new("import"), OsStr::new("-m"), OsStr::new("m.carryover"), file.as_os_str()]);
        }
        for answer in self.answers {
            desk.json([&["map", "-m", "m.carryover"][..], answer].concat());
        }
        desk.json(["check", "-m", "m.carryover"]);
        for repair in self.repairs {
            desk.json([&["fix", "-m", "m.carryover"][..], repair].concat());
        }
        desk.exclude_what_is_wrong();
    }

    fn make_attributes(&self, desk: &Desk) {
        let plan = ["plan", "-m", "m.carryover", "--with", "practice"];
        let refused = desk.refused(plan);
        let message = refused["message"].as_str().expect("a message");
        assert!(message.contains("custom.tierStr (companies)"), "{}: {refused}", self.to);
        let made = desk.json(["attributes", "-m", "m.carryover", "--with", "practice", "--create"]);
        assert_eq!(made["created"]["companies"], json!(["custom.tierStr", "custom.creditLimitNum"]), "{made}");
        assert_eq!(made["datasets"]["customers"]["missing"], json!([]), "{made}");
    }

    /// A second upload of the same rows sends nothing, and another migration with the same files finds all of it there.
    fn nothing_more_to_send(&self, desk: &Desk, server: &Server) {
        let held = server.sandbox.counts();
        let again = desk.json(["upload", "-m", "m.carryover", "--with", "practice"]);
        assert_eq!(server.sandbox.counts(), held, "{}: {again}", self.to);
        let other = Desk::new();
        self.prepare(&other);
        other.connect(server);
        let planned = other.json(["plan", "-m", "m.carryover", "--with", "practice"]);
        let [first, ..] = *planned["datasets"].as_object().expect("datasets").values().collect::<Vec<_>>() else {
            unreachable!("there are datasets")
        };
        assert_eq!((&first["create"], &first["update"]), (&json!(0), &json!(0)), "{}: {planned}", self.to);
    }
}

fn sum(datasets: &Value, member: &str) -> u64 {
    datasets.as_object().expect("datasets").values().map(|of| count(&of[member])).sum()
}

fn no_file_holds(folder: &Path, key: &str) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            no_file_holds(&path, key);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "{} holds the key", path.display());
        }
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}
