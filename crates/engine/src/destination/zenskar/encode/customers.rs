//! Customers: nested objects from dotted field ids, one tax registration, and nothing charged or mailed by itself.

use serde_json::{Map, Value as Json, json};

use super::{json, post};
use crate::destination::{Encoded, Record};

/// Switches that are off unless the user says otherwise; Zenskar's own default is on (zenskar.md section 9, Hazards).
const OFF: &[&str] = &["communications_enabled", "auto_charge_enabled"];

/// Zenskar's notation of countries where it is not ISO alpha-2 (zenskar.md section 2).
const NOTATION: &[(&str, &str)] = &[("US", "USA"), ("IN", "IND"), ("AU", "AUS")];

/// Kinds of tax numbers by ISO country (zenskar.md section 2). Countries outside it are the user's to say.
const TAX_KINDS: &[(&str, &[&str])] = &[
    (
        "VAT",
        &[
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT",
            "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "CH",
        ],
    ),
    ("GST", &["IN", "AU", "SG"]),
    ("GST/HST", &["CA"]),
    ("GST/IRD", &["NZ"]),
    ("TIN", &["US", "QA", "KW"]),
    ("JCT", &["JP"]),
    ("CNPJ", &["BR"]),
    ("SST", &["MY"]),
    ("NPWP", &["ID"]),
    ("MVA", &["NO"]),
];

pub(super) fn encode(record: &Record<'_>) -> Encoded {
    let body = Json::Object(body(record));
    let key = record.text("external_id").unwrap_or_default();
    let mut outgoing = post("customers", key, "/customers", &body);
    outgoing.rows = 1;
    Encoded::Ready { outgoing, rows: vec![record.row] }
}

fn body(record: &Record<'_>) -> Map<String, Json> {
    let mut body = Map::new();
    for (id, _) in &record.values {
        let Some(value) = record.value(id).map(json) else { continue };
        match id.split_once('.') {
            // Has a shape of its own, below.
            Some(("tax_info", _)) => {}
            Some((object, member)) => insert(&mut body, object, member, value),
            None => {
                body.insert((*id).to_owned(), value);
            }
        }
    }
    if let Some(tax) = tax(record) {
        body.insert("tax_info".to_owned(), json!([tax]));
    }
    for switch in OFF {
        body.entry(*switch).or_insert(Json::Bool(false));
    }
    body
}

fn insert(body: &mut Map<String, Json>, object: &str, member: &str, value: Json) {
    let inner = body.entry(object).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(inner) = inner {
        inner.insert(member.to_owned(), value);
    }
}

/// The tax registration, if there is a number. What cannot be told is left out, for Zenskar to say so rather than guessed.
fn tax(record: &Record<'_>) -> Option<Map<String, Json>> {
    let number = record.text("tax_info.tax_id")?;
    let country = record.text("tax_info.country_code").or_else(|| record.text("address.country_code"));
    let kind = record.text("tax_info.tax_code").or_else(|| tax_kind(country?));
    let mut tax = Map::new();
    super::put(&mut tax, "country_code", country.map(notation));
    super::put(&mut tax, "tax_code", kind);
    super::put(&mut tax, "tax_id", Some(number));
    Some(tax)
}

fn tax_kind(country: &str) -> Option<&'static str> {
    TAX_KINDS.iter().find(|(_, countries)| countries.contains(&country)).map(|(kind, _)| *kind)
}

fn notation(country: &str) -> &str {
    NOTATION.iter().find(|(iso, _)| *iso == country).map_or(country, |(_, theirs)| theirs)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{date, decimal, ready, record, text};
    use super::*;
    use crate::transform::Value;

    fn check(values: &[(&str, Value<'_>)], expected: &str) {
        let (outgoing, rows) = ready(encode(&record(7, values)));
        assert_eq!(outgoing.body, expected);
        assert_eq!((outgoing.path.as_str(), rows, outgoing.rows), ("/customers", vec![7], 1));
        assert!(!outgoing.repeatable && outgoing.idempotency_key.is_none());
    }

    #[test]
    fn a_full_customer() {
        check(
            &[
                ("external_id", text("00417")),
                ("customer_name", text("Quillfeather & Søn A/S")),
                ("email", text("ap@quillfeather.example")),
                ("address.line1", text("Havnegade 4")),
                ("address.zipCode", text("0900")),
                ("address.country_code", text("DK")),
                ("ship_to_address.city", text("Århus")),
                ("tax_info.tax_id", text("DK12345678")),
                ("auto_charge_enabled", Value::Boolean(true)),
                ("custom_data.region", text("north")),
                ("custom_data.since.year", date("2019-01-01")),
                ("custom_data.limit", decimal("2500.50")),
            ],
            concat!(
                r#"{"external_id":"00417","customer_name":"Quillfeather & Søn A/S","email":"ap@quillfeather.example","#,
                r#""address":{"line1":"Havnegade 4","zipCode":"0900","country_code":"DK"},"#,
                r#""ship_to_address":{"city":"Århus"},"auto_charge_enabled":true,"#,
                r#""custom_data":{"region":"north","since.year":"2019-01-01","limit":2500.5},"#,
                r#""tax_info":[{"country_code":"DK","tax_code":"VAT","tax_id":"DK12345678"}],"#,
                r#""communications_enabled":false}"#
            ),
        );
    }

    #[test]
    fn what_is_empty_is_left_out() {
        check(
            &[
                ("external_id", text("1")),
                ("customer_name", text("A")),
                ("email", text("")),
                ("address.city", text("")),
            ],
            r#"{"external_id":"1","customer_name":"A","communications_enabled":false,"auto_charge_enabled":false}"#,
        );
    }

    #[test]
    fn tax_numbers_get_country_and_kind() {
        let tax_of = |values: &[(&str, Value<'_>)]| {
            let (outgoing, _) = ready(encode(&record(1, values)));
            let body: Json = serde_json::from_str(&outgoing.body).expect("JSON");
            body["tax_info"].to_string()
        };
        let number = ("tax_info.tax_id", text("N"));
        for (country, expected) in [
            ("US", r#"[{"country_code":"USA","tax_code":"TIN","tax_id":"N"}]"#),
            ("IN", r#"[{"country_code":"IND","tax_code":"GST","tax_id":"N"}]"#),
            ("AU", r#"[{"country_code":"AUS","tax_code":"GST","tax_id":"N"}]"#),
            ("GB", r#"[{"country_code":"GB","tax_code":"VAT","tax_id":"N"}]"#),
            ("CA", r#"[{"country_code":"CA","tax_code":"GST/HST","tax_id":"N"}]"#),
            ("NO", r#"[{"country_code":"NO","tax_code":"MVA","tax_id":"N"}]"#),
            ("ZA", r#"[{"country_code":"ZA","tax_id":"N"}]"#),
        ] {
            assert_eq!(tax_of(&[("address.country_code", text(country)), number.clone()]), expected);
        }
        let own = [("address.country_code", text("US")), ("tax_info.country_code", text("FR")), number.clone()];
        assert_eq!(tax_of(&own), r#"[{"country_code":"FR","tax_code":"VAT","tax_id":"N"}]"#);
        let said = [("address.country_code", text("ZA")), ("tax_info.tax_code", text("VAT")), number.clone()];
        assert_eq!(tax_of(&said), r#"[{"country_code":"ZA","tax_code":"VAT","tax_id":"N"}]"#);
        assert_eq!(tax_of(&[number]), r#"[{"tax_id":"N"}]"#);
        assert_eq!(tax_of(&[("tax_info.country_code", text("US"))]), "null", "a country alone is no registration");
    }
}
