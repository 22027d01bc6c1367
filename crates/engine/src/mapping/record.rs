//! A source's rows seen through a mapping: cells to typed values, with everything that is wrong with them.
//!
//! [`Mapper::compile`] does once what does not depend on the row; [`Mapper::map`] then runs over millions of rows and
//! allocates only where a value has to be rewritten. What concerns several rows or several fields (unique, reference,
//! order) is `validation`'s business.

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::lookup::{Hops, Index, Lookup};
use super::{FieldMapping, Mapping, STREAM, VERSION};
use crate::schema::finding::{Fault, Rule, Severity};
use crate::schema::{Dataset, Field, Kind};
use crate::transform::{Pipeline, StepError, Value, read, trim};

/// One field of the records a [`Mapper`] makes.
#[derive(Debug)]
pub struct MappedField {
    pub id: String,
    /// As on screen; the id of a free field.
    pub label: String,
    pub kind: Kind,
    pub required: bool,
    pub unique: bool,
    /// Places of the columns it comes from, in the order in which the steps take them. Empty for a fixed value.
    pub columns: Vec<usize>,
    source: Source,
    /// Where the columns hold only the key of what stands in another table.
    hops: Hops,
    limits: Limits,
}

impl MappedField {
    /// The text of its cell as it stands; of several columns, the first that is not empty.
    pub fn text<'a>(&self, cells: &[&'a str]) -> &'a str {
        let mut texts = self.columns.iter().filter_map(|&column| cells.get(column).copied());
        texts.find(|text| !text.trim().is_empty()).unwrap_or_default()
    }
}

#[derive(Debug)]
enum Source {
    Columns(Pipeline),
    Fixed(Value<'static>),
    /// Required, but nothing is mapped to it yet.
    Nothing,
}

#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    min_length: Option<usize>,
    max_length: Option<usize>,
    minimum: Option<(i64, bool)>,
    allowed: &'static [&'static str],
}

/// A record: the values of one row, and what is wrong with them. Its buffers are used again for the next row, as long as
/// the rows live (one chunk).
#[derive(Debug, Default)]
pub struct Record<'a> {
    /// One per field of the [`Mapper`], in the same order. `None` where the cell is empty or cannot be read.
    pub values: Vec<Option<Value<'a>>>,
    pub faults: Vec<FieldFault<'a>>,
    /// The cells of a field of several columns.
    several: Vec<&'a str>,
}

/// Something wrong with one field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault<'a> {
    /// Place in [`Mapper::fields`].
    pub field: usize,
    /// The cell as it stands in the file; of several columns, the first that is not empty.
    pub raw: &'a str,
    pub fault: Fault,
}

/// A mapping made ready for one source.
#[derive(Debug)]
pub struct Mapper {
    fields: Vec<MappedField>,
    meters: Vec<MappedMeter>,
}

/// A meter's column, and the fields its records differ in.
#[derive(Debug)]
struct MappedMeter {
    column: usize,
    stream: Value<'static>,
    stream_field: usize,
    number_field: usize,
}

/// Why a mapping does not go with a dataset and a source.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping was made by a newer Carryover (version {version}); update Carryover to use it")]
    Newer { version: u32 },
    #[error("the mapping is for “{found}”, not for “{dataset}”; choose one for “{dataset}”")]
    OtherDataset { found: String, dataset: String },
    #[error("“{field}” is no field of {dataset}; remove it from the mapping")]
    UnknownField { field: String, dataset: String },
    #[error("“{field}” is mapped twice; keep one of the two")]
    FieldTwice { field: String },
    #[error("“{field}” comes from the column “{column}”, which the file does not have; choose another column")]
    MissingColumn { field: String, column: String },
    #[error("the steps of “{field}” cannot be run: {source}")]
    Steps { field: String, source: StepError },
    #[error(
        "“{field}” is looked up in {table} by another number of columns than it is given; choose as many here as there"
    )]
    Keys { field: String, table: String },
    #[error("the fixed value of “{field}” cannot be sent: {reason}")]
    FixedValue { field: String, reason: String },
}

