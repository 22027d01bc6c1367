//! Words from which names of firms, mailboxes and addresses are put together, language by language.
//!
//! A firm is called after an invented place (`Ahorn` + `bach`) and its trade. Each place is used once, and places that
//! begin alike have different trades, so no two firms have nearly the same name unless the story wants it.

use crate::random::Random;

pub(crate) struct Language {
    pub(crate) name: &'static str,
    starts: &'static [&'static str],
    ends: &'static [&'static str],
    /// At least as many as `ends`.
    trades: &'static [&'static str],
    pub(crate) mailboxes: &'static [&'static str],
    /// Second line of an address.
    pub(crate) annexes: &'static [&'static str],
    /// `12 Mill Lane` rather than `Hafenstraße 12`.
    pub(crate) number_first: bool,
}

/// Every place of the language and what is done there, in random order.
pub(crate) fn places(language: &Language, random: &mut Random) -> Vec<(String, &'static str)> {
    let Language { starts, ends, trades, .. } = language;
    let mut places = Vec::new();
    for (nth, start) in starts.iter().enumerate() {
        for (mth, end) in ends.iter().enumerate() {
            places.push((format!("{start}{end}"), trades[(nth + mth) % trades.len()]));
        }
    }
    random.shuffle(&mut places);
    places
}

/// A name as it may stand in a web address: `Gewässer Höhr` becomes `gewaesser-hoehr`.
pub(crate) fn slug(name: &str) -> String {
    let plain = |letter: char| match letter {
        'ä' | 'æ' | 'Ä' => "ae".to_owned(),
        'ö' | 'ø' | 'Ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'å' => "aa".to_owned(),
        'ß' => "ss".to_owned(),
        'é' | 'è' | 'ê' => "e".to_owned(),
        'í' => "i".to_owned(),
        'ó' => "o".to_owned(),
        'ñ' => "n".to_owned(),
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase().to_string(),
        _ => "-".to_owned(),
    };
    name.chars().map(plain).collect()
}

pub(crate) static GERMAN: Language = Language {
    name: "German",
    starts: &[
        "Ahorn", "Birken", "Brombeer", "Dorn", "Eber", "Eichen", "Erlen", "Falken", "Finken", "Fuchs", "Ginster",
        "Hasel", "Heide", "Hirsch", "Holunder", "Kiesel", "Kranich", "Lerchen", "Linden", "Marder", "Moor", "Otter",
        "Reiher", "Rohr", "Salm", "Schilf", "Seerosen", "Tannen", "Ulmen", "Wachtel",
    ],
    ends: &[
        "bach", "berg", "brünn", "eck", "feld", "grund", "hain", "hausen", "höhe", "horst", "kamp", "loh", "rode",
        "stedt", "tal", "weiler",
    ],
    trades: &[
        "Wasseranalytik",
        "Umweltlabor",
        "Brauerei",
        "Molkerei",
        "Papierfabrik",
        "Thermalbad",
        "Prüflabor",
        "Gewässerschutz",
        "Mineralbrunnen",
        "Hydrotechnik",
        "Fischzucht",
        "Färberei",
        "Wasserwerk",
        "Gärtnerei",
        "Kelterei",
        "Klärtechnik",
    ],
    mailboxes: &["rechnung", "buchhaltung", "rechnungswesen", "office", "kreditoren"],
    annexes: &["Haus B", "Hinterhaus", "Gebäude 3", "2. OG"],
    number_first: false,
};

