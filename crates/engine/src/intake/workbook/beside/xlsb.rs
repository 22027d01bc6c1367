//! Records of XLSB: the formats of its styles, the style of every cell, what is hidden and merged. A formula always has a result
//! there. Names of records and their fields are those of [MS-XLSB].

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::Dimensions;

use super::Beside;
use super::package::{self, Archive};
use crate::intake::workbook::formats::{Formats, builtin};

const ROW_HDR: u16 = 0x0000;
const CELL_BLANK: u16 = 0x0001;
const LAST_CELL: u16 = 0x000B;
const FMT: u16 = 0x002C;
const XF: u16 = 0x002F;
const COL_INFO: u16 = 0x003C;
const BUNDLE_SH: u16 = 0x009C;
const MERGE_CELL: u16 = 0x00B0;
const BEGIN_CELL_XFS: u16 = 0x0269;
const END_CELL_XFS: u16 = 0x026A;
/// Bytes of a record that is looked at.
const LONGEST: usize = 16 << 20;

pub(in crate::intake::workbook) fn formats(path: &Path) -> Option<Formats> {
    let mut archive = package::open(path)?;
    let mut records = Records::new(package::part(&mut archive, "xl/styles.bin")?);
    let (mut codes, mut styles, mut in_cells) = (HashMap::new(), Vec::new(), false);
    while let Some((kind, data)) = records.next() {
        match kind {
            FMT => {
                if let Some(code) = wide(data.get(2..)?) {
                    codes.insert(u32::from(short(data, 0)?), code);
                }
            }
            BEGIN_CELL_XFS => in_cells = true,
            END_CELL_XFS => break,
            XF if in_cells => styles.push(u32::from(short(data, 2)?)),
            _ => {}
        }
    }
    let code = |id| codes.get(id).map(String::as_str).or_else(|| builtin(*id)).unwrap_or_default();
    Some(Formats::compile(styles.iter().map(code)))
}

pub(super) fn beside(path: &Path, sheet: &str) -> Option<Beside> {
    let mut archive = package::open(path)?;
    let mut records = Records::new(sheet_part(&mut archive, sheet)?);
    let mut beside = Beside::default();
    let (mut row, mut is_hidden) = (0, false);
    while let Some((kind, data)) = records.next() {
        match kind {
            ROW_HDR => {
                row = long(data, 0)?;
                // fDyZero
                is_hidden = data.get(11).is_some_and(|flags| flags & 0x10 != 0);
            }
            CELL_BLANK => {}
            ..=LAST_CELL if is_hidden => {
                beside.hidden_rows.push(row);
                is_hidden = false;
            }
            // fHidden
            COL_INFO if short(data, 16).is_some_and(|flags| flags & 1 != 0) => {
                beside.hidden_columns.push((long(data, 0)?, long(data, 4)?));
            }
            MERGE_CELL => {
                let edge = |at| long(data, at);
                beside.merge(Dimensions::new((edge(0)?, edge(8)?), (edge(4)?, edge(12)?)));
            }
            _ => {}
        }
    }
    Some(beside)
}

/// The bytes of a sheet.
pub(in crate::intake::workbook) fn sheet_part<'a>(
    archive: &'a mut Archive,
    sheet: &str,
) -> Option<impl Read + use<'a>> {
    let workbook = package::workbook(archive).unwrap_or_else(|| "xl/workbook.bin".to_owned());
    let id = sheet_id(&mut Records::new(package::part(archive, &workbook)?), sheet)?;
    let part = package::relations(archive, &workbook).into_iter().find(|relation| relation.id == id)?.target;
    package::part(archive, &part)
}

pub(in crate::intake::workbook) fn open(path: &Path) -> Option<Archive> {
    package::open(path)
}

fn sheet_id<R: Read>(records: &mut Records<R>, sheet: &str) -> Option<String> {
    while let Some((kind, data)) = records.next() {
        if kind == BUNDLE_SH {
            let id = wide(data.get(8..)?)?;
            let name = wide(data.get(12 + id.encode_utf16().count() * 2..)?)?;
            if name == sheet {
                return Some(id);
            }
        }
    }
    None
}

/// The styles of a sheet's cells, asked for in the order of the sheet.
pub(in crate::intake::workbook) struct CellStyles<R: Read> {
    records: Records<R>,
    row: u32,
    /// The cell that was read last, and its style.
    last: Option<((u32, u32), u32)>,
}

impl<R: Read> CellStyles<R> {
    pub(in crate::intake::workbook) fn new(part: R) -> Self {
        Self { records: Records::new(part), row: 0, last: None }
    }

    pub(in crate::intake::workbook) fn at(&mut self, position: (u32, u32)) -> Option<u32> {
        while self.last.is_none_or(|(last, _)| last < position) {
            self.last = Some(self.next()?);
        }
        self.last.filter(|(last, _)| *last == position).map(|(_, style)| style)
    }

    fn next(&mut self) -> Option<((u32, u32), u32)> {
        loop {
            let (kind, data) = self.records.next()?;
            match kind {
                ROW_HDR => self.row = long(data, 0)?,
                CELL_BLANK..=LAST_CELL => return Some(((self.row, long(data, 0)?), long(data, 4)? & 0x00ff_ffff)),
                _ => {}
            }
        }
    }
}

struct Records<R> {
    input: BufReader<R>,
    data: Vec<u8>,
}

impl<R: Read> Records<R> {
    fn new(input: R) -> Self {
        Self { input: BufReader::new(input), data: Vec::new() }
    }

    /// Kind and content of the next record. `None` at the end, and where there is none that can be read.
    fn next(&mut self) -> Option<(u16, &[u8])> {
        let kind = self.variable(2)?;
        let length = self.variable(4)? as usize;
        if length > LONGEST {
            return None;
        }
        self.data.resize(length, 0);
        self.input.read_exact(&mut self.data).ok()?;
        Some((u16::try_from(kind).ok()?, &self.data))
    }

    /// A number of seven bits a byte, the lowest first.
    fn variable(&mut self, bytes: u32) -> Option<u32> {
        let mut number = 0;
        for place in 0..bytes {
            let mut byte = [0];
            self.input.read_exact(&mut byte).ok()?;
            number |= u32::from(byte[0] & 0x7f) << (7 * place);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    }
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// An `XLWideString`.
fn wide(data: &[u8]) -> Option<String> {
    let units = long(data, 0)? as usize;
    let bytes = data.get(4..4 + units.checked_mul(2)?)?;
    Some(encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned())
}
