//! Companies: what customers belong to.

use serde_json::Value as Json;

use super::attributes;
use crate::destination::kustomer::config::Config;
use crate::destination::record::post;
use crate::destination::{Encoded, Record};

pub(super) fn encode(record: &Record<'_>, config: &Config) -> Encoded {
    let key = record.text(config.companies).unwrap_or_default();
    let mut outgoing = post("companies", key, "/v1/companies", &Json::Object(attributes(record)));
    outgoing.rows = 1;
    Encoded::Ready { outgoing, rows: vec![record.row] }
}

#[cfg(test)]
mod tests {
    use super::super::testing::config;
    use super::*;
    use crate::destination::record::testing::{date, decimal, ready, record, text};

    #[test]
    fn a_full_company() {
        let values = [
            ("externalId", text("00417")),
            ("name", text("Quillfeather & Søn A/S")),
            ("email", text("ap@quillfeather.example")),
            ("website", text("https://quillfeather.example")),
            ("domain", text("quillfeather.example")),
            ("employeeCount", decimal("120")),
            ("location.address", text("Havnegade 4")),
            ("location.zipCode", text("0900")),
            ("location.countryCode", text("DK")),
            ("tags", text("wholesale, Nordics; wholesale")),
            ("createdAt", date("2019-04-01")),
            ("custom.creditLimitNum", decimal("2500.50")),
            ("custom.tierStr", text("")),
        ];
        let (outgoing, rows) = ready(encode(&record(7, &values), &config()));
        assert_eq!(
            outgoing.body,
            concat!(
                r#"{"externalId":"00417","name":"Quillfeather & Søn A/S","employeeCount":120,"tags":["wholesale","Nordics"],"#,
                r#""createdAt":"2019-04-01T00:00:00Z","emails":[{"email":"ap@quillfeather.example"}],"#,
                r#""urls":[{"url":"https://quillfeather.example","type":"website"}],"domains":[{"domain":"quillfeather.example"}],"#,
                r#""locations":[{"type":"work","address":"Havnegade 4","zipCode":"0900","countryCode":"DK"}],"#,
                r#""custom":{"creditLimitNum":2500.5}}"#
            )
        );
        assert_eq!((outgoing.path.as_str(), outgoing.key.as_str(), rows), ("/v1/companies", "00417", vec![7]));
    }

    #[test]
    fn a_company_is_named_by_the_chosen_attribute() {
        let config = Config { companies: "custom.accountStr", ..config() };
        let values = [("name", text("Quillfeather")), ("custom.accountStr", text("A-17"))];
        let (outgoing, _) = ready(encode(&record(1, &values), &config));
        assert_eq!(outgoing.key, "A-17");
    }
}
