//! Telephone numbers to E.164, valid in their country's numbering plan.

use phonenumber::country::Id;

use super::Rewrite;
use crate::schema::finding::{Fault, Rule};

/// The region of numbers without a country code, by its alpha-2 code.
pub(super) fn region(alpha2: &str) -> Option<Id> {
    alpha2.parse().ok()
}

/// `+441566550192` for a number that can be dialled.
pub(super) fn canonical(text: &str, region: Option<Id>) -> Option<String> {
    let number = parse(text, region)?;
    let valid = number.extension().is_none() && phonenumber::is_valid(&number);
    valid.then(|| e164(&number))
}

pub(super) fn step(text: &str, region: Option<Id>) -> Rewrite {
    match canonical(text, region) {
        Some(number) => Ok((number != text).then_some(number)),
        None => Err(fault(text, region).into()),
    }
}

/// What keeps `text` from being a number that can be dialled.
pub(super) fn fault(text: &str, region: Option<Id>) -> Fault {
    let error = |message: String| Fault::error(Rule::Format, message);
    match parse(text, region) {
        Some(number) if number.extension().is_some() && phonenumber::is_valid(&number) => {
            let number = e164(&number);
            error(format!("“{text}” has an extension, which cannot be sent. Write the number alone: {number}."))
                .suggest(number)
        }
        None if region.is_none() && !international(text).starts_with('+') => error(format!(
            "“{text}” has no country code. Write it like +44 1566 550192, or say on Match whose country it is."
        )),
        _ => error(format!("“{text}” is no telephone number that can be dialled. Write it like +44 1566 550192.")),
    }
}

fn parse(text: &str, region: Option<Id>) -> Option<phonenumber::PhoneNumber> {
    phonenumber::parse(region, international(text)).ok()
}

fn e164(number: &phonenumber::PhoneNumber) -> String {
    format!("+{}{}", number.code().value(), number.national())
}

/// `00` in front is dialled for `+` in most of the world, and `(0)` behind a country code is not dialled at all.
fn international(text: &str) -> String {
    let text = text.trim();
    let plus = text.strip_prefix("00").map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
    if plus.starts_with('+') { plus.replacen("(0)", "", 1) } else { plus }
}
