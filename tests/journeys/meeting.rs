//! How records meet those that are there, field by field: only filled, added to a list, a list replaced; seen before it is
//! sent, and kept in templates. The same for both destinations.

use sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Desk, Server};

const PLAN: [&str; 5] = ["plan", "-m", "m.carryover", "--with", "practice"];
const UPLOAD: [&str; 5] = ["upload", "-m", "m.carryover", "--with", "practice"];

struct Meeting {
    to: &'static str,
    /// What another migration has sent before, and what this one has.
    there: &'static str,
    here: &'static str,
    key: &'static str,
    /// A field that is only filled, and what is there in it.
    fills: (&'static str, &'static str),
    /// A field of which the row says nothing, and its column.
    empty: (&'static str, &'static str),
    /// A field that is an entry of a list, the list, what it holds, and what is sent.
    list: (&'static str, &'static str, &'static str, &'static str),
}

const MEETINGS: [Meeting; 2] = [
    Meeting {
        to: "zenskar",
        there: "Customer Number,Name,E-mail,VAT number,Country\n1,Hoorn,a@hoorn.example,DE811907980,DE\n",
        here: "Customer Number,Name,E-mail,VAT number,Country,Phone\n1,Hoorn & Co,a@hoorn.example,FR40303265045,FR,\n",
        key: "1",
        fills: ("customer_name", "Hoorn"),
        empty: ("phone_number", "Phone"),
        list: ("tax_info.tax_id", "tax_info", "DE811907980", "FR40303265045"),
    },
    Meeting {
        to: "kustomer",
        there: "Contact ID,Full name,E-mail\nP-1,Maren,m@q.example\n",
        here: "Contact ID,Full name,E-mail,Username\nP-1,Jonas,j@q.example,\n",
        key: "P-1",
        fills: ("name", "Maren"),
        empty: ("username", "Username"),
        list: ("email", "emails", "m@q.example", "j@q.example"),
    },
];

impl Meeting {
    fn desk(&self, server: &Server, file: &str) -> Desk {
        let desk = Desk::new();
        desk.write("customers.csv", file);
        desk.json(["new", "m.carryover", "--to", self.to]);
        desk.json(["import", "-m", "m.carryover", "customers.csv", "--as", "customers"]);
        desk.connect(server);
        desk.json(["check", "-m", "m.carryover"]);
        desk
    }

    fn field(&self, desk: &Desk, field: &str) -> Value {
        let record = desk.json([&PLAN[..], &["--record", self.key]].concat());
        let fields = record["fields"].as_array().expect("fields");
        fields.iter().find(|one| one["field"] == field).unwrap_or_else(|| panic!("no {field}: {record}")).clone()
    }

    /// The list as it is at the destination.
    fn held(&self, server: &Server) -> String {
        server.sandbox.records().customers[0][self.list.1].to_string()
    }
}

#[test]
fn each_field_says_what_it_will_be_and_why_it_is_left() {
    for meeting in &MEETINGS {
        let server = Server::with(meeting.to, Options::default());
        meeting.desk(&server, meeting.there).json(UPLOAD);
        let desk = meeting.desk(&server, meeting.here);
        let map = ["map", "-m", "m.carryover", "customers"];
        let (fills, value) = meeting.fills;
        let (entry, list, held, sent) = meeting.list;

        let (empty, column) = meeting.empty;
        desk.json([&map[..], &["--set", &format!("{empty}={column}")]].concat());
        desk.json(["check", "-m", "m.carryover"]);
        let before = meeting.field(&desk, fills);
        assert_eq!((&before["fate"], &before["there"]), (&json!("changed"), &json!(value)), "{}", meeting.to);
        desk.json([&map[..], &["--fill", fills]].concat());
        let filled = meeting.field(&desk, fills);
        assert_eq!((&filled["fate"], &filled["will_be"]), (&json!("filled"), &json!(value)), "{filled}");
        assert_ne!(filled["row"], json!(value), "what the row says stands beside it: {filled}");
        assert_eq!(meeting.field(&desk, meeting.empty.0)["fate"], "empty", "{}", meeting.to);

        let added = meeting.field(&desk, list);
        let will_be = added["will_be"].as_str().expect("a text");
        assert!(added["fate"] == "added" && will_be.contains(held) && will_be.contains(sent), "{added}");
        desk.json([&map[..], &["--replace", entry]].concat());
        let replaced = meeting.field(&desk, list);
        let will_be = replaced["will_be"].as_str().expect("a text");
        assert!(replaced["fate"] == "replaced" && !will_be.contains(held) && will_be.contains(sent), "{replaced}");

        let request = desk.json([&PLAN[..], &["--request", meeting.key]].concat());
        let request = request["request"].as_str().expect("a request");
        assert!(request.contains(sent) && !request.contains(held) && !request.contains("replace"), "{request}");
        let uploaded = desk.json(UPLOAD);
        assert_eq!(uploaded["datasets"]["customers"]["updated"], 1, "{uploaded}");
        let now = meeting.held(&server);
        assert!(now.contains(sent) && !now.contains(held), "{}: {now}", meeting.to);
        let report = desk.json(["report", "-m", "m.carryover", "--out", "report", "--with", "practice"]);
        assert_eq!(report["read_back"]["customers"]["agree"], 1, "{report}");

        // Another decision is a change of the record; now the list has what is sent already.
        desk.json([&map[..], &["--merge", list]].concat());
        assert_eq!(meeting.field(&desk, list)["fate"], "same", "{}", meeting.to);
    }
}

