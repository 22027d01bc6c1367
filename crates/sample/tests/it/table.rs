//! The sample as other programs read it: written once into a temporary folder, then read with `csv` and `calamine`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx};
use sample::{ExpectedFinding, Sample, Size};
use tempfile::TempDir;

/// A written sample and its three tables.
pub(crate) struct Files {
    pub(crate) dir: TempDir,
    pub(crate) sample: Sample,
    pub(crate) customers: Table,
    pub(crate) usage: Table,
    pub(crate) contracts: Table,
}

/// Cells as text, with the total line below left out.
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Row, field and rule of a finding; the row counts from 1.
pub(crate) type Told = (u64, &'static str, &'static str);

impl Table {
    /// The cell of a row, which counts from 1.
    pub(crate) fn cell(&self, row: u64, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column).expect("the column exists");
        &self.rows[row as usize - 1][at]
    }

    /// Row numbers, from 1.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        1..=self.rows.len() as u64
    }

    /// Rows by the value of a column.
    pub(crate) fn by<'a>(&'a self, column: &str) -> BTreeMap<&'a str, Vec<u64>> {
        let mut rows = BTreeMap::<&str, Vec<u64>>::new();
        self.numbers().for_each(|row| rows.entry(self.cell(row, column)).or_default().push(row));
        rows
    }
}

impl Files {
    /// What is expected of a dataset, sorted.
    pub(crate) fn expected(&self, dataset: &str) -> Vec<Told> {
        let told = |finding: &ExpectedFinding| (finding.row, finding.field, finding.rule);
        let mut all: Vec<Told> =
            self.sample.expected.iter().filter(|finding| finding.dataset == dataset).map(told).collect();
        all.sort_unstable();
        all
    }
}

pub(crate) static SHORT: LazyLock<Files> = LazyLock::new(|| files(Size::Short));
pub(crate) static FULL: LazyLock<Files> = LazyLock::new(|| files(Size::Full));

fn files(size: Size) -> Files {
    let dir = TempDir::new().expect("a temporary folder can be made");
    let sample = sample::write(dir.path(), size).expect("the sample can be written");
    let customers = customers(&sample.customers);
    let usage = std::fs::read(&sample.usage).expect("the usage can be read");
    let usage = csv_table(usage.strip_prefix(b"\xef\xbb\xbf").expect("the usage begins with a byte order mark"), b',');
    let contracts = contracts(&sample.contracts);
    Files { dir, sample, customers, usage, contracts }
}

/// The file's text, decoded as it is meant to be.
pub(crate) fn customers_text(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("the customers can be read");
    let (text, _, broken) = encoding_rs::WINDOWS_1252.decode(&bytes);
    assert!(!broken, "every byte is a character");
    text.into_owned()
}

fn customers(path: &Path) -> Table {
    let text = customers_text(path);
    let header = text.find("Account No").expect("the file has a header");
    let mut table = csv_table(&text.as_bytes()[header..], b';');
    let total = table.rows.pop().expect("the file has a total line");
    assert_eq!(total[..2], ["Total", "1204 customers"]);
    table
}

fn csv_table(bytes: &[u8], delimiter: u8) -> Table {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    let text = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let columns = text(reader.headers().expect("the header is text"));
    let rows = reader.records().map(|record| text(&record.expect("every record has the header's cells"))).collect();
    Table { columns, rows }
}

fn contracts(path: &Path) -> Table {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("the workbook opens");
    assert_eq!(book.sheet_names(), ["Cover", "Active", "Notes"]);
    let sheet = book.worksheet_range("Active").expect("the sheet can be read");
    let mut rows = sheet.rows().skip(3).map(|row| row.iter().map(cell).collect());
    let columns = rows.next().expect("the header is in row 4");
    let mut rows: Vec<Vec<String>> = rows.collect();
    assert_eq!(rows.pop().expect("the sheet has a total line")[0], "Total");
    Table { columns, rows }
}

fn cell(cell: &Data) -> String {
    match cell {
        Data::DateTime(instant) => {
            let (year, month, day, ..) = instant.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}
