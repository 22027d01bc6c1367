//! `customers_export_2026-09-30.csv`: 1,204 rows of Brackwater's customers, 1,201 different numbers.
//!
//! Here a customer is invented; [`named`] holds those the story tells of by name, [`faults`] what is wrong with some,
//! [`file`] how the table is written.

mod country;
mod faults;
mod file;
mod language;
mod named;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::finding::Mark;
use crate::random::Random;
use country::{COUNTRIES, Country, Town};
use language::Language;

pub(crate) use file::{FILE, write};

/// Customer numbers run from 00001 to this one; two more rows have a number that is none.
const LAST: u32 = 1199;

/// A row of the file.
#[derive(Clone)]
pub(crate) struct Customer {
    /// Five digits with leading zeros, unless it is a fault.
    pub(crate) number: String,
    pub(crate) company: String,
    email: String,
    phone: String,
    street: String,
    town: &'static Town,
    country: &'static Country,
    country_name: &'static str,
    tax_number: String,
    rhythm: Option<&'static str>,
    since: Date,
    /// In whole units.
    credit_limit: u64,
    sales_rep: &'static str,
    old_reference: String,
    fax: String,
    pub(crate) mark: Option<Mark>,
}

impl Customer {
    /// The currency in which the customer is billed.
    pub(crate) fn currency(&self) -> &'static str {
        self.country.currency
    }
}

/// All rows in file order.
pub(crate) fn table() -> Vec<Customer> {
    let mut random = Random::new(1);
    let mut countries = deck(&mut random);
    let mut places = BTreeMap::new();
    let mut customers: Vec<Customer> = (1..=LAST)
        .map(|number| match named::find(number) {
            Some(named) => {
                let country = country::by_code(named.country);
                let town = country.towns.iter().find(|town| town.name == named.town).unwrap_or(&country.towns[0]);
                customer(number, named.company.to_owned(), named.email.to_owned(), country, town, &mut random)
            }
            None => invented(number, &mut countries, &mut places, &mut random),
        })
        .collect();
    named::tell(&mut customers);
    let mut customers = faults::put(customers, &mut random);
    deal_rhythms(&mut customers, &mut random);
    customers
}

/// Countries by their shares, shuffled; enough for every customer.
fn deck(random: &mut Random) -> Vec<&'static Country> {
    let mut deck: Vec<&Country> = (0..=LAST / 100)
        .flat_map(|_| COUNTRIES.iter().flat_map(|country| std::iter::repeat_n(country, country.share)))
        .collect();
    random.shuffle(&mut deck);
    deck
}

fn invented(
    number: u32,
    countries: &mut Vec<&'static Country>,
    places: &mut BTreeMap<&'static str, Vec<(String, &'static str)>>,
    random: &mut Random,
) -> Customer {
    let country = countries.pop().unwrap_or(&COUNTRIES[0]);
    let Language { name, mailboxes, .. } = country.language;
    let left = places.entry(name).or_insert_with(|| language::places(country.language, random));
    let (place, trade) = left.pop().unwrap_or_default();
    let company = format!("{place} {trade} {}", random.pick(country.legal_forms));
    let word = trade.split(' ').next().unwrap_or(trade);
    let mut email = format!("{}@{}-{}.example", random.pick(mailboxes), language::slug(&place), language::slug(word));
    if random.chance(3) {
        email = email.to_uppercase();
    }
    let town = any_town(country, random);
    customer(number, company, email, country, town, random)
}

fn any_town(country: &'static Country, random: &mut Random) -> &'static Town {
    &country.towns[random.below(country.towns.len() as u64) as usize]
}

/// A customer of that name, in that town; the rest is invented.
fn customer(
    number: u32,
    company: String,
    email: String,
    country: &'static Country,
    town: &'static Town,
    random: &mut Random,
) -> Customer {
    const LIMITS: &[u64] = &[500, 1_250, 2_500, 5_000, 7_500, 10_000, 15_000, 25_000, 100_000];
    const REPS: &[&str] = &["I. Ferrant", "J. Möllring", "K. Adeyo", "L. Strandvik", "P. Quillfeather", "R. Össel"];
    let day = |random: &mut Random, last| random.between(1, last) as i8;
    Customer {
        number: format!("{number:05}"),
        company,
        email,
        phone: country::phone(country, town, random),
        street: street(country, random),
        town,
        country,
        country_name: random.pick(country.names),
        tax_number: if random.chance(6) { String::new() } else { country::tax_number(country, random) },
        rhythm: None,
        since: jiff::civil::date(random.between(2014, 2025) as i16, day(random, 12), day(random, 28)),
        credit_limit: random.pick(LIMITS),
        sales_rep: random.pick(REPS),
        old_reference: format!("L3-{}", random.digits(5)),
        fax: if random.chance(12) { country::phone(country, town, random) } else { String::new() },
        mark: None,
    }
}

/// A street with a number; some with a second line, a semicolon or a house name in quotes.
fn street(country: &Country, random: &mut Random) -> String {
    let (name, number) = (random.pick(country.streets), random.between(1, 180));
    let plain = if country.language.number_first { format!("{number} {name}") } else { format!("{name} {number}") };
    let annex = random.pick(country.language.annexes);
    match random.below(100) {
        0..6 => format!("{plain}\r\n{annex}"),
        6..10 => format!("{plain}; {annex}"),
        10..13 => format!("\"{annex}\", {plain}"),
        _ => plain,
    }
}

/// Gives every customer a word for how often it is invoiced, each word as often as the story says.
fn deal_rhythms(customers: &mut [Customer], random: &mut Random) {
    const WORDS: &[(&str, usize)] =
        &[("monthly", 731), ("qtrly", 298), ("quarterly", 57), ("yearly", 74), ("half-yr", 44)];
    let dealt = |word: &str| customers.iter().filter(|customer| customer.rhythm == Some(word)).count();
    let left = |&(word, count): &(&'static str, usize)| std::iter::repeat_n(word, count - dealt(word));
    let mut words: Vec<&str> = WORDS.iter().flat_map(left).collect();
    random.shuffle(&mut words);
    let without = customers.iter_mut().filter(|customer| customer.rhythm.is_none());
    for (customer, word) in without.zip(words) {
        customer.rhythm = Some(word);
    }
}
