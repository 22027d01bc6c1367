//! `cargo xtask workbooks DIR…`: every cell that Carryover reads of workbooks, held against what LibreOffice writes when it
//! exports the same sheet to CSV as shown.
//!
//! LibreOffice is no reference for Excel, but another hand: where the two agree, neither made a mistake of its own. Where it is not
//! installed, the chore says so and does nothing.

mod compare;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use self::compare::{Sheet, Tally, compare};
use crate::process::succeeds;
use crate::torture::collect;
use crate::trouble::Trouble;
use crate::workspace::{released, root};

const EXTENSIONS: [&str; 5] = ["xls", "xlsx", "xlsm", "xlsb", "ods"];
/// Commas, quotes, UTF-8, cells as shown, every sheet to a file of its own.
const EXPORT: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1";
/// Seconds; most files take one.
const PATIENCE: &str = "25";
/// Cells that are shown of those that differ.
const EXAMPLES: usize = 60;
const BEGIN: &str = "<!-- made by cargo xtask workbooks -->\n";
const END: &str = "<!-- end -->\n";

pub(crate) fn workbooks(dirs: &[PathBuf], docs: bool) -> Result<(), Trouble> {
    if !succeeds(Command::new("soffice").arg("--version").stdout(Stdio::null())) {
        println!("LibreOffice is not installed, so there is nothing to compare with. Install `libreoffice-calc`.");
        return Ok(());
    }
    let carryover = released()?;
    let scratch = tempfile::tempdir().map_err(Trouble::file("make a folder in", std::env::temp_dir()))?;
    let mut files = Vec::new();
    for dir in dirs {
        collect(dir, &mut files)?;
    }
    files.retain(|file| extension(file).is_some());
    files.sort();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (number, round) in rounds(files).into_iter().enumerate() {
        let theirs = scratch.path().join(format!("theirs-{number}"));
        export(&round, &theirs, scratch.path())?;
        for file in &round {
            let ours = scratch.path().join("ours");
            let tally = tallies.entry(extension(file).unwrap_or_default()).or_default();
            one(&carryover, file, &ours, &theirs, tally)?;
        }
    }
    let table = table(&tallies);
    println!("{table}");
    for example in tallies.values().flat_map(|tally| tally.examples.iter().take(EXAMPLES)) {
        println!("{example}");
    }
    if docs { write(&table) } else { Ok(()) }
}

fn extension(file: &Path) -> Option<&'static str> {
    let found = file.extension()?.to_str()?.to_ascii_lowercase();
    EXTENSIONS.into_iter().find(|known| *known == found)
}

/// Files in groups in which no two would be exported to the same name.
fn rounds(files: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut rounds: Vec<(HashSet<String>, Vec<PathBuf>)> = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match rounds.iter_mut().find(|(taken, _)| !taken.contains(&stem)) {
            Some((taken, round)) => {
                taken.insert(stem);
                round.push(file);
            }
            None => rounds.push((HashSet::from([stem]), vec![file])),
        }
    }
    rounds.into_iter().map(|(_, round)| round).collect()
}

/// Lets LibreOffice write every sheet; what it cannot open has no file afterwards.
fn export(files: &[PathBuf], to: &Path, scratch: &Path) -> Result<(), Trouble> {
    let profile = format!("-env:UserInstallation=file://{}", scratch.join("profile").display());
    // One start for many files, and one for each where one of them holds it up.
    for some in files.chunks(8) {
        let alone = some.chunks(1);
        if !converts(&profile, some, to)? {
            alone.filter(|_| some.len() > 1).try_for_each(|file| converts(&profile, file, to).map(drop))?;
        }
    }
    Ok(())
}

/// Whether LibreOffice came to an end. It starts others, so `timeout` ends them all.
fn converts(profile: &str, files: &[PathBuf], to: &Path) -> Result<bool, Trouble> {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", PATIENCE, "soffice", profile, "--headless", "--convert-to", EXPORT, "--outdir"]);
    command.arg(to).args(files).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = command.status().map_err(Trouble::file("write to", to))?;
    Ok(ended.code() != Some(124))
}

fn one(carryover: &Path, file: &Path, ours: &Path, theirs: &Path, tally: &mut Tally) -> Result<(), Trouble> {
    if ours.exists() {
        fs::remove_dir_all(ours).map_err(Trouble::file("empty", ours))?;
    }
    let mut command = Command::new(carryover);
    command.args(["inspect", "--json", "--csv"]).arg(ours).arg("--").arg(file).stderr(Stdio::null());
    let output = command.output().map_err(Trouble::file("read", file))?;
    tally.files += 1;
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
        tally.refused += 1;
        return Ok(());
    };
    let tables = answer["files"][0]["tables"].as_array().cloned().unwrap_or_default();
    for table in tables {
        let sheet = table["sheet"].as_str().unwrap_or_default();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let sheet = Sheet {
            name: format!("{name}, {sheet}"),
            ours: ours.join(format!("{name}.{}.csv", safe(sheet))),
            theirs: theirs.join(format!("{stem}-{sheet}.csv")),
            first: table["first_row"].as_u64().unwrap_or(1),
            last: table["last_row"].as_u64().unwrap_or(0),
        };
        compare(&sheet, tally);
    }
    Ok(())
}

/// As `inspect --csv` names the files of sheets.
fn safe(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.') { c } else { '_' }).collect()
}

fn table(tallies: &BTreeMap<&str, Tally>) -> String {
    let mut table =
        "| format | workbooks | refused | sheets | not opened by LibreOffice | cells | the same | days | rounded \
                     there | in words there | other |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for (format, tally) in tallies {
        let Tally { files, refused, sheets, missing, cells, same, days, whole, plain, other, .. } = tally;
        let row = format!(
            "| {format} | {files} | {refused} | {sheets} | {missing} | {cells} | {same} | {days} | {whole} | {plain} | {other} |"
        );
        let written = writeln!(table, "{row}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    table
}

/// Puts the table between its marks.
fn write(table: &str) -> Result<(), Trouble> {
    let path = root().join("docs").join("WORKBOOKS.md");
    let page = fs::read_to_string(&path).map_err(Trouble::file("read", &path))?;
    let before = page.split_once(BEGIN).map_or(page.as_str(), |(before, _)| before);
    let after = page.split_once(END).map_or("", |(_, after)| after);
    let page = format!("{before}{BEGIN}\n{table}\n{END}{after}");
    fs::write(&path, page).map_err(Trouble::file("write", path))
}
