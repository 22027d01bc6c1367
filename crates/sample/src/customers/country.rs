//! The twelve countries the customers live in: towns, streets, telephone and tax numbers, as they are written there.
//!
//! Towns are real, so that postcodes and area codes look right; streets, firms and numbers are invented.

use super::language::{DUTCH, ENGLISH, FRENCH, GERMAN, ITALIAN, Language, NORDIC, SPANISH};
use crate::random::Random;

pub(crate) struct Country {
    pub(crate) code: &'static str,
    /// As the old system's clerks wrote it; in the whole table there are 19 names.
    pub(crate) names: &'static [&'static str],
    /// Currency in which its customers are billed, which is not always the country's own.
    pub(crate) currency: &'static str,
    pub(crate) language: &'static Language,
    pub(crate) legal_forms: &'static [&'static str],
    pub(crate) towns: &'static [Town],
    pub(crate) streets: &'static [&'static str],
    pub(crate) region: &'static str,
    /// Of 100 customers.
    pub(crate) share: usize,
    pub(crate) telephone: Telephone,
    /// `#` is a digit, `?` a letter; empty where customers have no tax number.
    tax_number: &'static str,
}

pub(crate) struct Town {
    pub(crate) name: &'static str,
    pub(crate) postcode: &'static str,
    /// Without the trunk prefix.
    area: &'static str,
}

pub(crate) struct Telephone {
    calling_code: &'static str,
    /// The digit that is dialled inside the country only, and dropped abroad.
    trunk: &'static str,
    /// Digits of area code and subscriber number together.
    length: usize,
}

const fn town(name: &'static str, postcode: &'static str, area: &'static str) -> Town {
    Town { name, postcode, area }
}

const fn telephone(calling_code: &'static str, trunk: &'static str, length: usize) -> Telephone {
    Telephone { calling_code, trunk, length }
}

/// The 22 ways in which a telephone number is written. `C` calling code, `T` trunk prefix, `A` area code, `S` subscriber
/// number, `P` the same in pairs, `H` its first two digits apart, `D` the same with a hyphen.
const FORMS: &[&str] = &[
    "+C A S",
    "+C (T) A S",
    "00C A S",
    "+C-A-S",
    "+C A/S",
    "+CAS",
    "(TA) S",
    "TA S",
    "TA/S",
    "TA-S",
    "TA H",
    "TA.S",
    "TA / P",
    "TAS",
    "00C-A-S",
    "00C (T) A S",
    "+C.A.S",
    "+C A P",
    "TA D",
    "+C (A) S",
    "(TA)S",
    "TA P",
];

/// A telephone number of the town, in one of the forms that are usual in its country.
pub(crate) fn phone(country: &Country, town: &Town, random: &mut Random) -> String {
    let without_trunk = country.telephone.trunk.is_empty();
    // From the United States one dials 011 where others dial 00.
    let strange = |form: &str| without_trunk && form.contains("(T)") || country.code == "US" && form.starts_with("00");
    let forms: Vec<&str> = FORMS.iter().copied().filter(|form| !strange(form)).collect();
    let form = random.pick(&forms);
    dial(form, country, town, random)
}

/// A telephone number that can be read without knowing the country.
pub(crate) fn phone_abroad(country: &Country, town: &Town, random: &mut Random) -> String {
    dial(FORMS[0], country, town, random)
}

/// Subscriber numbers begin with 55, which looks invented and is accepted everywhere.
fn dial(form: &str, country: &Country, town: &Town, random: &mut Random) -> String {
    let Telephone { calling_code, trunk, length } = country.telephone;
    let subscriber = format!("55{}", random.digits(length - town.area.len() - 2));
    let (head, tail) = subscriber.split_at(2);
    form.chars()
        .map(|token| match token {
            'C' => calling_code.to_owned(),
            'T' => trunk.to_owned(),
            'A' => town.area.to_owned(),
            'S' => subscriber.clone(),
            'P' => pairs(&subscriber),
            'H' => format!("{head} {tail}"),
            'D' => format!("{head}-{tail}"),
            other => other.to_string(),
        })
        .collect()
}

/// `550192` as `55 01 92`.
fn pairs(digits: &str) -> String {
    let pair = |at: usize| &digits[at..digits.len().min(at + 2)];
    (0..digits.len()).step_by(2).map(pair).collect::<Vec<_>>().join(" ")
}

/// A tax number in the country's form; empty where it has none.
pub(crate) fn tax_number(country: &Country, random: &mut Random) -> String {
    let fill = |token: char| match token {
        '#' => char::from(b'0' + random.below(10) as u8),
        '?' => char::from(b'A' + random.below(8) as u8),
        other => other,
    };
    country.tax_number.chars().map(fill).collect()
}

