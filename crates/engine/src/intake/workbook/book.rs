//! An opened workbook, whatever its format, and the ways in which its reader can fail.
//!
//! `calamine` panics on some damaged files (indices taken from the file as they stand); a panic of the reader is an error
//! of the file here.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use calamine::{Cell, Data, DataRef, Ods, Range, Reader, SheetType, SheetVisible, Style, Xls, Xlsb, Xlsx};
use calamine::{OdsError, XlsError, XlsbError, XlsxError};

use super::ahead::Ahead;
use super::beside::Beside;
use super::beside::ods::{self, Texts};
use super::beside::xls::Stream;
use super::beside::xlsb::{self, CellStyles};
use super::cells::{self, Look, Outbox};
use super::formats::{Formats, builtin};
use super::row::{Assembly, SheetRow};
use crate::intake::source::Source;
use crate::intake::{Format, IntakeError};

/// A workbook opened once, for its layout and all its sheets.
pub(crate) struct Book {
    pub(crate) source: Source,
    pub(crate) format: Format,
    sheets: Sheets,
    /// Looked up when the first sheet is read.
    formats: Option<Arc<Formats>>,
}

enum Sheets {
    Xlsx(Box<Xlsx<Ahead>>),
    Xlsb(Box<Xlsb<Ahead>>),
    Xls(Box<Xls<Ahead>>),
    Ods(Box<Ods<Ahead>>),
}

impl Book {
    pub(crate) fn open(source: Source, format: Format) -> Result<Self, IntakeError> {
        let file = Ahead::open(source.workbook_path()).map_err(|error| IntakeError::reading(&source.path, error))?;
        // calamine follows the sectors of an XLS without counting them: a circle would fill the memory.
        if format == Format::Xls && cfb::open(source.workbook_path()).is_err() {
            return Err(gave_up(&source, None));
        }
        let sheets = guarded(&source, None, || {
            Ok(match format {
                Format::Xlsb => Sheets::Xlsb(Box::new(Xlsb::new(file)?)),
                Format::Xls => Sheets::Xls(Box::new(Xls::new(file)?)),
                Format::Ods => Sheets::Ods(Box::new(Ods::new(file)?)),
                _ => Sheets::Xlsx(Box::new(Xlsx::new(file)?)),
            })
        })?;
        Ok(Self { source, format, sheets, formats: None })
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

    /// Hands over the first rows with a value in them, until `take` breaks off.
    pub(crate) fn first_rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(&SheetRow) -> ControlFlow<()>,
    ) -> Result<(), IntakeError> {
        self.each_row(sheet, 0, take)
    }

