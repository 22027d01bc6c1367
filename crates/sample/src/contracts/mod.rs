//! `contracts 2026.xlsx`: 986 lines of about 600 contracts.
//!
//! Here the words of a contract are defined and the table is put together. [`plan`] holds the contracts the story needs
//! at a certain row, [`price`] makes the yearly sums come out, [`row`] turns a line into cells with its fault, and
//! [`workbook`] writes them.

mod plan;
mod price;
mod row;
mod workbook;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::customers::Customer;
use crate::random::Random;

pub(crate) use workbook::{FILE, write};

/// Data rows of the sheet `Active`.
pub(crate) const ROWS: u64 = 986;

/// A contract and its lines, which share everything but what [`Line`] holds.
pub(crate) struct Contract {
    /// Data row of its first line, from 1.
    row: u64,
    /// Five digits, with leading zeros.
    pub(crate) account: String,
    customer: String,
    pub(crate) currency: &'static str,
    pub(crate) term: Term,
    /// Whether its dates stand in the sheet as text rather than as dates.
    typed_dates: bool,
    payment_days: u32,
    renews: bool,
    lines: Vec<Line>,
    fault: Option<Fault>,
    /// Whether it is sound and there is usage under it.
    pub(crate) used: bool,
}

/// First and last day.
#[derive(Clone, Copy)]
pub(crate) struct Term {
    pub(crate) start: Date,
    end: Date,
}

struct Line {
    product: &'static str,
    /// Per unit and billing period; zero until it is dealt.
    price: Decimal,
    quantity: u64,
    per_unit: bool,
    billing: Billing,
    in_advance: bool,
    phase: Option<Phase>,
}

/// A part of the term.
#[derive(Clone, Copy)]
struct Phase {
    name: &'static str,
    term: Term,
}

#[derive(Clone, Copy)]
enum Billing {
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
}

/// What is wrong with a contract. Only single-line contracts have one, but for `OtherCurrency`.
#[derive(Clone, Copy)]
enum Fault {
    /// The customer number is a number, so its zeros are gone.
    LostZeros,
    /// The year of the end was mistyped.
    EndsBeforeStart,
    /// An earlier contract covers the same product on the same days.
    Overlaps,
    NoCurrency,
    OnCall,
    PriceMissing,
    /// The second line is in pounds, the first is not.
    OtherCurrency,
    PhaseTooLong,
    /// Over on the day of the story, 12 October 2026.
    HasEnded,
    /// The end has a year of two digits.
    ShortYear,
    /// The price is a broken formula.
    Broken(&'static str),
    NegativePrice,
}

impl Line {
    /// Value of a year.
    fn annual(&self) -> Decimal {
        self.price * Decimal::from(self.quantity) * Decimal::from(self.billing.periods())
    }
}

impl Billing {
    fn word(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::HalfYearly => "half-yearly",
            Self::Yearly => "yearly",
        }
    }

    /// In a year.
    fn periods(self) -> u64 {
        match self {
            Self::Monthly => 12,
            Self::Quarterly => 4,
            Self::HalfYearly => 2,
            Self::Yearly => 1,
        }
    }
}

/// All contracts in file order, with [`ROWS`] lines.
pub(crate) fn table(customers: &[Customer]) -> Vec<Contract> {
    let mut random = Random::new(3);
    let mut free: Vec<&Customer> = customers.iter().filter(|customer| plan::is_free(customer)).collect();
    random.shuffle(&mut free);
    let mut planned = plan::contracts(customers, &mut free, &mut random).into_iter().peekable();
    let mut contracts: Vec<Contract> = Vec::new();
    let mut row = 1;
    while row <= ROWS {
        let next = planned.peek().map_or(ROWS + 1, |contract| contract.row);
        let made = || free.pop().map(|customer| usual(row, next - row, customer, &mut random));
        let Some(contract) = planned.next_if(|contract| contract.row == row).or_else(made) else { break };
        row += contract.lines.len() as u64;
        contracts.push(contract);
    }
    price::deal(&mut contracts, &mut random);
    contracts
}

/// Terms of usual contracts. All cover the rest of the story, and all end on a day that can only be a day.
const TERMS: &[Term] = &[
    term((2024, 7, 1), (2027, 6, 30)),
    term((2025, 1, 1), (2026, 12, 31)),
    term((2025, 4, 1), (2027, 3, 31)),
    term((2025, 7, 1), (2027, 6, 30)),
    term((2025, 10, 1), (2027, 9, 30)),
    term((2026, 1, 1), (2026, 12, 31)),
    term((2026, 1, 1), (2027, 12, 31)),
    term((2026, 2, 1), (2027, 1, 31)),
    term((2026, 3, 1), (2027, 12, 31)),
    term((2026, 4, 1), (2027, 3, 31)),
    term((2026, 5, 1), (2027, 4, 30)),
];

const fn term(start: (i16, i8, i8), end: (i16, i8, i8)) -> Term {
    Term { start: date(start.0, start.1, start.2), end: date(end.0, end.1, end.2) }
}

const PRODUCTS: &[&str] = &[
    "Sampling Basic",
    "Sensor Hire",
    "Lab Portal",
    "Sampling Plus",
    "Sensor Care",
    "Courier Collection",
    "Sampling Premium",
    "Method Validation",
];

/// A sound contract of one to four lines, with at most `room` of them, and without prices yet.
fn usual(row: u64, room: u64, customer: &Customer, random: &mut Random) -> Contract {
    let lines = match random.below(100) {
        0..48 => 1,
        48..81 => 2,
        81..95 => 3,
        _ => 4,
    };
    let first = random.below(PRODUCTS.len() as u64);
    let product = |nth| PRODUCTS[(first + nth) as usize % PRODUCTS.len()];
    let lines: Vec<Line> = (0..room.min(lines)).map(|nth| unpriced(product(nth), random)).collect();
    let term = random.pick(TERMS);
    let mut contract = Contract { used: true, ..single(row, customer, term, random) };
    contract.lines = lines;
    if let [first, second] = &mut *contract.lines
        && random.chance(20)
    {
        let [ramp_up, standard] = phases(term);
        (first.phase, second.phase) = (Some(ramp_up), Some(standard));
    }
    contract
}

/// A contract without lines or faults.
fn single(row: u64, customer: &Customer, term: Term, random: &mut Random) -> Contract {
    Contract {
        row,
        account: customer.number.clone(),
        customer: customer.company.clone(),
        currency: customer.currency(),
        term,
        typed_dates: random.chance(50),
        payment_days: random.pick(&[14, 30, 30, 30, 45, 60]),
        renews: random.chance(60),
        lines: Vec::new(),
        fault: None,
        used: false,
    }
}

fn unpriced(product: &'static str, random: &mut Random) -> Line {
    Line {
        product,
        price: Decimal::ZERO,
        quantity: 1,
        per_unit: matches!(product, "Sensor Hire" | "Sensor Care" | "Courier Collection" | "Method Validation"),
        billing: random.pick(&[Billing::Monthly, Billing::Quarterly, Billing::HalfYearly, Billing::Yearly]),
        in_advance: random.chance(70),
        phase: None,
    }
}

/// A quarter to ramp up, then the rest of the term.
fn phases(term: Term) -> [Phase; 2] {
    let start = term.start.saturating_add(jiff::Span::new().months(3));
    let ramp_up = Term { start: term.start, end: start.saturating_sub(jiff::Span::new().days(1)) };
    [Phase { name: "Ramp-up", term: ramp_up }, Phase { name: "Standard", term: Term { start, end: term.end } }]
}
