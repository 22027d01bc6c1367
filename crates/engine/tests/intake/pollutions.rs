//! Every spoilt file is read as it is meant.

use engine::intake::Hints;

use crate::pollution::{Case, cases};
use crate::support::{file, read};

/// Cases that are not read as they are meant, with the reason. A case that is, has no place here.
const KNOWN: [(&str, &str); 0] = [];

/// What differs between a case and what was made of it.
fn differences(case: &Case) -> Vec<String> {
    let file = file("case.csv", &case.bytes);
    let (profile, rows) = match read(&file.path, &Hints::default(), 0) {
        Ok(read) => read,
        Err(error) => return vec![error.to_string()],
    };
    let layout = engine::intake::open(&file.path).and_then(|mut opened| opened.layout(&Hints::default()));
    let layout = layout.expect("it was read before");
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    };
    if let Some(delimiter) = case.delimiter {
        same("delimiter", format!("{:?}", layout.delimiter.unwrap_or_default()), format!("{delimiter:?}"));
        if case.rows.iter().flatten().any(|cell| cell.contains(delimiter)) {
            same("quote", format!("{:?}", layout.quote), format!("{:?}", Some(case.quote)));
        }
    }
    same("encoding", layout.encoding.unwrap_or_default(), case.encoding.to_owned());
    let header = if profile.layout.header_row.is_some() { profile.layout.columns } else { Vec::new() };
    same("header", format!("{header:?}"), format!("{:?}", case.header));
    same("titles", profile.layout.preamble_rows.to_string(), case.titles.to_string());
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    same("rows", rows.len().to_string(), case.rows.len().to_string());
    for (number, (found, expected)) in
        rows.iter().zip(&case.rows).enumerate().filter(|(_, (found, expected))| found != expected).take(2)
    {
        same(&format!("row {}", number + 1), format!("{found:?}"), format!("{expected:?}"));
    }
    wrong
}

#[test]
fn every_spoilt_file_is_read_as_it_is_meant() {
    let (mut wrong, mut right) = (Vec::new(), Vec::new());
    let cases = cases();
    for case in &cases {
        let known = KNOWN.iter().find(|(name, _)| *name == case.name);
        match (differences(case), known) {
            (differences, None) if !differences.is_empty() => {
                wrong.push(format!("{}\n    {}", case.name, differences.join("\n    ")));
            }
            (differences, Some((name, _))) if differences.is_empty() => right.push(*name),
            _ => {}
        }
    }
    assert!(cases.len() > 150, "there are only {} cases", cases.len());
    assert!(right.is_empty(), "read right by now, so not known to be wrong: {right:?}");
    assert!(wrong.is_empty(), "{} of {} are not:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
