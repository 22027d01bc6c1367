//! What every test of intake needs: a file, its rows, and all that was learnt of it as JSON.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::intake::{self, Chunk, ColumnProfile, FileProfile, Hints, IntakeError, Layout, RowSink, TableProfile};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A row as it arrived: its line and its cells.
pub(crate) type Row = (u64, Vec<String>);

/// A folder of its own with one file in it.
pub(crate) struct Written {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

/// Writes a file under `name`, so that its extension counts.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> Written {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file can be written in it");
    Written { _folder: folder, path }
}

pub(crate) fn inspect(path: &Path) -> FileProfile {
    intake::inspect(path, &Hints::default()).expect("the file can be read")
}

/// Keeps all rows.
#[derive(Default)]
pub(crate) struct Keep(pub(crate) Vec<Row>);

impl RowSink for Keep {
    fn chunk(&mut self, chunk: Arc<Chunk>) -> ControlFlow<()> {
        for row in chunk.iter() {
            let row = row.expect("a chunk decodes its own rows");
            self.0.push((row.line, row.cells().map(str::to_owned).collect()));
        }
        ControlFlow::Continue(())
    }
}

pub(crate) fn layout(path: &Path, hints: &Hints) -> Result<Layout, IntakeError> {
    intake::open(path)?.layout(hints)
}

/// The rows of one table, with its profile.
pub(crate) fn read(path: &Path, hints: &Hints, table: usize) -> Result<(TableProfile, Vec<Row>), IntakeError> {
    let mut opened = intake::open(path)?;
    let layout = opened.layout(hints)?;
    let mut rows = Keep::default();
    let profile = opened.read(&layout, table, &mut rows)?;
    Ok((profile, rows.0))
}

/// The cells of a file with one table.
pub(crate) fn cells(path: &Path) -> Vec<Vec<String>> {
    let (_, rows) = read(path, &Hints::default(), 0).expect("the file can be read");
    rows.into_iter().map(|(_, cells)| cells).collect()
}

/// All that intake says about a file, as the expected answers beside the fixtures put it.
pub(crate) fn describe(path: &Path) -> Value {
    let profile = match intake::inspect(path, &Hints::default()) {
        Ok(profile) => profile,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let layout = &profile.layout;
    let tables = profile.tables.iter().enumerate().map(|(number, table)| table_json(path, number, table));
    json!({
        "format": layout.format,
        "member": layout.member,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "quote": layout.quote,
        "escape": layout.escape,
        "tables": tables.collect::<Vec<_>>(),
    })
}

fn table_json(path: &Path, number: usize, table: &TableProfile) -> Value {
    let (again, rows) = read(path, &Hints::default(), number).expect("what was inspected can be read");
    assert_eq!(&again, table, "reading with a sink and inspecting tell the same of table {number}");
    assert_eq!(rows.len() as u64, table.rows, "the rows of table {number} are counted");
    let layout = &table.layout;
    json!({
        "sheet": layout.sheet,
        "hidden": layout.hidden,
        "header_row": layout.header_row,
        "header_rows": layout.header_rows,
        "first_row": layout.first_row,
        "last_row": table.last_row,
        "first_column": layout.first_column,
        "preamble_rows": layout.preamble_rows,
        "columns": table.columns.iter().map(column_json).collect::<Vec<_>>(),
        "rows": rows.into_iter().map(|(line, cells)| json!([line, cells])).collect::<Vec<_>>(),
        "footer": table.footer,
        "ragged": table.ragged,
        "remarks": table.remarks,
    })
}

fn column_json(column: &ColumnProfile) -> Value {
    json!([column.name, column.kind, column.format, column.also, column.misfits])
}
