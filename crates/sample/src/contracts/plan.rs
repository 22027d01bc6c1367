//! The contracts that must stand at a certain row: those the story shows, and those with a fault.

use rust_decimal::Decimal;

use super::{Billing, Contract, Fault, Line, Phase, TERMS, Term, single, term, unpriced};
use crate::customers::Customer;
use crate::random::Random;

/// Row, customer, value of a year and month of start, as the story shows the contracts whose customer has lost its zeros.
const LOST_ZEROS: &[(u64, usize, u64, (i16, i8))] = &[
    (118, 817, 4_800, (2026, 4)),
    (119, 822, 2_150, (2026, 4)),
    (131, 90, 18_600, (2026, 1)),
    (140, 641, 4_800, (2025, 7)),
    (152, 217, 9_600, (2025, 7)),
    (167, 44, 2_150, (2025, 10)),
    (171, 903, 4_800, (2025, 10)),
    (180, 77, 17_250, (2026, 1)),
    (204, 8, 7_200, (2026, 1)),
    (213, 512, 2_150, (2026, 2)),
    (214, 512, 4_800, (2026, 2)),
    (230, 338, 4_800, (2026, 3)),
    (246, 61, 2_150, (2026, 3)),
    (251, 705, 14_900, (2026, 4)),
    (266, 19, 4_800, (2026, 4)),
    (289, 650, 9_600, (2026, 5)),
];
/// There are 48 of them: further ones stand at every 21st row after the last.
const LOST_ZEROS_FURTHER: u64 = 32;

/// The story's contract of a German customer in dollars.
const IN_DOLLARS: u64 = 171;

/// Ends of the wrong year. All lie after the day of the story, so that only the order is wrong and nothing has ended yet.
const REVERSED: &[Term] = &[
    term((2026, 11, 1), (2026, 10, 31)),
    term((2027, 1, 1), (2026, 12, 31)),
    term((2026, 12, 1), (2026, 11, 30)),
    term((2027, 2, 1), (2027, 1, 31)),
];
const ENDED: &[Term] = &[
    term((2025, 10, 1), (2026, 9, 30)),
    term((2025, 8, 1), (2026, 7, 31)),
    term((2025, 6, 1), (2026, 5, 31)),
    term((2025, 4, 1), (2026, 3, 31)),
    term((2025, 9, 1), (2026, 8, 31)),
];
/// An earlier and a later contract for one product: currency, value of a year, and their terms.
const OVERLAPS: &[(&str, u64, Term, Term)] = &[
    ("EUR", 4_800, term((2025, 7, 1), (2027, 6, 30)), term((2026, 7, 1), (2027, 6, 30))),
    ("EUR", 4_800, term((2026, 1, 1), (2026, 12, 31)), term((2026, 10, 1), (2027, 9, 30))),
    ("EUR", 4_800, term((2025, 4, 1), (2027, 3, 31)), term((2026, 4, 1), (2027, 3, 31))),
    ("GBP", 4_800, term((2026, 1, 1), (2027, 12, 31)), term((2026, 1, 1), (2026, 12, 31))),
    ("GBP", 5_050, term((2025, 10, 1), (2027, 9, 30)), term((2025, 10, 1), (2027, 9, 30))),
];
const THIS_YEAR: Term = term((2026, 1, 1), (2026, 12, 31));
const NEXT_YEAR_TOO: Term = term((2026, 1, 1), (2027, 12, 31));

/// Whether the story leaves a customer free for usual contracts: nothing is wrong with it, and it has no contract there.
pub(super) fn is_free(customer: &Customer) -> bool {
    let in_story = LOST_ZEROS.iter().any(|contract| number(contract.1) == customer.number);
    customer.mark.is_none() && !in_story && ![number(3), number(1032)].contains(&customer.number)
}

fn number(customer: usize) -> String {
    format!("{customer:05}")
}

/// The planned contracts by row. Customers they need beside the named ones are taken out of `free`.
pub(super) fn contracts(customers: &[Customer], free: &mut Vec<&Customer>, random: &mut Random) -> Vec<Contract> {
    let mut contracts = vec![
        Contract { used: true, ..flat(of(customers, 3), starting(2026, 4), 4_800, random).at(1) },
        Contract {
            fault: Some(Fault::HasEnded),
            ..flat(of(customers, 1032), term((2025, 7, 1), (2026, 6, 30)), 2_150, random).at(2)
        },
    ];
    contracts.extend(with_lost_zeros(customers, free, random));
    let rows = (20..=110).step_by(8).chain((299..).step_by(21));
    let others = sound_beside_faults(customers, random).into_iter().chain(faulty(free, random));
    contracts.extend(rows.zip(others).map(|(row, contract)| contract.at(row)));
    contracts.sort_by_key(|contract| contract.row);
    contracts
}

impl Contract {
    fn at(self, row: u64) -> Self {
        Self { row, ..self }
    }

    fn with(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Takes the money out, where a fault keeps it from being counted.
    fn for_nothing(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.price = Decimal::ZERO);
        self
    }
}

fn of(customers: &[Customer], wanted: usize) -> &Customer {
    let wanted = number(wanted);
    customers.iter().find(|customer| customer.number == wanted).unwrap_or(&customers[0])
}

/// The first usual term that begins in this month.
fn starting(year: i16, month: i8) -> Term {
    let starts = |term: &&Term| (term.start.year(), term.start.month()) == (year, month);
    TERMS.iter().find(starts).copied().unwrap_or(THIS_YEAR)
}

