//! Rows that stand in no file: typed one by one, or pasted as a table. They form a source of their own per dataset, are
//! checked and sent like others, and the tie-out names them.

use csv::ReaderBuilder;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Code, Migration, Result};
use crate::intake::chunk::ChunkBuilder;
use crate::intake::{Blanks, ColumnProfile, Format, Hints, Layout, TableLayout, TableProfile};
use crate::mapping::{Confidence, FieldMapping, Mapping, Settled, suggest};
use crate::schema::{Dataset, Field, Kind};
use crate::store::source::{self, Reading, Source};

/// Stands where others name their file.
pub const BY_HAND: &str = "Entered by hand";
/// Rows shown of a pasted table before it is taken.
const SHOWN: usize = 20;

/// A field as the form asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct HandField {
    pub field: String,
    pub label: String,
    pub help: String,
    pub kind: Kind,
    pub required: bool,
    /// The files of the dataset fill it too.
    pub usual: bool,
    /// The values it may have, where it may have only some.
    pub allowed: Vec<String>,
    /// Goes out as this when it is left empty.
    pub preset: Option<String>,
}

/// A typed row: fields with their text. Those left out are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct HandRow {
    pub cells: Vec<(String, String)>,
}

/// A pasted table as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Pasted {
    /// The first row names the columns.
    pub header: bool,
    pub columns: Vec<PastedColumn>,
    /// The first rows, without the header.
    pub shown: Vec<Vec<String>>,
    pub rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct PastedColumn {
    pub title: String,
    /// Where it goes; nowhere when `null`.
    pub field: Option<String>,
}

pub(crate) fn is_by_hand(source: &Source) -> bool {
    source.path.is_empty()
}

impl Migration {
    /// The fields a row of the dataset can have: required first, then those the files fill too.
    pub fn hand_fields(&self, dataset: &str) -> Result<Vec<HandField>> {
        let schema = self.dataset(dataset)?;
        let sources = self.store.sources()?;
        let usual = |id: &str| sources.iter().any(|source| source.dataset == dataset && source.mapping.fills(id));
        let mut fields: Vec<HandField> = schema.fields.iter().map(|field| hand_field(field, usual(field.id))).collect();
        fields.sort_by_key(|field| (!field.required, !field.usual));
        Ok(fields)
    }

    /// Adds rows. They are checked with the next check.
    pub fn add_by_hand(&mut self, dataset: &str, rows: &[HandRow]) -> Result<u64> {
        let schema = self.dataset(dataset)?;
        for (field, _) in rows.iter().flat_map(|row| &row.cells) {
            if schema.field(field).is_none() {
                return Err(ApiError::new(
                    Code::NotFound,
                    format!("“{field}” is no field of {dataset}"),
                    "Look at the fields with `carryover map`.",
                ));
            }
        }
        let filled = |row: &&HandRow| row.cells.iter().any(|(_, text)| !text.trim().is_empty());
        let rows: Vec<&HandRow> = rows.iter().filter(filled).collect();
        if rows.is_empty() {
            return Err(ApiError::new(Code::Argument, "there is nothing in the row", "Fill in at least one field."));
        }
        self.act(|this| {
            let source = this.hand_source(schema)?;
            let ids: Vec<&str> = schema.fields.iter().map(|field| field.id).collect();
            let cells = rows.iter().map(|row| {
                let text = |id: &&str| row.cells.iter().find(|(field, _)| field == id).map(|(_, text)| text.trim());
                ids.iter().map(|id| text(id).unwrap_or_default()).collect::<Vec<_>>()
            });
            this.append(&source, cells)?;
            let count = rows.len();
            this.note("Review", &format!("Entered {} by hand", super::rows(count)), schema.id)?;
            Ok(count as u64)
        })
    }

    /// How a table pasted from a spreadsheet is understood: by its header where it has one, otherwise by position.
    pub fn read_pasted(&self, dataset: &str, text: &str) -> Result<Pasted> {
        let schema = self.dataset(dataset)?;
        let sources = self.store.sources()?;
        let rows = cells(text)?;
        let width = rows.iter().map(Vec::len).max().unwrap_or_default();
        let first = rows.first().cloned().unwrap_or_default();
        let named: Vec<Option<String>> = first.iter().map(|title| named(schema, &sources, title)).collect();
        let header = named.iter().flatten().count() * 2 > first.len();
        let by_position = self.hand_fields(dataset)?;
        let columns = (0..width).map(|at| PastedColumn {
            title: if header { first.get(at).cloned().unwrap_or_default() } else { String::new() },
            field: if header {
                named.get(at).cloned().flatten()
            } else {
                by_position.get(at).map(|field| field.field.clone())
            },
        });
        let data = &rows[usize::from(header && !rows.is_empty())..];
        Ok(Pasted {
            header,
            columns: columns.collect(),
            shown: data.iter().take(SHOWN).cloned().collect(),
            rows: data.len() as u64,
        })
    }

    /// Adds the rows of a pasted table, each column to its field.
    pub fn add_pasted(&mut self, dataset: &str, text: &str, header: bool, fields: &[Option<String>]) -> Result<u64> {
        let rows = cells(text)?.into_iter().skip(usize::from(header)).map(|row| HandRow {
            cells: fields
                .iter()
                .zip(row)
                .filter_map(|(field, text)| field.clone().map(|field| (field, text)))
                .collect(),
        });
        self.add_by_hand(dataset, &rows.collect::<Vec<_>>())
    }

