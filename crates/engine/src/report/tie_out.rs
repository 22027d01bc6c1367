//! extracted = loaded + rejected + excluded, for every dataset, in rows and per currency.
//!
//! Extracted money is that of the cells as read. An edit that changed an amount shows as `corrected`, so that the sums
//! still close without hiding it. What was taken back from the destination is told by itself, and closes the sum as well.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rust_decimal::Decimal;

use crate::intake::chunk::Damaged;
use crate::mapping::{Mapper, Record};
use crate::schema::{Dataset, Schema};
use crate::store::{Place, Store};
use crate::upload::rows::Held;
use crate::validation::crew::Worker;
use crate::validation::money::{MoneyFields, Slot};
use crate::validation::scan::{Piece, scan};
use crate::validation::{Result, ready};

/// The tie-out of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieOut {
    pub lines: Vec<Line>,
}

impl TieOut {
    /// Every difference is zero, in rows and in money.
    pub fn closed(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.difference() == 0 && line.money.iter().all(|money| money.difference().is_zero()))
    }
}

/// One dataset, in rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub dataset: String,
    pub extracted: u64,
    pub loaded: u64,
    /// Turned down by the destination.
    pub refused: u64,
    /// Not sent, because they have errors.
    pub stopped: u64,
    pub excluded: u64,
    /// Sent, and not known whether they arrived.
    pub doubtful: u64,
    /// Deleted at the destination from here, and not sent again.
    pub taken_back: u64,
    pub money: Vec<MoneyLine>,
}

impl Line {
    /// Rows that are nowhere: not sent yet, or in doubt.
    pub fn difference(&self) -> i64 {
        let settled = self.loaded + self.refused + self.stopped + self.excluded + self.taken_back;
        self.extracted.cast_signed() - settled.cast_signed()
    }
}

/// One currency of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneyLine {
    pub currency: String,
    pub extracted: Decimal,
    /// What edits added to (or took from) the amounts as read.
    pub corrected: Decimal,
    pub loaded: Decimal,
    pub rejected: Decimal,
    pub excluded: Decimal,
    pub taken_back: Decimal,
}

impl MoneyLine {
    pub fn difference(&self) -> Decimal {
        self.extracted + self.corrected - self.loaded - self.rejected - self.excluded - self.taken_back
    }

    /// Every sum as a report tells them: read, corrected, loaded, rejected, excluded, taken back, and the difference.
    pub fn sums(&self) -> [Decimal; 7] {
        let Self { extracted, corrected, loaded, rejected, excluded, taken_back, .. } = *self;
        [extracted, corrected, loaded, rejected, excluded, taken_back, self.difference()]
    }
}

/// `tell` hears how many rows were counted and may stop it.
pub fn tie_out(store: &Store, schema: &'static Schema, tell: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<TieOut> {
    let held = Held::of(store)?;
    let mut lines = Vec::new();
    let mut counted = 0;
    for dataset in &schema.datasets {
        let mut line = Line { dataset: dataset.id.to_owned(), ..Line::default() };
        let mut money: BTreeMap<String, MoneyLine> = BTreeMap::new();
        for ready in ready(store, dataset)? {
            line.extracted += ready.source.rows;
            let make = || Teller::new(dataset, &ready.mapper, &held);
            let tellers = scan(store.connection(), ready.source.id, make, |rows: u64| {
                counted += rows;
                Ok(tell(counted))
            })?;
            for teller in tellers {
                teller.into_sums(&mut line, &mut money);
            }
        }
        if line.extracted > 0 {
            line.money = money.into_values().collect();
            lines.push(line);
        }
    }
    Ok(TieOut { lines })
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Loaded,
    Refused,
    Stopped,
    Excluded,
    Doubtful,
    TakenBack,
    NotSent,
}

