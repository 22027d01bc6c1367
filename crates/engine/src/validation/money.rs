//! What a row is worth: exact, per currency and month.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::mapping::{Mapper, Record};
use crate::schema::Dataset;
use crate::transform::Value;

/// Which values of a record make up its money.
#[derive(Debug, Clone, Copy)]
pub struct MoneyFields {
    amount: usize,
    quantity: Option<usize>,
    cadence: Option<usize>,
    currency: Option<usize>,
    date: Option<usize>,
}

/// Currency and month (`2026-05`) of an amount; either may be unknown and is then empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Slot {
    pub currency: String,
    /// Months since year 0; `None` when the row has no date.
    pub month: Option<i32>,
}

impl Slot {
    pub fn month_text(&self) -> String {
        self.month
            .map(|month| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1))
            .unwrap_or_default()
    }
}

/// Rows and money per slot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(pub BTreeMap<Slot, (u64, Decimal)>);

impl Sums {
    pub fn add(&mut self, slot: &Slot, amount: Decimal) {
        if let Some((rows, sum)) = self.0.get_mut(slot) {
            *rows += 1;
            *sum += amount;
        } else {
            self.0.insert(slot.clone(), (1, amount));
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (slot, (rows, amount)) in other.0 {
            let entry = self.0.entry(slot).or_default();
            entry.0 += rows;
            entry.1 += amount;
        }
    }
}

impl MoneyFields {
    /// `None` when the dataset has no money, or no column gives the amount.
    pub fn of(dataset: &Dataset, mapper: &Mapper) -> Option<Self> {
        let money = dataset.money?;
        let at = |id: &str| mapper.position(id);
        Some(Self {
            amount: at(money.amount)?,
            quantity: money.quantity.and_then(at),
            cadence: money.cadence.and_then(at),
            currency: at(money.currency),
            date: at(money.date),
        })
    }

    /// The slot of a record, written into `slot` so that nothing is allocated per row, and its amount; zero where the
    /// amount cannot be read (a finding says so).
    pub fn value(&self, record: &Record<'_>, slot: &mut Slot) -> Decimal {
        slot.currency.clear();
        if let Some(Value::Text(currency)) = self.currency.and_then(|at| record.values[at].as_ref()) {
            slot.currency.push_str(currency);
        }
        slot.month = self.date.and_then(|at| record.values[at].as_ref()).and_then(month);
        let Some(Value::Number(amount)) = record.values[self.amount] else { return Decimal::ZERO };
        let quantity = match self.quantity.and_then(|at| record.values[at].as_ref()) {
            Some(Value::Number(quantity)) => *quantity,
            _ => Decimal::ONE,
        };
        let periods = match self.cadence.and_then(|at| record.values[at].as_ref()) {
            Some(Value::Text(cadence)) => periods_a_year(cadence),
            _ => Decimal::ONE,
        };
        amount.checked_mul(quantity).and_then(|value| value.checked_mul(periods)).unwrap_or_default()
    }
}

fn month(value: &Value<'_>) -> Option<i32> {
    let date = match value {
        Value::Date(date) => *date,
        Value::Instant(instant) => jiff::tz::Offset::UTC.to_datetime(*instant).date(),
        _ => return None,
    };
    Some(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
}

/// How often a period of whole months or years fits into a year. Anything else (days, weeks: one-off lines) counts once.
fn periods_a_year(cadence: &str) -> Decimal {
    let months = match cadence.strip_prefix('P').and_then(|rest| rest.split_at_checked(rest.len().saturating_sub(1))) {
        Some((count, "M")) => count.parse::<u32>().ok(),
        Some((count, "Y")) => count.parse::<u32>().ok().and_then(|years| years.checked_mul(12)),
        _ => None,
    };
    match months {
        Some(months) if months > 0 => Decimal::from(12) / Decimal::from(months),
        _ => Decimal::ONE,
    }
}
