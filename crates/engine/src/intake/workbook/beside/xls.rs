//! Records of XLS: the formats of its styles, the style of every cell, what is hidden and merged. A formula always has a result
//! there. Names of records and their fields are those of [MS-XLS]; workbooks of Excel 5 and 95 differ in how they write texts.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use calamine::Dimensions;

use super::Beside;
use crate::intake::workbook::formats::{Formats, builtin};

const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000A;
const COL_INFO: u16 = 0x007D;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00BD;
const XF: u16 = 0x00E0;
const MERGE_CELLS: u16 = 0x00E5;
const RSTRING: u16 = 0x00D6;
const LABEL_SST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const ROW: u16 = 0x0208;
const RK: u16 = 0x027E;
const FORMAT: u16 = 0x041E;
const BOF: u16 = 0x0809;
/// The version that [`BOF`] tells since Excel 97.
const BIFF8: u16 = 0x0600;

/// The stream of a workbook's records.
pub(in crate::intake::workbook) struct Stream(Vec<u8>);

impl Stream {
    pub(in crate::intake::workbook) fn open(path: &Path) -> Option<Self> {
        let mut file = cfb::open(path).ok()?;
        let mut names = file.read_root_storage().filter(cfb::Entry::is_stream).map(|entry| entry.name().to_owned());
        let name = names.find(|name| ["workbook", "book"].contains(&name.to_ascii_lowercase().as_str()))?;
        let mut bytes = Vec::new();
        file.open_stream(name).ok()?.read_to_end(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    fn records(&self, from: usize) -> Records<'_> {
        Records { rest: self.0.get(from..).unwrap_or_default() }
    }

    pub(in crate::intake::workbook) fn formats(&self) -> Option<Formats> {
        let (mut codes, mut styles) = (HashMap::new(), Vec::new());
        let mut is_wide = true;
        for (kind, data) in self.records(0) {
            match kind {
                BOF => is_wide = short(data, 0)? == BIFF8,
                FORMAT => {
                    if let Some(code) = data.get(2..).and_then(|text| format_code(text, is_wide)) {
                        codes.insert(u32::from(short(data, 0)?), code);
                    }
                }
                XF => styles.push(u32::from(short(data, 2)?)),
                EOF => break,
                _ => {}
            }
        }
        let code = |id| codes.get(id).map(String::as_str).or_else(|| builtin(*id)).unwrap_or_default();
        Some(Formats::compile(styles.iter().map(code)))
    }

    /// The records of a sheet, without those of the charts in it.
    fn sheet(&self, sheet: &str) -> Option<impl Iterator<Item = (u16, &[u8])>> {
        let mut is_wide = true;
        let mut place = None;
        for (kind, data) in self.records(0) {
            match kind {
                BOF => is_wide = short(data, 0)? == BIFF8,
                BOUND_SHEET if sheet_name(data, is_wide).as_deref() == Some(sheet) => place = long(data, 0),
                EOF => break,
                _ => {}
            }
        }
        let mut depth = 0_u32;
        let records = self.records(place? as usize).map_while(move |(kind, data)| {
            match kind {
                BOF => depth += 1,
                EOF => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth > 0).then_some((depth == 1, kind, data))
        });
        Some(records.filter(|(is_own, ..)| *is_own).map(|(_, kind, data)| (kind, data)))
    }

    /// Cells and their styles, in order.
    pub(in crate::intake::workbook) fn styles(&self, sheet: &str) -> Option<Vec<((u32, u32), u32)>> {
        let mut styles = Vec::new();
        for (kind, data) in self.sheet(sheet)? {
            if has_cells(kind) {
                each_cell(kind, data, |position, style| styles.push((position, style)));
            }
        }
        styles.sort_unstable();
        Some(styles)
    }
}

pub(super) fn beside(path: &Path, sheet: &str) -> Option<Beside> {
    let stream = Stream::open(path)?;
    let mut beside = Beside::default();
    let (mut hidden, mut filled) = (Vec::new(), Vec::new());
    for (kind, data) in stream.sheet(sheet)? {
        match kind {
            // fDyZero
            ROW if data.get(12).is_some_and(|flags| flags & 0x20 != 0) => hidden.push(u32::from(short(data, 0)?)),
            // fHidden
            COL_INFO if short(data, 8).is_some_and(|flags| flags & 1 != 0) => {
                beside.hidden_columns.push((u32::from(short(data, 0)?), u32::from(short(data, 2)?)));
            }
            MERGE_CELLS => merged(data, &mut beside),
            _ if has_cells(kind) => filled.push(u32::from(short(data, 0)?)),
            _ => {}
        }
    }
    filled.sort_unstable();
    hidden.sort_unstable();
    hidden.dedup();
    hidden.retain(|row| filled.binary_search(row).is_ok());
    beside.hidden_rows = hidden;
    Some(beside)
}

fn has_cells(kind: u16) -> bool {
    matches!(kind, FORMULA | MUL_RK | NUMBER | RK | LABEL | LABEL_SST | RSTRING | BOOL_ERR)
}

/// The cells of a record, each with its style.
fn each_cell(kind: u16, data: &[u8], mut take: impl FnMut((u32, u32), u32)) {
    let (Some(row), Some(column)) = (short(data, 0), short(data, 2)) else { return };
    let (row, column) = (u32::from(row), u32::from(column));
    if kind != MUL_RK {
        return take((row, column), u32::from(short(data, 4).unwrap_or_default()));
    }
    let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6);
    for (cell, place) in cells.zip(column..) {
        take((row, place), u32::from(short(cell, 0).unwrap_or_default()));
    }
}

fn merged(data: &[u8], beside: &mut Beside) {
    for area in data.get(2..).unwrap_or_default().chunks_exact(8) {
        let edge = |at| u32::from(short(area, at).unwrap_or_default());
        beside.merge(Dimensions::new((edge(0), edge(4)), (edge(2), edge(6))));
    }
}

fn format_code(data: &[u8], is_wide: bool) -> Option<String> {
    if is_wide {
        return text(data.get(2..)?, usize::from(short(data, 0)?));
    }
    let length = usize::from(*data.first()?);
    Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(data.get(1..=length)?).0.into_owned())
}

fn sheet_name(data: &[u8], is_wide: bool) -> Option<String> {
    let length = usize::from(*data.get(6)?);
    let mut name = if is_wide {
        text(data.get(7..)?, length)?
    } else {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(data.get(7..7 + length)?).0.into_owned()
    };
    // As calamine names them.
    name.retain(|c| c != '\0');
    Some(name)
}

/// Flags and characters of an `XLUnicodeString`.
fn text(data: &[u8], length: usize) -> Option<String> {
    let (flags, characters) = data.split_first()?;
    if flags & 1 != 0 {
        let bytes = characters.get(..length * 2)?;
        return Some(encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned());
    }
    Some(characters.get(..length)?.iter().map(|byte| char::from(*byte)).collect())
}

/// Kinds and contents; what continues a record is a record of its own here.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (short(self.rest, 0)?, usize::from(short(self.rest, 2)?));
        let data = self.rest.get(4..4 + length)?;
        self.rest = &self.rest[4 + length..];
        Some((kind, data))
    }
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}
