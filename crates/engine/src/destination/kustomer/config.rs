//! What a connection to Kustomer consists of, checked once when it is opened.

use crate::destination::OpenError;
use crate::schema::Schema;
use crate::settings::connection::{Connection, Environment};

pub(super) const NAME: &str = "Kustomer";
/// Records in one bulk request at most (kustomer.md section 9, mark D).
pub(super) const MOST_TOGETHER: usize = 100;
/// Search calls a minute: under the 100 that one key may make (kustomer.md section 5, mark D).
pub(super) const SEARCHES_PER_MINUTE: u32 = 90;
/// Per cent of the organisation's limit, which is shared with everybody who works there (kustomer.md section 13, design).
pub(super) const SHARE: u32 = 50;

/// A region: as it is typed, as errors name it, and its host (kustomer.md section 1, mark D).
pub(super) struct Region {
    pub name: &'static str,
    pub pod: &'static str,
    pub address: &'static str,
}

pub(super) const REGIONS: [Region; 3] = [
    Region { name: "us", pod: "prod1", address: "https://api.kustomerapp.com" },
    Region { name: "eu", pod: "prod2", address: "https://api.prod2.kustomerapp.com" },
    Region { name: "in", pod: "prod4", address: "https://api.prod4.kustomerapp.com" },
];

/// By what records of one kind are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    ExternalId,
    /// The default e-mail address. That it is the first of the list is assumed (kustomer.md section 6, mark A).
    Email,
    /// A custom attribute, by its name without prefix.
    Custom(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Config {
    pub environment: Environment,
    /// The fields that name a company and a customer, as in the schema.
    pub companies: &'static str,
    pub customers: &'static str,
    /// Records in one bulk request; with 1 each goes by itself.
    pub together: usize,
}

impl Config {
    pub(super) fn of(connection: &Connection, schema: &Schema) -> Result<Self, OpenError> {
        let organisation = connection.organisation.trim();
        if !is_organisation(organisation) {
            return Err(OpenError::Organisation {
                organisation: organisation.to_owned(),
                place: "the address at which you sign in to Kustomer: it is what stands before .kustomerapp.com",
            });
        }
        let key = |dataset| schema.dataset(dataset).map_or("externalId", |dataset| dataset.identity);
        Ok(Self {
            environment: connection.environment,
            companies: key("companies"),
            customers: key("customers"),
            together: usize::from(connection.batch_size).clamp(1, MOST_TOGETHER),
        })
    }

    /// The field that names the records of a dataset.
    pub(super) fn identity(&self, dataset: &str) -> &'static str {
        if dataset == "companies" { self.companies } else { self.customers }
    }

    pub(super) fn key(&self, dataset: &str) -> Key {
        match self.identity(dataset) {
            "email" => Key::Email,
            field => field.strip_prefix(crate::schema::kustomer::CUSTOM).map_or(Key::ExternalId, Key::Custom),
        }
    }
}

/// The organisation's own host finds its region by itself; with a region, that region's host is used.
pub(in crate::destination) fn address(organisation: &str, region: Option<&str>) -> Option<String> {
    match region {
        Some(name) => REGIONS.iter().find(|region| region.name == name).map(|region| region.address.to_owned()),
        None if is_organisation(organisation) => Some(format!("https://{}.api.kustomerapp.com", organisation.trim())),
        None => None,
    }
}

/// What stands before `.kustomerapp.com`: letters, digits and hyphens.
pub(in crate::destination) fn is_organisation(text: &str) -> bool {
    let text = text.trim();
    let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
    (1..=63).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_follows_from_the_organisation_or_the_region() {
        for (organisation, region, expected) in [
            ("quillfeather", None, Some("https://quillfeather.api.kustomerapp.com")),
            (" quill-feather-2 ", None, Some("https://quill-feather-2.api.kustomerapp.com")),
            ("quillfeather", Some("eu"), Some("https://api.prod2.kustomerapp.com")),
            ("", Some("us"), Some("https://api.kustomerapp.com")),
            ("quillfeather", Some("mars"), None),
            ("", None, None),
            ("quill.example.com/", None, None),
            ("-quill", None, None),
        ] {
            assert_eq!(address(organisation, region).as_deref(), expected, "{organisation} {region:?}");
        }
    }
}
