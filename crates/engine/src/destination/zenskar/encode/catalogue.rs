//! Products and prices that contract lines need. Both are known by their content: a product by SKU or name, a price by
//! everything in it.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{grouped, json, number_json, numbers, post, put};
use crate::destination::zenskar::request;
use crate::destination::{Encoded, Known, Need, Outgoing, Record, Records};

/// Between SKU and name in the key of a product; neither can hold it.
const BETWEEN: char = '\t';

/// What a product is known by. On screen and in the ledger: `SKU⇥name`, or the name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct ProductKey<'a> {
    pub sku: Option<&'a str>,
    pub name: &'a str,
}

impl<'a> ProductKey<'a> {
    pub(in super::super) fn parse(key: &'a str) -> Self {
        match key.split_once(BETWEEN) {
            Some((sku, name)) => Self { sku: Some(sku), name },
            None => Self { sku: None, name: key },
        }
    }

    /// The products in Zenskar that are this one: those with its SKU, otherwise those with its name of which one of the
    /// two sides has no SKU.
    pub(in super::super) fn among<'p>(&self, products: &'p [Json]) -> Vec<&'p Json> {
        let sku = |product: &'p Json| product["sku"].as_str().filter(|sku| !sku.is_empty());
        let numbered = |product: &&'p Json| self.sku.is_some() && sku(product) == self.sku;
        let named = |product: &&'p Json| product["name"].as_str() == Some(self.name);
        let unnumbered = |product: &&'p Json| self.sku.is_none() || sku(product).is_none();
        let found: Vec<_> = products.iter().filter(numbered).collect();
        if found.is_empty() { products.iter().filter(|it| named(it) && unnumbered(it)).collect() } else { found }
    }
}

pub(super) fn product_key(record: &Record<'_>) -> String {
    let name = record.text("product_name").unwrap_or_default();
    record.text("product_sku").map_or_else(|| name.to_owned(), |sku| format!("{sku}{BETWEEN}{name}"))
}

/// Names a price by its content and its product.
pub(super) fn price_key(record: &Record<'_>) -> String {
    let content = format!("{}\n{}", product_key(record), price(record));
    Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes()).to_string()
}

/// The products the lines name, each once.
pub(super) fn products(records: &Records<'_>) -> Vec<Encoded> {
    let groups = grouped(records.rows, product_key).into_iter();
    groups.map(|(key, lines)| Encoded::Ready { rows: numbers(&lines), outgoing: product(key, lines[0]) }).collect()
}

/// The prices the lines name, each once. Zenskar gives back an equal one instead of making another (zenskar.md section 5).
pub(super) fn prices(records: &Records<'_>, known: &Known) -> Vec<Encoded> {
    let encode = |(key, lines): (String, Vec<&Record<'_>>)| {
        let (product, rows) = (product_key(lines[0]), numbers(&lines));
        let Some(id) = known.id("products", &product) else {
            return Encoded::Waiting { key, needs: vec![Need { dataset: "products", key: product }], rows };
        };
        let path = request::query(&request::path(&["products", id, "pricing"]), &[("return_existing", "true")]);
        let mut outgoing = post("prices", key, path, &price(lines[0]));
        outgoing.repeatable = true;
        Encoded::Ready { outgoing, rows }
    };
    grouped(records.rows, price_key).into_iter().map(encode).collect()
}

fn product(key: String, record: &Record<'_>) -> Outgoing {
    let mut body = Map::new();
    put(&mut body, "name", record.value("product_name").map(json));
    put(&mut body, "type", Some("product"));
    put(&mut body, "sku", record.value("product_sku").map(json));
    post("products", key, "/products", &Json::Object(body))
}

/// One price for a period, times a fixed quantity. Quantity and period always stand in it: without them the dashboard
/// shows “undefined” (zenskar.md section 4).
fn price(record: &Record<'_>) -> Json {
    let mut data = Map::new();
    put(&mut data, "pricing_type", Some(record.text("price_model").unwrap_or("flat_fee")));
    put(&mut data, "currency", record.value("currency").map(json));
    put(&mut data, "unit_amount", record.value("unit_amount").map(json));
    let quantity = record.number("quantity").unwrap_or(Decimal::ONE);
    let mut price = Map::new();
    put(&mut price, "pricing_data", Some(data));
    put(
        &mut price,
        "quantity",
        Some(json!({
            "type": "fixed",
            "quantity": number_json(quantity),
            "unit": record.text("unit").unwrap_or("unit"),
        })),
    );
    let mut period = Map::new();
    put(&mut period, "cadence", record.value("cadence").map(json));
    put(&mut period, "offset", Some(record.text("billing_timing").unwrap_or("prepaid")));
    put(&mut price, "billing_period", Some(period));
    put(&mut price, "is_recurring", Some(true));
    put(&mut price, "payment_terms", record.value("payment_days").map(|days| payment_terms(&json(days))));
    Json::Object(price)
}