    fn each_row(
        &mut self,
        sheet: &str,
        ahead: usize,
        take: &mut dyn FnMut(&SheetRow) -> ControlFlow<()>,
    ) -> Result<(), IntakeError> {
        let formats = self.formats(sheet)?;
        let Self { source, sheets, .. } = self;
        let mut assembly = Assembly::new(&formats, take);
        let (outbox, cells) = cells::channel(ahead);
        let read = thread::scope(|scope| {
            let (path, formats) = (source.workbook_path(), &formats);
            let reader = scope.spawn(move || sheets.each_cell(path, sheet, formats, outbox));
            // Whoever wants no more hangs up, and the reader ends.
            cells.into_iter().any(|parcel| parcel.cells().any(|cell| assembly.add(&cell).is_break()));
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

    /// Hands over every row with a value in it, and what the sheet says beside its rows, looked up at the same moment.
    pub(super) fn each_row_and_beside(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(&SheetRow) -> ControlFlow<()>,
    ) -> Result<Beside, IntakeError> {
        let (path, format) = (self.source.workbook_path().to_owned(), self.format);
        thread::scope(|scope| {
            let beside = scope.spawn(move || Beside::read(&path, format, sheet));
            self.each_row(sheet, cells::QUEUED, take)?;
            // What cannot be read there is not told; the values are there.
            Ok(beside.join().unwrap_or_default())
        })
    }

    fn formats(&mut self, sheet: &str) -> Result<Arc<Formats>, IntakeError> {
        if let Some(formats) = &self.formats {
            return Ok(Arc::clone(formats));
        }
        let Self { source, sheets, .. } = self;
        let formats = guarded(source, Some(sheet), || sheets.formats(source.workbook_path(), sheet))?;
        Ok(Arc::clone(self.formats.insert(Arc::new(formats))))
    }
}

impl Sheets {
    /// How the workbook's styles show numbers. ODS holds what each cell shows instead.
    fn formats(&mut self, path: &Path, sheet: &str) -> Result<Formats, Fault> {
        Ok(match self {
            Self::Xlsx(book) => {
                let cells = book.worksheet_cells_reader(sheet)?;
                let codes: Vec<String> = cells.styles().iter().map(format_code).collect();
                Formats::compile(codes.iter().map(String::as_str))
            }
            Self::Xlsb(_) => xlsb::formats(path).unwrap_or_default(),
            Self::Xls(_) => Stream::open(path).and_then(|stream| stream.formats()).unwrap_or_default(),
            Self::Ods(_) => Formats::default(),
        })
    }

    /// `Break` when nobody wanted more.
    fn each_cell<'a>(
        &'a mut self,
        path: &Path,
        sheet: &str,
        formats: &Formats,
        mut outbox: Outbox<'a>,
    ) -> Result<ControlFlow<()>, Fault> {
        match self {
            Self::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some((cell, style)) = cells.next_cell_with_style_id()? {
                    let look = u32::try_from(style).map_or(Look::Plain, Look::Style);
                    if outbox.put(&cell, look).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Self::Xlsb(book) => {
                let mut archive = xlsb::open(path).filter(|_| !formats.is_empty());
                let part = archive.as_mut().and_then(|archive| xlsb::sheet_part(archive, sheet));
                let mut styles = part.map(CellStyles::new);
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    let style = styles.as_mut().and_then(|styles| styles.at(cell.get_position()));
                    if outbox.put(&cell, style.map_or(Look::Plain, Look::Style)).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Self::Xls(book) => {
                let range = book.worksheet_range(sheet)?;
                let stream = if formats.is_empty() { None } else { Stream::open(path) };
                let styles = stream.and_then(|stream| stream.styles(sheet)).unwrap_or_default();
                let style = |position| styles.binary_search_by_key(&position, |(at, _)| *at).ok();
                let look =
                    |position, _: &Data| style(position).map_or(Look::Plain, |found| Look::Style(styles[found].1));
                return Ok(each_in_range(&range, look, outbox));
            }
            Self::Ods(book) => {
                let range = book.worksheet_range(sheet)?;
                let mut archive = ods::open(path);
                let content = archive.as_mut().and_then(ods::content);
                let mut texts = content.map(|content| Texts::new(content, sheet));
                let look = |position, value: &Data| {
                    let is_laid_out = matches!(value, Data::Float(_) | Data::Int(_) | Data::DurationIso(_));
                    let shown = texts.as_mut().filter(|_| is_laid_out).and_then(|texts| texts.at(position));
                    shown.map_or(Look::Plain, Look::Text)
                };
                return Ok(each_in_range(&range, look, outbox));
            }
        }
        Ok(outbox.close())
    }
}

/// calamine knows most formats that have a number alone, and takes the others for General.
fn format_code(style: &Style) -> String {
    let Some(format) = &style.number_format else { return String::new() };
    let by_number = format.format_id.filter(|_| format.format_code.eq_ignore_ascii_case("general")).and_then(builtin);
    by_number.map_or_else(|| format.format_code.clone(), str::to_owned)
}

fn each_in_range(
    range: &Range<Data>,
    mut look: impl FnMut((u32, u32), &Data) -> Look,
    mut outbox: Outbox<'_>,
) -> ControlFlow<()> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let position = (top + row as u32, left + column as u32);
        outbox.put(&Cell::new(position, owned(value)), look(position, value))?;
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
