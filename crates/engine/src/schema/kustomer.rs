//! The fields Kustomer takes for companies and for the people who are its customers (kustomer.md sections 6 to 8).
//!
//! Ids are Kustomer's own words where one value is one member. A list of Kustomer (e-mail addresses, telephone numbers,
//! addresses …) has a field here for each entry a file usually has; how entries become lists, and how lists are merged
//! with what is there, is `destination/kustomer`'s business.

use std::sync::OnceLock;

use super::field::field;
use super::{Concept as C, Consequences, Dataset, Field, Kind as K, List, Schema};

/// The prefix of custom attributes.
pub const CUSTOM: &str = "custom.";

/// What a custom attribute holds, by the ending of its name (kustomer.md section 8, mark D; `Tree` mark T). An `Id` can
/// only be set where the account says of what (mark D); the value of a `Tree` is taken to be the id of a node (mark A).
const SUFFIXES: &[(&str, K)] = &[
    ("Str", K::Text),
    ("Num", K::Decimal),
    ("At", K::DateTime),
    ("Bool", K::Boolean),
    ("Txt", K::Text),
    ("Url", K::Text),
    ("Tree", K::Text),
    ("Id", K::Id),
];

/// What Kustomer keeps as entries of lists (kustomer.md section 6).
const LISTS: &[List] = &[
    List { name: "emails", label: "E-mail addresses", fields: &["email", "email2"] },
    List { name: "phones", label: "Phone numbers", fields: &["phone", "mobile"] },
    List { name: "urls", label: "Pages", fields: &["website"] },
    List { name: "domains", label: "Domains", fields: &["domain"] },
    List { name: "socials", label: "Profiles", fields: &["linkedin", "twitter"] },
    List { name: "locations", label: "Addresses", fields: &["location."] },
    List { name: "tags", label: "Tags", fields: &["tags"] },
];

/// Characters of a text attribute: certain for `Str` (kustomer.md section 8, mark D), taken to hold for `Txt` (U13).
const LONGEST: usize = 1024;
/// Workflows are the account's own: which there are cannot be asked (kustomer.md).
const WORKFLOWS: &str = "Workflows in Kustomer may act on what is created or changed. Ask those who look after them whether they should rest.";

pub fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema { destination: "kustomer", datasets: vec![companies(), customers()] })
}

fn companies() -> Dataset {
    let mut fields = vec![
        field(
            "externalId",
            "Company number",
            K::Id,
            C::CompanyId,
            "The number by which the old system knows the company. Carryover finds the company by it.",
        )
        .required()
        .unique()
        .at_most(256),
        field("name", "Name", K::Text, C::CompanyName, "Name of the company, of three characters or more.")
            .required()
            .no_shorter_than(3)
            .at_most(255),
        field("email", "E-mail", K::Email, C::Email, "An address of the company. It is added to those Kustomer has."),
        field("phone", "Phone", K::Phone, C::Phone, "With country code. It is added to those Kustomer has."),
        field("website", "Website", K::Text, C::Website, "Address of the company’s pages."),
        field("domain", "Domain", K::Text, C::Domain, "What stands behind the @ of the company’s addresses."),
        field("employeeCount", "Employees", K::Integer, C::Employees, "How many people work there.").at_least(0),
    ];
    fields.extend(location());
    fields.extend(marks());
    Dataset {
        id: "companies",
        label: "Companies",
        identity: "externalId",
        keys: &["externalId"],
        changes: true,
        lists: LISTS,
        parts: &[],
        open_prefix: Some(CUSTOM),
        suffixes: SUFFIXES,
        longest_free: Some(LONGEST),
        grouped_by: None,
        money: None,
        consequences: Consequences {
            held_back: None,
            afterwards: None,
            set_off: Some(WORKFLOWS),
            unverified: None,
            undo: "New companies without customers can be taken back from here as long as nobody has changed them. Changed companies keep the change.",
            lasting: false,
        },
        fields,
    }
}

