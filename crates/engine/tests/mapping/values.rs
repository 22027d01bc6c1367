//! Columns of invented values, profiled as intake would profile them.

use engine::intake::{ColumnProfile, ColumnType};

const ROWS: usize = 40;

/// Every sort of values there is.
pub(crate) const SORTS: [&str; 33] = [
    "ids",
    "repeated",
    "uuids",
    "skus",
    "companies",
    "people",
    "emails",
    "phones",
    "streets",
    "additions",
    "cities",
    "states",
    "regions",
    "postcodes",
    "countries",
    "iso",
    "taxids",
    "taxkinds",
    "currencies",
    "booleans",
    "statuses",
    "notes",
    "urls",
    "products",
    "meters",
    "units",
    "models",
    "cadence",
    "timings",
    "terms",
    "small",
    "quantities",
    "amounts",
];

/// A column called `name` with values of the named sort.
pub(crate) fn column(name: &str, sort: &str) -> ColumnProfile {
    let (kind, format, values) = values(sort);
    let mut samples: Vec<String> = values.clone();
    samples.sort();
    samples.dedup();
    let common = if samples.len() <= 20 {
        samples
            .iter()
            .map(|value| (value.clone(), values.iter().filter(|other| *other == value).count() as u64))
            .collect()
    } else {
        Vec::new()
    };
    ColumnProfile {
        name: name.to_owned(),
        kind,
        format: format.map(str::to_owned),
        filled: values.len() as u64,
        distinct: samples.len() as u64,
        longest: values.iter().map(|value| value.chars().count() as u32).max().unwrap_or(0),
        leading_zeros: values.iter().filter(|value| value.starts_with('0') && value.len() > 1).count() as u64,
        common,
        samples,
        ..ColumnProfile::default()
    }
}

/// The sort of values a field has when the corpus does not name another.
pub(crate) fn usual(field: &str) -> &'static str {
    let name = field.rsplit('.').next().unwrap_or(field);
    match (field, name) {
        ("external_id" | "contract_reference" | "data.event_id" | "line_reference", _) => "ids",
        ("customer_id" | "customer_external_id", _) => "repeated",
        ("customer_name", _) => "companies",
        ("stream", _) => "meters",
        ("timestamp", _) => "instants",
        ("product_name" | "name" | "phase_name", _) => "products",
        ("product_sku", _) => "skus",
        ("description", _) => "notes",
        ("price_model", _) => "models",
        ("cadence", _) => "cadence",
        ("billing_timing", _) => "timings",
        ("auto_renew" | "communications_enabled" | "auto_charge_enabled", _) => "booleans",
        ("payment_days", _) => "terms",
        (_, "email") => "emails",
        (_, "phone_number") => "phones",
        (_, "line1") => "streets",
        (_, "line2" | "line3") => "additions",
        (_, "city") => "cities",
        (_, "state") => "states",
        (_, "zipCode") => "postcodes",
        (_, "country_code") => "countries",
        (_, "tax_id") => "taxids",
        (_, "quantity") => "quantities",
        (_, "unit") => "units",
        (_, "amount" | "unit_amount") => "amounts",
        (_, "currency") => "currencies",
        (_, name) if name.ends_with("_date") || name.starts_with("phase_") => "dates",
        _ => unreachable!("the corpus names the values of {field}"),
    }
}

