//! Customers: people, each linked to the company it belongs to.

use serde_json::Value as Json;

use super::attributes;
use crate::destination::kustomer::config::Config;
use crate::destination::record::post;
use crate::destination::{Encoded, Known, Need, Record};

/// What a customer names its company by is that company's key; Kustomer wants its id.
pub(super) fn encode(record: &Record<'_>, known: &Known, config: &Config) -> Encoded {
    let key = record.text(config.customers).unwrap_or_default();
    let mut body = attributes(record);
    if let Some(company) = record.text("company") {
        let Some(id) = known.id("companies", company) else {
            let needs = vec![Need { dataset: "companies", key: company.to_owned() }];
            return Encoded::Waiting { key: key.to_owned(), needs, rows: vec![record.row] };
        };
        body.insert("company".to_owned(), Json::from(id));
    }
    let mut outgoing = post("customers", key, "/v1/customers", &Json::Object(body));
    outgoing.rows = 1;
    Encoded::Ready { outgoing, rows: vec![record.row] }
}

#[cfg(test)]
mod tests {
    use super::super::testing::config;
    use super::*;
    use crate::destination::record::testing::{date, ready, record, text};
    use crate::transform::Value;

    fn known() -> Known {
        let mut known = Known::default();
        known.insert("companies", "00417", "5f0c1a2b3c4d5e6f70819203");
        known
    }

    fn check(values: &[(&str, Value<'_>)], expected: &str) {
        let (outgoing, _) = ready(encode(&record(7, values), &known(), &config()));
        assert_eq!(outgoing.body, expected);
        assert_eq!(outgoing.path, "/v1/customers");
        assert!(!outgoing.repeatable && outgoing.idempotency_key.is_none());
    }

    #[test]
    fn a_full_customer() {
        check(
            &[
                ("externalId", text("P-1")),
                ("name", text("Maren Okafor")),
                ("company", text("00417")),
                ("email", text("maren@quillfeather.example")),
                ("email2", text("Maren@Quillfeather.example")),
                ("phone", text("+4533123456")),
                ("mobile", text("+4520123456")),
                ("linkedin", text("maren-okafor")),
                ("birthdayAt", date("1980-02-29")),
                ("custom.vipBool", Value::Boolean(true)),
            ],
            concat!(
                r#"{"externalId":"P-1","name":"Maren Okafor","birthdayAt":"1980-02-29T00:00:00Z","#,
                r#""emails":[{"email":"maren@quillfeather.example"}],"#,
                r#""phones":[{"phone":"+4533123456"},{"phone":"+4520123456","type":"mobile"}],"#,
                r#""socials":[{"username":"maren-okafor","type":"linkedin"}],"custom":{"vipBool":true},"#,
                r#""company":"5f0c1a2b3c4d5e6f70819203"}"#
            ),
        );
        check(&[("externalId", text("P-2")), ("name", text("")), ("company", text(""))], r#"{"externalId":"P-2"}"#);
    }

    #[test]
    fn a_customer_waits_for_its_company() {
        let values = [("externalId", text("P-1")), ("company", text("00999"))];
        let encoded = encode(&record(7, &values), &known(), &config());
        let needs = vec![Need { dataset: "companies", key: "00999".to_owned() }];
        assert_eq!(encoded, Encoded::Waiting { key: "P-1".to_owned(), needs, rows: vec![7] });
    }
}