/// The country with this ISO code, or the first one.
pub(crate) fn by_code(code: &str) -> &'static Country {
    COUNTRIES.iter().find(|country| country.code == code).unwrap_or(&COUNTRIES[0])
}

const GERMAN_STREETS: &[&str] = &[
    "Hafenstraße",
    "Am Mühlbach",
    "Kirchgasse",
    "Lindenallee",
    "Gerbergasse",
    "Bleichweg",
    "Zum Wehr",
    "Färberstraße",
    "Quellenweg",
];
const ENGLISH_STREETS: &[&str] = &[
    "Mill Lane",
    "Wharf Road",
    "Station Approach",
    "Chapel Street",
    "Weir Street",
    "Tannery Row",
    "Orchard Way",
    "Canal Street",
];

pub(crate) const COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        names: &["Deutschland", "Deutschland", "Germany"],
        currency: "EUR",
        language: &GERMAN,
        legal_forms: &["GmbH", "GmbH", "AG", "GmbH & Co. KG", "eG", "KG"],
        towns: &[
            town("Wismar", "23966", "3841"),
            town("Rostock", "18055", "381"),
            town("Dresden", "01067", "351"),
            town("Leipzig", "04109", "341"),
            town("Lindau", "88131", "8382"),
            town("Goslar", "38640", "5321"),
            town("Trier", "54290", "651"),
            town("Kiel", "24103", "431"),
            town("Jena", "07743", "3641"),
            town("Passau", "94032", "851"),
            town("Emden", "26721", "4921"),
            town("Ulm", "89073", "731"),
        ],
        streets: GERMAN_STREETS,
        region: "DACH",
        share: 24,
        telephone: telephone("49", "0", 10),
        tax_number: "DE#########",
    },
    Country {
        code: "GB",
        names: &["United Kingdom", "United Kingdom", "United Kingdom", "Großbritannien"],
        currency: "GBP",
        language: &ENGLISH,
        legal_forms: &["Ltd", "Ltd", "Limited", "LLP", "plc"],
        towns: &[
            town("Exeter", "EX4 3PL", "1392"),
            town("Launceston", "PL15 9DD", "1566"),
            town("Harrogate", "HG1 2QT", "1423"),
            town("Truro", "TR1 3HY", "1872"),
            town("Perth", "PH1 5LN", "1738"),
            town("Durham", "DH1 4QF", "191"),
            town("Shrewsbury", "SY1 2DP", "1743"),
            town("Gloucester", "GL1 3NB", "1452"),
            town("Hebden Bridge", "HX7 6EU", "1422"),
            town("Norwich", "NR2 4SX", "1603"),
            town("Bangor", "LL57 2DG", "1248"),
            town("Edinburgh", "EH3 7TF", "131"),
        ],
        streets: ENGLISH_STREETS,
        region: "UK & Ireland",
        share: 27,
        telephone: telephone("44", "0", 10),
        tax_number: "GB#########",
    },
    Country {
        code: "US",
        names: &["United States"],
        currency: "USD",
        language: &ENGLISH,
        legal_forms: &["Inc.", "LLC", "Corp."],
        towns: &[
            town("Portland", "04101", "207"),
            town("Boston", "02110", "617"),
            town("Burlington", "05401", "802"),
            town("Hartford", "06103", "860"),
            town("Albany", "12207", "518"),
            town("Duluth", "55802", "218"),
            town("Boise", "83702", "208"),
            town("Madison", "53703", "608"),
        ],
        streets: ENGLISH_STREETS,
        region: "Americas",
        share: 13,
        telephone: telephone("1", "", 10),
        tax_number: "",
    },
    Country {
        code: "AT",
        names: &["Österreich", "Österreich", "Austria"],
        currency: "EUR",
        language: &GERMAN,
        legal_forms: &["GmbH", "GmbH", "AG", "KG", "OG"],
        towns: &[
            town("Graz", "8010", "316"),
            town("Linz", "4020", "732"),
            town("Salzburg", "5020", "662"),
            town("Innsbruck", "6020", "512"),
            town("Villach", "9500", "4242"),
            town("Bregenz", "6900", "5574"),
        ],
        streets: GERMAN_STREETS,
        region: "DACH",
        share: 7,
        telephone: telephone("43", "0", 10),
        tax_number: "ATU########",
    },
    Country {
        code: "CH",
        names: &["Schweiz", "Schweiz", "Switzerland"],
        currency: "EUR",
        language: &GERMAN,
        legal_forms: &["AG", "AG", "GmbH"],
        towns: &[
            town("Zürich", "8001", "44"),
            town("Bern", "3011", "31"),
            town("Basel", "4051", "61"),
            town("Chur", "7000", "81"),
            town("Luzern", "6003", "41"),
            town("St. Gallen", "9000", "71"),
        ],
        streets: GERMAN_STREETS,
        region: "DACH",
        share: 5,
        telephone: telephone("41", "0", 9),
        tax_number: "CHE-###.###.### MWST",
    },
    Country {
        code: "NL",
        names: &["Netherlands", "Niederlande"],
        currency: "EUR",
        language: &DUTCH,
        legal_forms: &["B.V.", "B.V.", "N.V."],
        towns: &[
            town("Hoorn", "1621 GA", "229"),
            town("Leiden", "2312 EZ", "71"),
            town("Zwolle", "8011 PB", "38"),
            town("Delft", "2611 GX", "15"),
            town("Assen", "9401 HK", "592"),
        ],
        streets: &["Kanaalweg", "Molenstraat", "Havenkade", "Dijkweg", "Sluisplein"],
        region: "Benelux",
        share: 5,
        telephone: telephone("31", "0", 9),
        tax_number: "NL#########B##",
    },
    Country {
        code: "FR",
        names: &["France", "France", "Frankreich"],
        currency: "EUR",
        language: &FRENCH,
        legal_forms: &["SARL", "SAS", "SA"],
        towns: &[
            town("Nantes", "44000", "240"),
            town("Nice", "06000", "493"),
            town("Bourg-en-Bresse", "01000", "474"),
            town("Lille", "59000", "320"),
            town("Brest", "29200", "298"),
            town("Toulouse", "31000", "561"),
        ],
        streets: &["rue du Moulin", "quai des Forêts", "chemin du Lavoir", "rue de l’Écluse", "place du Marché"],
        region: "South",
        share: 5,
        telephone: telephone("33", "0", 9),
        tax_number: "FR###########",
    },
    Country {
        code: "ES",
        names: &["Spain"],
        currency: "EUR",
        language: &SPANISH,
        legal_forms: &["S.L.", "S.L.", "S.A."],
        towns: &[
            town("Zaragoza", "50001", "976"),
            town("Girona", "17001", "972"),
            town("Bilbao", "48001", "944"),
            town("Albacete", "02001", "967"),
            town("Burgos", "09001", "947"),
        ],
        streets: &["Calle del Molino", "Paseo de la Ribera", "Calle Núñez", "Avenida del Puente"],
        region: "South",
        share: 3,
        telephone: telephone("34", "", 9),
        tax_number: "ES?########",
    },
    Country {
        code: "IT",
        names: &["Italy"],
        currency: "EUR",
        language: &ITALIAN,
        legal_forms: &["S.r.l.", "S.r.l.", "S.p.A."],
        towns: &[
            town("Roma", "00184", "06"),
            town("Trento", "38122", "0461"),
            town("Pisa", "56125", "050"),
            town("Verona", "37121", "045"),
            town("Udine", "33100", "0432"),
        ],
        streets: &["Via del Mulino", "Via della Libertà", "Corso delle Acque", "Piazza del Porto"],
        region: "South",
        share: 3,
        telephone: telephone("39", "", 10),
        tax_number: "IT###########",
    },
    Country {
        code: "DK",
        names: &["Denmark", "Dänemark"],
        currency: "EUR",
        language: &NORDIC,
        legal_forms: &["ApS", "ApS", "A/S"],
        towns: &[
            town("Aalborg", "9000", "98"),
            town("Aarhus", "8000", "86"),
            town("Odense", "5000", "66"),
            town("Esbjerg", "6700", "75"),
            town("Roskilde", "4000", "46"),
        ],
        streets: &["Havnegade", "Søndergade", "Møllevej", "Ågade"],
        region: "Nordics",
        share: 3,
        telephone: telephone("45", "", 8),
        tax_number: "DK########",
    },
    Country {
        code: "SE",
        names: &["Sweden"],
        currency: "EUR",
        language: &NORDIC,
        legal_forms: &["AB"],
        towns: &[
            town("Malmö", "211 20", "40"),
            town("Uppsala", "753 20", "18"),
            town("Örebro", "702 11", "19"),
            town("Lund", "222 22", "46"),
        ],
        streets: &["Hamngatan", "Kvarngatan", "Storgatan", "Ängsvägen"],
        region: "Nordics",
        share: 2,
        telephone: telephone("46", "0", 8),
        tax_number: "SE##########01",
    },
    Country {
        code: "IE",
        names: &["Ireland"],
        currency: "EUR",
        language: &ENGLISH,
        legal_forms: &["Ltd", "DAC"],
        towns: &[
            town("Cork", "T12 XY45", "21"),
            town("Sligo", "F91 YW50", "71"),
            town("Kilkenny", "R95 FX27", "56"),
            town("Tralee", "V92 DP65", "66"),
        ],
        streets: ENGLISH_STREETS,
        region: "UK & Ireland",
        share: 3,
        telephone: telephone("353", "0", 9),
        tax_number: "IE#######?",
    },
];
