//! Nothing is wrong with the customers but what is told: every rule is checked here on every row.

use std::collections::BTreeMap;

use phonenumber::country::Id;

use crate::table::{FULL, SHORT, Table, Told, customers_text};

/// The 19 names that mean a country.
const COUNTRIES: &[(&str, Id)] = &[
    ("Austria", Id::AT),
    ("Denmark", Id::DK),
    ("Deutschland", Id::DE),
    ("Dänemark", Id::DK),
    ("France", Id::FR),
    ("Frankreich", Id::FR),
    ("Germany", Id::DE),
    ("Großbritannien", Id::GB),
    ("Ireland", Id::IE),
    ("Italy", Id::IT),
    ("Netherlands", Id::NL),
    ("Niederlande", Id::NL),
    ("Schweiz", Id::CH),
    ("Spain", Id::ES),
    ("Sweden", Id::SE),
    ("Switzerland", Id::CH),
    ("United Kingdom", Id::GB),
    ("United States", Id::US),
    ("Österreich", Id::AT),
];

#[test]
fn exactly_the_told_faults_are_there() {
    let table = &SHORT.customers;
    let mut found: Vec<Told> = table.numbers().flat_map(|row| alone(table, row)).collect();
    found.extend(together(table));
    found.sort_unstable();
    assert_eq!(found, SHORT.expected("customers"));
    assert_eq!(found, FULL.expected("customers"));
}

#[test]
fn windows_1252_is_needed_and_enough() {
    let bytes = std::fs::read(&SHORT.sample.customers).expect("the customers can be read");
    assert!(str::from_utf8(&bytes).is_err(), "it is no UTF-8");
    let text = customers_text(&SHORT.sample.customers);
    let (again, _, replaced) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!replaced && *again == bytes);
    assert!(!text.contains("&#"), "no character was replaced by its number");
    assert!(text.contains("Ärzte-Labor") && text.contains("Hafenstraße") && text.contains("Écluse"));
}

#[test]
fn the_table_is_as_messy_as_told() {
    let text = customers_text(&SHORT.sample.customers);
    let head: Vec<&str> = text.split("\r\n").take(4).collect();
    assert!(head[0].starts_with("Brackwater Analytics Ltd;;") && head[1].starts_with("Customer export, Ledgerline 4;"));
    assert!(head[2].is_empty() && head[3].starts_with("Account No;Company;"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "every line ends in CRLF");

    let table = &SHORT.customers;
    let streets = |sign: &str| table.numbers().filter(|&row| table.cell(row, "Street").contains(sign)).count();
    for (sign, least) in [("\r\n", 40), (";", 20), ("\"", 15)] {
        assert!(streets(sign) >= least, "{} streets contain {sign:?}", streets(sign));
    }
    let zeros = table.numbers().filter(|&row| table.cell(row, "Postcode").starts_with('0')).count();
    assert!(zeros > 50, "{zeros} postcodes begin with a zero");
}

/// What a row shows by itself.
fn alone(table: &Table, row: u64) -> Vec<Told> {
    let cell = |column| table.cell(row, column);
    for (column, text) in table.columns.iter().zip(&table.rows[row as usize - 1]) {
        assert!(column == "Company" || text.trim() == text, "blanks around {text:?} in {column}, row {row}");
    }
    let country = country(cell("Country"));
    let checks = [
        (cell("Account No").contains("E+"), "external_id", "spreadsheet"),
        (cell("Account No").chars().count() > 255, "external_id", "length"),
        (cell("Company").is_empty(), "customer_name", "required"),
        (cell("Company").trim() != cell("Company"), "customer_name", "blanks"),
        (!is_email(cell("E-mail")), "email", "format"),
        (!is_phone(country, cell("Tel")), "phone_number", "format"),
        (country.is_none(), "address.country_code", "allowed"),
    ];
    checks.into_iter().filter(|check| check.0).map(|(_, field, rule)| (row, field, rule)).collect()
}

/// What rows show only together.
fn together(table: &Table) -> Vec<Told> {
    let twice = |column: &str, part: fn(&str) -> String| {
        let mut rows = BTreeMap::<String, Vec<u64>>::new();
        for row in table.numbers() {
            rows.entry(part(table.cell(row, column))).or_default().push(row);
        }
        rows.retain(|value, rows| !value.is_empty() && rows.len() > 1);
        rows.into_values().flatten().collect::<Vec<u64>>()
    };
    let emails = twice("E-mail", str::to_lowercase);
    let domains = twice("E-mail", |email| if is_email(email) { domain(email) } else { String::new() });
    let likenesses = domains.into_iter().filter(|row| !emails.contains(row)).map(|row| (row, "customer_name"));
    let taxes = twice("VAT no", compact).into_iter().map(|row| (row, "tax_info.tax_id"));
    let near = likenesses.chain(taxes).map(|(row, field)| (row, field, "near_duplicate"));
    let numbers = twice("Account No", str::to_owned).into_iter().map(|row| (row, "external_id", "unique"));
    near.chain(numbers).chain(emails.iter().map(|&row| (row, "email", "unique"))).collect()
}

fn domain(email: &str) -> String {
    email.split('@').next_back().unwrap_or_default().to_lowercase()
}

fn compact(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn is_email(text: &str) -> bool {
    email_address::EmailAddress::is_valid(text) && domain(text).contains('.')
}

fn country(name: &str) -> Option<Id> {
    COUNTRIES.iter().find(|known| known.0 == name).map(|known| known.1)
}

fn is_phone(country: Option<Id>, text: &str) -> bool {
    phonenumber::parse(country, text).is_ok_and(|number| number.is_valid())
}

/// Numbers are in the form of their country, or missing; there are few without one where there could be one.
#[test]
fn tax_numbers_are_in_the_form_of_their_country() {
    let table = &SHORT.customers;
    let mut without = 0;
    for row in table.numbers() {
        let number = compact(table.cell(row, "VAT no"));
        let Some(country) = country(table.cell(row, "Country")) else { continue };
        let (prefix, length) = match country.as_ref() {
            "DE" => ("DE", 11),
            "GB" => ("GB", 11),
            "AT" => ("ATU", 11),
            "CH" => ("CHE", 16),
            "DK" => ("DK", 10),
            "NL" => ("NL", 14),
            "FR" => ("FR", 13),
            "ES" => ("ES", 11),
            "IT" => ("IT", 13),
            "SE" => ("SE", 14),
            "IE" => ("IE", 10),
            _ => ("", 0),
        };
        without += u32::from(number.is_empty() && length > 0);
        assert!(number.is_empty() || number.starts_with(prefix) && number.len() == length, "{number} in row {row}");
    }
    assert!((40..100).contains(&without), "{without} customers have no tax number");
}