#[test]
fn a_list_is_added_to_unless_it_is_said_otherwise() {
    for meeting in &MEETINGS {
        let server = Server::with(meeting.to, Options::default());
        meeting.desk(&server, meeting.there).json(UPLOAD);
        meeting.desk(&server, meeting.here).json(UPLOAD);
        let now = meeting.held(&server);
        assert!(now.contains(meeting.list.2) && now.contains(meeting.list.3), "{}: {now}", meeting.to);
    }
}

#[test]
fn a_template_keeps_how_records_meet_and_an_older_one_says_nothing_of_it() {
    for meeting in &MEETINGS {
        let server = Server::with(meeting.to, Options::default());
        let (desk, map) = (meeting.desk(&server, meeting.here), ["map", "-m", "m.carryover", "customers"]);
        let decided = ["--behaviour", "update-only", "--fill", meeting.fills.0, "--replace", meeting.list.0];
        desk.json([&map[..], &decided].concat());
        if meeting.to == "kustomer" {
            desk.json([&map[..], &["--key", "email"]].concat());
        }
        let saved = desk.json([&map[..], &["--save", "template.json"]].concat());
        let wanted = saved["datasets"]["customers"]["sync"].clone();

        let text = std::fs::read_to_string(desk.path("template.json")).expect("a template");
        let next = meeting.desk(&server, meeting.here);
        next.write("template.json", &text);
        let loaded = next.json([&map[..], &["--template", "template.json"]].concat());
        assert_eq!(loaded["datasets"]["customers"]["sync"], wanted, "{}", meeting.to);
        let undone = next.json([&map[..], &["--undo"]].concat());
        assert_eq!(undone["datasets"]["customers"]["sync"]["behaviour"], "update_or_create", "{undone}");

        let mut older: Value = serde_json::from_str(&text).expect("JSON");
        older["version"] = json!(1);
        older.as_object_mut().expect("an object").remove("sync");
        next.json([&map[..], &["--behaviour", "create-only"]].concat());
        next.write("template.json", older.to_string());
        let kept = next.json([&map[..], &["--template", "template.json"]].concat());
        assert_eq!(kept["datasets"]["customers"]["sync"]["behaviour"], "create_only", "it stays: {kept}");

        older["version"] = json!(2);
        older["sync"] = json!({"behaviour": "update_or_create", "replace": ["notes"]});
        next.write("template.json", older.to_string());
        let refused = next.refused([&map[..], &["--template", "template.json"]].concat());
        assert!(refused["message"].as_str().is_some_and(|told| told.contains("“notes” is no list")), "{refused}");
    }
}

#[test]
fn an_upload_that_is_mostly_turned_down_stops_by_itself_and_goes_on() {
    for (to, header) in [("zenskar", "Customer Number,Name,E-mail\n"), ("kustomer", "Contact ID,Full name,E-mail\n")] {
        let server = Server::with(to, Options::default());
        let rows = |prefix: &str, count: usize| -> String {
            (1..=count).map(|row| format!("{prefix}{row},Works {row},a@w{row}.example\n")).collect::<Vec<_>>().concat()
        };
        let meeting = Meeting { to, ..MEETINGS.into_iter().next().expect("one") };
        meeting.desk(&server, &format!("{header}{}", rows("", 60))).json(UPLOAD);

        // Others with the same addresses, which the destination takes once.
        let desk = meeting.desk(&server, &format!("{header}{}", rows("N", 400)));
        let stopped = desk.refused([&UPLOAD[..], &["--stop-at", "10%"]].concat());
        let message = stopped["message"].as_str().expect("a message");
        assert_eq!(stopped["code"], "refused", "{to}: {stopped}");
        assert!(message.contains("which is more than 10 %"), "{to}: {message}");
        let held = server.sandbox.counts().customers;
        assert!(held < 400, "{to}: it stopped long before the end: {held}");
        let bad = desk.run([&UPLOAD[..], &["--resume", "--stop-at", "a lot"]].concat());
        assert!(bad.code == 2 && bad.stderr.contains("“a lot” is not a share"), "{}", bad.stderr);
        let rest = desk.json([&UPLOAD[..], &["--resume", "--stop-at", "never"]].concat());
        let tally = &rest["datasets"]["customers"];
        assert_eq!((&tally["created"], &tally["refused"]), (&json!(340), &json!(60)), "{to}: {rest}");
        assert_eq!(server.sandbox.counts().customers, 400, "{to}");
    }
}
