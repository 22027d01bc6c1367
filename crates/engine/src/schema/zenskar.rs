//! The fields Zenskar takes (reference: its public API pages for customers, usage ingestion and `contract_v2`).
//!
//! Contracts are flat here: one row is one line, rows with the same reference are one contract. How a row becomes a
//! request is `destination/zenskar/encode`'s business.

use std::sync::OnceLock;

use super::field::field;
use super::{Concept as C, Consequences, Dataset, Field, Kind as K, List, Money, Part, Schema};

/// Pricing models a flat row can express: one amount, with or without a quantity.
pub const PRICE_MODELS: &[&str] = &["flat_fee", "per_unit"];
/// When a period is billed: `prepaid` in advance, `postpaid` in arrears.
pub const BILLING_TIMINGS: &[&str] = &["prepaid", "postpaid"];

/// Where the lines of a contract stand in its request (zenskar.md section 4), by the fields they are made of.
const CONTRACT_PARTS: &[Part] = &[
    Part { path: "id", label: "Contract" },
    Part { path: "source.source_id", label: "Contract" },
    Part { path: "customer_id", label: "Customer number" },
    Part { path: "renewal_policy", label: "Renews by itself" },
    Part { path: "phases", label: "Phases" },
    Part { path: "phases.name", label: "Phase" },
    Part { path: "phases.start_date", label: "Phase start" },
    Part { path: "phases.end_date", label: "Phase end" },
    Part { path: "phases.pricings", label: "Lines" },
    Part { path: "phases.pricings.pricing_id", label: "Price" },
    Part { path: "phases.pricings.product_id", label: "Product" },
    Part { path: "phases.pricings.external_id", label: "Line number" },
    Part { path: "phases.pricings.description", label: "Description" },
];

pub fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema { destination: "zenskar", datasets: vec![customers(), usage(), contracts()] })
}

fn of_customer(field: Field) -> Field {
    field.refers_to("customers", "external_id")
}

fn customers() -> Dataset {
    Dataset {
        id: "customers",
        label: "Customers",
        identity: "external_id",
        keys: &["external_id"],
        changes: true,
        lists: &[List { name: "tax_info", label: "Tax numbers", fields: &["tax_info."] }],
        parts: &[],
        open_prefix: Some("custom_data."),
        suffixes: &[],
        longest_free: None,
        grouped_by: None,
        money: None,
        consequences: Consequences {
            held_back: Some("Customers get no messages and no automatic charges."),
            afterwards: Some("Messages and automatic charges stay off until somebody switches them on in Zenskar."),
            set_off: None,
            unverified: None,
            undo: "New customers can be taken back from here as long as nobody has changed them. Changed customers keep the change.",
            lasting: false,
        },
        fields: vec![
            field("external_id", "Customer number", K::Id, C::CustomerId, "The number by which the old system knows the customer. Carryover finds the customer by it, so every customer needs one.").required().unique().at_most(255),
            field("customer_name", "Name", K::Text, C::CustomerName, "Full name of the company or person.").required(),
            field("email", "E-mail", K::Email, C::Email, "Where invoices go. Zenskar takes each address for one customer only.").unique(),
            field("phone_number", "Phone", K::Phone, C::Phone, "With country code; Zenskar refuses a number it cannot read."),
            field("address.line1", "Street", K::Text, C::AddressLine1, "First line of the billing address, which decides the tax."),
            field("address.line2", "Address line 2", K::Text, C::AddressLine2, "Second line of the billing address."),
            field("address.line3", "Address line 3", K::Text, C::AddressLine3, "Third line of the billing address."),
            field("address.city", "City", K::Text, C::City, "City of the billing address."),
            field("address.state", "State", K::Text, C::State, "State or province of the billing address."),
            field("address.zipCode", "Postcode", K::Id, C::PostCode, "Postcode of the billing address, with its leading zeros."),
            field("address.country_code", "Country", K::Country, C::Country, "Two-letter code of the country; names are translated."),
            field("ship_to_address.line1", "Delivery street", K::Text, C::ShipLine1, "Only where it differs from the billing address."),
            field("ship_to_address.line2", "Delivery line 2", K::Text, C::ShipLine2, "Only where it differs from the billing address."),
            field("ship_to_address.city", "Delivery city", K::Text, C::ShipCity, "Only where it differs from the billing address."),
            field("ship_to_address.state", "Delivery state", K::Text, C::ShipState, "Only where it differs from the billing address."),
            field("ship_to_address.zipCode", "Delivery postcode", K::Id, C::ShipPostCode, "Only where it differs from the billing address."),
            field("ship_to_address.country_code", "Delivery country", K::Country, C::ShipCountry, "Only where it differs from the billing address."),
            field("tax_info.tax_id", "Tax number", K::Id, C::TaxId, "VAT, GST or similar number of the customer."),
            field("tax_info.country_code", "Tax country", K::Country, C::TaxCountry, "Country that gave the tax number; the billing country where empty."),
            field("tax_info.tax_code", "Kind of tax number", K::Choice, C::TaxKind, "VAT, GST, TIN …; found from the country where empty.").one_of(&["VAT", "GST", "GST/HST", "GST/IRD", "TIN", "JCT", "CNPJ", "SST", "NPWP", "MVA"]),
            field("communications_enabled", "Send messages", K::Boolean, C::SendMessages, "Whether Zenskar may write to the customer. Off until you have signed off.").preset("false"),
            field("auto_charge_enabled", "Charge automatically", K::Boolean, C::ChargeAutomatically, "Whether invoices are charged by themselves. Off until you have signed off.").preset("false"),
            field("business_entity_id", "Business entity", K::Id, C::Entity, "Zenskar's id of the legal entity that bills this customer. It cannot be changed later."),
        ],
    }
}

