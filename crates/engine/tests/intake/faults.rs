//! Files that cannot be read: what is said about them.

use std::fs;
use std::path::Path;

use engine::intake::{self, Hints, IntakeError};

use crate::support::{file, layout};

fn message(path: &Path, hints: &Hints) -> String {
    let error = intake::inspect(path, hints).expect_err("it cannot be read");
    let name = path.file_name().expect("the file has a name").to_string_lossy();
    let text = error.to_string();
    assert!(text.contains(&format!("“{name}”")), "the message names the file: {text}");
    assert!(text.ends_with('.'), "the message is a sentence: {text}");
    text
}

#[test]
fn what_a_file_is_instead_of_a_table() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("photo.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a PNG picture, not a table."),
        ("photo.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF", "is a JPEG picture, not a table."),
        ("invoice.csv", b"%PDF-1.7\n%\xe2\xe3", "is a PDF document, not a table."),
        ("page.xls", b"\n<html><table><tr><td>1</td></tr></table></html>", "is a web page (HTML), not a table."),
        ("feed.csv", b"<?xml version=\"1.0\"?><rows/>", "is an XML file, not a table."),
        ("events.csv", b"[{\"id\": 1}, {\"id\": 2}]", "is a JSON file, not a table."),
        ("data.parquet", b"PAR1\x15\x04\x15", "is a Parquet file, not a table."),
        (
            "noise.csv",
            b"\0\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\0\0",
            "is a file of binary data, not a table.",
        ),
        ("backup.7z", b"7z\xbc\xaf\x27\x1c\0\x04", "is a 7-Zip archive, not a table."),
    ];
    for (name, content, expected) in cases {
        let file = file(name, content);
        let text = message(&file.path, &Hints::default());
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn nothing_to_read() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = |path: &Path| message(path, &Hints::default());
    assert!(text(&folder.path().join("gone.csv")).contains("is not there any more"));
    assert!(text(folder.path()).contains("is a folder"));
    assert!(text(&file("empty.csv", "").path).contains("is empty"));
    assert!(text(&file("blank.csv", " \r\n\t\n  \n").path).contains("nothing but blanks"));
    assert!(
        text(&file("blank16.csv", "\u{feff} \n \n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).path)
            .contains("nothing but blanks")
    );
}

#[cfg(unix)]
#[test]
fn a_file_of_somebody_else() {
    use std::os::unix::fs::PermissionsExt;
    let file = file("theirs.csv", "a,b\n1,2\n");
    fs::set_permissions(&file.path, fs::Permissions::from_mode(0o000)).expect("own files can be closed");
    match intake::inspect(&file.path, &Hints::default()) {
        Err(error) => assert!(matches!(error, IntakeError::NoPermission { .. }), "{error}"),
        Ok(_) => assert!(fs::read(&file.path).is_ok(), "only an administrator may read it all the same"),
    }
}

#[test]
fn hints_that_make_no_sense() {
    let file = file("table.csv", "a,b\n1,2\n");
    let encoding = Hints { encoding: Some("utf-9".to_owned()), ..Hints::default() };
    assert!(message(&file.path, &encoding).contains("“utf-9” is not an encoding"));
    for separator in ['x', '\n', 'é'] {
        let hints = Hints { delimiter: Some(separator), ..Hints::default() };
        assert!(matches!(layout(&file.path, &hints), Err(IntakeError::Separator { .. })), "{separator:?}");
    }
}

#[test]
fn hints_come_before_guesses() {
    let file = file("table.csv", "a;b,c;d\n1;2,3;4\n5;6,7;8\n");
    let columns = |hints: &Hints| layout(&file.path, hints).expect("it can be read").tables.remove(0);
    let comma = Hints { delimiter: Some(','), ..Hints::default() };
    assert_eq!(columns(&comma).columns, ["a;b", "c;d"]);
    let none = Hints { header_row: Some(0), ..Hints::default() };
    assert_eq!((columns(&none).header_row, columns(&none).first_row), (None, 1));
    let second = Hints { header_row: Some(2), ..comma };
    let table = columns(&second);
    assert_eq!(
        (table.columns, table.header_row, table.first_row, table.preamble_rows),
        (vec!["1;2".to_owned(), "3;4".to_owned()], Some(2), 3, 1)
    );
}

#[test]
fn a_table_that_the_layout_does_not_have() {
    let file = file("table.csv", "a,b\n1,2\n");
    let mut opened = intake::open(&file.path).expect("it can be opened");
    let layout = opened.layout(&Hints::default()).expect("it can be read");
    let error = opened.read(&layout, 1, &mut crate::support::Keep::default()).expect_err("there is only one");
    assert!(matches!(error, IntakeError::UnknownTable { number: 2, .. }));
}
