//! How many columns of labelled tables found their fields.

use std::fmt;
use std::sync::LazyLock;

use engine::mapping::{Confidence, FieldMapping, suggest};
use engine::recognise;
use engine::schema::{Dataset, zenskar};

use crate::labelled::{Expected, Part, Table};

/// Every table, measured once.
pub(crate) static MEASURED: LazyLock<Vec<Measured>> = LazyLock::new(|| {
    let tables = [Part::HeldOut, Part::Training]
        .into_iter()
        .flat_map(|part| part.tables().into_iter().map(move |table| (part, table)));
    let measured = tables.map(|(part, table)| {
        let (tally, missed) = Tally::of(&table);
        Measured { part, dataset: table.dataset, language: table.language, tally, missed }
    });
    measured.collect()
});

/// What came of one table.
pub(crate) struct Measured {
    pub(crate) part: Part,
    pub(crate) dataset: String,
    pub(crate) language: String,
    pub(crate) tally: Tally,
    pub(crate) missed: Vec<Missed>,
}

/// Counts over some tables.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) tables: usize,
    /// Tables whose dataset was told.
    pub(crate) told: usize,
    pub(crate) required: Share,
    /// Of the columns that have a field, those that got it.
    pub(crate) recall: Share,
    /// Of the columns that got a field, those whose field it is.
    pub(crate) precision: Share,
    /// The same for what is called certain.
    pub(crate) certain: Share,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) part: usize,
    pub(crate) of: usize,
}

/// A column that is not where it belongs.
pub(crate) struct Missed {
    pub(crate) system: String,
    pub(crate) column: String,
    pub(crate) expected: String,
    pub(crate) given: String,
    pub(crate) confidence: Confidence,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.of += 1;
        self.part += usize::from(right);
    }

    fn add(&mut self, other: Self) {
        self.of += other.of;
        self.part += other.part;
    }

    /// Of a thousand; all of nothing is right.
    pub(crate) fn per_mille(self) -> usize {
        (self.part * 1000 + self.of / 2).checked_div(self.of).unwrap_or(1000)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.per_mille();
        write!(f, "{}.{} % ({} of {})", tenths / 10, tenths % 10, self.part, self.of)
    }
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.tables += other.tables;
        self.told += other.told;
        self.required.add(other.required);
        self.recall.add(other.recall);
        self.precision.add(other.precision);
        self.certain.add(other.certain);
    }

    /// Maps a table as importing it would and counts what came of it.
    fn of(table: &Table) -> (Self, Vec<Missed>) {
        let dataset = zenskar::schema().dataset(&table.dataset).expect("the schema has the dataset");
        let profiles = table.profiles();
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
        let labels: Vec<&str> = table.columns.iter().map(|label| label.column.as_str()).collect();
        assert_eq!(names, labels, "{}: the labels are not those of the file", table.system);
        let guess = recognise::dataset(zenskar::schema(), &profiles);
        let mapping = suggest("zenskar", dataset, &profiles, &recognise::settled(dataset.id, &names));
        let mut tally = Self { tables: 1, ..Self::default() };
        tally.told = usize::from(guess.is_some_and(|guess| guess.dataset == dataset.id));
        let missed = tally.columns(table, dataset, &mapping.fields);
        tally.required_fields(table, dataset, &mapping.fields);
        (tally, missed)
    }

    fn columns(&mut self, table: &Table, dataset: &Dataset, fields: &[FieldMapping]) -> Vec<Missed> {
        let mut missed = Vec::new();
        for label in table.columns.iter().filter(|label| label.field != Expected::Open) {
            let given = given(dataset, fields, &label.column);
            let right = given.is_some_and(|given| label.field.is(&given.field));
            if let Expected::Field(_) = label.field {
                self.recall.count(right);
            }
            if let Some(given) = given {
                self.precision.count(right);
                if given.confidence == Confidence::Certain {
                    self.certain.count(right);
                }
            }
            if !right && (given.is_some() || matches!(label.field, Expected::Field(_))) {
                missed.push(Missed {
                    system: format!("{} ({}, {})", table.system, table.dataset, table.language),
                    column: label.column.clone(),
                    expected: label.field.to_string(),
                    given: given.map_or("–", |given| &given.field).to_owned(),
                    confidence: given.map_or(Confidence::None, |given| given.confidence),
                });
            }
        }
        missed
    }

    fn required_fields(&mut self, table: &Table, dataset: &Dataset, fields: &[FieldMapping]) {
        for field in dataset.fields.iter().filter(|field| field.required) {
            let columns: Vec<_> = table.columns.iter().filter(|label| label.field.is(field.id)).collect();
            // Of two columns with an equal claim one has to be taken; of one that may be left out, none.
            if columns.len() > 1 || columns.iter().any(|label| matches!(label.field, Expected::Field(_))) {
                let mut given = columns.iter().filter_map(|label| given(dataset, fields, &label.column));
                self.required.count(given.any(|given| given.field == field.id));
            }
        }
    }
}

/// The field of the schema that a column feeds.
fn given<'a>(dataset: &Dataset, fields: &'a [FieldMapping], column: &str) -> Option<&'a FieldMapping> {
    fields.iter().find(|field| {
        dataset.field(&field.field).is_some() && field.columns.first().is_some_and(|first| first == column)
    })
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) | Self::Perhaps(field) => f.write_str(field),
            Self::None | Self::Open => f.write_str("–"),
        }
    }
}