/// Takes a free customer who is billed in this currency.
fn take<'a>(free: &mut Vec<&'a Customer>, currency: &str) -> &'a Customer {
    let at = free.iter().rposition(|customer| customer.currency() == currency).unwrap_or_default();
    free.remove(at)
}

/// A contract of one line with this value a year, in one of the list's products.
fn flat(customer: &Customer, term: Term, annual: u64, random: &mut Random) -> Contract {
    let product = match annual {
        2_150 => "Sampling Basic",
        4_800 => "Sampling Plus",
        _ => "Sampling Premium",
    };
    let billing = if annual.is_multiple_of(12) { Billing::Monthly } else { Billing::Yearly };
    let price = Decimal::from(annual / billing.periods());
    let line = Line { price, billing, ..unpriced(product, random) };
    Contract { lines: vec![line], ..single(0, customer, term, random) }
}

fn with_lost_zeros(customers: &[Customer], free: &mut Vec<&Customer>, random: &mut Random) -> Vec<Contract> {
    const VALUES: &[u64] = &[2_150, 4_800, 7_200, 9_600, 14_900, 17_250, 18_600];
    let mut contracts = Vec::new();
    for &(row, customer, annual, start) in LOST_ZEROS {
        let mut contract = flat(of(customers, customer), starting(start.0, start.1), annual, random);
        if row == IN_DOLLARS {
            contract.currency = "USD";
        }
        contracts.push(contract.at(row));
    }
    let last = LOST_ZEROS[LOST_ZEROS.len() - 1].0;
    for nth in 1..=LOST_ZEROS_FURTHER {
        let customer = take(free, random.pick(&["EUR", "EUR", "GBP", "USD"]));
        contracts.push(flat(customer, random.pick(TERMS), random.pick(VALUES), random).at(last + 21 * nth));
    }
    contracts.into_iter().map(|contract| contract.with(Fault::LostZeros)).collect()
}

/// Three customers have much usage but a faulty contract; a second one covers what they use.
fn sound_beside_faults(customers: &[Customer], random: &mut Random) -> Vec<Contract> {
    let cover = |customer| {
        let line = unpriced("Sensor Care", random);
        Contract { lines: vec![line], used: true, ..single(0, of(customers, customer), NEXT_YEAR_TOO, random) }
    };
    [217, 641, 1032].map(cover).into()
}

fn faulty(free: &mut Vec<&Customer>, random: &mut Random) -> Vec<Contract> {
    let mut contracts = faulty_terms(free, random);
    let mut add = |currency, fault: fn(Contract) -> Contract| {
        contracts.push(fault(flat(take(free, currency), THIS_YEAR, 4_800, random)));
    };
    add("EUR", |contract| contract.for_nothing().with(Fault::NoCurrency));
    add("GBP", |contract| contract.for_nothing().with(Fault::NoCurrency));
    add("EUR", |contract| contract.for_nothing().with(Fault::OnCall));
    add("USD", |contract| contract.for_nothing().with(Fault::OnCall));
    add("EUR", |contract| contract.for_nothing().with(Fault::PriceMissing));
    add("EUR", |contract| contract.for_nothing().with(Fault::Broken("#REF!")));
    add("GBP", |contract| contract.for_nothing().with(Fault::Broken("#DIV/0!")));
    add("EUR", |contract| in_two_currencies(contract).with(Fault::OtherCurrency));
    add("EUR", |contract| with_long_phase(contract).with(Fault::PhaseTooLong));
    add("GBP", |contract| with_negative_price(contract).with(Fault::NegativePrice));
    contracts
}

fn faulty_terms(free: &mut Vec<&Customer>, random: &mut Random) -> Vec<Contract> {
    let mut contracts = Vec::new();
    for &(currency, annual, earlier, later) in OVERLAPS {
        let customer = take(free, currency);
        contracts.push(flat(customer, earlier, annual, random));
        contracts.push(flat(customer, later, annual, random).with(Fault::Overlaps));
    }
    for &term in REVERSED.iter().cycle().take(9) {
        let customer = take(free, random.pick(&["EUR", "GBP", "USD"]));
        contracts.push(flat(customer, term, 7_200, random).with(Fault::EndsBeforeStart));
    }
    for &term in ENDED {
        let customer = take(free, random.pick(&["EUR", "GBP"]));
        contracts.push(flat(customer, term, 2_150, random).with(Fault::HasEnded));
    }
    for currency in ["EUR", "GBP"] {
        let contract = flat(take(free, currency), NEXT_YEAR_TOO, 9_600, random);
        contracts.push(Contract { typed_dates: true, ..contract }.with(Fault::ShortYear));
    }
    contracts
}

fn in_two_currencies(mut contract: Contract) -> Contract {
    let second = contract.lines.iter().map(|line| Line { product: "Lab Portal", price: Decimal::ZERO, ..*line }).next();
    contract.lines.extend(second);
    contract
}

fn with_long_phase(mut contract: Contract) -> Contract {
    let term = term((2026, 1, 1), (2027, 1, 31));
    contract.lines.iter_mut().for_each(|line| line.phase = Some(Phase { name: "Standard", term }));
    contract
}

fn with_negative_price(mut contract: Contract) -> Contract {
    contract.lines.iter_mut().for_each(|line| line.price = Decimal::from(-250));
    contract
}
