//! What columns are called in four languages, and which words beside a name change what it means.
//!
//! The names themselves are data (`words.txt`), in any spelling: they are compared as [`super::header`] spells them.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use crate::schema::{Concept as C, Dataset};

const NAMES: &str = include_str!("words.txt");

/// Words in front of an address that is not the billing one: it belongs to the delivery fields.
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
    "lieferung",
    "lieferadresse",
    "lieferanschrift",
    "livraison",
    "address livraison",
    "envio",
    "entrega",
    "address envio",
];

/// Words that make another thing of a name: another person, time or document, or only a property of the thing.
const OTHER: &str = "fax parent owner manager rep salesperson agent partner vendor supplier lieferant employee staff user \
    card bank iban bic old alt alte previous former last first vorname nachname modified updated deleted next discount \
    refund refunded refunds converted exchange tax vat gst secondary alternate cc bcc total balance paid due cancel \
    canceled cancelled trial status notice shipping ship delivery template master website url domain skype created \
    changed mobile invoice payment opening outstanding signed renewal job department lead campaign password count percent \
    rate price amount cost revenue limit id number code key type date name current \
    start end value length duration term terms version reason group category class";

/// One name of a concept, and whether it is used for nothing else.
pub(super) struct Named {
    pub(super) concept: C,
    pub(super) name: &'static str,
    pub(super) sure: bool,
}

/// Every name in `words.txt`.
pub(super) fn names() -> Vec<Named> {
    let mut names = Vec::new();
    let mut concept = None;
    for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            concept = concept_called(section);
        } else if let (Some(concept), Some((sureness, list))) = (concept, line.split_once(": ")) {
            names.extend(list.split(", ").map(|name| Named { concept, name, sure: sureness == "sure" }));
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
    let words: &[&str] = match dataset.id {
        "usage" => &["usage", "event", "record", "metered", "meter", "consumption", "raw"],
        "contracts" => &[
            "contract",
            "subscription",
            "agreement",
            "order",
            "vertrag",
            "abo",
            "vertrags",
            "contrat",
            "contrato",
            "line",
        ],
        _ => &[
            "customer",
            "client",
            "account",
            "company",
            "billing",
            "bill",
            "to",
            "kunde",
            "rechnung",
            "rechnungs",
            "cliente",
            "facturation",
            "facturacion",
            "primary",
            "main",
            "contact",
            "business",
            "organization",
            "invoice",
            "po",
            "mailing",
        ],
    };
    words.contains(&word)
}

/// Whether a word beside a name makes another thing of it.
pub(super) fn is_other(dataset: &Dataset, word: &str) -> bool {
    // In files that are not about customers, what is the customer's is not the record's.
    let foreign = matches!(dataset.id, "usage" | "contracts")
        && matches!(word, "customer" | "client" | "account" | "company" | "contact" | "kunde" | "cliente" | "debitor");
    let foreign = foreign || is_employer(dataset, word);
    !is_harmless(dataset, word) && (foreign || OTHER.split_whitespace().any(|other| other == word))
}

/// Among people who belong to companies, what is the company's is not the person's.
fn is_employer(dataset: &Dataset, word: &str) -> bool {
    dataset.by_concept(C::Employer).is_some()
        && matches!(word, "company" | "account" | "organization" | "organisation" | "employer" | "firma" | "business")
}

/// The concept a delivery address field has in place of the billing one.
pub(super) fn delivered(concept: C) -> Option<C> {
    Some(match concept {
        C::ShipLine1 => C::AddressLine1,
        C::ShipLine2 => C::AddressLine2,
        C::ShipCity => C::City,
        C::ShipState => C::State,
        C::ShipPostCode => C::PostCode,
        C::ShipCountry => C::Country,
        _ => return None,
    })
}

/// Names that mean the record itself, its number and its name; and whether they leave no doubt.
pub(super) fn generic(dataset: &Dataset, concept: C) -> &'static [(&'static str, bool)] {
    // The usual key, whichever is chosen: what a column is called does not depend on that.
    let identity = dataset.keys.first().and_then(|key| dataset.field(key)).map(|field| field.concept);
    match concept {
        _ if identity == Some(concept) => &[
            ("id", true),
            ("internal id", true),
            ("record id", true),
            ("object id", true),
            ("number", false),
            ("code", false),
            ("key", false),
            ("reference", false),
        ],
        C::CustomerName if identity == Some(C::CustomerId) => &[("name", true)],
        C::CompanyName if identity == Some(C::CompanyId) => &[("name", true)],
        C::ContactName if identity == Some(C::ContactId) => &[("name", true)],
        // The name of a line of a contract may be the product's.
        C::ContractName if identity == Some(C::ContractReference) => &[("name", false)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, concept_called, names};
    use crate::mapping::header;

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
}