impl Mapper {
    /// Readies `mapping` for a source whose header names `columns`.
    ///
    /// Fields that are mapped or required take part, in the schema's order, free fields behind them. Fixed values are
    /// read here, once.
    pub fn compile(dataset: &Dataset, mapping: &Mapping, columns: &[String]) -> Result<Self, MappingError> {
        check_fits(dataset, mapping)?;
        let taken = dataset.fields.iter().filter(|field| field.required || mapping.fills(field.id));
        let mut fields =
            taken.map(|field| MappedField::known(field, mapping, columns)).collect::<Result<Vec<_>, _>>()?;
        for free in
            mapping.fields.iter().filter(|free| dataset.field(&free.field).is_none() && mapping.fills(&free.field))
        {
            fields.push(MappedField::free(dataset, free, mapping, columns)?);
        }
        let mut mapper = Self { fields, meters: Vec::new() };
        mapper.compile_meters(dataset, mapping, columns)?;
        Ok(mapper)
    }

    pub fn fields(&self) -> &[MappedField] {
        &self.fields
    }

    /// Place of a field in [`Self::fields`] and in [`Record::values`].
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|mapped| mapped.id == field)
    }

    /// Required fields to which nothing is mapped. While there are any, checking rows says nothing new.
    pub fn missing(&self) -> impl Iterator<Item = &MappedField> {
        self.fields.iter().filter(|field| matches!(field.source, Source::Nothing))
    }

    /// Lends the mapper what its fields look in. A table for which `index` has none finds nothing, and says so row by row.
    pub fn lend<E>(&mut self, mut index: impl FnMut(&Lookup) -> Result<Option<Arc<Index>>, E>) -> Result<(), E> {
        self.fields.iter_mut().try_for_each(|field| field.hops.lend(&mut index))
    }

    /// How many meters stand side by side in the source; 0 when each row is one record.
    pub fn meters(&self) -> usize {
        self.meters.len()
    }

    /// Maps one row. `cells` beyond the header are not looked at, missing ones are empty.
    pub fn map<'a>(&'a self, cells: &[&'a str], record: &mut Record<'a>) {
        record.clear();
        for index in 0..self.fields.len() {
            self.map_field(index, &self.fields[index].columns, cells, record);
        }
    }

    /// Maps one field of a row; `None` where it is empty or cannot be read.
    pub fn value<'a, 'r>(
        &'a self,
        field: usize,
        cells: &[&'a str],
        record: &'r mut Record<'a>,
    ) -> Option<&'r Value<'a>> {
        record.clear();
        self.map_field(field, &self.fields[field].columns, cells, record);
        record.values.first()?.as_ref()
    }

    /// What a field makes of one text; where it looks up, of one that was found.
    pub fn value_of<'a, 'r>(
        &'a self,
        field: usize,
        text: &'a str,
        record: &'r mut Record<'a>,
    ) -> Option<&'r Value<'a>> {
        record.clear();
        let mapped = &self.fields[field];
        if let Source::Columns(pipeline) = &mapped.source {
            record.read(field, mapped, pipeline, &[text]);
        }
        record.values.first()?.as_ref()
    }

    /// The text a field finds in the last of the tables it looks in, as it stands there; `None` where it finds no row.
    pub fn looked_up(&self, field: usize, cells: &[&str]) -> Option<&str> {
        let mapped = &self.fields[field];
        let cell = |column: &usize| cells.get(*column).copied().unwrap_or_default();
        let keys: Vec<&str> = mapped.columns.iter().map(cell).collect();
        mapped.hops.find(&keys, mapped.required).ok().flatten()
    }

    /// Maps the cell of one meter to a record of its own; `false` when the cell is empty and there is no record.
    ///
    /// The record is that of the row, but for the stream and the number.
    pub fn map_meter<'a>(&'a self, meter: usize, cells: &[&'a str], record: &mut Record<'a>) -> bool {
        let Some(meter) = self.meters.get(meter) else { return false };
        if cells.get(meter.column).is_none_or(|cell| trim(cell).is_empty()) {
            return false;
        }
        record.clear();
        for index in 0..self.fields.len() {
            if index == meter.stream_field {
                record.values.push(Some(meter.stream.clone()));
            } else if index == meter.number_field {
                self.map_field(index, std::slice::from_ref(&meter.column), cells, record);
            } else {
                self.map_field(index, &self.fields[index].columns, cells, record);
            }
        }
        true
    }

    fn map_field<'a>(&'a self, index: usize, columns: &[usize], cells: &[&'a str], record: &mut Record<'a>) {
        let field = &self.fields[index];
        let pipeline = match &field.source {
            Source::Fixed(value) => return record.values.push(Some(borrow(value))),
            Source::Nothing => return record.lack(index, field),
            Source::Columns(pipeline) => pipeline,
        };
        // A single cell is looked at where it lies: a copy of it would have to be waited for, cell after cell.
        if let [only] = columns {
            let cell = cells.get(*only).map_or(&[""][..], std::slice::from_ref);
            return record.read_or_look_up(index, field, pipeline, cell);
        }
        let mut several = std::mem::take(&mut record.several);
        several.clear();
        several.extend(columns.iter().map(|&column| cells.get(column).copied().unwrap_or_default()));
        record.read_or_look_up(index, field, pipeline, &several);
        record.several = several;
    }

    fn compile_meters(&mut self, dataset: &Dataset, mapping: &Mapping, columns: &[String]) -> Result<(), MappingError> {
        let unknown =
            |field: &str| MappingError::UnknownField { field: field.to_owned(), dataset: dataset.id.to_owned() };
        for meter in &mapping.meters {
            let stream_field = self.position(STREAM).ok_or_else(|| unknown(STREAM))?;
            let number_field = self.position(&meter.field).ok_or_else(|| unknown(&meter.field))?;
            let column = place(columns, &meter.column, &meter.field)?;
            let stream = fixed(STREAM, Kind::Slug, &meter.stream, &[])?;
            self.meters.push(MappedMeter { column, stream, stream_field, number_field });
        }
        Ok(())
    }
}

