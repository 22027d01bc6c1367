//! The events of one month: who, when, how much, and what that is worth, so that each currency's month comes out to the
//! cent.

use std::fmt;

use jiff::civil::{Date, DateTime, date};
use rust_decimal::Decimal;

use super::MAY;
use crate::Size;
use crate::contracts::Contract;
use crate::finding::Mark;
use crate::random::Random;
use crate::totals::USAGE_CENTS;

/// The value of the 212 events that were exported twice, all in EUR.
pub(crate) const EXPORTED_TWICE_CENTS: i64 = 431_860;

/// Account, rows, tenths of an hour and hundredths of a euro: sensors that run at night.
const TWICE: &[(&str, usize, u64, i64)] =
    &[("00217", 96, 85, 2_040), ("00641", 71, 80, 2_120), ("01032", 45, 100, 1_900)];

/// A line of the file. It displays as it is written.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) id: String,
    account: String,
    time: String,
    meter: Meter,
    quantity: String,
    cents: i64,
    currency: &'static str,
    /// Its part of the month's value, in no particular unit.
    weight: u64,
    pub(super) exported_twice: bool,
    pub(super) mark: Option<Mark>,
}

/// A customer with a sound contract.
pub(super) struct User {
    account: String,
    /// In which its usage is valued.
    currency: &'static str,
    from: Date,
}

#[derive(Clone, Copy)]
enum Meter {
    Samples,
    SensorHours,
}