fn values(sort: &str) -> (ColumnType, Option<&'static str>, Vec<String>) {
    use ColumnType::{Boolean, Date, DateTime, Decimal, Integer, Text};
    let made = |make: &dyn Fn(usize) -> String| (0..ROWS).map(make).collect::<Vec<_>>();
    let of = |list: &[&str]| made(&|row| list[row * 7 % list.len()].to_owned());
    match sort {
        "ids" => (Text, None, made(&|row| format!("{:05}", 101 + row * 3))),
        "repeated" => (Text, None, made(&|row| format!("{:05}", 101 + row % 9 * 3))),
        "uuids" => (Text, None, made(&|row| format!("6f1c2a54-0b7e-4d3a-9c11-{:012x}", 77 + row % 3))),
        "skus" => (Text, None, made(&|row| format!("SP-{:03}", row % 12))),
        "companies" => {
            let kinds = ["Testing Ltd", "Labor GmbH", "Analyse SARL"];
            (Text, None, made(&|row| format!("{} {} {}", PLACES[row % 12], PLACES[row / 12], kinds[row % 3])))
        }
        "people" => {
            (Text, None, made(&|row| format!("{} {}", ["Ada", "Bram", "Chloé", "Dörte"][row % 4], PLACES[row % 12])))
        }
        "emails" => (Text, None, made(&|row| format!("ap{row}@{}.example", PLACES[row % 12].to_lowercase()))),
        "phones" => (Text, None, made(&|row| format!("+44 1566 55 0{:03}", 100 + row))),
        "streets" => (Text, None, made(&|row| format!("{} Street {}", PLACES[row % 12], row + 1))),
        "additions" => (Text, None, of(&["Building 4", "c/o Reception", "2nd floor"])),
        "cities" => (Text, None, of(&PLACES)),
        "states" => (Text, None, of(&["Cornwall", "Devon", "Kent", "Bayern", "Tirol"])),
        "regions" => (Text, None, of(&["North", "South", "East", "West"])),
        "postcodes" => (Text, None, made(&|row| format!("{:05}", 1_067 + row * 97))),
        "countries" => (Text, None, of(&["United Kingdom", "Deutschland", "France", "España", "Austria"])),
        "iso" => (Text, None, of(&["GB", "DE", "FR", "ES", "AT"])),
        "taxids" => (Text, None, made(&|row| format!("DE 811 907 {:03}", 100 + row))),
        "taxkinds" => (Text, None, of(&["VAT", "GST"])),
        "currencies" => (Text, None, of(&["EUR", "GBP", "USD"])),
        "booleans" => (Boolean, None, of(&["yes", "no"])),
        "statuses" => (Text, None, of(&["active", "on hold", "closed"])),
        "notes" => (Text, None, made(&|row| format!("Called in week {row}, wants a quote"))),
        "urls" => (Text, None, made(&|row| format!("https://{}.example/{row}", PLACES[row % 12].to_lowercase()))),
        "products" => (Text, None, of(&["Sampling Plus", "Sampling Basic", "Sensor rental"])),
        "meters" => (Text, None, of(&["samples", "sensor_hours"])),
        "units" => (Text, None, of(&["samples", "hours"])),
        "models" => (Text, None, of(&["flat fee", "per unit"])),
        "cadence" => (Text, None, of(&["monthly", "quarterly", "yearly"])),
        "timings" => (Text, None, of(&["in advance", "in arrears"])),
        "terms" => (Integer, Some("1234"), of(&["14", "30", "60"])),
        "small" => (Integer, Some("1234"), of(&["1", "2", "3", "12"])),
        "quantities" => (Decimal, Some("1234.56"), made(&|row| format!("{}.5", row * 11 % 300))),
        "amounts" => (Decimal, Some("1,234.56"), made(&|row| format!("{},{:03}.50", 1 + row % 8, row * 13))),
        "dates" => (Date, Some("dd.MM.yyyy"), made(&|row| format!("{:02}.{:02}.2026", 1 + row % 28, 1 + row % 12))),
        "datetimes" | "instants" => (
            DateTime,
            Some("iso"),
            made(&|row| format!("2026-{:02}-{:02}T08:{:02}:00Z", 1 + row % 12, 1 + row % 28, row)),
        ),
        "unix" => (Integer, Some("1234"), made(&|row| format!("{}", 1_775_046_600 + row * 977))),
        other => unreachable!("there are no values of the sort {other}"),
    }
}

const PLACES: [&str; 12] =
    ["Tamar", "Kernow", "Severn", "Hoorn", "Wismar", "Graz", "Ebro", "Limmat", "Clyde", "Nantes", "Aalborg", "Mosel"];