impl MappedField {
    fn known(field: &Field, mapping: &Mapping, columns: &[String]) -> Result<Self, MappingError> {
        let limits = Limits {
            min_length: field.min_length,
            max_length: field.max_length,
            minimum: field.minimum,
            allowed: field.allowed,
        };
        let (columns, source, hops) = source(field.id, field.kind, limits, mapping, columns)?;
        Ok(Self {
            id: field.id.to_owned(),
            label: field.label.to_owned(),
            kind: field.kind,
            required: field.required,
            unique: field.unique,
            columns,
            source,
            hops,
            limits,
        })
    }

    fn free(
        dataset: &Dataset,
        free: &FieldMapping,
        mapping: &Mapping,
        columns: &[String],
    ) -> Result<Self, MappingError> {
        let kind = free.kind.unwrap_or(Kind::Text);
        let limits = Limits { max_length: dataset.longest_free, ..Limits::default() };
        let (id, label) = (free.field.clone(), free.field.clone());
        let (columns, source, hops) = source(&id, kind, limits, mapping, columns)?;
        Ok(Self { id, label, kind, required: false, unique: false, columns, source, hops, limits })
    }

    /// The value of a text. Runs for every cell: what is wrong with its size is asked apart from it.
    #[inline]
    fn read<'a>(&self, pipeline: &Pipeline, text: Cow<'a, str>) -> Result<Value<'a>, Box<Fault>> {
        let kind = if pipeline.ensures(self.kind) { Kind::Text } else { self.kind };
        read(kind, text, self.limits.allowed)
    }

    /// Blanks around the cell: a note where they are taken off, a warning where they are sent along.
    fn blanks(&self, pipeline: &Pipeline, raw: &str) -> Option<Fault> {
        let trimmed = trim(raw);
        if trimmed.len() == raw.len() {
            return None;
        }
        if pipeline.trims() {
            let message = format!("“{raw}” has blanks around it. It is sent without them.");
            return Some(Fault { severity: Severity::Note, ..Fault::warning(Rule::Blanks, message) }.suggest(trimmed));
        }
        let message =
            format!("“{raw}” has blanks around it, which are sent too. Add the step that trims them, or correct it.");
        let counts = matches!(self.kind, Kind::Text | Kind::Id);
        counts.then(|| Fault::warning(Rule::Blanks, message).suggest(trimmed))
    }
}