fn usage() -> Dataset {
    Dataset {
        id: "usage",
        label: "Usage",
        identity: "data.event_id",
        keys: &["data.event_id"],
        changes: false,
        lists: &[],
        parts: &[],
        open_prefix: Some("data."),
        suffixes: &[],
        longest_free: None,
        grouped_by: None,
        money: Some(Money {
            amount: "data.amount",
            quantity: None,
            cadence: None,
            currency: "data.currency",
            date: "timestamp",
        }),
        consequences: Consequences {
            held_back: None,
            afterwards: None,
            set_off: None,
            unverified: Some(
                "Times are sent in UTC. That Zenskar reads them so is not verified against a live account: look at one event there.",
            ),
            undo: "Usage events cannot be deleted in Zenskar. They can only be corrected by further events.",
            lasting: true,
        },
        fields: vec![
            field(
                "stream",
                "Usage stream",
                K::Slug,
                C::Stream,
                "The stream (meter) the event belongs to. One stream for the whole file, or the column that names it.",
            )
            .required()
            .preset("usage"),
            of_customer(
                field("customer_id", "Customer number", K::Id, C::CustomerId, "The customer number as in Customers.")
                    .required(),
            ),
            field(
                "timestamp",
                "Time",
                K::DateTime,
                C::EventTime,
                "When the usage happened. A time without zone is taken as UTC and is not shifted.",
            )
            .required(),
            field(
                "data.event_id",
                "Event number",
                K::Id,
                C::EventId,
                "Names the event, so that it can be recognised if it is met twice.",
            )
            .unique(),
            field("data.quantity", "Quantity", K::Decimal, C::Quantity, "How much was used."),
            field("data.unit", "Unit", K::Text, C::Unit, "What is counted."),
            field(
                "data.amount",
                "Amount",
                K::Decimal,
                C::Amount,
                "Value of the event in its currency; used for the control totals.",
            ),
            field("data.currency", "Currency", K::Currency, C::Currency, "Currency of the amount."),
        ],
    }
}

