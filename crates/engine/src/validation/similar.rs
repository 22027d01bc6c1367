//! Customers who are probably one: the same tax number, or nearly the same name at the same e-mail domain.

use std::collections::{BTreeMap, HashMap};

use rapidfuzz::distance::jaro_winkler;

use super::Located;
use crate::mapping::{Mapper, Record};
use crate::schema::finding::{Fault, Rule};
use crate::schema::{Concept, Dataset};
use crate::store::Place;
use crate::transform::Value;

/// Names alike from here on. Chosen on pairs of invented company names: below it, different firms of one trade meet.
const ALIKE: f64 = 0.88;
/// A domain used by more customers than this is a mail provider, not a company.
const SHARED_DOMAIN: usize = 8;

/// Words that say what kind of company it is, not which.
const LEGAL_FORMS: &[&str] = &[
    "gmbh", "ag", "kg", "ohg", "ug", "mbh", "co", "ltd", "limited", "llc", "llp", "plc", "inc", "corp", "company",
    "sa", "sas", "sarl", "srl", "sl", "spa", "bv", "nv", "ab", "as", "aps", "oy", "the", "and", "und", "et", "y",
];

/// A customer, reduced to what this rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub place: Place,
    pub line: u64,
    key: String,
    name: String,
    domain: String,
    email: String,
    tax: String,
}

/// Where a customer's parts stand in a record.
#[derive(Debug, Clone, Copy)]
pub struct CustomerFields {
    key: usize,
    name: usize,
    email: Option<usize>,
    tax: Option<usize>,
}

impl CustomerFields {
    /// `None` when the dataset's rows are not customers.
    pub fn of(dataset: &Dataset, mapper: &Mapper) -> Option<Self> {
        let at = |concept| dataset.by_concept(concept).and_then(|field| mapper.position(field.id));
        Some(Self {
            key: at(Concept::CustomerId)?,
            name: at(Concept::CustomerName)?,
            email: at(Concept::Email),
            tax: at(Concept::TaxId),
        })
    }

    pub fn customer(&self, place: Place, line: u64, record: &Record<'_>) -> Option<Customer> {
        let text = |index: Option<usize>| match index.and_then(|index| record.values[index].as_ref()) {
            Some(Value::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        let (name, email, tax) = (text(Some(self.name)), text(self.email), text(self.tax));
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
        let worth = !domain.is_empty() || !tax.is_empty();
        worth.then(|| Customer { place, line, key: text(Some(self.key)), name, domain, email, tax: bare(&tax) })
    }
}

/// All rows that are probably the same customer as another, each told once.
pub fn judge(customers: &mut [Customer], dataset: &'static Dataset) -> Vec<Located> {
    customers.sort_by_key(|customer| customer.place);
    let mut found: BTreeMap<Place, Located> = BTreeMap::new();
    if let Some(field) = dataset.by_concept(Concept::TaxId) {
        for group in groups(customers, |customer| &customer.tax) {
            each_pair(&group, &mut found, field.id, |one, other| {
                let message = format!(
                    "Customer “{}” ({}) has the same tax number. They are probably one; keep both only if they are really two.",
                    other.name, other.key
                );
                (one.key != other.key).then_some(message)
            });
        }
    }
    let Some(name) = dataset.by_concept(Concept::CustomerName) else { return found.into_values().collect() };
    for group in groups(customers, |customer| &customer.domain).filter(|group| group.len() <= SHARED_DOMAIN) {
        each_pair(&group, &mut found, name.id, |one, other| {
            let alike =
                jaro_winkler::normalized_similarity(plain(&one.name).chars(), plain(&other.name).chars()) >= ALIKE;
            let message = format!(
                "Customer “{}” ({}) has nearly the same name and the same e-mail domain. They are probably one; keep both only if they are really two.",
                other.name, other.key
            );
            (alike && one.key != other.key && one.email != other.email).then_some(message)
        });
    }
    found.into_values().collect()
}

fn groups<'c>(
    customers: &'c [Customer],
    by: impl Fn(&'c Customer) -> &'c String,
) -> impl Iterator<Item = Vec<&'c Customer>> {
    let mut groups: HashMap<&String, Vec<&Customer>> = HashMap::with_capacity(customers.len());
    for customer in customers {
        groups.entry(by(customer)).or_default().push(customer);
    }
    groups.retain(|key, group| !key.is_empty() && group.len() > 1);
    let mut groups: Vec<Vec<&Customer>> = groups.into_values().collect();
    groups.sort_unstable_by_key(|group| group[0].place);
    groups.into_iter()
}

fn each_pair(
    group: &[&Customer],
    found: &mut BTreeMap<Place, Located>,
    field: &'static str,
    same: impl Fn(&Customer, &Customer) -> Option<String>,
) {
    for (index, one) in group.iter().enumerate() {
        let mut others = group.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
        if let Some(message) = others.find_map(|other| same(one, other)) {
            let fault = Fault::warning(Rule::NearDuplicate, message);
            found.entry(one.place).or_insert(Located { place: one.place, line: one.line, field, value: None, fault });
        }
    }
}

/// A name without accents, punctuation and legal form, in lower case.
fn plain(name: &str) -> String {
    let ascii = deunicode::deunicode(name).to_lowercase();
    let words =
        ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !LEGAL_FORMS.contains(word));
    words.collect::<Vec<_>>().join(" ")
}

fn bare(tax: &str) -> String {
    tax.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}