impl Limits {
    fn fault(&self, value: &Value<'_>) -> Option<Fault> {
        match (value, self.max_length, self.minimum) {
            (Value::Text(text), Some(most), _) if text.len() > most && text.chars().count() > most => {
                Some(too_long(text, most))
            }
            (Value::Text(text), ..) => {
                self.min_length.filter(|least| text.chars().count() < *least).map(|least| too_short(text, least))
            }
            (Value::Number(number), _, Some(minimum)) if below(*number, minimum) => Some(too_small(*number, minimum)),
            _ => None,
        }
    }
}

impl<'a> Record<'a> {
    fn clear(&mut self) {
        self.values.clear();
        self.faults.clear();
    }

    #[inline]
    fn read_or_look_up(&mut self, index: usize, field: &'a MappedField, pipeline: &'a Pipeline, cells: &[&'a str]) {
        if field.hops.is_empty() {
            self.read(index, field, pipeline, cells);
        } else {
            self.look_up(index, field, pipeline, cells);
        }
    }

    /// Reads what the cells hold. Runs for every cell.
    #[inline]
    fn read(&mut self, index: usize, field: &'a MappedField, pipeline: &'a Pipeline, cells: &[&'a str]) {
        let text = match pipeline.apply(cells) {
            Ok(Some(text)) => text,
            Ok(None) => return self.lack(index, field),
            Err(fault) => return self.object(index, cells, *fault),
        };
        if let Some(fault) = field.blanks(pipeline, raw(cells)) {
            self.note(index, cells, fault);
        }
        match field.read(pipeline, text) {
            Ok(value) => {
                self.values.push(Some(value));
                // What is out of bounds can still be read, and counts in the totals as it stands.
                if let Some(fault) = self.values.last().and_then(|value| field.limits.fault(value.as_ref()?)) {
                    self.note(index, cells, fault);
                }
            }
            Err(fault) => self.object(index, cells, *fault),
        }
    }

    /// Reads what the cells lead to in another table. What is wrong with it is told of the cells: they are what stands here.
    fn look_up(&mut self, index: usize, field: &'a MappedField, pipeline: &'a Pipeline, cells: &[&'a str]) {
        let text = match field.hops.find(cells, field.required) {
            Ok(text) => text.map_or(Ok(None), |text| pipeline.apply(&[text])),
            Err(fault) => return self.object(index, cells, fault),
        };
        let text = match text {
            Ok(Some(text)) => text,
            Ok(None) if trim(raw(cells)).is_empty() || !field.required => return self.lack(index, field),
            Ok(None) => return self.object(index, cells, field.hops.of_looked_up(lacking(field))),
            Err(fault) => return self.object(index, cells, field.hops.of_looked_up(*fault)),
        };
        match field.read(pipeline, text) {
            Ok(value) => {
                if let Some(fault) = field.limits.fault(&value) {
                    self.note(index, cells, field.hops.of_looked_up(fault));
                }
                self.values.push(Some(value));
            }
            Err(fault) => self.object(index, cells, field.hops.of_looked_up(*fault)),
        }
    }

    fn note(&mut self, field: usize, cells: &[&'a str], fault: Fault) {
        self.faults.push(FieldFault { field, raw: raw(cells), fault });
    }

    fn object(&mut self, field: usize, cells: &[&'a str], fault: Fault) {
        self.note(field, cells, fault);
        self.values.push(None);
    }

    /// Nothing stands there.
    fn lack(&mut self, index: usize, field: &MappedField) {
        if !field.required {
            return self.values.push(None);
        }
        self.faults.push(FieldFault { field: index, raw: "", fault: lacking(field) });
        self.values.push(None);
    }
}

/// What a finding on these cells shows: of several, the first that is not empty.
fn raw<'a>(cells: &[&'a str]) -> &'a str {
    if let [only] = cells {
        return only;
    }
    let filled = cells.iter().find(|cell| !trim(cell).is_empty());
    filled.or(cells.first()).copied().unwrap_or_default()
}

fn lacking(field: &MappedField) -> Fault {
    let message = format!("“{}” is empty, but every row needs it. Fill it in, or exclude the row.", field.label);
    Fault::error(Rule::Required, message)
}

fn check_fits(dataset: &Dataset, mapping: &Mapping) -> Result<(), MappingError> {
    if mapping.version > VERSION {
        return Err(MappingError::Newer { version: mapping.version });
    }
    if mapping.dataset != dataset.id {
        return Err(MappingError::OtherDataset { found: mapping.dataset.clone(), dataset: dataset.id.to_owned() });
    }
    for (index, field) in mapping.fields.iter().enumerate() {
        let id = &field.field;
        if mapping.fields[..index].iter().any(|earlier| earlier.field == *id) {
            return Err(MappingError::FieldTwice { field: id.clone() });
        }
        if !dataset.takes_free(id) && dataset.field(id).is_none() {
            return Err(MappingError::UnknownField { field: id.clone(), dataset: dataset.id.to_owned() });
        }
    }
    Ok(())
}

fn source(
    id: &str,
    kind: Kind,
    limits: Limits,
    mapping: &Mapping,
    columns: &[String],
) -> Result<(Vec<usize>, Source, Hops), MappingError> {
    if !mapping.fills(id) {
        return Ok((Vec::new(), Source::Nothing, Hops::default()));
    }
    let own = mapping.field(id);
    if let Some(text) = own.and_then(|own| own.constant.as_ref()) {
        let value = fixed(id, kind, text, limits.allowed)?;
        if let Some(fault) = limits.fault(&value) {
            return Err(refused(id, &fault));
        }
        return Ok((Vec::new(), Source::Fixed(value), Hops::default()));
    }
    let pipeline = Pipeline::compile(own.map_or(&[], |own| &own.steps));
    let pipeline = pipeline.map_err(|source| MappingError::Steps { field: id.to_owned(), source })?;
    let names = own.map_or(&[][..], |own| &own.columns);
    let places: Vec<usize> = names.iter().map(|column| place(columns, column, id)).collect::<Result<_, _>>()?;
    let hops = Hops::compile(id, own.map_or(&[], |own| &own.lookups), places.len())?;
    Ok((places, Source::Columns(pipeline), hops))
}

fn place(columns: &[String], column: &str, field: &str) -> Result<usize, MappingError> {
    let found = columns.iter().position(|name| name == column);
    found.ok_or_else(|| MappingError::MissingColumn { field: field.to_owned(), column: column.to_owned() })
}

fn fixed(field: &str, kind: Kind, text: &str, allowed: &[&str]) -> Result<Value<'static>, MappingError> {
    read(kind, Cow::Owned(text.to_owned()), allowed).map_err(|fault| refused(field, &fault))
}

fn refused(field: &str, fault: &Fault) -> MappingError {
    MappingError::FixedValue { field: field.to_owned(), reason: fault.message.clone() }
}

fn borrow<'a>(value: &'a Value<'static>) -> Value<'a> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(text)),
        other => other.clone(),
    }
}

fn too_long(text: &str, most: usize) -> Fault {
    let (start, characters): (String, _) = (text.chars().take(40).collect(), text.chars().count());
    let message = format!("“{start}…” has {characters} characters, {most} are allowed. Shorten it.");
    Fault::error(Rule::Length, message)
}

fn too_short(text: &str, least: usize) -> Fault {
    Fault::error(Rule::Length, format!("“{text}” is too short: {least} characters are needed. Write it out."))
}

fn below(number: Decimal, (least, included): (i64, bool)) -> bool {
    if least == 0 {
        return if number.is_zero() { !included } else { number.is_sign_negative() };
    }
    let least = Decimal::from(least);
    number < least || (!included && number == least)
}

fn too_small(number: Decimal, (least, included): (i64, bool)) -> Fault {
    let must = if included { format!("at least {least}") } else { format!("more than {least}") };
    Fault::error(Rule::Range, format!("“{number}” must be {must}. Correct it."))
}