/// Days from the approval of the invoice, which is when a customer sees it.
fn payment_terms(days: &Json) -> Json {
    json!([{"payment_term_type": "on_approval", "due_days": days, "payment_term_mode": "relative"}])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{decimal, ready, record, text};
    use super::*;
    use crate::transform::Value;

    const PRODUCT: &str = "3f0c2b9a-0000-4000-8000-000000000001";

    fn line<'a>(row: i64, more: &[(&'a str, Value<'a>)]) -> Record<'a> {
        let base = [
            ("product_name", text("Platform fee")),
            ("currency", text("EUR")),
            ("unit_amount", decimal("1200.00")),
            ("cadence", text("P1M")),
        ];
        // The first value of a field counts.
        record(row, &[more, &base].concat())
    }

    #[test]
    fn lines_of_one_product_make_it_once() {
        let rows = [line(1, &[]), line(2, &[("product_sku", text("PF-1"))]), line(3, &[("quantity", decimal("2"))])];
        let made: Vec<_> = products(&Records { fields: &[], rows: &rows }).into_iter().map(ready).collect();
        let told: Vec<_> =
            made.iter().map(|(made, rows)| (made.key.as_str(), made.body.as_str(), rows.as_slice())).collect();
        let expected: [(&str, &str, &[i64]); 2] = [
            ("Platform fee", r#"{"name":"Platform fee","type":"product"}"#, &[1, 3]),
            ("PF-1\tPlatform fee", r#"{"name":"Platform fee","type":"product","sku":"PF-1"}"#, &[2]),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_product_is_known_by_its_number_and_then_by_its_name() {
        for (key, product, expected) in [
            ("PF-1\tPlatform fee", json!({"sku": "PF-1", "name": "Renamed"}), true),
            ("PF-1\tPlatform fee", json!({"sku": "PF-2", "name": "Platform fee"}), false),
            ("PF-1\tPlatform fee", json!({"sku": null, "name": "Platform fee"}), true),
            ("PF-1\tPlatform fee", json!({"sku": "", "name": "Platform fee"}), true),
            ("Platform fee", json!({"sku": "PF-9", "name": "Platform fee"}), true),
            ("Platform fee", json!({"name": "platform fee"}), false),
        ] {
            let found = ProductKey::parse(key).among(std::slice::from_ref(&product)).len();
            assert_eq!(found, usize::from(expected), "{key} and {product}");
        }
        let both = [json!({"name": "Platform fee"}), json!({"sku": "PF-1", "name": "Renamed"})];
        assert_eq!(
            ProductKey::parse("PF-1\tPlatform fee").among(&both),
            [&both[1]],
            "the number comes before the name"
        );
    }

    #[test]
    fn a_price_waits_for_its_product_and_is_made_once() {
        let rows = [
            line(1, &[]),
            line(2, &[("unit_amount", decimal("1200"))]),
            line(
                3,
                &[
                    ("price_model", text("per_unit")),
                    ("quantity", decimal("12.5")),
                    ("unit", text("seat")),
                    ("billing_timing", text("postpaid")),
                    ("payment_days", decimal("30")),
                ],
            ),
        ];
        let records = Records { fields: &[], rows: &rows };
        let waiting = prices(&records, &Known::default());
        let need = Need { dataset: "products", key: "Platform fee".to_owned() };
        assert!(
            waiting.iter().all(|price| matches!(price, Encoded::Waiting { needs, .. } if *needs == [need.clone()]))
        );

        let mut known = Known::default();
        known.insert("products", "Platform fee", PRODUCT);
        let made: Vec<_> = prices(&records, &known).into_iter().map(ready).collect();
        assert_eq!(made.len(), 2, "1200.00 and 1200 are one price");
        assert_eq!(made[0].1, [1, 2]);
        assert_eq!(made[0].0.path, format!("/products/{PRODUCT}/pricing?return_existing=true"));
        assert!(made[0].0.repeatable);
        assert_eq!(
            made[0].0.body,
            concat!(
                r#"{"pricing_data":{"pricing_type":"flat_fee","currency":"EUR","unit_amount":1200},"#,
                r#""quantity":{"type":"fixed","quantity":1,"unit":"unit"},"#,
                r#""billing_period":{"cadence":"P1M","offset":"prepaid"},"is_recurring":true}"#
            )
        );
        assert_eq!(
            made[1].0.body,
            concat!(
                r#"{"pricing_data":{"pricing_type":"per_unit","currency":"EUR","unit_amount":1200},"#,
                r#""quantity":{"type":"fixed","quantity":12.5,"unit":"seat"},"#,
                r#""billing_period":{"cadence":"P1M","offset":"postpaid"},"is_recurring":true,"#,
                r#""payment_terms":[{"payment_term_type":"on_approval","due_days":30,"payment_term_mode":"relative"}]}"#
            )
        );
    }
}