pub(crate) static ENGLISH: Language = Language {
    name: "English",
    starts: &[
        "Alder", "Amber", "Barn", "Birch", "Bram", "Brook", "Carr", "Cold", "Crow", "Dray", "Elm", "Fern", "Gorse",
        "Green", "Hazel", "Heron", "Kestrel", "Larch", "Marsh", "Mill", "Moss", "Oaken", "Otter", "Pebble", "Quarry",
        "Raven", "Sedge", "Stone", "Thistle", "Willow",
    ],
    ends: &[
        "beck", "bourne", "bridge", "combe", "croft", "dale", "den", "field", "ford", "gate", "ham", "ley", "mere",
        "moor", "pool", "shaw", "stead", "ton", "water", "wick",
    ],
    trades: &[
        "Water Testing",
        "Laboratories",
        "Environmental",
        "Analytical Services",
        "Aqua Science",
        "River Survey",
        "Effluent Control",
        "Borehole Drilling",
        "Leisure Pools",
        "Fisheries",
        "Brewery",
        "Dairy",
        "Textiles",
        "Paper Mill",
        "Swimming Baths",
        "Cider Works",
        "Aquaculture",
        "Water Treatment",
        "Ice Works",
        "Spring Water",
    ],
    mailboxes: &["accounts", "ap", "invoices", "finance", "payables"],
    annexes: &["Unit 4", "2nd floor", "Building C", "The Old Pump House"],
    number_first: true,
};

pub(crate) static NORDIC: Language = Language {
    name: "Nordic",
    starts: &["Birke", "Fjord", "Gran", "Hassel", "Klint", "Lilje", "Nord", "Sol", "Strand", "Vinter"],
    ends: &["bæk", "gård", "holm", "lund", "mark", "skov", "vang", "vik"],
    trades: &["Miljølab", "Vandværk", "Vand & Analyse", "Bryggeri", "Mejeri", "Badeanstalt", "Akvarium", "Isværk"],
    mailboxes: &["faktura", "bogholderi", "regnskab"],
    annexes: &["2. sal", "Bygning B"],
    number_first: false,
};

pub(crate) static DUTCH: Language = Language {
    name: "Dutch",
    starts: &["Berken", "Duin", "Eiken", "Griend", "Kroon", "Linde", "Meer", "Riet", "Veen", "Wilgen"],
    ends: &["beek", "broek", "dam", "hoven", "kerk", "oord", "veld", "wijk"],
    trades: &["Watertechniek", "Milieulab", "Zuivel", "Brouwerij", "Viskwekerij", "Analyse", "Drinkwater", "Textiel"],
    mailboxes: &["facturatie", "administratie", "crediteuren"],
    annexes: &["Gebouw 2", "1e verdieping"],
    number_first: false,
};

pub(crate) static FRENCH: Language = Language {
    name: "French",
    starts: &["Bel", "Champ", "Font", "Grand", "Haut", "Mont", "Pré", "Roche", "Val", "Vert"],
    ends: &["aubert", "brune", "chêne", "fontaine", "lac", "marais", "rivière"],
    trades: &["Analyses", "Eaux & Forages", "Laboratoire", "Brasserie", "Laiterie", "Pisciculture", "Cidrerie"],
    mailboxes: &["compta", "factures", "comptabilite"],
    annexes: &["Bâtiment B", "2e étage"],
    number_first: true,
};

pub(crate) static SPANISH: Language = Language {
    name: "Spanish",
    starts: &["Agua", "Fuente", "Monte", "Peña", "Piedra", "Río", "Valle"],
    ends: &["blanca", "clara", "mar", "nieve", "oliva", "sol", "verde"],
    trades: &["Laboratorios", "Aguas", "Cervecera", "Lácteos", "Control Ambiental", "Piscinas", "Textiles"],
    mailboxes: &["facturas", "administracion", "contabilidad"],
    annexes: &["Edificio B", "2º piso"],
    number_first: false,
};

pub(crate) static ITALIAN: Language = Language {
    name: "Italian",
    starts: &["Acqua", "Bosco", "Fonte", "Lago", "Monte", "Ponte", "Riva"],
    ends: &["alta", "bella", "chiara", "fiore", "lieta", "nuova", "verde"],
    trades: &["Analisi", "Acquedotti", "Birrificio", "Caseificio", "Laboratori", "Terme", "Cartiera"],
    mailboxes: &["fatture", "contabilita", "amministrazione"],
    annexes: &["Scala B", "Piano 2"],
    number_first: false,
};
