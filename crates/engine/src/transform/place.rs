//! Countries and currencies: their names, signs and codes to ISO 3166-1 alpha-2 and ISO 4217.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use iso_currency::{Currency, IntoEnumIterator};
use keshvar::SUPPORTED_ALPHA2_LIST;

use super::Rewrite;
use super::text::{fold, trim};
use crate::schema::finding::{Fault, Rule};

/// What people write besides a country's names: parts of countries, old names, short forms. Folded.
const ALSO_COUNTRIES: &[(&str, &str)] = &[
    ("GB", "uk, u k, gb uk, great britain, england, scotland, wales, northern ireland, united kingdom"),
    ("GB", "grossbritannien, grande bretagne, gran bretana"),
    ("GR", "el"),
    ("US", "usa, u s a, u s, united states, united states of america, america, etats unis"),
    ("US", "estados unidos, ee uu, eeuu"),
    ("NL", "holland, the netherlands, pays bas"),
    ("KR", "korea, south korea, republic of korea, sudkorea"),
    ("KP", "north korea"),
    ("CZ", "czech republic, czechia, tschechien"),
    ("RU", "russia"),
    ("CI", "ivory coast"),
    ("AE", "uae, u a e, emirates"),
    ("VN", "vietnam"),
    ("TW", "taiwan"),
    ("HK", "hong kong"),
    ("MO", "macau"),
    ("MK", "macedonia, north macedonia"),
    ("MM", "burma"),
    ("SZ", "swaziland"),
    ("TR", "turkey, turkiye"),
    ("BR", "brasil"),
    ("ES", "espana"),
    ("CH", "schweiz, suisse, svizzera"),
    ("AT", "osterreich, oesterreich"),
    ("DE", "brd"),
    ("IE", "eire, republic of ireland"),
    ("CN", "china, prc"),
    ("GE", "georgia"),
    ("VA", "vatican"),
    ("CG", "congo"),
    ("CD", "drc"),
    ("BO", "bolivia"),
    ("VE", "venezuela"),
    ("TZ", "tanzania"),
    ("MD", "moldova"),
    ("SY", "syria"),
    ("IR", "iran"),
    ("LA", "laos"),
    ("BN", "brunei"),
    ("PS", "palestine"),
];

/// Signs that stand for one currency only; `$`, `¥`, `kr` and `Rs` stand for several.
const SIGNS: &[(&str, &str)] = &[
    ("EUR", "€"),
    ("GBP", "£"),
    ("INR", "₹"),
    ("KRW", "₩"),
    ("RUB", "₽"),
    ("TRY", "₺"),
    ("UAH", "₴"),
    ("ILS", "₪"),
    ("VND", "₫"),
    ("NGN", "₦"),
    ("PHP", "₱"),
    ("THB", "฿"),
    ("CRC", "₡"),
    ("PYG", "₲"),
    ("KZT", "₸"),
    ("AZN", "₼"),
    ("GEL", "₾"),
    ("GHS", "₵"),
    ("BDT", "৳"),
    ("PLN", "zł"),
    ("CZK", "Kč"),
    ("HUF", "Ft"),
    ("BGN", "лв."),
    ("BRL", "R$"),
    ("USD", "US$ U$S"),
    ("AUD", "A$ AU$"),
    ("CAD", "C$ CA$ Can$"),
    ("NZD", "NZ$"),
    ("HKD", "HK$"),
    ("SGD", "S$ SG$"),
    ("TWD", "NT$"),
    ("MXN", "MX$"),
    ("CNY", "CN¥ 元"),
    ("JPY", "JP¥ 円"),
    ("CHF", "Fr. SFr. Sfr"),
];

/// Signs that may stand beside a figure without saying which currency it is.
const SHARED_SIGNS: &str = "$ ¥ ￥ kr kr. Kr Rs Rs. R L lei Fr ¢ ¤";

/// Names besides the English ones of the standard. Folded.
const ALSO_CURRENCIES: &[(&str, &str)] = &[
    ("EUR", "euro, euros"),
    ("USD", "us dollar, us dollars, u s dollar, american dollar, us dolar, dollar us, dollar americain"),
    ("USD", "dolar estadounidense, usdollar"),
    ("GBP", "pound sterling, british pound, british pounds, gb pound, sterling, britisches pfund"),
    ("GBP", "pfund sterling, livre sterling, libra esterlina"),
    ("CHF", "swiss francs, schweizer franken, franc suisse, franco suizo, sfr"),
    ("JPY", "japanese yen, yen"),
    ("CNY", "yuan, renminbi, rmb"),
    ("CAD", "canadian dollars"),
    ("AUD", "australian dollars"),
    ("INR", "indian rupees"),
    ("DKK", "danish krone"),
    ("SEK", "swedish krona, schwedische krone"),
    ("NOK", "norwegian krone"),
    ("PLN", "zloty"),
];