/// What is wrong with an event. All of these are worth nothing, so that the sums of the story hold.
#[derive(Clone, Copy)]
enum Fault {
    /// The old system's test account, which is no customer.
    UnknownCustomer,
    /// Two different events with one number.
    SharedId,
    QuantityIsText(&'static str),
    QuantityHasUnit {
        number: &'static str,
        unit: &'static str,
    },
    QuantityIsBroken(&'static str),
    WithoutTime,
    /// 2206 for 2026.
    WrongCentury,
    UnknownCurrency(&'static str),
    BeforeContract,
}

/// Faults by month (0 is January), and how often. None lies in the last hours of May.
const FAULTS: &[(usize, Fault, usize)] = &[
    (0, Fault::UnknownCustomer, 4),
    (0, Fault::QuantityIsBroken("#REF!"), 1),
    (1, Fault::UnknownCustomer, 4),
    (1, Fault::QuantityIsText("n/a"), 1),
    (2, Fault::UnknownCustomer, 4),
    (2, Fault::BeforeContract, 5),
    (2, Fault::WithoutTime, 1),
    (3, Fault::UnknownCustomer, 4),
    (3, Fault::QuantityIsText("?"), 1),
    (3, Fault::UnknownCurrency("EURO"), 1),
    (4, Fault::UnknownCustomer, 4),
    (5, Fault::UnknownCustomer, 4),
    (5, Fault::WrongCentury, 1),
    (6, Fault::UnknownCustomer, 4),
    (6, Fault::SharedId, 2),
    (6, Fault::QuantityHasUnit { number: "12", unit: "pcs" }, 1),
    (7, Fault::UnknownCustomer, 4),
    (7, Fault::QuantityIsBroken("#N/A"), 1),
    (7, Fault::UnknownCurrency("XXQ"), 1),
    (8, Fault::UnknownCustomer, 5),
    (8, Fault::WithoutTime, 1),
];

impl Event {
    /// The same line again.
    pub(super) fn copy(&self) -> Self {
        Self { mark: Some(Mark::warning("data.event_id", "unique")), ..self.clone() }
    }

    pub(super) fn shares_id(&self) -> bool {
        !self.exported_twice && self.mark.as_ref().is_some_and(|mark| mark.field == "data.event_id")
    }

    /// The cell that holds a field of the destination.
    pub(super) fn cell(&self, field: &str) -> &str {
        match field {
            "customer_id" => &self.account,
            "timestamp" => &self.time,
            "data.quantity" => &self.quantity,
            "data.currency" => self.currency,
            _ => &self.id,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, account, time, quantity, currency, .. } = self;
        let (meter, unit) = match self.meter {
            Meter::Samples => ("samples", "sample"),
            Meter::SensorHours => ("sensor_hours", "h"),
        };
        let amount = Decimal::new(self.cents, 2);
        write!(line, "{id},{account},{time},{meter},{quantity},{unit},{amount},{currency}")
    }
}

/// Everyone with a contract that is fit to be used.
pub(super) fn users(contracts: &[Contract]) -> Vec<User> {
    let user = |contract: &Contract| User {
        account: contract.account.clone(),
        // Kernow's samples are taken for a project that is paid in euros.
        currency: if contract.account == "00641" { "EUR" } else { contract.currency },
        from: contract.term.start,
    };
    contracts.iter().filter(|contract| contract.used).map(user).collect()
}

/// `count` events of a month (0 is January), valued and with its faults. In May they end at 22:00 of the last day.
pub(super) fn of_month(month: usize, count: usize, size: Size, users: &[User], random: &mut Random) -> Vec<Event> {
    let first = date(2026, month as i8 + 1, 1);
    let paying = |currency| users.iter().filter(move |user| user.from <= first && user.currency == currency).collect();
    let users: [Vec<&User>; 3] = ["EUR", "GBP", "USD"].map(paying);
    let times = times(first, count, random);
    let mut events: Vec<Event> = times.into_iter().map(|time| sound(time, size, &users, random)).collect();
    for (at, fault) in placed_faults(month, count) {
        spoil(&mut events[at], fault);
    }
    for &(currency, cents) in USAGE_CENTS {
        let elsewhere = if (month, currency) == (MAY, "EUR") { EXPORTED_TWICE_CENTS } else { 0 };
        value(&mut events, currency, cents[month] - elsewhere);
    }
    events
}

/// The events of 31 May after 22:00, in order of time.
pub(super) fn last_hours_of_may(random: &mut Random) -> Vec<Event> {
    let mut lines: Vec<_> = TWICE.iter().flat_map(|line| std::iter::repeat_n(line, line.1)).collect();
    random.shuffle(&mut lines);
    let start = date(2026, 5, 31).at(22, 4, 11, 0);
    let event = |(nth, &(account, _, tenths, cents)): (i64, &(&str, usize, u64, i64))| Event {
        id: String::new(),
        account: account.to_owned(),
        time: instant(start.saturating_add(jiff::SignedDuration::from_secs(32 * nth))),
        meter: Meter::SensorHours,
        quantity: hours(tenths),
        cents,
        currency: "EUR",
        weight: 0,
        exported_twice: true,
        mark: None,
    };
    (0..).zip(lines).map(event).collect()
}

/// Spread evenly over the month, each moved a little; none is later than the next.
fn times(first: Date, count: usize, random: &mut Random) -> Vec<String> {
    let hours = i64::from(first.days_in_month()) * 24 - if first.month() == 5 { 2 } else { 0 };
    let seconds = hours.unsigned_abs() * 3600;
    let midnight = first.at(0, 0, 0, 0);
    let time = |nth: u64| {
        let second = (nth * seconds + random.below(seconds)) / count as u64;
        instant(midnight.saturating_add(jiff::SignedDuration::from_secs(second.cast_signed())))
    };
    (0..count as u64).map(time).collect()
}

fn instant(time: DateTime) -> String {
    format!("{time}Z")
}

/// Which events of the month are faulty, in the order of [`FAULTS`] and spread evenly.
fn placed_faults(month: usize, count: usize) -> Vec<(usize, Fault)> {
    let mine = FAULTS.iter().filter(|fault| fault.0 == month);
    let faults: Vec<Fault> = mine.flat_map(|&(_, fault, times)| std::iter::repeat_n(fault, times)).collect();
    let gaps = faults.len() + 1;
    (1..).zip(faults).map(|(nth, fault)| (count * nth / gaps, fault)).collect()
}

fn sound(time: String, size: Size, [euros, pounds, dollars]: &[Vec<&User>; 3], random: &mut Random) -> Event {
    let user = match random.below(100) {
        0..60 => random.pick(euros),
        60..87 => random.pick(pounds),
        _ => random.pick(dollars),
    };
    // In short, an event stands for as much as 21 in full, so that prices look the same.
    let scale = if size == Size::Short { 21 } else { 1 };
    let (meter, quantity, weight) = if random.chance(55) {
        let samples = random.between(1, 12) * scale;
        (Meter::Samples, samples.to_string(), samples * 240)
    } else {
        let tenths = random.between(5, 240) * scale;
        (Meter::SensorHours, hours(tenths), tenths * 11)
    };
    let (account, currency) = (user.account.clone(), user.currency);
    let (id, cents, exported_twice, mark) = (String::new(), 0, false, None);
    Event { id, account, time, meter, quantity, cents, currency, weight, exported_twice, mark }
}

/// `85` as `8.5`.
fn hours(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn spoil(event: &mut Event, fault: Fault) {
    event.weight = 0;
    event.mark = Some(match fault {
        Fault::UnknownCustomer => {
            "99999".clone_into(&mut event.account);
            Mark::error("customer_id", "reference")
        }
        Fault::SharedId => Mark::error("data.event_id", "unique"),
        Fault::QuantityIsText(text) => {
            text.clone_into(&mut event.quantity);
            Mark::error("data.quantity", "type")
        }
        Fault::QuantityHasUnit { number, unit } => {
            event.quantity = format!("{number} {unit}");
            Mark::error("data.quantity", "format").suggest(number)
        }
        Fault::QuantityIsBroken(text) => {
            text.clone_into(&mut event.quantity);
            Mark::error("data.quantity", "spreadsheet")
        }
        Fault::WithoutTime => {
            event.time.clear();
            Mark::error("timestamp", "required")
        }
        Fault::WrongCentury => {
            event.time = event.time.replacen("2026", "2206", 1);
            Mark::error("timestamp", "range")
        }
        Fault::UnknownCurrency(currency) => {
            event.currency = currency;
            let mark = Mark::error("data.currency", "allowed");
            if currency == "EURO" { mark.suggest("EUR") } else { mark }
        }
        Fault::BeforeContract => {
            // Its contract begins on 1 April.
            "00003".clone_into(&mut event.account);
            event.currency = "EUR";
            Mark::warning("timestamp", "outside_term")
        }
    });
}

/// Gives the events of a currency their parts of `cents` by weight. Each part is the difference of two rounded running
/// sums, so nothing is lost and nothing is left.
fn value(events: &mut [Event], currency: &str, cents: i64) {
    let mut mine: Vec<&mut Event> = events.iter_mut().filter(|event| event.currency == currency).collect();
    let all: u64 = mine.iter().map(|event| event.weight).sum();
    let (mut weight, mut given) = (0, 0);
    for event in &mut mine {
        weight += event.weight;
        let due = (i128::from(cents) * i128::from(weight) / i128::from(all.max(1))) as i64;
        event.cents = due - given;
        given = due;
    }
}
