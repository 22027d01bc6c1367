//! What is settled once every field has its column: how numbers are dialled, names in two columns, an amount without a
//! currency, and what is kept of the columns that are left.
//!
//! Which column is whose is [`super::suggest`]'s business.

use std::collections::HashSet;

use super::content::{self, count};
use super::{Confidence, FieldMapping, header};
use crate::intake::{ColumnProfile, ColumnType};
use crate::schema::{Concept, Dataset, Field, Kind};
use crate::transform::{Step, slug};

/// Numbers without a country code need the row's country, or the user's word.
pub(super) fn settle_phones(dataset: &Dataset, fields: &mut [FieldMapping], columns: &[ColumnProfile]) {
    let country = dataset.fields.iter().position(|field| field.concept == Concept::Country);
    let country = country.and_then(|index| fields[index].columns.first().cloned());
    let phones = dataset.fields.iter().zip(fields).filter(|(field, _)| field.kind == Kind::Phone);
    for (_, phone) in phones {
        settle_phone(phone, country.as_deref(), columns);
    }
}

fn settle_phone(phone: &mut FieldMapping, country: Option<&str>, columns: &[ColumnProfile]) {
    let Some(profile) = phone.columns.first().and_then(|name| columns.iter().find(|column| column.name == *name))
    else {
        return;
    };
    let international = content::is_international(profile, &phone.steps);
    let by_country = !international && country.is_some();
    phone.steps.push(Step::Phone { region: None, by_country });
    if let Some(country) = country.filter(|_| by_country) {
        phone.why = format!("{}; country from “{country}”", phone.why);
        phone.columns.push(country.to_owned());
    } else if !international {
        phone.confidence = Confidence::Question;
        "Numbers without a country code".clone_into(&mut phone.why);
    }
}

/// Where there is no column for the whole name of a person: first name and last name.
pub(super) fn join_names(dataset: &Dataset, fields: &mut [FieldMapping], columns: &[ColumnProfile]) {
    let whole = dataset.fields.iter().position(is_whole_name);
    let Some(name) = whole.map(|index| &mut fields[index]).filter(|name| !name.is_mapped()) else { return };
    if let Some((first, last)) = first_and_last(columns) {
        name.columns = vec![first, last];
        name.steps = vec![Step::Join { separator: " ".to_owned() }, Step::Trim];
        name.confidence = Confidence::Likely;
        "First and last name together".clone_into(&mut name.why);
    }
}

pub(super) fn is_whole_name(field: &Field) -> bool {
    matches!(field.concept, Concept::CustomerName | Concept::ContactName)
}

/// The columns of a person's first and last name.
pub(super) fn first_and_last(columns: &[ColumnProfile]) -> Option<(String, String)> {
    const FIRST: &[&str] = &["first name", "vorname", "prenom", "given name"];
    const LAST: &[&str] = &["last name", "surname", "nachname", "family name", "familienname", "apellido", "apellidos"];
    let named = |names: &[&str]| {
        let words: Vec<_> = names.iter().map(|name| header::words(name)).collect();
        columns.iter().find(|column| words.contains(&header::words(&column.name))).map(|column| column.name.clone())
    };
    Some((named(FIRST)?, named(LAST)?))
}

/// An amount without a currency may be a quantity: what is sold by the piece is often called so.
pub(super) fn doubt_amount(dataset: &Dataset, fields: &mut [FieldMapping]) {
    let Some(money) = dataset.money.filter(|_| dataset.by_concept(Concept::Amount).is_some()) else { return };
    let without = !fields.iter().any(|field| field.field == money.currency && field.is_mapped());
    let amount = fields.iter_mut().find(|field| field.field == money.amount && field.confidence == Confidence::Certain);
    if let Some(amount) = amount.filter(|_| without) {
        amount.confidence = Confidence::Likely;
        amount.why = format!("{}; no currency stands beside it", amount.why);
    }
}

/// Every other column of a usage file becomes a free field: an event keeps what was recorded with it.
pub(super) fn keep_left_over(dataset: &Dataset, fields: &mut Vec<FieldMapping>, columns: &[ColumnProfile]) {
    let used: HashSet<String> = fields.iter().flat_map(|field| field.columns.clone()).collect();
    let mut taken: HashSet<String> = fields.iter().map(|field| field.field.clone()).collect();
    for profile in columns.iter().filter(|profile| profile.kind != ColumnType::Empty && !used.contains(&profile.name)) {
        let (kind, fit) = content::free(profile);
        let Some(id) = free_id(dataset, &profile.name, kind, &taken) else { return };
        taken.insert(id.clone());
        let asked = fit.question.is_some();
        fields.push(FieldMapping {
            columns: vec![profile.name.clone()],
            steps: fit.steps,
            confidence: if asked { Confidence::Question } else { Confidence::Likely },
            why: fit.question.unwrap_or_else(|| format!("Kept as it is; {} filled", count(profile.filled))),
            kind: Some(kind),
            ..FieldMapping::unmapped(&id)
        });
    }
}

/// `data.api_calls`, or `data.api_calls_2` when that is taken; `custom.apiCallsNum` where endings tell what is held. `None`
/// where the dataset takes no free fields.
pub(super) fn free_id(dataset: &Dataset, column: &str, kind: Kind, taken: &HashSet<String>) -> Option<String> {
    let prefix = dataset.open_prefix?;
    let slug = slug(column);
    let name = if slug.is_empty() { "column" } else { &slug };
    let (name, ending) = match dataset.suffix(kind) {
        Some(ending) => (camel(name), ending),
        None => (name.to_owned(), ""),
    };
    let mut id = format!("{prefix}{name}{ending}");
    let mut number = 1_u32;
    while taken.contains(&id) {
        number += 1;
        let parted = if ending.is_empty() { "_" } else { "" };
        id = format!("{prefix}{name}{parted}{number}{ending}");
    }
    Some(id)
}

/// `api_calls` as `apiCalls`.
fn camel(slug: &str) -> String {
    let mut words = slug.split(['_', '-']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        name + &head.to_uppercase() + tail
    })
}