/// Whether this is the alpha-2 code of a country.
pub(super) fn is_country(code: &str) -> bool {
    static CODES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    CODES.get_or_init(|| countries().values().copied().collect()).contains(code)
}

/// The alpha-2 code of a country by its code or by its name in any of many languages.
pub(super) fn country(text: &str) -> Option<&'static str> {
    countries().get(fold(text).as_str()).copied()
}

pub(super) fn country_step(text: &str) -> Rewrite {
    match country(text) {
        Some(code) => Ok((code != text).then(|| code.to_owned())),
        None => Err(Fault::error(
            Rule::Allowed,
            format!("“{text}” is no country Carryover knows. Write its two-letter code."),
        )
        .into()),
    }
}

/// Every folded name and code. A name that two countries share in different languages is left out.
fn countries() -> &'static HashMap<String, &'static str> {
    static COUNTRIES: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    COUNTRIES.get_or_init(|| {
        let mut known = HashMap::new();
        let mut names: HashMap<String, Option<&'static str>> = HashMap::new();
        for alpha2 in SUPPORTED_ALPHA2_LIST {
            let country = alpha2.to_country();
            let code = country.un_locode();
            known.insert(fold(code), code);
            known.insert(fold(&country.alpha3().to_string()), code);
            known.insert(fold(country.iso_short_name()), code);
            let official = [country.iso_long_name()];
            let all = country.unofficial_name_list().iter().chain(country.translations().values()).chain(&official);
            for name in all {
                let shared = names.entry(fold(name)).or_insert(Some(code));
                *shared = shared.filter(|first| *first == code);
            }
        }
        known.extend(listed(ALSO_COUNTRIES));
        for (name, code) in names {
            if let Some(code) = code.filter(|_| name.len() > 2) {
                known.entry(name).or_insert(code);
            }
        }
        known
    })
}

/// Whether this is a currency code in use; not one of the codes for metals, tests and units of account.
pub(super) fn is_currency(code: &str) -> bool {
    Currency::from_code(code).is_some_and(|currency| !currency.is_special())
}

/// The ISO 4217 code of a currency by its code, sign or name. `dollar` says which currency `$` is.
pub(crate) fn currency(text: &str, dollar: Option<&str>) -> Option<String> {
    let text = trim(text);
    let upper = text.to_ascii_uppercase();
    if is_currency(&upper) {
        return Some(upper);
    }
    if text == "$" {
        return dollar.map(str::to_owned);
    }
    sign(text).or_else(|| currency_names().get(fold(text).as_str()).copied()).map(str::to_owned)
}

fn sign(text: &str) -> Option<&'static str> {
    SIGNS.iter().find(|(_, signs)| signs.split(' ').any(|sign| sign == text)).map(|(code, _)| *code)
}

pub(super) fn currency_step(text: &str, dollar: Option<&str>) -> Rewrite {
    if let Some(code) = currency(text, dollar) {
        return Ok((code != text).then_some(code));
    }
    if trim(text) == "$" {
        let message = "“$” stands for several currencies. Say on Match which dollar it is.";
        return Err(Fault::error(Rule::Ambiguous, message).into());
    }
    Err(Fault::error(Rule::Allowed, format!("“{text}” is no currency Carryover knows. Write its three-letter code."))
        .into())
}

/// Whether a text beside a figure is a currency's sign or code.
pub(super) fn is_money_sign(text: &str) -> bool {
    is_currency(text) || SHARED_SIGNS.split(' ').any(|sign| sign == text) || sign(text).is_some()
}

fn currency_names() -> &'static HashMap<String, &'static str> {
    static NAMES: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let in_use = Currency::iter().filter(|currency| !currency.is_special());
        let standard = in_use.map(|currency| (fold(currency.name()), currency.code()));
        standard.chain(listed(ALSO_CURRENCIES)).collect()
    })
}

/// A table of codes and their names, by name.
fn listed(table: &[(&'static str, &'static str)]) -> impl Iterator<Item = (String, &'static str)> {
    table.iter().flat_map(|(code, names)| names.split(", ").map(|name| (name.to_owned(), *code)))
}
