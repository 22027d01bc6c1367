//! The formats of a workbook, by the number that a cell names.

use std::collections::HashMap;
use std::sync::Arc;

use super::format::CellFormat;

/// By style: the place in `cellXfs`, or the number of the `XF` record.
#[derive(Debug, Default)]
pub(super) struct Formats(Vec<Option<Arc<CellFormat>>>);

impl Formats {
    /// The codes of all styles, in order.
    pub(super) fn compile<'c>(codes: impl Iterator<Item = &'c str>) -> Self {
        let mut known: HashMap<&str, Option<Arc<CellFormat>>> = HashMap::new();
        let compiled = |code| known.entry(code).or_insert_with(|| CellFormat::compile(code).map(Arc::new)).clone();
        Self(codes.map(compiled).collect())
    }

    /// Whether there is any format that changes what is shown.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    pub(super) fn get(&self, style: u32) -> Option<&CellFormat> {
        self.0.get(style as usize)?.as_deref()
    }
}

/// The formats that have a number instead of being written down, as Excel has them in the United States.
pub(super) fn builtin(id: u32) -> Option<&'static str> {
    match id {
        5 => Some("\"$\"#,##0_);(\"$\"#,##0)"),
        6 => Some("\"$\"#,##0_);[Red](\"$\"#,##0)"),
        7 => Some("\"$\"#,##0.00_);(\"$\"#,##0.00)"),
        8 => Some("\"$\"#,##0.00_);[Red](\"$\"#,##0.00)"),
        41 => Some("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)"),
        42 => Some("_(\"$\"* #,##0_);_(\"$\"* (#,##0);_(\"$\"* \"-\"_);_(@_)"),
        43 => Some("_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)"),
        44 => Some("_(\"$\"* #,##0.00_);_(\"$\"* (#,##0.00);_(\"$\"* \"-\"??_);_(@_)"),
        _ => ssfmt::format_code_from_id(id),
    }
}
