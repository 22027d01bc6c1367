//! What columns are called in four languages, and which words beside a name change what it means.
//!
//! The names themselves are data (`words.txt`), in any spelling: they are compared as [`super::header`] spells them.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use crate::schema::{Concept as C, Dataset};

pub(super) const NAMES: &str = include_str!("words.txt");

/// Words beside an address that is not the billing one: it belongs to the delivery fields.
pub(super) const DELIVERY: &[&str] = &[
    "shipping",
    "shipping address",
    "ship to",
    "ship to address",
    "ship",
    "delivery",
    "deliver to",
    "delivery address",
    "sa",
    "liefer",
    "liefer address",
    "lieferung",
    "livraison",
    "address livraison",
    "envio",
    "address envio",
    "entrega",
    "address entrega",
];

/// Words that make another thing of a name: another person, time or document.
const FOREIGN_WORDS: &str = "fax parent owner manager rep salesperson agent partner vendor supplier lieferant employee staff user \
    card bank iban bic old previous former last first modified updated deleted next discount famille geburt birth \
    refund refunded refunds converted exchange tax vat gst secondary alternate cc bcc total balance paid due cancel \
    canceled cancelled trial status notice shipping ship delivery template master website url domain skype created \
    changed mobile opening outstanding signed job department lead campaign password count percent current \
    limit group category class preferred locale salutation seller payee anrede civilite language sprache langue idioma sales \
    vertreter betreuer sachbearbeiter gestionnaire verantwortlicher commercial comercial agente responsable closed approved mrr arr kaution deposit risk riesgo";

/// Words that say which property of a thing a column is.
const PROPERTY_WORDS: &str = "payment invoice renewal rate price amount cost revenue id number code key type date name start end \
    unit value length duration term terms version reason 2 3 4 5";

/// What a customer is called in files about something else.
const CUSTOMERS: [&str; 10] =
    ["customer", "account", "company", "contact", "debitor", "tenant", "holder", "subscriber", "buyer", "payer"];

/// Words of a list, to be looked up.
type Words = LazyLock<HashSet<&'static str>>;

static FOREIGN: Words = LazyLock::new(|| FOREIGN_WORDS.split_whitespace().collect());
static PROPERTY: Words = LazyLock::new(|| PROPERTY_WORDS.split_whitespace().collect());
static HARMLESS_TO_USAGE: Words = LazyLock::new(|| {
    let words = "usage event record metered meter raw measure measured reading sell sold bill to 1 billable billed rated session \
        transaction consumption operation activity log entry trip charging call net at on";
    words.split_whitespace().collect()
});
static HARMLESS_TO_CONTRACTS: Words = LazyLock::new(|| {
    let words = "contract subscription agreement order line deal recurring sell sold bill to 1 membership policy lease rent \
        license maintenance plan product item service tariff monthly annual month year net base fixed regular on at";
    words.split_whitespace().collect()
});
static HARMLESS_TO_CUSTOMERS: Words = LazyLock::new(|| {
    let words = "customer account company billing bill to primary main contact business invoice po mailing registered legal \
        work office fiscal debtor debitor buyer organization headquarters head principal default general home \
        residence official professional central 1";
    words.split_whitespace().collect()
});

/// Every word that may stand beside a name, whatever it does to it.
pub(super) fn beside() -> impl Iterator<Item = &'static str> {
    let harmless = [&HARMLESS_TO_USAGE, &HARMLESS_TO_CONTRACTS, &HARMLESS_TO_CUSTOMERS];
    harmless.into_iter().chain([&FOREIGN, &PROPERTY]).flat_map(|words| words.iter().copied())
}

/// A name of something, and whether it is used for nothing else.
pub(super) struct Named<T> {
    pub(super) means: T,
    pub(super) name: &'static str,
    pub(super) sure: bool,
}

/// What a name means that any record has, whatever it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Generic {
    /// What tells it from all others.
    Identity,
    Name,
}

/// Names that mean the record itself.
const GENERICS: [(Generic, &str, bool); 9] = [
    (Generic::Identity, "id", true),
    (Generic::Identity, "internal id", true),
    (Generic::Identity, "record id", true),
    (Generic::Identity, "object id", true),
    (Generic::Identity, "number", false),
    (Generic::Identity, "code", false),
    (Generic::Identity, "key", false),
    (Generic::Identity, "reference", false),
    (Generic::Name, "name", true),
];

/// Every name in `words.txt`.
pub(super) fn names() -> Vec<Named<C>> {
    let mut names = Vec::new();
    let mut concept = None;
    for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            concept = concept_called(section);
        } else if let (Some(concept), Some((sureness, list))) = (concept, line.split_once(": ")) {
            names.extend(list.split(", ").map(|name| Named { means: concept, name, sure: sureness == "sure" }));
        }
    }
    names
}

