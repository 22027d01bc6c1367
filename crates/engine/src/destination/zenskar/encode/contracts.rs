//! Contracts: the rows with one reference become one draft with phases and lines.

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Config, catalogue, grouped, json, midnight, numbers, post, put};
use crate::destination::{Encoded, Known, Need, Outgoing, Record, Records};

/// The name Zenskar itself gives a phase that has none.
const PHASE: &str = "Standard Phase";

/// The id of a contract follows from the migration and its reference, so that it can be looked up before it is made.
pub(in super::super) fn contract_id(migration: Uuid, reference: &str) -> Uuid {
    Uuid::new_v5(&migration, reference.as_bytes())
}

pub(super) fn encode(records: &Records<'_>, known: &Known, config: &Config) -> Vec<Encoded> {
    let encode = |(reference, lines): (&str, Vec<&Record<'_>>)| {
        let (needs, rows) = (missing(&lines, known), numbers(&lines));
        if needs.is_empty() {
            Encoded::Ready { outgoing: contract(reference, &lines, known, config), rows }
        } else {
            Encoded::Waiting { key: reference.to_owned(), needs, rows }
        }
    };
    let contracts = grouped(records.rows, |line| line.text("contract_reference").unwrap_or_default());
    contracts.into_iter().map(encode).collect()
}