fn contracts() -> Dataset {
    Dataset {
        id: "contracts",
        label: "Contracts",
        identity: "contract_reference",
        keys: &["contract_reference"],
        changes: true,
        lists: &[],
        parts: CONTRACT_PARTS,
        open_prefix: Some("custom_data."),
        suffixes: &[],
        longest_free: None,
        grouped_by: Some("contract_reference"),
        money: Some(Money {
            amount: "unit_amount",
            quantity: Some("quantity"),
            cadence: Some("cadence"),
            currency: "currency",
            date: "start_date",
        }),
        consequences: Consequences {
            held_back: Some("Contracts go in as drafts. Nothing is billed by this upload."),
            afterwards: Some("Contracts stay drafts until somebody activates them in Zenskar."),
            set_off: None,
            unverified: Some(
                "Amounts are sent in the currency’s main unit. That Zenskar reads them so is not verified against a live account: look at one contract there.",
            ),
            undo: "Draft contracts can be taken back from here as long as nobody has changed them.",
            lasting: false,
        },
        fields: vec![
            field(
                "contract_reference",
                "Contract",
                K::Id,
                C::ContractReference,
                "The number of the contract. Rows with the same number become one contract with several lines.",
            )
            .required()
            .at_most(255),
            of_customer(
                field(
                    "customer_external_id",
                    "Customer number",
                    K::Id,
                    C::CustomerId,
                    "The customer number as in Customers.",
                )
                .required(),
            ),
            field("name", "Name", K::Text, C::ContractName, "Name of the contract; its number where empty."),
            field("description", "Description", K::Text, C::Description, "Text on the line."),
            field("currency", "Currency", K::Currency, C::Currency, "One currency for the whole contract.").required(),
            field("start_date", "Start", K::Date, C::StartDate, "First day of the contract.").required(),
            field("end_date", "End", K::Date, C::EndDate, "Last day of the contract; empty for an open end."),
            field(
                "phase_name",
                "Phase",
                K::Text,
                C::PhaseName,
                "Name of the phase the line belongs to; one phase where empty.",
            ),
            field("phase_start", "Phase start", K::Date, C::PhaseStart, "First day of the phase, inside the contract."),
            field("phase_end", "Phase end", K::Date, C::PhaseEnd, "Last day of the phase, inside the contract."),
            field("line_reference", "Line number", K::Id, C::LineReference, "The old system's number of the line."),
            field(
                "product_name",
                "Product",
                K::Text,
                C::Product,
                "The product sold. It is looked up by name and made if it is missing.",
            )
            .required(),
            field(
                "product_sku",
                "Product number",
                K::Id,
                C::Sku,
                "SKU of the product, if there is one; looked up before the name.",
            ),
            field(
                "price_model",
                "Price model",
                K::Choice,
                C::PriceModel,
                "flat_fee: the amount as it is. per_unit: the amount times the quantity.",
            )
            .one_of(PRICE_MODELS)
            .preset("flat_fee"),
            field(
                "unit_amount",
                "Unit amount",
                K::Decimal,
                C::UnitAmount,
                "Price per unit and period, in the currency's main unit.",
            )
            .required()
            .at_least(0),
            field("quantity", "Quantity", K::Decimal, C::Quantity, "How many units; 1 where empty.").at_least(0),
            field("unit", "Unit", K::Text, C::Unit, "What is counted."),
            field(
                "cadence",
                "Billing period",
                K::Cadence,
                C::Cadence,
                "How often the line is billed: P1M is one month, P3M a quarter, P1Y a year.",
            )
            .required(),
            field(
                "billing_timing",
                "Billed in",
                K::Choice,
                C::BillingTiming,
                "prepaid: in advance. postpaid: in arrears.",
            )
            .one_of(BILLING_TIMINGS)
            .preset("prepaid"),
            field("payment_days", "Payment term", K::Integer, C::PaymentDays, "Days until the invoice is due.")
                .at_least(1),
            field(
                "auto_renew",
                "Renews by itself",
                K::Boolean,
                C::AutoRenew,
                "Kept for your records; contracts go in as drafts that do not renew.",
            )
            .preset("false"),
        ],
    }
}
