//! Prices, dealt so that the lines of each currency add up to the yearly value the old system printed.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Billing, Contract, Line};
use crate::random::Random;
use crate::totals;

/// Per unit and month, in hundredths.
const RATES: &[u64] = &[250, 450, 600, 850, 1_250, 1_800];

/// Prices every line that has none and no fault to excuse it.
pub(super) fn deal(contracts: &mut [Contract], random: &mut Random) {
    for (currency, target) in totals::ANNUAL_VALUES {
        let mine = contracts.iter_mut().filter(|contract| contract.currency == *currency);
        let (fixed, open) = split(mine);
        let mut rest = target - fixed;
        for (left, line) in (1..=open.len()).rev().zip(open) {
            if left == 1 {
                close(line, rest);
            } else {
                let even = rest / Decimal::from(left);
                draw(line, even * hundredths(random.between(40, 160)), random);
            }
            rest -= line.annual();
        }
    }
}

/// What is priced already in all, and the lines that are not.
fn split<'a>(contracts: impl Iterator<Item = &'a mut Contract>) -> (Decimal, Vec<&'a mut Line>) {
    let mut fixed = Decimal::ZERO;
    let mut open = Vec::new();
    for contract in contracts {
        for line in &mut contract.lines {
            fixed += line.annual();
            if line.price.is_zero() && contract.fault.is_none() {
                open.push(line);
            }
        }
    }
    (fixed, open)
}

/// A price that looks like one from a list and comes near the wanted value of a year.
fn draw(line: &mut Line, wanted: Decimal, random: &mut Random) {
    let periods = Decimal::from(line.billing.periods());
    if line.per_unit {
        let months = 12 / line.billing.periods();
        line.price = hundredths(random.pick(RATES) * months);
        line.quantity = (wanted / periods / line.price).round().to_u64().unwrap_or(1).max(1);
    } else {
        let step = Decimal::from(5);
        line.price = ((wanted / periods / step).round() * step).max(step);
    }
}

fn hundredths(count: u64) -> Decimal {
    Decimal::from(count) / Decimal::ONE_HUNDRED
}

/// The line that takes what is left.
fn close(line: &mut Line, rest: Decimal) {
    (line.price, line.quantity, line.per_unit, line.billing) = (rest, 1, false, Billing::Yearly);
}