impl Held {
    /// A row the user left out is excluded even if it was wrong; a row that was loaded is loaded whatever came later.
    pub fn fate(&self, place: Place) -> Fate {
        let packed = place.packed();
        match () {
            () if self.loaded.contains(&packed) && !self.refused.contains(&packed) => Fate::Loaded,
            () if self.excluded.contains(&packed) => Fate::Excluded,
            () if self.refused.contains(&packed) => Fate::Refused,
            () if self.open.contains(&packed) => Fate::Doubtful,
            () if self.wrong.contains(&packed) => Fate::Stopped,
            () if self.taken_back.contains(&packed) => Fate::TakenBack,
            () => Fate::NotSent,
        }
    }
}

/// Adds up rows and money on one thread.
struct Teller<'t> {
    mapper: &'t Mapper,
    held: &'t Held,
    fields: Option<MoneyFields>,
    slot: Slot,
    rows: [u64; 6],
    money: BTreeMap<String, MoneyLine>,
}

impl<'t> Teller<'t> {
    fn new(dataset: &Dataset, mapper: &'t Mapper, held: &'t Held) -> Self {
        let fields = MoneyFields::of(dataset, mapper);
        Self { mapper, held, fields, slot: Slot::default(), rows: [0; 6], money: BTreeMap::new() }
    }

    fn into_sums(self, line: &mut Line, money: &mut BTreeMap<String, MoneyLine>) {
        let [loaded, refused, stopped, excluded, doubtful, taken_back] = self.rows;
        line.loaded += loaded;
        line.refused += refused;
        line.stopped += stopped;
        line.excluded += excluded;
        line.doubtful += doubtful;
        line.taken_back += taken_back;
        for (currency, part) in self.money {
            let sum = money.entry(currency.clone()).or_insert_with(|| MoneyLine { currency, ..MoneyLine::default() });
            sum.extracted += part.extracted;
            sum.corrected += part.corrected;
            sum.loaded += part.loaded;
            sum.rejected += part.rejected;
            sum.excluded += part.excluded;
            sum.taken_back += part.taken_back;
        }
    }

    fn line(&mut self) -> &mut MoneyLine {
        if !self.money.contains_key(&self.slot.currency) {
            let line = MoneyLine { currency: self.slot.currency.clone(), ..MoneyLine::default() };
            self.money.insert(self.slot.currency.clone(), line);
        }
        self.money.entry(self.slot.currency.clone()).or_default()
    }

    fn money(&mut self, fate: Fate, record: &Record<'_>, edited: bool) {
        let Some(fields) = self.fields else { return };
        let amount = fields.value(record, &mut self.slot);
        let line = self.line();
        if edited {
            line.corrected += amount;
        } else {
            line.extracted += amount;
        }
        match fate {
            Fate::Loaded => line.loaded += amount,
            Fate::Refused | Fate::Stopped => line.rejected += amount,
            Fate::Excluded => line.excluded += amount,
            Fate::TakenBack => line.taken_back += amount,
            Fate::Doubtful | Fate::NotSent => {}
        }
    }
}

impl Worker for Teller<'_> {
    type Task = Piece;
    type Done = std::result::Result<u64, Damaged>;

    fn work(&mut self, piece: Piece) -> Self::Done {
        let mapper = self.mapper;
        let mut record = Record::default();
        let rows = u64::from(piece.chunk.rows);
        piece.each(|seen| {
            let fate = self.held.fate(seen.place);
            let row = match fate {
                Fate::Loaded => Some(0),
                Fate::Refused => Some(1),
                Fate::Stopped => Some(2),
                Fate::Excluded => Some(3),
                Fate::Doubtful => Some(4),
                Fate::TakenBack => Some(5),
                Fate::NotSent => None,
            };
            if let Some(row) = row {
                self.rows[row] += 1;
            }
            if let Some(as_read) = seen.as_read {
                mapper.map(as_read, &mut record);
                self.as_read(&record);
            }
            mapper.map(seen.cells, &mut record);
            self.money(fate, &record, seen.as_read.is_some());
        })?;
        Ok(rows)
    }
}

impl Teller<'_> {
    /// The amount before it was edited: extracted, and taken out again as a correction.
    fn as_read(&mut self, record: &Record<'_>) {
        let Some(fields) = self.fields else { return };
        let amount = fields.value(record, &mut self.slot);
        let line = self.line();
        line.extracted += amount;
        line.corrected -= amount;
    }
}
