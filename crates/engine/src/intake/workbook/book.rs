//! An opened workbook, whatever its format, and the ways in which its reader can fail.
//!
//! `calamine` panics on some damaged files (indices taken from the file as they stand); a panic of the reader is an error
//! of the file here.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use calamine::{Cell, Data, DataRef, Dimensions, Ods, Range, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};
use calamine::{OdsError, XlsError, XlsbError, XlsxError};

use super::cells::{self, Outbox};
use super::row::{Assembly, SheetRow};
use crate::intake::source::Source;
use crate::intake::{Format, IntakeError};

/// A workbook opened once, for its layout and all its sheets.
pub(crate) struct Book {
    pub(crate) source: Source,
    pub(crate) format: Format,
    sheets: Sheets,
}

enum Sheets {
    Xlsx(Box<Xlsx<BufReader<File>>>),
    Xlsb(Box<Xlsb<BufReader<File>>>),
    Xls(Box<Xls<BufReader<File>>>),
    Ods(Box<Ods<BufReader<File>>>),
}

impl Book {
    pub(crate) fn open(source: Source, format: Format) -> Result<Self, IntakeError> {
        let file = File::open(source.workbook_path()).map_err(|error| IntakeError::reading(&source.path, error))?;
        let file = BufReader::new(file);
        let sheets = guarded(&source, None, || {
            Ok(match format {
                Format::Xlsb => Sheets::Xlsb(Box::new(Xlsb::new(file)?)),
                Format::Xls => Sheets::Xls(Box::new(Xls::new(file)?)),
                Format::Ods => Sheets::Ods(Box::new(Ods::new(file)?)),
                _ => Sheets::Xlsx(Box::new(Xlsx::new(file)?)),
            })
        })?;
        Ok(Self { source, format, sheets })
    }

    /// Names of the sheets that hold cells, and whether they are hidden.
    pub(crate) fn sheets(&self) -> Vec<(String, bool)> {
        let sheets = match &self.sheets {
            Sheets::Xlsx(book) => book.sheets_metadata(),
            Sheets::Xlsb(book) => book.sheets_metadata(),
            Sheets::Xls(book) => book.sheets_metadata(),
            Sheets::Ods(book) => book.sheets_metadata(),
        };
        let with_cells = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        with_cells.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
    }

    /// Hands over every row with a value in it, until `take` breaks off.
    pub(crate) fn each_row(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(&SheetRow) -> ControlFlow<()>,
    ) -> Result<(), IntakeError> {
        let Self { source, sheets, .. } = self;
        let mut assembly = Assembly::new(take);
        let (outbox, cells) = cells::channel();
        let read = thread::scope(|scope| {
            let reader = scope.spawn(move || sheets.each_cell(sheet, outbox));
            // Whoever wants no more hangs up, and the reader ends.
            cells.into_iter().flatten().find(|cell| assembly.add(cell).is_break());
            reader.join()
        });
        match read {
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => return Err(fault.told(source, Some(sheet))),
            Err(_) => return Err(gave_up(source, Some(sheet))),
        }
        match assembly.finish() {
            Some((line, columns)) => Err(IntakeError::TooWide { path: source.path.clone(), line, columns }),
            None => Ok(()),
        }
    }

    /// The merged cells of a sheet. Only XLSX, XLSM and XLS tell.
    pub(crate) fn merged(&mut self, sheet: &str) -> Result<Vec<Dimensions>, IntakeError> {
        guarded(&self.source, Some(sheet), || {
            Ok(match &mut self.sheets {
                Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(sheet)?,
                Sheets::Xls(book) => book.merge_cells_by_sheet_name(sheet)?,
                Sheets::Xlsb(_) | Sheets::Ods(_) => Vec::new(),
            })
        })
    }
}

impl Sheets {
    /// `Break` when nobody wanted more.
    fn each_cell<'a>(&'a mut self, sheet: &str, mut outbox: Outbox<'a>) -> Result<ControlFlow<()>, Fault> {
        match self {
            Self::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    if outbox.put(cell).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Self::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    if outbox.put(cell).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Self::Xls(book) => return Ok(each_in_range(&book.worksheet_range(sheet)?, outbox)),
            Self::Ods(book) => return Ok(each_in_range(&book.worksheet_range(sheet)?, outbox)),
        }
        Ok(outbox.close())
    }
}

fn each_in_range(range: &Range<Data>, mut outbox: Outbox<'_>) -> ControlFlow<()> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        outbox.put(Cell::new((top + row as u32, left + column as u32), owned(value)))?;
    }
    outbox.close()
}

fn owned<'a>(value: &Data) -> DataRef<'a> {
    match value {
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(value) => DataRef::String(value.clone()),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(value) => DataRef::DateTime(*value),
        Data::DateTimeIso(value) => DataRef::DateTimeIso(value.clone()),
        Data::DurationIso(value) => DataRef::DurationIso(value.clone()),
        Data::Error(value) => DataRef::Error(value.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// What a reader of workbooks reported.
enum Fault {
    Password,
    Other(String),
}

macro_rules! fault_from {
    ($($error:ident),*) => {
        $(impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                match error {
                    $error::Password => Self::Password,
                    other => Self::Other(other.to_string()),
                }
            }
        })*
    };
}

fault_from!(XlsxError, XlsbError, XlsError, OdsError);

impl Fault {
    fn told(self, source: &Source, sheet: Option<&str>) -> IntakeError {
        let path = source.path.clone();
        match self {
            Self::Password => IntakeError::Password { path },
            Self::Other(detail) => IntakeError::Damaged { path, sheet: sheet.map(str::to_owned), detail },
        }
    }
}

/// Runs a reader that may panic on damaged files.
fn guarded<T>(source: &Source, sheet: Option<&str>, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, IntakeError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|fault| fault.told(source, sheet)),
        Err(_) => Err(gave_up(source, sheet)),
    }
}

fn gave_up(source: &Source, sheet: Option<&str>) -> IntakeError {
    Fault::Other("the workbook's inner structure cannot be right".to_owned()).told(source, sheet)
}