    /// The dataset's source of typed rows, made when there is none yet.
    fn hand_source(&mut self, dataset: &'static Dataset) -> Result<Source> {
        let sources = self.store.sources()?;
        if let Some(source) = sources.iter().find(|source| is_by_hand(source) && source.dataset == dataset.id) {
            return Ok(source.clone());
        }
        let columns: Vec<String> = dataset.fields.iter().map(|field| field.label.to_owned()).collect();
        let twin = sources.iter().find(|source| source.dataset == dataset.id);
        let source = Source {
            id: source::next_id(self.store.connection())?,
            dataset: dataset.id.to_owned(),
            path: String::new(),
            file: BY_HAND.to_owned(),
            sheet: None,
            sha256: String::new(),
            bytes: 0,
            modified: None,
            columns: columns.clone(),
            rows: 0,
            mapping: hand_mapping(self.schema.destination, dataset, twin.map(|twin| &twin.mapping)),
        };
        source::insert(self.store.connection(), &source, &reading(&columns), &self.actor.at())?;
        Ok(source)
    }

    fn append<'c>(&mut self, source: &Source, rows: impl Iterator<Item = Vec<&'c str>>) -> Result<()> {
        let mut builder = ChunkBuilder::new(source.rows + 1);
        let mut line = source.rows;
        for row in rows {
            line += 1;
            let mut text = String::new();
            let ends: Vec<usize> = row
                .iter()
                .map(|cell| {
                    text.push_str(cell);
                    text.len()
                })
                .collect();
            builder.push(line, &text, ends.into_iter());
            if builder.is_full() {
                self.store.append(source.id, &builder.close(), line)?;
            }
        }
        if !builder.is_empty() {
            self.store.append(source.id, &builder.close(), line)?;
        }
        Ok(())
    }
}

fn hand_field(field: &Field, usual: bool) -> HandField {
    HandField {
        field: field.id.to_owned(),
        label: field.label.to_owned(),
        help: field.help.to_owned(),
        kind: field.kind,
        required: field.required,
        usual,
        allowed: field.allowed.iter().map(|&value| value.to_owned()).collect(),
        preset: field.preset.map(str::to_owned),
    }
}

/// Each field from the column of its name. What has one value in the whole file, or by itself, keeps it.
fn hand_mapping(destination: &str, dataset: &Dataset, twin: Option<&Mapping>) -> Mapping {
    let mut mapping = suggest(destination, dataset, &[], &Settled::default());
    for field in &dataset.fields {
        let constant = twin.and_then(|twin| twin.field(field.id)).and_then(|twin| twin.constant.clone());
        let preset = mapping.field(field.id).and_then(|field| field.constant.clone());
        let mut mapped = FieldMapping { confidence: Confidence::User, ..FieldMapping::unmapped(field.id) };
        match constant.or(preset) {
            Some(value) => (mapped.constant, mapped.confidence) = (Some(value), Confidence::Fixed),
            None => mapped.columns = vec![field.label.to_owned()],
        }
        match mapping.fields.iter_mut().find(|other| other.field == field.id) {
            Some(other) => *other = mapped,
            None => mapping.fields.push(mapped),
        }
    }
    mapping.fields.retain(|mapped| dataset.field(&mapped.field).is_some());
    mapping
}

/// There is no file to read again; the columns are known by name only.
fn reading(columns: &[String]) -> Reading {
    let layout = TableLayout { first_row: 1, columns: columns.to_vec(), first_column: 1, ..TableLayout::default() };
    let profile = TableProfile {
        layout: layout.clone(),
        rows: 0,
        last_row: 0,
        footer_rows: 0,
        footer: Vec::new(),
        ragged: Vec::new(),
        ragged_rows: 0,
        remarks: Vec::new(),
        columns: columns.iter().map(|name| ColumnProfile { name: name.clone(), ..ColumnProfile::default() }).collect(),
    };
    let layout = Layout {
        format: Format::Txt,
        member: None,
        encoding: None,
        delimiter: None,
        quote: None,
        escape: None,
        blanks: Blanks::Kept,
        lenient: false,
        single: false,
        tables: vec![layout],
        said: Hints::default(),
        sheets: Vec::new(),
    };
    Reading { layout, table_index: 0, profile }
}

/// The field that a column's title means: its name on screen, its id, or as a file of the dataset calls it.
fn named(dataset: &Dataset, sources: &[Source], title: &str) -> Option<String> {
    let same = |text: &str| text.trim().eq_ignore_ascii_case(title.trim());
    let known = dataset.fields.iter().find(|field| same(field.label) || same(field.id));
    let in_files =
        sources.iter().filter(|source| source.dataset == dataset.id).flat_map(|source| &source.mapping.fields);
    // A column that only holds the key of something elsewhere is not the field.
    let in_files = in_files.filter(|mapped| mapped.lookups.is_empty());
    let in_files = in_files.into_iter().find(|mapped| mapped.columns.iter().any(|column| same(column)));
    let id = known.map(|field| field.id.to_owned()).or_else(|| in_files.map(|mapped| mapped.field.clone()));
    id.filter(|id| dataset.field(id).is_some())
}

/// The cells of a table as a spreadsheet puts it on the clipboard.
fn cells(text: &str) -> Result<Vec<Vec<String>>> {
    let mut reader =
        ReaderBuilder::new().delimiter(b'\t').has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()));
    let rows: Vec<Vec<String>> = rows.collect::<std::result::Result<_, _>>().map_err(|error| {
        ApiError::new(
            Code::Unreadable,
            format!("what was pasted is not a table: {error}"),
            "Copy the cells in the spreadsheet once more and paste them again.",
        )
    })?;
    Ok(rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect())
}
