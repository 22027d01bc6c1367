//! Who is asked, each as somebody would who knows nothing of the file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use csv_nose::{Metadata, Quote, Sniffer};
use serde_json::Value;

use super::answer::{Answer, Table};
use super::collection::Collection;
use crate::process::{spawn, words};
use crate::python;
use crate::trouble::Trouble;
use crate::workspace::root;

/// Files given to one process of Carryover.
const TOGETHER: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Carryover,
    CsvNose,
    CleverCsv,
    DuckDb,
}

impl Reader {
    pub(super) const ALL: [Self; 4] = [Self::Carryover, Self::CsvNose, Self::CleverCsv, Self::DuckDb];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Carryover => "Carryover",
            Self::CsvNose => "csv-nose 1.4",
            Self::CleverCsv => "CleverCSV 0.8.5",
            Self::DuckDb => "DuckDB 2.0.0",
        }
    }

    /// An answer for every file of a collection, in its order.
    pub(super) fn read(self, collection: &Collection, carryover: &Path, folder: &Path) -> Result<Vec<Answer>, Trouble> {
        let paths: Vec<&Path> = collection.files.iter().map(|file| file.path.as_path()).collect();
        match self {
            Self::Carryover => inspect_all(carryover, &paths, collection.cells, folder),
            Self::CsvNose => Ok(paths.iter().map(|path| sniff(path, collection.cells)).collect()),
            Self::CleverCsv => script("clevercsv_read.py", "clevercsv==0.8.5", &paths, collection.cells, folder),
            Self::DuckDb => script("duckdb_read.py", "duckdb==2.0.0", &paths, collection.cells, folder),
        }
    }
}

fn inspect_all(carryover: &Path, paths: &[&Path], cells: bool, folder: &Path) -> Result<Vec<Answer>, Trouble> {
    let mut answers = Vec::new();
    for together in paths.chunks(TOGETHER) {
        match inspect(carryover, together, cells, folder)? {
            Some(found) => answers.extend(found),
            // One that cannot be read takes the others with it.
            None => {
                for path in together {
                    let alone = inspect(carryover, &[path], cells, folder)?;
                    let refused = Answer { error: Some("refused".to_owned()), ..Answer::default() };
                    answers.push(alone.and_then(|mut alone| alone.pop()).unwrap_or(refused));
                }
            }
        }
    }
    Ok(answers)
}

/// `None` when some file cannot be read.
fn inspect(carryover: &Path, paths: &[&Path], cells: bool, folder: &Path) -> Result<Option<Vec<Answer>>, Trouble> {
    let tables = tempfile::tempdir_in(folder).map_err(Trouble::file("make a folder in", folder))?;
    let mut command = Command::new(carryover);
    command.args(["inspect", "--json"]);
    if cells {
        command.arg("--csv").arg(tables.path());
    }
    command.arg("--").args(paths).stderr(Stdio::null());
    let output =
        command.output().map_err(|source| Trouble::Start { program: carryover.display().to_string(), source })?;
    let Ok(printed) = serde_json::from_slice::<Value>(&output.stdout) else { return Ok(None) };
    let found = printed["files"].as_array().map(Vec::as_slice).unwrap_or_default().iter().zip(paths);
    let found = found.map(|(file, path)| Ok(of_inspected(file, cells.then(|| written(path, file, tables.path())))));
    found.collect::<Result<Vec<_>, Trouble>>().map(Some)
}

fn of_inspected(file: &Value, written: Option<PathBuf>) -> Answer {
    let first = &file["tables"][0];
    let header_row = first["header_row"].as_u64().unwrap_or(0);
    let text = |name: &str| file[name].as_str().map(str::to_owned);
    let rows = written.map(|path| records(csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path)));
    let table = rows.map(|rows| {
        let (header, rows) = rows.split_first().map_or((Vec::new(), Vec::new()), |(header, rows)| {
            (if header_row == 0 { Vec::new() } else { header.clone() }, rows.to_vec())
        });
        Table { header, rows }
    });
    Answer {
        error: None,
        delimiter: text("delimiter"),
        quote: text("quote").and_then(|quote| quote.chars().next()),
        encoding: text("encoding"),
        header_row,
        table,
    }
}

/// Where `--csv` wrote the first table of a file.
fn written(path: &Path, file: &Value, folder: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sheet = file["tables"][0]["sheet"].as_str().map(|sheet| format!(".{sheet}")).unwrap_or_default();
    folder.join(format!("{name}{sheet}.csv"))
}

fn records<R: std::io::Read>(reader: Result<csv::Reader<R>, csv::Error>) -> Vec<Vec<String>> {
    let rows = reader.into_iter().flat_map(|mut reader| reader.byte_records().flatten().collect::<Vec<_>>());
    rows.map(|row| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()).collect()
}

fn sniff(path: &Path, cells: bool) -> Answer {
    match Sniffer::new().sniff_path(path) {
        Err(error) => Answer { error: Some(error.to_string()), ..Answer::default() },
        Ok(found) => {
            let header = &found.dialect.header;
            Answer {
                error: None,
                delimiter: Some(char::from(found.dialect.delimiter).to_string()),
                quote: found.dialect.quote.char().map(char::from),
                encoding: Some(found.encoding.name.to_ascii_lowercase()),
                header_row: if header.has_header_row { header.num_preamble_rows as u64 + 1 } else { 0 },
                table: cells.then(|| table(path, &found)),
            }
        }
    }
}

/// It only sniffs: what it found is read with the `csv` crate, for which it is made.
fn table(path: &Path, found: &Metadata) -> Table {
    let bytes = fs::read(path).unwrap_or_default();
    let encoding = encoding_rs::Encoding::for_label(found.encoding.name.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let text = encoding.decode(&bytes).0.into_owned();
    let above: usize = text.split_inclusive('\n').take(found.dialect.header.num_preamble_rows).map(str::len).sum();
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(found.dialect.delimiter).flexible(true).has_headers(false);
    match found.dialect.quote {
        Quote::Some(quote) => builder.quote(quote),
        Quote::None => builder.quoting(false),
    };
    let mut rows = records(Ok(builder.from_reader(&text.as_bytes()[above..])));
    let header = found.dialect.header.has_header_row && !rows.is_empty();
    Table { header: if header { rows.remove(0) } else { Vec::new() }, rows }
}

fn script(name: &str, package: &str, paths: &[&Path], cells: bool, folder: &Path) -> Result<Vec<Answer>, Trouble> {
    let modules = python::package(package, folder)?;
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", modules).arg(root().join("crates/xtask/src/accuracy/peers").join(name));
    command.args(cells.then_some("cells")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = spawn(&mut command)?;
    let list = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n");
    let mut input = child.stdin.take();
    // Written beside the reading: neither side waits for the other's full pipe.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.as_mut().map(|input| input.write_all(list.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(|source| Trouble::Start { program: words(&command), source })?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let answers: Vec<Answer> =
        printed.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|value| Answer::of(&value)).collect();
    let expected = "a line for each file";
    let found = format!("{} lines for {} files", answers.len(), paths.len());
    if answers.len() == paths.len() {
        Ok(answers)
    } else {
        Err(Trouble::Answer { command: words(&command), expected, found })
    }
}