/// A concept by its name in saved data.
fn concept_called(name: &str) -> Option<C> {
    let name: serde::de::value::StrDeserializer<Error> = name.into_deserializer();
    C::deserialize(name).ok()
}

/// Words that may stand beside a name without changing what it means, by what the file is about.
pub(super) fn is_harmless(dataset: &Dataset, word: &str) -> bool {
    if is_employer(dataset, word) {
        return false;
    }
    let words = match dataset.id {
        "usage" => &HARMLESS_TO_USAGE,
        "contracts" => &HARMLESS_TO_CONTRACTS,
        _ => &HARMLESS_TO_CUSTOMERS,
    };
    words.contains(word)
}

/// Whether a word beside a name makes another thing of it.
pub(super) fn is_other(dataset: &Dataset, word: &str) -> bool {
    is_foreign(dataset, word) || (!is_harmless(dataset, word) && PROPERTY.contains(word))
}

/// Whether a word speaks of another person, time or document than the record's own.
pub(super) fn is_foreign(dataset: &Dataset, word: &str) -> bool {
    !is_harmless(dataset, word)
        && (FOREIGN.contains(word) || is_of_customer(dataset, word) || is_employer(dataset, word))
}

/// In files that are not about customers, what is the customer's is not the record's.
pub(super) fn is_of_customer(dataset: &Dataset, word: &str) -> bool {
    matches!(dataset.id, "usage" | "contracts") && CUSTOMERS.contains(&word)
}

/// Among people who belong to companies, what is the company's is not the person's.
fn is_employer(dataset: &Dataset, word: &str) -> bool {
    dataset.by_concept(C::Employer).is_some()
        && matches!(word, "company" | "account" | "organization" | "organisation" | "employer" | "firma" | "business")
}

/// In contracts, how long something runs or when it falls due is no quantity of it.
pub(super) fn is_span(dataset: &Dataset, word: &str) -> bool {
    dataset.id == "contracts" && matches!(word, "duration" | "day" | "days" | "month" | "period" | "term")
}

/// The concept of the delivery address in place of that of the billing one.
pub(super) fn delivered(concept: C) -> Option<C> {
    Some(match concept {
        C::AddressLine1 => C::ShipLine1,
        C::AddressLine2 => C::ShipLine2,
        C::City => C::ShipCity,
        C::State => C::ShipState,
        C::PostCode => C::ShipPostCode,
        C::Country => C::ShipCountry,
        _ => return None,
    })
}

/// Every name of the record itself.
pub(super) fn generics() -> Vec<Named<Generic>> {
    GENERICS.iter().map(|&(means, name, sure)| Named { means, name, sure }).collect()
}

/// The field of a dataset that such a name means, and whether it leaves no doubt there.
pub(super) fn generic(dataset: &Dataset, means: Generic, sure: bool) -> Option<(C, bool)> {
    // The usual key, whichever is chosen: what a column is called does not depend on that.
    let identity = dataset.keys.first().and_then(|key| dataset.field(key))?.concept;
    match (means, identity) {
        (Generic::Identity, identity) => Some((identity, sure)),
        (Generic::Name, C::CustomerId) => Some((C::CustomerName, sure)),
        (Generic::Name, C::CompanyId) => Some((C::CompanyName, sure)),
        (Generic::Name, C::ContactId) => Some((C::ContactName, sure)),
        // The name of a line of a contract may be the product’s.
        (Generic::Name, C::ContractReference) => Some((C::ContractName, false)),
        (Generic::Name, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{C, NAMES, concept_called, names};
    use crate::mapping::header;
    use crate::schema::zenskar;

    #[test]
    fn every_section_is_a_concept_and_every_name_has_words() {
        let sections = NAMES.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
        for section in sections {
            assert!(concept_called(section).is_some(), "{section} is no concept");
        }
        let lists = NAMES.lines().filter(|line| !line.starts_with('#') && line.contains(": "));
        let listed: usize = lists.map(|line| line.split(", ").count()).sum();
        assert_eq!(names().len(), listed, "a list stands outside a section");
        for named in names() {
            assert!(!header::words(named.name).is_empty(), "{} says nothing", named.name);
        }
    }

    #[test]
    fn what_is_sure_means_one_thing_in_each_dataset() {
        let mut collisions = Vec::new();
        for dataset in &zenskar::schema().datasets {
            let mut meant: HashMap<Vec<String>, (C, &str)> = HashMap::new();
            for named in names().into_iter().filter(|named| named.sure && dataset.by_concept(named.means).is_some()) {
                let (other, name) = *meant.entry(header::words(named.name)).or_insert((named.means, named.name));
                if other != named.means {
                    collisions
                        .push(format!("{}: {name} is {other:?}, {} is {:?}", dataset.id, named.name, named.means));
                }
            }
        }
        assert_eq!(collisions, [""; 0]);
    }
}