/// What the contract refers to whose id is not known, each once.
fn missing(lines: &[&Record<'_>], known: &Known) -> Vec<Need> {
    let mut needs: Vec<_> = lines.iter().flat_map(|line| needs(line)).collect();
    needs.retain(|need| known.id(need.dataset, &need.key).is_none());
    needs.sort();
    needs.dedup();
    needs
}

fn needs(line: &Record<'_>) -> [Need; 3] {
    [
        Need { dataset: "customers", key: customer(line) },
        Need { dataset: "products", key: catalogue::product_key(line) },
        Need { dataset: "prices", key: catalogue::price_key(line) },
    ]
}

fn customer(line: &Record<'_>) -> String {
    line.text("customer_external_id").unwrap_or_default().to_owned()
}

/// The members that belong to the whole contract are taken from its first line; that the lines agree is validation's to
/// see to.
fn contract(reference: &str, lines: &[&Record<'_>], known: &Known, config: &Config) -> Outgoing {
    let first = lines[0];
    let mut body = Map::new();
    put(&mut body, "id", Some(contract_id(config.migration, reference).to_string()));
    // Active contracts make invoices; activation is a step of its own (zenskar.md section 9).
    put(&mut body, "status", Some("draft"));
    put(&mut body, "name", Some(first.text("name").unwrap_or(reference)));
    put(&mut body, "customer_id", known.id("customers", &customer(first)));
    put(&mut body, "currency", first.text("currency"));
    put(&mut body, "start_date", first.date("start_date").map(midnight));
    put(&mut body, "end_date", first.date("end_date").map(midnight));
    put(&mut body, "renewal_policy", Some("do_not_renew"));
    put(&mut body, "source", Some(json!({"source_type": "carryover", "source_id": reference})));
    put(&mut body, "phases", Some(phases(lines, known)));
    let mut outgoing = post("contracts", reference, "/contract_v2", &Json::Object(body));
    outgoing.rows = lines.len() as u32;
    outgoing
}

/// Lines with the same phase and dates belong together; phases go by their start. The only phase lasts as long as the
/// contract, and so does any whose dates are not given.
fn phases(lines: &[&Record<'_>], known: &Known) -> Vec<Json> {
    let span = |line: &Record<'_>| (line.date("phase_start"), line.date("phase_end"));
    let mut phases = grouped(lines.iter().copied(), |line| (span(line), line.text("phase_name").unwrap_or(PHASE)));
    phases.sort_by_key(|(((start, _), _), _)| *start);
    let contract = match phases.as_slice() {
        [_] => (lines[0].date("start_date"), lines[0].date("end_date")),
        _ => (None, None),
    };
    let phase = |(((start, end), name), lines): ((_, &str), Vec<&Record<'_>>)| {
        let span = (Option::or(start, contract.0), Option::or(end, contract.1));
        phase(name, span, &lines, known)
    };
    phases.into_iter().map(phase).collect()
}

fn phase(name: &str, (start, end): (Option<Date>, Option<Date>), lines: &[&Record<'_>], known: &Known) -> Json {
    let mut phase = Map::new();
    put(&mut phase, "name", Some(name));
    put(&mut phase, "start_date", start.map(midnight));
    put(&mut phase, "end_date", end.map(midnight));
    put(&mut phase, "phase_type", Some("active"));
    let pricings: Vec<_> = lines.iter().map(|record| line(record, known)).collect();
    put(&mut phase, "pricings", Some(pricings));
    Json::Object(phase)
}

fn line(record: &Record<'_>, known: &Known) -> Json {
    let mut line = Map::new();
    put(&mut line, "pricing_id", known.id("prices", &catalogue::price_key(record)));
    put(&mut line, "product_id", known.id("products", &catalogue::product_key(record)));
    put(&mut line, "external_id", record.text("line_reference"));
    put(&mut line, "description", record.text("description"));
    let custom: Map<String, Json> =
        record.free("custom_data.").map(|(name, value)| (name.to_owned(), json(value))).collect();
    put(&mut line, "custom_data", (!custom.is_empty()).then_some(custom));
    Json::Object(line)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{config, date, decimal, ready, record, text};
    use super::*;
    use crate::transform::Value;

    const CUSTOMER: &str = "3f0c2b9a-0000-4000-8000-00000000000a";

    fn row<'a>(row: i64, more: &[(&'a str, Value<'a>)]) -> Record<'a> {
        let base = [
            ("contract_reference", text("C-88")),
            ("customer_external_id", text("00417")),
            ("currency", text("EUR")),
            ("start_date", date("2026-04-01")),
            ("end_date", date("2027-03-31")),
            ("product_name", text("Platform fee")),
            ("unit_amount", decimal("1200")),
            ("cadence", text("P1M")),
        ];
        // The first value of a field counts.
        record(row, &[more, &base].concat())
    }

    fn known(rows: &[Record<'_>]) -> Known {
        let mut known = Known::default();
        known.insert("customers", "00417", CUSTOMER);
        for record in rows {
            known.insert("products", catalogue::product_key(record), "product");
            known.insert("prices", catalogue::price_key(record), format!("price of {}", record.row));
        }
        known
    }

    fn encode_all(rows: &[Record<'_>]) -> Vec<(Outgoing, Vec<i64>)> {
        let records = Records { fields: &[], rows };
        encode(&records, &known(rows), &config()).into_iter().map(ready).collect()
    }

    #[test]
    fn rows_with_one_reference_are_one_draft() {
        let rows = [
            row(
                1,
                &[
                    ("line_reference", text("L-1")),
                    ("description", text("Platform")),
                    ("name", text("Brackwater 2026")),
                ],
            ),
            row(2, &[("contract_reference", text("C-89"))]),
            row(
                3,
                &[
                    ("unit_amount", decimal("5")),
                    ("custom_data.seats", decimal("40")),
                    ("auto_renew", Value::Boolean(true)),
                ],
            ),
        ];
        let made = encode_all(&rows);
        let told: Vec<_> = made.iter().map(|(made, rows)| (made.key.as_str(), rows.as_slice(), made.rows)).collect();
        assert_eq!(told, [("C-88", [1, 3].as_slice(), 2), ("C-89", [2].as_slice(), 1)]);
        assert_eq!((made[0].0.path.as_str(), made[0].0.repeatable), ("/contract_v2", false));
        assert_eq!(
            made[0].0.body,
            concat!(
                r#"{"id":"59f7e021-966b-51ee-b3db-3edb5fbc8b4b","status":"draft","name":"Brackwater 2026","#,
                r#""customer_id":"3f0c2b9a-0000-4000-8000-00000000000a","currency":"EUR","#,
                r#""start_date":"2026-04-01T00:00:00Z","end_date":"2027-03-31T00:00:00Z","renewal_policy":"do_not_renew","#,
                r#""source":{"source_type":"carryover","source_id":"C-88"},"#,
                r#""phases":[{"name":"Standard Phase","start_date":"2026-04-01T00:00:00Z","end_date":"2027-03-31T00:00:00Z","#,
                r#""phase_type":"active","pricings":[{"pricing_id":"price of 2","product_id":"product","external_id":"L-1","#,
                r#""description":"Platform"},{"pricing_id":"price of 3","product_id":"product","custom_data":{"seats":40}}]}]}"#
            )
        );
        assert!(made[1].0.body.contains(r#""name":"C-89""#), "a contract without a name has its number");
    }

    #[test]
    fn phases_go_by_their_start() {
        let rows = [
            row(1, &[("phase_name", text("Full")), ("phase_start", date("2026-07-01"))]),
            row(
                2,
                &[("phase_name", text("Ramp")), ("phase_start", date("2026-04-01")), ("phase_end", date("2026-06-30"))],
            ),
            row(3, &[("phase_name", text("Full")), ("phase_start", date("2026-07-01"))]),
        ];
        let body: Json = serde_json::from_str(&encode_all(&rows)[0].0.body).expect("JSON");
        let told: Vec<_> = body["phases"]
            .as_array()
            .expect("phases")
            .iter()
            .map(|phase| {
                (
                    phase["name"].as_str(),
                    phase["start_date"].as_str(),
                    phase["end_date"].as_str(),
                    phase["pricings"].as_array().map(Vec::len),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (Some("Ramp"), Some("2026-04-01T00:00:00Z"), Some("2026-06-30T00:00:00Z"), Some(1)),
                (Some("Full"), Some("2026-07-01T00:00:00Z"), None, Some(2)),
            ]
        );
    }

    #[test]
    fn a_contract_waits_for_everything_it_refers_to() {
        let rows = [row(1, &[]), row(2, &[])];
        let records = Records { fields: &[], rows: &rows };
        let Some(Encoded::Waiting { key, needs, rows }) = encode(&records, &Known::default(), &config()).pop() else {
            unreachable!("nothing is known");
        };
        let told: Vec<_> = needs.iter().map(|need| need.dataset).collect();
        assert_eq!((key.as_str(), told, rows), ("C-88", vec!["customers", "prices", "products"], vec![1, 2]));
    }
}