fn customers() -> Dataset {
    let mut fields = vec![
        field("externalId", "Customer number", K::Id, C::ContactId, "The number by which the old system knows the person. Carryover finds the customer by it, and Kustomer takes each number once.").required().unique().at_most(255),
        field("name", "Name", K::Text, C::ContactName, "Full name of the person.").at_most(256),
        field("company", "Company number", K::Id, C::Employer, "The number of the company the person belongs to, as in Companies.").refers_to("companies", "externalId"),
        field("email", "E-mail", K::Email, C::Email, "The default address. Kustomer takes each address for one customer only.").unique(),
        field("email2", "Another e-mail", K::Email, C::OtherEmail, "A further address of the person.").unique(),
        field("phone", "Phone", K::Phone, C::Phone, "With country code. Kustomer takes each number for one customer only.").unique(),
        field("mobile", "Mobile", K::Phone, C::Mobile, "With country code. Kustomer takes each number for one customer only.").unique(),
        field("website", "Website", K::Text, C::Website, "Address of a page of the person."),
        field("linkedin", "LinkedIn", K::Text, C::LinkedIn, "Name of the person’s profile."),
        field("twitter", "Twitter", K::Text, C::Twitter, "Name of the person’s account."),
        field("username", "User name", K::Text, C::Own, "Name by which the person signs in.").at_most(256),
        field("birthdayAt", "Birthday", K::Date, C::Birthday, "Day of birth."),
        field("gender", "Gender", K::Choice, C::Gender, "m or f.").one_of(&["m", "f"]),
        field("timeZone", "Time zone", K::Text, C::TimeZone, "As in Europe/Berlin.").at_most(64),
        field("signedUpAt", "Signed up", K::DateTime, C::CustomerSince, "When the person became a customer."),
    ];
    fields.extend(location());
    fields.extend(marks());
    Dataset {
        id: "customers",
        label: "Customers",
        identity: "externalId",
        keys: &["externalId", "email"],
        changes: true,
        lists: LISTS,
        parts: &[],
        open_prefix: Some(CUSTOM),
        suffixes: SUFFIXES,
        longest_free: Some(LONGEST),
        grouped_by: None,
        money: None,
        consequences: Consequences {
            held_back: None,
            afterwards: None,
            set_off: Some(WORKFLOWS),
            unverified: None,
            undo: "New customers can be deleted in Kustomer by hand. Changed customers keep the change.",
            lasting: false,
        },
        fields,
    }
}

/// One address (kustomer.md section 6, `locations[]`).
fn location() -> [Field; 7] {
    [
        field("location.address", "Street", K::Text, C::AddressLine1, "First line of the address.").at_most(256),
        field("location.address2", "Address line 2", K::Text, C::AddressLine2, "Second line of the address.")
            .at_most(256),
        field("location.address3", "Address line 3", K::Text, C::AddressLine3, "Third line of the address.")
            .at_most(256),
        field("location.cityName", "City", K::Text, C::City, "City of the address.").at_most(128),
        field("location.regionName", "State", K::Text, C::State, "State or province of the address.").at_most(128),
        field("location.zipCode", "Postcode", K::Id, C::PostCode, "Postcode of the address, with its leading zeros.")
            .at_most(30),
        field(
            "location.countryCode",
            "Country",
            K::Country,
            C::Country,
            "Two-letter code of the country; names are translated.",
        ),
    ]
}

/// What both kinds of records are marked with. The two times are sent when a record is made and never afterwards: updates
/// of companies do not take them (kustomer.md section 7).
fn marks() -> [Field; 4] {
    [
        field(
            "tags",
            "Tags",
            K::Text,
            C::Tags,
            "Words parted by commas, at most 20. They are added to those Kustomer has.",
        ),
        field("defaultLang", "Language", K::Text, C::Language, "Code of the language, as in en_gb.").at_most(100),
        field(
            "createdAt",
            "Made on",
            K::DateTime,
            C::Own,
            "When the old system made the record. Sent when it is created, never when it is changed. That a key may set it is not verified against a live account.",
        ),
        field(
            "importedAt",
            "Imported on",
            K::DateTime,
            C::ImportedAt,
            "Marks the record as brought in from elsewhere, so that it can be found again. Sent when it is created, never when it is changed. That a key may set it is not verified against a live account.",
        ),
    ]
}
